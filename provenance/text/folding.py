"""Folding of single strings, for keys and comparisons of short texts."""

from __future__ import annotations

from provenance.text.tokens import Folded, fold_batch


def fold(text: str) -> str:
    """A text -> its folded words joined by single spaces.

    >>> fold("Hashd Al-Sha’abi — ÉTÉ 2۰")
    'hashd al shaabi ete 20'
    """
    return fold_all([text])[0]


def fold_all(texts: list[str]) -> list[str]:
    """Texts -> the fold of each; one kernel call for all."""
    return strings_of(fold_batch(texts))


def strings_of(folded: Folded) -> list[str]:
    """A folded batch, with its bytes -> the fold of each text as a string."""
    octets, first = folded.octets.tobytes(), folded.first_byte
    bounds = folded.tokens.bounds
    return [
        octets[first[low] : first[high] - 1].decode() if high > low else ""
        for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ]
