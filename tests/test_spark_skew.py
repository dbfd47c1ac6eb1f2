"""No bucket of the Spark engine has all of what a dump has too much of: pairs of one document, places of a line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from provenance.dumps import reading
from provenance.settings import Settings
from provenance.spark import names, naming, related, routing, steps, whole
from provenance.spark import plan as plans
from provenance.spark.pieces import Sent, Tables, pack, unpack
from provenance.spark.plan import Part, Plan
from tests.rounds import Rounds

pytestmark = pytest.mark.usefixtures("small_homes")


def test_no_bucket_has_a_row_of_a_name_for_each_home() -> None:
    """An outlet and one without a name in 10,000 homes of 100 groups, and outlets of one home each."""
    plan = Plan(Settings(), 4096, exhaustive=False, rewritten=False, groups=100)
    rounds: Any = Rounds(plan)
    first, sent = datetime(2020, 1, 1, tzinfo=UTC), []
    for home in range(10_000):
        outlets = ["everywhere", None, f"of {home}"]
        crediting = pl.DataFrame({"outlet": outlets, "crediting": 1, "articles": 3, "home": home << 23})
        times = pl.DataFrame({"outlet": outlets[::2], "dated": 5, "earliest": first, "latest": first, "home": home})
        for table, rows in (("crediting", crediting), ("times", times)):
            sent += pack(plans.by_group(table, rows, home << 23, plan))
    rounds.made["sent"] = sent
    parts = [Part("sent", name) for name in ("crediting", "times")]
    rounds.round("added", names.add_up, *parts)
    for path, most in (("sent", 4 * 100), ("added", 3 * 100)):
        tables: dict[tuple[int, str], int] = {}
        for bucket, table, data in rounds.made[path]:
            tables[bucket, table] = tables.get((bucket, table), 0) + unpack([(table, data)])[table].height
        assert max(tables.values()) < most
    told = rounds.frame([Part(names.meet(rounds, "told", naming.sum_names, *parts[:1]), "habits")])
    whole = told.filter(~pl.col("outlet").str.starts_with("of ").fill_null(value=False))
    assert whole.height == 20_000
    assert set(whole.rows()) == {(None, 10_000, 30_000), ("everywhere", 10_000, 30_000)}
    assert told.height == 30_000
    constant = rounds.frame([Part(names.meet(rounds, "constant", naming.find_constants, *parts[1:]), "constant")])
    assert constant["outlet"].to_list() == ["everywhere"] * 10_000


def test_what_one_hot_row_is_paired_with_is_labelled_in_many_buckets() -> None:
    plan, hot, most = Plan(Settings(), 32, exhaustive=False, rewritten=False), 77, 8192
    pairs = pl.DataFrame({"left_row": hot, "right_row": np.arange(100, 100 + most)}).cast(pl.Int64)
    pairs = pairs.with_columns(left_label=None, right_label=None, at=pl.int_range(most))
    labels = pl.DataFrame({"row": [hot, *range(100, 100 + most, 2)]}).with_columns(label=-pl.col("row"))
    wants = related.send_wants(pairs, plan)
    assert isinstance(wants.bucket, np.ndarray)
    assert wants.rows.height == plan.keys
    assert set(wants.bucket) == set(plans.hashed(pl.Series([hot]), plan))
    (told,) = related.tell_labels(plan, 0, Tables(wants=pl.concat([wants.rows] * 3), labels=labels))
    assert told.rows.height == plan.keys
    found = []
    for bucket in range(plan.keys):
        ours = pairs.filter(pl.Series(plans.hashed(pairs["right_row"], plan) == bucket))
        assert ours.height <= 2 * most / plan.keys
        known = labels.filter(pl.Series(plans.hashed(labels["row"], plan) == bucket))
        given = Tables(labels=pl.concat([told.rows.filter(pl.Series(told.bucket == bucket)), known]))
        found.append(related.with_labels(ours, given))
    wanted = pairs.with_columns(
        left_label=-pl.col("left_row"), right_label=pl.when(pl.col("at") % 2 == 0).then(-pl.col("right_row"))
    )
    assert_frame_equal(pl.concat(found).sort("at"), wanted, check_dtypes=False)


def test_no_bucket_has_all_pairs_of_one_document() -> None:
    """A notice in 1,100 documents of each of 32 quarters, linked as runs over the cap are; and 300 small stories."""
    plan, quarters, each = Plan(Settings(), 512, exhaustive=False, rewritten=False, groups=64), 32, 1100
    rows = (np.arange(quarters)[:, None] << 32) + 7 * np.arange(each)
    rows = rows.ravel()
    left, right = np.append(rows[:-1], np.zeros_like(rows)), np.append(rows[1:], rows)
    linked = pl.DataFrame({"left_row": left, "right_row": right})
    stories = np.sort(np.random.default_rng(2).choice(rows + 3, (300, 6), replace=False))
    left, right = np.triu_indices(6, 1)
    pairs = pl.DataFrame({"left_row": stories[:, left].ravel(), "right_row": stories[:, right].ravel()})
    rounds: Any = Rounds(plan)
    sent = [whole.send_ends(name, ends, plan) for name, ends in (("linked", linked), ("pairs", pairs))]
    rounds.made["sent"] = [piece for one in sent for piece in pack(one)]
    blocks = steps.block_pairs(rounds, [Part("sent", "linked"), Part("sent", "pairs")])
    wanted = pl.concat([linked, pairs]).filter(pl.col("left_row") != pl.col("right_row")).unique()
    found = rounds.frame([Part(blocks, "pairs")]).select("left_row", "right_row")
    assert_frame_equal(found.sort(pl.all()), wanted.sort(pl.all()), check_dtypes=False)
    for path in ("sent", "nearest", "nearest-told", "near"):
        tables: dict[tuple[int, str], int] = {}
        for bucket, table, data in rounds.made[path]:
            tables[bucket, table] = tables.get((bucket, table), 0) + unpack([(table, data)])[table].height
        assert max(tables.values()) < wanted.height / 10
    asked = rounds.frame([Part(blocks, "asks")])
    assert asked.height < 1.1 * asked["row"].n_unique()  # most texts come to one block, those of a story too


def test_no_bucket_has_all_pairs_that_were_not_compared_with_one_document() -> None:
    """A chain of 200 documents, each in a quarter of its own: the first lacks almost all others."""
    plan, many = Plan(Settings(), 64, exhaustive=False, rewritten=False, groups=64), 200
    rows = pl.DataFrame({"row": np.arange(many) << 32}).with_columns(doc_id="d" + pl.col("row").cast(pl.String))
    ends = [rows[:-1].select(pl.all().name.prefix("left_")), rows[1:].select(pl.all().name.prefix("right_"))]
    chain = pl.concat(ends, how="horizontal").rename({"left_doc_id": "left_doc", "right_doc_id": "right_doc"})
    chain = chain.with_columns(spans=1, left_label=0, right_label=0, relation=pl.lit("near_duplicate"))
    shares = dict.fromkeys(("jaccard", "left_containment", "right_containment"), pl.lit(1.0))
    matches = chain.with_columns(**shares).select(list(plans.SCHEMAS["matches"])).cast(plans.SCHEMAS["matches"])
    (sent,) = (one for one in routing.find_lacking(plan, 0, Tables(matches=matches)) if one.table == "pairs")
    first = sent.rows["left_row"].to_numpy() == 0
    assert first.sum() == many - 2
    assert np.bincount(sent.bucket[first]).max() < many / 10


def test_no_bucket_has_all_places_of_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines that differ in a word, each in every other of 4,096 documents, in 16 quarters."""
    monkeypatch.setattr(plans, "HOME_BITS", 4)
    monkeypatch.setattr(plans, "QUARTER_BITS", 4)
    settings = Settings(link_cap=32)
    rounds: Any = Rounds(Plan(settings, 999_983, exhaustive=False, rewritten=False, groups=16))
    row = np.arange(4096)
    words = [np.append(np.arange(1, 12), 20 + which).astype(np.uint64).tobytes() for which in (0, 1)]
    frame = pl.DataFrame(
        {"one": row % 2, "two": row % 2, "row": row, "first": 100, "role": 1, "words": [words[at % 2] for at in row]},
        schema=plans.SCHEMAS["shorts"],
    )
    quarters = plans.quarter(plans.home(frame["row"]))
    rounds.made["listed"] = list(pack(Sent("shorts", frame, plans.by_quarter(frame["one"], quarters, rounds.plan))))
    made = steps.link_shorts(rounds, Part("listed", "shorts"))
    found = pl.concat(rounds.frame([Part(path, "stretches")]) for path in made)
    pairs = [(at - 2, at) for at in range(2, 4096)] + [(at % 2, at) for at in range(4, 4096)]  # before, and the first
    pairs += [(0, at) for at in range(1, 4096, 2)] + [(min(1, at), max(1, at)) for at in range(0, 4096, 2)]
    assert sorted(found.select("left_row", "right_row").iter_rows()) == sorted(pairs)
    held = {}
    for path, pieces in rounds.made.items():
        for bucket, table, data in pieces:
            rows = unpack([(table, data)])[table].height
            held[path, table, bucket] = held.get((path, table, bucket), 0) + rows
    assert max(held.values()) == 256  # stretches with the first document of all, to those of one quarter


def test_no_bucket_has_all_pairs_of_one_document_where_none_asks_for_texts() -> None:
    """Near-identical documents: each with the one before it, and with the first."""
    rows = 1024 * np.arange(40)[:, None] + np.arange(500)
    rows = rows.ravel()
    left, right = np.append(rows[:-1], np.zeros_like(rows)), np.append(rows[1:], rows)
    pairs = pl.DataFrame({"left_row": left, "right_row": right})
    for keys in (16, 32, 200, 1024):
        plan = Plan(Settings(), keys, exhaustive=False, rewritten=False)
        sizes = np.bincount(plans.by_ends(pairs, plan), minlength=keys)
        assert sizes.max() < 2 * sizes.mean()
        assert (plans.by_ends(pairs[::-1], plan)[::-1] == plans.by_ends(pairs, plan)).all()


@pytest.mark.parametrize("widespread", [1, 1024])
def test_pairs_of_near_identical_documents_come_to_all_buckets(widespread: int) -> None:
    """By runs over the cap, at home or not, and by bands: each with the one before it, and with the first."""
    settings = Settings(exhaustive_documents=0, link_cap=4, rewritten="off", until="clusters")
    words = [f"word{n}" for n in range(120)]
    texts = [" ".join([*words, *(f"own{n}and{m}" for m in range(5))]) + "." for n in range(300)]
    frame = pl.DataFrame({"doc_id": [f"d{n:03}" for n in range(300)], "text": texts})
    documents = reading.read_frame(frame, settings).documents
    rounds: Any = Rounds(Plan(settings, 16, exhaustive=False, rewritten=False, widespread=widespread))
    steps.scan(rounds, rounds.put(documents))
    sizes = np.zeros(16, np.int64)
    for path, name in (("hot", "linked"), ("masks", "linked"), ("runs", "linked"), ("candidates", "pairs")):
        for bucket, table, data in rounds.made[path]:
            if table == name:
                sizes[bucket] += unpack([(table, data)])[table].height
    assert sizes.sum() > 2 * 299
    assert sizes.max() < 2 * sizes.mean()
