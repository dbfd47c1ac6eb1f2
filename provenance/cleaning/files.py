"""Dumps -> the same dumps cleaned, written where they are wanted, and the list of what went."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

import polars as pl
import zstandard

from provenance import tables
from provenance.cleaning import choose_nothing, to_removals
from provenance.cleaning.choosing import Chosen, Policy, choose, settings_needed
from provenance.cleaning.earlier import NAMES, OUTPUT, is_list, refuse_list_of_other, write_names, written_before
from provenance.cleaning.edits import MARK_NAMES
from provenance.cleaning.rewriting import File, Ledger, is_scattered, rewrite, written_kind
from provenance.cleaning.targets import Targets, beside
from provenance.dumps.reading import Reading, documents_of, numbers_of
from provenance.dumps.rejects import reject_frame
from provenance.dumps.sources.opening import keep_sources
from provenance.dumps.sources.walk import STANDARD_INPUT, find_sources
from provenance.errors import OutputError
from provenance.pipeline import scan
from provenance.reports.placing import Unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from provenance.settings import Settings


class Outcome(NamedTuple):
    """What cleaning some dumps came to."""

    documents: int
    removals: pl.DataFrame  # those that were asked for: of a stream they would fill memory
    rejects: pl.DataFrame
    gone: Mapping[str, int]  # documents that were removed, by reason
    emptied: int = 0  # files of which nothing stays, and that are not written


def clean_files(
    inputs: Sequence[str],
    output: str | None,
    policy: Policy,
    settings: Settings,
    *,
    removals: Path | None = None,
    stdin: BinaryIO | None = None,
) -> Outcome:
    """Inputs by name -> cleaned dumps in `output`: a file for one, a folder for several, - for standard output.

    An input found in a folder keeps its path inside it. Without an output nothing is written. What went is listed in
    `removals`, or beside the output. Everything is written aside and renamed into place. What can be read once only
    (standard input, pipes, addresses) is kept on disk.
    """
    policy = policy.check()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="provenance-")))
        found, left_out = find_sources(inputs)
        targets = Targets(found, output, policy.passages)
        if removals is None and output not in (None, STANDARD_INPUT):
            refuse_list_of_other(beside(Path(output)), Path(output))
        sources, unread = keep_sources(found, stdin, folder)
        # of nothing found the inputs are read themselves: an empty folder is one, and no name is none
        reading = Reading(sources, settings, unread=[*left_out, *unread]) if sources else Reading(inputs, settings)
        frames = list(reading)
        reading.refuse_absent()
        numbers = numbers_of(frames)["number"].fill_null(0)
        documents_read = documents_of(frames, replace(settings, until="matches"))  # nobody asks for languages
        rejects = reject_frame(reading.rejects)
        opened = pl.DataFrame(reading.inputs, schema=tables.INPUTS, orient="row")
        place = {source.path: cast("Path", source.place) for source in sources}
        order = documents_read["doc_id"]
        chosen = choose_nothing()
        if order.len():
            run = scan(sources, settings_needed(settings, policy), verdicts=policy.verdicts)
            chosen = choose(run, order, policy)
            del run
        read = _Read(documents_read.with_columns(record=numbers), opened, rejects)
        files = _files(place, read, chosen, policy.passages, settings)
        listed, emptied = _write(files, targets, output, policy, settings, chosen.gone, removals)
    gone = listed.filter(listed["start"].is_null())["reason"].value_counts()
    return Outcome(order.len(), listed, rejects, dict(gone.iter_rows()), emptied)


class _Read(NamedTuple):
    """What reading the inputs gave."""

    documents: pl.DataFrame  # DOCUMENTS in order, and which record of its file each is
    opened: pl.DataFrame  # INPUTS
    rejects: pl.DataFrame


def _files(place: dict[str, Path], read: _Read, chosen: Chosen, passages: str, settings: Settings) -> list[File]:
    """Where the bytes of each input lie, what was read of them, what goes -> the files to write, in order."""
    inside = {path: _input_of(path, place) for path in read.opened["path"].unique()}
    named = pl.col("path").replace_strict(inside, return_dtype=pl.String).alias("input")
    facts = read.opened.with_columns(named).partition_by("input", as_dict=True)
    held = read.documents.with_columns(named).partition_by("input", as_dict=True)
    unreadable = read.rejects.filter(pl.col("record").is_null() & (pl.col("action") == "skipped"))
    unreadable = unreadable.filter(~pl.col("reason").is_in(("empty", "left_out")))
    passed_over = frozenset(unreadable["path"])
    gone = frozenset(chosen.gone["doc_id"])
    cuts: dict[str, list[dict[str, object]]] = {}
    for row in chosen.cuts.iter_rows(named=True):
        cuts.setdefault(row["doc_id"], []).append({name: row[name] for name in MARK_NAMES})
    files = []
    for path, whole in place.items():
        documents = held.get((path,), read.documents.clear())
        opened = facts.get((path,), read.opened.clear())
        # a file inside an archive comes out with the others of its archive, as JSON lines; so do scattered records
        kind, encoding = opened.select("format", "encoding").row(0) if opened.height == 1 else ("archive", None)
        plain = kind.split(".")[0]
        plain = "scattered" if plain == "json" and is_scattered(whole, settings) else plain
        if not documents.height and (path in passed_over or written_kind(plain, passages) != plain):
            continue
        records = documents["record"].to_list()
        documents = documents.select(list(tables.DOCUMENTS))
        mine = {doc_id: cuts[doc_id] for doc_id in documents["doc_id"] if doc_id in cuts}
        files.append(
            File(path, whole, plain, encoding, documents, records, gone.intersection(documents["doc_id"]), mine)
        )
    return files


def _input_of(path: str, place: dict[str, Path]) -> str:
    """The path of an input, or of a member of one (`INPUT!/NAME`) -> the input's."""
    at = len(path)
    while path[:at] not in place:
        at = path.rindex("!/", 0, at)
    return path[:at]


def _write(
    files: list[File], targets: Targets, output: str | None, policy: Policy, settings: Settings,
    gone: pl.DataFrame, removals: Path | None,
) -> tuple[pl.DataFrame, int]:  # fmt: skip
    """Write all files and the list -> the list, and of how many files nothing stays."""
    why = {doc_id: (reason, other) for doc_id, reason, other in gone.iter_rows()}
    listed = [tables.empty(tables.REMOVALS)]
    names, emptied = written_before(targets.folder) if targets.folder else set(), 0
    earlier = frozenset(names)
    with Unfinished(targets.inputs, targets.folder) as aside:
        for file in files:
            ledger = Ledger()
            target = targets.of(file.path, file.kind, empty=not file.place.stat().st_size)
            name = target.relative_to(targets.folder).as_posix() if target and targets.folder else None
            with _sink(target, output, aside, file.path, may_replace=name is None or name in earlier) as into:
                for octets in rewrite(file, policy.passages, settings, ledger):
                    into.write(octets)
            if len(ledger.rows) != file.documents.height:
                raise OutputError(f"{file.path}: its records cannot be told apart one by one; save it as JSON lines")
            listed.append(_listed(file, ledger, why, policy.passages))
            is_empty = len(ledger.gone) == file.documents.height > 0 == ledger.passed
            emptied += is_empty
            if target is not None and name is not None:
                names.add(name)
                if is_empty:
                    aside.leave_out(target)
                    names.remove(name)
        table = pl.concat(listed)
        where = removals or (beside(Path(output)) if output not in (None, STANDARD_INPUT) else None)
        if where is not None and output is not None:
            unfinished = aside.begin(where, "the list", ours=lambda place: removals is not None or is_list(place))
            of = {OUTPUT: Path(output).name}
            table.write_parquet(unfinished, compression="zstd", compression_level=1, metadata=of)
        if targets.folder and names:
            write_names(names, aside.begin(targets.folder / NAMES, "the names"))
        aside.finish()
    return table, emptied


def _listed(file: File, ledger: Ledger, why: dict[str, tuple[str, str]], passages: str) -> pl.DataFrame:
    """What went of one file, as REMOVALS in the order of the file."""
    texts = dict(file.documents.select("doc_id", "text").iter_rows())
    rows: list[tuple[object, ...]] = [
        (doc_id, ledger.rows[doc_id], None, None, *why[doc_id], texts[doc_id], record)
        for doc_id, record in ledger.gone.items()
    ]
    if passages == "drop":
        for doc_id, cuts in file.cuts.items():
            for cut in cuts:
                text = texts[doc_id][cut["start"] : cut["end"]]
                place = (cut["start"], cut["end"], cut["reason"], cut["counterpart"])
                rows.append((doc_id, ledger.rows[doc_id], *place, text, None))
    schema = {name: dtype for name, dtype in tables.REMOVALS.items() if name != "path"}
    frame = to_removals(pl.DataFrame(rows, schema=schema, orient="row"), file.path)
    return frame.sort("row", "start", nulls_last=False)


def write_list(listed: pl.DataFrame, final: Path) -> None:
    """Write REMOVALS, whole or not at all."""
    with Unfinished() as aside:
        listed.write_parquet(aside.begin(final, "the list"), compression="zstd", compression_level=1)
        aside.finish()


@contextmanager
def _sink(
    target: Path | None, output: str | None, aside: Unfinished, of: str, *, may_replace: bool
) -> Iterator[BinaryIO]:
    """What takes the bytes of the file made of the input `of`: packed as its name says."""
    if target is None:
        if output:
            yield sys.stdout.buffer
            return
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  a dry run
            yield nowhere
        return
    with aside.begin(target, of, inside=True, ours=lambda _place: may_replace).open("wb") as plain:
        if target.suffix in (".gz", ".gzip"):
            # neither a time nor a name inside: the same input gives the same bytes
            with gzip.GzipFile("", "wb", 6, plain, mtime=0) as packed:
                yield cast("BinaryIO", packed)
        elif target.suffix in (".bz2", ".bz"):
            with bz2.BZ2File(plain, "wb") as packed:
                yield cast("BinaryIO", packed)
        elif target.suffix == ".xz":
            with lzma.LZMAFile(plain, "wb") as packed:
                yield cast("BinaryIO", packed)
        elif target.suffix in (".zst", ".zstd"):
            with zstandard.ZstdCompressor(level=3).stream_writer(plain, closefd=False) as writer:
                yield cast("BinaryIO", writer)
        else:
            yield plain
