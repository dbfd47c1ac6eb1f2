"""The rounds of the Spark engine give, bucket by bucket and in any order of pieces, what one machine gives."""

from __future__ import annotations

import json
import random
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from provenance import pipeline
from provenance.cleaning.choosing import Policy, choose, settings_needed
from provenance.dumps import reading
from provenance.errors import DamagedIndexError
from provenance.index import Index
from provenance.index.checking import Asked, check_aside
from provenance.index.manifest import Manifest
from provenance.index.storage import DOCUMENT_COLUMNS
from provenance.matching.aligning.layout import CODE
from provenance.matching.aligning.short_passages import group_occurrences, link_short
from provenance.matching.pairs import kernels
from provenance.settings import Settings
from provenance.spark import plan as plans
from provenance.spark import runs, shorts, steps
from provenance.spark.index_rounds import as_one_part, cut_blobs, describe, divide, find_met, keep_home
from provenance.spark.pieces import Sent, Tables, pack, unpack
from provenance.spark.plan import Part, Plan
from provenance.text.tokens import Tokens
from provenance.tracing.signs import frequency
from tests.rounds import Rounds, compare
from tests.test_tracing_versions import report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from provenance.arrays import Array
    from provenance.index.candidates import Blobs
    from provenance.index.manifest import Segment

#: All ways through the rounds: exhaustive or by bands, with hot runs, with and without the rewritten channel.
WAYS: list[dict[str, Any]] = [
    {},
    {"exhaustive_documents": 0, "link_cap": 4, "rewritten": "off"},
    {"level": "document", "until": "clusters"},
    {"level": "document", "exhaustive_documents": 0, "link_cap": 4},
]

#: Beginnings of articles that share nothing.
TOLD = (
    "A barge lost its lemons off the quay.", "Parliament closed for the feast of the bees.",
    "Snow fell on the northern passes in June.", "Divers brought up a bell and nine cannons.",
    "The last tram of the old line ran empty.",
)  # fmt: skip

#: Rounds of shingles in a great many homes, to which nothing comes where there are none.
WIDESPREAD = ("run-quarters", "run-links", "run-homes")

pytestmark = pytest.mark.usefixtures("small_homes")


@pytest.mark.parametrize(("keep", "drop"), [("origin", ()), ("longest", ("contained",)), ("first", ())])
def test_rounds_leave_out_what_clean_leaves_out(corpus: Path, keep: str, drop: tuple[str, ...]) -> None:
    policy = Policy(keep, "keep", drop)
    settings = settings_needed(Settings(), policy)
    documents = reading.read([str(corpus)], settings).documents
    rounds: Any = Rounds(
        Plan(
            settings,
            5,
            exhaustive=True,
            rewritten=settings.level == "passage" and settings.rewritten != "off",
            documents=documents.height,
        )
    )
    home = rounds.put(documents)
    gone = rounds.frame([steps.choose(rounds, home, steps.scan(rounds, home), policy)])
    wanted = choose(pipeline.scan([str(corpus)], settings), documents["doc_id"], policy).gone
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
    for name in ("totals", "constants", "owners", "spoken", "told", "copiers", "furniture"):
        assert made[f"{name}-groups"]
    assert bool(made.get("sides")) == (level == "passage")


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_rounds_on_two_events(shared: Path, way: dict[str, Any]) -> None:
    compare(shared / "corpora" / "two-events" / "documents.parquet", 3, **way)


def test_rounds_on_equal_texts(tmp_path: Path) -> None:
    """Undated ones that nothing tells apart, also of an outlet that prints what others wrote, in homes of their own."""
    said = (
        "The harbour master closed the northern quay on Tuesday after a barge of crates of lemons ran aground there. "
    )
    rows = [{"text": said * 2 + "It was refloated by noon.", "outlet": f"{name} Post"} for name in "ABC"]
    for number in range(6):
        wire = f"ELLENPORT (Reuters) - Some {number + 20} boats of the fleet stayed in port because of storm {number}."
        rows.append({"text": wire, "outlet": "C Post"})
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"n{at}"} | row) for at, row in enumerate(rows)))
    compare(path, 4)


def test_rounds_on_texts_too_short_to_share_a_passage(tmp_path: Path) -> None:
    """A match without a span made a pair for tracing on one machine where no text of the dump shared a passage."""
    path = tmp_path / "dump.jsonl"
    told = ((None, "NPR"), ("NPR", "us"), (None, "Quay 24"), ("Ellen Post", "Quay 24"), (None, "CNN"))
    rows = [{"outlet": outlet, "text": f"Nobody was hurt, she told {whom}."} for outlet, whom in told]
    path.write_text("\n".join(map(json.dumps, rows)))
    compare(path, 4, 2)
    assert pipeline.scan([str(path)]).edges["relation"].unique().to_list() == ["cites"]


PIECES = (
    "The council met on {day}.", "Nobody was hurt, she told {whom}.", "A barge lost {at} lemons off the quay on {day}.",
    "The harbour at Quay was closed on {day} after a barge lost its cargo of lemons off the pier, officials said.",
    "LONDON (Reuters) -", "Copyright 2024 Reuters. All rights reserved.",
)  # fmt: skip
WHOSE = (None, "NPR"), ("NPR", "us"), (None, "Quay 24"), ("Ellen Post", "Quay 24"), (None, "CNN"), ("The Post", None)


@pytest.mark.parametrize("seed", range(16))
def test_rounds_on_a_handful_of_short_texts(tmp_path: Path, seed: int) -> None:
    """Of which rounds get little or nothing: seed 9 left one with nothing but NEAREST, of which it died."""
    chance = random.Random(seed)
    rows = [
        {
            "outlet": outlet,
            "text": "\n\n".join(
                piece.format(day=chance.choice(["Monday", "Tuesday"]), whom=whom, at=at)
                for piece in chance.sample(PIECES, chance.randint(1, 4))
            ),
        }
        for at, (outlet, whom) in enumerate(chance.sample(WHOSE, chance.randint(1, 6)))
    ]
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    compare(path, chance.choice([1, 4, 7]), chance.choice([1, 2, 1000]), level=chance.choice(["document", "passage"]))


def test_rounds_know_whose_articles_a_dump_has(tmp_path: Path) -> None:
    """Whom articles told that name no publisher: one with articles of its own, one that others told, one of neither."""
    told: list[tuple[str | None, str]]
    told = [(None, "NPR"), ("NPR", "us"), (None, "Kurdistan 24"), ("Ellen Post", "Kurdistan 24"), (None, "CNN")]
    path = tmp_path / "dump.jsonl"
    rows = [
        {"id": f"n{at}", "outlet": outlet, "text": f"{said} Nobody was hurt, she told {whom}."}
        for at, (said, (outlet, whom)) in enumerate(zip(TOLD, told, strict=True))
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    compare(path, 4, 2)
    outlets = pipeline.scan([str(path)], Settings()).table("documents")["outlet"].to_list()
    assert outlets == [None, "NPR", None, "Ellen Post", "CNN"]


def test_rounds_know_whose_names_a_dump_has(tmp_path: Path) -> None:
    """Names that only the dump's own outlets show to be outlets, spelled with and without an article."""
    cited = (("Daily Gull", "Plainsman"), ("Quiet Owl", "The Daily Gull"), ("Plainsman", "Marian Holt"))
    said = "Nobody was hurt, she told the {}. According to {}, it rained."
    rows = [{"outlet": "The Daily Gull", "text": TOLD[0]}, {"outlet": "Plainsman", "text": TOLD[1]}]
    rows += [{"outlet": "Ellen Post", "text": said.format(*names)} for names in cited]
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"n{at}"} | row) for at, row in enumerate(rows)))
    compare(path, 4, 2)
    found = pipeline.scan([str(path)], Settings()).table("attributions")["source"].to_list()
    assert found == ["Daily Gull", "Plainsman", "Daily Gull", "Plainsman"]


def test_rounds_on_daily_reports_of_one_form(tmp_path: Path) -> None:
    """They match and are nobody's copies, but for the copy of one, and its twin."""
    rows = [report(number) for number in range(4)]
    rows += [report(2, id=name, outlet=f"{name} Post", published="2025-03-05T19:00:00Z") for name in ("Quay", "Coast")]
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    compare(path, 4, 2)


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
