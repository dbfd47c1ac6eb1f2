"""Passages cut out of articles: each stays in one place, and what an article wrote itself is left to it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import provenance as pv
import provenance.frames
from provenance.cleaning.cutting import Sides, find_cuts, with_lines, without
from provenance.text.folding import fold
from tests.cleaning import PLAIN, frame
from tests.strategies import SENTENCES, dumps


@settings(max_examples=12)
@given(texts=dumps())
def test_dropped_passages_put_back_are_the_texts(texts: dict[str, str]) -> None:
    whole = frame(texts)
    kept = pv.clean(whole, text="body", passages="drop", settings=PLAIN)
    gone = pv.removals(whole, text="body", passages="drop", settings=PLAIN)
    bodies = dict(kept.select("id", "body").iter_rows())
    cuts = gone.filter(pl.col("start").is_not_null()).sort("doc_id", "start")
    for doc_id, start, end, text in cuts.select("doc_id", "start", "end", "text").iter_rows():
        assert len(text) == end - start
        bodies[doc_id] = bodies[doc_id][:start] + text + bodies[doc_id][start:]
    assert bodies == {name: body for name, body in whole.select("id", "body").iter_rows() if name in bodies}
    # every passage that was cut out is still there somewhere, perhaps edited, unless it is boilerplate
    left = set(" ".join(fold(body or "") for body in kept["body"]).split())
    for reason, text in cuts.select("reason", "text").iter_rows():
        words = fold(text).split()
        assert reason == "boilerplate" or sum(word in left for word in words) >= 0.6 * len(words)
    marked = pv.clean(whole, text="body", passages="mark", settings=PLAIN)
    assert marked.drop("passages").equals(pv.clean(whole, text="body", settings=PLAIN))
    marks = marked.select("id", "passages").explode("passages", empty_as_null=False, keep_nulls=False)
    places = marks.select("id", *(pl.col("passages").struct.field(name) for name in ("start", "end"))).rows()
    dropped = sorted(cuts.select("doc_id", "start", "end", "text").rows())
    for (name, start, end), (doc_id, low, high, text) in zip(sorted(places), dropped, strict=True):
        assert name == doc_id
        assert low <= start < end <= high
        assert not (text[: start - low] + text[end - low :]).strip()
    again = pv.removals(marked, text="body", settings=PLAIN)
    assert again.is_empty()


@given(st.lists(st.tuples(st.text("a \t\n\r\x85\u2028", max_size=4), st.text("b \n", min_size=1, max_size=4))))
def test_lines_of_which_nothing_is_left_go_and_no_others(parts: list[tuple[str, str]]) -> None:
    """What stays and what is cut out in turns, against the lines one after the other."""
    text, kinds, cuts = "", "", []
    for stays, goes in parts:
        cuts.append((len(text) + len(stays), len(text) + len(stays) + len(goes)))
        text, kinds = text + stays + goes, kinds + stays + "#" * len(goes)
    gone, before, at = set[int](), False, 0
    for line in kinds.splitlines(keepends=True):
        before = not line.strip("# \t\n\r\x85\u2028") and ("#" in line or before)
        gone |= set(range(at, at + len(line))) if before else set()
        at += len(line)
    last = len(text)
    if before:
        while last and (last - 1 in gone or kinds[last - 1] in " \t\n\r\x85\u2028"):
            last -= 1
    stay = [n for n, kind in enumerate(kinds) if n not in gone and kind != "#" and n < last]
    wide = with_lines(text, cuts)
    assert [n for n in range(len(text)) if not any(low <= n < high for low, high in wide)] == stay
    assert all(low <= start and end <= high for (low, high), (start, end) in zip(wide, cuts, strict=True))
    assert all(one[1] <= other[0] for one, other in pairwise(wide))


def test_what_is_cut_out_stays_in_one_place() -> None:
    """Clusters hold passages inside each other: cut by them, some left all articles and some stayed twice."""
    one, two, three, four, five = (" ".join(f"{word}{number}" for number in range(40)) + "." for word in "abcde")
    texts = {"a": [one, three], "b": [one, two, four], "c": [one, two, five]}
    whole = frame({name: "\n\n".join(parts) for name, parts in texts.items()})
    kept = "".join(filter(None, pv.clean(whole, text="body", keep="first", passages="drop", settings=PLAIN)["body"]))
    assert [kept.count(part) for part in (one, two, three, four, five)] == [1] * 5

    dump = pv.scan(Path(__file__).parents[1] / "corpus", pv.Settings(until="matches")).documents
    story = "The company has asked the harbour authority at Port Halven for its latest soundings"
    assert dump["text"].str.contains(story, literal=True).sum() > 1
    left = pv.clean(dump, id="doc_id", keep="origin", passages="drop")
    assert left["text"].str.contains(story, literal=True).sum() == 1


AGENCY = """\
Husum (dpa) - Der Deutsche Wetterdienst hat für den Norden Schleswig-Holsteins eine Sturmwarnung der höchsten Stufe \
ausgegeben. An der Westküste werden in der Nacht zu Freitag Orkanböen mit bis zu 140 Kilometern pro Stunde erwartet.
Die Fährverbindungen zu den Inseln Amrum und Föhr wurden am Donnerstagmittag eingestellt. Auf dem Hindenburgdamm \
fuhren die Autozüge nur noch bis 16 Uhr.
«Wir rechnen mit einer schweren Sturmflut, die etwa zwei Meter über dem mittleren Hochwasser auflaufen wird», sagte \
eine Sprecherin des Bundesamts für Seeschifffahrt in Hamburg.
In Husum wurden die Schulen geschlossen und die Parkplätze am Hafen geräumt. Die Feuerwehr bat die Bevölkerung, \
Gartenmöbel und Weihnachtsschmuck zu sichern."""
OWN = """\
Auch in Kiel blieben am Nachmittag mehrere Weihnachtsmärkte geschlossen. Der Veranstalter sprach von einem Verlust von \
rund 20.000 Euro, den ihm niemand ersetze."""


@pytest.mark.parametrize("keep", ["origin", "first"])
def test_what_an_article_wrote_between_copied_sentences_is_not_cut(keep: str) -> None:
    """One rewritten stretch reaches over what is between, for the sentences stand in another order."""
    *_, third, last = AGENCY.splitlines()
    whole = frame({"agency": AGENCY, "paper": f"Kiel. {last}\n\n{OWN} {third}"})
    assert pv.scan(whole, pv.Settings(text="body")).spans["kind"].to_list() == ["rewritten"]
    left = pv.clean(whole, text="body", keep=keep, passages="drop")
    assert left.filter(id="paper")["body"].item() == f"Kiel. \n\n{OWN} "
    assert pv.removals(whole, text="body", keep=keep, drop=["contained"]).is_empty()
    on = pv.clean(whole, text="body", keep=keep, passages="drop", settings=pv.Settings(rewritten="on"))
    assert OWN not in on.filter(id="paper")["body"].item()


@given(
    texts=st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_of_whatever_exact_spans_tie_one_stays(texts: list[list[int]], order: Any) -> None:
    """Blocks of 100 characters; of each, as over the link cap, the place before and the first one are named."""
    rank = list(range(len(texts)))
    order.shuffle(rank)
    stays = np.array([order.random() < 0.7 for _ in texts])
    rows, places = [], dict[int, list[tuple[int, int]]]()
    for document, blocks in enumerate(texts):
        for at, block in enumerate(blocks):
            known = places.setdefault(block, [])
            rows += [(*one, document, 100 * at) for one in {*known[:1], *known[-1:]}]
            known.append((document, 100 * at))
    ways = [(a, x, x + 100, b, y, y + 100, True) for a, x, b, y in rows] + [
        (b, y, y + 100, a, x, x + 100, True) for a, x, b, y in rows
    ]
    sides = Sides(*np.array(sorted(ways), np.int64).reshape(-1, 7).T)._replace(exact=np.ones(len(ways), np.bool_))
    cuts = [cut[:3] for cut in find_cuts(sides, np.array(rank), stays, {})]
    for block, where in places.items():
        there = [place for place in where if stays[place[0]]]
        left = [place for place in there if (*place, place[1] + 100) not in cuts]
        best = min(there, key=lambda place: (rank[place[0]], place[1]), default=None)
        assert left == ([] if best is None else [best]), block


def test_a_passage_in_a_hundred_documents_stays_in_one() -> None:
    """Over the link cap few of its places are tied to any one."""
    shared = " ".join(f"s{number}" for number in range(40)) + "."
    texts = [f"{' '.join(f'w{at * 100 + n}' for n in range(60))}.\n\n{shared}" for at in range(100)]
    order = np.random.default_rng(5).permutation(100)
    whole = pl.DataFrame({"id": [f"d{name:02}" for name in order], "text": texts})
    left = pv.clean(whole, keep="first", passages="drop", settings=PLAIN)
    assert left["text"].str.contains(shared, literal=True).to_list() == [True] + [False] * 99


def test_likeness_is_not_followed_from_one_to_the_next() -> None:
    """Each is like the one before: the second goes for the first; the third is like what is gone, and stays."""
    rows = [(0, 0, 100, 1, 0, 90), (1, 0, 90, 2, 0, 80), (2, 0, 80, 3, 0, 85)]
    ways = sorted(rows + [(*row[3:], *row[:3]) for row in rows])
    sides = Sides(*np.array(ways).T, exact=np.zeros(len(ways), np.bool_))
    cuts = find_cuts(sides, np.arange(4), np.ones(4, np.bool_), {})
    assert cuts == [(1, 0, 90, 0), (3, 0, 85, 2)]


@given(
    start=st.integers(0, 20),
    size=st.integers(1, 20),
    taken=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=5),
)
def test_without_leaves_exactly_what_is_not_taken(start: int, size: int, taken: list[tuple[int, int]]) -> None:
    places = [(low, low + wide) for low, wide in taken]
    left = without(start, start + size, places)
    points = {point for low, high in left for point in range(low, high)}
    assert points == set(range(start, start + size)) - {p for low, high in places for p in range(low, high)}
    assert all(low < high for low, high in left)
    assert left == sorted(left)


def test_a_teaser_goes_and_not_the_beginning_of_the_paragraph() -> None:
    """The first of two places stayed, and the paragraph began with its second sentence."""
    teaser = "A wedding ring that vanished into a batch of dough in 1984 was handed back to its owner on Thursday."
    rest = " ".join(SENTENCES[:3])
    texts = [f"A ring comes home\n\n{teaser}\n\n{teaser} {rest}", f"Ring found in a loaf\n\n{teaser} {rest}"]
    whole = pl.DataFrame({"id": ["a", "b"], "text": texts})
    assert pv.scan(whole, PLAIN).spans["role"].to_list().count("teaser") == 1
    left = pv.clean(whole, keep="first", drop=[], passages="drop", settings=PLAIN)["text"].to_list()
    assert left[0] == f"A ring comes home\n\n{teaser} {rest}"


def test_what_is_doubled_in_several_articles_stays_once() -> None:
    """The article that kept what they share kept both copies of the caption in it: the second was held as shared."""
    caption = "The scene at the harbour on Tuesday. (AP Photo/John Doe)"
    top = f"By Ann Lee\nPhoto: {caption}\n{caption}\n\n{SENTENCES[0]}"
    texts = [f"A ring comes home\n{top}\n{SENTENCES[at]}" for at in (1, 2)]
    whole = pl.DataFrame({"id": ["a", "b"], "text": texts})
    assert {"a"} in [set(pair) for pair in pv.scan(whole, PLAIN).spans.select("left_doc", "right_doc").rows()]
    left = pv.clean(whole, keep="first", drop=[], passages="drop", settings=PLAIN)["text"].to_list()
    assert left == [texts[0].replace(f"\n{caption}\n\n", "\n"), SENTENCES[2]]
