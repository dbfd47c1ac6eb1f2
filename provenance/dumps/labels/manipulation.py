"""Texts -> signs that somebody hid a copy from machines: characters that no reader sees and no language needs there.

Each is a sign only where it makes no sense: Persian needs the zero-width non-joiner, Thai the zero-width space, Hebrew
and Arabic the controls of direction, Japanese wide letters, German soft hyphens between syllables; none of them stands
between two letters of a word in Latin, Greek or Cyrillic. Folding reads through all of them, so they change no match.
"""

from __future__ import annotations

import polars as pl

from provenance.text.lookalikes import LATIN_FOR

#: Letters of the scripts in which words are read one letter beside the other and that need no invisible help.
_PLAIN = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}]"
#: Small and capital letters that pass for Latin ones; the sign for a millionth is Greek and stands before an m.
_TWINS = (
    "[" + "".join(sorted({form for twin in LATIN_FOR if twin not in "μɑɡɩʏ" for form in (twin, twin.upper())})) + "]"
)
_WIDE = "[\uff21-\uff3a\uff41-\uff5a]"
#: What -> where it is a sign. Rust's regular expressions: linear, whatever the text.
SIGNS = {
    "hidden characters in words": (
        rf"{_PLAIN}[\u200b-\u200d\u2060-\u2064\ufeff\u180e\ufe00-\ufe0f\x{{e0000}}-\x{{e007f}}]+{_PLAIN}"
    ),
    "controls of direction in words": rf"{_PLAIN}[\u200e\u200f\u202a-\u202e\u2066-\u2069]+{_PLAIN}",
    # Between syllables it is what it is for, and at the end of a line; a syllable has two letters or more.
    "soft hyphens at no syllable": r"\u00ad\u00ad|\u00ad[ ,.;:]|(?:^|\P{L})\p{L}?\u00ad\p{L}",
    "letters of two scripts in a word": rf"[a-zA-Z]{_TWINS}|{_TWINS}[a-zA-Z]",
    "wide letters in words": rf"[a-zA-Z]{_WIDE}|{_WIDE}[a-zA-Z]",
    # After composition, so that decomposed accents of every language with an alphabet are none.
    "stacked marks": (
        rf"{_PLAIN}[\u0300-\u036f]{{3}}|[ .,;:!?0-9\"'][\u0300-\u036f]|[a-zA-Z][\u0334-\u0338\u0346-\u036f]"
    ),
}
#: Signs a thousand characters, and in all: a slip of the keyboard or of a converter is no disguise.
RATE, FEWEST = 0.5, 3


def find_signs(texts: pl.Series) -> pl.Series:
    """Texts -> what was done to each, null where nothing was: `120 hidden characters in words`.

    *map*. Texts without a character beyond U+00A0 that can be a sign cost one look, texts in ASCII none.
    """
    wide = texts.str.len_bytes() > texts.str.len_chars()
    told = _signs_of(texts.filter(wide))
    places = pl.DataFrame({"row": wide.arg_true(), "told": told})
    rows = pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True)})
    return rows.join(places, on="row", how="left", maintain_order="left")["told"].alias(texts.name)


def _signs_of(texts: pl.Series) -> pl.Series:
    suspect = texts.str.contains(
        r"[\u00ad\u0300-\u036f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\uff21-\uff5a\x{e0000}-\x{e007f}]"
        rf"|[a-zA-Z]{_TWINS}|{_TWINS}[a-zA-Z]"
    ).fill_null(value=False)
    told: list[str | None] = [None] * len(texts)
    if suspect.any():
        places = suspect.arg_true().to_list()
        chosen = texts.filter(suspect).str.normalize("NFC").alias("text").to_frame()
        counts = chosen.select(
            size=pl.col("text").str.len_chars(),
            **{name: pl.col("text").str.count_matches(sign) for name, sign in SIGNS.items()},
        )
        for place, (size, *found) in zip(places, counts.iter_rows(), strict=True):
            if sum(found) >= max(FEWEST, RATE * size / 1000):
                signs = zip(SIGNS, found, strict=True)
                told[place] = ", ".join(f"{count:,} {name}" for name, count in signs if count)
    return pl.Series(texts.name, told, dtype=pl.String)
