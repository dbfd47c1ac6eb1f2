"""The rounds of the Spark engine give, bucket by bucket and in any order of pieces, what one machine gives."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from provenance import pipeline
from provenance.cleaning import Policy
from provenance.cleaning.choosing import choose, needed
from provenance.dumps import reading
from provenance.errors import DamagedIndexError
from provenance.index import Index
from provenance.index.checking import Asked, check_aside
from provenance.index.manifest import Manifest
from provenance.index.storage import DOCUMENT_COLUMNS
from provenance.matching import kernels
from provenance.matching.layout import CODE
from provenance.matching.short_passages import group_occurrences, link_short
from provenance.settings import Settings
from provenance.spark import names, naming, related, routing, runs, shorts, steps, whole
from provenance.spark import plan as plans
from provenance.spark.index_rounds import as_one_part, cut_blobs, describe, divide, find_met, keep_home
from provenance.spark.pieces import Sent, Tables, pack, unpack
from provenance.spark.plan import Part, Plan
from provenance.text.tokens import Tokens
from provenance.tracing import frequency
from tests.rounds import Rounds, compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from provenance.index.candidates import Blobs
    from provenance.index.manifest import Segment

    Array = np.ndarray[Any, Any]

#: All ways through the rounds: exhaustive or by bands, with hot runs, with and without the rewritten channel.
WAYS: list[dict[str, Any]] = [
    {},
    {"exhaustive_documents": 0, "link_cap": 4, "rewritten": "off"},
    {"level": "document", "until": "clusters"},
    {"level": "document", "exhaustive_documents": 0, "link_cap": 4},
]

#: Rounds of shingles in a great many homes, to which nothing comes where there are none.
WIDESPREAD = ("run-quarters", "run-links", "run-homes")

pytestmark = pytest.mark.usefixtures("small_homes")


@pytest.mark.parametrize(("keep", "drop"), [("origin", ()), ("longest", ("contained",)), ("first", ())])
def test_rounds_leave_out_what_clean_leaves_out(corpus: Path, keep: str, drop: tuple[str, ...]) -> None:
    policy = Policy(keep, "keep", drop)
    settings = needed(Settings(), keep, "keep", drop)
    documents = reading.read([str(corpus)], settings).documents
    rounds: Any = Rounds(
        Plan(settings, 5, exhaustive=True, rewritten=settings.level == "passage", documents=documents.height)
    )
    home = rounds.put(documents)
    gone = rounds.frame([steps.choose(rounds, home, steps.scan(rounds, home), policy)])
    wanted = choose(pipeline.scan([str(corpus)], settings), documents["doc_id"], keep, "keep", drop).gone
    assert wanted.height
    assert_frame_equal(gone.select(wanted.columns).sort("doc_id"), wanted.sort("doc_id"))


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_rounds_give_what_one_machine_gives(corpus: Path, way: dict[str, Any]) -> None:
    made = compare(corpus, 5, **way)
    ends = ("-groups", "-quarters", "-homes", "sides")  # of rounds that are for more than a few homes
    assert {name for name in made if name.endswith(ends)} <= set(WIDESPREAD)
    assert not any(made.get(name) for name in WIDESPREAD)


@pytest.mark.parametrize("documents", [10, 40])
def test_rounds_learn_of_a_sample_what_one_machine_learns(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, documents: int
) -> None:
    """How often words stand and how many dates are false, where a dump is larger than the sample."""
    monkeypatch.setattr(frequency, "SAMPLE", documents)
    compare(corpus, 4, rewritten="off")


@pytest.mark.parametrize(("groups", "level"), [(3, "passage"), (1000, "document")])
def test_groups_of_homes_change_no_row(corpus: Path, groups: int, level: str) -> None:
    """Names of all homes in two steps; with a thousand groups almost each home has one of its own."""
    made = compare(corpus, 5, groups, level=level, exhaustive_documents=0, rewritten="off")
    assert any(piece.table == "frequent" for piece in made["furniture"])
    for name in ("totals", "constants", "spoken", "told", "copiers", "furniture"):
        assert made[f"{name}-groups"]
    assert bool(made.get("sides")) == (level == "passage")


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


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_rounds_on_two_events(shared: Path, way: dict[str, Any]) -> None:
    compare(shared / "corpora" / "two-events" / "documents.parquet", 3, **way)


class InFrames:
    """What rounds made of an index, as `ParquetIndex` gives it: its postings met batch by batch."""

    def __init__(self, stored: pl.DataFrame, blobs: list[pl.DataFrame], manifest: Manifest) -> None:
        self.stored, self.made, self.manifest = stored, blobs, manifest

    def reading(self) -> nullcontext[None]:
        return nullcontext()

    def read_manifest(self) -> Manifest:
        return Manifest.loads(self.manifest.dumps())

    def blobs(self, segments: Sequence[Segment], keys: Array) -> Iterator[Blobs]:
        for segment in segments:
            columns = self.made[segment.number].sort("part").select("part", "content", "checksum")
            batches = columns.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches(max_chunksize=7)
            met = find_met(lambda: np.unique(keys), segment.bits, "here")(batches)
            raw = [np.frombuffer(content.as_py(), "<u4").reshape(3, -1) for batch in met for content in batch.column(1)]
            yield 0, partial(as_one_part, np.concatenate([np.empty((3, 0), np.uint32), *raw], axis=1))

    def read_documents(self, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        return self.stored.filter(pl.col("number").is_in(numbers)).sort("number").select(DOCUMENT_COLUMNS).rows()

    def read_texts(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        return self.stored.filter(pl.col("number").is_in(numbers)).sort("number").select("number", "content").rows()


def index_of(documents: pl.DataFrame, settings: Settings) -> InFrames:
    """DOCUMENTS -> an index by the rounds of `spark.build`."""
    rounds: Any = Rounds(Plan(settings, 5, exhaustive=False, rewritten=False))
    numbered = documents.with_row_index("number").with_columns(row=pl.col("number").cast(pl.Int64) + 1)
    rows = numbered.select(pl.col(name).cast(kind) for name, kind in plans.SCHEMAS["documents"].items())
    rounds.made["numbered"] = list(pack(Sent("documents", rows, plans.home(rows["row"]))))
    kept = rounds.round("kept", keep_home, Part("numbered", "documents"))
    sizes = {name: rounds.total(kept, name) for name in ("entries", "names")}
    bits = {name: divide(size) for name, size in sizes.items()}
    cut = rounds.round("blobs", partial(cut_blobs, bits), Part(kept, "entries"), Part(kept, "names"))
    houses = rounds.frame([Part(kept, "houses")]).group_by("outlet").agg(pl.col("articles").sum()).sort("outlet")
    counts = (documents.height, rounds.total(kept, "characters"), documents.height)
    manifest = describe(settings, sizes, dict(houses.iter_rows()), counts)
    blobs = [rounds.frame([Part(cut, name)]) for name in ("blobs", "name_blobs")]
    return InFrames(rounds.frame([Part(kept, "stored")]), blobs, manifest)


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


def test_a_piece_has_its_own_rows_and_no_others() -> None:
    texts = [f"a text of its own, number {number * 7919}" for number in range(4000)]
    rows = pl.DataFrame({"row": np.arange(4000), "text": texts})
    nested = rows.select("row", kept=pl.struct(some=pl.concat_list(pl.struct("text"))))
    whole = len(next(pack(Sent("cards", nested, 0))).data)
    pieces = list(pack(Sent("cards", nested, np.arange(4000) % 100)))
    assert sum(len(piece.data) for piece in pieces) < 2 * whole + 100 * 1000  # of headers
    found = unpack((piece.table, piece.data) for piece in pieces)["cards"]
    assert_frame_equal(found.sort("row"), nested)


def test_rounds_make_an_index_that_finds_what_one_in_a_file_finds(corpus: Path, tmp_path: Path) -> None:
    settings = Settings()
    documents = reading.read([str(corpus)], settings).documents
    known = ("doc_id", "text", "outlet", "title", "published")
    again = documents[5:8].with_columns(doc_id="again " + pl.col("doc_id"))
    old, new = (
        reading.read_frame(frame.select(known), settings).documents
        for frame in (documents[:50], pl.concat([documents[40:], again]))
    )
    made = index_of(old, settings)
    found = pl.concat(check_aside([new], made, settings, Asked(None, None, origins=True)))
    with Index.open(tmp_path / "seen.sqlite") as index:
        index.add(old)
        wanted = index.check(new)
        assert index.manifest().outlets == made.manifest.outlets
        assert index.manifest().characters == made.manifest.characters
    assert set(wanted["verdict"]) >= {"new", "duplicate", "recycled"}
    assert_frame_equal(found, wanted)


def test_a_damaged_part_of_an_index_is_an_error(corpus: Path) -> None:
    documents = reading.read([str(corpus)], Settings()).documents[:20]
    made = index_of(documents, Settings())
    flipped = pl.Series([bytes([content[0] ^ 1]) + content[1:] for content in made.made[0]["content"]])
    made.made[0] = made.made[0].with_columns(content=flipped)
    again = documents.with_columns(doc_id="again " + pl.col("doc_id"))  # what has a known id is not looked up
    with pytest.raises(DamagedIndexError, match="damaged"):
        list(check_aside([again], made, Settings(), Asked(None, None, origins=False)))


def test_lines_counted_by_groups_of_articles_are_those_counted_at_once() -> None:
    """Lines of few to 3,000 articles, some of which are revised; the most frequent one is in no bucket whole."""
    random = np.random.default_rng(5)
    key = np.concatenate([np.full(3000, 1), random.integers(2, 400, 3000)])
    lines = pl.DataFrame(
        {
            "key": key,
            "outlet": [("Post", "Herald", "")[at] for at in random.integers(0, 3, key.size)],
            "article": random.integers(0, 2**62, key.size // 2)[random.integers(0, key.size // 2, key.size)],
            "row": random.permutation(key.size),
            "at": np.arange(key.size),
            "stopped": random.random(key.size) < 0.5,
        },
        schema=plans.SCHEMAS["lines"],
    )
    told, most = [], []
    for groups in (1, 50):
        plan = Plan(Settings(), 256, exhaustive=False, rewritten=False, groups=groups)
        rounds: Any = Rounds(plan)
        rounds.made["cut"] = list(pack(Sent("lines", lines, plans.in_group(lines["key"], lines["article"], plan))))
        pieces = rounds.made[steps.find_furniture(rounds, Part("cut", "lines"))]
        homes = [unpack([(piece.table, piece.data)])["frequent"].with_columns(home=piece.bucket) for piece in pieces]
        told.append(pl.concat(homes).unique().sort(pl.all()))
        most.append(max(unpack([(piece.table, piece.data)])["lines"].height for piece in rounds.made["cut"]))
    assert told[0].height > 1000
    assert_frame_equal(*told)
    assert most[0] > 3000 > 10 * most[1]


def test_hot_words_are_written_out_some_postings_at_a_time() -> None:
    """A notice of 40 words in 500 articles, at a place of its own in each, behind words that none other has."""
    random = np.random.default_rng(3)
    notice = [f"notice{word}" for word in range(40)]
    texts = [" ".join([*(f"w{at}x{word}" for word in range(random.integers(5, 60))), *notice]) for at in range(500)]
    documents = pl.DataFrame({"row": np.arange(500), "text": texts})
    plan = Plan(Settings(until="matches"), 1, exhaustive=False, rewritten=False)
    given = {"documents": documents, "wanted": documents.select("row")}
    sent = {one.table: one.rows for one in runs.send_postings(plan, 0, Tables(given))}
    made = [one.rows for one in runs.mark_hot(plan, 0, Tables(postings=sent["postings"])) if one.table == "hot"]
    assert len(made) == -(-sent["postings"].height // 64) > 10
    assert max(words.height for words in made) <= 64 * 11
    begin = pl.DataFrame({"row": np.arange(500), "begin": [len(text.split()) - 40 for text in texts]})
    words = pl.concat(made).unique().join(begin.cast(pl.Int64), on="row").with_columns(pl.col("word") - pl.col("begin"))
    assert words["word"].min() >= 0
    counts = words.group_by("row").len()
    assert counts["len"].n_unique() == 1
    assert counts.height == 500


@pytest.mark.parametrize(("keys", "cap"), [(1, 4), (7, 4), (3, 64)])
@pytest.mark.parametrize("quarter_bits", [0, 1, 28])
def test_rounds_link_short_passages_as_one_machine_does(
    monkeypatch: pytest.MonkeyPatch, keys: int, cap: int, quarter_bits: int
) -> None:
    """Headlines of few words, so that texts are equal, alike by one word or by many, and some seeds are everywhere.

    In quarters of four, eight and all documents.
    """
    monkeypatch.setattr(plans, "HOME_BITS", 2)
    monkeypatch.setattr(plans, "QUARTER_BITS", quarter_bits)
    monkeypatch.setattr(shorts, "ROWS_AT_ONCE", 16)
    random = np.random.default_rng(keys)
    settings = Settings(link_cap=cap)
    heads = [random.integers(1, 9, random.integers(2, 14)).astype(np.uint64) for _ in range(40)]
    texts = [heads[at].copy() for at in random.integers(0, 40, 300)]
    for text in texts[::3]:
        text[random.integers(text.size)] = random.integers(1, 9)
    texts += [np.append(text, np.arange(20, 24, dtype=np.uint64)) for text in texts[:60]]
    bounds = np.concatenate([[0], np.cumsum([text.size for text in texts])])
    document = np.sort(random.integers(0, 90, len(texts)))
    first = np.arange(len(texts)) * 50 - 50 * np.searchsorted(document, document)  # of its own document
    nothing = np.empty(0, np.int32)
    tokens = Tokens(bounds, np.concatenate(texts), nothing, nothing, nothing)
    role = random.choice([CODE["headline"], CODE["boilerplate"]], len(texts)).astype(np.uint8)
    found = group_occurrences(tokens, document, bounds[:-1], bounds[1:], role)
    local = link_short(tokens, found, settings)
    move = first - bounds[:-1]  # words of all texts -> words of each one's document
    sides = {}
    for side in ("left", "right"):
        low, high = getattr(local, f"{side}_first"), getattr(local, f"{side}_last")
        at = np.searchsorted(bounds, low, side="right") - 1
        sides |= {f"{side}_first": low + move[at], f"{side}_last": high + move[at]}
    wanted = pl.DataFrame({"left_row": local.left, "right_row": local.right, **sides, "equal": local.equal})
    one, two = np.empty(len(texts), np.uint64), np.empty(len(texts), np.uint64)
    kernels.range_keys(tokens.word, bounds[:-1], bounds[1:], one, two)
    frame = pl.DataFrame(
        {"one": one, "two": two, "row": document, "first": first, "role": role, "words": [t.tobytes() for t in texts]},
        schema=plans.SCHEMAS["shorts"],
    )
    rounds: Any = Rounds(Plan(settings, keys, exhaustive=False, rewritten=False))
    quarters = plans.quarter(plans.home(frame["row"]))
    rounds.made["listed"] = list(pack(Sent("shorts", frame, plans.by_quarter(frame["one"], quarters, rounds.plan))))
    made = steps.link_shorts(rounds, Part("listed", "shorts"))
    parts = [rounds.frame([Part(path, name)]) for path in made for name in ("stretches", "repeated")]
    wanted = wanted.cast(plans.SCHEMAS["stretches"]).select(list(plans.SCHEMAS["stretches"]))
    assert (wanted["equal"] < wanted["left_last"] - wanted["left_first"]).any()
    assert_frame_equal(pl.concat(parts).sort(pl.all()), wanted.sort(pl.all()))


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
