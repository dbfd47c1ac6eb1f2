"""Kernels of folding: UTF-8 bytes -> folded words with their places; xxh64.

All arrays are flat, in Arrow's list layout. Each kernel compiles in 1 to 3 s once and is cached on disk.
"""

from __future__ import annotations

import numpy as np
from numba import njit

LONGEST_WORD = 255  # code points, so that a byte holds its length; a longer one is no word of any language
NOTHING, SENTENCE, LINE, PARAGRAPH, ADDRESS = 0, 1, 2, 3, 4  # what stands before a word

_P1 = np.uint64(0x9E3779B185EBCA87)
_P2 = np.uint64(0xC2B2AE3D27D4EB4F)
_P3 = np.uint64(0x165667B19E3779F9)
_P4 = np.uint64(0x85EBCA77C2B2AE63)
_P5 = np.uint64(0x27D4EB2F165667C5)


@njit(inline="always")
def _rotate(value, bits):
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@njit(inline="always")
def _load64(octets, at):
    value = np.uint64(0)
    for k in range(8):
        value |= np.uint64(octets[at + k]) << np.uint64(8 * k)
    return value


@njit(inline="always")
def _load32(octets, at):
    value = np.uint64(0)
    for k in range(4):
        value |= np.uint64(octets[at + k]) << np.uint64(8 * k)
    return value


@njit(inline="always")
def _round(lane, word):
    return _rotate(lane + word * _P2, 31) * _P1


@njit(cache=True, nogil=True)
def xxh64(octets, start, end):
    """xxh64 with seed 0 of octets[start:end] (uint8) -> uint64; the xxHash specification, section XXH64."""
    at = start
    size = np.uint64(end - start)
    if end - start >= 32:
        one, two = _P1 + _P2, _P2
        three, four = np.uint64(0), np.uint64(0) - _P1
        while at + 32 <= end:
            one = _round(one, _load64(octets, at))
            two = _round(two, _load64(octets, at + 8))
            three = _round(three, _load64(octets, at + 16))
            four = _round(four, _load64(octets, at + 24))
            at += 32
        value = _rotate(one, 1) + _rotate(two, 7) + _rotate(three, 12) + _rotate(four, 18)
        for lane in (one, two, three, four):
            value = (value ^ _round(np.uint64(0), lane)) * _P1 + _P4
    else:
        value = _P5
    value += size
    while at + 8 <= end:
        value = _rotate(value ^ _round(np.uint64(0), _load64(octets, at)), 27) * _P1 + _P4
        at += 8
    if at + 4 <= end:
        value = _rotate(value ^ (_load32(octets, at) * _P1), 23) * _P2 + _P3
        at += 4
    while at < end:
        value = _rotate(value ^ (np.uint64(octets[at]) * _P5), 11) * _P1
        at += 1
    value = (value ^ (value >> np.uint64(33))) * _P2
    value = (value ^ (value >> np.uint64(29))) * _P3
    return value ^ (value >> np.uint64(32))


@njit(inline="always")
def _code_point(octets, at):
    """Valid UTF-8 at `at` -> (code point, its length in bytes)."""
    lead = octets[at]
    if lead < 0x80:
        return np.int32(lead), 1
    if lead < 0xE0:
        return (np.int32(lead & 0x1F) << 6) | np.int32(octets[at + 1] & 0x3F), 2
    second = np.int32(octets[at + 1] & 0x3F)
    if lead < 0xF0:
        return (np.int32(lead & 0x0F) << 12) | (second << 6) | np.int32(octets[at + 2] & 0x3F), 3
    third = np.int32(octets[at + 2] & 0x3F)
    return (np.int32(lead & 0x07) << 18) | (second << 12) | (third << 6) | np.int32(octets[at + 3] & 0x3F), 4


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _address_end(octets, at, end):
    """The end of the web address that begins at `at` (http://, https://, www.), or `at` if there is none."""
    if at + 4 > end:
        return at
    lead = octets[at] | 0x20
    if lead == 0x68:  # h
        if (octets[at + 1] | 0x20) != 0x74 or (octets[at + 2] | 0x20) != 0x74 or (octets[at + 3] | 0x20) != 0x70:
            return at
        colon = at + 4
        if colon < end and (octets[colon] | 0x20) == 0x73:
            colon += 1
        if colon + 3 > end or octets[colon] != 0x3A or octets[colon + 1] != 0x2F or octets[colon + 2] != 0x2F:
            return at
    elif lead == 0x77:  # w
        if (octets[at + 1] | 0x20) != 0x77 or (octets[at + 2] | 0x20) != 0x77 or octets[at + 3] != 0x2E:
            return at
    else:
        return at
    while at < end:
        octet = octets[at]
        if octet <= 0x20 or octet >= 0x80 or octet in (0x22, 0x3C, 0x3E):
            break
        at += 1
    return at


@njit(inline="always")
def _ends_sentence(code):
    return code in (0x2E, 0x21, 0x3F, 0x2026, 0x061F, 0x06D4, 0x3002, 0xFF01, 0xFF1F, 0x0964)


@njit(inline="always")
def _gap(newlines, stopped, address):
    if address:
        return ADDRESS
    if newlines >= 2:
        return PARAGRAPH
    if newlines == 1:
        return LINE
    return SENTENCE if stopped == 2 else NOTHING


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def fold_document(octets, begin, end, kind, first, length, pool, folded, f, first_byte, start, size, gap, t):
    """octets[begin:end] (one text, valid UTF-8) -> its folded words, written from folded[f] and word t on.

    `folded` (uint8) gets the words joined by single spaces; word w is folded[first_byte[w] : first_byte[w + 1] - 1]
    (int64), begins at code point start[w] (int32), has size[w] of them (uint8) and gap[w] (uint8) before it.
    `kind`, `first`, `length`, `pool` are the FoldTable. Web addresses hold no words: two items of one feed would
    otherwise share a "passage" of path segments. A word of over LONGEST_WORD code points is cut there. Returns the
    next (f, t), or (-1, t) when `folded` is full.
    """
    at, place, open_word, stopped, newlines, address = begin, 0, False, 0, 0, False
    room = folded.size - 512  # a word, and the longest fold of one code point
    while at < end:
        code, octet_count = _code_point(octets, at)
        how = kind[code]
        if not open_word and (code | 0x20 == 0x68 or code | 0x20 == 0x77):
            after = _address_end(octets, at, end)
            if after > at:
                place += after - at
                at, address = after, True
                continue
        if how >= 2:
            if f >= room:
                return np.int64(-1), t
            if open_word and (how == 3 or place - start[t] >= LONGEST_WORD):
                folded[f], f, open_word = 0x20, f + 1, False
                t += 1
            if not open_word:
                first_byte[t], start[t], gap[t] = f, place, _gap(newlines, stopped, address)
                open_word, stopped, newlines, address = True, 0, 0, False
            if code < 0x80:  # a run of ASCII letters, nearly all of most dumps, in a loop of its own
                most = min(end, at + LONGEST_WORD - (place - start[t]))
                begun = at
                while at < most and octets[at] < 0x80 and kind[octets[at]] == 2:
                    folded[f] = pool[first[octets[at]]]
                    f, at = f + 1, at + 1
                place += at - begun
                size[t] = place - start[t]
                continue
            source = first[code]
            for k in range(length[code]):
                folded[f + k] = pool[source + k]
            f += length[code]
            size[t] = place + 1 - start[t]
            if how == 3:
                folded[f], f, open_word = 0x20, f + 1, False
                t += 1
        elif how == 0:
            if open_word:
                folded[f], f, open_word = 0x20, f + 1, False
                t += 1
            if code == 0x20:  # first, for most separators are spaces
                if stopped == 1:
                    stopped = 2
            elif _ends_sentence(code):
                stopped = 2 if code > 0x2000 and code != 0x2026 else 1
            elif code <= 0x20 or code in (0xA0, 0x2028, 0x2029):
                if stopped == 1:
                    stopped = 2
                if code == 0x0A or code >= 0x2028 or (code == 0x0D and (at + 1 == end or octets[at + 1] != 0x0A)):
                    newlines += 1
        at += octet_count
        place += 1
    if open_word:
        folded[f], f = 0x20, f + 1
        t += 1
    first_byte[t] = f
    return np.int64(f), t


@njit(cache=True, nogil=True)
def fold_documents(octets, bounds, kind, first, length, pool, folded, first_byte, start, size, gap, word, words):
    """octets[bounds[d]:bounds[d + 1]] for each document d -> `fold_document` of all, one after another.

    `word` (uint64) gets each word's xxh64 and `words` (int64, documents + 1) the bounds of each document's words.
    Returns False when `folded` was too small. One pass, about 290 MB/s a core on English.
    """
    f, t = np.int64(0), np.int64(0)
    words[0] = 0
    for d in range(bounds.size - 1):
        before = t
        f, t = fold_document(
            octets, bounds[d], bounds[d + 1], kind, first, length, pool, folded, f, first_byte, start, size, gap, t
        )
        if f < 0:
            return False
        for w in range(before, t):
            word[w] = xxh64(folded, first_byte[w], first_byte[w + 1] - 1)
        words[d + 1] = t
    return True
