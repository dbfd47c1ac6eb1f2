"""Kernels of lines: UTF-8 bytes -> lines with their places and measures; their twins; quotations.

All arrays are flat. Each kernel compiles in about a second once and is cached on disk.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import ascii_signs, code_point, is_lower, load64, low_bytes, mix

# What a line ends with, closing quotes and brackets apart.
OPEN, STOP, ASKS, LEADS, RUNS_ON, CUT = 0, 1, 2, 3, 4, 5
# Bits of `flags`.
LOWER, ADDRESS, CDATA, QUOTES, BRACKET, SPACELESS, LABELLED = 1, 2, 4, 8, 16, 32, 64

WRAP_WIDTH = 100  # characters; scraped paragraphs stand on one line, only hard-wrapped text stays under this
WRAP_FULL = 0.7  # a wrapped line is at least this share of the widest one
TWIN_WINDOW = 12  # lines; a headline comes again after two captions, two widgets and their blank lines
KEY_BYTES = 600  # folded bytes that a line's key is made of: longer lines are never headlines or captions
OPENING_BYTES = 24  # folded bytes: a teaser's head is told from a body's head by about four words


@njit(inline="always")
def _is_space(code):
    """What Python's str.isspace says."""
    if code < 0x80:
        return code == 0x20 or 0x09 <= code <= 0x0D or 0x1C <= code <= 0x1F
    return code in (0x85, 0xA0, 0x1680) or 0x2000 <= code <= 0x200A or code in (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


@njit(inline="always")
def _breaks(code):
    return 0x0A <= code <= 0x0D or code in (0x85, 0x2028, 0x2029)


@njit(inline="always")
def _is_upper(code):
    return 0x41 <= code <= 0x5A or 0xC0 <= code <= 0xDE or 0x391 <= code <= 0x3A9 or 0x400 <= code <= 0x42F


@njit(inline="always")
def _ending(code):
    if code in (0x2E, 0x3002, 0x06D4, 0x0964, 0xFF0E):
        return STOP
    if code in (0x21, 0x3F, 0x061F, 0xFF01, 0xFF1F):
        return ASKS
    if code in (0x3A, 0xFF1A):
        return LEADS
    if code in (0x2C, 0x2D, 0x3B, 0x060C, 0x061B, 0x2013, 0x2014, 0xFF0C, 0x3001):
        return RUNS_ON
    return CUT if code == 0x2026 else OPEN


@njit(inline="always")
def _is_printed(eight):
    """Whether eight bytes are printed ASCII or spaces; by carries, as kernels.ascii_signs."""
    high = np.uint64(0x8080808080808080)
    control, delete = ~(eight + np.uint64(0x6060606060606060)), eight + np.uint64(0x0101010101010101)
    return (eight | control | delete) & high == np.uint64(0)


@njit(inline="always")
def _count_bits(high):
    """How many of the eight high bits are set, and no other bit is."""
    return np.int64(((high >> np.uint64(7)) * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(inline="always")
def _leading(octets, at, end):
    """The ASCII letters and digits from `at` on, eight at most -> how many, how many letters, and them as one number.

    The number has the first one highest, in small letters. Eight bytes from `at` on are read.
    """
    eight = np.uint64(0)
    for k in range(8):  # the first byte highest
        eight = (eight << np.uint64(8)) | np.uint64(octets[np.uint64(at) + np.uint64(k)])
    letter, other = ascii_signs(eight)
    size = min(np.int64(8), np.int64(end - at))
    if other:  # the bits above the highest one tell how many bytes come before it
        spread = other | (other >> np.uint64(8))
        spread |= spread >> np.uint64(16)
        spread |= spread >> np.uint64(32)
        size = min(size, 8 - _count_bits(spread))
    if size == 0:  # of a shift by 64 nobody knows what comes out
        return size, np.int64(0), np.uint64(0)
    kept = ~np.uint64(0) << np.uint64(8 * (8 - size))
    letters = _count_bits(letter & kept)
    return size, letters, (eight | np.uint64(0x2020202020202020)) >> np.uint64(8 * (8 - size))


@njit(cache=True, nogil=True)
def find_lines(octets, bounds, doc, low, high, place, gap):
    """Texts octets[bounds[d]:bounds[d + 1]] -> their lines that hold more than white space; returns how many.

    Written per line: doc (int32), the bytes low:high (int64, white space trimmed), place (int32, code point of
    low in its text), gap (uint8: 0 first of its text, 1 after a line break, 2 after a blank line; + 4 when
    indented by two columns or more). CR LF is one break. Arrays need room for breaks + texts rows.
    """
    n = 0
    for d in range(bounds.size - 1):
        at, end, here = bounds[d], bounds[d + 1], 0
        breaks, indent, inside, before = 0, 0, False, 0
        while at < end:
            if inside and at + 8 <= end and _is_printed(load64(octets, at)):  # most of any text
                at += 8
                here += 8
                before = 0
                last = at
                while last > at - 8 and octets[last - 1] == 0x20:
                    last -= 1
                high[n - 1] = last if last > at - 8 else high[n - 1]
                continue
            if inside and 0x20 < octets[at] < 0x7F:
                at += 1
                here += 1
                high[n - 1] = at
                before = 0
                continue
            code, size = code_point(octets, at)
            if _breaks(code):
                if code != 0x0A or before != 0x0D:
                    breaks += 1
                indent, inside = 0, False
            elif _is_space(code):
                indent += 1
            else:
                if not inside:
                    inside = True
                    doc[n], low[n], place[n] = d, at, here
                    first = n == 0 or doc[n - 1] != d
                    gap[n] = (0 if first else min(breaks, 2)) | (4 if indent >= 2 else 0)
                    breaks, n = 0, n + 1
                high[n - 1] = at + size
            before = code
            at += size
            here += 1
    return n


@njit(cache=True, nogil=True)
def join_wrapped(octets, doc, low, high, place, gap, n):
    """Lines of hard-wrapped texts -> their paragraphs, in place; returns how many rows are left.

    A text is hard-wrapped when no line is wider than WRAP_WIDTH bytes and, of the plain line breaks behind nearly
    full lines, one and at least 30 % are followed by a lower-case letter. Then such a line goes on into the next one
    if that is not indented.
    """
    kept, i = 0, 0
    while i < n:
        j, widest, plain, goes_on = i, 0, 0, 0
        while j < n and doc[j] == doc[i]:
            widest = max(widest, high[j] - low[j])
            j += 1
        for k in range(i + 1, j):
            lead = code_point(octets, low[k])[0]
            if gap[k] == 1 and high[k - 1] - low[k - 1] >= WRAP_FULL * widest and lead >= 0x41:
                plain += 1
                goes_on += is_lower(lead)
        wrapped = widest <= WRAP_WIDTH and goes_on >= 1 and goes_on >= 0.3 * plain
        for k in range(i, j):
            full = k > i and high[k - 1] - low[k - 1] >= WRAP_FULL * widest
            bullet = octets[low[k]] in (0x26, 0x2A, 0x2D, 0x3E)
            if wrapped and full and gap[k] == 1 and not bullet:
                high[kept - 1] = high[k]
                continue
            doc[kept], low[kept], high[kept] = doc[k], low[k], high[k]
            place[kept], gap[kept] = place[k], gap[k]
            kept += 1
        i = j
    return kept


@njit(inline="always")
def _sign(octets, at, end, code):
    """The bit of `flags` that a sign at byte `at` sets."""
    if code == 0x3A and at + 2 < end and octets[at + 1] == 0x2F and octets[at + 2] == 0x2F:
        return ADDRESS
    if code == 0x5D and at + 2 < end and octets[at + 1] == 0x5D and octets[at + 2] == 0x3E:
        return CDATA
    return QUOTES if code in (0x22, 0xAB, 0x201C, 0x201D, 0x201E, 0x300C) else 0


@njit(inline="always")
def _add_letters(number, size, hashed, block, value, opening):
    """Add folded bytes to the hash of a line, which takes them eight at a time -> its state, as it was given.

    `number` is the bytes as one number, the first highest; `size`, how many, is 8 at most. The state: how many bytes
    were hashed, those that wait for an eighth one, the hash of the others, and what it was behind OPENING_BYTES (else
    0). What comes behind KEY_BYTES is left out.
    """
    if hashed >= KEY_BYTES:
        return hashed, block, value, opening
    room = 8 - (hashed & 7)
    if size < room:
        return hashed + size, (block << np.uint64(8 * size)) | number, value, opening
    rest = size - room
    whole = number >> np.uint64(8 * rest)
    value = mix(value, whole if room == 8 else (block << np.uint64(8 * room)) | whole)
    opening = value if hashed + room == OPENING_BYTES else opening
    return hashed + size, low_bytes(number, rest), value, opening


@njit(cache=True, nogil=True)
def measure_lines(
    octets, low, high, kind, first, length, pool, end, words, capitals, letters, key, opening, ending, flags
):
    """Lines octets[low:high] -> what rules ask of them; one row each.

    `kind`, `first`, `length`, `pool` are the FoldTable. Written: end (int32, code points of the line), words
    (int32, white-space pieces that hold a letter or digit; two characters of a script without spaces are one),
    capitals (int32, of these, those that begin with a capital), letters (int32), key and opening (uint64,
    hashes of the folded letters and of their first OPENING_BYTES; 0 without enough of them), ending, flags.
    """
    for i in range(low.size):
        at, here, alone, piece, mark, stopped = low[i], 0, 0, False, np.uint8(0), OPEN
        hashed, block, value, start = np.int64(0), np.uint64(0), np.uint64(0), np.uint64(0)
        last, dots, count, upper, lettered, numbered = 0, 0, 0, 0, 0, False
        while at < high[i]:
            if octets[at] == 0x20:
                piece, at, here = False, at + 1, here + 1
                continue
            if octets[at] < 0x80 and kind[octets[at]] == 2:  # one word of what is most of any text, eight at a time
                if not piece:
                    piece, count = True, count + 1
                    upper += _is_upper(octets[at])
                    mark |= LOWER if lettered == 0 and not numbered and is_lower(octets[at]) else 0
                size = np.int64(8)
                while size == 8:
                    size, many, number = _leading(octets, at, high[i])
                    numbered |= many < size
                    lettered += many
                    at, here = at + size, here + size
                    hashed, block, value, start = _add_letters(number, size, hashed, block, value, start)
                last, dots, stopped = np.int32(octets[at - 1]), 0, OPEN
                continue
            code, size = code_point(octets, at)
            how = kind[code]
            at += size
            here += 1
            if how >= 2:
                if not piece and how == 2:
                    piece, count = True, count + 1
                    upper += _is_upper(code)
                    mark |= LOWER if lettered == 0 and not numbered and is_lower(code) else 0
                alone += how == 3
                lettered += 1
                for k in range(length[code]):
                    letter = np.uint64(pool[first[code] + k])
                    hashed, block, value, start = _add_letters(letter, 1, hashed, block, value, start)
                last, dots, stopped = code, 0, OPEN
            elif _is_space(code):
                piece = False
            else:
                mark |= _sign(octets, at - 1, high[i], code)
                mark |= LABELLED if code == 0x3A and count <= 2 else 0  # "Photo:", "File photo:"
                dots = dots + 1 if code == 0x2E and last == 0x2E else 0
                last = code
                if code not in (0x22, 0x27, 0x29, 0x5D, 0xBB, 0x2019, 0x201D, 0x300D, 0x300F, 0x3E):
                    stopped = CUT if dots >= 2 else _ending(code)
        mark |= BRACKET if last == 0x29 else 0
        mark |= SPACELESS if alone > lettered // 2 else 0
        words[i], capitals[i], letters[i] = count + (alone + 1) // 2, upper, lettered
        key[i] = mix(value, block) if hashed < KEY_BYTES else np.uint64(0)
        end[i], opening[i], ending[i], flags[i] = here, start, stopped, mark


@njit(cache=True, nogil=True)
def find_twins(doc, key, opening, words, letters, twin, copies, longer):
    """Lines -> which of them stand again in their text, three int32 arrays.

    `twin`: the first line of an unbroken series of equal ones, each within TWIN_WINDOW lines of the last (itself if
    none); `copies`: how many lines have that twin; `longer`: a later line that begins alike (-1 if none).

    Equal means an equal key, from 5 letters on; beginning alike, an equal opening from 8 words on, looked for from
    the first 40 lines of a text in the next 400 lines and from any other line in its TWIN_WINDOW.
    """
    top = 0
    for i in range(doc.size):
        twin[i], copies[i], longer[i] = i, 0, -1
        if i == 0 or doc[i] != doc[i - 1]:
            top = i
        for j in range(i - 1, max(top, i - TWIN_WINDOW) - 1, -1):
            if key[j] == key[i] and letters[i] >= 5:
                twin[i] = twin[j]
                break
        copies[twin[i]] += 1
        if opening[i] != 0 and words[i] >= 8:
            for j in range(max(top, i - 400), i):
                near = i - j <= TWIN_WINDOW or j - top < 40
                if near and opening[j] == opening[i] and key[j] != key[i] and words[j] >= 8 and longer[j] < 0:
                    longer[j] = i
    for i in range(doc.size):
        copies[i] = copies[twin[i]]


@njit(cache=True, nogil=True)
def cut_out(octets, low, high, bounds, cut):
    """octets[low[i]:high[i]] for each i, one after another, into `cut`; their bounds into `bounds` (rows + 1)."""
    at = bounds[0] = 0
    for i in range(low.size):
        for place in range(low[i], high[i]):
            cut[at] = octets[place]
            at += 1
        bounds[i + 1] = at


@njit(inline="always")
def _closes(opener, code):
    if opener == 0x22:
        return code == 0x22
    if opener == 0x201E:
        return code in (0x201C, 0x201D)
    if opener == 0x300C:
        return code == 0x300D
    return code in (0x201D, 0xBB)  # machine translation closes one kind with the other


@njit(cache=True, nogil=True)
def find_quotes(octets, low, high, place, line, begin, end, size):
    """Lines octets[low:high] that begin at code point `place` -> their direct quotations; returns how many.

    Written per quotation: line (int32, row of the line), begin, end (int32, code points in the text, marks
    included), size (int32, words). An opener that is never closed counts to the end of its line only where it
    begins the line, as newspapers open each paragraph of a long quotation and close the last one only.
    Writes at most begin.size rows.
    """
    n = 0
    for i in range(low.size):
        at, here, opener, opened, words, piece, before = low[i], place[i], 0, 0, 0, False, 0x20
        while at < high[i] and n < begin.size:
            code, width = code_point(octets, at)
            at += width
            here += 1
            if opener and _closes(opener, code):
                line[n], begin[n], end[n], size[n] = i, opened, here, words
                n, opener = n + 1, 0
            elif code in (0x22, 0xAB, 0x201C, 0x201E, 0x300C) or (code == 0x201D and not opener):
                fresh = _is_space(before) or before in (0x28, 0x5B, 0x2014, 0x2013, 0x3A)
                if fresh or code not in (0x22, 0x201D):
                    opener, opened, words = (0x201C if code == 0x201D else code), here - 1, 0
            elif _is_space(code):
                piece = False
            elif not piece:
                piece = True
                words += 1
            before = code
        if opener and opened == place[i] and n < begin.size:
            line[n], begin[n], end[n], size[n] = i, opened, here, words
            n += 1
    return n
