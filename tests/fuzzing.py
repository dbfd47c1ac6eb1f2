"""Coverage-guided fuzzing of the readers (needs atheris, which no test does).

    python -m tests.fuzzing TARGET SECONDS [FOLDER]    stops at the first input that makes it raise

Inputs that broke something stay in tests/finds, where `test_dumps_hostile` reads them again.
"""

# ruff: noqa: PLC0415  what is imported under atheris is what it watches

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _reader(kind: str) -> Callable[[bytes], None]:
    from provenance.dumps.intake import Intake, Shelf
    from provenance.dumps.reading import READERS
    from provenance.settings import Settings

    settings = Settings()

    def target(content: bytes) -> None:
        intake = Intake("x", settings, Shelf())
        for _ in READERS[kind](io.BufferedReader(io.BytesIO(content)), intake):  # type: ignore[arg-type]
            pass
        intake.close()

    return target


def _archive(kind: str) -> Callable[[bytes], None]:
    from provenance.dumps.compression import Allowance, Expanded
    from provenance.dumps.reading import ARCHIVES

    def target(content: bytes) -> None:
        for member in ARCHIVES[kind](io.BytesIO(content)):
            if member.stream is not None:
                io.BufferedReader(Expanded(member.stream, Allowance(len(content)), member=True)).read()

    return target


def _packed(content: bytes) -> None:
    from provenance.dumps.compression import Allowance, Expanded

    io.BufferedReader(Expanded(io.BytesIO(content), Allowance(len(content)))).read()


def _decoded(content: bytes) -> None:
    from provenance.dumps.decode import decode_text
    from provenance.dumps.kinds import kind_of

    decode_text(content, content[:12].decode("latin-1"))
    kind_of("x", content)


def _parser(name: str) -> Callable[[bytes], None]:
    from provenance.dumps.parsing import PARSERS

    def target(content: bytes) -> None:
        PARSERS[name](content)

    return target


def _folded(content: bytes) -> None:
    from provenance.text.folding import fold_all
    from tests import naive

    text = content.decode("utf-8", "ignore")
    assert fold_all([text])[0] == " ".join(word for word, _, _ in naive.fold_words(text))


TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    **{kind: lambda kind=kind: _reader(kind) for kind in ("text", "jsonl", "json", "csv", "tsv", "warc", "mbox")},  # type: ignore[misc]
    **{kind: lambda kind=kind: _archive(kind) for kind in ("zip", "tar")},  # type: ignore[misc]
    **{name: lambda name=name: _parser(name) for name in ("page", "feed", "mail", "capture")},  # type: ignore[misc]
    "packed": lambda: _packed,
    "decode": lambda: _decoded,
    "fold": lambda: _folded,
}


def main() -> None:
    """Fuzz one target from the sound files of its kind."""
    import atheris  # type: ignore[import-not-found, unused-ignore]

    name, seconds = sys.argv[1], sys.argv[2]
    folder = sys.argv[3] if len(sys.argv) > 3 else f"/tmp/fuzz-{name}"
    with atheris.instrument_imports(include=["provenance.dumps", "email", "feedparser", "trafilatura"]):
        target: Any = TARGETS[name]()
    options = [sys.argv[0], folder, f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20", "-rss_limit_mb=4000"]
    atheris.Setup([*options, f"-artifact_prefix={folder}/find-"], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
