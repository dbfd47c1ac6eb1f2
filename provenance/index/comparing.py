"""Pairs of new and older documents -> FINDINGS: verified on the text, by the functions that a scan uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance import tables
from provenance.matching.aligning.alignment import align
from provenance.matching.aligning.layout import lay_out
from provenance.matching.aligning.places import Ranges
from provenance.matching.aligning.short_passages import find_short
from provenance.matching.aligning.spans import to_table, without_covered
from provenance.matching.aligning.stretches import join
from provenance.matching.boilerplate import mark_boilerplate
from provenance.matching.groups.clusters import find_clusters
from provenance.matching.groups.matches import find_matches, places, words_covered
from provenance.matching.ignored import ignore_stretches
from provenance.matching.pairs.equal_texts import digest, group_equal
from provenance.matching.pairs.numbering import row_numbers
from provenance.matching.pairs.pair_keys import pack_ordered, pack_pairs, unique
from provenance.matching.whole_documents import match_pairs
from provenance.text.passages import find_passages
from provenance.text.tokens import tokenize
from provenance.tracing.conclusions.decided import without_different
from provenance.tracing.trace import trace
from provenance.verdicts.decisions import decide

if TYPE_CHECKING:
    from provenance.matching.aligning.layout import Layout
    from provenance.settings import Settings
    from provenance.text.tokens import Tokens
    from provenance.verdicts.decisions import Decisions

ORIGIN = {"doc_id": pl.String(), "origin_id": pl.String()}
SHARE = {"doc_id": pl.String(), "recycled_share": pl.Float32()}


class Text(NamedTuple):
    """Documents in order of doc_id, and what is made of each of them alone."""

    documents: pl.DataFrame
    tokens: Tokens
    passages: pl.DataFrame
    layout: Layout


class Compared(NamedTuple):
    """What pairs have in common; `doc_id` is the incoming document, `matched_doc` the older one."""

    matches: pl.DataFrame  # doc_id, matched_doc, then as in MATCHES, seen from the incoming document
    spans: pl.DataFrame  # doc_id, then as in FOUND_SPAN
    shares: pl.DataFrame  # doc_id, recycled_share
    origins: pl.DataFrame  # doc_id, origin_id: what a scan of the compared documents would say


def read_text(documents: pl.DataFrame, decisions: Decisions | None = None) -> Text:
    """DOCUMENTS sorted by doc_id -> Text. *map*: boilerplate is told by the lexicon, and not by frequency."""
    tokens = tokenize(documents["text"])
    passages = mark_boilerplate(documents, find_passages(documents), tokens, frequency=False)
    passages = ignore_stretches(documents, passages, decisions.ignored) if decisions else passages
    return Text(documents, tokens, passages, lay_out(documents, passages, tokens))


def compare(
    documents: pl.DataFrame,
    pairs: pl.DataFrame,
    notices: pl.DataFrame,
    settings: Settings,
    *,
    origins: bool,
    verdicts: pl.DataFrame | None = None,
) -> Compared:
    """DOCUMENTS, pairs (doc_id, matched_doc, linked) of them, each once, and notices -> Compared. *map*.

    What a pair has in common depends on the two alone: a scan of both finds the same exact and edited spans. `notices`
    (doc_id, place of a shingle) are words of notices: a span that is mostly such words is boilerplate. A pair that
    editors called different has nothing in common.
    """
    documents = documents.sort("doc_id")
    decisions = None if verdicts is None else decide(verdicts, documents)
    text = read_text(documents, decisions)
    spans, jaccards = _verify(text, pairs, settings)
    # an article that its outlet printed a hundred times is not a notice
    near = jaccards.filter(pl.col("jaccard") >= pl.lit(settings.near_duplicate, pl.Float32))
    spans = _without_notices(text, spans, near, notices, settings)
    matches = find_matches(text.documents, text.passages, spans, jaccards, text.tokens, settings)
    spans, matches = without_different(spans, decisions.name_pairs(matches) if decisions else matches)
    turned = _turned(pairs)
    seen = _spans_from_new(spans, turned)
    traced = pl.DataFrame(schema=ORIGIN)
    if origins:
        traced = _origins(text, pairs, matches, spans, settings, decisions)
    return Compared(_seen_from_new(matches, turned), seen, _recycled(text, seen), traced)


def _verify(text: Text, pairs: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text and pairs (doc_id, matched_doc, linked) -> SPANS, and the jaccard of each pair that holds, as of a scan.

    A pair holds by a jaccard of match_jaccard, or by a span. Below that jaccard runs count only of `linked` pairs,
    which share one that was looked up, and of equal texts; short passages always do.
    """
    ids = text.documents["doc_id"]
    new, old = (row_numbers(pairs[name], ids) for name in ("doc_id", "matched_doc"))
    low, high = np.minimum(new, old), np.maximum(new, old)
    order = np.lexsort((high, low))
    left, right = low[order].astype(np.int32), high[order].astype(np.int32)
    first = group_equal(digest(text.tokens)).first
    linked = pairs["linked"].to_numpy()[order] | (first[left] == first[right])
    found = align(text.tokens, text.layout, left, right, settings)
    close = found.jaccard >= np.float32(settings.match_jaccard)
    keys = pack_pairs(left, right)
    runs = found.aligned.take((linked | close)[np.searchsorted(keys, found.aligned.keys())])
    short = find_short(text.tokens, text.layout, settings)
    short = without_covered(short.take(np.isin(short.keys(), keys)), runs)
    both = join([runs, short])
    kept = close | np.isin(keys, both.keys())
    jaccards = pl.DataFrame(
        {
            "left_doc": ids.gather(left[kept]),
            "right_doc": ids.gather(right[kept]),
            "jaccard": pl.Series(found.jaccard[kept], dtype=pl.Float32),
        }
    )
    return to_table(text.documents, text.layout, text.tokens, both, settings), jaccards


def compare_whole(
    documents: pl.DataFrame, pairs: pl.DataFrame, settings: Settings, *, verdicts: pl.DataFrame | None = None
) -> Compared:
    """The same at level `document`: MATCHES of whole documents as a scan at that level has them, and no spans. *map*.

    Cost: each pair's texts are folded once; no sentence is looked for, which is most of what `compare` takes.
    """
    documents = documents.sort("doc_id")
    ids, texts = documents["doc_id"], documents["text"]
    groups = group_equal(digest(tokenize(texts)))
    new, old = (row_numbers(pairs[name], ids) for name in ("doc_id", "matched_doc"))
    matches = match_pairs(ids, texts, unique(pack_ordered(new, old)), groups, settings)
    matches = matches.filter(pl.col("jaccard") >= pl.lit(settings.match_jaccard, pl.Float32))
    spans = tables.empty(tables.SPANS)
    if verdicts is not None:
        spans, matches = without_different(spans, decide(verdicts, documents).name_pairs(matches))
    turned = _turned(pairs)
    shares, origins = pl.DataFrame(schema=SHARE), pl.DataFrame(schema=ORIGIN)
    return Compared(_seen_from_new(matches, turned), _spans_from_new(spans, turned), shares, origins)


def _origins(
    text: Text,
    pairs: pl.DataFrame,
    matches: pl.DataFrame,
    spans: pl.DataFrame,
    settings: Settings,
    decisions: Decisions | None,
) -> pl.DataFrame:
    """What a scan of the documents that match says of the incoming ones. *Gather*: cost of tracing those alone."""
    tied = pl.concat([matches["left_doc"], matches["right_doc"].alias("left_doc")]).unique()
    among = pl.col("doc_id").is_in(tied.implode())
    if not tied.len():
        return pl.DataFrame(schema=ORIGIN)
    between = spans.filter(pl.col("left_doc") != pl.col("right_doc"))
    between = between.join(matches.select(tables.PAIR), on=tables.PAIR, how="semi")
    frames = {
        "documents": text.documents.filter(among),
        "passages": text.passages.filter(among),
        "spans": between.sort(tables.SPANS_BY),
        "matches": matches,
        "clusters": find_clusters(between, matches, settings),
    }
    traced = trace(frames, settings, decisions=decisions)["origins"].select("doc_id", "origin_id")
    return traced.filter(pl.col("doc_id").is_in(pairs["doc_id"].unique().implode()))


def _without_notices(
    text: Text, spans: pl.DataFrame, near: pl.DataFrame, notices: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    """SPANS -> the same, with the role boilerplate where most words of a side are words of a notice.

    Not between those that are `near` duplicates (left_doc, right_doc) as a whole.
    """
    ids, bounds = text.documents["doc_id"], text.tokens.bounds
    notices = notices.filter(pl.col("doc_id").is_in(ids.implode()))
    if not notices.height or not spans.height:
        return spans
    rows = row_numbers(notices["doc_id"], ids)
    begin = bounds[rows] + notices["place"].to_numpy()
    ranges = Ranges(begin, np.minimum(begin + settings.shingle_words, bounds[rows + 1]))
    most = np.zeros(spans.height, np.bool_)
    for side in ("left", "right"):
        _, first, last = places(spans, f"{side}_doc", f"{side}_start", f"{side}_end", ids, text.tokens)
        most |= 2 * (ranges.count(last) - ranges.count(first)) > last - first
    apart = spans.join(near.select(*tables.PAIR, near=True), on=tables.PAIR, how="left", maintain_order="left")[
        "near"
    ].is_null()
    return spans.with_columns(role=pl.when(pl.Series(most) & apart).then(pl.lit("boilerplate")).otherwise("role"))


def _turned(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs (doc_id, matched_doc) -> the same by the ends of MATCHES, whose left side has the smaller id."""
    return pairs.select(
        "doc_id",
        "matched_doc",
        left_doc=pl.min_horizontal("doc_id", "matched_doc"),
        right_doc=pl.max_horizontal("doc_id", "matched_doc"),
        turned=pl.col("doc_id") > pl.col("matched_doc"),
    )


def _seen_from_new(matches: pl.DataFrame, turned: pl.DataFrame) -> pl.DataFrame:
    """MATCHES -> the same with the incoming document on the left."""
    mirrored = pl.col("relation").replace(tables.MIRRORED)
    return matches.join(turned, on=tables.PAIR).select(
        "doc_id",
        "matched_doc",
        "spans",
        "jaccard",
        left_containment=pl.when("turned").then("right_containment").otherwise("left_containment"),
        right_containment=pl.when("turned").then("left_containment").otherwise("right_containment"),
        relation=pl.when("turned").then(mirrored).otherwise("relation"),
    )


def _spans_from_new(spans: pl.DataFrame, turned: pl.DataFrame) -> pl.DataFrame:
    """SPANS -> the same with the incoming document on the left."""

    def side(own: str, other: str, name: str) -> pl.Expr:
        return pl.when("turned").then(f"{other}_{name}").otherwise(f"{own}_{name}")

    return spans.join(turned, on=tables.PAIR).select(
        "doc_id",
        "matched_doc",
        start=side("left", "right", "start"),
        end=side("left", "right", "end"),
        matched_start=side("right", "left", "start"),
        matched_end=side("right", "left", "end"),
        identity="identity",
        kind="kind",
        role="role",
    )


def _recycled(text: Text, spans: pl.DataFrame) -> pl.DataFrame:
    """Spans of incoming documents -> the share of each one's words in any of them, boilerplate left out."""
    spans = spans.filter(pl.col("role") != "boilerplate")
    ids = text.documents["doc_id"]
    rows, first, last = places(spans, "doc_id", "start", "end", ids, text.tokens)
    notices = text.passages.filter(pl.col("role") == "boilerplate")
    excluded = Ranges(*places(notices, "doc_id", "start", "end", ids, text.tokens)[1:])
    bounds = text.tokens.bounds
    own = np.diff(bounds) - np.diff(excluded.count(bounds))
    plain, whole = words_covered(rows, first, last, ids.len(), excluded)
    words, inside = np.where(own > 0, own, np.diff(bounds)), np.where(own > 0, plain, whole)
    share = np.divide(inside, words, out=np.zeros(ids.len()), where=words > 0)
    frame = pl.DataFrame({"doc_id": ids, "recycled_share": pl.Series(share, dtype=pl.Float32)})
    return frame.filter(pl.col("doc_id").is_in(spans["doc_id"].unique().implode()))


def to_findings(incoming: pl.DataFrame, older: pl.DataFrame, compared: Compared) -> pl.DataFrame:
    """Incoming DOCUMENTS, the DOCUMENTS they were compared with (rows in order of age), Compared -> FINDINGS.

    The closest of several older documents: an equal one, then a near duplicate, then the one that holds most of the
    incoming document's words; of equals the oldest.
    """
    age = older.with_row_index("age").select("age", "outlet", "published", matched_doc="doc_id")
    spans = compared.spans.filter(pl.col("role") != "boilerplate")
    every = (
        incoming.select("doc_id", "path")
        .join(_closest(compared.matches, spans, age), on="doc_id", how="left", maintain_order="left")
        .join(_list_spans(spans, age), on="doc_id", how="left", maintain_order="left")
        .join(compared.shares, on="doc_id", how="left", maintain_order="left")
        .join(compared.origins, on="doc_id", how="left", maintain_order="left")
    )
    verdict = (
        pl.when(pl.col("closeness") == 0)
        .then(pl.lit("duplicate"))
        .when(pl.col("closeness") == 1)
        .then(pl.lit("near_duplicate"))
        .when(pl.col("told"))
        .then(pl.lit("recycled"))
        .otherwise(pl.lit("new"))
    )
    return finish(every.with_columns(verdict=verdict, already_indexed=False))


def _closest(matches: pl.DataFrame, spans: pl.DataFrame, age: pl.DataFrame) -> pl.DataFrame:
    """What incoming documents match, spans without boilerplate, ages -> a row for each: its closest match, and all.

    `closeness` is 0 for an equal text, 1 for a near duplicate, else 2; `told` says whether the two share a span.
    """
    closeness = pl.col("relation").replace_strict({"duplicate": 0, "near_duplicate": 1, "same": 1}, default=2)
    told = spans.select("doc_id", "matched_doc").unique()
    ordered = (
        matches.filter(pl.col("relation") != "boilerplate")
        .join(age, on="matched_doc", how="left")
        .join(told.with_columns(told=True), on=["doc_id", "matched_doc"], how="left")
        .with_columns(closeness=closeness, told=pl.col("told").fill_null(value=False))
        .sort(
            "doc_id", "closeness", "told", "left_containment", "jaccard", "age",
            descending=[False, False, True, True, True, False],
        )
    )  # fmt: skip
    return ordered.group_by("doc_id", maintain_order=True).agg(
        pl.first("closeness", "told", "jaccard", "left_containment", "right_containment"),
        pl.first("matched_doc"),
        matched_outlet=pl.first("outlet"),
        matched_published=pl.first("published"),
        matches=pl.struct(
            "outlet", "published", "relation", "jaccard", "left_containment", "right_containment", doc_id="matched_doc"
        ),
    )


def _list_spans(spans: pl.DataFrame, age: pl.DataFrame) -> pl.DataFrame:
    """Spans of incoming documents, ages -> a row for each document: its spans in order, those of one place by age."""
    ordered = spans.join(age.select("matched_doc", "age"), on="matched_doc", how="left")
    ordered = ordered.sort("doc_id", "start", "end", "age", "matched_start")
    names = [field.name for field in tables.FOUND_SPAN.fields]
    return ordered.group_by("doc_id", maintain_order=True).agg(spans=pl.struct(names))


def finish(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with some columns of FINDINGS -> FINDINGS, what is missing null or empty; nothing is matched if new."""
    new = pl.col("verdict") == "new"
    alone = ("matched_doc", "matched_outlet", "matched_published", "jaccard", "left_containment", "right_containment")
    columns = []
    for name, dtype in tables.FINDINGS.items():
        column = pl.col(name) if name in rows.columns else pl.lit(None)
        if name in (*alone, "origin_id") and name in rows.columns:
            column = pl.when(~new).then(column)
        elif name in ("spans", "matches"):
            column = _ordered(column, dtype) if name in rows.columns else column
            column = pl.coalesce(column.cast(dtype), pl.lit([], dtype=dtype))
        elif name == "recycled_share":
            column = column.fill_null(0.0)
        columns.append(column.cast(dtype).alias(name))
    return tables.check(rows.select(columns), tables.FINDINGS, "findings")


def _ordered(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A list of structs with its fields in the order of the schema."""
    assert isinstance(dtype, pl.List)
    assert isinstance(dtype.inner, pl.Struct)
    return column.list.eval(pl.struct(pl.element().struct.field([field.name for field in dtype.inner.fields])))
