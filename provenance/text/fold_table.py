"""The folding of each code point: made here once, shipped as `fold_table.npz`, read by the kernel.

Folding is context-free but for words that mix scripts (`lookalikes`): NFKD, case folding, marks, format characters
and apostrophes dropped, decimal digits of every script written 0 to 9; a code point that is then no letter or digit
separates words. A code point of a script written without spaces (Han, kana, Thai, Lao, Khmer, Myanmar) is a word by
itself.

The table is shipped rather than computed at import because `unicodedata` differs between Python versions, and the
same dump must give the same ids everywhere. `python -m provenance.text.fold_table` writes it anew.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

TABLE = Path(__file__).with_name("fold_table.npz")
SEPARATES, DROPPED, LETTER, WORD = 0, 1, 2, 3

# Dumps disagree on these between a headline and its copy ("Sha'abi", "Sha’abi"), so they never separate.
APOSTROPHES = frozenset("'`´ʹʻʼʽˈ‘’‛′＇")
# U+0640, the Arabic tatweel, stretches a line and is no letter of the word, though its category says so.
STRETCHERS = frozenset("ـ")
WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # Katakana extensions
    (0x3400, 0x4DBF),  # Han extension A
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han compatibility
    (0xFF66, 0xFF9F),  # half-width Katakana
    (0x20000, 0x3FFFF),  # Han extensions B and later
)


class FoldTable(NamedTuple):
    """Per code point c: `kind[c]`, and its folded UTF-8 bytes `pool[first[c] : first[c] + length[c]]`."""

    kind: np.ndarray[Any, np.dtype[np.uint8]]  # [0x110000]
    first: np.ndarray[Any, np.dtype[np.int32]]  # [0x110000]
    length: np.ndarray[Any, np.dtype[np.uint8]]  # [0x110000]
    pool: np.ndarray[Any, np.dtype[np.uint8]]


def fold_code_point(char: str) -> tuple[int, str]:
    """One character -> (SEPARATES, DROPPED, LETTER or WORD; its folded letters and digits)."""
    category = unicodedata.category(char)
    if char in APOSTROPHES or char in STRETCHERS or category[0] == "M" or category == "Cf":
        return DROPPED, ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    kept = []
    for part in plain:
        digit = unicodedata.decimal(part, None)
        if digit is not None:
            kept.append(str(digit))
        elif unicodedata.category(part)[0] in "LN":
            kept.append(part)
    if not kept or category in {"Zs", "Cc", "Cs", "Co"}:
        return SEPARATES, ""
    code = ord(char)
    alone = any(low <= code <= high for low, high in WITHOUT_SPACES)
    return (WORD if alone and category[0] in "LN" else LETTER), "".join(kept)


def build() -> FoldTable:
    """The table of the running Python's Unicode version."""
    kind = np.zeros(0x110000, np.uint8)
    first = np.zeros(0x110000, np.int32)
    length = np.zeros(0x110000, np.uint8)
    pool = bytearray()
    for code in range(0x110000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        how, folded = fold_code_point(chr(code))
        encoded = folded.encode()
        kind[code], first[code], length[code] = how, len(pool), len(encoded)
        pool += encoded
    return FoldTable(kind, first, length, np.frombuffer(bytes(pool), np.uint8))


@lru_cache(maxsize=1)
def load() -> FoldTable:
    """The shipped table (about 8 ms, once a process)."""
    with np.load(TABLE, allow_pickle=False) as stored:
        length = stored["length"]
        first = np.zeros(length.size, np.int32)
        np.cumsum(length[:-1], out=first[1:])
        return FoldTable(stored["kind"], first, length, stored["pool"])


if __name__ == "__main__":
    made = build()
    np.savez_compressed(TABLE, kind=made.kind, length=made.length, pool=made.pool)
