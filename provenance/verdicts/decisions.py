"""VERDICTS and DOCUMENTS -> what editors decided of these documents, by their ids and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenance.tables import PAIR, SOURCE, TIME
from provenance.text.contents import read_contents
from provenance.verdicts.standing import find_standing, fingerprint
from provenance.verdicts.subjects import ITSELF, placed

if TYPE_CHECKING:
    from provenance.verdicts.standing import Standing

TEXT, NUMBER = pl.String(), pl.Int64()
PARTS = pl.Schema({"doc_id": TEXT, "part": NUMBER})
APART = pl.Schema({"part": NUMBER, "other": NUMBER})
PLACED = pl.Schema({"doc_id": TEXT, "start": NUMBER, "end": NUMBER})
KINDS = pl.Schema({"left_doc": TEXT, "right_doc": TEXT, "kind": TEXT})
FIXED = pl.Schema({"doc_id": TEXT, "origin_id": TEXT, "editor": TEXT, "decided": TIME})

#: Verdict -> the kind of edge that it fixes.
EDGE_KINDS = {"revision": "revision", "agency_copy": "syndicated"}


class Decisions(NamedTuple):
    """What editors decided of some documents; each table is sorted."""

    parts: pl.DataFrame  # documents that were joined or parted; those of one part are always joined
    apart: pl.DataFrame  # parts of which no two are ever joined, either way round
    ignored: pl.DataFrame  # stretches that are boilerplate
    kinds: pl.DataFrame  # pairs, left_doc < right_doc, and the kind of the edge between them
    origins: list[Standing]  # decisions on where a text came from
    keys: pl.DataFrame  # documents that those are about, with the key of their text
    facts: dict[str, Any]  # for run.json

    def numbered(self, ids: pl.Series) -> Decisions:
        """The same with rows of the sorted `ids` in the place of ids, as pairs have them within one process."""
        rows = self.parts.with_columns(doc_id=ids.search_sorted(self.parts["doc_id"]))
        return self._replace(parts=rows)

    def name_pairs(self, matches: pl.DataFrame) -> pl.DataFrame:
        """MATCHES, in whatever order -> the same with the relations `same` and `different` where editors decided.

        Equal texts stay `duplicate`: nothing tells them apart.
        """
        if self.parts.is_empty():
            return matches
        left, right = (self.parts.rename({"doc_id": f"{side}_doc", "part": side}) for side in ("left", "right"))
        apart = self.apart.select(left="part", right="other", apart=pl.lit(value=True))
        named = (
            matches.join(left, on="left_doc", how="left", maintain_order="left")
            .join(right, on="right_doc", how="left", maintain_order="left")
            .join(apart, on=["left", "right"], how="left", maintain_order="left")
        )
        word = (
            pl.when(pl.col("relation") == "duplicate")
            .then("relation")
            .when(pl.col("apart").fill_null(value=False))
            .then(pl.lit("different"))
            .when(pl.col("left") == pl.col("right"))
            .then(pl.lit("same"))
            .otherwise("relation")
        )
        return named.with_columns(relation=word).select(matches.columns)

    def find_origins(self, documents: pl.DataFrame) -> pl.DataFrame:
        """DOCUMENTS with their outlets -> documents and where they came from: an id, source:NAME, or their own id.

        A document whose decided origin is not in the dump stays as it was.
        """
        named = self.keys.join(documents.select("doc_id", "outlet", "published"), on="doc_id")
        return _fix(self.origins, named)

    def pairs_to_compare(self) -> pl.DataFrame:
        """Pairs (left_doc, right_doc) to compare because of decisions, whether or not their texts are alike; sorted.

        Of documents that are joined each with the first; of two parts that are apart the first of each.
        """
        first = self.parts.group_by("part").agg(pl.col("doc_id").min().alias("first"))
        joined = self.parts.join(first, on="part").select("doc_id", other="first")
        parted = self.apart.join(first, on="part").join(first.rename({"part": "other"}), on="other", suffix="_other")
        pairs = pl.concat([joined, parted.select(doc_id="first", other="first_other")])
        return (
            pairs.filter(pl.col("doc_id") != pl.col("other"))
            .select(left_doc=pl.min_horizontal("doc_id", "other"), right_doc=pl.max_horizontal("doc_id", "other"))
            .unique()
            .sort(PAIR)
        )


def decide(verdicts: pl.DataFrame, documents: pl.DataFrame) -> Decisions:
    """VERDICTS, DOCUMENTS -> Decisions. *gather*; cost: the texts are folded once more.

    Of decisions that contradict each other the latest holds; `facts` counts the others.
    """
    standing = find_standing(verdicts)
    passages = [one.subject.left[0] for one in standing if one.row["verdict"] == "boilerplate"]
    contents = read_contents(documents["text"], passages)
    keyed = documents.select("doc_id").with_columns(key=contents.keys).drop_nulls("key")
    joined = _join(standing)
    held = keyed.join(joined.parts, on="key").select("doc_id", "part").sort("doc_id")
    present = held["part"].unique().implode()
    ids = documents["doc_id"].gather(contents.places["row"])
    ignored = contents.places.select(ids.alias("doc_id"), "start", "end").select(
        pl.col(name).cast(dtype) for name, dtype in PLACED.items()
    )
    kinds = _kinds(standing, keyed)
    origins = [one for one in standing if one.row["verdict"] == "origin"]
    wanted = {place.partition("@")[0] for one in origins for place in (*one.subject.left, *one.subject.right)}
    asked = keyed.filter(pl.col("key").is_in(list(wanted)))
    facts = {
        "rows": verdicts.unique().height,
        "standing": len(standing),
        "fingerprint": fingerprint(verdicts),
        "contradicted": joined.contradicted,
        "documents_joined_or_parted": held.height,
        "stretches_ignored": ignored.height,
        "kinds_fixed": kinds.height,
        "origins_given": len(origins),
    }
    apart = joined.apart.filter(pl.col("part").is_in(present), pl.col("other").is_in(present))
    return Decisions(held, apart.sort("part", "other"), ignored.sort(ignored.columns), kinds, origins, asked, facts)


# -- joined and parted -----------------------------------------------------------------------------------


class _Joined(NamedTuple):
    parts: pl.DataFrame  # key, part
    apart: pl.DataFrame
    contradicted: int


def _join(standing: list[Standing]) -> _Joined:
    """Decisions, the oldest first -> parts of texts, and which parts are never joined; the latest counts first.

    An earlier one that would join two parts that are apart, or divide one, is contradicted and counts no more.
    """
    texts = _Parts()
    contradicted = 0
    for _, subject, row in reversed(standing):
        if row["verdict"] == "same":
            every = (*subject.left, *subject.right)
            done = [texts.unite(every[0], other) for other in every[1:]]
        elif row["verdict"] in ("different", "out", "split"):
            done = [texts.part(one, other) for one in subject.left for other in subject.right]
        else:
            continue
        contradicted += not all(done)
    keys = sorted(texts.up)
    number = {key: at for at, key in enumerate(sorted({texts.top(key) for key in keys}))}
    foes = sorted((number[one], number[other]) for one, some in texts.apart.items() for other in some)
    parts = pl.DataFrame(
        {"key": keys, "part": [number[texts.top(key)] for key in keys]}, schema={"key": TEXT, "part": NUMBER}
    )
    return _Joined(parts, pl.DataFrame(foes, schema=APART, orient="row"), contradicted)


class _Parts:
    """Texts joined to parts (a forest of pointers up), some of which are apart for good."""

    def __init__(self) -> None:
        self.up: dict[str, str] = {}
        self.apart: dict[str, set[str]] = {}  # of each part's top, the tops of those it is never joined to

    def top(self, key: str) -> str:
        """The text that stands for its part; a text not seen before is a part of its own."""
        self.up.setdefault(key, key)
        self.apart.setdefault(key, set())
        while self.up[key] != key:
            self.up[key] = self.up[self.up[key]]
            key = self.up[key]
        return key

    def unite(self, one: str, other: str) -> bool:
        """Join two parts; false where they are apart."""
        first, second = sorted((self.top(one), self.top(other)))
        if second in self.apart[first]:
            return False
        if first != second:
            self.up[second] = first
            for foe in self.apart.pop(second):
                self.apart[foe].remove(second)
                self.apart[foe].add(first)
                self.apart[first].add(foe)
        return True

    def part(self, one: str, other: str) -> bool:
        """Keep two parts apart; false where they are one."""
        first, second = self.top(one), self.top(other)
        if first == second:
            return False
        self.apart[first].add(second)
        self.apart[second].add(first)
        return True


# -- edges -----------------------------------------------------------------------------------------------


def _kinds(standing: list[Standing], keyed: pl.DataFrame) -> pl.DataFrame:
    said = [
        (one.subject.left[0], one.subject.right[0], EDGE_KINDS[one.row["verdict"]])
        for one in standing
        if one.row["verdict"] in EDGE_KINDS
    ]
    pairs = pl.DataFrame(said, schema={"one": TEXT, "other": TEXT, "kind": TEXT}, orient="row")
    found = pairs.join(keyed.select(one="key", left_doc="doc_id"), on="one")
    found = found.join(keyed.select(other="key", right_doc="doc_id"), on="other")
    first, second = pl.min_horizontal(PAIR), pl.max_horizontal(PAIR)
    return (
        found.filter(pl.col("left_doc") != pl.col("right_doc"))
        .select(left_doc=first, right_doc=second, kind="kind")
        .unique()
        .sort(PAIR)
        .select(pl.col(name).cast(dtype) for name, dtype in KINDS.items())
    )


def _fix(said: list[Standing], named: pl.DataFrame) -> pl.DataFrame:
    """Decisions on origins, documents with key, outlet and date -> FIXED."""
    held: dict[str, list[tuple[str, str]]] = {}  # text -> its documents, the earliest first, as edges spell them
    there = named.sort("published", "doc_id", nulls_last=True)
    for doc_id, outlet, key in there.select("doc_id", "outlet", "key").iter_rows():
        held.setdefault(key, []).append((doc_id, placed(key, outlet)))
    fixed: dict[str, tuple[str, Any, Any]] = {}
    for one in said:
        origin = one.subject.right[0]
        for doc_id in _holders(one.subject.left[0], held):
            if origin == ITSELF:
                origin_id = doc_id
            elif origin.startswith(SOURCE):
                origin_id = origin
            else:
                origin_id = next((other for other in _holders(origin, held) if other != doc_id), "")
            if origin_id:
                fixed[doc_id] = (origin_id, one.row["editor"], one.row["decided"])
    rows = [(doc_id, *what) for doc_id, what in sorted(fixed.items())]
    return pl.DataFrame(rows, schema=FIXED, orient="row")


def _holders(place: str, held: dict[str, list[tuple[str, str]]]) -> list[str]:
    """The documents with a text and an outlet; with the text alone, if only one has it or no outlet was known."""
    key, _, outlet = place.partition("@")
    documents = held.get(key, [])
    exact = [doc_id for doc_id, spelled in documents if spelled == place]
    return exact or ([doc_id for doc_id, _ in documents] if len(documents) == 1 or not outlet else [])
