"""Texts -> what went wrong with their letters before they came: read in a wrong encoding, or left escaped.

They are told and stay as they came. To mend them would move every place in the text away from that in the record, from
which `clean` cuts by places; and what was lost on the way (of é in Windows-1252 nothing may be left) cannot be mended.
"""

from __future__ import annotations

import polars as pl

#: What the second byte and later ones of a letter in UTF-8 look like in Windows-1252 and in ISO 8859-1.
_LATER = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
#: What -> where it makes no sense in any language. CAFÉ» and MANHÃ” do: so letters stand beside, or it goes on so.
SIGNS = {
    "letters read in a wrong encoding": (
        rf"â[€\u0080]{_LATER}"  # quotation marks and dashes
        rf"|Â[\u00a0£©®°·«»§±´¿¡]|[a-z][ÃÄÅ]{_LATER}|[ÃÄÅ]{_LATER}[a-z]"  # accents
        rf"|(?:[ÐÑ]{_LATER}){{2}}|(?:[ÎÏ]{_LATER}){{2}}|(?:[ØÙÚÛ]{_LATER}){{2}}|(?:×{_LATER}){{2}}"  # other alphabets
        rf"|(?:[à-ï]{_LATER}{_LATER}){{2}}"  # Indic scripts, Thai, Chinese, Japanese, Korean
        r"|‚Ä[ôúùìîò]|[a-z]√[©®´±≥∂º°†¢ß]|√[©®´±≥∂º°†¢ß][a-z]"  # the same through a Macintosh
    ),
    "characters left escaped": (
        r"&(?:amp|quot|apos|lt|gt|nbsp|[lr][sd]quo|[nm]dash|hellip|[aeioucnAEIOUCN](?:acute|grave|circ|uml|cedil|tilde)"
        r"|szlig|#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5});"
    ),
}
#: Signs a thousand characters from which they are told, and at least one.
RATE = 0.5


def find_garbled(texts: pl.Series) -> pl.Series:
    """Texts -> what went wrong with each, null where nothing did: `12 letters read in a wrong encoding`.

    *map*. Texts in ASCII without an ampersand cost one look.
    """
    likely = (texts.str.len_bytes() > texts.str.len_chars()) | texts.str.contains("&", literal=True)
    chosen = texts.filter(likely).alias("text").to_frame()
    counts = chosen.select(
        size=pl.col("text").str.len_chars(),
        **{name: pl.col("text").str.count_matches(sign) for name, sign in SIGNS.items()},
    )
    told: list[str | None] = [None] * len(texts)
    for place, (size, *found) in zip(likely.arg_true().to_list(), counts.iter_rows(), strict=True):
        if sum(found) >= max(1, RATE * size / 1000):
            told[place] = ", ".join(f"{count:,} {name}" for name, count in zip(SIGNS, found, strict=True) if count)
    return pl.Series(texts.name, told, dtype=pl.String)
