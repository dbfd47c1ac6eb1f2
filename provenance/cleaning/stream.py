"""JSON lines in, JSON lines out, while they come: of several alike the first stays, as the others are not known yet."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from provenance import tables
from provenance.cleaning import to_removals
from provenance.cleaning.files import Outcome
from provenance.dumps.sources.walk import STANDARD_INPUT
from provenance.dumps.streaming import Streamed
from provenance.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.dumps.streaming import Bit
    from provenance.settings import Settings

ALIKE = ("duplicate", "near_duplicate", "same")


def clean_stream(
    stdin: BinaryIO, stdout: BinaryIO, settings: Settings, *, listed: bool, verdicts: pl.DataFrame | None = None
) -> Outcome:
    """A stream of JSON lines -> the lines that stay, each written as soon as that is known; with `listed`, what went.

    What stays is kept in an index in an unnamed file, so that memory is bounded however much comes; only the ids of
    what went are held, and all of it if it is to be listed.
    """
    streamed = Streamed([STANDARD_INPUT], settings, stdin)
    gone: dict[str, str] = {}
    reasons: Counter[str] = Counter()
    parts, read, before = [tables.empty(tables.REMOVALS)], 0, 0
    with Index.temporary(replace(settings, level="document")) as index:
        waiting: list[Bit] = []

        def documents() -> Iterator[pl.DataFrame]:
            for bit in streamed.bits(stdin):
                waiting.append(bit)
                yield bit.documents

        held: list[pl.DataFrame] = []
        for findings in index.check_each(documents(), add=True, origins=False, verdicts=verdicts):
            held.append(findings)
            read += findings.height
            while waiting and sum(part.height for part in held) >= waiting[0].documents.height:
                bit = waiting.pop(0)
                whole = pl.concat(held)
                held = [whole[bit.documents.height :]]
                went = decide(whole[: bit.documents.height], gone)
                reasons.update(reason for _, reason, _ in went.values())
                lines = {bit.records[row] for row in went}
                stdout.writelines(line for number, line in enumerate(bit.lines) if number not in lines)
                stdout.flush()
                if listed:
                    parts.append(_listed(bit, went, before))
                before += len(bit.lines)
        for bit in waiting:  # lines without a document
            stdout.writelines(bit.lines)
        stdout.flush()
    return Outcome(read, pl.concat(parts), streamed.rejects, reasons)


def decide(findings: pl.DataFrame, gone: dict[str, str]) -> dict[int, tuple[str, str, str]]:
    """FINDINGS of documents in turn, and what went before -> row, and id, reason and counterpart of what goes now.

    `gone` gets the ids and counterparts of what goes: a document goes only for one that stays.
    """
    went: dict[int, tuple[str, str, str]] = {}
    columns = findings.select("doc_id", "verdict", "matched_doc", "matches").iter_rows()
    for row, (doc_id, verdict, matched, matches) in enumerate(columns):
        if verdict == "duplicate" and matched == doc_id:  # the same id and text again
            went[row] = (doc_id, "duplicate", gone.get(doc_id, doc_id))
            continue
        stays = [match for match in matches if match["relation"] in ALIKE and match["doc_id"] not in gone]
        if stays:
            went[row] = (doc_id, stays[0]["relation"], stays[0]["doc_id"])
            gone[doc_id] = stays[0]["doc_id"]
    return went


def _listed(bit: Bit, went: dict[int, tuple[str, str, str]], before: int) -> pl.DataFrame:
    texts = bit.documents["text"]
    rows = [
        (doc_id, before + bit.records[row], None, None, reason, other, texts[row], bit.lines[bit.records[row]])
        for row, (doc_id, reason, other) in went.items()
    ]
    schema = {name: dtype for name, dtype in tables.REMOVALS.items() if name != "path"}
    return to_removals(pl.DataFrame(rows, schema=schema, orient="row"), STANDARD_INPUT)
