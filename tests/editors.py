"""Texts, decisions and small questions that tests of what editors decide share."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from provenance.tables import VERDICTS, WRITTEN
from provenance.text.contents import read_contents
from provenance.verdicts import subjects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.reports.runs import Run

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
A, B, C, D = (letter * 24 for letter in "abcd")

FERRY = (
    "The ferry ran aground on the bar at dawn, and nobody was hurt, the owner of the line said on Tuesday. Divers will "
    "look at the hull once the tide is out, and until then the old boat takes the mail and the milk to the island."
)
QUAY = (
    "The harbour board voted on Tuesday evening to close the northern quay for repairs until the first week of May, "
    "and asked the ferry company to move its boats to the old fish market for as long as the work goes on."
)
CHERRIES = (
    "Growers in the valley expect the late frost to cost them a third of this year's cherries, although the trees on "
    "the southern slopes came through the cold nights without any damage that could be seen from the road."
)
ASIDE = "Our evening letter brings you the whole of the story, with voices from every village along the northern shore."


def frame(*texts: str, ids: str = "", outlets: Sequence[str | None] = ()) -> pl.DataFrame:
    ids = ids or "abcdefgh"[: len(texts)]
    return pl.DataFrame(
        {"id": list(ids), "text": texts, "outlet": list(outlets) or [None] * len(texts)},
        schema_overrides={"outlet": pl.String()},
    )


def log(*said: tuple[object, str] | tuple[object, str, str], editor: str = "Ann") -> pl.DataFrame:
    rows = [
        (str(subject), verdict, editor, NOON + dt.timedelta(seconds=at), "".join(note))
        for at, (subject, verdict, *note) in enumerate(said)
    ]
    return pl.DataFrame(rows, schema=VERDICTS, orient="row")


def key(text: str) -> str:
    (found,) = read_contents(pl.Series([text])).keys
    assert isinstance(found, str)
    return found


def pair(one: str, other: str) -> subjects.Subject:
    return subjects.pair(key(one), key(other))


def together(run: Run) -> list[list[str]]:
    documents = run.clusters.filter(pl.col("level") == "document")
    return sorted(sorted(group) for group in documents.group_by("cluster_id").agg("doc_id")["doc_id"].to_list())


def same_tables(one: Run, other: Run) -> None:
    for name in WRITTEN:
        assert one.table(name).equals(other.table(name)), name
