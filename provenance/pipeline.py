"""The stages of a scan in order, on this machine: read, compare, cluster, trace."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import polars as pl

from provenance import room, tables
from provenance.clock import Clock, peak_memory
from provenance.dumps import reading
from provenance.dumps.columnar.ahead import TABLES
from provenance.dumps.labels.language import tell_languages
from provenance.dumps.rejects import count_rejects
from provenance.dumps.sources.suffixes import SUFFIXES
from provenance.dumps.sources.walk import Source
from provenance.dumps.verdicts import read_verdicts
from provenance.errors import UsageError
from provenance.matching.aligning.rewritten import explain_channel
from provenance.matching.aligning.spans import find_among
from provenance.matching.boilerplate import mark_boilerplate
from provenance.matching.groups.clusters import count_implied, find_clusters
from provenance.matching.groups.completion import match_documents
from provenance.matching.groups.repeated import find_repeated
from provenance.matching.ignored import ignore_stretches
from provenance.matching.pairs.candidates import find_candidates
from provenance.matching.pairs.equal_texts import digest, group_equal
from provenance.matching.pairs.numbering import name_rows, number_documents, number_rows
from provenance.matching.pairs.sketches import recall_statement, word_sketcher
from provenance.matching.recall import measured_recall, sample_pairs
from provenance.matching.warming import load_documents, load_passages
from provenance.matching.whole_documents import find_alike
from provenance.reports.runs import Run, head_facts
from provenance.settings import Settings, with_columns
from provenance.text.tokens import tokenize, tokenize_and
from provenance.verdicts.decisions import decide

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.dumps.columnar.ahead import Ahead
    from provenance.matching.recall import Sampled
    from provenance.text.tokens import Tokens
    from provenance.tracing.trace import Described
    from provenance.verdicts.decisions import Decisions

WORTH_LOADING = 16 << 20  # bytes of a table; looking through a larger one takes a worker longer than kernels to load
STEPS = 14  # calls of Clock.step in a whole run, for progress


class Known(NamedTuple):
    """What comparing has that tracing needs too."""

    tokens: Tokens
    described: Callable[[], Described]  # waits for what articles say of themselves, found beside the comparison


class Compared(NamedTuple):
    """What comparing found, for the stages after it: SPANS and MATCHES have rows for ids, which are quicker to join."""

    spans: pl.DataFrame
    matches: pl.DataFrame
    over_cap: int  # runs and buckets over the link cap
    sampled: Sampled  # true pairs of a sample
    known: Known | None  # None where tracing does not follow


class Needs(NamedTuple):
    """What a scan is going to need, in MB of 10^6 bytes; `documents` is how many there are."""

    documents: int
    text: int
    memory: int  # for what cannot wait in files: the tables, and what stages make of them
    files: int  # 0 where all is small enough for memory

    def facts(self) -> dict[str, int]:
        """As run.json has them."""
        return {"text_mb": self.text, "memory_mb": self.memory, "files_mb": self.files}


def scan(
    inputs: str | Path | Iterable[str | Path | Source] | pl.DataFrame | pl.LazyFrame,
    settings: Settings | None = None,
    *,
    text: str | None = None,
    id: str | None = None,  # noqa: A002  the name of the setting and of the column
    published: str | None = None,
    outlet: str | None = None,
    title: str | None = None,
    url: str | None = None,
    verdicts: pl.DataFrame | str | Path | None = None,
    stdin: BinaryIO | None = None,
    progress: Callable[[str], None] | None = None,
    finished: Callable[[str, pl.DataFrame], None] | None = None,
    needing: Callable[[Needs], None] | None = None,
    ahead: Ahead | None = None,
) -> Run:
    """Files, folders, globs, "-" (which reads `stdin`), one or several, or a frame with a column of texts -> a Run.

    Columns are guessed where none is named. Raises UsageError where a named input is not there; any other input that
    cannot be read becomes a row of `rejects`. What editors decided holds: `verdicts` is a log's file, or VERDICTS.
    `progress` is called with the name of each stage as it begins, `finished` with each large table as soon as it is
    final, so that it can be written while the run goes on, `needing` with what the run is going to need, once
    everything is read. `ahead` holds tables that workers have begun to look through already (dumps.columnar.ahead),
    with the same settings.
    """
    named = {"text": text, "id": id, "published": published, "outlet": outlet, "title": title, "url": url}
    settings, clock = with_columns(settings, **named), Clock(progress)
    said, given = read_verdicts(verdicts), _given(inputs)
    tell = finished or (lambda _name, _frame: None)
    with clock.step("read"):
        documents, rejects, opened = _read(given, settings, stdin, ahead)
    needs = find_needs(documents, settings)
    if needing:
        needing(needs)
    facts: dict[str, Any] = {"inputs": opened.to_dicts(), "needs": needs.facts()}

    languages, hashed = _label_beside(documents) if settings.until == "origins" else (None, None)
    decisions = None
    if said is not None:
        with clock.step("verdicts"):
            decisions = decide(said, documents)
        facts["verdicts"] = decisions.facts
    if settings.until != "origins":  # tracing names their publishers
        tell("documents", documents)

    frames, compared, known = _find_repeats(documents, settings, clock, decisions, tell, languages)
    frames |= {"documents": documents, "rejects": rejects}
    facts |= compared
    if known is not None:
        from provenance.tracing.trace import trace  # noqa: PLC0415  as in _describe_beside

        frames |= trace(
            frames,
            settings,
            clock,
            tell,
            decisions=decisions,
            tokens=known.tokens,
            described=known.described,
            hashed=hashed,
        )
    return _finish(frames, settings, facts, clock)


def _find_repeats(
    documents: pl.DataFrame,
    settings: Settings,
    clock: Clock,
    decisions: Decisions | None,
    finished: Callable[[str, pl.DataFrame], None],
    languages: Callable[[], pl.DataFrame] | None,
) -> tuple[dict[str, pl.DataFrame], dict[str, Any], Known | None]:
    """DOCUMENTS -> PASSAGES, SPANS, MATCHES and CLUSTERS, facts of the run, and what tracing needs, if it follows.

    Where it does, `languages` waits for DOCUMENTS with their languages.

    The SPANS by rows, from which CLUSTERS are made, end here: through tracing they would only take memory.
    """
    compare = _compare_passages if settings.level == "passage" else _compare_documents
    frames, compared = compare(documents, settings, clock, decisions, finished, languages)
    ids, matches, facts = documents["doc_id"], frames["matches"], dict[str, Any]()
    if settings.until != "matches":
        with clock.step("clusters"):
            frames["clusters"] = find_clusters(compared.spans, compared.matches, settings, ids)
            facts["implied_pairs"] = count_implied(frames["clusters"], matches)
    facts["recall"] = recall_statement(settings, documents.height, compared.over_cap) | {
        "rewritten_passages": explain_channel(settings, documents),
        "measured": measured_recall(compared.sampled, ids, matches, frames.get("clusters"), settings),
    }
    return frames, facts, compared.known


def _label_beside(documents: pl.DataFrame) -> list[Callable[[], Any]]:
    """DOCUMENTS -> functions that wait for DOCUMENTS with their languages, and for the hashes of all, or None.

    Another thread finds both. To hash 100,000 articles takes .25 s, and tracing does it twice if it has to itself.
    """
    told = cache(lambda: tell_languages(documents))

    def hash_told() -> pl.Series | None:
        from provenance.tracing.signs.frequency import hash_all  # noqa: PLC0415  as in _describe_beside

        return hash_all(told())

    return _beside(told, hash_told)


def _describe_beside(languages: Callable[[], pl.DataFrame], passages: pl.DataFrame) -> Callable[[], Described]:
    """What waits for DOCUMENTS, PASSAGES -> what waits for Described: another thread finds it, and imports tracing.

    These searches (.7 s for 10,000 articles) and imports need the interpreter's lock, but meanwhile the main thread is
    mostly inside kernels, which do without.
    """

    def find() -> Described:
        from provenance.tracing.trace import describe  # noqa: PLC0415  a tenth of a second that matches do without

        return describe(languages(), passages)

    return _beside(find)[0]


def _beside(*steps: Callable[[], Any]) -> list[Callable[[], Any]]:
    """Take steps in turn in another thread -> for each a function that waits for its result, or raises its error.

    The program does not wait for the thread to end, whether it ends well or because a stage failed.
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
    languages: Callable[[], pl.DataFrame] | None,
) -> tuple[dict[str, pl.DataFrame], Compared]:
    """DOCUMENTS -> PASSAGES, SPANS and MATCHES by passages.

    Candidates and the sample need nothing but words. So they are sought in another thread, beside stages of which some
    keep only one core busy.
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
    known = Known(tokens, _describe_beside(languages, passages)) if languages else None
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
    languages: Callable[[], pl.DataFrame] | None,
) -> tuple[dict[str, pl.DataFrame], Compared]:
    """DOCUMENTS -> MATCHES by whole documents, PASSAGES too if tracing follows, no SPANS."""
    passages, spans, known = tables.empty(tables.PASSAGES), tables.empty(tables.SPANS), None
    ids = documents["doc_id"]
    if languages:
        from provenance.text.passages import find_passages  # noqa: PLC0415  as above

        with clock.step("passages"):
            tokens = tokenize(documents["text"])
            passages = mark_boilerplate(documents, find_passages(documents), tokens)
            passages = ignore_stretches(documents, passages, decisions.ignored) if decisions else passages
        known = Known(tokens, _describe_beside(languages, passages))
    with clock.step("matches"):
        alike = find_alike(number_documents(documents), settings, decisions=decisions and decisions.numbered(ids))
        matches = name_rows(alike.matches, ids)
        finished("matches", matches)
    return {"passages": passages, "spans": spans, "matches": matches}, Compared(spans, *alike, known)


def _read(
    given: pl.DataFrame | pl.LazyFrame | list[str | Source],
    settings: Settings,
    stdin: BinaryIO | None,
    ahead: Ahead | None,
) -> tables.Read:
    """What was given -> what was read of it, DOCUMENTS in the order of their ids.

    The texts in the order in which they came end here: they would be a quarter of the peak of memory.
    """
    if _waits(given):
        load = load_documents if settings.level == "document" else load_passages
        threading.Thread(target=load, name="kernels", daemon=True).start()
    # without languages, which comparing does not need: they are told beside it
    settings = replace(settings, until="clusters")
    if isinstance(given, list):
        read = reading.read(given, settings, stdin, ahead)
    else:
        read = reading.read_frame(given, settings)
    if read.documents["doc_id"].is_sorted():  # as archives number theirs: then no text is moved
        return read
    return read._replace(documents=read.documents.sort("doc_id"))


def _given(inputs: object) -> pl.DataFrame | pl.LazyFrame | list[str | Source]:
    """Whatever a caller gave -> a frame as it is, one name or several as their list. Raises UsageError for all else."""
    if isinstance(inputs, pl.DataFrame | pl.LazyFrame):
        return inputs
    several = [inputs] if isinstance(inputs, str | PurePath) else inputs  # else each of its letters would be a name
    if hasattr(several, "read"):  # each line of an open file would be a name
        raise UsageError(
            f"scan: {type(several).__name__} is an open file, and names of files are due; give its name, or "
            'its texts as a frame, pl.DataFrame({"text": [...]})'
        )
    if not isinstance(several, Iterable) or isinstance(several, bytes | Mapping) or hasattr(several, "__array__"):
        raise UsageError(
            f"scan: {type(several).__name__} is neither a Polars frame nor names of files; make one of it with "
            "pl.DataFrame(...) or pl.from_pandas(...), or name files"
        )
    names: list[str | Source] = []
    for name in several:
        if not isinstance(name, str | PurePath | Source):
            raise UsageError(
                f"scan: {type(name).__name__} among the inputs is no name of a file; give rows as a frame, "
                "pl.DataFrame(rows)"
            )
        names.append(name if isinstance(name, Source) else str(name))
    return names


def _waits(given: pl.DataFrame | pl.LazyFrame | list[str | Source]) -> bool:
    """Whether reading will first wait for a worker to look through a large table, while one core has nothing to do."""
    if not isinstance(given, list):
        return False
    paths = [Path(name) for name in given if isinstance(name, str)]
    large = [path for path in paths if SUFFIXES.get(path.suffix.lower()) in TABLES and path.is_file()]
    return sum(path.stat().st_size for path in large) > WORTH_LOADING


def _finish(frames: dict[str, pl.DataFrame], settings: Settings, facts: dict[str, Any], clock: Clock) -> Run:
    """All frames and what was noted of the run -> the Run: the tables of its level, and the facts of run.json."""
    if settings.level == "document":
        del frames["passages"], frames["spans"]
    repeated = len(find_repeated(frames["matches"], settings.link_containment))
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
            **head_facts(settings),
            "tables": list(rows),
            "counts": counts,
            **facts,
            "seconds": clock.finish(),
            "peak_memory_mb": peak_memory(),
        },
    )


def find_needs(documents: pl.DataFrame, settings: Settings) -> Needs:
    """DOCUMENTS -> what comparing them is going to need, reckoned from news of 2.5 KB an article (tests/bench).

    What tracing needs is left out. At 6 bytes of text a word, a word takes 14 bytes of files for TOKENS, 6 for postings
    and 3 for marks.
    """
    size = int(documents["text"].str.len_bytes().cast(pl.Int64).sum())
    passages = settings.level == "passage"
    each, of_text = (4_000, 1 + 23 / 6) if passages else (500, 1)
    held = size if size <= room.most_text() else 0  # bytes of text that stay in memory
    files = 0 if size <= room.SMALL else int(size * of_text) - held + 4 * settings.num_perm * documents.height
    memory = 250 * 10**6 + each * documents.height + held
    return Needs(documents.height, size // 10**6, memory // 10**6, files // 10**6)
