"""Slow, obvious twins of the kernels, in plain Python: what the fast ones must equal."""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter

import xxhash

from provenance.text import fold_table
from provenance.text.lookalikes import LATIN_FOR

STOPS = set(".!?…؟۔。！？।")


def address_end(text: str, at: int) -> int:
    """The end of a web address that begins at `at`, or `at`."""
    low = text[at : at + 8].lower()
    if not (low.startswith(("http://", "https://", "www."))):
        return at
    while at < len(text) and " " < text[at] < "\x80" and text[at] not in '"<>':
        at += 1
    return at


def fold_words(text: str) -> list[tuple[str, int, int]]:
    """Text -> (folded word, start, end) of each word, one code point after another."""
    words: list[tuple[str, int, int]] = []
    letters, start, end, at = "", 0, 0, 0

    firsts = ""

    def close() -> None:
        nonlocal letters, firsts
        if letters:
            words.append((one_script(letters, firsts), start, end))
        letters = firsts = ""

    while at < len(text):
        if not letters and address_end(text, at) > at:
            at = address_end(text, at)
            continue
        kind, folded = fold_table.fold_code_point(text[at])
        if kind == fold_table.SEPARATES:
            close()
        elif kind == fold_table.WORD:
            close()
            words.append((folded, at, at + 1))
        elif kind == fold_table.LETTER:
            if letters and at - start >= 255:
                close()
            if not letters:
                start = at
            letters += folded
            firsts += folded[0]
            end = at + 1
        at += 1
    close()
    return words


def one_script(letters: str, firsts: str) -> str:
    """A folded word -> the same, its letters that are twins of another script's written in the one of most.

    `firsts` are the first folded letter of each of its characters that are not dropped.
    """
    latin = sum("a" <= letter <= "z" for letter in firsts)
    ranges = ("\u0240", "\u03ff"), ("\u0400", "\u04ff"), ("\u0500", "\u05bf")
    others = [sum(low <= letter <= high for letter in firsts) for low, high in ranges]
    if not any(others) or not (latin or len(firsts) <= 2) or len(letters.encode()) > 500:
        return letters
    if latin >= max(others) or not latin:
        return "".join(LATIN_FOR.get(letter, letter) for letter in letters)
    greek = any("\u0340" <= letter <= "\u03ff" for letter in letters)
    twins: dict[str, str] = {}
    for letter, twin in LATIN_FOR.items():
        if ("\u0340" <= letter <= "\u03ff") if greek else ("\u0400" <= letter <= "\u052f"):
            twins.setdefault(twin, letter)
    return "".join(twins.get(letter, letter) for letter in letters)


def hash_word(octets: bytes) -> int:
    """The hash of a folded word, eight bytes at a time, the last ones (perhaps none) by themselves."""
    value = 0
    chunks = [octets[at : at + 8] for at in range(0, len(octets) - 7, 8)]
    for chunk in [*chunks, octets[8 * len(chunks) :]]:
        value = (value ^ int.from_bytes(chunk, "little")) * 0x9E3779B185EBCA87 % 2**64
        value ^= value >> 29
    value = value * 0xC2B2AE3D27D4EB4F % 2**64
    return value ^ (value >> 32)


def shingles(words: list[str], k: int) -> set[tuple[str, ...]]:
    """Words -> the set of k consecutive ones; fewer words than k are one shingle."""
    if not words:
        return set()
    width = min(k, len(words))
    return {tuple(words[i : i + width]) for i in range(len(words) - width + 1)}


def jaccard(one: list[str], two: list[str], k: int) -> float:
    """The jaccard of two texts' shingle sets; two texts without words share nothing."""
    a, b = shingles(one, k), shingles(two, k)
    return len(a & b) / len(a | b) if a | b else 0.0


def minhash(words: list[str], k: int, num_perm: int, seed: int) -> list[int]:
    """datasketch's own signature of a text."""
    return sketch(shingles(words, k), num_perm, seed)


def sketch(kept: set[tuple[str, ...]], num_perm: int, seed: int) -> list[int]:
    """datasketch's own signature of a set of shingles."""
    from datasketch import MinHash  # noqa: PLC0415  slow to import, and most twins need none

    made = MinHash(num_perm, seed=seed, hashfunc=lambda octets: xxhash.xxh64_intdigest(octets) & 0xFFFFFFFF)
    for shingle in kept:
        made.update(" ".join(shingle).encode())
    return [int(value) for value in made.hashvalues]


def mixed(value: int) -> int:
    """The finalizer of MurmurHash3 (64 bits)."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * factor % 2**64
    return value ^ value >> 33


def shingle_hash(words: list[int]) -> int:
    """Hashes of words in a row -> that of the shingle, which postings on disk hold."""
    value = 0
    for word in words:
        value = (value * 0x9E3779B97F4A7C15 + word) % 2**64
    return mixed(value)


def minhash_in_parts(hashes: list[int], factors: list[int], num_perm: int) -> list[int]:
    """Shingle hashes -> num_perm minima: of each permutation (a factor) one in each of its parts.

    An empty part takes what a full one has, tried in an order that is its own.
    """
    minima: list[int] = []
    for number in range(len(factors)):
        begin, end = (place * num_perm // len(factors) for place in (number, number + 1))
        parts: list[list[int]] = [[] for _ in range(begin, end)]
        for value in (shingle * factors[number] % 2**64 for shingle in hashes):
            parts[(value >> 32) * len(parts) >> 32].append(value % 2**32)
        for part, values in enumerate(parts):
            tries, kept = 0, values
            while not kept and hashes:
                tries += 1
                turn = mixed(((begin + part) * 0x9E3779B97F4A7C15 + tries) % 2**64)
                kept = parts[(turn >> 32) * len(parts) >> 32]
            minima.append(min(kept, default=2**32 - 1))
    return minima


def longest_run(one: list[str], two: list[str]) -> int:
    """The most consecutive words that two texts share."""
    best = 0
    for i, j in itertools.product(range(len(one)), range(len(two))):
        length = 0
        while i + length < len(one) and j + length < len(two) and one[i + length] == two[j + length]:
            length += 1
        best = max(best, length)
    return best


def maximal_runs(one: list[str], two: list[str], least: int) -> set[tuple[int, int, int]]:
    """Every (i, j, length) of equal words that cannot be made longer on either end."""
    runs = set()
    for i, j in itertools.product(range(len(one)), range(len(two))):
        if i and j and one[i - 1] == two[j - 1]:
            continue
        length = 0
        while i + length < len(one) and j + length < len(two) and one[i + length] == two[j + length]:
            length += 1
        if length >= least:
            runs.add((i, j, length))
    return runs


def uncovered(short: list[tuple[int, ...]], runs: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Rows (left, right, left_first, left_last, right_first, right_last) of which no run covers over half of both."""

    def covers(run: tuple[int, ...], row: tuple[int, ...]) -> bool:
        return run[:2] == row[:2] and all(
            2 * (min(run[at + 1], row[at + 1]) - max(run[at], row[at])) > row[at + 1] - row[at] for at in (2, 4)
        )

    return [row for row in short if not any(covers(run, row) for run in runs)]


def copies(words: list[str], passage: list[str]) -> list[tuple[int, int]]:
    """Where a passage stands among the words, one copy behind another; none if it stands there once only."""
    found, at = [], 0
    while at + len(passage) <= len(words):
        here = words[at : at + len(passage)] == passage
        found += [(at, at + len(passage))] * here
        at += len(passage) if here else 1
    return found if len(found) > 1 else []


def common_subsequence(one: list[str], two: list[str]) -> int:
    """The length of the longest common subsequence, by its recurrence."""
    table = [[0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def paired_words(one: list[int], two: list[int]) -> list[tuple[int, int]]:
    """The places of equal words of a longest common subsequence, with what both begin and end with.

    Of several the one whose last pair, of those between, stands earliest.
    """
    head, tail = common_head(one, two), 0
    if head < min(len(one), len(two)):
        tail = common_head(one[head:][::-1], two[head:][::-1])
    ends = len(one) - tail, len(two) - tail
    between = earliest_pairs(one[head : ends[0]], two[head : ends[1]])
    return [
        *((i, i) for i in range(head)),
        *((head + i, head + j) for i, j in between),
        *((ends[0] + i, ends[1] + i) for i in range(tail)),
    ]


def common_head(one: list[int], two: list[int]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))


def earliest_pairs(one: list[int], two: list[int]) -> list[tuple[int, int]]:
    size = [[0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i, j in itertools.product(range(len(one)), range(len(two))):
        size[i + 1][j + 1] = size[i][j] + 1 if one[i] == two[j] else max(size[i][j + 1], size[i + 1][j])
    pairs, i, j = [], len(one), len(two)
    while i and j:
        if size[i - 1][j] == size[i][j]:
            i -= 1
        elif size[i][j - 1] == size[i][j]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def edits(pairs: list[tuple[int, int]], one: int, two: int, chance: int) -> list[tuple[int, int, int, int]]:
    """Places of equal words in texts of `one` and `two` words -> what stands between them, but for equals by chance."""
    apart = [k for k in range(1, len(pairs)) if pairs[k] != (pairs[k - 1][0] + 1, pairs[k - 1][1] + 1)]
    bounds = [0, *apart, len(pairs)] if pairs else [0]
    runs = [pairs[first:last] for first, last in itertools.pairwise(bounds)]
    found: list[tuple[int, int, int, int]] = []
    begin, held = (0, 0), 0
    for run in [*runs, [(one, two)]]:
        new = (begin[0], run[0][0], begin[1], run[0][1])
        if new[1] > new[0] or new[3] > new[2]:
            changed = [max(edit[1] - edit[0], edit[3] - edit[2]) for edit in (*found[-1:], new)]
            if found and held < min(chance, *changed):
                new = (found[-1][0], new[1], found.pop()[2], new[3])
            found.append(new)
        begin, held = (run[-1][0] + 1, run[-1][1] + 1), len(run)
    return found


def winnowed(hashes: list[int], window: int) -> set[int]:
    """Positions of the rightmost smallest hash of every window (of all hashes when there are fewer)."""
    if not hashes:
        return set()
    width = min(window, len(hashes))
    chosen = set()
    for begin in range(len(hashes) - width + 1):
        view = hashes[begin : begin + width]
        chosen.add(begin + max(i for i, value in enumerate(view) if value == min(view)))
    return chosen


def blocks(octets: bytes, *, last: bool = True) -> int:
    """The hash of a line's folded letters: eight at a time, the first the highest; what is left over if `last`."""
    value, whole = 0, len(octets) // 8 * 8
    for at in range(0, whole + 8 * last, 8):
        value = (value ^ int.from_bytes(octets[at : min(at + 8, len(octets))], "big")) * 0x9E3779B185EBCA87 % 2**64
        value ^= value >> 29
    return value


def category(char: str) -> str:
    """The Unicode category, for tests that speak of letters and marks."""
    return unicodedata.category(char)


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """A place in a text, with up to two marks of punctuation before it and three behind it."""

    def is_mark(sign: str, others: str) -> bool:
        return unicodedata.category(sign)[0] not in "LMN" and not sign.isspace() and sign not in others

    low, high = start, end
    while low > max(start - 2, 0) and is_mark(text[low - 1], "])>»”"):
        low -= 1
    while high < min(end + 3, len(text)) and is_mark(text[high], "[(<«“"):
        high += 1
    return low, high


def mostly_digits(text: str) -> bool:
    """Whether a text holds more digits than letters."""
    kinds = Counter(unicodedata.category(sign)[0] for sign in text)
    return kinds["N"] > kinds["L"]
