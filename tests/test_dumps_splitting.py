"""Dumps joined from articles in every style come apart where they were joined, and an article stays whole."""

from __future__ import annotations

import os
import random
from pathlib import Path

import polars as pl
import pytest

from provenance.dumps.plain_text.articles import split_articles
from provenance.dumps.plain_text.layout import read_lines
from provenance.dumps.plain_text.templates import find_template
from provenance.dumps.reading import read
from provenance.settings import Settings
from tests.splitting import STYLES, Piece, f1, join, measure, pieces_of, score
from tests.splitting_last import FIFTH, FOURTH
from tests.splitting_later import SECOND, THIRD

SHARED = os.environ.get("PROVENANCE_SHARED")
SENTENCE = "The council of the harbour town agreed on Tuesday to buy a second dredger because the first lay idle."


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    corpus = Path(__file__).parent.parent / "corpus"
    frame = read([str(corpus)], Settings(until="matches")).documents.unique("text", maintain_order=True)
    titled = frame.filter(pl.col("title").is_not_null() & ~pl.col("text").str.contains("http"))
    # Records have their headline in a field, text dumps in the text.
    bare = pl.col("text").str.replace(r"^\s+", "")
    text = pl.when(bare.str.starts_with(pl.col("title"))).then(bare).otherwise(pl.format("{}\n\n{}", "title", bare))
    found = [piece for piece in pieces_of(titled.select(text=text), random.Random(1)) if len(piece.paragraphs) > 1]
    # A headline that stands in the text again would be a border of its own.
    single = [piece for piece in found if not any(piece.title in part for part in piece.paragraphs)]
    return list({piece.title: piece for piece in single}.values())


LATER = SECOND | THIRD | FOURTH | FIFTH


@pytest.mark.parametrize("style", [*STYLES, *LATER])
def test_joined_articles_come_apart(pieces: list[Piece], style: str) -> None:
    chance = random.Random(f"joined {style}")
    layout = (STYLES | LATER)[style]
    assert f1(score(join(chance.sample(pieces, 12), layout, chance)) for _ in range(3)) >= (
        0.95 if style in STYLES else 0.85
    )


def test_an_article_stays_whole(pieces: list[Piece]) -> None:
    chance = random.Random(7)
    inside = ("Photo: Reuters", "Read more: what the council said", "* * *", "Advertisement", "By the numbers")
    for piece in pieces[:40]:
        line = chance.choice(inside)
        body = f"\n\n{line}\n\n".join(f"{SENTENCE} {paragraph}" for paragraph in piece.paragraphs)
        head = chance.choice([f"By Ann Lee\n{piece.day:%d %B %Y}\n\n", ""])
        assert len(split_articles(f"{piece.title}\n\n{head}{body}")) == 1, (line, piece.title)


@pytest.mark.parametrize("frame", ["=== {} ===", "== {} ==", "*** {} ***", "--- {} ---", "~~{}~~"])
def test_headlines_between_signs_part_articles_and_those_of_sections_do_not(frame: str) -> None:
    titles = [f"The {word} of Port Halven is bought" for word in ("dredger", "lighthouse", "ferry", "market hall")]
    dump = "\n".join(f"{frame.format(title)}\n{SENTENCE} {SENTENCE}" for title in titles)
    cut = split_articles(dump)
    assert [article.head.title for article in cut] == titles
    assert [dump[article.start : article.end].split("\n")[0] for article in cut] == list(map(frame.format, titles))
    assert len(split_articles(f"A town and its harbour\n\n{f'{SENTENCE} ' * 5}\n\n{dump}")) == 1


@pytest.mark.parametrize("item", ["{}. If the harbour is closed by ice, the", "Item {} | Advertisement", "* Ice {}"])
def test_items_of_a_list_are_no_headlines(item: str) -> None:
    items = [f"{item.format(at)}\ncouncil {SENTENCE}\nand {SENTENCE}" for at in range(1, 6)]
    assert len(split_articles("\n".join(items))) == 1


def test_a_template_is_what_comes_again_with_each_article() -> None:
    heads = [
        f"Story number {word} of the day\nPosted by Ann Lee on March {at + 1}, 2020" for at, word in enumerate("abcd")
    ]
    lines = read_lines("\n\n".join(f"{head}\n\n{SENTENCE}\n\n{SENTENCE} {at}" for at, head in enumerate(heads)))
    assert [lines[row].text for row in find_template(lines).cuts] == [head.split("\n")[0] for head in heads[1:]]
    assert find_template(lines[:4]) == find_template([])


@pytest.mark.skipif(SHARED is None, reason="PROVENANCE_SHARED is not set: no corpora")
def test_dumps_of_corpora_come_apart() -> None:
    assert SHARED is not None
    for name, column in measure(Path(SHARED) / "corpora", dumps=1, articles=15).items():
        assert sum(column.values()) / len(column) >= 0.97, (name, column)
