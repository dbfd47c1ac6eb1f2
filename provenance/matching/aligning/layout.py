"""PASSAGES laid over TOKENS: where the roles stand, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from provenance.matching.aligning import place_kernels
from provenance.matching.aligning.places import Ranges, cut_out, read_places, words_inside
from provenance.matching.pairs.numbering import number_rows
from provenance.room import zeros
from provenance.tables import ROLES
from provenance.text import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens

CODE = {role: code for code, role in enumerate(ROLES)}
APART = np.array([CODE["headline"], CODE["caption"], CODE["teaser"]])  # no repeat inside one document crosses its ends
WHOLE = np.array([CODE["headline"], CODE["caption"], CODE["teaser"], CODE["boilerplate"]])  # spans of one may be short
#: Roles from the most specific to the least; boilerplate is decided apart, by most of the words.
SPECIFIC = ("headline", "caption", "teaser", "quote", "paragraph")


class Layout(NamedTuple):
    """The passages of all documents in words, sorted by place; `quote` passages apart, for they lie inside others."""

    document: NDArray[np.int64]  # [passages]: row
    role: NDArray[np.uint8]  # [passages]: index into ROLES
    first: NDArray[np.int64]  # [passages]: in the whole of TOKENS
    last: NDArray[np.int64]
    quote_first: NDArray[np.int64]  # [quotes]
    quote_last: NDArray[np.int64]
    segment: NDArray[np.uint8]  # [words]: what a repeat inside one document may not cross
    short: NDArray[np.bool_]  # [passages]: headlines, captions, teasers and notices: spans of them may be short
    shorts: tuple[Array, Array, Array]  # the same: bounds int64 [documents + 1], start and end int32, in words
    gap: NDArray[np.uint8]  # [words]: TOKENS' own, and ADDRESS before a word if an address parts it from the one before


def lay_out(documents: pl.DataFrame, passages: pl.DataFrame, tokens: Tokens, threads: int = 2) -> Layout:
    """DOCUMENTS sorted by doc_id (the rows of TOKENS), PASSAGES and TOKENS -> Layout. *map*."""
    document = number_rows(documents["doc_id"], passages["doc_id"]).to_numpy().astype(np.int64)
    start, end, role = passages["start"].to_numpy(), passages["end"].to_numpy(), codes(passages["role"])
    first, last = words_inside(tokens, document, start, end)
    quoted = role == CODE["quote"]
    columns = start, end, document, role, first, last
    *_, quote_first, quote_last = _by_place(*(column[quoted] for column in columns))
    document, role, first, last = _by_place(*(column[~quoted] for column in columns))
    segment = zeros(tokens.word.size, np.uint8)
    apart = np.flatnonzero(np.isin(role, APART))
    # any numbers will do, if only neighbours have different ones
    place_kernels.mark(first[apart], last[apart], (apart % 255 + 1).astype(np.uint8), segment)
    short = np.isin(role, WHOLE) & (last > first)
    short[short] = ~_mostly_digits(documents["text"], tokens, document[short], first[short], last[short], threads)
    owner = document[short]
    bounds = np.searchsorted(owner, np.arange(tokens.bounds.size)).astype(np.int64)
    base = tokens.bounds[owner]
    shorts = bounds, (first[short] - base).astype(np.int32), (last[short] - base).astype(np.int32)
    gap = _addresses(tokens, first[role == CODE["boilerplate"]], last[role == CODE["boilerplate"]])
    return Layout(document, role, first, last, quote_first, quote_last, segment, short, shorts, gap)


def codes(roles: pl.Series) -> Array:
    """Roles by name -> as indices into ROLES; uint8."""
    return roles.cast(pl.Enum(ROLES)).to_physical().cast(pl.UInt8).to_numpy()


def _by_place(start: Array, end: Array, document: Array, *columns: Array) -> tuple[Array, ...]:
    """Columns of passages -> `document` and `columns` sorted by document, start and end, as they mostly are already."""
    if (np.diff((document << 32) | start) > 0).all():
        return document, *columns
    order = np.lexsort((end, start, document))
    return document[order], *(column[order] for column in columns)


def _addresses(tokens: Tokens, notice_first: Array, notice_last: Array) -> Array:
    """TOKENS and its notices -> what stands before each word, with ADDRESS also where an inline address parts words.

    In running text an address parts nothing: a copied sentence that holds a link is one span, and when spans were cut
    there, 24 of 1,252 verbatim copies of PAN13 came out in two. But an address that touches a notice is a feed item's
    link between its title, date and teaser, and parts these.
    """
    inline = np.flatnonzero(tokens.gap == kernels.INLINE)
    notices = Ranges(notice_first, notice_last)
    parts = inline[notices.count(inline + 1) - notices.count(np.maximum(inline - 1, 0)) > 0]
    if parts.size == 0:
        return tokens.gap
    gap = zeros(tokens.gap.size, np.uint8)
    gap[:] = tokens.gap
    gap[parts] = kernels.ADDRESS
    return gap


def _mostly_digits(texts: pl.Series, tokens: Tokens, document: Array, first: Array, last: Array, threads: int) -> Array:
    """Which ranges of words hold more digits than letters: dates, counters and prices repeat without being copied."""
    start, end = tokens.start[first].astype(np.int64), tokens.ends(last - 1)
    found = weigh_digits(texts, document, start, end, threads)
    digits, beyond = found > 0, found < 0
    text = cut_out(texts, document[beyond], start[beyond], end[beyond]).alias("text").to_frame()
    part = pl.col("text")
    counted = text.select(part.str.count_matches(r"\p{N}") > part.str.count_matches(r"\p{L}"))
    digits[beyond] = counted.to_series().to_numpy()
    return digits


def weigh_digits(texts: pl.Series, document: Array, start: Array, end: Array, threads: int = 2) -> Array:
    """Places of texts -> 1 where more digits than letters stand there, 0 where not, -1 by signs beyond KNOWN; int8."""
    signs = known_signs()
    digits, letters = (signs.str.contains(kind).to_numpy().astype(np.uint8) for kind in (r"\p{N}", r"\p{L}"))

    def read(*batch: Any) -> None:
        place_kernels.weigh_digits(*batch[:-1], digits + 2 * letters, batch[-1])

    return read_places(texts, document, start, read, end, threads=threads)


def known_signs() -> pl.Series:
    """Every sign whose kind kernels look up, by its code point."""
    return pl.Series([chr(code) for code in range(place_kernels.KNOWN)])


def roles_of(layout: Layout, first: Array, last: Array) -> Array:
    """Ranges of words (each inside one document) -> the role that covers most of each (uint8, index into ROLES)."""
    if layout.first.size == 0:
        return np.full(first.size, CODE["paragraph"], np.uint8)
    role = np.empty(first.size, np.uint8)
    place_kernels.most_of(layout.first, layout.last, layout.role, first, last, len(ROLES), role)
    quotes = Ranges(layout.quote_first, layout.quote_last)
    quoted = quotes.count(last) - quotes.count(first)
    plain = ~np.isin(role, WHOLE)
    role[plain] = CODE["paragraph"]
    role[plain & (2 * quoted > last - first)] = CODE["quote"]
    return role


def more_specific(left: Array, right: Array) -> Array:
    """Two sides' roles -> the span's: boilerplate if either is, else the more specific of the two."""
    rank = np.full(len(ROLES), len(SPECIFIC), np.uint8)
    for place, role in enumerate(SPECIFIC):
        rank[CODE[role]] = place
    code = np.where(rank[left] <= rank[right], left, right)
    boilerplate = (left == CODE["boilerplate"]) | (right == CODE["boilerplate"])
    return np.where(boilerplate, CODE["boilerplate"], code).astype(np.uint8)
