"""Seed articles -> copy trees: documents, true parents and roots, and what was done on the way."""

from __future__ import annotations

import random as standard
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance.text.folding import fold
from tests.lineages.articles import Article, wordings
from tests.lineages.operators import OPERATORS, Around

if TYPE_CHECKING:
    from random import Random

START = datetime(2024, 3, 4, 6, tzinfo=UTC)
DELAY = 1.5  # days between a text and its copy, in the mean; to the day, half of all roots tie with a copy
SIZES = (5, 12)  # documents of a lineage
STRANGERS = 6  # seeds that are not grown
SHAPES = ("star", "chain", "any")

#: How often an operator is drawn, and the range of its strength. `away` is another newsroom's habits.
MIXES: dict[str, dict[str, tuple[float, float, float]]] = {
    "home": {
        "truncate": (2, 0.2, 0.8), "excerpt": (1, 0.2, 0.8), "teaser": (0.6, 0.2, 1), "omit": (1, 0.2, 0.7),
        "shorten_quotes": (1.5, 0.4, 1), "local_paragraph": (1.5, 0.2, 1), "gloss": (1.5, 0.2, 1),
        "convert_units": (1, 0.6, 1), "edit_lead": (1.5, 0.3, 1), "spell": (1, 0.7, 1), "substitute": (1.5, 0.1, 0.6),
        "round_numbers": (1.5, 0.5, 1), "drop_names": (1.5, 0.3, 0.9), "mistype": (1, 0.2, 0.8), "mend": (1, 1, 1),
        "restyle": (0.7, 1, 1),
    },
    "away": {
        "truncate": (1, 0.4, 1), "excerpt": (0.5, 0.1, 0.5), "teaser": (0.3, 0.2, 1), "omit": (2, 0.3, 1),
        "shorten_quotes": (2, 0.3, 0.8), "local_paragraph": (2.5, 0.2, 1), "gloss": (0.7, 0.2, 0.6),
        "convert_units": (2, 0.8, 1), "edit_lead": (2.5, 0.3, 1), "spell": (1.5, 0.8, 1), "substitute": (2.5, 0.3, 0.9),
        "round_numbers": (0.7, 0.5, 0.8), "drop_names": (0.8, 0.2, 0.6), "mistype": (2, 0.4, 1), "mend": (0.5, 1, 1),
        "restyle": (1.5, 1, 1),
    },
}  # fmt: skip
#: Chances of what happens to the places that say where a text is from.
HEADS = {"strip_dateline": 0.3, "replace_dateline": 0.08}
FEET = {"drop_foot": 0.7, "credit_parent": 0.1, "leave_notice": 0.06}


class World(NamedTuple):
    """How lineages are grown, but for the texts."""

    seed: int
    mix: str = "home"
    without: str | None = None  # an operator that is never drawn
    agencies: float = 0.3  # share of roots that are an agency's
    hidden: float = 0.15  # share of lineages whose root is not in the dump
    verbatim: float = 0.1  # share of copies that change nothing
    merged: float = 0.05  # share of copies compiled from two texts


def worlds(*seeds: int, **how: float) -> list[World]:
    """Worlds of these seeds, of each newsroom's habits in turn."""
    mixes = list(MIXES)
    return [World(seed, mixes[at % len(mixes)], **how) for at, seed in enumerate(seeds)]  # type: ignore[arg-type]


class Lineages(NamedTuple):
    """What was grown."""

    documents: pl.DataFrame  # doc_id, outlet, title, published, text
    edges: pl.DataFrame  # from_id, to_id, operators (name, strength), hidden: the parent is not in the dump
    # lineage, doc_id, root: the first text of the lineage, hidden: it is not in the dump, credits: the text names whose
    members: pl.DataFrame


class _Node(NamedTuple):
    name: str
    article: Article
    day: datetime
    root: str


def grow(seeds: list[list[str]], world: World) -> Lineages:
    """Paragraphs of seeds -> a lineage of each but the STRANGERS last; equal for equal arguments.

    From the strangers come the paragraphs of an outlet's own: no two articles share one.
    """
    random = standard.Random(world.seed)
    own = [part for seed in seeds[-STRANGERS:] for part in seed]
    random.shuffle(own)
    seeds = seeds[:-STRANGERS]
    nodes: list[_Node] = []
    edges: list[dict[str, object]] = []
    members: list[tuple[str, str, str, bool, bool]] = []
    gone: set[str] = set()
    for number, paragraphs in enumerate(seeds):
        lineage = f"w{world.seed}-{number:03d}"
        hidden = random.random() < world.hidden
        grown = _lineage(lineage, paragraphs, own, nodes, edges, random, world)
        told = [fold(" ".join(node.article.paragraphs)) for node in grown]
        if hidden and told[0] not in told[1:]:  # else its text is in the dump all the same
            gone.add(grown[0].name)
        else:
            hidden = False
        whose = [grown[0].article.outlet, *filter(None, [grown[0].article.agency])]
        for node in grown:
            named = any(name in node.article.text() for name in whose)
            members.append((lineage, node.name, grown[0].name, hidden, named))
        nodes += grown
    rows = [
        (node.name, node.article.outlet, node.article.title, node.day, node.article.text())
        for node in nodes
        if node.name not in gone
    ]
    random.shuffle(rows)
    documents = pl.DataFrame(
        rows,
        orient="row",
        schema={"doc_id": pl.String, "outlet": pl.String, "title": pl.String,
                "published": pl.Datetime("us", "UTC"), "text": pl.String},
    )  # fmt: skip
    held = pl.DataFrame(members, orient="row", schema=["lineage", "doc_id", "root", "hidden", "credits"])
    links = pl.DataFrame(edges).with_columns(hidden=pl.col("from_id").is_in(sorted(gone)))
    return Lineages(documents, links, held.filter(~pl.col("doc_id").is_in(sorted(gone))))


def _lineage(
    lineage: str,
    paragraphs: list[str],
    own: list[str],
    others: list[_Node],
    edges: list[dict[str, object]],
    random: Random,
    world: World,
) -> list[_Node]:
    """One tree; its nodes' numbers are drawn, so that no id tells its age."""
    size = random.randint(*SIZES)
    shape = random.choice(SHAPES)
    names = [f"{lineage}-{number:02d}" for number in range(size)]
    random.shuffle(names)
    outlets = [one for one, _ in wordings("outlet")]
    random.shuffle(outlets)
    nodes = [_Node(names[0], _root(paragraphs, outlets[0], random, world), _begin(random), names[0])]
    for name, outlet in zip(names[1:], outlets[1:], strict=False):
        at = {"star": 0, "chain": len(nodes) - 1}.get(shape, random.randrange(len(nodes)))
        parent = nodes[at if random.random() < 0.8 else random.randrange(len(nodes))]
        article, done = _copy(parent.article._replace(outlet=outlet), Around(parent.article, own), random, world)
        edges.append({"from_id": parent.name, "to_id": name, "operators": done})
        day = parent.day + timedelta(days=random.expovariate(1 / DELAY))
        # a compiled article is younger than both of its sources
        second = next((other for other in reversed(others) if other.day < day and random.random() < 0.3), None)
        if second and random.random() < world.merged and len(article.paragraphs) >= 3:
            half = article.paragraphs[: (len(article.paragraphs) + 1) // 2]
            article = article._replace(paragraphs=(*half, *second.article.paragraphs[:3]))
            done.append({"operator": "merge", "strength": 0.5})
            edges.append({"from_id": second.name, "to_id": name, "operators": done})
        nodes.append(_Node(name, article, day, names[0]))
    return nodes


def _begin(random: Random) -> datetime:
    return START + timedelta(minutes=random.randrange(60 * 24 * 60))


def _root(paragraphs: list[str], outlet: str, random: Random, world: World) -> Article:
    first = " ".join(paragraphs[0].split()[: random.randint(6, 10)]).rstrip(",;:. ")
    article = Article(outlet, first, tuple(paragraphs))
    place = random.choice(wordings("place"))[0]
    if random.random() < world.agencies:
        agency, printed = random.choice(wordings("agency"))
        return article._replace(outlet=agency, place=place, agency=printed if random.random() < 0.5 else agency)
    if random.random() < 0.25:
        article = article._replace(place=place)
    return OPERATORS["mistype"](article, random, 0.3, None) if random.random() < 0.2 else article  # type: ignore[no-any-return]


def _copy(article: Article, around: Around, random: Random, world: World) -> tuple[Article, list[dict[str, object]]]:
    """A copy of the parent's text, and what was done to it."""
    done: list[dict[str, object]] = []
    if random.random() < world.verbatim:
        return article, done
    table = {name: row for name, row in MIXES[world.mix].items() if name != world.without}
    drawn = random.choices(list(table), [row[0] for row in table.values()], k=random.randint(1, 4))
    odds = {**HEADS, **FEET}
    names = [*dict.fromkeys(drawn), *(name for name in odds if name != world.without and random.random() < odds[name])]
    for name in names:
        low, high = table[name][1:] if name in table else (1.0, 1.0)
        strength = round(random.uniform(low, high), 3)
        changed = OPERATORS[name](article, random, strength, around)
        if changed.text() != article.text():
            done.append({"operator": name, "strength": strength})
            article = changed
    if random.random() < 0.4:
        article = article._replace(title=" ".join(random.sample(article.title.split(), len(article.title.split()))))
    return article, done
