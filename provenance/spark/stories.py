"""Rounds of tracing inside stories: evidence, who may have been whose source, trees of them, and EDGES.

A bucket has whole stories. A text goes only to its story; pairs of two stories get a card of either, without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from provenance.spark.pieces import Sent
from provenance.spark.plan import BLOCK, CHOICES, FACTS, SCHEMAS, hash_texts, hashed, home, shaped, table
from provenance.tables import ANCESTRY, ATTRIBUTIONS, DATES, DOCUMENTS, EVIDENCE, PAIR, PASSAGES
from provenance.tracing.conclusions.absent import find_known
from provenance.tracing.conclusions.edges import find_copies, show_evidence, write_copies
from provenance.tracing.conclusions.origins import count_copies, find_sourced
from provenance.tracing.signs.bodies import NOTHING, fold_bodies
from provenance.tracing.signs.contents import hash_contents, rank_contents
from provenance.tracing.signs.evidence import find_evidence, find_near
from provenance.tracing.signs.frequency import counter
from provenance.tracing.signs.pairs import Related
from provenance.tracing.signs.twins import find_twins, lent
from provenance.tracing.statements.facts import CREDITS, find_crediting, find_habits, foreign_credits, gather_facts
from provenance.tracing.statements.outlets import list_taken
from provenance.tracing.stories.ancestry import believe_dates, grow_trees
from provenance.tracing.stories.candidates import find_candidates
from provenance.tracing.stories.choices import Choices
from provenance.tracing.stories.trust import how_dated, weigh_dates
from provenance.tracing.stories.unseen import sample_flaws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.spark.pieces import Tables
    from provenance.spark.plan import Plan

_NUMBER_BITS = 32  # of a document's number in its bucket


def call_home(_plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """A home's DOCUMENTS, CALLS for them, what is known of their credits -> FACTS and texts to their stories; NAMED."""
    documents = given["documents"].sort("row")
    publishers = given["publishers"].select("row", "outlet")
    documents = documents.drop("outlet").join(publishers, on="row", how="left", maintain_order="left")
    yield shaped("named", documents, bucket)
    if "calls" not in given:
        return
    calls = given["calls"].group_by("row", "block").agg(pl.col("whole", "cross").any())
    called = documents.join(calls, on="row", maintain_order="left")
    keyed = table(given, "keyed").sort("at")
    crediting = find_crediting(documents, keyed)
    habits = find_habits(crediting, table(given, "habits").unique("outlet"))
    facts = gather_facts(called["doc_id"], called.select(list(DOCUMENTS)), keyed, table(given, "dates"), habits)
    columns = ("row", "doc_id", "title", "published", "whole", "cross", "block")
    known = called.select(*columns, contents=hash_contents(called))
    wires = table(given, "told").select("key", "wire").unique("key")
    facts = (
        facts.join(known, on="doc_id")
        .join(wires, on="key", how="left")
        .join(table(given, "belongs").unique("row", keep="any"), on="row", how="left")
    )
    yield shaped("facts", facts, facts["block"].to_numpy())
    whole = called.filter("whole")
    yield shaped("documents", whole, whole["block"].to_numpy())
    ids = called.select("doc_id", "block", "whole")
    credited = keyed.join(ids, on="doc_id", maintain_order="left")
    yield shaped("keyed", credited, credited["block"].to_numpy())
    furniture = table(given, "passages").filter(pl.col("role") == "boilerplate").join(ids.filter("whole"), on="doc_id")
    yield shaped("passages", furniture, furniture["block"].to_numpy())


class Story:
    """The tables of a bucket of stories, in the shapes that tracing asks for."""

    def __init__(self, given: Tables) -> None:
        self.facts = given["facts"].sort("doc_id")
        texts = table(given, "documents").select("row", "text")
        documents = self.facts.join(texts, on="row", how="left", maintain_order="left")
        self.documents = documents.select("row", "doc_id", "outlet", "title", "published", pl.col("text").fill_null(""))
        self.passages = table(given, "passages").select(list(PASSAGES))
        self.keyed = table(given, "keyed").sort("doc_id", "at")
        self.dates = as_dates(self.facts)
        self.inner = table(given, "inner").sort(PAIR)
        self.pairs = self.inner.filter("paired").drop("paired", "words", "left_text", "right_text", "quoted")
        self.ranks = rank_contents(self.facts)

    def find_twins(self) -> pl.DataFrame:
        """TWINS of these documents."""
        same = self.inner.filter("same").with_columns(relation=pl.lit("duplicate"))
        return find_twins(self.documents, same, self.keyed, self.dates, self.ranks)


def as_dates(facts: pl.DataFrame) -> pl.DataFrame:
    """FACTS -> DATES: of each document the one that is most to be believed."""
    known = {"value": pl.col("time"), "kind": pl.lit("published"), "trusted": pl.lit(value=True)}
    rows = facts.filter(pl.col("time").is_not_null()).with_columns(**known)
    missing = [pl.lit(None, DATES[name]).alias(name) for name in ("start", "end")]
    return rows.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in DATES.items())


def compare_stories(frequency: pl.DataFrame, plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """FACTS, texts, KEYED credits and INNER pairs of some stories -> EVIDENCE, CHOICES, what is SAMPLED."""
    story = Story(given)
    twins = story.find_twins()
    bodies = fold_bodies(story.documents, story.passages, story.documents["doc_id"])
    related = Related(story.pairs, twins, story.ranks, bodies)
    quoted = _signs(story.inner)
    facts = story.facts.select("doc_id", *FACTS)
    evidence = find_evidence(story.documents, related, story.keyed, facts, quoted, count=counter(frequency))
    stands = dict(twins.iter_rows())
    others = pl.Series([stands.get(one, one) for one in story.facts.filter("cross")["doc_id"]], dtype=pl.String)
    ids, found = find_candidates(story.documents, related, story.keyed, story.dates, evidence, plan.documents, others)
    choices = Choices.of(found)
    yield Sent("evidence", evidence, bucket)
    yield Sent("twins", twins, bucket)
    columns = {name: getattr(choices, name) for name in CHOICES}
    rows = pl.DataFrame(columns, schema=SCHEMAS["choices"])
    yield Sent("choices", rows, bucket)
    numbers = pl.DataFrame({"number": np.arange(len(ids)), "doc_id": ids, "counted": found.counted})
    yield shaped("numbers", numbers, bucket)
    groups = (
        rows.select("component", counted=found.counted[choices.owner])
        .group_by("component")
        .agg(pl.col("counted").any())
    )
    sampled = rows.join(groups.filter("counted").select("component"), on="component", how="semi", maintain_order="left")
    sampled = sampled.with_columns(
        bucket=pl.lit(bucket, pl.Int64), counted=pl.Series(found.counted).gather(sampled["owner"])
    )
    yield shaped("sampled", sampled, 0)


def _signs(pairs: pl.DataFrame) -> pl.DataFrame:
    """RELATED -> EVIDENCE of quoting, in order of pairs."""
    known = pairs.filter(pl.col("quoted").is_not_null()).sort(PAIR).select(*PAIR, "quoted")
    return known.explode("quoted").unnest("quoted").select(list(EVIDENCE))


def share_false(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CHOICES that are SAMPLED -> SHARES of false dates. In one bucket: the sample bounds it."""
    rows = given["sampled"].sort("bucket", "child", "parent")
    base = rows["bucket"].to_numpy() << _NUMBER_BITS
    child, owner, component = (base + rows[name].to_numpy() for name in ("child", "owner", "component"))
    parent = np.where(rows["parent"].to_numpy() >= 0, base + rows["parent"].to_numpy(), -1)
    names = np.unique(np.concatenate([owner, parent[parent >= 0]]))
    counted = np.zeros(names.size, np.bool_)
    counted[np.searchsorted(names, owner)] = rows["counted"].to_numpy()
    known = CHOICES.keys() - {"child", "parent", "owner", "component"}
    plain = {name: rows[name].to_numpy() for name in known}
    choices = Choices(
        child=_dense(child, names), parent=np.where(parent >= 0, np.searchsorted(names, np.maximum(parent, 0)), -1),
        owner=np.searchsorted(names, owner), component=np.unique(component, return_inverse=True)[1], counted=counted,
        **plain,
    )  # fmt: skip
    shares = believe_dates(choices).shares
    frame = pl.DataFrame({"number": np.arange(len(shares)), "share": shares}, schema=SCHEMAS["shares"])
    yield Sent("shares", frame, 0)


def _dense(child: Any, names: Any) -> Any:
    """Children's numbers -> the places of their documents; of further parts, numbers behind these, in order."""
    known = np.isin(child, names)
    parts = np.unique(child[~known])
    return np.where(known, np.searchsorted(names, child), names.size + np.searchsorted(parts, child))


def grow_stories(shares: list[float], plan: Plan, bucket: int, given: Tables) -> Iterator[Sent]:
    """CHOICES, EVIDENCE and what compare_stories had, SHARES of false dates -> EDGES, ANCESTRY, and CARDS."""
    story = Story(given)
    twins, settings = table(given, "twins"), plan.settings
    related = Related(story.pairs, twins, story.ranks, NOTHING)  # words were compared
    numbers = table(given, "numbers").sort("number")
    rows = table(given, "choices").sort("child", "parent")
    columns: dict[str, Any] = {name: rows[name].to_numpy() for name in CHOICES}
    choices = Choices(**columns, counted=numbers["counted"].to_numpy())
    believed = believe_dates(choices, shares)
    evidence = table(given, "evidence").sort(*PAIR, "feature", "strength", "doc_id")
    ids = numbers["doc_id"].to_list()
    traced = grow_trees(ids, choices, believed, related, evidence, settings)
    clusters = _clusters(story.facts)
    wires = story.facts.filter("wire")["key"]
    copies = find_copies(
        story.documents, related, clusters, story.keyed, traced.evidence, traced.ancestry, wires, settings,
    )  # fmt: skip
    shown, curves = show_evidence(traced.evidence), how_dated(story.dates, traced.false_dates)
    edges = write_copies(copies.sort("to_id", "from_id"), shown, story.documents, story.keyed, curves, settings)
    yield Sent("edges", edges, 0)
    foreign = foreign_credits(story.documents, story.keyed)
    yield from _tell_homes(story.facts, edges, find_known(foreign, copies))
    shared = story.inner.select(*PAIR, "words").drop_nulls()
    yield from send_taken(story.documents, edges, shared, plan)
    yield Sent("kinds", count_copies(edges)[1], bucket)
    yield Sent("ancestry", traced.ancestry, bucket)
    flaws = sample_flaws(traced.firsts, plan.documents).to_frame("flaw")
    yield Sent("flaws", flaws, 0)
    sources = find_sourced(traced.ancestry).to_frame()
    sourced = story.facts.join(sources, on="doc_id", how="semi")
    yield shaped("sourced", sourced, home(sourced["row"]))
    lone = traced.ancestry.join(sources, on="doc_id", how="anti").join(story.facts.select("row", "doc_id"), on="doc_id")
    yield shaped("lone", lone, home(lone["row"]))
    yield from _send_cards(story, related, dict(zip(ids, believed.wrong.tolist(), strict=True)), plan)


def _clusters(facts: pl.DataFrame) -> pl.DataFrame:
    """FACTS -> the columns of CLUSTERS of documents that tracing reads."""
    known = facts.filter(pl.col("cluster_id").is_not_null())
    return known.select("doc_id", "cluster_id", level=pl.lit("document"))


def _tell_homes(facts: pl.DataFrame, edges: pl.DataFrame, known: pl.DataFrame) -> Iterator[Sent]:
    """FACTS, EDGES, what find_known found -> KNOWN, COPIES and COPYING_ROWS to the homes of their documents."""
    rows = facts.select("row", "doc_id")
    placed = known.join(rows, on="doc_id")
    yield shaped("known", placed, home(placed["row"]))
    copies = count_copies(edges)[0].join(rows, on="doc_id")
    yield shaped("copies", copies, home(copies["row"]))
    copied = edges.filter(pl.col("kind") != "revision").select(doc_id="to_id").unique().join(rows, on="doc_id")
    yield shaped("copying_rows", copied, home(copied["row"]))


def send_taken(documents: pl.DataFrame, edges: pl.DataFrame, shared: pl.DataFrame, plan: Plan) -> Iterator[Sent]:
    """DOCUMENTS, EDGES, words that pairs share -> TAKEN, by both outlets."""
    taken = list_taken(documents, edges, shared)
    both = taken.select(both=pl.concat_str("from_outlet", "to_outlet", separator="\x00"))["both"]
    yield Sent("taken", taken, hashed(hash_texts(both), plan))


def _send_cards(story: Story, related: Related, wrong: dict[str, float], plan: Plan) -> Iterator[Sent]:
    """FACTS -> CARDS of those that stand for their texts and have pairs with other stories."""
    ours = story.facts.filter("cross").filter(~lent("doc_id", related.twins))
    if ours.is_empty():
        return
    credited = story.keyed.filter(pl.col("doc_id").is_in(ours["doc_id"].implode()))
    columns = [*ATTRIBUTIONS, "snippet", "quote", "lead", "key"]
    lists = credited.group_by("doc_id", maintain_order=True).agg(credits=pl.struct(columns))
    near = find_near(related, story.facts.select("doc_id", *FACTS))
    named = credited.filter(pl.col("kind").is_in(CREDITS)).select("doc_id", "key").drop_nulls()
    seen = near.join(named, on=["doc_id", "key"], how="semi").group_by("doc_id").agg(seen=pl.col("key").sort())
    cards = (
        ours.join(lists, on="doc_id", how="left")
        .join(seen, on="doc_id", how="left")
        .with_columns(wrong=pl.col("doc_id").replace_strict(wrong, default=None, return_dtype=pl.Float64))
    )
    fields: Any = SCHEMAS["cards"]["card"]
    card = pl.struct(pl.col(field.name).cast(field.dtype) for field in fields.fields)
    yield shaped("cards", cards.select("row", card=card), hashed(cards["row"], plan))


# -- pairs of two stories ----------------------------------------------------------------------------------


def tell_cards(_plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CARDS and WANTS of some rows -> CARDS, to the buckets that want them."""
    if "cards" not in given:
        return
    for some in table(given, "wants").unique(maintain_order=True).iter_slices(BLOCK):  # one may be wanted by all
        told = some.join(given["cards"], on="row")
        yield shaped("cards", told, told["bucket"].to_numpy())


def trace_cross(shares: list[float], plan: Plan, _bucket: int, given: Tables) -> Iterator[Sent]:
    """CROSS pairs by their right row, and CARDS of both sides -> EDGES between stories."""
    if "cards" not in given or "cross" not in given:
        return
    cards = given["cards"].unique("row", keep="any")
    pairs = given["cross"].filter("paired").sort(PAIR)
    for side in ("left", "right"):
        pairs = pairs.join(cards, left_on=f"{side}_row", right_on="row", how="semi", maintain_order="left")
    if pairs.is_empty():
        return
    rows = pl.concat([pairs.select(row="left_row"), pairs.select(row="right_row")])
    cards = cards.join(rows, on="row", how="semi").unnest("card").sort("doc_id")
    documents = cards.select("row", "doc_id", "outlet", "title", "published", text=pl.lit(""))
    keyed = cards.select("credits").explode("credits").drop_nulls().unnest("credits")
    dates, facts = as_dates(cards), cards.select("doc_id", *FACTS)
    seen = cards.select("doc_id", key="seen").explode("key").drop_nulls()
    plain = pairs.drop("paired", "words", "left_text", "right_text", "quoted")
    nobody = pl.DataFrame(schema=SCHEMAS["twins"])
    related, ancestry = Related(plain, nobody, rank_contents(cards), NOTHING), pl.DataFrame(schema=ANCESTRY)
    evidence = find_evidence(documents, related, keyed, facts, _signs(pairs), seen)
    false_dates = shares[-1] if shares else 0.0
    wrong = dict(cards.select("doc_id", "wrong").drop_nulls().iter_rows())
    evidence = weigh_dates(evidence, wrong, false_dates)
    wires = cards.filter("wire")["key"]
    copies = find_copies(documents, related, _clusters(cards), keyed, evidence, ancestry, wires, plan.settings)
    curves = how_dated(dates, false_dates)
    edges = write_copies(
        copies.sort("to_id", "from_id"), show_evidence(evidence), documents, keyed, curves, plan.settings,
        _pieces(pairs, keyed),
    )  # fmt: skip
    yield Sent("edges", edges, 0)
    known = find_known(foreign_credits(documents, keyed), copies)
    yield from _tell_homes(cards.select("row", "doc_id"), edges, known)
    yield from send_taken(documents, edges, pairs.select(*PAIR, "words").drop_nulls(), plan)


def _pieces(pairs: pl.DataFrame, keyed: pl.DataFrame) -> dict[Any, str]:
    """What is shown of texts that did not travel, by its place in them."""
    found: dict[Any, str] = {}
    for side in ("left", "right"):
        columns = (f"{side}_doc", f"{side}_first", f"{side}_last", f"{side}_text")
        found |= {place: text for *at, text in pairs.select(columns).drop_nulls().iter_rows() for place in [tuple(at)]}
    signs = pairs.select("quoted").explode("quoted").drop_nulls().unnest("quoted")
    for frame in (signs, keyed.filter(pl.col("end") > pl.col("start"))):
        columns = ("doc_id", "start", "end", "snippet")
        found |= {place: text for *at, text in frame.select(columns).drop_nulls().iter_rows() for place in [tuple(at)]}
    return found
