"""TOKENS -> stretches that were rewritten: translated and translated back, spun, reordered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.aligning import rewritten_kernels, sequence_kernels, skip_kernels
from provenance.matching.aligning.layout import WHOLE, roles_of
from provenance.matching.aligning.places import cut_out
from provenance.matching.aligning.stretch_kernels import ALONE
from provenance.matching.aligning.stretches import TABLE_CELLS, Aligned
from provenance.matching.pairs.pair_keys import pack_pairs, unpack_pairs
from provenance.matching.pairs.postings import even_shares, write_parted
from provenance.room import zeros
from provenance.text import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.matching.aligning.layout import Layout
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

ALL_PAIRS = 100  # documents; up to so many, every pair is aligned: 4,950 pairs take half a second
FEWEST, MOST = 3, 60  # words of a sentence
CONTENT = 3.0  # inverse sentence frequency of a content word: it stands in under 5 % of the sentences
SPAN = 5  # content words a skip-pair may reach over
ONE_IN = 4  # skip-pairs kept; the same ones in every document
CAP = 30  # documents that may share a skip-pair
NEAR, NEED = 40, 3  # seeds needed within so many words; 5.4 candidates a document at recall .982 on PAN13
COVERS = 0.8  # of an exact stretch that a rewritten one must hold to replace it
SHORT = 30  # words, twice what a span has at least; a shorter exact stretch is a sentence, a longer one a passage
# On PAN13 1 % of the true stretches with two numbers or more share under half of them; of 4,642 claims on the reuters
# corpus, nearly all of them other days' reports of one form, 44 %.
SAME_NUMBERS, FEWEST_NUMBERS = 0.5, 2
EDGES = kernels.LINE, kernels.PARAGRAPH, kernels.ADDRESS  # what a paragraph begins behind
SHARE = 256  # pairs aligned by a task
SHARES = 8  # of the documents whose pairs are proposed by a task; each looks through all postings once


class Sentences(NamedTuple):
    """Numbered words and sentences of all documents."""

    ids: NDArray[np.int32]  # [words]: -1 for words that do not count
    cuts: NDArray[np.int64]  # [sentences + 1]
    of: NDArray[np.int64]  # [documents + 1]
    frequency: NDArray[np.int32]  # [distinct words]: sentences that hold each


def number_sentences(tokens: Tokens, gap: Array) -> Sentences:
    """TOKENS and what stands before each word -> Sentences. *gather*."""
    ids = np.empty(tokens.word.size, np.int32)
    words = skip_kernels.number_words(tokens.word, ids)
    cuts, of = np.empty(tokens.word.size + 1, np.int64), np.empty(tokens.bounds.size, np.int64)
    count = skip_kernels.cut_sentences(tokens.bounds, gap, FEWEST, MOST, cuts, of)
    frequency = np.zeros(words, np.int32)
    skip_kernels.sentence_frequency(ids, cuts, count, frequency)
    return Sentences(ids, cuts[: count + 1], of, frequency)


def propose(tokens: Tokens, sentences: Sentences, threads: int = 2) -> tuple[Array, Array]:
    """TOKENS -> pairs of rows (int32, left < right) that share NEED skip-pairs within NEAR words. *gather*.

    A skip-pair is an unordered pair of content words at most SPAN content words apart: shuffling and synonyms
    leave many of them whole, and topics rarely share several within a paragraph.
    """
    documents = tokens.bounds.size - 1
    if documents <= ALL_PAIRS:
        one, two = np.triu_indices(documents, 1)
        return one.astype(np.int32), two.astype(np.int32)
    rarity = np.log((sentences.cuts.size - 1) / np.maximum(sentences.frequency, 1))
    about, content = (sentences.ids, tokens.word, tokens.bounds), rarity >= CONTENT

    def write(rows: tuple[int, int], parts: int, cursor: Array, columns: tuple[Array, Array, Array]) -> None:
        skip_kernels.skip_pairs(*about, *rows, content, SPAN, ONE_IN, parts, cursor, *columns)

    postings = write_parted(tokens, tokens.word.size * SPAN // ONE_IN, write, threads)
    parts, columns = postings.parts, postings[:3]
    back, kept = zeros(columns[0].size, np.uint8), np.zeros(parts.size - 1, np.int64)

    def keep(share: tuple[int, int]) -> None:
        skip_kernels.keep_shared(parts[share[0] : share[1] + 1], *columns, CAP, back, kept[share[0] : share[1]])

    def pair(rows: tuple[int, int]) -> Array:
        pairs: Array
        pairs, count = skip_kernels.dense_pairs(
            parts, kept, *columns[1:], back, documents, *rows, NEAR, NEED, np.empty(1 << 12, np.int64)
        )
        return pairs[:count]

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(keep, even_shares(parts.size - 1, SHARES)))
        dense = np.sort(np.concatenate(list(pool.map(pair, even_shares(documents, SHARES)))))
    left, right = unpack_pairs(dense)
    return left.astype(np.int32), right.astype(np.int32)


def find_rewritten(
    documents: pl.DataFrame, tokens: Tokens, layout: Layout, exact: Aligned, settings: Settings, threads: int = 2
) -> tuple[Aligned, Aligned]:
    """DOCUMENTS, TOKENS and the exact channel's stretches -> (exact ones that stay, rewritten ones). *gather*.

    Stretches that are mostly headline, caption, teaser or notice do not count: such passages are compared whole, and
    two sites' wordings of one notice do not mean that the articles are related. Inside a longer stretch they do count.
    """
    sentences = number_sentences(tokens, layout.gap)
    left, right = propose(tokens, sentences)
    passage_of = np.searchsorted(layout.document, np.arange(tokens.bounds.size))
    whole = exact.take(_hold_a_passage(layout, exact))
    copied = np.isin(pack_pairs(left, right), whole.keys())

    def one(begin: int) -> tuple[Array, Array]:
        spans, scores, count = rewritten_kernels.align_rewritten(
            sentences.ids,
            layout.gap,
            tokens.bounds,
            sentences.cuts,
            sentences.of,
            sentences.frequency,
            passage_of,
            layout.first,
            layout.last,
            left[begin : begin + SHARE],
            right[begin : begin + SHARE],
            copied[begin : begin + SHARE],
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
    good = _long_enough(tokens, found, settings) & _running_text(layout, found)
    good[good] = _same_numbers(documents, tokens, found.take(good))
    found, scores = found.take(good), scores[good]
    stays, chosen = choose(exact, found, scores, find_inside(sentences, layout.gap, exact, found, scores))
    rewritten = found.take(chosen)
    equal = np.zeros(rewritten.left.size, np.int32)
    sequence_kernels.count_equal(tokens.word, *rewritten[2:6], TABLE_CELLS, equal)
    return exact.take(stays), rewritten._replace(equal=equal)


def _hold_a_passage(layout: Layout, exact: Aligned) -> Array:
    """Which stretches hold, on both sides, a whole passage of as many words as part others (stretch_kernels.ALONE)."""
    long = layout.last - layout.first >= ALONE
    begins, ends = layout.first[long], np.append(layout.last[long], np.iinfo(np.int64).max)
    held = [ends[np.searchsorted(begins, first)] <= last for first, last in (exact[2:4], exact[4:6])]
    both: Array = held[0] & held[1]
    return both


def _long_enough(tokens: Tokens, found: Aligned, settings: Settings) -> Array:
    left = tokens.ends(found.left_last - 1) - tokens.start[found.left_first]
    right = tokens.ends(found.right_last - 1) - tokens.start[found.right_first]
    long: Array = np.minimum(left, right) >= settings.rewritten_chars
    return long


def _running_text(layout: Layout, found: Aligned) -> Array:
    """Which stretches are not mostly headline, caption, teaser or notice, on either side."""
    apart = [np.isin(roles_of(layout, *found[side : side + 2]), WHOLE) for side in (2, 4)]
    text: Array = ~(apart[0] | apart[1])
    return text


def _same_numbers(documents: pl.DataFrame, tokens: Tokens, found: Aligned) -> Array:
    """Which stretches agree in their figures: SAME_NUMBERS of the distinct ones of the side with fewer are shared.

    Whoever translates, spins or reorders a report keeps its figures; two reports of one form (a central bank's daily
    help, two bond issues) differ in them.
    """
    sides = {}
    for side in ("left", "right"):
        start, end = tokens.start[getattr(found, f"{side}_first")], tokens.ends(getattr(found, f"{side}_last") - 1)
        text = cut_out(documents["text"], getattr(found, side), start, end).alias("text").to_frame()
        sides[side] = text.select(pl.col("text").str.extract_all(r"\p{N}+").list.unique()).to_series()
    fewer = pl.min_horizontal(pl.col("left", "right").list.len())
    shared = pl.col("left").list.set_intersection("right").list.len()
    same = pl.DataFrame(sides).select((fewer < FEWEST_NUMBERS) | (shared >= SAME_NUMBERS * fewer))
    agree: Array = same.to_series().to_numpy()
    return agree


class Inside(NamedTuple):
    """Which exact stretches lie inside each rewritten one, sorted by the latter; and what it is worth beside them."""

    found: NDArray[np.int64]  # [cases]: row of the rewritten stretch
    exact: NDArray[np.int64]  # [cases]: row of the exact one
    #: [rewritten]: the score of what they leave of it, and SCORE for each stretch that it spares
    worth: NDArray[np.float64]


def find_inside(sentences: Sentences, gap: Array, exact: Aligned, found: Aligned, scores: Array) -> Inside:
    """Stretches of both channels -> the exact ones of which COVERS lies in a rewritten one, on both sides."""

    def frame(aligned: Aligned, name: str) -> pl.DataFrame:
        return pl.DataFrame(aligned._asdict()).with_row_index(name)

    def covers(side: str) -> pl.Expr:
        low = pl.max_horizontal(f"{side}_first", f"{side}_first_found")
        high = pl.min_horizontal(f"{side}_last", f"{side}_last_found")
        return high - low >= COVERS * (pl.col(f"{side}_last") - pl.col(f"{side}_first"))

    cases = (
        frame(exact, "exact")
        .join(frame(found, "found"), on=["left", "right"], suffix="_found")
        .filter(covers("left"), covers("right"))
        .sort("found", "exact")
    )
    rows, inner = cases["found"].to_numpy().astype(np.int64), cases["exact"].to_numpy().astype(np.int64)
    worth = scores.copy()
    some = np.unique(rows)
    begins = np.append(np.searchsorted(rows, some), rows.size)
    left = np.empty(some.size)
    rewritten_kernels.rest_scores(
        *sentences,
        found.left[some],
        found.right[some],
        np.stack(found[2:6], 1)[some],
        np.stack(exact[2:6], 1)[inner],
        begins,
        left,
    )
    worth[some] = left + rewritten_kernels.SCORE * _spared(exact.take(inner), rows, begins, gap)
    return Inside(rows, inner, worth)


def _spared(inner: Aligned, rows: Array, begins: Array, gap: Array) -> Array:
    """Exact stretches inside each rewritten one (`rows`) -> how many short ones it would replace; of one alone, none.

    A rewritten stretch around copies of a sentence or two amid other words is one case of reuse in place of several;
    whole paragraphs keep their own edges. So none counts where a whole paragraph of one article lies between two of
    them: of 40 paragraphs put into an article of three 7 passed for copied, and `clean --passages drop` deleted them.
    """
    size = np.minimum(inner.left_last - inner.left_first, inner.right_last - inner.right_first)
    short = np.add.reduceat(size < SHORT, begins[:-1]) if size.size else np.empty(0, np.int64)
    spared: Array = np.maximum(short - (short == np.diff(begins)), 0)
    spared[_parted(inner, rows, gap)[begins[:-1]]] = 0
    return spared


def _parted(inner: Aligned, rows: Array, gap: Array) -> Array:
    """Exact stretches inside rewritten ones (`rows`, sorted) -> which lie in one where a whole paragraph parts two."""
    parted = np.zeros(rows.size, np.bool_)
    for first, last in ((inner.left_first, inner.left_last), (inner.right_first, inner.right_last)):
        order = np.lexsort((first, rows))
        end, begin = last[order][:-1], first[order][1:]
        between = np.flatnonzero((rows[1:] == rows[:-1]) & (begin > end))
        whole = np.isin(gap[end[between]], EDGES) & np.isin(gap[begin[between]], EDGES)
        parted |= np.isin(rows, rows[between[whole]])
    return parted


def _overlap(one: tuple[int, int], two: tuple[int, int]) -> int:
    return max(0, min(one[1], two[1]) - max(one[0], two[0]))


def _mostly(whole: tuple[int, int], part: tuple[int, int]) -> bool:
    """Whether over half of `part` lies in `whole`."""
    return 2 * _overlap(whole, part) > part[1] - part[0]


def choose(exact: Aligned, found: Aligned, scores: Array, inside: Inside) -> tuple[Array, Array]:
    """Stretches of both channels -> masks (exact ones that stay, rewritten ones chosen), pair by pair.

    Verbatim text keeps its exact edges. A rewritten stretch replaces the exact ones inside it only if the rest of it is
    rewriting in its own right, or costs less than the stretches that it replaces gain: an excerpt whose copied
    sentences are joined by a few other words is one case, not five. Any other is dropped if over half of either side is
    covered already.
    """
    stays, chosen = np.ones(exact.left.size, np.bool_), np.zeros(found.left.size, np.bool_)
    by_pair: dict[tuple[int, int], list[int]] = {}
    touched = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    for row, pair in enumerate(zip(exact.left.tolist(), exact.right.tolist(), strict=True)):
        if pair in touched:
            by_pair.setdefault(pair, []).append(row)
    left = list(zip(exact.left_first.tolist(), exact.left_last.tolist(), strict=True))
    right = list(zip(exact.right_first.tolist(), exact.right_last.tolist(), strict=True))
    within: dict[int, set[int]] = {}
    for row, e in zip(inside.found.tolist(), inside.exact.tolist(), strict=True):
        within.setdefault(row, set()).add(e)
    kept: dict[tuple[int, int], list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    order = np.lexsort((found.right_first, found.left_first, -scores, found.right, found.left))
    for row in order[inside.worth[order] > 0].tolist():
        pair = int(found.left[row]), int(found.right[row])
        ours = (int(found.left_first[row]), int(found.left_last[row]))
        theirs = (int(found.right_first[row]), int(found.right_last[row]))
        standing = [e for e in by_pair.get(pair, []) if stays[e]]
        others = [(left[e], right[e]) for e in standing if e not in within.get(row, ())] + kept.get(pair, [])
        if any(
            2 * sum(_overlap(mine, other[side]) for other in others) > mine[1] - mine[0]
            for side, mine in enumerate((ours, theirs))
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
    size = documents["text"].str.len_bytes().cast(pl.Int64).sum()
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
