"""The sample dumps are what their sources say, and their gold is right by arithmetic and by brute force."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenance import tables
from tests.corpus.gold import GROUPS, fold, identity
from tests.corpus.make import make

ROOT = Path(__file__).parent.parent
CONTRACT = ("documents", "spans", "clusters", "attributions", "edges", "origins")


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return make()[0]


@pytest.fixture(scope="module")
def gold() -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_parquet(path) for path in (ROOT / "corpus/gold").glob("*.parquet")}


@pytest.fixture(scope="module")
def text(gold: dict[str, pl.DataFrame]) -> dict[str, str]:
    return dict(gold["documents"].select("doc_id", "text").iter_rows())


def contents(name: str, octets: bytes) -> Any:
    # Compressed bytes may differ between releases of zlib and Polars; what they hold may not.
    if name.endswith(".parquet"):
        return pl.read_parquet(io.BytesIO(octets)).to_dicts()
    return gzip.decompress(octets) if name.endswith(".gz") else octets


def test_files_are_what_the_sources_make(made: dict[str, bytes]) -> None:
    kept = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "corpus").rglob("*")
        if path.is_file() and path.name != "README.md"
    }
    assert kept == set(made)
    stale = [n for n, octets in made.items() if contents(n, octets) != contents(n, (ROOT / n).read_bytes())]
    assert not stale, "run python -m tests.corpus.make"


def test_making_twice_gives_the_same_bytes(made: dict[str, bytes]) -> None:
    assert make()[0] == made


def test_there_is_enough_of_everything(gold: dict[str, pl.DataFrame]) -> None:
    documents, spans = gold["documents"], gold["spans"]
    assert documents.height >= 60
    assert documents["outlet"].n_unique() >= 10
    assert {"en", "fr", "ar"} <= set(documents["language"])
    assert {"headline", "caption", "teaser", "quote", "paragraph", "boilerplate"} <= set(spans["role"])
    assert {"exact", "edited", "rewritten"} == set(spans["kind"])
    assert {"syndicated", "copied", "revision", "excerpt"} <= set(gold["edges"]["kind"])
    assert gold["edges"]["from_id"].str.starts_with("source:").sum() >= 6
    alone = set(documents["doc_id"]) - set(gold["clusters"].filter(pl.col("level") == "document")["doc_id"])
    assert len(alone) >= 25, "most of a dump is copied from nowhere"


@pytest.mark.parametrize("name", CONTRACT)
def test_gold_has_the_contract_s_shapes(gold: dict[str, pl.DataFrame], name: str) -> None:
    tables.check(gold[name], tables.WRITTEN[name], name)


def test_groups_have_their_shape(gold: dict[str, pl.DataFrame]) -> None:
    tables.check(gold["groups"], GROUPS, "groups")
    assert (gold["groups"].group_by("group_id").len()["len"] >= 2).all()


def test_text_dumps_are_cut_into_articles_without_loss(gold: dict[str, pl.DataFrame]) -> None:
    for (path,), articles in gold["documents"].filter(pl.col("start").is_not_null()).group_by("path"):
        decoded = (ROOT / str(path)).read_bytes().decode("utf-8-sig")
        end = 0
        for row in articles.sort("start").iter_rows(named=True):
            assert decoded[row["start"] : row["end"]] == row["text"] == row["text"].strip()
            assert not decoded[end : row["start"]].strip()
            end = row["end"]
        assert not decoded[end:].strip()


def test_records_hold_their_texts_unchanged(gold: dict[str, pl.DataFrame], text: dict[str, str]) -> None:
    lines = [
        json.loads(line)
        for path in sorted((ROOT / "corpus").glob("*.jsonl*"))
        for line in contents(path.name, path.read_bytes()).splitlines()
    ]
    found = {}
    for record in lines:
        name = next(record[key] for key in ("id", "doc_id", "uid") if key in record)
        found[name] = next(record[key] for key in ("text", "content", "body") if key in record)
    assert len(found) == len(lines)
    assert found == {name: text[name] for name in found}
    assert gold["documents"]["doc_id"].is_unique().all()


def test_spans_say_the_same_on_both_sides(gold: dict[str, pl.DataFrame], text: dict[str, str]) -> None:
    for row in gold["spans"].iter_rows(named=True):
        left = text[row["left_doc"]][row["left_start"] : row["left_end"]]
        right = text[row["right_doc"]][row["right_start"] : row["right_end"]]
        assert (row["left_doc"], row["left_start"]) < (row["right_doc"], row["right_start"])
        assert left == left.strip()
        assert right == right.strip()
        assert identity(left, right) == pytest.approx(row["identity"], abs=1e-6)
        assert (fold(left) == fold(right)) == (row["kind"] == "exact"), (left, right)
        short = row["role"] in {"headline", "caption", "teaser", "boilerplate"}
        assert short or min(len(fold(left)), len(fold(right))) >= 15


def test_no_repeat_of_fifteen_words_is_missing(gold: dict[str, pl.DataFrame], text: dict[str, str]) -> None:
    """Every run of 15 equal words, found by brute force, lies in places of one group on both sides."""
    covered: dict[str, list[tuple[int, int, str]]] = {}
    for group, doc, start, end, *_ in gold["groups"].iter_rows():
        covered.setdefault(doc, []).append((start, end, group))
    runs: dict[tuple[str, ...], list[tuple[str, frozenset[str]]]] = {}
    for doc, body in text.items():
        words = [(word, groups) for word, groups in folded_places(body, covered.get(doc, []))]
        for at in range(len(words) - 14):
            window = words[at : at + 15]
            key = tuple(word for word, _ in window)
            runs.setdefault(key, []).append((doc, frozenset().union(*(groups for _, groups in window))))
    for key, places in runs.items():
        if len(places) > 1:
            assert frozenset.intersection(*(groups for _, groups in places)), (" ".join(key), places)


def folded_places(body: str, covered: list[tuple[int, int, str]]) -> list[tuple[str, frozenset[str]]]:
    found, at = [], 0
    for chunk in body.split():
        at = body.index(chunk, at)
        groups = frozenset(g for start, end, g in covered if start < at + len(chunk) and at < end)
        found += [(word, groups) for word in fold(chunk)]
        at += len(chunk)
    return found


def test_lines_that_repeat_in_a_dump_are_in_the_gold(gold: dict[str, pl.DataFrame], text: dict[str, str]) -> None:
    """A whole line that stands twice in one article, or in two of one outlet, is a known repeat."""
    outlet = dict(gold["documents"].select("doc_id", "outlet").iter_rows())
    lines: Counter[tuple[str, str]] = Counter()
    known = set()
    for doc, body in text.items():
        for line in body.splitlines():
            lines[outlet[doc], " ".join(fold(line))] += 1
    for _, doc, start, end, *_ in gold["groups"].iter_rows():
        known.add((outlet[doc], " ".join(fold(text[doc][start:end]))))
    assert {line for line, count in lines.items() if count > 1 and line[1]} <= known


def test_lines_of_descent_are_consistent(gold: dict[str, pl.DataFrame]) -> None:
    ids = set(gold["documents"]["doc_id"])
    assert set(gold["origins"]["doc_id"]) == ids
    parents: dict[str, set[str]] = {}
    for source, to, *_ in gold["edges"].iter_rows():
        assert source in ids or source.startswith("source:")
        parents.setdefault(to, set()).add(source)
    for row in gold["origins"].iter_rows(named=True):
        doc, origin = row["doc_id"], row["origin_id"]
        assert (row["kind"] == "itself") == (doc == origin) == (doc not in parents)
        if row["kind"] != "itself":
            assert origin in ancestors(doc, parents)
        assert row["reason"].endswith(".")


def ancestors(doc: str, parents: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [doc]
    while waiting:
        for parent in parents.get(waiting.pop(), set()) - found:
            found.add(parent)
            waiting.append(parent)
    return found


def test_a_document_of_the_dump_shares_text_with_its_parent(gold: dict[str, pl.DataFrame]) -> None:
    ids = set(gold["documents"]["doc_id"])
    pairs = {frozenset(row) for row in gold["spans"].select("left_doc", "right_doc").iter_rows()}
    for source, to, *_ in gold["edges"].iter_rows():
        assert source not in ids or frozenset((source, to)) in pairs


def test_credits_name_their_source_in_the_text(gold: dict[str, pl.DataFrame], text: dict[str, str]) -> None:
    for doc, start, end, source, *_ in gold["attributions"].iter_rows():
        words = set(fold(text[doc][start:end]))
        assert words & set(fold(source or "")), (doc, text[doc][start:end], source)
