"""The five shared dumps against what a reader found in them."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance.evaluation import measure
from provenance.evaluation.gold import read_gold

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from provenance.reports.runs import Run

ENDS = ("start", "end")
EDGE = 3  # characters that an edge may be off
#: The kind of a group -> the roles that say so.
ROLES = {
    "doubled_headline": {"headline"},
    "doubled_caption": {"caption"},
    "excerpt": {"teaser"},
    "boilerplate": {"boilerplate"},
}
FEED = "004_f64c308359b7acb1.txt"


@pytest.fixture(scope="module")
def gold(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "gold" / "dumps.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def documents(dumps_run: Run) -> pl.DataFrame:
    """Documents with the name of their file, in order."""
    return dumps_run.documents.with_columns(file=pl.col("path").str.extract(r"([^/]+)$")).sort("file", "start")


@pytest.fixture(scope="module")
def sides(dumps_run: Run, documents: pl.DataFrame) -> pl.DataFrame:
    """Each span from both of its sides: file, start, end, role, other_file, other_start, other_end."""
    offsets = documents.select("doc_id", "file", offset="start")
    both = dumps_run.spans
    for side in ("left", "right"):
        moved = offsets.rename({"doc_id": f"{side}_doc", "file": f"{side}_file", "offset": f"{side}_offset"})
        ends = [pl.col(f"{side}_{end}") + pl.col(f"{side}_offset") for end in ("start", "end")]
        both = both.join(moved, on=f"{side}_doc").with_columns(ends)
    parts = [
        both.select(
            "role",
            **{end: f"{one}_{end}" for end in ("file", "start", "end")},
            **{f"other_{end}": f"{other}_{end}" for end in ("file", "start", "end")},
        )
        for one, other in (("left", "right"), ("right", "left"))
    ]
    return pl.concat(parts)


def near(prefix: str, file: str, place: list[int]) -> pl.Expr:
    start, end = (
        (pl.col(f"{prefix}{end}") - at).abs() <= EDGE for end, at in zip(("start", "end"), place, strict=True)
    )
    return (pl.col(f"{prefix}file") == file) & start & end


def test_every_repeat_is_found_with_its_edges_and_role(gold: dict[str, Any], sides: pl.DataFrame) -> None:
    wrong = []
    for group in gold["repeats"]:
        file = group["file"]
        for place in group["spans"]:
            others = [near("other_", file, other) for other in group["spans"] if other != place]
            found = sides.filter(near("", file, place) & pl.any_horizontal(others))
            roles = set(found["role"])
            if not roles & ROLES[group["kind"]]:
                wrong.append((file, group["kind"], place, group["texts"][0][:40], sorted(roles)))
    assert len(gold["repeats"]) == 14
    assert wrong == []


def test_each_group_of_repeats_is_one_passage_cluster(
    gold: dict[str, Any], dumps_run: Run, documents: pl.DataFrame
) -> None:
    offsets = documents.select("doc_id", "file", offset="start")
    members = dumps_run.clusters.filter(pl.col("level") == "passage").join(offsets, on="doc_id")
    members = members.with_columns(pl.col("start") + pl.col("offset"), pl.col("end") + pl.col("offset"))
    wrong = []
    for group in gold["repeats"]:
        held = [set(members.filter(near("", group["file"], place))["cluster_id"]) for place in group["spans"]]
        if not set.intersection(*held):
            wrong.append((group["file"], group["kind"], group["texts"][0][:40], held))
    assert wrong == []


def test_the_dumps_are_cut_into_their_articles(gold: dict[str, Any], documents: pl.DataFrame) -> None:
    for about in gold["articles"]:
        articles = documents.filter(pl.col("file") == about["file"])
        least, most = (6, 8) if "6 to 8" in about.get("note", "") else (about["articles"],) * 2
        assert least <= articles.height <= most, about["file"]
        for text, start in zip(articles["text"], about.get("starts", []), strict=False):
            assert text.startswith(start)


def test_the_feed_keeps_titles_addresses_and_dates(gold: dict[str, Any], documents: pl.DataFrame) -> None:
    about = next(about for about in gold["articles"] if about["file"] == FEED)
    items = documents.filter(pl.col("file") == FEED)
    assert items["title"].to_list() == about["titles"]
    assert items["url"].to_list() == about["urls"]
    wanted: list[datetime] = [parsedate_to_datetime(date) for date in about["published"]]
    assert items["published"].to_list() == wanted


def test_five_of_six_origins_are_right(shared: Path, dumps_run: Run) -> None:
    found = measure({name: dumps_run.table(name) for name in dumps_run.made}, read_gold(shared / "gold"))
    accuracy = found.filter(pl.col("measure") == "origin accuracy").row(0, named=True)
    assert accuracy["cases"] == 6
    assert accuracy["value"] >= 5 / 6


def test_every_article_has_an_origin_with_a_reason(dumps_run: Run) -> None:
    assert set(dumps_run.origins["doc_id"]) == set(dumps_run.documents["doc_id"])
    assert dumps_run.origins["doc_id"].is_unique().all()
    assert (dumps_run.origins["reason"].str.len_chars() > 10).all()
