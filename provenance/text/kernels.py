"""Kernels of folding: UTF-8 bytes -> folded words with their places, and two hashes.

All arrays are flat, in Arrow's list layout. Each kernel compiles in 1 to 3 s once and is cached on disk.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.lookalikes import CYRILLIC, GREEK, HIGHEST, LATIN, LOWEST

LONGEST_WORD = 255  # code points, so that a byte holds its length; a longer one is no word of any language
NOTHING, SENTENCE, LINE, PARAGRAPH, ADDRESS, INLINE = range(6)  # what stands before a word; INLINE: an address, too

_P1 = np.uint64(0x9E3779B185EBCA87)
_P2 = np.uint64(0xC2B2AE3D27D4EB4F)
_P3 = np.uint64(0x165667B19E3779F9)
_P4 = np.uint64(0x85EBCA77C2B2AE63)
_P5 = np.uint64(0x27D4EB2F165667C5)


@njit(inline="always")
def _rotate(value, bits):
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@njit(inline="always")
def load64(octets, at):
    """Eight bytes from `at` on, the first the lowest; an unsigned index, so that they become one load."""
    place = np.uint64(at)
    value = np.uint64(0)
    for k in range(8):
        value |= np.uint64(octets[place + np.uint64(k)]) << np.uint64(8 * k)
    return value


@njit(inline="always")
def _load32(octets, at):
    place = np.uint64(at)
    value = np.uint64(0)
    for k in range(4):
        value |= np.uint64(octets[place + np.uint64(k)]) << np.uint64(8 * k)
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
            one = _round(one, load64(octets, at))
            two = _round(two, load64(octets, at + 8))
            three = _round(three, load64(octets, at + 16))
            four = _round(four, load64(octets, at + 24))
            at += 32
        value = _rotate(one, 1) + _rotate(two, 7) + _rotate(three, 12) + _rotate(four, 18)
        for lane in (one, two, three, four):
            value = (value ^ _round(np.uint64(0), lane)) * _P1 + _P4
    else:
        value = _P5
    value += size
    while at + 8 <= end:
        value = _rotate(value ^ _round(np.uint64(0), load64(octets, at)), 27) * _P1 + _P4
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
def code_point(octets, at):
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
def address_end(octets, at, end):
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
def is_lower(code):
    """Whether a code point is a lower-case letter of Latin, Greek or Cyrillic, the common ones."""
    return 0x61 <= code <= 0x7A or 0xDF <= code <= 0xFF or 0x3B1 <= code <= 0x3C9 or 0x430 <= code <= 0x45F


@njit(inline="always")
def _gap(newlines, stopped, address, code):
    """What stands before a word that begins with `code`.

    An address with at most one line break beside it stands in running text. A line break between a word without a
    stop and a small letter is a wrapped line, and nothing.
    """
    if address:
        return ADDRESS if newlines >= 2 else INLINE
    if newlines >= 2:
        return PARAGRAPH
    if stopped == 2:
        return SENTENCE
    return LINE if newlines == 1 and not is_lower(code) else NOTHING


@njit(inline="always")
def mix(value, chunk):
    """A hash and eight bytes more (uint64) -> the hash of both; for a given chunk a bijection."""
    value = (value ^ chunk) * _P1
    return value ^ (value >> np.uint64(29))


@njit(inline="always")
def finish(value):
    """The last step of `hash_word`."""
    value *= _P2
    return value ^ (value >> np.uint64(32))


@njit(inline="always")
def low_bytes(value, count):
    """The lowest `count` (0 to 7) bytes of value."""
    return value & ((np.uint64(1) << np.uint64(8 * count)) - np.uint64(1))


@njit(cache=True, nogil=True)
def hash_word(octets, start, end):
    """octets[start:end], a folded word -> uint64; 7 bytes behind it are read and do not count.

    Every step is a bijection, so words of up to 7 bytes never collide; of longer ones, two in 2^64. About four times
    as fast as xxh64 on words, whose mean length is 5.
    """
    value = np.uint64(0)
    while end - start >= 8:
        value = mix(value, load64(octets, start))
        start += 8
    return finish(mix(value, low_bytes(load64(octets, start), end - start)))


@njit(inline="always")
def ascii_signs(eight):
    """Eight bytes -> (letter, other): the high bits of those that are ASCII letters, and neither letters nor digits.

    In a byte with its high bit cleared, adding 0x80 - x carries into that bit from x on; case is bit 0x20, which the
    digits have set (Warren, Hacker's Delight, section 6-1).
    """
    high, seven = np.uint64(0x8080808080808080), eight & np.uint64(0x7F7F7F7F7F7F7F7F)
    lower = seven | np.uint64(0x2020202020202020)
    letter = (lower + np.uint64(0x1F1F1F1F1F1F1F1F)) & ~(lower + np.uint64(0x0505050505050505))
    digit = (seven + np.uint64(0x5050505050505050)) & ~(seven + np.uint64(0x4646464646464646))
    return letter & ~eight & high, (~(letter | digit) | eight) & high


@njit(inline="always")
def _ascii_word(octets, at, end, folded, f, keep):
    """The ASCII letters and digits from `at` on, eight at a time -> (where they stop, `hash_word` of them folded).

    They are written from folded[f] on if `keep`.
    """
    value = np.uint64(0)
    while True:
        eight = load64(octets, at)
        _, other = ascii_signs(eight)
        count = np.int64(8)
        if other != 0:  # the lowest set bit, moved to bit 8 n, picks byte n of the constant from above
            lowest = (other & (~other + np.uint64(1))) >> np.uint64(7)
            count = np.int64((lowest * np.uint64(0x0001020304050607)) >> np.uint64(56))
        count = min(count, end - at)
        chunk = eight | np.uint64(0x2020202020202020)
        if keep:
            for k in range(8):
                folded[np.uint64(f) + np.uint64(k)] = np.uint8((chunk >> np.uint64(8 * k)) & np.uint64(0xFF))
            f += count
        at += count
        if count < 8:
            return at, finish(mix(value, low_bytes(chunk, count)))
        value = mix(value, chunk)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def any_word(octets, at, end, kind, first, length, pool, folded, f):
    """The word of any script that begins at `at` -> (where it stops, next f, code points in all, and up to its end).

    Marks, apostrophes and format characters behind its last letter are passed over but are no part of it. f is -1
    when `folded` is full.
    """
    room = folded.size - 1024  # the longest fold of one code point, a word written anew, and eight bytes behind
    passed, size, begun = 0, 0, f
    letters = latin = greek = cyrillic = armenian = 0
    while at < end:
        code, count = code_point(octets, at)
        how = kind[code]
        if how == 0 or (how == 3 and size) or (how >= 2 and passed >= LONGEST_WORD):
            break
        at, passed = at + count, passed + 1
        if how == 1:
            continue
        if f >= room:
            return at, np.int64(-1), passed, size
        source = first[code]
        for k in range(length[code]):
            folded[f + k] = pool[source + k]
        lead, letters = pool[source], letters + 1
        latin += np.uint8(lead - 97) < 26
        greek += 0xC9 <= lead <= 0xCF
        cyrillic += 0xD0 <= lead <= 0xD3
        armenian += 0xD4 <= lead <= 0xD6
        f, size = f + length[code], passed
        if how == 3:
            break
    if greek + cyrillic + armenian and (latin or letters <= 2) and f - begun <= 500:
        f = _one_script(folded, begun, f, latin >= max(greek, cyrillic, armenian) or latin == 0)
    return at, f, passed, size


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _one_script(folded, begin, end, latin):
    """Write the folded word folded[begin:end], of two scripts, in one: Latin, or that of its other letters -> its end.

    One or two letters are written in Latin whatever they are: alone among English words nobody can tell them apart,
    and among Russian ones they are so on both sides.

    Letters without a twin stay. A letter of two bytes takes the place of one, so the word is read from behind itself.
    """
    size = end - begin
    for k in range(size - 1, -1, -1):
        folded[end + k] = folded[begin + k]
    at, stop, f, greek = end, end + size, begin, False
    for k in range(end, stop):
        greek = greek or 0xCD <= folded[k] <= 0xCF
    while at < stop:
        code, count = code_point(folded, at)
        twin = np.int32(0)
        if latin and LOWEST <= code <= HIGHEST:
            twin = np.int32(LATIN[code - LOWEST])
        elif not latin and 97 <= code <= 122:
            twin = np.int32(GREEK[code - 97] if greek else CYRILLIC[code - 97])
        if twin >= 0x80:
            folded[f], folded[f + 1] = 0xC0 | (twin >> 6), 0x80 | (twin & 0x3F)
            f += 2
        elif twin:
            folded[f] = twin
            f += 1
        else:
            for k in range(count):
                folded[f + k] = folded[at + k]
            f += count
        at += count
    return f


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def fold_document(
    octets, begin, end, kind, first, length, pool, keep, folded, f, first_byte, word, start, size, gap, t
):
    """octets[begin:end] (one text, valid UTF-8, 7 bytes behind it readable) -> its folded words, from word t on.

    word[w] is its `hash_word` (uint64); it begins at code point start[w] (int32), has size[w] of them (uint8) and
    gap[w] (uint8) before it. With `keep`, word w is also folded[first_byte[w] : first_byte[w + 1] - 1] (uint8, int64),
    and a space follows; else `folded` is scratch. `kind`, `first`, `length`, `pool` are the FoldTable. Web addresses
    hold no words: two items of one feed would otherwise share a "passage" of path segments. A word of over
    LONGEST_WORD code points is cut there. Returns the next (f, t), or (-1, t) when `folded` is full.
    """
    at, longer, stopped, newlines, address = begin, np.int64(0), 0, 0, False  # longer: bytes beyond one a code point
    while at < end:
        octet = octets[at]
        if octet == 0x20:  # first, for most separators are spaces
            stopped = 2 if stopped else 0
            at += 1
            continue
        code, count = code_point(octets, at)
        how = kind[code]
        if how < 2:
            if how == 0:
                if _ends_sentence(code):
                    stopped = 2 if code > 0x2000 and code != 0x2026 else 1
                elif code <= 0x20 or code in (0xA0, 0x2028, 0x2029):
                    stopped = 2 if stopped else 0
                    newlines += (
                        code == 0x0A or code >= 0x2028 or (code == 0x0D and (at + 1 == end or octets[at + 1] != 0x0A))
                    )
            at, longer = at + count, longer + count - 1
            continue
        if octet | 0x20 == 0x68 or octet | 0x20 == 0x77:
            after = address_end(octets, at, end)
            if after > at:
                at, address = after, True
                continue
        begun, place = at, at - begin - longer
        plain = octet < 0x80
        if plain:
            if keep and f + (end - at) + 1024 > folded.size:
                return np.int64(-1), t
            at, value = _ascii_word(octets, at, min(end, at + LONGEST_WORD + 1), folded, f, keep)
            plain = at == end or (octets[at] < 0x80 and kind[octets[at]] == 0)
            plain = plain and at - begun <= LONGEST_WORD
            points, next_f = at - begun, f + at - begun
        if not plain:
            at, next_f, passed, points = any_word(octets, begun, end, kind, first, length, pool, folded, f)
            if next_f < 0:
                return next_f, t
            longer += at - begun - passed
            value = hash_word(folded, f, next_f)
        word[t], start[t], size[t], gap[t] = value, place, points, _gap(newlines, stopped, address, code)
        stopped, newlines, address = 0, 0, False
        if keep:
            first_byte[t] = f
            folded[next_f] = 0x20
            f = next_f + 1
            first_byte[t + 1] = f
        t += 1
    return np.int64(f), t


@njit(cache=True, nogil=True)
def fold_documents(octets, bounds, kind, first, length, pool, keep, folded, first_byte, word, start, size, gap, words):
    """octets[bounds[d]:bounds[d + 1]] for each document d -> `fold_document` of all, one after another.

    `words` (int64, documents + 1) gets the bounds of each document's words. Returns False when `folded` was too
    small. One pass, about 400 MB/s a core on English.
    """
    f, t = np.int64(0), np.int64(0)
    words[0] = 0
    for d in range(bounds.size - 1):
        f, t = fold_document(
            octets,
            bounds[d],
            bounds[d + 1],
            kind,
            first,
            length,
            pool,
            keep,
            folded,
            f,
            first_byte,
            word,
            start,
            size,
            gap,
            t,
        )
        if f < 0:
            return False
        words[d + 1] = t
    return True
