"""Dumps that break engines: everything alike, one notice everywhere, a passage in thousands, a headline retold.

Each function yields blocks of articles as (outlet, title, text) and appends to `truth` what must be found.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.words import FORMS, HEADING, PLAIN, Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    Block = list[tuple[int, str | None, str]]

BLOCK = 1_000
OUTLETS = 40
HEADLINES = 100  # pairs of articles with one headline, a word of it changed
HEADLINE_WORDS = 12
PASSAGES = {"in 100": 100, "in 10,000": 10_000}


def alike(size: int, seed: int, truth: list[tuple[object, ...]]) -> Iterator[Block]:
    """One article of 300 words `size` times, each time with three words of its own: jaccard about .82."""
    del truth  # every pair
    language = Language(np.random.default_rng(seed))
    article, _ = language.prose(np.array([300]))
    for start in range(0, size, BLOCK):
        count = min(BLOCK, size - start)
        copies = np.tile(article, (count, 1))
        places = language.random.integers(0, article.size, (count, 3))
        new = language.draw(places.size).reshape(places.shape) * FORMS + article[places] % FORMS
        np.put_along_axis(copies, places, new, axis=1)
        yield [(start + i, None, text) for i, text in enumerate(language.write([*copies]))]


def notice(size: int, seed: int, truth: list[tuple[object, ...]]) -> Iterator[Block]:
    """Unrelated articles of 120 words, and under each the same notice of 35: jaccard .11."""
    del truth  # no pair
    language = Language(np.random.default_rng(seed))
    under = language.sentences(35)
    for start in range(0, size, BLOCK):
        yield [
            (start + i, None, text)
            for i, text in enumerate(
                language.write([np.concatenate([one, under]) for one in _short(language, size, start)])
            )
        ]


def headlines(size: int, seed: int, truth: list[tuple[object, ...]]) -> Iterator[Block]:
    """Unrelated articles of 120 words under headlines of 12; HEADLINES of these come twice, with one word changed.

    Truth: (number, number, place of the changed word, end of the headline, end of the other).
    """
    language = Language(np.random.default_rng(seed))
    places = np.random.default_rng([seed, 1]).permutation(size)[: 2 * HEADLINES].reshape(-1, 2)
    planted: dict[int, np.ndarray] = {}
    for pair, (one, two) in enumerate(np.sort(places, axis=1).tolist()):
        headline = _headline(language)
        changed, place = headline.copy(), pair % HEADLINE_WORDS
        while changed[place] // FORMS == headline[place] // FORMS:
            changed[place] = int(language.draw(1)[0]) * FORMS + headline[place] % FORMS
        planted[one], planted[two] = headline, changed
        ends = (len(text) for text in language.write([headline, changed]))
        truth.append((one, two, place, *ends))
    for start in range(0, size, BLOCK):
        articles = [
            np.concatenate([planted[start + i] if start + i in planted else _headline(language), one])
            for i, one in enumerate(_short(language, size, start))
        ]
        yield [(start + i, None, text) for i, text in enumerate(language.write(articles))]


def passages(size: int, seed: int, truth: list[tuple[object, ...]]) -> Iterator[Block]:
    """Unrelated articles of 120 words; passages of 60 stand between two paragraphs of 100 and of 10,000 of them.

    Truth: (name of the passage, number, start, end).
    """
    language = Language(np.random.default_rng(seed))
    order = np.random.default_rng([seed, 1]).permutation(size)
    held: dict[int, str] = {}
    texts = {}
    for name, count in PASSAGES.items():
        texts[name] = language.write([language.sentences(60)])[0]
        held |= {int(number): name for number in order[len(held) : len(held) + count]}
    for start in range(0, size, BLOCK):
        block: Block = []
        before, after = _short(language, size, start, 60), _short(language, size, start, 60)
        pieces = zip(language.write(before), language.write(after), strict=True)
        for number, (first, last) in enumerate(pieces, start):
            name = held.get(number)
            if name is None:
                block.append((number, None, f"{first}\n\n{last}"))
                continue
            begin = len(first) + 2
            truth.append((name, number, begin, begin + len(texts[name])))
            block.append((number, None, f"{first}\n\n{texts[name]}\n\n{last}"))
        yield block


def _short(language: Language, size: int, start: int, words: int = 120) -> list[np.ndarray]:
    """The forms of a block's unrelated articles."""
    count = min(BLOCK, size - start)
    forms, bounds = language.prose(np.full(count, words))
    return [forms[a:b] for a, b in pairwise(bounds.tolist())]


def _headline(language: Language) -> np.ndarray:
    forms = language.draw(HEADLINE_WORDS) * FORMS + PLAIN
    forms[0] += 1
    forms[-1] += HEADING
    return forms
