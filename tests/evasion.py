"""Ways to hide a copy from a machine that no reader sees: each changes a share of a text's characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provenance.text.lookalikes import LATIN_FOR

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
TAGS = "".join(map(chr, range(0xE0061, 0xE007B)))
SELECTORS = "\ufe00\ufe01\ufe0e\ufe0f"
MARKS = "".join(map(chr, range(0x300, 0x370)))
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CAPITALS = {
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "Н", "K": "КΚ", "M": "М", "O": "ОΟ", "P": "РΡ", "T": "ТΤ",
}  # fmt: skip
TWINS = CAPITALS | {
    small: "".join(letter for letter, latin in LATIN_FOR.items() if latin == small) for small in LETTERS[:26]
}


def inserting(pieces: str, most: int = 1) -> Callable[[str, float, random.Random], str]:
    def attack(text: str, rate: float, chance: random.Random) -> str:
        return "".join(
            letter + "".join(chance.choices(pieces, k=chance.randint(1, most))) if chance.random() < rate else letter
            for letter in text
        )

    return attack


def homoglyphs(text: str, rate: float, chance: random.Random) -> str:
    return "".join(
        chance.choice(TWINS[letter]) if TWINS.get(letter) and chance.random() < rate else letter for letter in text
    )


def full_width(text: str, rate: float, chance: random.Random) -> str:
    return "".join(
        chr(ord(letter) + 0xFEE0) if letter in LETTERS and chance.random() < rate else letter for letter in text
    )


ATTACKS: dict[str, Callable[[str, float, random.Random], str]] = {
    "zero-width characters": inserting(ZERO_WIDTH, 3),
    "bidi controls": inserting(BIDI),
    "soft hyphens": inserting("\u00ad"),
    "tags": inserting(TAGS, 3),
    "variation selectors": inserting(SELECTORS),
    "combining marks": inserting(MARKS, 6),
    "homoglyphs": homoglyphs,
    "full width": full_width,
}
RATES = (0.01, 0.05, 0.2)
