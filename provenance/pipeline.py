"""The stages in order, on this machine."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import polars as pl

from provenance import __version__, room, tables
from provenance.clock import Clock
from provenance.dumps import reading
from provenance.dumps.ahead import TABLES
from provenance.dumps.language import tell_languages
from provenance.dumps.rejects import count_rejects
from provenance.dumps.suffixes import SUFFIXES
from provenance.dumps.verdicts import read_verdicts
from provenance.dumps.walk import Source
from provenance.errors import UsageError
from provenance.matching.boilerplate import mark_boilerplate
from provenance.matching.candidates import find_candidates
from provenance.matching.clusters import count_implied, find_clusters
from provenance.matching.completion import match_documents
from provenance.matching.equal_texts import digest, group_equal
from provenance.matching.ignored import ignore_stretches
from provenance.matching.numbering import name_rows, number_documents, number_rows
from provenance.matching.recall import measured_recall, sample_pairs
from provenance.matching.rewritten import explain_channel
from provenance.matching.sketches import recall_statement, word_sketcher
from provenance.matching.spans import find_among
from provenance.matching.warming import load_documents, load_passages
from provenance.matching.whole_documents import find_alike
from provenance.reports.runs import Run
from provenance.settings import Settings, or_default
from provenance.text.tokens import tokenize, tokenize_and
from provenance.verdicts.decisions import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from provenance.dumps.ahead import Ahead
    from provenance.matching.recall import Sampled
    from provenance.text.tokens import Tokens
    from provenance.tracing.seeking import Cued
    from provenance.verdicts.decisions import Decisions

SCHEMA_VERSION = 1
WORTH_LOADING = 16 << 20  # bytes of a table from which a worker takes longer to look through it than kernels to load
STEPS = 17  # calls of Clock.step in a whole run, for progress


class Compared(NamedTuple):
    """What comparing found, beside its tables: SPANS and MATCHES with rows for ids, which is quicker to go on with."""

    spans: pl.DataFrame
    matches: pl.DataFrame
    over_cap: int  # runs and buckets over the link cap
    sampled: Sampled  # true pairs of a sample
    known: Known | None  # if tracing follows


class Needs(NamedTuple):
    """What a scan is going to need: MB of 10^6 bytes."""

    documents: int
    text: int
    memory: int  # that cannot wait in files: the tables, and what stages make of them
    files: int  # 0 where all is small enough for memory


class Known(NamedTuple):
    """What tracing need not find anew."""

    tokens: Tokens
    cued: Callable[[], Cued]  # waits for it


def scan(
    inputs: str | Path | Sequence[str | Path | Source] | pl.DataFrame | pl.LazyFrame,
    settings: Settings | None = None,
    *,
    verdicts: pl.DataFrame | str | Path | None = None,
    stdin: BinaryIO | None = None,
    progress: Callable[[str], None] | None = None,
    finished: Callable[[str, pl.DataFrame], None] | None = None,
    needing: Callable[[Needs], None] | None = None,
    ahead: Ahead | None = None,
) -> Run:
    """Files, folders, globs, "-" (which reads `stdin`), one or several, or a frame with a column of texts -> a Run.

    Raises UsageError where a named input is not there; any other input that cannot be read becomes a row of
    `rejects`. What editors decided holds: `verdicts` is a log's file, or VERDICTS. `progress` is called with the name
    of each stage as it begins, `finished` with each large table as soon as it is final, so that it can be written
    while the run goes on, `needing` with what the run is going to need once everything is read. `ahead` is what was
    asked of tables before (dumps.ahead), with the same settings.
    """
    settings = or_default(settings)
    clock = Clock(progress)
    said = read_verdicts(verdicts)
    with clock.step("read"):
        if _waits(inputs):
            load = load_documents if settings.level == "document" else load_passages
            threading.Thread(target=load, name="kernels", daemon=True).start()
        # comparing asks for no languages: they are told beside it
        read = _read(inputs, replace(settings, until="clusters"), stdin, ahead)
    frames: dict[str, pl.DataFrame] = {"rejects": read.rejects}
    facts: dict[str, Any] = {"inputs": read.inputs.to_dicts()}
    in_order = read.documents["doc_id"].is_sorted()  # as archives number theirs: then no text is moved
    documents = read.documents if in_order else read.documents.sort("doc_id")
    del read  # the text in another order: a quarter of the peak
    finished = finished or (lambda _name, _frame: None)
    needs = find_needs(documents, settings)
    facts["needs"] = {f"{name}_mb": value for name, value in needs._asdict().items() if name != "documents"}
    if needing:
        needing(needs)
    told = _beside(lambda: tell_languages(documents)) if settings.until == "origins" else []
    decisions = None
    if said is not None:
        with clock.step("verdicts"):
            decisions = decide(said, documents)
        facts["verdicts"] = decisions.facts
    if settings.until != "origins":  # tracing names their publishers
        finished("documents", documents)

    compare = _compare_passages if settings.level == "passage" else _compare_documents
    made, compared = compare(documents, settings, clock, decisions, finished)
    frames |= made
    matches = frames["matches"]
    if settings.until != "matches":
        with clock.step("clusters"):
            clusters = find_clusters(compared.spans, compared.matches, settings, documents["doc_id"])
            facts["implied_pairs"] = count_implied(clusters, matches)
        frames["clusters"] = clusters
    facts["recall"] = recall_statement(settings, documents.height, compared.over_cap) | {
        "rewritten_passages": explain_channel(settings, documents),
        "measured": measured_recall(compared.sampled, documents["doc_id"], matches, frames.get("clusters"), settings),
    }
    frames["documents"], known = documents, compared.known
    del compared  # its SPANS would be held through tracing
    if known is not None:
        from provenance.tracing.trace import trace  # noqa: PLC0415  as in _seek_beside

        with clock.step("languages"):
            frames["documents"] = told[0]()
        frames |= trace(frames, settings, clock, finished, decisions=decisions, tokens=known.tokens, cued=known.cued)
    return _finish(frames, settings, facts, clock)


def _seek_beside(documents: pl.DataFrame, passages: pl.DataFrame, settings: Settings) -> Callable[[], Cued]:
    """DOCUMENTS, PASSAGES -> what waits for CUED, and for the modules of tracing.

    Kernels that compare words need no lock, nor do these searches, .1 to .3 s for 10,000 articles. Modules do, but
    most of their time a scan waits for kernels.
    """

    def seek() -> Cued:
        from provenance.tracing.trace import find_cued  # noqa: PLC0415  a tenth of a second that matches do without

        return find_cued(documents, passages)

    def load() -> None:
        from provenance.tracing.trace import load  # noqa: PLC0415

        if documents.height > settings.exhaustive_documents:  # few of fewer have a story whose sources run in a circle
            load()

    return _beside(seek, load)[0]


def _beside(*steps: Callable[[], Any]) -> list[Callable[[], Any]]:
    """Take steps in turn in a thread beside this one -> for each what waits for its result, or raises what it raised.

    No end of the program waits for the thread, and a stage that fails here does not.
    """
    futures: list[Future[Any]] = [Future() for _ in steps]

    def run() -> None:
        for step, future in zip(steps, futures, strict=True):
            try:
                future.set_result(step())
            except BaseException as error:  # noqa: BLE001  it is raised where the result is asked for
                future.set_exception(error)

    threading.Thread(target=run, name="beside", daemon=True).start()
    return [future.result for future in futures]


def _compare_passages(
    documents: pl.DataFrame,
    settings: Settings,
    clock: Clock,
    decisions: Decisions | None,
    finished: Callable[[str, pl.DataFrame], None],
) -> tuple[dict[str, pl.DataFrame], Compared]:
    """DOCUMENTS -> PASSAGES, SPANS and MATCHES by passages.

    Candidates and the sample need nothing but words: they are sought beside the stages before and after, of which some
    keep one core busy.
    """
    from provenance.text.passages import find_passages  # noqa: PLC0415  .03 s of expressions for passages alone

    exhaustive = documents.height <= settings.exhaustive_documents
    with clock.step("fold"):
        tokens, signatures = tokenize_and(documents["text"], None if exhaustive else word_sketcher(settings))
    groups = cache(lambda: group_equal(digest(tokens)))
    candidates, sampled = _beside(
        lambda: find_candidates(tokens, signatures, settings, groups()),
        lambda: sample_pairs(documents["text"], tokens, groups(), settings),
    )
    with clock.step("passages"):
        passages = find_passages(documents)
    with clock.step("boilerplate"):
        passages = mark_boilerplate(documents, passages, tokens)
        passages = ignore_stretches(documents, passages, decisions.ignored) if decisions else passages
        finished("passages", passages)
    known = Known(tokens, _seek_beside(documents, passages, settings)) if settings.until == "origins" else None
    ids, rows = documents["doc_id"], number_documents(documents)
    with clock.step("spans"):
        numbered = passages.with_columns(number_rows(ids, passages["doc_id"]))
        found = find_among(rows, numbered, tokens, candidates, settings)
    with clock.step("matches"):
        matched = match_documents(rows, numbered, tokens, found, settings, decisions and decisions.numbered(ids))
        named = {name: name_rows(table, ids) for name, table in matched._asdict().items()}
        finished("spans", named["spans"])
        finished("matches", named["matches"])
    with clock.step("recall"):
        measured = sampled()
    return {"passages": passages, **named}, Compared(*matched, found.over_cap, measured, known)


def _compare_documents(
    documents: pl.DataFrame,
    settings: Settings,
    clock: Clock,
    decisions: Decisions | None,
    finished: Callable[[str, pl.DataFrame], None],
) -> tuple[dict[str, pl.DataFrame], Compared]:
    """DOCUMENTS -> MATCHES by whole documents, PASSAGES too if tracing follows, no SPANS."""
    passages, spans, known = tables.empty(tables.PASSAGES), tables.empty(tables.SPANS), None
    ids = documents["doc_id"]
    if settings.until == "origins":
        from provenance.text.passages import find_passages  # noqa: PLC0415  as above

        with clock.step("passages"):
            tokens = tokenize(documents["text"])
            passages = mark_boilerplate(documents, find_passages(documents), tokens)
            passages = ignore_stretches(documents, passages, decisions.ignored) if decisions else passages
        known = Known(tokens, _seek_beside(documents, passages, settings))
    with clock.step("matches"):
        alike = find_alike(number_documents(documents), settings, decisions=decisions and decisions.numbered(ids))
        matches = name_rows(alike.matches, ids)
        finished("matches", matches)
    return {"passages": passages, "spans": spans, "matches": matches}, Compared(spans, *alike, known)


def _read(
    inputs: str | Path | Sequence[str | Path | Source] | pl.DataFrame | pl.LazyFrame,
    settings: Settings,
    stdin: BinaryIO | None,
    ahead: Ahead | None,
) -> tables.Read:
    if isinstance(inputs, pl.DataFrame | pl.LazyFrame):
        return reading.read_frame(inputs, settings)
    several: object = [inputs] if isinstance(inputs, str | PurePath) else inputs  # the letters of a name are no inputs
    if hasattr(several, "read"):  # its lines would be taken for names
        raise UsageError(
            f"scan: {type(several).__name__} is an open file, and names of files are due; give its name, or "
            'its texts as a frame, pl.DataFrame({"text": [...]})'
        )
    if not isinstance(several, Iterable) or isinstance(several, bytes | Mapping) or hasattr(several, "__array__"):
        raise UsageError(
            f"scan: {type(several).__name__} is neither a Polars frame nor names of files; make one of it with "
            "pl.DataFrame(...) or pl.from_pandas(...), or name files"
        )
    names = [name if isinstance(name, Source) else str(name) for name in several]
    return reading.read(names, settings, stdin, ahead)


def _waits(inputs: object) -> bool:
    """Whether reading is going to wait for a worker that looks through a large table first; a core idles meanwhile."""
    several: object = [inputs] if isinstance(inputs, str | PurePath) else inputs
    if isinstance(several, pl.DataFrame | pl.LazyFrame) or not isinstance(several, Iterable):
        return False
    paths = [Path(name) for name in several if isinstance(name, str | PurePath)]
    large = [path for path in paths if SUFFIXES.get(path.suffix.lower()) in TABLES and path.is_file()]
    return sum(path.stat().st_size for path in large) > WORTH_LOADING


def _finish(frames: dict[str, pl.DataFrame], settings: Settings, facts: dict[str, Any], clock: Clock) -> Run:
    """The frames that level and until ask for, and the facts of run.json."""
    if settings.level == "document":
        del frames["passages"], frames["spans"]
    repeated = count_repeated(frames["matches"], settings)
    documents = frames["documents"]
    rows = {name: frames[name].height for name in tables.WRITTEN if name in frames}
    counts = {
        "read": documents.height,
        "unique": documents.height - repeated,
        "repeated": repeated,
        "rejected": count_rejects(frames["rejects"]),
        "undated": sum(fact["undated"] for fact in facts["inputs"]),
        "characters": int(documents["text"].str.len_chars().cast(pl.Int64).sum()),
        "rows": rows,
    }
    return Run.of(
        frames,
        {
            "program": "provenance",
            "version": __version__,
            "schema_version": SCHEMA_VERSION,
            "settings": asdict(settings),
            "fingerprint": settings.fingerprint(),
            "tables": list(rows),
            "counts": counts,
            **facts,
            "seconds": clock.finish(),
            "peak_memory_mb": peak_memory(),
        },
    )


def find_needs(documents: pl.DataFrame, settings: Settings) -> Needs:
    """DOCUMENTS -> what comparing them is going to need, by what news of 2.5 KB an article took (tests/bench).

    Without tracing; of files, 14 bytes a word are TOKENS, 6 postings and 3 marks of words, at 6 bytes of text a word.
    """
    size = int(documents["text"].str.len_bytes().cast(pl.Int64).sum())
    passages = settings.level == "passage"
    each, of_text = (4_000, 1 + 23 / 6) if passages else (500, 1)
    held = size if size <= room.most_text() else 0  # of text, in memory
    files = 0 if size <= room.SMALL else int(size * of_text) - held + 4 * settings.num_perm * documents.height
    memory = 250 * 10**6 + each * documents.height + held
    return Needs(documents.height, size // 10**6, memory // 10**6, files // 10**6)


def count_repeated(matches: pl.DataFrame, settings: Settings) -> int:
    """MATCHES -> how many documents share half of theirs or of another's words (link_containment) with another."""
    linked = matches.filter(
        pl.max_horizontal("left_containment", "right_containment") >= pl.lit(settings.link_containment, pl.Float32)
    )
    return pl.concat([linked["left_doc"], linked["right_doc"].alias("left_doc")]).n_unique()


def peak_memory() -> int | None:
    """The most memory this process has held, in MB of 10^6 bytes; None where the system does not say."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 10**6
