"""The benchmark's own ground: dumps that are the same every time, truth that is true, a page that renders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from provenance.settings import Settings
from provenance.spark.cuttings import width
from provenance.spark.pieces import Sent, pack
from provenance.spark.plan import SCHEMAS
from tests import naive
from tests.bench import findings, mixture, page, scoring, spark_page
from tests.bench.corpora import make
from tests.bench.peers.grouping import label
from tests.bench.words import FORMS, Language

if TYPE_CHECKING:
    from pathlib import Path

SEED = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


def words(text: str) -> list[str]:
    return [word for word, _, _ in naive.fold_words(text)]


def test_the_same_seed_writes_the_same_dump_and_a_smaller_one_is_its_head(folder: Path, tmp_path: Path) -> None:
    first, again = make(folder, "news", 1_500, SEED), make(tmp_path, "news", 1_500, SEED)
    assert first["xxh3_128"] == again["xxh3_128"]
    assert pl.read_parquet(str(first["truth"])).equals(pl.read_parquet(str(again["truth"])))
    less = make(tmp_path, "news", 400, SEED)
    whole = pl.read_parquet(str(first["path"]))
    assert pl.read_parquet(str(less["path"])).equals(whole.head(400))
    truth = pl.read_parquet(str(first["truth"]))
    assert pl.read_parquet(str(less["truth"])).equals(truth.filter(pl.col("right") < 400))
    assert make(tmp_path, "news", 400, SEED + 1)["xxh3_128"] != less["xxh3_128"]


def test_the_truth_about_copies_is_true(folder: Path) -> None:
    facts = make(folder, "news", 300, SEED)
    texts = [words(text) for text in pl.read_parquet(str(facts["path"]))["text"]]
    truth = pl.read_parquet(str(facts["truth"]))
    told = {(a, b): value for a, b, value in truth.select("left", "right", "jaccard").iter_rows()}
    assert {"whole", "edited", "cut", "introduced", "kin"} == set(truth["kind"])
    for (a, b), value in told.items():
        assert value == pytest.approx(naive.jaccard(texts[a], texts[b], 5), abs=1e-9)
    # and nothing else is alike: notices, formulas and quotations stay far under the threshold
    sets = [naive.shingles(one, 5) for one in texts]
    for b in range(len(texts)):
        for a in range(b):
            if (a, b) not in told:
                assert len(sets[a] & sets[b]) < 0.3 * len(sets[a] | sets[b])


def test_buckets_get_hot(folder: Path) -> None:
    texts = pl.read_parquet(str(make(folder, "news", 1_500, SEED)["path"]))["text"]
    endings = texts.str.split("\n\n").list.last().value_counts()["count"].sort(descending=True)
    assert endings.head(40).sum() >= 0.99 * texts.len()  # an outlet's notice ends every article
    assert texts.str.contains("“").mean() > 0.02  # type: ignore[operator]


def test_editing_changes_the_share_it_says() -> None:
    language = Language(np.random.default_rng(SEED))
    forms, _ = language.prose(np.array([40_000]))
    edited = language.edited(forms, 0.1)
    before, after = language.write([forms, edited])
    assert abs(len(words(before)) - len(words(after))) < 200  # as many come as go
    kept = naive.common_subsequence(words(before)[:500], words(after)[:500])
    assert 0.85 * 500 < kept < 0.96 * 500
    assert (edited >= 0).all()
    assert (edited // FORMS < len(language.words)).all()


@pytest.mark.parametrize(("name", "size"), [("alike", 300), ("notice", 300), ("headlines", 400), ("passages", 11_000)])
def test_hard_dumps_hold_what_they_say(folder: Path, name: str, size: int) -> None:
    facts = make(folder, name, size, SEED)
    texts = pl.read_parquet(str(facts["path"]))["text"].to_list()
    assert len(texts) == size
    if name == "alike":
        assert naive.jaccard(words(texts[0]), words(texts[1]), 5) > 0.7
    elif name == "notice":
        assert len({text.split("\n\n")[-1] for text in texts}) == 1
        assert 0.05 < naive.jaccard(words(texts[0]), words(texts[1]), 5) < 0.2
    elif name == "headlines":
        for left, right, place, left_end, right_end in pl.read_parquet(str(facts["truth"])).iter_rows():
            one, two = words(texts[left][:left_end]), words(texts[right][:right_end])
            assert [i for i, (a, b) in enumerate(zip(one, two, strict=True)) if a != b] == [place]
            assert len(one) == 12
    else:
        truth = pl.read_parquet(str(facts["truth"]))
        assert dict(truth["passage"].value_counts().iter_rows()) == {"in 100": 100, "in 10,000": 10_000}
        for (_,), held in truth.group_by("passage"):
            assert len({texts[number][start:end] for _, number, start, end in held.iter_rows()}) == 1


def test_pairs_alike_are_found_exactly() -> None:
    random = np.random.default_rng(SEED)
    texts = [" ".join(random.choice(["one", "two", "three", "four"], random.integers(0, 12))) for _ in range(120)]
    texts += ["A long article, about nothing; " * 3 + text for text in texts[:40]]
    found = mixture.alike(pl.Series(texts))
    split = [words(text) for text in texts]
    wanted = {
        (a, b): naive.jaccard(split[a], split[b], 5)
        for b in range(len(texts))
        for a in range(b)
        if naive.jaccard(split[a], split[b], 5) >= 0.7
    }
    assert {(a, b): value for a, b, value in found.iter_rows()} == pytest.approx(wanted)


def test_scores_by_hand() -> None:
    truth = pl.DataFrame({"left": [0, 1, 3], "right": [1, 2, 4], "jaccard": [0.75, 0.9, 0.5]})
    ids = ["a", "b", "c", "d", "e"]
    clusters = pl.DataFrame({"id": ids, "cluster": [0, 1, 1, 3, 3]})  # one pair of two, and one removal too many
    measured = scoring.score(5, truth, clusters)
    assert (measured["recall_7"], measured["recall_8"]) == (0.0, 1.0)
    assert (measured["precision"], measured["recall"]) == (0.5, 0.5)
    # which one of a cluster is kept is the peer's business
    flags = pl.DataFrame({"id": ids, "later": [True, True, False, False, False]})
    assert scoring.score(5, truth, flags)["f1"] == 1.0
    members = pl.DataFrame({"id": ids, "repeated": [True, True, True, False, False]})
    assert scoring.score(5, truth, members)["f1"] == 1.0
    assert label(5, [(4, 2), (2, 1)]) == [0, 1, 1, 3, 1]


def test_findings_by_hand() -> None:
    rows = pl.DataFrame({"id": ["a", "b", "c"], "row": [0, 1, 2]})
    places = {"left_start": [10, 0], "left_end": [20, 5], "right_start": [30, 0], "right_end": [40, 5]}
    spans = pl.DataFrame({"left_doc": ["a", "b"], "right_doc": ["b", "c"], **places})
    truth = pl.DataFrame(
        {"passage": ["p"] * 3, "number": [0, 1, 2], "start": [10, 30, 50], "end": [21, 41, 61]},
    )
    found = findings.passages(spans, truth, rows)["p"]
    assert found == {"planted": 3, "found": 2, "in_one_piece": 2, "links_a_posting": pytest.approx(1 / 3)}
    planted = pl.DataFrame({"left": [0], "right": [1], "place": [3], "left_end_truth": [20], "right_end_truth": [40]})
    assert findings.headlines(spans, planted, rows)["found"] == 0  # it begins in the middle of the headline


def contested(name: str, seconds: float) -> dict[str, object]:
    return {
        "name": name, "ours": name.startswith("provenance"), "runs": 3, "seconds": seconds, "least": seconds,
        "most": seconds, "cpu": seconds, "memory": 100.0 * seconds, "mb": 25 / seconds,
    }  # fmt: skip


def test_the_page_renders() -> None:
    corpus = {"name": "news", "documents": 10_000, "bytes": 25e6, "seed": 1, "xxh3_128": "00ff"}
    larger = corpus | {"documents": 100_000, "bytes": 250e6}
    score = {"recall_7": 0.5, "recall_8": 1.0, "precision": 0.9, "recall": None}
    rows = [
        contested("provenance, document", 2.0) | {"stages": {"read": 0.5, "fold": 0.5, "total": 1.5}, "score": score},
        contested("gaoya", 1.0) | {"score": score},
        {"name": "datasketch", "ours": False, "failed": "not run over 5 documents: slow"},
    ]
    stamp = {"date": "2026-01-01 00:00", "commit": "abc", "load": "0.1", "rounds": 3}
    rates = {
        "Parquet read of the text": 1000.0, "Parquet write of the text": 150.0, "words a byte": 0.17,
        "xxh64 rounds of 30 bytes (M shingles)": 700.0, "128 permutations (M shingles)": 90.0,
        "numpy sort of u64 (M keys)": 100.0,
    }  # fmt: skip
    sketch = {"bytes": 25_000_000, "seconds": 0.5, "least": 0.4, "most": 0.6, "runs": 3}
    ran = contested("provenance, passages", 1.0)
    found = {
        "headlines": {"planted": 2, "found": 1, "wrong": 0, "missed_places": [4]},
        "passages": {"in 100": {"planted": 100, "found": 99, "in_one_piece": 98, "links_a_posting": 2.5}},
        "alike": {"documents": 10, "matches_a_document": 5.0, "clusters": 1, "largest": 10},
    }
    results = {
        "threads": 2, "machine": "one", "libraries": "none", "seed": 1,
        "limits": {"corpora": [corpus], "rates": rates, "sketch": sketch, **stamp},
        "peers": {"corpora": [corpus], "tables": [rows], "versions": {"gaoya": "gaoya 1"}, **stamp},
        "mixture": {"missing": "PROVENANCE_SHARED is not set", **stamp},
        "growth": {"corpora": [corpus, larger], "tables": [[ran], [contested("provenance, passages", 10.0)]], **stamp},
        "hard": {
            "corpora": [corpus | {"name": name} for name in found],
            "tables": [[ran | {"found": one}] for one in found.values()],
            **stamp,
        },
        "small": {"corpora": [], "tables": [[contested("provenance --help", 0.1)]], **stamp},
    }  # fmt: skip
    text = page.render(json.loads(json.dumps(results)))
    assert "| gaoya | 25.0 | 1.00 | 1.00 to 1.00 | 1.00 | 100 | 0.500 | 1.000 | 0.900 | - |" in text
    assert text.index("| gaoya |") < text.index("| **provenance, document** |")
    assert "- datasketch: not run over 5 documents: slow" in text
    assert "Times the speed of the fastest peer (gaoya): document 0.50." in text
    assert "one after the other would take 0.2" in text
    assert "| read | 0.50 (20.0 x) |" in text
    assert "| provenance, passages | 1.00 | 1.00 | 1.00 |" in text
    assert "50 MB/s" in text
    assert "99 of 100, 98 in one piece, 2.5 links a posting" in text
    assert "Not measured: PROVENANCE_SHARED is not set." in text
    for line in text.splitlines():
        assert not line.startswith("|") or line.endswith("|")


def test_what_spark_is_going_to_take_is_bounded_by_groups_blocks_and_stories() -> None:
    """1 kB of each of 1,000 homes in one bucket; one that grows with the dump, and many that do not."""
    names = ("told", "lacking-alike", "components", "hot", "other", "even")
    ours: list[dict[str, object]] = []
    for documents in (102_400, 1_024_000):
        size, buckets = documents, documents // 10_240
        tasks = {name: [{"buckets": 1, "read": size, "largest": size}] for name in names}
        tasks["even"] = [{"buckets": buckets, "read": 1000 * buckets, "largest": 1100}]
        common = {"made": 0, "microseconds": 10, "resident": 1}
        rounds = [{"round": name, "tasks": [task | common for task in tasks[name]]} for name in names]
        ours.append({"documents": documents, "rounds": rounds})
    found = {name: spark_page._go_ahead(name, ours, 10**10, member=100.0) for name in names}
    assert found["told"].bucket == pytest.approx(1024 * 10**10 / 2**20)  # a piece for each group
    assert found["told"].read == 2 * found["other"].read
    assert found["lacking-alike"].bucket == 2 * 16_384 * 5_000
    assert found["components"].bucket == pytest.approx(1_024_000 + 100 * 2e-5 * 10**10)
    assert found["hot"].bucket == pytest.approx(1_024_000 + spark_page.POSTING * 2**20)  # one in more is divided
    assert found["other"].bucket == pytest.approx(10**10)
    assert found["even"].bucket == 1100
    assert spark_page._go_ahead("told", ours, 2_048_000).bucket == 1024 * 1024


def test_a_posting_takes_no_more_bytes_than_the_page_says() -> None:
    """Of words, places and rows that do not compress, 4,096 with their masks."""
    random, many, columns = np.random.default_rng(1), 4096, {"words": 8 * width(Settings()), "mask": width(Settings())}
    size = 0
    for name in ("postings", "masks"):
        schema = SCHEMAS[name]
        numbers = pl.DataFrame({column: random.integers(0, 2**60, many) for column in schema})
        rows = numbers.select(
            pl.Series(column, [random.bytes(columns[column]) for _ in range(many)])
            if column in columns
            else pl.col(column).cast(kind, wrap_numerical=True)
            for column, kind in schema.items()
        )
        size += sum(len(piece.data) for piece in pack(Sent(name, rows, 0)))
    assert 0.9 * spark_page.POSTING < size / many <= spark_page.POSTING
