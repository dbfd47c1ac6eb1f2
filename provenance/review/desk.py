"""A Run and its log -> what is decided of it, what is still to be, and the rows that an editor's answer adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenance.errors import UsageError
from provenance.review.log import Decision
from provenance.tables import SOURCE
from provenance.text.contents import passage_key, read_contents
from provenance.verdicts import subjects
from provenance.verdicts.standing import find_standing, not_undone
from provenance.verdicts.subjects import ITSELF, group_of

if TYPE_CHECKING:
    from provenance.reports.runs import Run
    from provenance.review.log import Log
    from provenance.verdicts.standing import Standing

MOST_SHOWN = 500  # places of the page at which one decision is shown
LATEST = 300  # rows of the log that the page lists
MOST_ASKED = 5000  # undecided clusters of a level that the page is told of
MOST_AT_ONCE = 2000  # subjects of one answer
PASSAGE = "p:"  # an article that is one passage has the digest of that passage


class Asked(NamedTuple):
    """What an editor answers: a verdict on one subject of the page, or on several."""

    verdict: str
    about: tuple[tuple[str, ...], ...]  # kind of slot and its ids, as the page names them
    note: str = ""


class Cluster(NamedTuple):
    """A cluster of the page."""

    level: str
    documents: tuple[str, ...]
    starts: tuple[int | None, ...]
    ends: tuple[int | None, ...]
    texts: frozenset[str]  # keys of articles, or digests of passages behind PASSAGE


class Desk:
    """One run under review."""

    def __init__(self, run: Run, log: Log) -> None:
        self.log = log
        documents = run.documents
        self.texts: dict[str, str] = dict(documents.select("doc_id", "text").iter_rows())
        self.outlets: dict[str, str | None] = dict(documents.select("doc_id", "outlet").iter_rows())
        ids = documents["doc_id"].to_list()
        found = dict(zip(ids, read_contents(documents["text"]).keys, strict=True))
        self.keys: dict[str, str] = {doc_id: key for doc_id, key in found.items() if key is not None}
        self.holders: dict[str, list[str]] = {}
        for doc_id, key in self.keys.items():
            self.holders.setdefault(key, []).append(doc_id)
        self.clusters = _clusters(run, self.keys)
        self.by_text: dict[str, list[str]] = {}
        for cluster_id, cluster in self.clusters.items():
            for text in cluster.texts:
                self.by_text.setdefault(text, []).append(cluster_id)
        self._rows, self._state = -1, dict[str, Any]()

    # -- what is decided ---------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What the page shows of the log; made anew when the log has grown, by whomever."""
        rows = self.log.count()
        if rows != self._rows:
            self._rows, self._state = rows, self._read(rows)
        return self._state

    def _read(self, rows: int) -> dict[str, Any]:
        verdicts = self.log.read()
        standing = find_standing(verdicts)
        kept = not_undone(verdicts.iter_rows(named=True))
        decided = self._decided(standing)
        undecided = {
            level: [name for name, one in self.clusters.items() if one.level == level and name not in decided]
            for level in ("document", "passage")
        }
        total = {level: sum(one.level == level for one in self.clusters.values()) for level in undecided}
        return {
            "rows": rows,
            "standing": [self._told(one.key, one.row) | {"slots": self._slots(one)} for one in standing],
            "latest": [
                self._told(key, row) | {"stands": key in kept}
                for row in verdicts.tail(LATEST).reverse().iter_rows(named=True)
                for key in [subjects.row_key(row)]
            ],
            "decided": sorted(decided),
            "undecided": {level: names[:MOST_ASKED] for level, names in undecided.items()},
            "progress": {level: [total[level] - len(names), total[level]] for level, names in undecided.items()},
        }

    def _told(self, key: str, row: dict[str, Any]) -> dict[str, Any]:
        """A row as the page lists it; a subject may be as long as a cluster is large, and is told in short."""
        told = {name: row[name] for name in ("verdict", "editor", "note")}
        subject = subjects.parse(row["subject"])
        count = len(subject.left) + len(subject.right)
        about = {
            "pair": "two articles",
            "edge": "an article's origin",
            "passage": "a passage",
            "decision": "a decision",
        }
        told["about"] = about.get(subject.kind, f"a group of {count}")
        told["undoes"] = subject.left[0] if subject.kind == "decision" else None
        target = subject.right[0] if subject.kind == "edge" else ""
        key_of = target.partition("@")[0]
        told["target"] = next(iter(self.holders.get(key_of, ())), "itself" if target == ITSELF else target) or None
        ends = (*subject.left[:2], *subject.right[: subject.kind == "pair"])
        known = (self.holders.get(text.partition("@")[0], []) for text in ends)
        told["names"] = [name for names in known for name in names[:1]]
        return told | {"key": key, "decided": row["decided"].isoformat(timespec="seconds")}

    def _slots(self, one: Standing) -> list[list[str]]:
        """Where on the page a decision is shown: kind of slot, ids."""
        subject = one.subject
        if subject.kind == "edge":
            key, _, outlet = subject.left[0].partition("@")
            holders = self.holders.get(key, [])
            exact = [name for name in holders if subjects.placed(key, self.outlets[name]) == subject.left[0]]
            return [["origin", name] for name in (exact or (holders if not outlet or len(holders) == 1 else []))]
        if subject.kind == "pair":
            ends = (self.holders.get(text, []) for text in (subject.left[0], subject.right[0]))
            left, right = (some[:40] for some in ends)
            return [["pair", *sorted((a, b))] for a in left for b in right if a != b][:MOST_SHOWN]
        texts = _texts_of(subject)
        near = [name for text in texts for name in self.by_text.get(text, ())]
        slots = []
        for name in dict.fromkeys(near):
            cluster = self.clusters[name]
            if (
                texts >= cluster.texts
                or (subject.kind == "passage" and texts & cluster.texts)
                or (subject.right and len(texts & cluster.texts) > 1)
            ):
                slots.append(["cluster", name])
        return slots[:MOST_SHOWN]

    def _decided(self, standing: list[Standing]) -> set[str]:
        """Clusters of which all is said: one decision is about all their texts, or each passage of theirs is."""
        said = [one for one in standing if one.row["verdict"] != "note"]
        passages = set[str]().union(*(_texts_of(one.subject) for one in said if one.subject.kind == "passage"))
        decided = {
            name for text in passages for name in self.by_text.get(text, ()) if self.clusters[name].texts <= passages
        }
        for one in said:
            if one.subject.kind in ("pair", "cluster"):
                texts = _texts_of(one.subject)
                near = {name for text in texts for name in self.by_text.get(text, ())}
                decided |= {name for name in near if self.clusters[name].texts <= texts}
        return decided

    # -- what an answer adds -----------------------------------------------------------------------------

    def decisions(self, asked: Asked) -> list[Decision]:
        """An answer -> the rows to add, each subject once. Raises UsageError for what the page could not have asked."""
        if asked.verdict not in subjects.VERDICTS or asked.verdict == "undo":
            raise UsageError("this verdict is not known")
        if not 0 < len(asked.about) <= MOST_AT_ONCE:
            raise UsageError(f"an answer is about 1 to {MOST_AT_ONCE:,} subjects")
        found = [str(subject) for slot in asked.about for subject in self._subjects(asked.verdict, slot)]
        return [Decision(subject, asked.verdict, asked.note) for subject in dict.fromkeys(found)]

    def preview(self, asked: Asked) -> dict[str, Any]:
        """What an answer would do: how many rows it adds, about how many articles, and what it would supersede."""
        rows = self.decisions(asked)
        group = group_of(asked.verdict)
        wanted = {row.subject for row in rows}
        before = [
            self._told(one.key, one.row)
            for one in find_standing(self.log.read())
            if group is not None and group_of(one.row["verdict"]) == group and str(one.subject) in wanted
        ]
        texts = {text for row in rows for text in self._articles_of(row.subject)}
        return {"count": len(rows), "articles": len(texts), "before": before[:LATEST]}

    def _articles_of(self, subject: str) -> set[str]:
        parts = subjects.parse(subject)
        return {name for text in (*parts.left, *parts.right) for name in self.holders.get(text.partition("@")[0], ())}

    def _subjects(self, verdict: str, slot: tuple[str, ...]) -> list[subjects.Subject]:
        kind, *ids = slot
        if kind == "pair" and len(ids) == 2:
            return [subjects.pair(*map(self._key, ids))]
        if kind == "origin" and len(ids) == 2:
            return [subjects.edge(self._place(ids[0]), self._origin(*ids))]
        if kind == "part" and len(ids) > 1:
            rest = self._cluster(ids[0]).texts
            leaving = {self._key(doc_id) for doc_id in ids[1:]} & rest
            return [subjects.parted(leaving, rest - leaving)]
        if kind == "cluster" and len(ids) == 1:
            cluster = self._cluster(ids[0])
            if cluster.level == "document":
                return [subjects.cluster(cluster.texts)]
            passages = self._passages(cluster)
            whole = verdict in ("same", "unsure", "note")
            return [subjects.cluster(passages)] if whole else [subjects.passage(key) for key in passages]
        raise UsageError("this is nothing that the page shows")

    def _key(self, doc_id: str) -> str:
        if doc_id not in self.keys:
            raise UsageError(f"{doc_id[:80]}: is no article of this run, or has no words to know it by")
        return self.keys[doc_id]

    def _place(self, doc_id: str) -> str:
        return subjects.placed(self._key(doc_id), self.outlets[doc_id])

    def _origin(self, doc_id: str, origin: str) -> str:
        if origin == doc_id:
            return ITSELF
        return origin if origin.startswith(SOURCE) else self._place(origin)

    def _cluster(self, cluster_id: str) -> Cluster:
        if cluster_id not in self.clusters:
            raise UsageError(f"{cluster_id[:80]}: is no cluster of this run")
        return self.clusters[cluster_id]

    def _passages(self, cluster: Cluster) -> list[str]:
        places = zip(cluster.documents, cluster.starts, cluster.ends, strict=True)
        return sorted({key for doc_id, start, end in places if (key := passage_key(self.texts[doc_id][start:end]))})


def _texts_of(subject: subjects.Subject) -> set[str]:
    """What a decision is about, as Cluster.texts names it."""
    every = (*subject.left, *subject.right)
    return {PASSAGE + text.rpartition(".")[2] if "." in text else text for text in every}


def _clusters(run: Run, keys: dict[str, str]) -> dict[str, Cluster]:
    """CLUSTERS by id, the largest first, with what their members say."""
    rows = run.clusters.sort("cluster_id", "doc_id", "start").with_columns(size=pl.len().over("cluster_id"))
    passages = rows.filter(pl.col("level") == "passage").join(
        run.documents.select("doc_id", "text"), on="doc_id", maintain_order="left"
    )
    shown = passages.select(pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))).to_series()
    digests = iter(read_contents(shown).keys)
    found: dict[str, Cluster] = {}
    grouped = rows.group_by("cluster_id", "level", "size", maintain_order=True).agg("doc_id", "start", "end")
    for cluster_id, level, _, documents, starts, ends in grouped.iter_rows():
        if level == "passage":
            said = [PASSAGE + digest for _ in documents if (digest := next(digests))]
        else:
            said = [keys[doc_id] for doc_id in documents if doc_id in keys]
        found[cluster_id] = Cluster(level, tuple(documents), tuple(starts), tuple(ends), frozenset(said))
    order = grouped.sort("size", "cluster_id", descending=[True, False])["cluster_id"]
    return {cluster_id: found[cluster_id] for cluster_id in order}
