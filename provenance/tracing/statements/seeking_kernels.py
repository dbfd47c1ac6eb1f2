"""Kernel of seeking.py: which UTF-8 texts have a line that may be a dateline, a byline, a picture's credit, a site's.

Regular expressions for the first three took 6 ns a byte of articles in which they find nothing, as in most; a pass that
stops only at a few signs takes 1.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import load64, low_bytes

DATELINE, LINE, PICTURE, TITLE = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(8)
EVERY = DATELINE | LINE | PICTURE
BLOCK = 1 << 12  # bytes whose signs are found at a time
PRIME = np.uint64(0x100000001B3)
NEWLINE, SPACE, CLOSES, DASH, STOP, SLASH, COLON, BAR = 0x0A, 0x20, 0x29, 0x2D, 0x2E, 0x2F, 0x3A, 0x7C
LATIN, WIDE = 0xC2, 0xE2  # first bytes of a middle dot and a quote that closes; of dashes and a bullet
SIGNS = np.zeros(256, np.uint8)  # what the kernel stops at
SIGNS[[NEWLINE, CLOSES, DASH, SLASH, COLON, BAR, LATIN, WIDE]] = 1
TITLES = 2  # lines with words, of which the first or the second may be a headline with its site's name
FARTHEST = 110  # signs of a line before the mark that ends a dateline, at most; two at least
BARE = 248  # bytes of a line, at most, before an agency that needs no dash: as long as a place and a day are
PARTED = 60  # bytes of a line, at most, that has an agency among places, days and desks
_SMALL = np.uint64(0x2020202020202020)
_PHOTO, _IMAGE = np.uint64(0x6F746F6870), np.uint64(0x6567616D69)
_CREDIT, _PICTURE = np.uint64(0x746964657263), np.uint64(0x65727574636970)
_BY, _PAR = np.uint64(0x7962), np.uint64(0x20726170)
_VON, _POR = np.uint64(0x206E6F76), np.uint64(0x20726F70)
_BULLET = np.uint64(0xA280E2)
_THE, _FROM = np.uint64(0x20656874), np.uint64(0x206D6F7266)


@njit(cache=True, nogil=True)
def mark_texts(octets, bounds, heads, names):
    """flags[d] of texts octets[bounds[d]:bounds[d + 1]], whose head is heads[d] bytes; `names` as in _is_name.

    DATELINE: a line of the head begins with a few words and a dash or colon, or has a dash or capital after a closing
    bracket, or a name after a slash or between two. LINE: a line credits somebody (_credits). PICTURE: a line ends with
    a name in brackets or after a slash, or a word for a picture stands shortly before a colon. TITLE: one of the first
    TITLES lines has a mark behind white space.
    """
    here = np.empty(BLOCK + 1, np.uint64)
    flags = np.zeros(bounds.size - 1, np.uint8)
    for text in range(bounds.size - 1):
        begin, end = bounds[text], bounds[text + 1]
        head = begin + heads[text]
        line, slash, found, titles = begin, np.int64(-1), np.uint8(0), 0
        for low in range(begin, max(end, begin + 1), BLOCK):
            high = min(low + BLOCK, end)
            for n in range(_find_signs(octets, low, high, high == end, here)):
                at = np.int64(here[n])
                sign = octets[at] if at < end else np.uint8(NEWLINE)
                if sign == NEWLINE:
                    if line < head and not found & LINE and _credits(octets, line, min(at, head), names):
                        found |= LINE
                    if not found & PICTURE and _ends_in_name(octets, line, slash, at):
                        found |= PICTURE
                    titles += titles < TITLES and _has_words(octets, line, at)
                    line, slash = at + 1, np.int64(-1)
                    continue
                if titles < TITLES and at > line and _is_blank(octets[at - 1]):
                    found |= TITLE
                if at < head and not found & DATELINE and _may_end_dateline(octets, line, at, head):
                    found |= DATELINE
                if sign == SLASH:
                    slash = at
                if sign in (SLASH, COLON) and not found & PICTURE and _of_picture(octets, line, at):
                    found |= PICTURE
            if found & EVERY == EVERY and titles == TITLES:
                break
        flags[text] = found
    return flags


@njit(inline="always")
def _find_signs(octets, low, high, last, here):
    """How many SIGNS octets[low:high] has, and where (into `here`); with `last` its end is one."""
    count = np.uint64(0)
    for at in range(np.uint64(low), np.uint64(high)):
        here[count] = at
        count += np.uint64(SIGNS[octets[at]])
    here[count] = np.uint64(high)
    return np.int64(count) + last


@njit(inline="always")
def _is_blank(octet):
    """Whether a space or a control character may end with this byte; a byte that is not ASCII always may."""
    return octet <= SPACE or octet >= 0x80


@njit(inline="always")
def _has_words(octets, begin, end):
    """Whether octets[begin:end] has anything of ASCII but spaces and control characters."""
    for at in range(begin, end):
        if not _is_blank(octets[at]):
            return True
    return False


@njit(inline="always")
def _count(octets, begin, end):
    """How many code points octets[begin:end] has."""
    count = 0
    for at in range(begin, end):
        count += octets[at] & 0xC0 != 0x80
    return count


@njit(inline="always")
def _is_upper(octet):
    """Whether a capital letter may begin with this byte; a byte that is not ASCII always may."""
    return 0x41 <= octet <= 0x5A or octet >= 0x80


@njit(inline="always")
def _is_digit(octet):
    return 0x30 <= octet <= 0x39


@njit(inline="always")
def _is_dash(octets, at, end):
    """Whether `-`, or one of the dashes U+2013 to U+2015, stands at `at`."""
    if octets[at] == DASH:
        return True
    return octets[at] == WIDE and at + 2 < end and octets[at + 1] == 0x80 and 0x93 <= octets[at + 2] <= 0x95


@njit(inline="always")
def _may_end_dateline(octets, line, at, end):
    """Whether the sign at `at`, in the line that begins at `line`, may end a dateline or its place or agency."""
    sign, after = octets[at], octets[at + 1] if at + 1 < end else np.uint8(0)
    if sign == CLOSES:
        stop = at + 1 + (after == STOP)
        then = octets[stop] if stop < end else np.uint8(0)
        skipped = stop + (then == SPACE)
        if then == SPACE and at - line <= BARE and skipped < end and _is_upper(octets[skipped]):
            return True
        return after == NEWLINE or _is_upper(after) or (skipped < end and _is_dash(octets, skipped, end))
    if sign == SLASH:
        if at - line <= BARE and _has_slash(octets, at + 2, end):
            return True
        return after == SPACE and at + 2 < end and _is_upper(octets[at + 2]) and _has_mark(octets, at + 5, end)
    if at - line > 4 * FARTHEST + 4 or not (sign == COLON or _is_dash(octets, at, end)):
        return False
    before = _count(octets, line, at)
    if sign == DASH and after != DASH:  # a single one ends it behind a space, a bracket, a digit or a full stop
        last = octets[at - 1]
        loose = last in (SPACE, CLOSES, STOP) or _is_digit(last) or last >= 0x80
        return loose and 2 < before <= FARTHEST + 1
    return 2 <= before <= FARTHEST + 1


@njit(inline="always")
def _has_slash(octets, begin, end):
    """Whether another slash stands on the same line in the 120 bytes (30 code points or more) from `begin` on."""
    for at in range(begin, min(begin + 120, end)):
        if octets[at] == NEWLINE:
            break
        if octets[at] == SLASH:
            return True
    return False


@njit(inline="always")
def _has_mark(octets, begin, end):
    """Whether a dash or a colon stands on the same line in the 240 bytes (60 code points or more) from `begin` on."""
    for at in range(begin, min(begin + 240, end)):
        if octets[at] == NEWLINE:
            break
        if octets[at] == COLON or _is_dash(octets, at, end):
            return True
    return False


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _credits(octets, line, end, names):
    """Whether octets[line:end] begins with `by` or the like and names somebody, or is a name, or has one."""
    begin = line
    while begin < end:
        octet = octets[begin]
        if octet in (0x20, 0x09, 0x2A, 0x7C, SLASH, DASH):  # ` `, tab, `*`, `|`
            begin += 1
        elif (
            octet == WIDE and begin + 2 < end and octets[begin + 1] == 0x80 and octets[begin + 2] in (0xA2, 0x93, 0x94)
        ):
            begin += 3  # a bullet, a dash
        else:
            break
    size = end - begin
    while size > 0 and octets[begin + size - 1] in (0x20, 0x09, STOP):
        size -= 1
    if size <= 0:
        return False
    small = load64(octets, begin) | _SMALL
    if low_bytes(small, np.uint64(2)) == _BY and end - begin >= 5 and octets[begin + 2] in (0x20, 0x09, COLON):
        return _count(octets, begin, begin + size) <= 93
    if low_bytes(small, np.uint64(4)) in (_PAR, _VON, _POR) and end - begin >= 6:
        return _count(octets, begin, begin + size) <= 94
    if low_bytes(small, np.uint64(5)) == _FROM:
        colon = begin + 5
        while colon < end and octets[colon] != COLON:
            colon += 1
        named = 3 <= _count(octets, begin + 5, colon) <= 100
        if named and colon < end and _count(octets, colon + 1, begin + size) <= 20:
            return True
    if size > 4 and low_bytes(small, np.uint64(4)) == _THE and _is_name(octets, begin + 4, size - 4, names):
        return True
    return _is_name(octets, begin, size, names) or (size <= PARTED and _has_name(octets, begin, begin + size, names))


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _has_name(octets, begin, end, names):
    """Whether what stands between two bars, slashes, commas, dashes or brackets of octets[begin:end] is a name.

    Or before ` in `, behind which the place stands.
    """
    first = begin
    for at in range(begin, end + 1):
        octet = octets[at] if at < end else np.uint8(SLASH)
        inside = octet == SPACE and at + 3 < end and octets[at + 1] == 0x69 and octets[at + 2] == 0x6E
        if inside and octets[at + 3] == SPACE and _is_name(octets, begin, at - begin, names):
            return True
        if octet not in (SLASH, DASH, CLOSES, 0x28, 0x2C, 0x3B, 0x7C, WIDE, 0xC2):  # `(`, `,`, `;`, `|`, a dash, a dot
            continue
        last = at
        while first < last and octets[first] == SPACE:
            first += 1
        while last > first and octets[last - 1] == SPACE:
            last -= 1
        if last > first and _is_name(octets, first, last - first, names):
            return True
        first = at + (3 if octet == WIDE else 2 if octet == 0xC2 else 1)
    return False


@njit(inline="always")
def _is_name(octets, begin, size, names):
    """Whether the hash of octets[begin : begin + size] is in `names`; names[0] is the bytes of the longest."""
    if np.uint64(size) > names[0]:
        return False
    value = hash_name(octets[begin : begin + size])
    at = np.searchsorted(names[1:], value) + 1
    return at < names.size and names[at] == value


@njit(cache=True, nogil=True)
def hash_name(octets):
    """UTF-8 of a name -> a hash (FNV-1a of 64 bits), the same for small and capital letters of ASCII."""
    value = np.uint64(0xCBF29CE484222325)
    for octet in octets:
        small = octet | 0x20 if 0x41 <= octet <= 0x5A else octet
        value = (value ^ np.uint64(small)) * PRIME
    return value


@njit(cache=True, nogil=True)
def hash_names(octets, ends):
    """The hash of each of the names that stand one after another in `octets`, the nth up to ends[n]."""
    hashes = np.empty(ends.size, np.uint64)
    begin = 0
    for name in range(ends.size):
        hashes[name] = hash_name(octets[begin : ends[name]])
        begin = ends[name]
    return hashes


@njit(inline="always")
def _ends_in_name(octets, line, slash, end):
    """Whether octets[line:end], whose last slash is at `slash`, ends with a name in brackets, or after the slash."""
    while end > line and octets[end - 1] in (0x20, 0x09):
        end -= 1
    if end <= line:
        return False
    if octets[end - 1] == CLOSES:
        at = end - 2
        while at >= line and end - at < 290 and octets[at] != 0x28 and octets[at] != CLOSES:
            at -= 1
        if at >= line and octets[at] == 0x28 and 2 <= _count(octets, at + 1, end - 1) <= 70:
            return True
    begin = slash + 1
    if slash < line or begin >= end:
        return False
    begin += octets[begin] == SPACE
    if begin + 1 >= end or not _is_upper(octets[begin]) or _count(octets, begin, end) > 25:
        return False
    for at in range(begin, end):
        octet = octets[at]
        letter = _is_upper(octet) or _is_digit(octet) or 0x61 <= octet <= 0x7A or octet == 0x5F
        if not letter and octet not in (SPACE, STOP, DASH):
            return False
    return True


@njit(inline="always")
def _of_picture(octets, line, at):
    """Whether a word for a picture begins on the same line at most 27 bytes before a colon or slash at `at`."""
    for begin in range(max(line, at - 27), at - 4):
        small = load64(octets, begin) | _SMALL
        five, gap = low_bytes(small, np.uint64(5)), at - begin
        if five in (_PHOTO, _IMAGE) and gap <= 25:
            return True
        if low_bytes(small, np.uint64(6)) == _CREDIT and 6 <= gap <= 26:
            return True
        if low_bytes(small, np.uint64(7)) == _PICTURE and gap >= 7:
            return True
    return False
