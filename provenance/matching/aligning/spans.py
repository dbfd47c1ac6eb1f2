"""TOKENS and PASSAGES -> SPANS: every verified, aligned stretch of two documents, or of one twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.aligning import place_kernels
from provenance.matching.aligning.alignment import Verified, align, count_shingles, repeats_inside, verify
from provenance.matching.aligning.layout import known_signs, lay_out, more_specific, roles_of
from provenance.matching.aligning.places import by_row, cut_out, read_places
from provenance.matching.aligning.rewritten import find_rewritten, is_on
from provenance.matching.aligning.short_passages import find_short
from provenance.matching.aligning.stretches import Aligned, join, join_neighbours
from provenance.matching.pairs.candidates import find_candidates
from provenance.matching.pairs.numbering import IDS
from provenance.matching.pairs.pair_keys import pack_pairs, unique, unpack_pairs
from provenance.tables import PAIR, ROLES, SPANS

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.arrays import Array
    from provenance.matching.aligning.layout import Layout
    from provenance.matching.pairs.candidates import Candidates
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens

KINDS = "exact", "edited", "rewritten"
NEAR = 64  # words; what covers over half of a stretch covers its middle, so it is sought among runs so near to that
#: Punctuation that a span takes along before its start and behind its end: as many characters at most, of these.
MOST = 2, 3
MARK = r"[^\p{L}\p{M}\p{N}\s\]\)>»”]", r"[^\p{L}\p{M}\p{N}\s\[\(<«“]"
MARKS = f"({MARK[0]}*)$", f"^({MARK[1]}*)"


class Found(NamedTuple):
    """SPANS; every verified pair's exact jaccard (left_doc, right_doc, jaccard); runs and buckets over the link cap."""

    spans: pl.DataFrame
    jaccards: pl.DataFrame
    over_cap: int
    layout: Layout


def find_spans(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    tokens: Tokens,
    signatures: Array | None,
    settings: Settings,
    threads: int = 2,
) -> Found:
    """DOCUMENTS sorted by doc_id, their PASSAGES, TOKENS and signatures (none for small dumps) -> Found. *gather*."""
    return find_among(
        documents, passages, tokens, lambda: find_candidates(tokens, signatures, settings), settings, threads
    )


def find_among(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    tokens: Tokens,
    candidates: Callable[[], Candidates],
    settings: Settings,
    threads: int = 2,
) -> Found:
    """DOCUMENTS sorted by doc_id, their PASSAGES, TOKENS and what gives their CANDIDATES -> Found. *gather*.

    `candidates` is called as late as possible, so that they may be sought in another thread until then.
    """
    layout = lay_out(documents, passages, tokens, threads)
    distinct = count_shingles(tokens, np.ones(documents.height, np.bool_), settings)
    repeats = repeats_inside(tokens, layout, settings, threads, distinct)
    short = find_short(tokens, layout, settings)
    pairs = candidates()
    verified = verify(tokens, layout, pairs, settings, threads, distinct)
    across = verified.aligned
    if settings.level == "passage" and is_on(settings, documents):
        across = join([*find_rewritten(documents, tokens, layout, across, settings, threads)])
    spans, jaccards = settle(documents, tokens, layout, verified, across, repeats, short, settings, threads)
    return Found(spans, jaccards, pairs.over_cap, layout)


def settle(
    documents: pl.DataFrame,
    tokens: Tokens,
    layout: Layout,
    verified: Verified,
    across: Aligned,
    repeats: Aligned,
    short: Aligned,
    settings: Settings,
    threads: int = 2,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What all channels found -> SPANS, and the jaccard of each pair (left_doc, right_doc, jaccard). *map* by pair.

    `verified` are the candidates that hold, `across` the stretches of different documents, `repeats` those inside one.
    """
    across = join_neighbours(tokens, layout.gap, across, settings)
    runs = join([across, repeats])
    short = without_covered(short, runs)
    jaccards = _jaccards(documents["doc_id"], verified.left, verified.right, verified.jaccard)
    missing = _unmeasured(verified.left, verified.right, join([across, short]))
    more = align(tokens, layout, *missing, settings, threads)
    jaccards = pl.concat([jaccards, _jaccards(documents["doc_id"], more.left, more.right, more.jaccard)])
    spans = to_table(documents, layout, tokens, join([runs, short]), settings, threads)
    return spans, jaccards.sort(PAIR)


def _jaccards(doc_ids: pl.Series, left: Array, right: Array, jaccard: Array) -> pl.DataFrame:
    return pl.DataFrame(
        {"left_doc": doc_ids.gather(left), "right_doc": doc_ids.gather(right), "jaccard": pl.Series(jaccard)}
    )


def _unmeasured(left: Array, right: Array, found: Aligned) -> tuple[Array, Array]:
    """Pairs that only short or rewritten passages tie together, whose jaccard is not measured yet."""
    apart = found.left != found.right
    keys, known = unique(found.keys()[apart]), unique(pack_pairs(left, right))
    missing_left, missing_right = unpack_pairs(keys[~np.isin(keys, known, assume_unique=True)])
    return missing_left.astype(np.int32), missing_right.astype(np.int32)


def without_covered(short: Aligned, runs: Aligned) -> Aligned:
    """The short stretches, each once, but for those of which a run of the same pair covers over half on both sides."""

    def frame(aligned: Aligned) -> pl.DataFrame:
        return pl.DataFrame(aligned._asdict()).with_row_index("row")

    # Only with runs near by: comparing all of a pair took 20 GB for a notice that stands 10,000 times in one article.
    near = pl.col("right_first") // NEAR, (pl.col("right_last") - 1) // NEAR + 1
    ours = frame(short).with_columns(near=(pl.col("right_first") + pl.col("right_last")) // 2 // NEAR)
    theirs = frame(runs).join(ours, on=["left", "right"], how="semi")
    theirs = theirs.with_columns(near=pl.int_ranges(*near)).explode("near")

    def overlap(side: str) -> pl.Expr:
        low = pl.max_horizontal(f"{side}_first", f"{side}_first_run")
        high = pl.min_horizontal(f"{side}_last", f"{side}_last_run")
        return 2 * (high - low) > pl.col(f"{side}_last") - pl.col(f"{side}_first")

    covered = (
        ours.join(theirs, on=["left", "right", "near"], suffix="_run")
        .filter(overlap("left"), overlap("right"))
        .get_column("row")
        .unique()
    )
    kept = ours.filter(~pl.col("row").is_in(covered.implode())).drop("row", "near")
    kept = kept.unique(["left", "right", "left_first", "right_first"], keep="first", maintain_order=True)
    return Aligned(*(kept[column].to_numpy() for column in Aligned._fields))


def to_table(
    documents: pl.DataFrame, layout: Layout, tokens: Tokens, aligned: Aligned, settings: Settings, threads: int = 2
) -> pl.DataFrame:
    """Stretches in words -> SPANS in code points, their ends snapped to punctuation, sorted."""
    row = np.concatenate([aligned.left, aligned.right])  # both sides at once: texts are taken up but once
    first = np.concatenate([aligned.left_first, aligned.right_first])
    last = np.concatenate([aligned.left_last, aligned.right_last])
    with ThreadPoolExecutor(1) as pool:
        roles = pool.submit(roles_of, layout, first, last)
        starts, ends = snap(documents["text"], row, tokens.start[first], tokens.ends(last - 1), threads)
        role = roles.result()
    identity, doc_ids = aligned.identity(), documents["doc_id"]
    sides = [slice(0, aligned.left.size), slice(aligned.left.size, row.size)]
    places = [(row[side], starts[side], ends[side]) for side in sides]
    order = order_spans(doc_ids, *places)
    columns: dict[str, Any] = {}
    for side, (at, start, end) in zip(("left", "right"), places, strict=True):
        columns[f"{side}_doc"] = doc_ids.gather(at[order])
        columns[f"{side}_start"], columns[f"{side}_end"] = start[order], end[order]
    columns["identity"] = identity[order]
    kind = np.where(identity >= 1, 0, np.where(identity >= np.float32(settings.min_identity), 1, 2))
    columns["kind"] = pl.Series(KINDS).gather(kind[order])
    columns["role"] = pl.Series(ROLES).gather(more_specific(*(role[side] for side in sides))[order])
    dtypes = {column: columns[column].dtype if column in IDS else dtype for column, dtype in SPANS.items()}
    return pl.DataFrame(columns, schema_overrides=dtypes).select(list(SPANS))


def order_spans(doc_ids: pl.Series, left: tuple[Array, Array, Array], right: tuple[Array, Array, Array]) -> Array:
    """Sides (row, start, end) of spans -> the spans' order by SPANS_BY; by ranks, because names are slow to compare."""
    rank = np.empty(len(doc_ids), np.int64)
    rank[doc_ids.arg_sort().to_numpy()] = np.arange(len(doc_ids))
    left_rank, right_rank = rank[left[0]], rank[right[0]]
    order = by_row(right_rank, right[1])
    order = order[by_row(left_rank[order], left[1][order])]
    starts = left_rank, left[1], right_rank, right[1]
    new = np.logical_or.reduce([np.diff(key[order], prepend=-1) != 0 for key in starts])
    tied = ~new  # few are
    tied[:-1] |= ~new[1:]
    some = order[tied]
    order[tied] = some[np.lexsort((right[2][some], left[2][some], np.cumsum(new)[tied]))]
    return order


def snap(texts: pl.Series, row: Array, start: Array, end: Array, threads: int = 2) -> tuple[Array, Array]:
    """Places in texts[row] -> the same, with up to MOST marks of punctuation that touch them taken along; int64.

    A quotation mark or full stop belongs to the passage; that gained prototypes .002 of recall.
    """
    start, end = start.astype(np.int64), end.astype(np.int64)
    # The end of a passage in many articles is asked for with each of its spans, and looked at once.
    rows, asked = np.concatenate([row, row]).astype(np.int64), np.concatenate([start << 1, end << 1 | 1])
    order = by_row(rows, asked)
    rows, asked = rows[order], asked[order]
    new = (np.diff(rows, prepend=-1) != 0) | (np.diff(asked, prepend=-1) != 0)
    marks = _count_marks(texts, rows[new], asked[new] >> 1, asked[new] & 1 > 0, threads)
    count = np.empty(order.size, np.int8)
    count[order] = marks[np.cumsum(new) - 1]
    return start - count[: len(row)], end + count[len(row) :]


def _count_marks(texts: pl.Series, row: Array, place: Array, behind: Array, threads: int) -> Array:
    """How many marks touch each place of texts[row], behind it or before; int64."""
    signs = known_signs()
    taken = np.stack([signs.str.contains(mark).to_numpy() for mark in MARK])

    def read(*batch: Any) -> None:
        place_kernels.count_touching(*batch[:-1], np.array(MOST), taken, batch[-1])

    count = read_places(texts, row, place, read, behind, threads=threads)
    for way, (marks, most) in enumerate(zip(MARKS, MOST, strict=True)):
        beyond = np.flatnonzero((count < 0) & (behind == way))
        low, high = (place[beyond], place[beyond] + most) if way else (place[beyond] - most, place[beyond])
        around = cut_out(texts, row[beyond], np.maximum(low, 0), high)
        count[beyond] = around.str.extract(marks).str.len_chars().to_numpy()
    return count
