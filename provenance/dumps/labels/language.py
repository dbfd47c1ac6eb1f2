"""Texts -> ISO 639-1 languages, by CLD3: a small network in the wheel, no download, null when unsure.

CLD3 takes about 100 us a text, so the language of most news dumps, English, is told by its function words first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from provenance.arrays import Array

#: Characters looked at; CLD3 itself reads 700 bytes from pieces of these.
HEAD_CHARS = 600
SHORTEST = 20
_DETECTOR_BYTES = 500
#: Of the words of English news these are 15 % or more (99 of 100 heads of BBC stories; the others go to CLD3).
ENGLISH = "the of and to in that is was for on with as by at from has have had he it his are were said which"
#: Words that several of the world's languages with Latin letters have and English has not.
FOREIGN = (
    "de la le el der die und das et les que di il van het een og och att ve bir yang dan est para los del den nicht"
)
_SAFE_SHARE = 0.15
#: The language is in the letters: what a control character or an address does to CLD3 is none of its business.
_NOISE = r"https?://\S+|[\x00-\x1f\x7f]"
#: CLD3 still says iw and no for what ISO 639-1 calls he and nb/no.
_RENAMED = {"iw": "he", "jw": "jv", "in": "id", "ji": "yi", "fil": "tl"}


def tell_languages(documents: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS -> DOCUMENTS with the languages that no field tells. *map*."""
    unknown = documents["language"].is_null()
    if not unknown.any():
        return documents
    told = detect_languages(documents["text"].filter(unknown))
    return documents.with_columns(documents["language"].clone().scatter(unknown.arg_true(), told))


def detect_languages(texts: pl.Series) -> pl.Series:
    """Texts -> language codes, null where a text is too short or the detector unsure.

    Of what begins with headlines twice and captions, of which it is unsure, it looks at what follows too. *map*.
    About .6 s for 100,000 English articles, 10 s where all are in other languages.
    """
    english, mostly = _are_english(texts.str.head(HEAD_CHARS))
    # Headlines and names before English prose: of 98 in 100 such the detector is unsure, after .1 ms for each.
    asked = mostly & ~english
    english = english.scatter(asked.arg_true(), _are_english(_following(texts.filter(asked)))[0])
    others = texts.filter(~english)
    told = _detect(others.str.head(HEAD_CHARS))
    again = told.is_null() & (others.str.len_chars() > HEAD_CHARS)
    told = told.scatter(again.arg_true(), _detect_pieces(_following(others.filter(again))))
    return _english(len(texts)).scatter((~english).arg_true(), told).alias(texts.name)


def _following(texts: pl.Series) -> pl.Series:
    """Texts -> what follows their heads, and not only a word or two that are left."""
    return texts.str.head(2 * HEAD_CHARS).str.tail(HEAD_CHARS)


def _detect_pieces(texts: pl.Series) -> pl.Series:
    english, _ = _are_english(texts)
    return _english(len(texts)).scatter((~english).arg_true(), _detect(texts.filter(~english)))


def _are_english(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Texts -> whether each is plainly English; whether more of its words are English than foreign, by far."""
    words, english, foreign = count_words(texts).T
    mostly = foreign * 5 < english
    return pl.Series((words >= 30) & (english >= words * _SAFE_SHARE) & mostly), pl.Series(mostly)


def _english(many: int) -> pl.Series:
    return pl.Series(["en"], dtype=pl.String).new_from_index(0, many)


def count_words(texts: pl.Series) -> Array:
    """Texts -> int64 [texts, 3]: signs that end a word, words of ENGLISH, words of FOREIGN; all 0 of null. *map*."""
    from provenance.text.language_kernels import NOT_KNOWN, count_listed  # noqa: PLC0415  readers do without numba
    from provenance.text.tokens import LARGE_BATCH, octets_of, slices  # noqa: PLC0415  as above

    counts = [count_listed(*octets_of(some), *_listed()) for some in slices(texts, LARGE_BATCH)]
    counted: Array = np.concatenate([np.zeros((0, 3), np.int64), *counts])
    rest = np.flatnonzero(counted[:, 0] == NOT_KNOWN)
    noiseless = texts.gather(rest).str.replace_all(_NOISE, " ")
    counted[rest, 0] = noiseless.str.count_matches(" ", literal=True)
    for column, listed in enumerate((ENGLISH, FOREIGN), 1):
        counted[rest, column] = noiseless.str.count_matches(rf"\b(?:{listed.replace(' ', '|')})\b")
    return counted


@cache
def _listed() -> tuple[Array, Array, np.uint64]:
    """Both lists as count_listed has them: to search one list in order took half of its time."""
    from provenance.text.language_kernels import SLOT_BITS  # noqa: PLC0415  as above

    words = {
        int.from_bytes(word.encode(), "little"): foreign
        for foreign in (False, True)
        for word in (FOREIGN if foreign else ENGLISH).split()
    }
    packed = np.array([*words], np.uint64)
    for number in range(1, 1 << 10):  # one in ten multipliers will do
        multiplier = np.uint64(number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF | 1)
        slots = packed * multiplier >> np.uint64(64 - int(SLOT_BITS))
        if np.unique(slots).size == packed.size:
            break
    listed, foreign = np.zeros(1 << int(SLOT_BITS), np.uint64), np.zeros(1 << int(SLOT_BITS), np.int64)
    listed[slots], foreign[slots] = packed, np.array([*words.values()])
    return listed, foreign, multiplier


def _detect(texts: pl.Series) -> pl.Series:
    """Texts -> what CLD3 tells of each, null where it is unsure."""
    if texts.is_empty():
        return texts
    from gcld3 import NNetLanguageIdentifier  # noqa: PLC0415  only what is not plainly English needs it

    detector = NNetLanguageIdentifier(min_num_bytes=SHORTEST, max_num_bytes=_DETECTOR_BYTES)
    known: dict[str, str | None] = {}
    found: list[str | None] = []
    for head in texts.str.replace_all(_NOISE, " "):
        if head is None or len(head) < SHORTEST:
            found.append(None)
            continue
        if head not in known:
            result = detector.FindLanguage(head)
            code = result.language.split("-")[0]
            code = _RENAMED.get(code, code)
            known[head] = code if result.is_reliable and len(code) == 2 else None
        found.append(known[head])
    return pl.Series(found, dtype=pl.String)
