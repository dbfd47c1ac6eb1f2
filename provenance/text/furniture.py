"""The lexicon of page furniture, and where its wordings stand in folded words.

`furniture.tsv` holds what news sites print around their articles, a wording a row: `scope` says how a wording
counts (`whole`: a line that says nothing else; `start`: a short line that begins so; `notice`: a passage that
holds it; `brief`: a very short passage that holds it; `cue`: nothing alone, but two cues or `brief` wordings are a
notice), `kind` what such a line is for, `language` which readers it is for. It comes from common knowledge of
publishing systems, not from any dump.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.text import wording_kernels
from provenance.text.tokens import fold_batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens

WHOLE, BRIEF = 1, 32  # bits, of which the kernel knows the others
START, NOTICE, CUE = wording_kernels.START, wording_kernels.NOTICE, wording_kernels.CUE
CUES = wording_kernels.CUES  # two cues at different places
SCOPES = {"whole": WHOLE, "start": START, "notice": NOTICE, "brief": BRIEF | CUE, "cue": CUE}
LONGEST_WHOLE = 10  # words; no wording of scope `whole` has more
LONGEST_START = 25  # words; a line that begins "Read more:" and then goes on for longer is prose
BRIEF_WORDS = 14  # "The full text is available to subscribers"; sentences of news that hold such words run on


class Wordings(NamedTuple):
    """Wordings of two words and more, sorted by `pair`; the words of wording i are word[first[i]:last[i]]."""

    pair: NDArray[np.uint64]  # hash of the first two words
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    scope: NDArray[np.uint8]
    word: NDArray[np.uint64]


@lru_cache(maxsize=1)
def load() -> tuple[Array, Wordings]:
    """The lexicon -> (sorted keys of `whole` wordings (uint64), the other wordings)."""
    table = resources.files("provenance.text").joinpath("furniture.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    tokens = fold_batch([row[3] for row in rows]).tokens
    scope = np.array([SCOPES[row[0]] for row in rows], np.uint8)
    first, last = tokens.bounds[:-1], tokens.bounds[1:]
    whole = scope == WHOLE
    keys = np.empty(int(whole.sum()), np.uint64)
    wording_kernels.join_words(tokens.word, first[whole], last[whole], numbers(), keys)
    longer = ~whole & (last - first >= 2)
    first, last, scope = first[longer], last[longer], scope[longer]
    pair = np.empty(first.size, np.uint64)
    wording_kernels.join_words(tokens.word, first, first + 2, np.empty(0, np.uint64), pair)
    order = np.argsort(pair, kind="stable")
    return np.unique(keys), Wordings(pair[order], first[order], last[order], scope[order], tokens.word)


def find_furniture(tokens: Tokens, first: Array, last: Array) -> tuple[Array, Array, Array]:
    """Ranges first:last of TOKENS (lines, passages) -> what the lexicon says of each.

    Three arrays: bits WHOLE ... BRIEF (uint8), and the words (int64) at which the first notice or cue begins and the
    last one ends, -1 without one. Numbers count for nothing in a `whole` line ("12 comments"). Cost: a look-up a word.
    """
    keys, wordings = load()
    count = first.size
    found = np.zeros(count, np.uint8)
    begin, end = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    wording_kernels.find_wordings(tokens.word, first, last, *wordings, found, begin, end)
    short = np.flatnonzero((last - first <= LONGEST_WHOLE) & (last > first))
    bare = np.empty(short.size, np.uint64)
    wording_kernels.join_words(tokens.word, first[short], last[short], numbers(), bare)
    found[short[np.isin(bare, keys)]] |= WHOLE
    found[last - first > LONGEST_START] &= 255 - START
    return found, begin, end


@lru_cache(maxsize=1)
def numbers() -> Array:
    """Sorted hashes of the numbers 0 to 9999, and of "d": what folding leaves of "%d" in a template never filled in."""
    return np.sort(fold_batch([*map(str, range(10_000)), "d"]).tokens.word)
