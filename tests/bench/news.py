"""A news-like dump of any size: planted copies, and notices, formulas and quotations that many articles share.

Independent random words alone would make the background trivially easy: here every outlet has a notice under its
articles, some sentences are formulas that many articles use, and speeches are quoted by several, so that buckets get
hot. The first n articles are the same whatever the size. Beside the dump stands the truth: every pair of a family with
its exact jaccard of 5-word shingles.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tests.bench import SEED
from tests.bench.words import ENDS, FORMS, Language, jaccard, shingles

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTLETS = 40
BLOCK = 1_000  # articles drawn together: 10 MB of places while they are written out
LIFE = 20_000  # a story is retold while its first version is among the last LIFE articles: what must be remembered
COPIES = 0.1  # share of articles that copy one before them
RETOLD = 0.3  # share of the copies whose model is a copy itself or has been copied
EVERGREEN, EVERGREENS = 0.1, 500  # share of the copies that retell one of the first EVERGREENS articles: large families
SHORTEST = 60  # words of an article without its notice
KINDS = ("whole", "edited", "cut", "introduced")


@dataclass
class Family:
    """The articles that tell one story: number, body, outlet of the notice, and shingles as far as they were needed."""

    root: int
    members: dict[int, np.ndarray] = field(default_factory=dict)


@dataclass
class Article:
    """An article as it is remembered."""

    number: int
    body: np.ndarray
    notice: np.ndarray
    family: Family | None = None

    def forms(self) -> np.ndarray:
        """Body and notice."""
        return np.concatenate([self.body, self.notice])

    def words(self) -> np.ndarray:
        """The same without capitals and stops."""
        return self.forms() // FORMS


class Newsroom:
    """Writes articles in blocks, and the truth about their copies."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = np.random.default_rng(seed)
        self.language = Language(self.random)
        # 20 to 40 words: two short articles of one outlet stay under a jaccard of .25
        self.notices = [self.language.sentences(int(n)) for n in self.random.integers(20, 41, OUTLETS)]
        self.formulas = [self.language.sentences(int(n)) for n in self.random.integers(8, 31, 300)]
        self.speeches = [self._speech() for _ in range(200)]
        self.recent: deque[Article] = deque(maxlen=LIFE)
        self.retold: deque[Article] = deque(maxlen=LIFE // 10)
        self.evergreens: list[Article] = []
        self.truth: list[tuple[int, int, float, str]] = []
        self.number = 0

    def _speech(self) -> np.ndarray:
        return self.language.quoted(self.language.sentences(int(self.random.integers(30, 81))))

    def block(self) -> Iterator[tuple[int, str, np.ndarray]]:
        """The next BLOCK articles: (outlet, title as forms, forms)."""
        # lognormal with a mean of 390 words: 2.5 KB
        lengths = np.clip(self.random.lognormal(5.785, 0.6, BLOCK), SHORTEST, 4000).astype(np.int64)
        forms, bounds = self.language.prose(lengths)
        of_the_day = [self._speech() for _ in range(4)]
        luck = self.random.random((BLOCK, 3))
        outlets = self.random.integers(0, OUTLETS, BLOCK)
        for i in range(BLOCK):
            outlet = int(outlets[i])
            if luck[i, 0] < COPIES and self.recent:
                article = self._copy(self._model(), outlet)
            else:
                body = forms[bounds[i] : bounds[i + 1]]
                if luck[i, 1] < 0.25:
                    body = self._insert(body, self.formulas[int(self.random.integers(300))])
                if luck[i, 2] < 0.05:
                    speeches = of_the_day if luck[i, 2] < 0.025 else self.speeches
                    body = self._insert(body, speeches[int(self.random.integers(len(speeches)))])
                article = Article(self.number, body, self.notices[outlet])
            self._remember(article)
            yield outlet, article.body[:9], article.forms()
            self.number += 1

    def _insert(self, body: np.ndarray, paragraph: np.ndarray) -> np.ndarray:
        """The body with `paragraph` after one of its paragraphs."""
        ends = np.flatnonzero(np.isin(body % FORMS, ENDS)) + 1
        place = int(ends[self.random.integers(ends.size)])
        return np.concatenate([body[:place], paragraph, body[place:]])

    def _remember(self, article: Article) -> None:
        self.recent.append(article)
        if len(self.evergreens) < EVERGREENS:
            self.evergreens.append(article)

    def _model(self) -> Article:
        """The article that is copied."""
        luck = self.random.random()
        if luck < EVERGREEN:
            return self.evergreens[int(self.random.integers(len(self.evergreens)))]
        pool = self.retold if luck < EVERGREEN + RETOLD and self.retold else self.recent
        for _ in range(8):
            article = pool[int(self.random.integers(len(pool)))]
            if article.family is None or article.family.root > self.number - LIFE:
                return article
        return self.recent[-1]

    def _copy(self, model: Article, outlet: int) -> Article:
        """A copy: whole with its notice; lightly edited; edited and cut at the tail; or with an introduction."""
        kind = int(self.random.integers(len(KINDS)))
        body, notice = model.body, self.notices[outlet]
        if kind == 0:
            notice = model.notice
        elif kind == 1:
            body = self.language.edited(body, self.random.uniform(0.01, 0.05))
        elif kind == 2:
            body = self.language.edited(body, self.random.uniform(0.05, 0.15))
            ends = np.flatnonzero(np.isin(body % FORMS, ENDS)) + 1
            ends = ends[ends >= SHORTEST]  # under it two stubs with one notice would be alike, and no truth says so
            body = body[: int(ends[max(0, ends.size - 1 - int(self.random.integers(1, 3)))])] if ends.size else body
        else:
            body = np.concatenate([self.language.sentences(int(self.random.integers(15, 60))), body])
        copy = Article(self.number, body, notice)
        self._enter(model, copy, KINDS[kind])
        return copy

    def _enter(self, model: Article, copy: Article, kind: str) -> None:
        """The copy joins its model's family, and the truth about its pairs is written down."""
        if model.family is None:
            model.family = Family(model.number, {model.number: shingles(model.words())})
            self.retold.append(model)
        copy.family = model.family
        self.retold.append(copy)
        mine = shingles(copy.words())
        for number, theirs in copy.family.members.items():
            self.truth.append((number, self.number, jaccard(theirs, mine), kind if number == model.number else "kin"))
        copy.family.members[self.number] = mine
