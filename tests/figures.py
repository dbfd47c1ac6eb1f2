"""What `python -m tests.quality` measures: groups of figures, each a function from the shared corpora to rows.

Every scan is `provenance.scan` with default settings, `until` and what a figure's name says apart. A corpus is
scanned whole, without its labels; then the labels are looked at.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

import provenance
from provenance.evaluation import measure, pairs
from provenance.evaluation.gold import read_gold
from provenance.matching.aligning import rewritten
from provenance.matching.pairs.postings import all_postings
from provenance.settings import Settings
from provenance.tables import PAIR
from provenance.text.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provenance.arrays import Array
    from provenance.reports.runs import Run

PAN = {
    "02": "02-no-obfuscation",
    "03": "03-random-obfuscation",
    "04": "04-translation-obfuscation",
    "05": "05-summary-obfuscation",
    "entire": "entire",
}
BORDER = 0.02  # what other words and numbers than ours may move a jaccard by
SEED = 13
SYLLABLES = str.split("ba de fi go ku la me ni po ru sa te vi zo ju")
ROOT = Path(__file__).resolve().parent.parent


class Figure(NamedTuple):
    """One measured figure: its name in its group, its value, and how many things were judged."""

    name: str
    value: float
    cases: int


def scan(documents: Path | pl.DataFrame, **changed: Any) -> Run:
    """Documents -> a run up to clusters, or as `changed` says."""
    settings = Settings(**{"until": "clusters"} | changed)
    return provenance.scan(documents if isinstance(documents, pl.DataFrame) else [str(documents)], settings)


def judge(run: Run, gold: Path) -> dict[tuple[str, str], tuple[float, int]]:
    """A run against a folder of gold: what `provenance evaluate` prints, by measure and part."""
    found = measure({name: run.table(name) for name in run.made}, read_gold(gold))
    return {(name, part): (value, cases) for name, part, value, cases in found.rows()}


def scan_and_judge(corpora: Path, name: str, **changed: Any) -> tuple[Run, dict[tuple[str, str], tuple[float, int]]]:
    """The corpus of a name, scanned and judged by its own gold."""
    run = scan(corpora / name / "documents.parquet", **changed)
    return run, judge(run, corpora / name)


# -- PAN 2013 --------------------------------------------------------------------------------------------


@contextmanager
def proposed() -> Iterator[list[tuple[Array, Array]]]:
    """While it is open, the pairs of rows that the rewritten channel proposes are noted in the list it gives."""
    noted: list[tuple[Array, Array]] = []
    propose = rewritten.propose

    def note(*arguments: Any) -> tuple[Array, Array]:
        noted.append(propose(*arguments))
        return noted[-1]

    rewritten.propose = note
    try:
        yield noted
    finally:
        rewritten.propose = propose


def plagdet_figures(scores: dict[tuple[str, str], tuple[float, int]]) -> Iterator[Figure]:
    """What evaluate says of a run of PAN 2013 -> its figures."""
    for short, part in PAN.items():
        for name in ("plagdet", "precision", "recall", "granularity"):
            yield Figure(f"{short} {name}", *scores[name, part])
    yield Figure("01 false detections", *scores["false detections", "01-no-plagiarism"])


def pan13(corpora: Path) -> Iterator[Figure]:
    """PAN 2013 as one corpus, all channels; and the rewritten channel's candidates."""
    folder = corpora / "pan13-train"
    with proposed() as noted:
        run = scan(folder / "documents.parquet")
    yield from plagdet_figures(judge(run, folder))
    left, right = noted[0]
    ids = run.documents["doc_id"]
    found = pl.DataFrame({"left_doc": ids.gather(left), "right_doc": ids.gather(right)})
    yield Figure("candidates a document", found.height / len(ids), len(ids))
    labelled = read_gold(folder)["pairs"]
    for short in ("02", "03", "04", "05"):
        wanted = labelled.filter(pl.col("category") == PAN[short])
        share = wanted.join(found, on=PAIR, how="semi").height / wanted.height
        yield Figure(f"{short} candidate recall", share, wanted.height)
    yield from chains(run)


def pan13_exact(corpora: Path) -> Iterator[Figure]:
    """PAN 2013 as one corpus, without the rewritten channel."""
    folder = corpora / "pan13-train"
    wanted = {"02 plagdet", "02 precision", "02 recall", "02 granularity", "01 false detections"}
    scores = judge(scan(folder / "documents.parquet", rewritten="off"), folder)
    for figure in plagdet_figures(scores):
        if figure.name in wanted:
            yield figure
    yield Figure("02 plagdet, as long as a case", *scores["plagdet, as long as a case", PAN["02"]])


# -- pairs of documents ----------------------------------------------------------------------------------


def raw_jaccard(one: str, other: str, word: str) -> float:
    """The naive twin: sets of 5 consecutive matches of `word` in the lower-cased raw texts."""
    sets = []
    for text in (one, other):
        words = re.findall(word, text.lower())
        sets.append({tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4))} if words else set())
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1]) if sets[0] | sets[1] else 0.0


def near_precision(run: Run) -> Iterator[Figure]:
    """Of the pairs called near_duplicate or duplicate the share whose raw jaccard is near_duplicate less BORDER."""
    called = run.matches.filter(pl.col("relation").is_in(pairs.NEAR)).select(PAIR).rows()
    texts = dict(run.documents.select("doc_id", "text").iter_rows())
    least = Settings().near_duplicate - BORDER
    for name, word in ((r"\w", r"\w+"), ("letters and digits", r"[^\W_]+")):
        right = sum(raw_jaccard(texts[left], texts[right], word) >= least for left, right in called)
        yield Figure(f"near_duplicate precision, {name}", right / max(len(called), 1), len(called))


def chains(run: Run) -> Iterator[Figure]:
    """The largest cluster that holds a member under the floor to its centre."""
    guard = pairs.chaining_guard(run.clusters, run.matches, Settings().cohesion_floor)
    yield Figure("largest chained cluster", guard.largest_chained, guard.clusters)


def pair_figures(run: Run, scores: dict[tuple[str, str], tuple[float, int]]) -> Iterator[Figure]:
    """Recall of pairs by true jaccard (and containment, where the gold knows it), precision, and chains."""
    for least in ("0.7", "0.5", "0.3"):
        yield Figure(f"recall J >= {least}", *scores["candidate recall", f"J >= {least}"])
    if ("candidate recall", "containment >= 0.5") in scores:
        yield Figure("recall containment >= 0.5", *scores["candidate recall", "containment >= 0.5"])
    yield from near_precision(run)
    yield from chains(run)


def reuters(corpora: Path) -> Iterator[Figure]:
    """10,000 wire stories: pairs, and their datelines."""
    run, scores = scan_and_judge(corpora, "reuters", until="origins")
    yield from pair_figures(run, scores)
    for part in ("precision", "recall", "place right"):
        yield Figure(f"datelines, {part}", *scores["datelines", part])


def bbc(corpora: Path) -> Iterator[Figure]:
    """2,225 stories."""
    run, scores = scan_and_judge(corpora, "bbc")
    yield from pair_figures(run, scores)
    yield Figure("exact duplicates, recall", *scores["duplicate recall", "duplicates"])


def two_events(corpora: Path) -> Iterator[Figure]:
    """68 articles of many outlets on two events."""
    yield from pair_figures(*scan_and_judge(corpora, "two-events"))


def twentynews(corpora: Path) -> Iterator[Figure]:
    """10,997 messages: pairs, and quotations known from mail headers."""
    run, scores = scan_and_judge(corpora, "twentynews")
    yield from pair_figures(run, scores)
    yield Figure("quotes of 120 characters, recovered", *scores["quote recall", "120 characters or more"])


def polnear(corpora: Path) -> Iterator[Figure]:
    """840 political articles without their authors, which the labels were read from: agencies credited."""
    documents = pl.read_parquet(corpora / "polnear" / "documents.parquet").drop("author")
    scores = judge(scan(documents, until="origins"), corpora / "polnear")
    for part in ("precision", "recall"):
        yield Figure(f"credited agencies, {part}", *scores["credited sources", part])


def civil_codes(corpora: Path) -> Iterator[Figure]:
    """65,991 chunks of legal codes as whole documents: the recall that the run measures of itself, and its clusters."""
    run = scan(corpora / "civil-codes" / "documents.parquet", level="document")
    (row,) = (
        row for row in run.facts["recall"]["measured"]["by_jaccard"] if row["jaccard"] == Settings().match_jaccard
    )
    yield Figure("recall of a sample, J >= 0.3", row["recall"], row["pairs"])
    yield from chains(run)


def paraphrases(corpora: Path) -> Iterator[Figure]:
    """4,076 pairs of sentences as documents of one sentence: which of those not the same are called rewritten."""
    gold = pl.read_parquet(corpora / "paraphrases" / "pairs.parquet")
    ordered = pairs.order_pairs(gold, "a", "b").unique(PAIR, maintain_order=True)
    documents = pl.concat([gold.select(doc_id=side, text=f"text_{side}") for side in "ab"])
    documents = documents.unique("doc_id", keep="first", maintain_order=True)
    for least in (150, 60):
        spans = scan(documents, until="matches", rewritten="on", rewritten_chars=least).spans
        called = spans.filter(pl.col("kind") == "rewritten")
        for label, name in ((0, "not the same"), (1, "the same")):
            judged = ordered.filter(pl.col("label") == label)
            share = judged.join(called, on=PAIR, how="semi").height / judged.height
            yield Figure(f"{name}, rewritten from {least} characters", share, judged.height)


def sample(_corpora: Path) -> Iterator[Figure]:
    """The sample dumps of this repository: spans, clusters, origins."""
    yield from sample_figures(judge(scan(ROOT / "corpus", until="origins"), ROOT / "corpus" / "gold"))


def sample_figures(scores: dict[tuple[str, str], tuple[float, int]]) -> Iterator[Figure]:
    """What evaluate says of the sample dumps -> the figures that have floors."""
    for name, part in (
        ("span recall", "all"),
        ("span precision", "all"),
        ("cluster ARI", "documents"),
        ("cluster B-cubed", "F1"),
        ("origin accuracy", "all"),
        ("absent sources", "recall"),
        ("largest chained cluster", "documents"),
    ):
        yield Figure(f"{name}, {part}", *scores[name, part])


# -- generated -------------------------------------------------------------------------------------------


def texts_of(random: np.random.Generator, count: int, size: int) -> list[list[str]]:
    """`count` texts of `size` words drawn evenly from 50,625: what repeats in them was planted."""
    known = ["".join(parts) for parts in product(SYLLABLES, repeat=4)]
    words = [known[number] for number in random.integers(len(known), size=count * size).tolist()]
    return [words[first:last] for first, last in pairwise(range(0, len(words) + 1, size))]


def hot_passage(_corpora: Path) -> Iterator[Figure]:
    """One passage of 40 words in the middle of 100, and of 10,000, generated texts of 200."""
    for copies in (100, 10_000):
        random = np.random.default_rng(SEED)
        passage = " ".join(texts_of(random, 1, 40)[0])
        texts = texts_of(random, copies, 160)
        rows = [f"{' '.join(words[:80])} {passage} {' '.join(words[80:])}" for words in texts]
        documents = pl.DataFrame({"doc_id": [f"{row:06}" for row in range(copies)], "text": rows})
        spans = scan(documents, rewritten="off").spans
        ends = [spans.select(doc=f"{s}_doc", start=f"{s}_start", end=f"{s}_end") for s in ("left", "right")]
        starts = pl.DataFrame({"doc": documents["doc_id"], "at": documents["text"].str.find(passage, literal=True)})
        held = (
            pl.concat(ends)
            .join(starts, on="doc")
            .filter(pl.col("start") <= pl.col("at"), pl.col("end") >= pl.col("at") + len(passage))
        )
        yield Figure(f"in {copies:,} documents, found in", held["doc"].n_unique() / copies, copies)
        words = tokenize(pl.Series([passage]))
        settings = Settings()
        postings = all_postings(words, np.ones(1, np.bool_), settings.shingle_words, settings.window).key.size
        yield Figure(f"in {copies:,} documents, links a posting", spans.height / copies / postings, copies)
        yield Figure(f"in {copies:,} documents, links a document", spans.height / copies, copies)


def headline(_corpora: Path) -> Iterator[Figure]:
    """100,000 generated articles; 200 have another's headline of 12 words with one word changed."""
    count, planted = 100_000, 200
    random = np.random.default_rng(SEED)
    heads, bodies = texts_of(random, count, 12), texts_of(random, count, 40)
    copied = random.permutation(count)[: 2 * planted].reshape(-1, 2)
    for source, copy in copied.tolist():
        heads[copy] = list(heads[source])
        heads[copy][int(random.integers(12))] = "changed"
    rows = [f"{' '.join(head).capitalize()}\n\n{' '.join(body)}.\n" for head, body in zip(heads, bodies, strict=True)]
    ids = [f"{row:06}" for row in range(count)]
    spans = scan(pl.DataFrame({"doc_id": ids, "text": rows}), until="matches").spans
    low, high = np.sort(copied, axis=1).T
    wanted = pl.DataFrame({"left_doc": [ids[row] for row in low], "right_doc": [ids[row] for row in high]})
    found = wanted.join(spans.filter(pl.col("role") == "headline"), on=PAIR, how="semi")
    yield Figure("one word changed, found", found.height / planted, planted)
    others = spans.join(wanted, on=PAIR, how="anti")
    yield Figure("other spans an article", others.height / count, count)


GROUPS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "pan13": pan13,
    "pan13-exact": pan13_exact,
    "reuters": reuters,
    "bbc": bbc,
    "two-events": two_events,
    "twentynews": twentynews,
    "civil-codes": civil_codes,
    "paraphrases": paraphrases,
    "polnear": polnear,
    "sample": sample,
    "hot-passage": hot_passage,
    "headline": headline,
}
