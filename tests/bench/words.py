"""Pronounceable words by Zipf's law, as arrays of word forms, and such arrays as texts.

A form is a word with what stands around it ("Word ", "word, ", "word.\\n\\n"): a document is an array of forms, so that
drawing, editing and writing out go over whole arrays and never over words.
"""

from __future__ import annotations

import numpy as np

VOCABULARY = 60_000
# The commonest words of English, so that what looks at function words (language, sentences) has its usual work.
FUNCTION_WORDS = str.split(
    "the of and to in a that is was for on with as by at from has have had he it his are were said which be this "
    "an not but they who will would their its been one more after when there or about up out than also into two"
)
CONSONANTS, VOWELS = "bcdfghjklmnprstvwz", "aeiou"

#: What a word can wear: (before, after, capital).
DRESS = [
    ("", " ", False),
    ("", " ", True),
    ("", ", ", False),
    ("", ". ", False),
    ("", ".\n\n", False),
    ("“", " ", True),
    ("", ".”\n\n", False),
    ("", "\n\n", False),
]
PLAIN, CAPITAL, COMMA, STOP, PARAGRAPH, OPENING, CLOSING, HEADING = range(len(DRESS))
FORMS = len(DRESS)
ENDS = (PARAGRAPH, CLOSING, HEADING)


def vocabulary(random: np.random.Generator) -> list[str]:
    """VOCABULARY distinct words, the commonest the shortest."""
    made: dict[str, None] = dict.fromkeys(FUNCTION_WORDS)
    while len(made) < VOCABULARY:
        length = 1 + len(made) // 15_000
        draws = random.integers(0, 90, (2_000, 5))
        tails = random.integers(0, 54, 2_000)
        for row, tail in zip(draws.tolist(), tails.tolist(), strict=True):
            letters = [CONSONANTS[one // 5] + VOWELS[one % 5] for one in row[: length + tail % 3]]
            made["".join(letters)[:10] + (CONSONANTS[tail // 3] if tail < 18 else "")] = None
    return list(made)[:VOCABULARY]


class Language:
    """A vocabulary with its frequencies: draws arrays of words, dresses them as sentences, writes them as text."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.words = vocabulary(random)
        # Zipf's law with Mandelbrot's shift, by a table of 2^21 places: one look-up a draw, and the rarest word
        # (1.6e-6) still has a place of its own.
        weight = 1.0 / (np.arange(VOCABULARY) + 2.7)
        edges = np.cumsum(weight / weight.sum())
        self.table = np.searchsorted(edges, (np.arange(1 << 21) + 0.5) / (1 << 21)).astype(np.int32)
        octets = [
            (before + (word.capitalize() if capital else word) + after).encode()
            for word in self.words
            for before, after, capital in DRESS
        ]
        self.octets = np.frombuffer(b"".join(octets), np.uint8)
        self.lengths = np.fromiter(map(len, octets), np.int32, len(octets))
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int32)

    def draw(self, count: int) -> np.ndarray:
        """`count` words by Zipf's law -> int32 word numbers."""
        return self.table[self.random.integers(0, self.table.size, count)]

    def prose(self, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Words of each text -> (forms of all of them, bounds): sentences of 8 to 30 words, 1 to 4 a paragraph."""
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        total = int(bounds[-1])
        dress = np.where(self.random.random(total) < 0.04, COMMA, PLAIN).astype(np.int32)
        dress[self.random.random(total) < 0.03] = CAPITAL
        stops = np.cumsum(self.random.integers(8, 31, total // 8 + 1)) - 1
        stops = stops[stops < total]
        dress[stops] = np.where(self.random.random(stops.size) < 0.4, PARAGRAPH, STOP)
        dress[bounds[1:] - 1] = PARAGRAPH
        after = np.flatnonzero(dress[:-1] >= STOP) + 1
        # a sentence of one word (a text's border fell there) keeps its end and stays small
        dress[after[dress[after] < STOP]] = CAPITAL
        dress[bounds[:-1]] = CAPITAL
        return self.draw(total) * FORMS + dress, bounds

    def sentences(self, words: int) -> np.ndarray:
        """The forms of one paragraph of `words` words."""
        forms, _ = self.prose(np.array([words]))
        inner = forms[:-1]
        inner[inner % FORMS == PARAGRAPH] += STOP - PARAGRAPH
        return forms

    def quoted(self, forms: np.ndarray) -> np.ndarray:
        """A paragraph's forms -> the same between quotation marks."""
        made = forms.copy()
        made[0] += OPENING - made[0] % FORMS
        made[-1] += CLOSING - made[-1] % FORMS
        return made

    def edited(self, forms: np.ndarray, share: float) -> np.ndarray:
        """The forms with `share` of the words replaced (70 %), followed by a new one (15 %) or dropped (15 %).

        Only words inside a sentence are dropped or followed: the shape of sentences and paragraphs stays.
        """
        luck = self.random.random(forms.size)
        new = self.draw(forms.size) * FORMS
        inner = forms % FORMS == PLAIN
        replaced = luck < 0.7 * share
        made = np.where(replaced, new + forms % FORMS, forms)
        counts = np.ones(forms.size, np.int64)
        followed = inner & ~replaced & (luck < 0.85 * share)
        counts[followed] = 2
        counts[inner & ~replaced & ~followed & (luck < share)] = 0
        places = np.cumsum(counts)
        made = np.repeat(made, counts)
        made[places[followed] - 1] = new[followed]
        return made

    def write(self, documents: list[np.ndarray]) -> list[str]:
        """Forms of each document -> its text, without the blank line after its last paragraph."""
        forms = np.concatenate(documents)
        lengths = self.lengths[forms]
        ends = np.cumsum(lengths, dtype=np.int32)
        places = np.arange(int(ends[-1]), dtype=np.int32)
        places += np.repeat(self.starts[forms] - (ends - lengths), lengths)
        octets = self.octets[places].tobytes()
        last = ends[np.cumsum([one.size for one in documents]) - 1].tolist()
        return [octets[a:b].decode().rstrip("\n") for a, b in zip([0, *last[:-1]], last, strict=True)]


def shingles(words: np.ndarray, width: int = 5) -> np.ndarray:
    """Words as numbers or hashes -> the sorted distinct hashes (uint64) of every `width` consecutive ones.

    Fewer words are one shingle. 64 bits, mixed as in splitmix64: two of 10^9 shingles agree by chance once in 40 dumps.
    """
    words = words.astype(np.uint64)
    width = min(width, words.size)
    count = words.size - width + 1 if width else 0
    hashed = np.zeros(count, np.uint64)
    for place in range(width):
        hashed = (hashed ^ words[place : place + count]) * np.uint64(0x9E3779B97F4A7C15)
        hashed ^= hashed >> np.uint64(29)
    return np.unique(hashed)


def jaccard(one: np.ndarray, two: np.ndarray) -> float:
    """The jaccard of two sorted sets of hashes."""
    both = np.concatenate([one, two])
    both.sort()
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / (both.size - shared) if both.size else 0.0
