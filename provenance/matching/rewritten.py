"""TOKENS -> stretches that were rewritten: translated there and back, spun, reordered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from provenance.matching import kernels, rewritten_kernels, sequence_kernels, skip_kernels
from provenance.matching.alignment import Aligned

if TYPE_CHECKING:
    from provenance.matching.layout import Layout
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

Array = np.ndarray[Any, Any]

ALL_PAIRS = 100  # documents; up to so many, every pair is aligned: 4,950 pairs take half a second
FEWEST, MOST = 3, 60  # words of a sentence
CONTENT = 3.0  # inverse sentence frequency of a content word: it stands in under 5 % of the sentences
SPAN = 5  # content words a skip-pair may reach over
ONE_IN = 4  # skip-pairs kept; the same ones in every document
CAP = 30  # documents that may share a skip-pair
NEAR, NEED = 100, 4  # seeds needed within so many words; 4.3 candidates a document at recall .978 on PAN13
LONGER = 1.3  # a rewritten stretch replaces the exact ones it covers only if so much longer
COVERS = 0.8
# On PAN13 1 % of the true stretches with two numbers or more share under half of them; of 4,642 claims on the reuters
# corpus, nearly all of them other days' reports of one form, 44 %.
SAME_NUMBERS, FEWEST_NUMBERS = 0.5, 2
TABLE_CELLS = 1 << 24  # of the identity's alignment; longer stretches are aligned in pieces
SHARE = 256


class Sentences(NamedTuple):
    """Numbered words and sentences of all documents."""

    ids: Array  # int32 [words], -1 for words that do not count
    cuts: Array  # int64 [sentences + 1]
    of: Array  # int64 [documents + 1]
    frequency: Array  # int32 [distinct words], sentences that hold each


def number_sentences(tokens: Tokens, silent: Array) -> Sentences:
    """TOKENS and the words that do not count (bool) -> Sentences. *gather*."""
    ids = np.empty(tokens.word.size, np.int32)
    words = skip_kernels.number_words(tokens.word, kernels.order_by_key(tokens.word), ids)
    ids[silent] = -1
    cuts, of = np.empty(tokens.word.size + 1, np.int64), np.empty(tokens.bounds.size, np.int64)
    count = skip_kernels.cut_sentences(tokens.bounds, tokens.gap, FEWEST, MOST, cuts, of)
    frequency = np.zeros(words, np.int32)
    skip_kernels.sentence_frequency(ids, cuts, count, frequency)
    return Sentences(ids, cuts[: count + 1], of, frequency)


def propose(tokens: Tokens, sentences: Sentences) -> tuple[Array, Array]:
    """TOKENS -> pairs of rows (int32, left < right) that share NEED skip-pairs within NEAR words. *gather*.

    A skip-pair is an unordered pair of content words at most SPAN content words apart: shuffling and synonyms
    leave many of them whole, and topics rarely share several within a paragraph.
    """
    documents = tokens.bounds.size - 1
    if documents <= ALL_PAIRS:
        one, two = np.triu_indices(documents, 1)
        return one.astype(np.int32), two.astype(np.int32)
    rarity = np.log((sentences.cuts.size - 1) / np.maximum(sentences.frequency, 1))
    arguments = (sentences.ids, tokens.word, tokens.bounds, rarity >= CONTENT, SPAN, ONE_IN)
    nothing = np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32)
    count = skip_kernels.skip_pairs(*arguments, *nothing, False)  # noqa: FBT003
    key, owner, place = np.empty(count, np.uint64), np.empty(count, np.int32), np.empty(count, np.int32)
    skip_kernels.skip_pairs(*arguments, key, owner, place, True)  # noqa: FBT003
    seeds, count = skip_kernels.pair_skips(
        key, owner, place, kernels.order_by_key(key), CAP, np.empty((1 << 16, 2), np.int64)
    )
    pair, places = seeds[:count, 0].copy(), seeds[:count, 1].copy()
    keep = np.empty(count, np.int64)
    order = kernels.order_by_key(pair.astype(np.uint64) << np.uint64(8))
    made = skip_kernels.dense_pairs(pair, places, order, NEAR, NEED, keep)
    dense = np.sort(keep[:made][keep[:made] >= 0])
    return (dense >> 32).astype(np.int32), (dense & 0xFFFFFFFF).astype(np.int32)


def find_rewritten(
    documents: pl.DataFrame, tokens: Tokens, layout: Layout, exact: Aligned, settings: Settings, threads: int = 2
) -> tuple[Aligned, Aligned]:
    """DOCUMENTS, TOKENS and the exact channel's stretches -> (exact ones that stay, rewritten ones). *gather*.

    Headlines, captions, teasers and notices do not count: they are repeats of their own, and two sites' wordings
    of one notice are no sign that the articles under it are related.
    """
    sentences = number_sentences(tokens, layout.apart_words())
    left, right = propose(tokens, sentences)

    def one(begin: int) -> tuple[Array, Array]:
        spans, scores, count = rewritten_kernels.align_rewritten(
            sentences.ids,
            layout.gap,
            tokens.bounds,
            sentences.cuts,
            sentences.of,
            sentences.frequency,
            left[begin : begin + SHARE],
            right[begin : begin + SHARE],
            np.empty((64, 5), np.int64),
            np.empty(64),
        )
        rows = spans[:count].copy()
        rows[:, 0] += begin
        return rows, scores[:count]

    with ThreadPoolExecutor(threads) as pool:
        shares = list(pool.map(one, range(0, left.size, SHARE)))
    rows = np.concatenate([np.empty((0, 5), np.int64), *(rows for rows, _ in shares)])
    scores = np.concatenate([np.empty(0), *(scores for _, scores in shares)])
    pair, a_first, a_last, b_first, b_last = rows.T
    found = Aligned(left[pair], right[pair], a_first, a_last, b_first, b_last, np.zeros(len(rows), np.int32))
    for holds in (_long_enough, _same_numbers):
        good = holds(documents, tokens, found, settings)
        found, scores = found.take(good), scores[good]
    stays, chosen = choose(exact, found, scores)
    rewritten = found.take(chosen)
    equal = np.zeros(rewritten.left.size, np.int32)
    sequence_kernels.count_equal(tokens.word, *rewritten[2:6], TABLE_CELLS, equal)
    return exact.take(stays), rewritten._replace(equal=equal)


def _long_enough(_documents: pl.DataFrame, tokens: Tokens, found: Aligned, settings: Settings) -> Array:
    left = tokens.ends(found.left_last - 1) - tokens.start[found.left_first]
    right = tokens.ends(found.right_last - 1) - tokens.start[found.right_first]
    long: Array = np.minimum(left, right) >= settings.rewritten_chars
    return long


def _same_numbers(documents: pl.DataFrame, tokens: Tokens, found: Aligned, _settings: Settings) -> Array:
    """Which stretches agree in their figures: SAME_NUMBERS of the distinct ones of the side with fewer are shared.

    Whoever translates, spins or reorders a report keeps its figures; two reports of one form (a central bank's daily
    help, two bond issues) differ in them.
    """
    sides = {}
    for side in ("left", "right"):
        start = tokens.start[getattr(found, f"{side}_first")].astype(np.int64)
        size = tokens.ends(getattr(found, f"{side}_last") - 1) - start
        text = pl.DataFrame({"text": documents["text"].gather(getattr(found, side)), "start": start, "size": size})
        part = pl.col("text").str.slice("start", "size")
        sides[side] = text.select(part.str.extract_all(r"\p{N}+").list.unique()).to_series()
    fewer = pl.min_horizontal(pl.col("left", "right").list.len())
    shared = pl.col("left").list.set_intersection("right").list.len()
    same = pl.DataFrame(sides).select((fewer < FEWEST_NUMBERS) | (shared >= SAME_NUMBERS * fewer))
    agree: Array = same.to_series().to_numpy()
    return agree


def _overlap(one: tuple[int, int], two: tuple[int, int]) -> int:
    return max(0, min(one[1], two[1]) - max(one[0], two[0]))


def _mostly(whole: tuple[int, int], part: list[int]) -> bool:
    """Whether over half of `part` lies in `whole`."""
    return 2 * _overlap(whole, (part[0], part[1])) > part[1] - part[0]


def choose(exact: Aligned, found: Aligned, scores: Array) -> tuple[Array, Array]:
    """Stretches of both channels -> masks (exact ones that stay, rewritten ones chosen), pair by pair.

    A rewritten stretch that covers exact ones replaces them only if it is LONGER times their length in all, for
    verbatim text keeps its exact edges; any other is dropped if over half of either side is covered already.
    """
    stays, chosen = np.ones(exact.left.size, np.bool_), np.zeros(found.left.size, np.bool_)
    by_pair: dict[tuple[int, int], list[int]] = {}
    touched = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    for row, pair in enumerate(zip(exact.left.tolist(), exact.right.tolist(), strict=True)):
        if pair in touched:
            by_pair.setdefault(pair, []).append(row)
    left = np.stack([exact.left_first, exact.left_last], 1).tolist()
    right = np.stack([exact.right_first, exact.right_last], 1).tolist()
    kept: dict[tuple[int, int], list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    order = np.lexsort((found.right_first, found.left_first, -scores, found.right, found.left))
    for row in order.tolist():
        pair = int(found.left[row]), int(found.right[row])
        ours = (int(found.left_first[row]), int(found.left_last[row]))
        theirs = (int(found.right_first[row]), int(found.right_last[row]))
        sizes = ours[1] - ours[0], theirs[1] - theirs[0]
        standing = [e for e in by_pair.get(pair, []) if stays[e]]
        inside = [
            e
            for e in standing
            if _overlap(ours, left[e]) >= COVERS * (left[e][1] - left[e][0])
            and _overlap(theirs, right[e]) >= COVERS * (right[e][1] - right[e][0])
        ]
        if inside:
            total = max(sum(side[e][1] - side[e][0] for e in inside) for side in (left, right))
            if min(sizes) < LONGER * total:
                continue
        others = [(left[e], right[e]) for e in standing if e not in inside] + kept.get(pair, [])
        if any(
            2 * sum(_overlap(mine, other[side]) for other in others) > size
            for side, (mine, size) in enumerate(zip((ours, theirs), sizes, strict=True))
        ):
            continue
        stays[[e for e in standing if _mostly(ours, left[e]) or _mostly(theirs, right[e])]] = False
        chosen[row] = True
        kept.setdefault(pair, []).append((ours, theirs))
    return stays, chosen


def is_on(settings: Settings, documents: pl.DataFrame) -> bool:
    """Whether the rewritten channel runs on these documents: `auto` up to rewritten_limit MB of text."""
    if settings.rewritten != "auto":
        return settings.rewritten == "on"
    size = documents["text"].str.len_bytes().sum()
    return size <= settings.rewritten_limit * 1_000_000


def explain_channel(settings: Settings, documents: pl.DataFrame) -> str:
    """Whether rewritten passages were looked for, and if not, why."""
    if settings.level == "document":
        return "not looked for, as level is document"
    if is_on(settings, documents):
        return "looked for"
    if settings.rewritten == "off":
        return "not looked for, as rewritten is off"
    return f"not looked for, as the dump holds over {settings.rewritten_limit} MB of text (rewritten_limit)"
