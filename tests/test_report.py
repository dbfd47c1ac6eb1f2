"""The page as a file: nothing in it runs or loads but its own two blocks, and its data are all that views need."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import random
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.reports import articles, blocks, escaping, listing, page, pairs, soundness
from provenance.reports.numbered import HIDDEN, number_tables, repeated_share
from provenance.reports.page import page_files, render
from provenance.reports.runs import Run
from provenance.reports.writing import BLOCKS, PAGE
from tests.runs import ARABIC, HOSTILE, LEFT, RIGHT, SHARED, frame, hand_made

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = page.files("provenance.reports") / "templates"
VOID = {"meta", "input", "br", "img", "link", "hr"}


class Reader(HTMLParser):
    """Collects the elements with their attributes and the text of each kind."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.content: dict[str, str] = {}
        self.feed(html)
        self.close()
        assert not self.stack, f"not closed: {self.stack}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"closed too often: {tag}"
        assert self.stack.pop()[0] == tag, tag

    def handle_data(self, data: str) -> None:
        if self.stack:
            tag, attributes = self.stack[-1]
            name = attributes.get("data-block") or attributes.get("type") or tag
            self.content[name] = self.content.get(name, "") + data


def read(html: str) -> dict[str, Any]:
    """The page's data: every block by its name."""
    reader = Reader(html)
    found = [a["data-block"] for tag, a in reader.elements if tag == "script" and "data-block" in a]
    return {str(name): json.loads(blocks.unpack(reader.content[str(name)])) for name in found}


def shown(run: Run) -> dict[str, Any]:
    return {row["doc_id"]: row for row in read(render(run))["articles-0"]}


def test_page_holds_every_text_whole_with_its_places() -> None:
    found = shown(hand_made())
    assert {doc_id: row["text"] for doc_id, row in found.items()} == {"a": LEFT, "b": RIGHT, "c": ARABIC}
    marked = [LEFT[start:end] for start, end, _ in found["a"]["marks"]]
    assert marked == ["Quay to close", "Quay to close", SHARED]
    assert [RIGHT[start:end] for start, end, _ in found["b"]["marks"]] == [SHARED]
    assert found["a"]["inner"] == [[0, 13, 15, 28]]
    assert found["c"]["marks"] is None
    assert found["b"]["repeated"] == round(len(SHARED) / len(RIGHT), 3)
    assert found["b"]["published"] is None
    assert found["a"]["published"] == 1714564800


def test_page_loads_and_runs_nothing_but_its_own_two_blocks() -> None:
    html = render(hand_made())
    reader = Reader(html)
    policy = next(a["content"] for tag, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    for block, name in (("style", "style"), ("script", "module")):
        digest = base64.b64encode(hashlib.sha256(reader.content[name].encode()).digest()).decode()
        assert f"{block}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "connect-src 'none'" in policy
    for tag, attributes in reader.elements:
        assert tag not in {"img", "iframe", "object", "embed", "link", "base", "form", "svg"}
        for name, value in attributes.items():
            assert not name.startswith("on"), f"{tag} {name}"
            assert name not in {"src", "style", "action", "srcset"}, f"{tag} {name}"
            if name == "href":
                assert value is not None
                assert value.startswith("#"), f"{tag} {value}"
    assert not re.search(r"url\(|@import", reader.content["style"])
    kinds = [a.get("type") for tag, a in reader.elements if tag == "script"]
    assert kinds.count("module") == 1
    assert set(kinds) == {"module", "application/octet-stream"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.iterdir(), key=lambda path: path.name), ids=lambda path: path.name)
def test_templates_make_text_nodes_only_and_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert word not in text, word
    assert text.count("\n") <= 400
    if path.suffix == ".html":
        assert re.findall(r"{{ [^}]*safe", text) == ["{{ style|safe", "{{ block.content|safe", "{{ script|safe"]


def test_templates_import_and_export_only_what_is_used() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.iterdir() if path.name.endswith(".js")}
    names = re.compile(r"[A-Za-z]\w*")
    for name, text in scripts.items():
        lines = re.findall(r"^import \{(.*)\} from", text, re.MULTILINE)
        imported = [names.findall(one)[-1] for line in lines for one in line.split(",")]
        body = names.findall(re.sub(r"^import .*$", "", text, flags=re.MULTILINE))
        assert [one for one in imported if one not in body] == [], name
        for one in re.findall(r"^export (?:async )?(?:function|const) (\w+)", text, re.MULTILINE):
            assert any(one in names.findall(other) for far, other in scripts.items() if far != name), (name, one)


def test_hostile_text_stays_inside_the_data() -> None:
    run = hand_made()
    text = pl.lit(HOSTILE)

    def poison(name: str, *columns: str) -> pl.DataFrame:
        return run.table(name).with_columns(text.alias(column) for column in columns)

    poisoned = dataclasses.replace(
        run,
        documents=poison("documents", "path", "outlet", "title", "byline", "language", "url"),
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
    clean = Reader(render(run))
    assert [tag for tag, _ in Reader(html).elements] == [tag for tag, _ in clean.elements]
    assert "alert(" not in html
    assert not escaping.UNSEEN.search(html)
    found = shown(poisoned)["a"]
    assert found["title"] == found["url"] == found["origin"]["reason"] == HOSTILE


def test_origin_evidence_rejects_and_counts_are_told() -> None:
    told = read(render(hand_made()))
    run, found = told["run"], {row["doc_id"]: row for row in told["articles-0"]}
    assert run["facts"]["counts"] == {"read": 3, "unique": 1, "repeated": 2, "rejected": 1}
    assert run["rejects"][0]["detail"] == "line 4 is <not> JSON"
    assert run["scores"]["jaccard"][10] == 1
    assert run["copying"]["rows"] == [
        {"from_outlet": "The Post", "to_outlet": "Other", "documents": 1, "words": 40, "lag": 7200}
    ]
    assert run["outlets"]["total"]["articles"] == 3
    assert {row["outlet"]: row["repeated"] for row in run["outlets"]["rows"]} == {"The Post": 1, "صدى": 0, None: 1}
    assert found["a"]["origin"]["origin_id"] == "source:Reuters"
    assert found["b"]["origin"]["outlet"] == "The Post"
    (group,) = run["first"]["document"]
    assert group["began"] == {"name": "Reuters", "outside": True, "verdict": "possible", "confidence": 0.7}
    assert found["b"]["edges"][0]["evidence"][0]["text"] == "a day before"
    assert found["b"]["edges"][0]["outlet"] == "The Post"
    assert found["a"]["copies"] == [{"to_id": "b", "kind": "copied", "confidence": 0.9, "verdict": "likely"}]
    other, relation, jaccard, own, theirs, spans = found["b"]["pairs"][0]
    assert (told["ids"][other], soundness.RELATIONS[relation]) == ("a", "contained")
    assert (jaccard, own, theirs, spans) == (500, 900, 600, 1)
    assert soundness.RELATIONS[found["a"]["pairs"][0][1]] == "contains"


def test_pairs_lead_from_one_article_to_the_other() -> None:
    told = read(render(hand_made()))
    found = told["pairs-0"][0]
    ids = told["ids"]
    assert [ids[found["low"]], ids[found["high"]]] == ["a", "b"]
    (left_start, left_end, right_start, right_end, identity, kind, furniture) = found["places"][0]
    assert LEFT[left_start:left_end] == RIGHT[right_start:right_end] == SHARED
    assert (identity, pairs.KINDS[kind], furniture) == (1000, "exact", 0)


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


def test_clusters_lead_to_their_members_through_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 20_000)
    told = read(render(many(60)))
    contents = told["run"]["contents"]
    assert len(contents["articles"]) > 3
    for number, row in enumerate(told["document_clusters"]):
        chunk = max(at for at, start in enumerate(contents["document_members"]) if start <= number)
        members = told[f"document_members-{chunk}"][number - contents["document_members"][chunk]]["members"]
        assert [told["ids"][member[0]][:4] for member in members] == [row["id"][2:]] * 2
    for number, doc_id in enumerate(told["ids"]):
        chunk = max(at for at, start in enumerate(contents["articles"]) if start <= number)
        assert told[f"articles-{chunk}"][number - contents["articles"][chunk]]["doc_id"] == doc_id


@pytest.mark.parametrize("run", [hand_made(), many(20)], ids=["passages", "articles"])
def test_clusters_show_how_a_member_reads_there(run: Run) -> None:
    tables, chosen = number_tables(run), listing.choose_clusters(run.clusters)
    found = pl.concat(
        listing.list_clusters(tables, chosen, listing.find_members(tables, chosen, level), level)
        for level in ("passage", "document")
    )
    texts = dict(run.documents.select("doc_id", "text").iter_rows())
    wanted: dict[str, set[str]] = {}
    for row in run.clusters.to_dicts():
        words = texts[row["doc_id"]][row["start"] or 0 : row["end"]][: listing.WORDS]
        wanted.setdefault(row["cluster_id"], set()).add(words)
    assert {cluster_id for cluster_id, words in found.select("id", "words").iter_rows() if words} == set(wanted)
    for cluster_id, words in found.select("id", "words").iter_rows():
        assert words in wanted[cluster_id]


def test_a_large_run_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_CLUSTERS", 3)
    monkeypatch.setattr(articles, "ALONE_BUDGET", 30)
    monkeypatch.setattr(articles, "EXCERPT", 4)
    told = read(render(many(8)))
    assert len(told["document_clusters"]) == 3
    assert told["run"]["totals"]["document"] == 8
    cut = [(row["text"], row["cut"], row["length"]) for row in told["articles-0"]]
    assert cut[:3] == [(f"text 000{name}", 0, 10) for name in ("0a", "0b", "1a")]
    assert cut[3:] == [("text", 6, 10)] * 13


def test_of_many_pairs_each_article_keeps_its_closest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "MANY", 3)
    monkeypatch.setattr(pairs, "CLOSEST", 1)
    shares = {("a", "b"): 0.9, ("a", "c"): 0.5, ("a", "d"): 0.4, ("b", "c"): 0.8}
    rows = [(left, right, 1, 0.3, share, share, "overlap") for (left, right), share in shares.items()]
    run = dataclasses.replace(hand_made(), matches=frame("matches", rows))
    kept = pairs.choose_pairs(run.matches).select("left_doc", "right_doc").rows()
    assert kept == [("a", "b"), ("a", "d"), ("b", "c")], "a and c have closer ones, both of them"
    monkeypatch.setattr(pairs, "CLOSEST", 2)
    assert pairs.choose_pairs(run.matches).height == 4, "c has two only"


def test_what_an_article_repeats_is_counted_once_wherever_the_spans_lie() -> None:
    draw = random.Random(7)
    ids = ["a", "b", "c", "d"]
    rows = []
    for _ in range(300):
        left, right = sorted(draw.choices(ids, k=2))
        start, other = (draw.randrange(400) for _ in range(2))
        places = start, start + draw.randint(1, 9), other, other + draw.randint(1, 9)
        rows.append((left, right, *places, 1.0, "exact", draw.choice(["paragraph", "boilerplate", "quote"])))
    spans = frame("spans", rows).with_columns(pl.col("left_doc", "right_doc").replace_strict(ids, range(4)))
    documents = pl.DataFrame({"doc_id": range(4), "length": [409, 409, 500, 409]})
    inside: dict[int, set[int]] = {}
    for row in spans.filter(pl.col("role") != "boilerplate", pl.col("left_doc") != pl.col("right_doc")).to_dicts():
        for side in ("left", "right"):
            inside.setdefault(row[f"{side}_doc"], set()).update(range(row[f"{side}_start"], row[f"{side}_end"]))
    length = dict(documents.iter_rows())
    wanted = {doc: round(len(places) / length[doc], 3) for doc, places in inside.items()}
    none = frame("matches", []).with_columns(pl.col("left_doc", "right_doc").cast(pl.Int64))
    assert dict(repeated_share(spans, none, documents).sort("doc_id").iter_rows()) == wanted


def test_hidden_is_what_takes_no_room_and_nothing_beside_it() -> None:
    unseen = [0x200B, 0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x2069, *range(0xE0000, 0xE0080)]
    beside = [0x2029, 0x202F, 0x205F, 0x2065, 0x206A, 0xDFFFF, 0xE0080, ord("a"), ord("ا"), 0x1F1E6]
    # a joiner (U+200C, U+200D) and a mark of direction (U+200E, U+200F) have their place in spelling
    texts = pl.Series([f"one{chr(code)}two" for code in [*unseen, *beside, *range(0x200C, 0x2010)]])
    assert texts.str.contains(HIDDEN).to_list() == [True] * len(unseen) + [False] * (len(beside) + 4)


def test_a_large_page_puts_its_blocks_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page, "ONE_FILE", 100)
    run = hand_made()
    files = dict(page_files(run))
    assert list(files)[-1] == PAGE
    beside = re.findall(r'data-beside="([^"$]*)"', files[PAGE].decode())
    assert sorted(beside) == sorted(files.keys() - {PAGE})
    assert all(name.startswith(BLOCKS) for name in beside)
    assert "&#39;strict-dynamic&#39;" in files[PAGE].decode()
    run.write(tmp_path)
    assert {path.name for path in (tmp_path / BLOCKS).iterdir()} == {name.split("/")[1] for name in beside}
    monkeypatch.undo()
    run.write(tmp_path)
    assert not (tmp_path / BLOCKS).exists(), "blocks of the run before are gone with it"


def test_a_run_without_anything_has_a_page() -> None:
    run = hand_made()
    nothing = {name: run.table(name).clear() for name in run.made}
    told = read(render(Run.of(nothing, run.facts)))
    assert told["document_clusters"] == told["ids"] == []


@pytest.mark.parametrize("kept", [("documents", "rejects", "matches"), ("documents", "rejects", "matches", "clusters")])
def test_a_run_that_stopped_early_has_a_page(kept: tuple[str, ...]) -> None:
    run = hand_made()
    early = Run.of({name: run.table(name) for name in kept}, run.facts | {"tables": list(kept)})
    assert read(render(early))["run"]["made"] == list(kept)


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render(hand_made()) == render(hand_made())


@given(st.lists(st.integers(0, 2 * blocks.BLOCK), max_size=40))
def test_blocks_are_cut_where_they_are_full(weights: list[int]) -> None:
    starts = blocks.cut(pl.Series(weights, dtype=pl.Int64))
    assert starts == sorted(set(starts))
    assert (starts[:1] == [0]) == bool(weights)
    for start, end in zip(starts, [*starts[1:], len(weights)][: len(starts)], strict=True):
        assert sum(weights[start : end - 1]) < blocks.BLOCK


@given(st.text())
def test_nothing_unseen_reaches_a_terminal(text: str) -> None:
    seen = escaping.terminal(text)
    assert not escaping.UNSEEN.search(seen)
    assert "\n" not in seen


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    assert not re.match(r"\s*[=+\-@]", escaping.cell(text)) or escaping.cell(text).startswith("'")
