"""News-like dumps of any size, seeded: Zipf words, planted copies, shared notices and quotations.

Independent random words would make the background trivially easy, so every outlet has a notice under its
articles, some sentences are formulas that many articles use, and speeches are quoted by several: buckets get hot.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import xxhash

from tests.bench import SEED

VOCABULARY = 60_000
OUTLETS = 40
# The commonest words of English, so that what looks at function words (language, sentences) has its usual work.
FUNCTION_WORDS = str.split(
    "the of and to in a that is was for on with as by at from has have had he it his are were said which be this "
    "an not but they who will would their its been one more after when there or about up out than also into two"
)
CONSONANTS, VOWELS = "bcdfghjklmnprstvwz", "aeiou"


def words(random: np.random.Generator) -> np.ndarray:
    """VOCABULARY distinct pronounceable words, the commonest the shortest."""
    made: dict[str, None] = dict.fromkeys(FUNCTION_WORDS)
    while len(made) < VOCABULARY:
        length = 1 + len(made) // 15_000 + int(random.integers(0, 3))
        letters = [CONSONANTS[random.integers(18)] + VOWELS[random.integers(5)] for _ in range(length)]
        made["".join(letters) + ("" if random.integers(3) else CONSONANTS[random.integers(18)])] = None
    return np.array(list(made), dtype=object)


class Writer:
    """Writes articles as lists of paragraphs, each a list of sentences."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = np.random.default_rng(seed)
        self.words = words(self.random)
        weight = 1.0 / (np.arange(VOCABULARY) + 2.7)
        self.edges = np.cumsum(weight / weight.sum())
        self.formulas = [self.sentence() for _ in range(300)]
        self.speeches = [" ".join(self.sentence() for _ in range(3)) for _ in range(200)]
        self.notices = [" ".join(self.sentence() for _ in range(2)) for _ in range(OUTLETS)]

    def draw(self, count: int) -> np.ndarray:
        """`count` words by Zipf's law."""
        return self.words[np.searchsorted(self.edges, self.random.random(count))]

    def sentence(self) -> str:
        """One sentence of 8 to 30 words."""
        text = " ".join(self.draw(int(self.random.integers(8, 31))))
        return text[0].upper() + text[1:] + "."

    def article(self) -> list[list[str]]:
        """A new article, lognormal with a mean of 370 words: 2.5 KB."""
        length = int(np.clip(self.random.lognormal(5.725, 0.6), 60, 4000))
        paragraphs: list[list[str]] = []
        written = 0
        while written < length:
            paragraph = [self.sentence() for _ in range(int(self.random.integers(1, 5)))]
            if self.random.random() < 0.04:
                paragraph.append(self.formulas[int(self.random.integers(len(self.formulas)))])
            paragraphs.append(paragraph)
            written += sum(sentence.count(" ") + 1 for sentence in paragraph)
        if self.random.random() < 0.02:
            paragraphs.append([f"“{self.speeches[int(self.random.integers(len(self.speeches)))]}”"])
        return paragraphs

    def edited(self, article: list[list[str]], share: float) -> list[list[str]]:
        """The article with `share` of its words replaced, doubled or dropped."""

        def one(sentence: str) -> str:
            kept = []
            for word in sentence.split(" "):
                luck = self.random.random()
                if luck < 0.7 * share:
                    kept.append(str(self.draw(1)[0]))
                elif luck < 0.85 * share:
                    kept += [word, str(self.draw(1)[0])]
                elif luck >= share:
                    kept.append(word)
            return " ".join(kept)

        return [[one(sentence) for sentence in paragraph] for paragraph in article]

    def copied(self, article: list[list[str]]) -> list[list[str]]:
        """A copy: whole, lightly edited, edited and cut at the tail, or with a paragraph of its own before it."""
        kind = int(self.random.integers(4))
        if kind == 0:
            return article
        if kind == 1:
            return self.edited(article, self.random.uniform(0.01, 0.05))
        if kind == 2:
            return self.edited(article, self.random.uniform(0.05, 0.15))[: max(1, len(article) - 2)]
        return [[self.sentence(), self.sentence()], *article]


def write(folder: Path, sizes: list[int], seed: int = SEED) -> list[Path]:
    """Parquet files of the first n documents for each n in `sizes`, in `folder`; made once."""
    paths = [folder / f"news_{size}.parquet" for size in sizes]
    if all(path.exists() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(seed)
    articles: list[list[list[str]]] = []
    rows = []
    for number in range(max(sizes)):
        planted = articles and writer.random.random() < 0.1
        article = writer.copied(articles[int(writer.random.integers(len(articles)))]) if planted else writer.article()
        articles.append(article)
        outlet = int(writer.random.integers(OUTLETS))
        text = "\n\n".join([*(" ".join(paragraph) for paragraph in article), writer.notices[outlet]])
        title = " ".join(article[0][0].rstrip(".").split(" ")[:9])
        rows.append((f"n{number:07d}", f"Outlet {outlet}", title, text))
    frame = pl.DataFrame(rows, schema=["id", "outlet", "title", "text"], orient="row")
    day = pl.datetime(2026, 1, 1, time_zone="UTC") + pl.duration(minutes=pl.int_range(pl.len()))
    frame = frame.with_columns(published=day)
    for size, path in zip(sizes, paths, strict=True):
        frame.head(size).write_parquet(path)
    return paths


if __name__ == "__main__":
    (dump,) = write(Path(sys.argv[1]), [int(sys.argv[2])])
    text = pl.scan_parquet(dump).select(pl.col("text").str.len_bytes().sum()).collect().item()
    print(json.dumps({"path": str(dump), "xxh3_64": xxhash.xxh3_64_hexdigest(dump.read_bytes()), "bytes": text}))
