"""Composed articles -> the gold tables.

Nothing here looks for repeats: which words of an article came from which passage is known since they were
written. All that is done is arithmetic on places, and counting words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any

import polars as pl
from rapidfuzz.distance import LCSseq

from provenance import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.markup import Article, Occurrence, Piece

GROUPS = pl.Schema(
    {
        "group_id": pl.String(),
        "doc_id": pl.String(),
        "start": pl.Int64(),
        "end": pl.Int64(),
        "role": pl.String(),
        "kind": pl.String(),  # first: the wording that the others are compared with; exact, edited, rewritten
    }
)
MIN_WORDS, MAX_GAP, MIN_IDENTITY = 15, 6, 0.6
NEW_WORDING = 0.3  # a passage that keeps fewer of its words says the same and repeats nothing
SPECIFIC = ("headline", "caption", "teaser", "quote", "paragraph", "byline")
SHORT = {"headline", "caption", "teaser", "boilerplate"}


def fold(text: str) -> list[str]:
    """The folded words; written apart from the program's own folding, so that each checks the other."""
    plain = "".join(
        c
        for c in unicodedata.normalize("NFKD", text).casefold()
        if not unicodedata.category(c).startswith("M") and unicodedata.category(c) != "Cf" and c not in "'’‘ʼ`´"
    )
    return re.findall(r"[^\W_]+", plain)


def identity(left: str, right: str) -> float:
    """The share of folded words equal in the best alignment, of the longer side."""
    a, b = fold(left), fold(right)
    return LCSseq.similarity(a, b) / max(len(a), len(b), 1)


@dataclass(frozen=True)
class Link:
    """A stretch of one article and the stretch of another that repeats it."""

    left: tuple[int, int]
    right: tuple[int, int]
    roles: tuple[str, str]
    rewritten: bool

    @property
    def zone(self) -> tuple[Any, ...]:
        body = {"paragraph", "quote", "byline"}
        return *("body" if role in body else role for role in self.roles), self.rewritten


def root_of(label: str, pieces: dict[str, Piece]) -> str:
    """The passage that a wording goes back to."""
    while pieces[label].parent:
        label = pieces[label].parent
    return label


def link_occurrences(a: Article, b: Article, pieces: dict[str, Piece]) -> Iterator[Link]:
    """Every stretch of `a` with the stretch of `b` that repeats it; within one article, each with the next."""
    for one in a.occurrences:
        for other in b.occurrences:
            root = root_of(one.label, pieces)
            if root != root_of(other.label, pieces):
                continue
            if a is b:
                between = [
                    o.start
                    for o in a.occurrences
                    if root_of(o.label, pieces) == root and one.start < o.start < other.start
                ]
                if other.start <= one.start or between:
                    continue
            link = link_two(a.text, b.text, one, other)
            if link:
                yield link


def link_two(left: str, right: str, one: Occurrence, other: Occurrence) -> Link | None:
    """The words that two occurrences of one passage have in common; all of both if one rewords the other."""
    roles = (one.role, other.role)
    if one.label != other.label:
        share = identity(left[one.start : one.end], right[other.start : other.end])
        if share < NEW_WORDING:
            return None
        return Link((one.start, one.end), (other.start, other.end), roles, share < MIN_IDENTITY)
    low = max(one.first, other.first)
    high = min(one.first + len(one.tokens), other.first + len(other.tokens))
    if low >= high:
        return None
    places = [(side.tokens[low - side.first][0], side.tokens[high - 1 - side.first][1]) for side in (one, other)]
    return Link(places[0], places[1], roles, rewritten=False)


def gap(article: Article, start: int, end: int) -> int:
    """How many folded words of `article` stand from `start` to `end`, boilerplate not counted."""
    text = article.text[start:end]
    skipped = [o for o in article.occurrences if o.role == "boilerplate" and start <= o.start and o.end <= end]
    return len(fold(text)) - sum(len(fold(article.text[o.start : o.end])) for o in skipped)


def chain(links: list[Link], a: Article, b: Article) -> list[list[Link]]:
    """Links -> runs of links that follow each other on both sides."""
    runs: list[list[Link]] = []
    for link in sorted(links, key=lambda x: (x.left, x.right)):
        for run in runs:
            last = run[-1]
            if (
                last.zone == link.zone
                and last.left[1] <= link.left[0]
                and last.right[1] <= link.right[0]
                and gap(a, last.left[1], link.left[0]) <= MAX_GAP
                and gap(b, last.right[1], link.right[0]) <= MAX_GAP
            ):
                run.append(link)
                break
        else:
            runs.append([link])
    return runs


def meets(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two stretches of one text overlap."""
    return one[0] < other[1] and other[0] < one[1]


def choose(runs: list[list[Link]], a: Article) -> list[list[Link]]:
    """One counterpart a stretch, the longest first, as the contract asks of spans."""
    kept: list[list[Link]] = []

    def rank(run: list[Link]) -> tuple[Any, ...]:
        words = len(fold(a.text[run[0].left[0] : run[-1].left[1]]))
        return -words, "teaser" in run[0].roles, run[0].left, run[0].right

    for run in sorted(runs, key=rank):
        left, right = (run[0].left[0], run[-1].left[1]), (run[0].right[0], run[-1].right[1])
        taken = any(
            meets(left, (k[0].left[0], k[-1].left[1])) or meets(right, (k[0].right[0], k[-1].right[1])) for k in kept
        )
        if not taken:
            kept.append(run)
    return kept


def span_row(run: list[Link], a: Article, b: Article) -> dict[str, Any] | None:
    """A run of links -> a row of SPANS, or None when it is too short to be one."""
    left, right = (run[0].left[0], run[-1].left[1]), (run[0].right[0], run[-1].right[1])
    roles = {role for link in run for role in link.roles}
    role = next((r for r in SPECIFIC if r in roles), "boilerplate")
    if "quote" in roles and "paragraph" in roles:
        role = "paragraph"  # a quotation among paragraphs: the stretch is not a quotation
    words = min(len(fold(a.text[slice(*left)])), len(fold(b.text[slice(*right)])))
    if words < MIN_WORDS and role not in SHORT:
        return None
    share = identity(a.text[slice(*left)], b.text[slice(*right)])
    kind = "exact" if share == 1 else "edited" if share >= MIN_IDENTITY else "rewritten"
    one, other = (a.doc_id, *left), (b.doc_id, *right)
    if (other[0], other[1]) < (one[0], one[1]):
        one, other = other, one
    names = ("left_doc", "left_start", "left_end", "right_doc", "right_start", "right_end")
    return dict(zip(names, one + other, strict=True)) | {"identity": share, "kind": kind, "role": role}


def make_spans(articles: list[Article], pieces: dict[str, Piece]) -> pl.DataFrame:
    """All repeats of all pairs of articles, and inside each."""
    rows = []
    for a, b in [*combinations(articles, 2), *((a, a) for a in articles)]:
        runs = chain(list(link_occurrences(a, b, pieces)), a, b)
        rows += [span_row(run, a, b) for run in (runs if a is b else choose(runs, a))]
    order = ["left_doc", "right_doc", "left_start", "right_start"]
    return pl.DataFrame([r for r in rows if r], schema=tables.SPANS).sort(order)


def make_groups(articles: list[Article], pieces: dict[str, Piece]) -> pl.DataFrame:
    """Every place of every passage that stands in more than one place."""
    places: dict[str, list[tuple[Article, Occurrence]]] = {}
    for article in articles:
        for occurrence in article.occurrences:
            places.setdefault(root_of(occurrence.label, pieces), []).append((article, occurrence))
    rows = []
    for root, found in places.items():
        if len(found) < 2:
            continue
        for article, o in found:
            share = 1.0 if o.label == root else identity(pieces[root].text, article.text[o.start : o.end])
            kind = "exact" if share == 1 else "edited" if share >= MIN_IDENTITY else "rewritten"
            rows.append((root, article.doc_id, o.start, o.end, o.role, kind))
    return pl.DataFrame(rows, schema=GROUPS, orient="row").sort("group_id", "doc_id", "start")


def families(articles: list[Article]) -> dict[str, str]:
    """Articles -> for each, the first of its line, by main parents, revisions included."""
    by_key = {a.key: a for a in articles}
    found = {}
    for article in articles:
        first = article
        while first.origin and first.origin[0][0] != "source":
            first = by_key[first.origin[0][0]]
        found[article.doc_id] = first.doc_id
    return found


def cluster_documents(articles: list[Article], spans: pl.DataFrame) -> dict[str, list[str]]:
    """Articles tied by half of the shorter one's words -> the name of each group and its members."""
    body = {
        a.doc_id: len(fold(a.text))
        - sum(len(fold(a.text[o.start : o.end])) for o in a.occurrences if o.role == "boilerplate")
        for a in articles
    }
    text = {a.doc_id: a.text for a in articles}
    shared: dict[tuple[str, str], list[int]] = {}
    for row in spans.filter(pl.col("role") != "boilerplate").iter_rows(named=True):
        counts = shared.setdefault((row["left_doc"], row["right_doc"]), [0, 0])
        for n, side in enumerate(("left", "right")):
            counts[n] += len(fold(text[row[f"{side}_doc"]][row[f"{side}_start"] : row[f"{side}_end"]]))
    family = families(articles)
    compiled = {a.doc_id for a in articles if sum(o[0] != "source" for o in a.origin) > 1}
    group = {a.doc_id: a.doc_id for a in articles}
    for (left, right), counts in shared.items():
        if family[left] != family[right] and {left, right} & compiled:
            continue  # an article with several parents goes with the first, and must not tie them together
        if left != right and max(counts[0] / body[left], counts[1] / body[right]) >= 0.5:
            old, new = sorted((group[left], group[right]), reverse=True)
            group = {d: new if g == old else g for d, g in group.items()}
    members: dict[str, list[str]] = {}
    for doc, name in group.items():
        members.setdefault(name, []).append(doc)
    return {name: sorted(docs) for name, docs in members.items() if len(docs) > 1}


def make_clusters(
    articles: list[Article], spans: pl.DataFrame, groups: pl.DataFrame, origins: pl.DataFrame
) -> pl.DataFrame:
    """Document clusters by half of the words, passage clusters by passage."""
    own = set(origins.filter(pl.col("kind") != "document")["doc_id"])
    rows: list[tuple[Any, ...]] = [
        (name, "document", doc, None, None, "document", None, doc in own)
        for name, docs in cluster_documents(articles, spans).items()
        for doc in docs
    ]
    rows += [
        (group, "passage", doc, start, end, role, None, doc in own)
        for group, doc, start, end, role, _ in groups.iter_rows()
    ]
    frame = pl.DataFrame(rows, schema=tables.CLUSTERS, orient="row")
    return frame.sort("level", "cluster_id", "doc_id", "start")


def make_documents(articles: list[Article]) -> pl.DataFrame:
    """The articles as DOCUMENTS; what the author knows of them, also where the dump does not say it."""
    rows = []
    for a in articles:
        about, published = a.about, a.about.get("published")
        rows.append(
            {
                "doc_id": a.doc_id,
                "path": a.dump,
                "start": a.start if a.dump.endswith(".txt") else None,
                "end": a.start + len(a.text) if a.dump.endswith(".txt") else None,
                "outlet": about["outlet"],
                "title": about.get("title"),
                "byline": about.get("byline"),
                "published": datetime.fromisoformat(published) if published else None,
                "url": about.get("url"),
                "language": about.get("lang", "en"),
                "text": a.text,
            }
        )
    return pl.DataFrame(rows, schema=tables.DOCUMENTS).sort("doc_id")


def make_edges(articles: list[Article]) -> pl.DataFrame:
    """Each article's direct sources, in the dump and outside."""
    ids = {a.key: a.doc_id for a in articles}
    rows = []
    for a in articles:
        for origin in a.origin:
            if origin[0] == "source":
                relation, kind = ("cites", "quoted") if origin[1] == "cites" else ("copied_from", origin[3])
                rows.append((f"source:{origin[2]}", a.doc_id, relation, kind))
            else:
                rows.append((ids[origin[0]], a.doc_id, "copied_from", origin[1]))
    filled: list[tuple[Any, ...]] = [(*row, None, 1.0, "established", []) for row in rows]
    return pl.DataFrame(filled, schema=tables.EDGES, orient="row").sort("to_id", "from_id")


def trace(article: Article, by_key: dict[str, Article]) -> tuple[str, str, str | None]:
    """An article -> (origin id, kind, relation): the end of its line within the dump, else its absent source."""
    if not article.origin:
        return article.doc_id, "itself", None
    first = article.origin[0]
    if first[0] == "source":
        return f"source:{first[2]}", "external", "cites" if first[1] == "cites" else "copied_from"
    parent = by_key[first[0]]
    while parent.origin and parent.origin[0][0] != "source" and parent.origin[0][1] != "revision":
        parent = by_key[parent.origin[0][0]]
    return parent.doc_id, "document", "copied_from"


def make_origins(articles: list[Article]) -> pl.DataFrame:
    """Where each article's text came from, with the author's reason.

    Several rows where several answers are right: the end of the line, the article that it was pasted from,
    and each parent of a compiled one.
    """
    by_key = {a.key: a for a in articles}
    rows: list[tuple[Any, ...]] = []
    for a in articles:
        parents = [(by_key[o[0]].doc_id, "document", "copied_from") for o in a.origin if o[0] != "source"]
        answers = dict.fromkeys([trace(a, by_key), *parents])
        rows += [(a.doc_id, *answer, 1.0, "established", None, a.why) for answer in answers]
    return pl.DataFrame(rows, schema=tables.ORIGINS, orient="row").sort("doc_id", "origin_id")


def make_attributions(articles: list[Article]) -> pl.DataFrame:
    """Every credit in the texts; `told` is first-party wording where the source is the publisher, else a citation."""
    rows = []
    for a in articles:
        for c in a.credits:
            own = "first_party" if c.source == a.about["outlet"] else "cited"
            kind = own if c.kind == "told" else c.kind
            rows.append((a.doc_id, c.start, c.end, c.source or None, kind, c.scope, c.place or None, None))
    return pl.DataFrame(rows, schema=tables.ATTRIBUTIONS, orient="row").sort("doc_id", "start", "end")


def make_tables(articles: list[Article], pieces: dict[str, Piece]) -> dict[str, pl.DataFrame]:
    """Articles -> every gold table by name."""
    spans, groups, origins = (
        make_spans(articles, pieces),
        make_groups(articles, pieces),
        make_origins(articles),
    )
    return {
        "documents": make_documents(articles),
        "spans": spans,
        "groups": groups,
        "clusters": make_clusters(articles, spans, groups, origins),
        "attributions": make_attributions(articles),
        "edges": make_edges(articles),
        "origins": origins,
    }
