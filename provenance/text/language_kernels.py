"""Kernel of dumps/labels/language.py: how many words a text has, about, and how many of them are of a list.

It counts what expressions count, in a twentieth of their time. Of what stands beside a listed word it knows ASCII and
the letters and marks that are common beside it; where anything else does, it says that it does not know.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import load64, low_bytes

LONGEST = 7  # bytes of a listed word
SLOT_BITS = np.uint64(10)  # for 65 words
NOT_KNOWN = -1  # in the place of the words of a text
APART, LETTER, OTHER = 0, 1, 2  # what a sign is: no part of a word, a part of one, or not known
_ADDRESS, _SECURE = np.uint64(0x2F2F3A70747468), np.uint64(0x2F2F3A7370747468)  # http:// and https://
COLON = 0x3A
_EVERY, _HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)  # a one in each of eight bytes; its sign
_PARTS = np.zeros(128, np.bool_)
_PARTS[[*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"]] = True


@njit(cache=True, nogil=True)
def count_listed(octets, bounds, listed, foreign, multiplier):
    """Texts, packed words (little-endian) by their slots, whether each is foreign -> int64 [texts, 3].

    A word's slot is the upper SLOT_BITS of its product with the multiplier, with which no two are in one.

    By text: spaces and control characters, of which an address is one; words of the list, as a whole, that are not
    foreign; and those that are.
    """
    counts = np.zeros((bounds.size - 1, 3), np.int64)
    for text in range(bounds.size - 1):
        at, end = bounds[text], bounds[text + 1]
        before = APART
        while at < end and counts[text, 0] >= 0:
            begin, eight = at, load64(octets, at)
            size = _word_bytes(eight)
            # A short word before a space, as most are, or none: which it is decides no branch, of which each second one
            # would be foretold wrongly. Words a letter at a time took twice as long.
            if before == APART and size <= LONGEST and at + size < end and octets[at + size] == 0x20:
                word = low_bytes(eight, np.uint64(size))
                place = slot_of(word, multiplier)
                counts[text, 1 + foreign[place]] += (size > 0) & (listed[place] == word)
                counts[text, 0] += 1
                at += size + 1
                continue
            at += size
            while size == 8 and at < end:
                size = _word_bytes(load64(octets, at))
                at += size
            at = min(at, end)
            address = at
            if begin < at < end and octets[at] == COLON:
                at, address = _address(octets, begin, at, end)
            if begin < at <= begin + LONGEST:
                word = low_bytes(eight, np.uint64(at - begin))
                place = slot_of(word, multiplier)
                if listed[place] == word:
                    after = APART if at == end or address != at else _kind(octets, at)
                    if before == APART and after == APART:
                        counts[text, 1 + foreign[place]] += 1
                    elif LETTER not in (before, after):
                        address = NOT_KNOWN
            if address < 0:
                counts[text, 0] = NOT_KNOWN
            elif address > at:
                counts[text, 0] += 1
                before, at = APART, address
            elif begin < at:
                before = LETTER
            else:
                counts[text, 0] += octets[at] <= 0x20 or octets[at] == 0x7F
                before = _kind(octets, at)
                at += 1
                while at < end and octets[at] & 0xC0 == 0x80:
                    at += 1
    return counts


@njit(inline="always")
def _word_bytes(eight):
    """How many of eight bytes, from the first on, are letters, digits or underscores of ASCII; all at once.

    The highest bit of a byte is set in a sum where the byte is no smaller than a sign: the first of a row, or the one
    behind its last.
    """
    low = eight & ~_HIGH
    small = low | _EVERY * np.uint64(0x20)
    letters = (small + _EVERY * np.uint64(0x80 - 0x61)) & ~(small + _EVERY * np.uint64(0x80 - 0x7B))
    digits = (low + _EVERY * np.uint64(0x80 - 0x30)) & ~(low + _EVERY * np.uint64(0x80 - 0x3A))
    unlike = (low ^ _EVERY * np.uint64(0x5F)) + _EVERY * np.uint64(0x7F)  # not an underscore
    others = ~(letters | digits | ~unlike) & _HIGH | eight & _HIGH
    before = (others & (~others + np.uint64(1))) - np.uint64(1)  # all bits below the lowest that is set; all if none is
    return np.int64(((before & _HIGH) >> np.uint64(7)) * _EVERY >> np.uint64(56))


@njit(inline="always")
def _address(octets, begin, at, end):
    """Where a word that begins at `begin` ends before the colon at `at` or an address that it ends with; its end."""
    for start in range(max(begin, at - 5), at - 3):
        address = _address_end(octets, start, end)
        if address != start:
            return start, address
    return at, at


@njit(inline="always")
def slot_of(word, multiplier):
    """The slot of a packed word."""
    return word * multiplier >> (np.uint64(64) - SLOT_BITS)


@njit(inline="always")
def _address_end(octets, at, end):
    """The end of the address that begins at `at`, which itself if there is none, or NOT_KNOWN."""
    if octets[at] != 0x68:
        return at
    eight = load64(octets, at)
    last = at + (7 if low_bytes(eight, np.uint64(7)) == _ADDRESS else 8 if eight == _SECURE else 0)
    if last == at or last >= end or _is_space(octets[last]):
        return at
    while last < end and not _is_space(octets[last]):
        if octets[last] >= 0x80:  # there are spaces among these
            return NOT_KNOWN
        last += 1
    return last


@njit(inline="always")
def _is_space(octet):
    return octet == 0x20 or 0x09 <= octet <= 0x0D


@njit(inline="always")
def _kind(octets, at):
    """What the sign is that begins at `at`: letters of Latin with marks are known, and dashes, quotes, the ellipsis."""
    lead = octets[at]
    if lead < 0x80:
        return LETTER if _PARTS[lead] else APART
    if 0xC3 <= lead <= 0xC9:  # U+00C0 to U+027F
        return APART if lead == 0xC3 and octets[at + 1] in (0x97, 0xB7) else LETTER  # times, divided by
    if lead == 0xC2:
        return APART if octets[at + 1] in (0xA0, 0xAB, 0xBB) else OTHER
    return APART if lead == 0xE2 and octets[at + 1] == 0x80 and 0x90 <= octets[at + 2] <= 0xA6 else OTHER
