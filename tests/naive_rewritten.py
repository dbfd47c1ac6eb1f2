"""Slow twins of the rewritten channel: a word is a number, and `isf` has its weight."""

from __future__ import annotations

import itertools
import math
from collections import Counter

Weights = dict[int, float]
Box = tuple[int, int, int, int]


def shared_weight(one: list[int], two: list[int], isf: Weights) -> float:
    """The weight of the words that two bags have in common, one to one."""
    return sum(isf[word] * count for word, count in (Counter(one) & Counter(two)).items())


def weight(words: list[int], isf: Weights) -> float:
    """The weight of a bag."""
    return sum(isf[word] for word in words)


def pair_isf(sentences: list[list[int]], everywhere: list[list[int]], smooth: float) -> Weights:
    """Sentences of a pair and of all documents -> the weight of each word of the pair."""

    def holding(word: int, among: list[list[int]]) -> int:
        return sum(word in sentence for sentence in among)

    return {
        word: math.log(
            (len(sentences) + smooth)
            / (holding(word, sentences) + smooth * holding(word, everywhere) / len(everywhere))
        )
        for word in set(itertools.chain(*sentences))
    }


def skip_partners(texts: list[list[str]], span: int, cap: int, near: int, need: int) -> set[tuple[int, int]]:
    """Documents that share `need` skip-pairs (those of 2 to `cap` documents) within `near` words on both sides."""
    places: dict[frozenset[str], list[tuple[int, int]]] = {}
    for number, words in enumerate(texts):
        for later, word in enumerate(words):
            for earlier in range(max(0, later - span), later):
                if words[earlier] != word:
                    places.setdefault(frozenset((word, words[earlier])), []).append((number, earlier))
    seeds: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for found in places.values():
        first = dict(reversed(found))  # of each document
        if len(first) <= cap and len(found) <= 2 * cap:
            for one, two in itertools.combinations(sorted(first), 2):
                seeds.setdefault((one, two), []).append((first[one], first[two]))
    return {
        pair
        for pair, both in seeds.items()
        if any(sum(a <= x <= a + near and abs(y - b) <= near for x, y in both) >= need for a, b in both)
    }


def cosine(one: list[int], two: list[int], isf: Weights) -> float:
    """The cosine of two bags of words, tf x isf."""
    a, b = Counter(one), Counter(two)
    dot = sum(a[word] * b[word] * isf[word] ** 2 for word in a)
    norms = [math.sqrt(sum((count * isf[word]) ** 2 for word, count in bag.items())) for bag in (a, b)]
    return dot / (norms[0] * norms[1]) if norms[0] * norms[1] else 0.0


def dice(one: list[int], two: list[int]) -> float:
    """Twice the shared kinds of words over the kinds of both."""
    kinds = len(set(one)) + len(set(two))
    return 2 * len(set(one) & set(two)) / kinds if kinds else 0.0


def best_edge(mine: list[int], rest: list[int], theirs: list[int], isf: Weights, edge: float) -> int:
    """How far the end of `mine` moves: into `rest`, which follows it, or else back (negative); at least one word stays.

    The value of a side is the shared weight less `edge` of its own; the nearest of equally good places is taken.
    """

    def value(words: list[int]) -> float:
        return shared_weight(words, theirs, isf) - edge * weight(words, isf)

    now = value(mine)
    out = [value(mine + rest[: k + 1]) - now for k in range(len(rest))]
    if out and max(out) > 1e-9:
        return 1 + next(k for k, gain in enumerate(out) if gain > max(out) - 1e-9)
    back = [value(mine[: len(mine) - k - 1]) - now for k in range(len(mine) - 1)]
    if back and max(back) > 1e-9:
        return -1 - next(k for k, gain in enumerate(back) if gain > max(back) - 1e-9)
    return 0


def box_score(words: list[int], box: Box, isf: Weights, pays: float) -> float:
    """The shared weight of a stretch's two sides less `pays` of the heavier side."""
    one, two = words[box[0] : box[1]], words[box[2] : box[3]]
    return shared_weight(one, two, isf) - pays * max(weight(one, isf), weight(two, isf))


def box_value(words: list[int], box: Box, isf: Weights, pays: float) -> float:
    """What a stretch is worth while it grows: twice the shared weight less `pays` of both sides."""
    one, two = words[box[0] : box[1]], words[box[2] : box[3]]
    return 2 * shared_weight(one, two, isf) - pays * (weight(one, isf) + weight(two, isf))
