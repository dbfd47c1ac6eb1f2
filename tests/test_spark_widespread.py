"""Runs of words whose shingle stands in a great many homes: divided over Spark, they tie what they tie in one place."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from provenance.matching.pairs import candidates, posting_kernels
from provenance.matching.pairs.equal_texts import digest, group_equal
from provenance.settings import Settings
from provenance.spark import plan as plans
from provenance.spark import runs, widespread_runs
from provenance.spark.cuttings import anchor, cuttings, reach, width
from provenance.spark.pieces import Tables, unpack
from provenance.spark.plan import Plan
from provenance.text.tokens import tokenize
from tests.rounds import compare

if TYPE_CHECKING:
    from pathlib import Path

#: Settings that matter here.
MATTER = ("exhaustive_documents", "link_cap", "rewritten", "until", "shingle_words", "window")

pytestmark = pytest.mark.usefixtures("small_homes")


def test_tags_in_more_than_so_many_homes_are_widespread() -> None:
    """Tag t stands in six homes less t."""
    plan = Plan(Settings(), 1, exhaustive=False, rewritten=False, widespread=3)
    own = [np.arange(home + 1, dtype=np.uint32).tobytes() for home in range(6)]
    tags = pl.DataFrame({"home": np.arange(6), "tags": own}, schema=plans.SCHEMAS["tags"])
    (sent,) = runs.share_tags(plan, 0, Tables(tags=tags))
    told = {
        name: [np.frombuffer(octets, np.uint32).tolist() for octets in sent.rows[name]]
        for name in ("tags", "widespread")
    }
    assert told["widespread"] == [[0], [0, 1], *[[0, 1, 2]] * 4]
    assert told["tags"] == [[], [], [], [3], [3, 4], [3, 4]]


@pytest.mark.parametrize("changed", [{}, {"link_cap": 16}, {"shingle_words": 3, "window": 5}], ids=str)
@pytest.mark.parametrize("homes", [1, 3])
def test_shingles_in_many_homes_are_paired_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, homes: int, changed: dict[str, Any]
) -> None:
    """Notices and what varies them, some twice in one text, in texts of which some are equal; two homes a quarter."""
    monkeypatch.setattr(plans, "QUARTER_BITS", 1)
    monkeypatch.setattr(runs, "_names", lambda keys, _plan: keys >> np.uint64(58))  # few tags: many keys have one
    settings = Settings(**{"exhaustive_documents": 0, "link_cap": 4, "rewritten": "off", "until": "clusters"} | changed)
    texts = write_notices(tmp_path)
    made = compare(tmp_path, 7, homes, homes, **{name: getattr(settings, name) for name in MATTER})
    sent = {(path, piece.table) for path in made for piece in made[path]}
    assert sent >= {("masks", name) for name in ("postings", "linked", "few_runs")} | {("run-quarters", "run_counts")}
    found = [(piece.table, piece.data) for path in ("hot", "masks", "runs") for piece in made[path]]
    pairs = unpack([piece for piece in found if piece[0] == "linked"])["linked"].select("left_row", "right_row")
    tokens = tokenize(pl.Series(texts))
    wanted, over = candidates._linked_pairs(tokens, group_equal(digest(tokens)).wanted, settings)
    assert over
    ends = pl.DataFrame({"left_row": 3 * (wanted >> 32), "right_row": 3 * (wanted & 0xFFFFFFFF)})
    assert_frame_equal(pairs.unique().sort(pl.all()), ends.sort(pl.all()), check_dtypes=False)


@pytest.mark.parametrize(("shingle_words", "window"), [(5, 4), (6, 2), (4, 4)])
def test_runs_around_hot_shingles_are_left_out_as_by_the_kernel(shingle_words: int, window: int) -> None:
    """Texts of few words, so that all shingles stand again, of which four in five words are hot."""
    random = np.random.default_rng(window)
    settings = Settings(shingle_words=shingle_words, window=window)
    plan, length = Plan(settings, 1, exhaustive=False, rewritten=False), anchor(settings)
    texts = [" ".join(random.choice(["a", "b", "c"], random.integers(3, 60))) for _ in range(40)]
    documents = pl.DataFrame({"row": np.arange(40), "text": texts})
    given = Tables(documents=documents, wanted=documents.select("row"))
    postings = next(sent.rows for sent in runs.send_postings(plan, 0, given) if sent.table == "postings")
    words = documents.select("row", word=pl.int_ranges(60, dtype=pl.Int32)).explode("word")
    hot = words.filter(pl.Series(random.random(words.height) < 0.8))
    every = widespread_runs._find_runs(postings, settings)
    few = widespread_runs.send_few(every, runs._are_hot(hot, every["row"], every["place"], length), plan).rows
    inside, flat, bounds = cuttings(postings, settings)
    flags = runs._are_hot(hot, postings["row"], postings["place"] - reach(settings), width(settings))[inside]
    order, before = np.arange(postings.height, dtype=np.int32), postings["before"].to_numpy().astype(np.int32)
    run, which, where = posting_kernels.runs_of(
        flat, bounds, order, order, before, 0, postings.height, shingle_words, length, flags,
        False,  # noqa: FBT003  a kernel takes no keywords
    )  # fmt: skip
    place = postings["place"].to_numpy()[which] - before[which] + where - bounds[which]
    cold = [int((~flags[at : at + length]).sum()) for at in where]
    wanted = pl.DataFrame({"run": run, "row": postings["row"].to_numpy()[which], "place": place, "cold": cold})
    assert 0 < wanted.height < every.height
    assert_frame_equal(few.drop("key").sort(pl.all()), wanted.sort(pl.all()), check_dtypes=False)


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_documents_of_a_run_are_paired_some_at_a_time(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Runs of up to 30 places, some of them in one document, of which some are mostly hot in the first."""
    monkeypatch.setattr(widespread_runs, "PAIRS_AT_ONCE", at_once)
    random = np.random.default_rng(4)
    rows = pl.DataFrame({"run": np.repeat(np.arange(20), random.integers(1, 31, 20))})
    rows = rows.with_columns(key=pl.col("run") % 3, row=pl.Series(random.integers(0, 60, rows.height)))
    rows = rows.with_columns(place=pl.int_range(pl.len()), cold=pl.Series(random.integers(1, 9, rows.height)))
    few = rows.sample(fraction=1, shuffle=True, seed=1).cast(plans.SCHEMAS["few_runs"])
    plan = Plan(Settings(), 7, exhaustive=False, rewritten=False)
    made = [sent.rows for sent in widespread_runs.few_pairs(plan, 0, Tables(few_runs=few))]
    wanted = set()
    for _, run in rows.sort("row", "place").group_by("run"):
        if 2 * run["cold"][0] >= anchor(Settings()):
            wanted |= set(itertools.combinations(run["row"].unique().sort(), 2))
    found = pl.concat(made).select("left_row", "right_row").rows()
    assert set(found) == wanted
    assert len(wanted) > 500
    assert max(some.height for some in made) <= at_once + 30


def write_notices(place: Path) -> list[str]:
    """Texts of words of their own, most with some of three notices: whole, with words changed, or what is around these.

    Of each notice there are ten changes, each in a few of the texts; of what is around one no run is in more.
    """
    random = np.random.default_rng(11)
    notices = [[f"notice{which}x{word}" for word in range(size)] for which, size in enumerate((40, 14, 12))]
    changes = [(which, random.integers(len(notices[which]) - 4), random.integers(1, 4)) for which in [0, 1, 2] * 10]
    texts = []
    for at in range(120):
        text = [f"w{at}x{word}" for word in range(random.integers(20, 60))]
        for _ in range(random.integers(0, 4)):
            which, first, size = changes[number := random.integers(len(changes))]
            notice, kind = notices[which].copy(), random.random()
            if kind < 0.6:
                notice[first : first + size] = [f"changed{number}x{word}" for word in range(size)]
            if kind < 0.3:
                notice = notice[max(0, first - 6) : first + size + random.integers(5) // 3]
            begin = random.integers(len(text))
            text[begin:begin] = notice
        texts.append(" ".join(text))
    texts[40:120:9] = [texts[3]] * len(texts[40:120:9])
    frame = pl.DataFrame({"id": [f"id{at:03}" for at in range(120)], "text": texts})
    frame.write_ndjson(place / "notices.jsonl")
    return texts
