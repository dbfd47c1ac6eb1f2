"""Kernels of edits: what became of the words of one text in another, and which of these changes may say who copied.

The words of all texts stand one after another, those of text d at bounds[d]:bounds[d + 1]; word w is bytes
begin[w]:stop[w] of the UTF-8 of all texts. An edit is four word numbers: left [one, two) became right [three, four).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.kernels import PARAGRAPH, SENTENCE, load64
from provenance.tracing.signs.frequency_kernels import slot_of

WORDS = 3000  # of each text that are compared: the cost is their product over 64, and a copy shows itself by then
CHANCE = 3  # words; as many in a row are not in common by chance
PHRASE = 12  # words that are taken to have been replaced as one; longer stretches were written anew
BESIDE = 14  # characters after a phrase in which its figure or its unit stands
NAMES = 3  # words of a first name with its title
LONGEST_GLOSS = 16  # words of an explanation; more is a remark of its own
OPENER = 8  # words put before a sentence; "Officials have confirmed that" has four
HEAD = 5  # words of a dateline
SENTENCE_WORDS = 6  # fewer words between two stops are a tag such as "he said."
TAIL_WORDS = 60  # gone from the end: more than a paragraph of an outlet's own, of which news has 20 to 60 words
QUOTE_CHARS = 800  # before a place in which a quotation around it opens
SLIP_CHARS = 4  # of a word that may be another mistyped; shorter ones are too often words themselves

BITS = 64
ONE = np.uint64(1)
NOT_ASCII = np.uint64(0x8080808080808080)
BEYOND_ASCII = 0x80
NEWLINE, COMMA, DOUBLE_QUOTE = 0x0A, 0x2C, 0x22
BRACKETS = 0x28, 0x5B


@njit(cache=True, nogil=True)
def place_words(octets, edges, bounds, start, size, begin, stop):
    """begin[w]:stop[w] (bytes of all texts) of words given in code points; text d is octets[edges[d]:edges[d + 1]]."""
    for d in range(bounds.size - 1):
        at, passed = edges[d], 0  # a byte, and how many code points of its text stand before it
        odd = at - 1  # the first byte from `at` on that is not ASCII, unless it lies before `at`
        for w in range(bounds[d], bounds[d + 1]):
            if odd < at:
                odd = _end_of_ascii(octets, at, edges[d + 1])
            before, behind = start[w] - passed, start[w] + size[w]
            if at + behind - passed <= odd:
                begin[w] = at + before
                at = stop[w] = at + behind - passed
            else:
                begin[w] = _move_on(octets, at, before)
                at = stop[w] = _move_on(octets, begin[w], size[w])
            passed = behind


@njit(inline="always")
def _end_of_ascii(octets, at, end):
    """The first byte of octets[at:end] that is not ASCII, or `end`; eight at a time."""
    while at < end and not load64(octets, at) & NOT_ASCII:
        at += 8
    while at < end and octets[at] < BEYOND_ASCII:
        at += 1
    return min(at, end)


@njit(inline="always")
def _move_on(octets, at, code_points):
    """The byte of the code point that stands `code_points` after the one at byte `at`."""
    for _ in range(code_points):
        at += 1
        while octets[at] & 0xC0 == BEYOND_ASCII:
            at += 1
    return at


@njit(cache=True, nogil=True)
def find_edits(octets, edges, bounds, word, gap, begin, stop, left, right):
    """Pairs of texts -> edits (int64 [n, 4]) in which differences.py may find a sign; the end of each pair's."""
    longest = 1
    for p in range(left.size):
        longest = max(longest, _compared(bounds, left[p]), _compared(bounds, right[p]))
    room = make_room(longest)
    partner = np.empty(longest, np.int64)
    found, count = np.empty((1024, 4), np.int64), 0
    ends = np.empty(left.size, np.int64)
    for p in range(left.size):
        a, b = bounds[left[p]], bounds[right[p]]
        na, nb = _compared(bounds, left[p]), _compared(bounds, right[p])
        pair_words(word, a, na, b, nb, room, partner)
        edits = join_edits(partner[:na], a, b, nb)
        while count + edits.shape[0] > found.shape[0]:
            found = np.concatenate((found, np.empty_like(found)))
        texts = octets, begin, stop, gap
        one = a, bounds[left[p] + 1], edges[left[p]]
        other = b, bounds[right[p] + 1], edges[right[p]]
        for e in range(edits.shape[0]):
            if _may_tell(texts, one, other, (edits[e, 0], edits[e, 1], edits[e, 2], edits[e, 3])):
                found[count] = edits[e]
                count += 1
        ends[p] = count
    return found[:count], ends


@njit(inline="always")
def _compared(bounds, d):
    """How many words of text d are compared."""
    return min(WORDS, bounds[d + 1] - bounds[d])


@njit(cache=True, nogil=True)
def make_room(longest):
    """Scratch of pair_words: a table of words and their numbers, the places of each as bits, the rows of _fill_rows."""
    slots, blocks = 16, longest // BITS + 1
    while slots < 2 * longest:
        slots *= 2
    table = np.empty(slots, np.uint64), np.empty(slots, np.int32)
    return table, np.empty((longest, blocks), np.uint64), np.empty((longest + 1, blocks), np.uint64)


@njit(cache=True, nogil=True)
def pair_words(word, a, na, b, nb, room, partner):
    """partner[i] = the word of b:b + nb that is paired with word a + i, counted from b, or -1; words of a:a + na.

    Paired are the words of a longest common subsequence, found 64 words at a time (Hyyrö, Bit-parallel LCS-length
    computation revisited, 2004, section 4) and walked back over its rows. Of several equally long it is the one that
    holds what both texts begin with and end with, and whose last pair between stands earliest in the first text, then
    in the second, and so on for the pairs before. Cost: na times nb over 64.
    """
    partner[:na] = -1
    head = 0
    while head < min(na, nb) and word[a + head] == word[b + head]:
        partner[head] = head
        head += 1
    tail = 0
    while tail < min(na, nb) - head and word[a + na - 1 - tail] == word[b + nb - 1 - tail]:
        partner[na - 1 - tail] = nb - 1 - tail
        tail += 1
    col, row = na - head - tail, nb - head - tail
    if not col or not row:
        return
    rows = room[2]
    _fill_rows(word, a + head, col, b + head, row, room)
    while row and col:
        if _is_set(rows, row, col):
            col -= 1
            continue
        row -= 1
        if _is_set(rows, row, col):
            col -= 1
            partner[head + col] = head + row


@njit(inline="always")
def _is_set(rows, row, col):
    """Whether the longest subsequence of the first `col` and `row` words is as long without the last of the `col`."""
    return (rows[row, (col - 1) // BITS] >> np.uint64((col - 1) % BITS)) & ONE


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _fill_rows(word, a, na, b, nb, room):
    """rows[j]: bit i is 0 where the longest subsequence of b's first j words and a's words grows at word i of a."""
    (key, number), places, rows = room
    slots, blocks = 16, (na - 1) // BITS + 1
    while slots < 2 * na:
        slots *= 2
    number[:slots] = -1
    kinds = 0
    for i in range(na):
        at = _find_slot(key, number, slots, word[a + i])
        if number[at] < 0:
            key[at], number[at] = word[a + i], kinds
            places[kinds, :blocks] = 0
            kinds += 1
        places[number[at], i // BITS] |= ONE << np.uint64(i % BITS)
    rows[0, :blocks] = ~np.uint64(0)
    for j in range(nb):
        kind = number[_find_slot(key, number, slots, word[b + j])]
        if kind < 0:
            rows[j + 1, :blocks] = rows[j, :blocks]
            continue
        carry = np.uint64(0)
        for block in range(blocks):
            before = rows[j, block]
            hit = before & places[kind, block]
            added = before + hit
            both = added + carry
            carry = np.uint64(added < before) | np.uint64(both < added)
            rows[j + 1, block] = both | (before - hit)


@njit(inline="always")
def _find_slot(key, number, slots, hashed):
    at = slot_of(hashed, slots)
    while number[at] >= 0 and key[at] != hashed:
        at = (at + 1) & (slots - 1)
    return at


@njit(cache=True, nogil=True)
def join_edits(partner, a, b, nb):
    """The edits (int64 [n, 4]) between words a:a + partner.size and b:b + nb: all that stands between paired words.

    Fewer than CHANCE paired words in a row, and fewer than were changed on either side of them, may be equal by chance:
    they count as changed, and make one edit with what stands on their two sides.
    """
    edits, count = np.empty((partner.size + 2, 4), np.int64), 0
    one, three, held, i = 0, 0, 0, 0
    while True:
        while i < partner.size and partner[i] < 0:
            i += 1
        two, four = i, partner[i] if i < partner.size else nb
        if two > one or four > three:
            changed = max(two - one, four - three)
            if count and held < CHANCE and held < min(changed, _changed(edits[count - 1])):
                edits[count - 1, 1], edits[count - 1, 3] = two, four
            else:
                edits[count, 0], edits[count, 1], edits[count, 2], edits[count, 3] = one, two, three, four
                count += 1
        if i >= partner.size:
            break
        while i < partner.size and partner[i] == four + i - two:
            i += 1
        one, three, held = i, four + i - two, i - two
    edits[:count, :2] += a
    edits[:count, 2:] += b
    return edits[:count]


@njit(inline="always")
def _changed(edit):
    return max(edit[1] - edit[0], edit[3] - edit[2])


# -- which edits may be a sign: of 237,000 between 13,600 pairs of articles 19 in 20 cannot ---------------------


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _may_tell(texts, left, right, edit):
    """Whether differences.py may find a sign in an edit of two texts; False only where it cannot.

    `texts` = (bytes, the words' begin and stop in them, their gaps). `left` and `right` are of each text its first
    word, the one after its last, and its first byte. A byte that is not ASCII may be of a digit, a capital, a quotation
    mark or a slip, and lets an edit pass.
    """
    one, two, three, four = edit
    if 0 < two - one <= PHRASE and 0 < four - three <= PHRASE and _may_be_reworded(texts, edit):
        return True
    return _may_be_made(texts, left, right, edit) or _may_be_made(texts, right, left, (three, four, one, two))


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _may_be_reworded(texts, edit):
    """Whether a few words that replaced a few others may be a slip, or a shorter name.

    Replaced figures need not be looked for: _may_be_made lets pass whatever has a digit.
    """
    octets, begin, stop, _ = texts
    one, two, three, four = edit
    lost, new = two - one, four - three
    if lost == new == 1 and _may_be_slip(octets, begin[one], stop[one], begin[three], stop[three]):
        return True
    if max(lost, new) > NAMES + 1:
        return False
    capitals = _count_capitals(octets, begin[one], stop[two - 1]), _count_capitals(octets, begin[three], stop[four - 1])
    return (lost > 1 and capitals[0] > 1) or (new > 1 and capitals[1] > 1)


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _may_be_made(texts, full, late, edit):
    """Whether an edit may show, by what it lost or added, that `late` was made from `full`."""
    octets, begin, stop, gap = texts
    one, two, three, four = edit
    lost, new = two - one, four - three
    if 0 < new <= PHRASE and _has_digit(octets, begin[three], min(octets.size, stop[four - 1] + BESIDE)):
        return True
    if lost == 0:
        return _may_be_put_in(texts, full, late, edit)
    if new == 0:
        named = lost <= NAMES and two < full[1] and _is_capital(octets[begin[one]]) and _is_capital(octets[begin[two]])
        if named or (lost <= HEAD and one == full[0]):
            return True
    if lost >= max(2, 2 * new):
        if _may_be_quoted(octets, full[2], begin[one]):
            return True
        inside = new == 0 and one > full[0] and two < full[1]
        if inside and lost >= SENTENCE_WORDS and min(gap[one], gap[two]) == SENTENCE:
            return True
    tail = lost > TAIL_WORDS and lost >= 4 * new and three > late[0] and two == full[1]
    return tail and full[1] - full[0] < WORDS


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _may_be_put_in(texts, full, late, edit):
    """Whether added words may open a sentence, explain something, or be whole paragraphs."""
    octets, begin, stop, gap = texts
    one, _, three, four = edit
    new = four - three
    begins = one < full[1] and four < late[1] and (one == full[0] or gap[one] >= SENTENCE)
    if begins and new <= OPENER and _is_capital(octets[begin[one]]):
        return True
    if new <= LONGEST_GLOSS:
        for at in range(stop[three - 1] if three > late[0] else late[2], begin[three]):
            if octets[at] == COMMA or octets[at] == BRACKETS[0] or octets[at] == BRACKETS[1]:
                return True
        return False
    if three == late[0] or four >= late[1] or one >= full[1]:
        return False
    return gap[three] == PARAGRAPH and gap[four] == PARAGRAPH and gap[one] == PARAGRAPH


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _may_be_slip(octets, begin, stop, other, end):
    """Whether two words in small letters begin and end alike, but for at most two bytes of the longer one."""
    size, long = min(stop - begin, end - other), max(stop - begin, end - other)
    for first, last in ((begin, stop), (other, end)):
        for at in range(first, last):
            if octets[at] >= BEYOND_ASCII:
                return True
            if octets[at] < ord("a") or octets[at] > ord("z"):
                return False
    if size < SLIP_CHARS or long > size + 1:
        return False
    head = 0
    while head < size and octets[begin + head] == octets[other + head]:
        head += 1
    tail = 0
    while tail < size - head and octets[stop - 1 - tail] == octets[end - 1 - tail]:
        tail += 1
    return head + tail >= long - 2


@njit(inline="always")
def _has_digit(octets, first, last):
    for at in range(first, last):
        if octets[at] >= BEYOND_ASCII or ord("0") <= octets[at] <= ord("9"):
            return True
    return False


@njit(inline="always")
def _is_capital(octet):
    return octet >= BEYOND_ASCII or ord("A") <= octet <= ord("Z")


@njit(inline="always")
def _count_capitals(octets, first, last):
    count = 0
    for at in range(first, last):
        count += _is_capital(octets[at])
    return count


@njit(inline="always")
def _may_be_quoted(octets, first, place):
    """Whether an opening quotation mark, or no ASCII, is at most QUOTE_CHARS before `place`, in its paragraph."""
    for at in range(place - 1, max(first, place - QUOTE_CHARS) - 1, -1):
        if octets[at] == NEWLINE:
            return False
        if octets[at] == DOUBLE_QUOTE or octets[at] >= BEYOND_ASCII:
            return True
    return False
