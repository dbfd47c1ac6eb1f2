"""Texts -> ISO 639-1 languages, by CLD3: a small network in the wheel, no download, null when unsure.

CLD3 takes about 100 us a text, so the language of most news dumps, English, is told by its function words first.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import polars as pl

#: Characters looked at; CLD3 itself reads 700 bytes from pieces of these.
HEAD_CHARS = 600
SHORTEST = 20
_DETECTOR_BYTES = 500
#: Of the words of English news these are 15 % or more (99 of 100 heads of BBC stories; the others go to CLD3).
_ENGLISH = r"\b(?:the|of|and|to|in|that|is|was|for|on|with|as|by|at|from|has|have|had|he|it|his|are|were|said|which)\b"
#: Words that several of the world's languages with Latin letters have and English has not.
_FOREIGN = (
    r"\b(?:de|la|le|el|der|die|und|das|et|les|que|di|il|van|het|een|og|och|att|ve|bir|yang|dan|est|para|los|del|den|"
    r"nicht)\b"
)
_SAFE_SHARE = 0.15
#: CLD3 still says iw and no for what ISO 639-1 calls he and nb/no.
_RENAMED = {"iw": "he", "jw": "jv", "in": "id", "ji": "yi", "fil": "tl"}


def detect_languages(texts: pl.Series) -> pl.Series:
    """Texts -> language codes, null where a text is too short or the detector unsure.

    *map*. About 1 s for 100,000 English articles, 10 s where all are in other languages.
    """
    # The language is in the letters: what a control character or an address does to CLD3 is none of its business.
    head = pl.col("text").str.head(HEAD_CHARS).str.replace_all(r"https?://\S+|[\x00-\x1f\x7f]", " ")
    frame = (
        texts.alias("text")
        .to_frame()
        .select(head=head)
        .with_columns(
            words=pl.col("head").str.count_matches(" ", literal=True),
            english=pl.col("head").str.count_matches(_ENGLISH),
            foreign=pl.col("head").str.count_matches(_FOREIGN),
        )
    )
    sure = (
        (pl.col("words") >= 30)
        & (pl.col("english") >= pl.col("words") * _SAFE_SHARE)
        & (pl.col("foreign") * 5 < pl.col("english"))
    )
    is_english = frame.select(sure.fill_null(value=False)).to_series()
    told = iter(_detect(frame["head"].filter(~is_english).to_list()))
    return pl.Series(texts.name, ["en" if english else next(told) for english in is_english], dtype=pl.String)


def _detect(heads: list[str | None], threads: int = 2) -> list[str | None]:
    different = list(dict.fromkeys(head for head in heads if head is not None and len(head) >= SHORTEST))
    if not different:
        return [None] * len(heads)
    parts = [different[first::threads] for first in range(threads)]
    with ThreadPoolExecutor(threads) as pool:  # CLD3 lets go of the lock, call by call
        known = dict(pair for part in pool.map(_tell, parts) for pair in part)
    return [known.get(head) for head in heads]


def _tell(heads: list[str]) -> list[tuple[str, str | None]]:
    from gcld3 import NNetLanguageIdentifier  # noqa: PLC0415  only what is not plainly English needs it

    detector = NNetLanguageIdentifier(min_num_bytes=SHORTEST, max_num_bytes=_DETECTOR_BYTES)
    found: list[tuple[str, str | None]] = []
    for head in heads:
        result = detector.FindLanguage(head)
        code = result.language.split("-")[0]
        code = _RENAMED.get(code, code)
        found.append((head, code if result.is_reliable and len(code) == 2 else None))
    return found
