"""The page: one file, nothing that runs or loads, hostile text inert, every text shown as it stands."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.reports import escaping, page
from provenance.reports.marking import Mark, mark_text
from provenance.reports.page import render
from provenance.reports.runs import Run
from tests.runs import ARABIC, HOSTILE, LEFT, RIGHT, SHARED, frame, hand_made

VOID = {"meta", "input", "br", "img", "link", "hr"}


class Reader(HTMLParser):
    """Collects what a browser would see: elements with their attributes, and the text of chosen ones."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []  # of div.text, without numbers
        self.content: dict[str, str] = {}
        self.marked: list[str] = []
        self.feed(html)
        self.close()
        assert not self.stack, f"not closed: {self.stack}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append((tag, dict(attrs)))
        if tag == "div" and dict(attrs).get("class") == "text":
            self.texts.append("")
        if tag == "mark":
            self.marked.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"closed too often: {tag}"
        assert self.stack.pop()[0] == tag, tag

    def handle_data(self, data: str) -> None:
        inside = [(tag, attributes.get("class")) for tag, attributes in self.stack]
        if self.stack:
            self.content[inside[-1][0]] = self.content.get(inside[-1][0], "") + data
        if ("div", "text") in inside and inside[-1] != ("a", "number"):
            self.texts[-1] += data
            if any(tag == "mark" for tag, _ in inside):
                self.marked[-1] += data


def chips(text: str) -> str:
    """What the page shows in place of what cannot be seen."""
    return escaping.UNSEEN.sub(
        lambda found: escaping.NAMES.get(ord(found.group()), f"U+{ord(found.group()):04X}"), text
    )


def test_page_shows_every_text_whole_and_marks_what_repeats() -> None:
    reader = Reader(render(hand_made()))
    assert sorted(reader.texts) == sorted(map(chips, (LEFT, RIGHT, ARABIC)))
    assert reader.marked == ["Quay to close", "Quay to close", SHARED, SHARED]


def test_page_loads_and_runs_nothing_but_its_own_two_blocks() -> None:
    html = render(hand_made())
    reader = Reader(html)
    policy = next(a["content"] for tag, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    for block in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(reader.content[block].encode()).digest()).decode()
        assert f"{block}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag, attributes in reader.elements:
        assert tag not in {"img", "iframe", "object", "embed", "link", "base", "form", "svg"}
        for name, value in attributes.items():
            assert not name.startswith("on"), f"{tag} {name}"
            assert name not in {"src", "style", "action", "srcset"}, f"{tag} {name}"
            if name == "href":
                assert value is not None
                assert value.startswith("#"), f"{tag} {value}"
    assert not re.search(r"url\(|@import", reader.content["style"])
    assert sum(tag == "script" for tag, _ in reader.elements) == 1


def test_hostile_text_is_inert_in_every_field() -> None:
    run = hand_made()
    text = pl.lit(HOSTILE)

    def poison(name: str, *columns: str) -> pl.DataFrame:
        return run.table(name).with_columns(text.alias(column) for column in columns)

    poisoned = dataclasses.replace(
        run,
        documents=poison("documents", "path", "outlet", "title", "byline", "language"),
        rejects=poison("rejects", "path", "reason", "detail", "action"),
        edges=poison("edges", "kind", "verdict").with_columns(
            evidence=pl.lit(
                [{"family": HOSTILE, "weight": 1.0, "doc_id": HOSTILE, "start": 0, "end": 1, "text": HOSTILE}]
            )
        ),
        origins=poison("origins", "verdict", "reason", "runner_up"),
        outlets=poison("outlets", "from_outlet", "to_outlet"),
    )
    html = render(poisoned)
    reader = Reader(html)
    assert sum(tag == "script" for tag, _ in reader.elements) == 1
    assert not any(name.startswith("on") or name == "src" for _, a in reader.elements for name in a)
    assert not escaping.UNSEEN.search(html)
    assert "{{ 7*7 }}" in html
    assert not re.search(r"(?<!\d)49(?!\d)", html)


def test_links_lead_somewhere_and_ids_are_single() -> None:
    reader = Reader(render(hand_made()))
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for tag, a in reader.elements if tag == "a" and (value := a.get("href"))}
    assert targets <= set(ids)


def test_origin_evidence_rejects_and_counts_are_told() -> None:
    html = render(hand_made())
    for words in (
        "3 articles read, 1 unique, 2 repeated",
        "Its lead cites Reuters.",
        "(not in the dump)",
        "a day before",
        "line 4 is &lt;not&gt; JSON",
        "headline, 2 times inside one article",
        "paragraph, 2 times in 2 articles",
        "no date",
        "2024-05-01 12:00 UTC",
    ):
        assert words in html, words


def many(clusters: int) -> Run:
    """A run of clusters of two short articles each."""
    run = hand_made()
    ids = [f"{number:04}{side}" for number in range(clusters) for side in "ab"]
    return dataclasses.replace(
        run,
        documents=frame("documents", [(i, i, 0, 5, None, i, None, None, None, None, f"text {i}") for i in ids]),
        clusters=frame("clusters", [(f"d:{i[:4]}", "document", i, None, None, "paragraph", 1.0, None) for i in ids]),
        edges=run.edges.clear(),
        origins=run.origins.clear(),
    )


@pytest.mark.parametrize(("clusters", "shown_open"), [(3, 3), (20, 20), (21, 20)])
def test_up_to_twenty_clusters_stand_open(clusters: int, shown_open: int) -> None:
    reader = Reader(render(many(clusters)))
    found = [a for tag, a in reader.elements if tag == "details" and "cluster" in (a.get("class") or "")]
    assert len(found) == clusters
    assert ["open" in attributes for attributes in found] == [number < shown_open for number in range(clusters)]


def test_a_large_run_is_cut_and_says_so() -> None:
    html = render(many(page.MOST_CLUSTERS + 5))
    assert f"The {page.MOST_CLUSTERS} largest are shown" in html
    assert html.count('<details class="cluster"') == page.MOST_CLUSTERS


def test_a_run_without_anything_has_a_page() -> None:
    run = hand_made()
    nothing = {name: run.table(name).clear() for name in run.made}
    html = render(Run.of(nothing, run.facts))
    assert "No two articles share half of their words." in html
    assert "No passage stands twice." in html


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render(hand_made()) == render(hand_made())


@given(st.text(max_size=200), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=8))
def test_pieces_are_the_text_and_carry_the_marks_that_cover_them(text: str, places: list[tuple[int, int]]) -> None:
    marks = [
        Mark(min(pair), max(pair), number, "paragraph")
        for number, pair in enumerate(places, 1)
        if min(pair) < max(pair) <= len(text)
    ]
    pieces = mark_text(text, sorted(marks), budget=10_000)
    assert "".join(piece.text for piece in pieces) == text
    at = 0
    for piece in pieces:
        covering = {mark.number for mark in marks if mark.start <= at and at + len(piece.text) <= mark.end}
        assert set(piece.numbers) == covering
        at += len(piece.text)
    assert sorted(number for piece in pieces for number in piece.begins) == sorted(mark.number for mark in marks)


def test_long_unmarked_stretches_are_shortened_and_counted() -> None:
    text = "word " * 1_000 + "MARK" + "y" * 10
    pieces = mark_text(text, [Mark(5_000, 5_004, 1, "quote")], budget=10_000)
    assert sum(len(piece.text) + piece.left_out for piece in pieces) == len(text)
    assert [piece.text for piece in pieces if piece.numbers] == ["MARK"]
    assert 4_300 < pieces[0].left_out < 4_700
    assert {word for piece in pieces[:2] for word in piece.text.split()} == {"word"}
    whole = mark_text("x" * 5_000, [], budget=10_000)
    assert sum(len(piece.text) + piece.left_out for piece in whole) == 5_000


@given(st.text())
def test_nothing_unseen_reaches_a_terminal_or_a_page(text: str) -> None:
    shown = escaping.terminal(text)
    assert not escaping.UNSEEN.search(shown)
    assert "\n" not in shown
    assert not re.search(
        r"[<>](?!/?span|$)", re.sub(r'<span class="chip" title="[^"]*">[^<]*</span>', "", escaping.page(text))
    )


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    assert not re.match(r"\s*[=+\-@]", escaping.cell(text)) or escaping.cell(text).startswith("'")
