"""Pairs of documents that share text -> EVIDENCE: every sign of who had it first, with its place.

A row's `strength` is above 0 where the right document is the later one, below 0 where the left one is. How many log
odds a sign is worth stands in weights.tsv (see model.py): a sign by itself tells only a direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from provenance.tables import EVIDENCE, PAIR, SIDES
from provenance.tracing.signs.differences import choose_slips, compare
from provenance.tracing.signs.edits import edits_of
from provenance.tracing.signs.frequency import count_asked
from provenance.tracing.signs.pairs import ends_of
from provenance.tracing.signs.twins import find_same, join_pairs, lent, stand_in
from provenance.tracing.statements.facts import CREDITS, CUT_HERE, CUT_WORDS, gather_facts, is_named, source_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provenance.tracing.signs.differences import Sign
    from provenance.tracing.signs.edits import Edited
    from provenance.tracing.signs.frequency import Count
    from provenance.tracing.signs.pairs import Related

#: An article is a copy of another only if this much of its words is in it; less is a shared quotation.
LEAST_SHARE = 0.3
IS_ALIKE = pl.max_horizontal("left_containment", "right_containment") >= LEAST_SHARE
#: A document's nearest neighbours whose words are compared: a thousand copies of one text would have half a
#: million pairs, of which the far ones say little that the near ones do not.
NEAREST = 6
#: A document with no more neighbours than this is compared with all: 13 texts have 78 pairs, six for each.
FEW = 2 * NEAREST
#: Jaccard under which words cannot be paired one to one: of two translations only particles would be paired.
ALIGNABLE = 0.1
KNOWN = ("key", "time", "precision")  # facts that are read for every pair; the rest only for pairs that are alike
CUT_SHOWN = 40  # code points before the end of a text that was cut, and after it
MORE_CREDITS = 0.1  # an outlet that credits others in so much more of its articles is the likelier copier
#: The attributions of one text to the other's outlet, as features.
CLAIMS = {
    "dateline": "credited", "credit": "credited", "byline": "credited", "template": "credited",
    "first_party": "told", "cited": "cited", "link": "linked",
}  # fmt: skip


def find_evidence(
    documents: pl.DataFrame,
    related: Related,
    attributions: pl.DataFrame,
    facts: pl.DataFrame,
    quoted: pl.DataFrame,
    seen: pl.DataFrame | None = None,
    count: Count | None = None,
) -> pl.DataFrame:
    """DOCUMENTS, RELATED, ATTRIBUTIONS, FACTS, EVIDENCE of quoting by pair -> EVIDENCE, sorted by pair and feature.

    FACTS are those that gather_compared gathers. `seen` (doc_id, key) are outlets with an article near a document
    elsewhere in the dump, where DOCUMENTS are a part of it; `count` tells how frequent words are (frequency.py), unless
    that is to be counted in the DOCUMENTS.

    Of documents of equal words one stands for all (twins.py); between twins only dates and credits count. *gather*.
    Facts of whole documents are compared in Polars; the words of each document and its NEAREST neighbours by kernels,
    about .05 ms a pair; and the edits that may be signs are read in Python.
    """
    twins = related.twins
    every, pairs, equal = _pairs_of(related, facts)
    claims = stand_in(_claims(every.filter(~pl.col("same")), documents, attributions), twins)
    credited = pl.concat([claims, _claims(equal, documents, attributions)])
    credited = _first(credited, related, *PAIR, "feature", "strength")
    # how two documents treat the little that they share tells nothing of the rest
    alike = pairs.filter(IS_ALIKE)
    nearest = find_nearest(alike)
    edited = edits_of(nearest["one"], nearest["other"], documents, related.bodies)  # kernels, beside all that follows
    alike = _add_facts(alike, facts.drop(KNOWN))
    quoted = stand_in(quoted.join(every, on=PAIR, how="semi", maintain_order="left"), twins)
    quoted = _first(quoted, related, *PAIR, "feature").select(EVIDENCE.names())
    marks = pl.concat([find_broken(alike, documents), _marks(alike)])
    marks = marks.unique([*PAIR, "feature", "strength"], keep="first", maintain_order=True)
    edits = _edits(nearest, edited, count or count_asked(documents))
    traces = _without_quoted(pl.concat([marks, edits]), quoted)
    text = pl.concat([credited, quoted, traces])
    both_kinds = pl.concat([pairs.select(equal.columns), equal])
    dated = _dates(both_kinds)
    near = _near(alike, equal)
    near = near if seen is None else pl.concat([near, seen])
    # a copy of a wire's release, word for word, that names the wire has the company's name from there
    named = equal.join(credited.filter(pl.col("feature") == "credited"), on=PAIR, how="semi")
    apart = both_kinds.join(named, on=PAIR, how="anti", maintain_order="left")
    third = _shared_credits(apart, near, documents, attributions)
    text = _without_contradicted(text, dated, both_kinds)
    return pl.concat([text, dated, third]).sort(*PAIR, "feature", "strength", "doc_id")


def gather_compared(
    pairs: pl.DataFrame, matches: pl.DataFrame, documents: pl.DataFrame, attributions: pl.DataFrame, dates: pl.DataFrame
) -> pl.DataFrame:
    """Pairs, MATCHES, DOCUMENTS, ATTRIBUTIONS, DATES -> FACTS for find_evidence, before RELATED is known."""
    equal = matches.filter(find_same())
    wanted, read = (ends_of(some, equal) for some in (pairs, pairs.filter(IS_ALIKE)))
    return gather_facts(wanted, documents, attributions, dates, read=read)


def _first(signs: pl.DataFrame, related: Related, *of: str) -> pl.DataFrame:
    """EVIDENCE -> of rows equal in columns `of` one: that of a document that stands for its text, or first by rank."""
    ranked = signs.join(related.ranks.select("doc_id", "rank"), on="doc_id", how="left")
    ordered = ranked.sort(*of, lent("doc_id", related.twins), "rank", "start", "end")
    return ordered.unique(of, keep="first", maintain_order=True).drop("rank")


def _without_quoted(traces: pl.DataFrame, quoted: pl.DataFrame) -> pl.DataFrame:
    """Rows of EVIDENCE -> those that do not contradict marks of quoting between the same two documents.

    Who quotes goes on in words of his own, and beside these the quoted text looks cut off or shortened: that turned the
    direction of 57 of 2,810 replies in newsgroups round.
    """
    told = quoted.group_by(PAIR).agg(told=pl.col("strength").sum().sign())
    both = traces.join(told, on=PAIR, how="left", maintain_order="left")
    return both.filter((pl.col("strength").sign() != -pl.col("told")).fill_null(value=True)).drop("told")


def _without_contradicted(text: pl.DataFrame, dated: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Rows of EVIDENCE -> those that do not contradict the dates of two versions of one outlet, which one clock made.

    A later version of a breaking story is surer: "at least one" was dead in the first, and two in the next. That the
    first had rounded made it "a later version" of the next.
    """
    own = pairs.filter(pl.col("left_key") == pl.col("right_key")).select(PAIR)
    told = dated.join(own, on=PAIR, how="semi").select(*PAIR, told=pl.col("strength").sign())
    both = text.join(told, on=PAIR, how="left", maintain_order="left")
    return both.filter((pl.col("strength").sign() != -pl.col("told")).fill_null(value=True)).drop("told")


def _add_facts(pairs: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Pairs -> pairs with the facts of both documents, as `left_*` and `right_*`."""
    for side, _ in SIDES:
        renamed = facts.rename({name: f"{side}_{name}" for name in facts.columns if name != "doc_id"})
        pairs = pairs.join(renamed, left_on=f"{side}_doc", right_on="doc_id", how="left", maintain_order="left")
    return pairs


def _claims(pairs: pl.DataFrame, documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """Pairs -> EVIDENCE where one text credits, quotes or links to the other's outlet."""
    named = attributions.filter(is_named())
    claims = (
        named.with_columns(key=source_keys(named, documents), feature=pl.col("kind").replace_strict(CLAIMS))
        .select("doc_id", "start", "end", "key", "feature")
        .sort("doc_id", "start", "end")
        .unique(["doc_id", "key", "feature"], keep="first", maintain_order=True)
    )
    # most stories credit nobody who is in them
    claims = claims.filter(pl.col("key").is_in(pl.concat([pairs["left_key"], pairs["right_key"]]).unique().implode()))
    claiming = claims["doc_id"].unique().implode()
    told = pairs.filter(
        (pl.col("left_doc").is_in(claiming) | pl.col("right_doc").is_in(claiming))
        & pl.col("left_key").ne_missing(pl.col("right_key"))
    )
    rows = [
        told.join(claims, left_on=[f"{side}_doc", f"{other}_key"], right_on=["doc_id", "key"]).select(
            *PAIR, "feature", "start", "end", doc_id=f"{side}_doc", strength=pl.lit(1.0 if side == "right" else -1.0)
        )
        for side, other in SIDES
    ]
    return _rows(pl.concat(rows))


def without_weak_twins(pairs: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """Pairs -> those that share LEAST_SHARE, and of the rest those between documents that stand for their texts.

    A document that shares little with a twin shares the same with the one that stands for it.
    """
    others = twins.filter(pl.col("doc_id") != pl.col("stands"))["doc_id"].implode()
    weak = ~pl.col("same") & ~IS_ALIKE
    return pairs.filter(~(weak & (pl.col("left_doc").is_in(others) | pl.col("right_doc").is_in(others))))


def _pairs_of(related: Related, facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """RELATED, FACTS -> pairs of documents, of the ones that stand for them, and of twins, with KNOWN facts of both."""
    every = without_weak_twins(related.pairs, related.twins)
    pairs = join_pairs(every.filter(~pl.col("same")), related.twins, related.ranks)
    equal = related.twins.filter(pl.col("doc_id") != pl.col("stands")).select(
        left_doc=pl.min_horizontal("doc_id", "stands"), right_doc=pl.max_horizontal("doc_id", "stands")
    )
    known = _say_dates(facts.select("doc_id", *KNOWN)).join(related.ranks.select("doc_id", "rank"), on="doc_id")
    return _add_facts(every, facts.select("doc_id", "key")), _add_facts(pairs, known), _add_facts(equal, known)


def find_near(related: Related, facts: pl.DataFrame) -> pl.DataFrame:
    """RELATED, FACTS -> doc_id, key: the outlets with an article near each document."""
    _, pairs, equal = _pairs_of(related, facts)
    return _near(pairs.filter(IS_ALIKE), equal)


def _near(alike: pl.DataFrame, equal: pl.DataFrame) -> pl.DataFrame:
    ends = [frame.select(doc_id=f"{a}_doc", key=f"{b}_key") for frame in (alike, equal) for a, b in SIDES]
    return pl.concat(ends).drop_nulls().unique()


def _shared_credits(
    pairs: pl.DataFrame, seen: pl.DataFrame, documents: pl.DataFrame, attributions: pl.DataFrame
) -> pl.DataFrame:
    """EVIDENCE of a common source, strength 1: both texts credit one outlet, and none of its articles matches either.

    `seen` (doc_id, key) are outlets with an article that shares LEAST_SHARE or more with a document: one that shares
    less is not the report that the document credits.
    """
    named = attributions.filter(is_named() & pl.col("kind").is_in(CREDITS))
    written = named.select("doc_id", "start", "end", key=source_keys(named, documents)).sort("doc_id", "start", "end")
    written = written.unique(["doc_id", "key"], keep="first", maintain_order=True)
    both = (
        pairs.select(*PAIR, "left_key", "right_key")
        .join(written, left_on="left_doc", right_on="doc_id")
        .join(written.select("doc_id", "key"), left_on=["right_doc", "key"], right_on=["doc_id", "key"])
        .filter(pl.col("key").ne_missing(pl.col("left_key")) & pl.col("key").ne_missing(pl.col("right_key")))
        .join(seen, left_on=["left_doc", "key"], right_on=["doc_id", "key"], how="anti")
        .join(seen, left_on=["right_doc", "key"], right_on=["doc_id", "key"], how="anti")
        .sort(*PAIR, "key")
        .unique(PAIR, keep="first", maintain_order=True)
    )
    return _rows(both.with_columns(feature=pl.lit("shared_credit"), strength=pl.lit(1.0), doc_id="left_doc"))


def _marks(pairs: pl.DataFrame) -> pl.DataFrame:
    """EVIDENCE of whole documents: a cut end, a lost dateline, lines set off as quoted, a machine's slips."""
    rows = []
    for side, other in SIDES:
        mine, theirs = _of(side), _of(other)
        inside = (mine("containment") >= 0.8) & (theirs("chars") > mine("chars") * 1.15)
        begins = theirs("first") < pl.max_horizontal(pl.lit(400), theirs("chars") * 0.15)
        prefix = inside & begins & (theirs("last") < theirs("chars") * 0.85)
        # An outlet's own later version grows and is cut again: there only a mark of cutting counts.
        other_outlet = mine("key").ne_missing(theirs("key"))
        found = {
            "cut_marked": inside & mine("marked") & ~theirs("marked"),
            "cut_inside": prefix & mine("cut") & ~mine("marked") & ~theirs("cut") & other_outlet,
            "prefix": prefix & ~mine("marked") & other_outlet,
            "dateline": theirs("dateline") & ~mine("dateline") & begins & (mine("first") < 400),
            "plain_marks": (theirs("typographic") >= 3) & (mine("typographic") == 0),
            "plain_letters": (theirs("accented") >= 2) & (mine("accented") == 0) & (mine("containment") >= 0.5),
            "machine": mine("machine") > theirs("machine") + 1,
            "habit": mine("habit") > theirs("habit") + MORE_CREDITS,
        }
        sign = 1.0 if side == "right" else -1.0
        rows += [
            pairs.lazy().filter(holds.fill_null(value=False)).select(*PAIR, feature=pl.lit(name), strength=pl.lit(sign))
            for name, holds in found.items()
        ]
    return _rows(pl.concat(rows).collect())


def find_broken(pairs: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Alike pairs, DOCUMENTS -> EVIDENCE where one text breaks off, with a mark, in a sentence that the other finishes.

    A newsletter has its own words before and behind a teaser: it holds no more of the article than that of it.
    """
    ids = pl.concat([pairs["left_doc"], pairs["right_doc"]]).unique().implode()
    texts = documents.select("doc_id", "text").filter(pl.col("doc_id").is_in(ids))
    marked = texts.filter(pl.col("text").str.contains_any(list(CUT_WORDS)))
    rows = []
    for side, other in SIDES:
        both = pairs.join(marked, left_on=f"{side}_doc", right_on="doc_id")
        both = both.join(texts.rename({"text": "whole"}), left_on=f"{other}_doc", right_on="doc_id")
        last, theirs = (pl.col(f"{one}_last").cast(pl.Int64) for one in (side, other))
        cut = pl.col("text").str.slice(pl.max_horizontal(last - 5, 0), CUT_SHOWN).str.extract(f"({CUT_HERE})", 1)
        goes_on = pl.col("whole").str.slice(pl.max_horizontal(theirs - 1, 0), 3).str.contains(r"^[\w,]\s?\w")
        broken = both.with_columns(cut=cut).filter(cut.is_not_null() & goes_on)
        end = pl.max_horizontal(last - 5, 0) + pl.col("cut").str.len_chars()
        rows.append(
            broken.select(
                *PAIR, feature=pl.lit("cut_marked"), strength=pl.lit(1.0 if side == "right" else -1.0),
                doc_id=f"{side}_doc", start=pl.max_horizontal(last - CUT_SHOWN, 0), end=end,
            )
        )  # fmt: skip
    return _rows(pl.concat(rows))


def _of(side: str) -> Callable[[str], pl.Expr]:
    return lambda name: pl.col(f"{side}_{name}")


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in EVIDENCE.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in EVIDENCE.items())


def find_nearest(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs -> those of different words, one among the other's NEAREST or FEW neighbours: PAIR, one, other, own.

    `one` and `other` are the same two documents by rank: several alignments may be equally long, and which of them is
    found hangs on which text comes first. `own` says whether both are of one outlet.
    """
    forward = pl.col("left_rank") < pl.col("right_rank")
    alike = pairs.filter(~pl.col("same") & (pl.col("jaccard") >= ALIGNABLE)).select(
        *PAIR, "jaccard", "left_rank", "right_rank",
        one=pl.when(forward).then("left_doc").otherwise("right_doc"),
        other=pl.when(forward).then("right_doc").otherwise("left_doc"),
        own=(pl.col("left_key") == pl.col("right_key")).fill_null(value=False),
    )  # fmt: skip
    numbered = alike.with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
    both = pl.concat(
        [numbered.select("row", "jaccard", doc=f"{side}_rank", other=f"{other}_rank") for side, other in SIDES]
    )
    ordered = both.sort("doc", "jaccard", "other", descending=[False, True, False])
    rank, count = pl.int_range(pl.len()).over("doc"), pl.len().over("doc")
    near = ordered.filter((rank < NEAREST) | (count <= FEW))["row"].unique().sort()
    return alike[near].select(*PAIR, "one", "other", "own").sort(PAIR)


def _edits(near: pl.DataFrame, edited: Iterator[Edited], count: Count) -> pl.DataFrame:
    """Near pairs, what edits_of gives of them -> EVIDENCE of edits: what was lost or added, word by word."""
    compared: list[int] = []
    found: list[list[Sign]] = []
    for at, left, right, edits in edited:
        compared.append(at)
        found += compare(left, right, edits)
    told = choose_slips(found, count)
    rows = []
    for row, forth, back in zip(near[compared].iter_rows(), told[::2], told[1::2], strict=True):
        left_doc, right_doc, one, other, own = row
        way = 1.0 if one == left_doc else -1.0
        for signs, sign, later, fuller in ((forth, way, other, one), (back, -way, one, other)):
            # an outlet's own later version grows and is cut again
            kept = [each for each in signs if each.feature != "tail"] if own else signs
            rows += [(left_doc, right_doc, *one_kind) for one_kind in _strengths(kept, sign, later, fuller)]
    names = [*PAIR, "feature", "strength", "doc_id", "start", "end"]
    return _rows(pl.DataFrame(rows, schema={name: EVIDENCE[name] for name in names}, orient="row"))


def _strengths(signs: list[Sign], sign: float, later: str, fuller: str) -> Iterator[tuple[str, float, str, int, int]]:
    """Signs -> a row for each feature: the first sign counts in full, each further one half of the one before."""
    first: dict[str, tuple[Sign, int]] = {}
    for one in signs:
        held = first.get(one.feature)
        first[one.feature] = (held[0], held[1] + 1) if held else (one, 1)
    for feature, (one, times) in first.items():
        yield feature, sign * (2 - 0.5 ** (times - 1)), later if one.late else fuller, one.start, one.end


# -- dates -------------------------------------------------------------------------------------------------


def _dates(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs with facts -> EVIDENCE of dates: one row where the two dates can be told apart; strength 1 or less.

    A date of a day may be any time in it, and an hour before or after; one of a month any time in it. Dates of the same
    day say nothing.
    """
    hours = (pl.col("right_time") - pl.col("left_time")).dt.total_seconds() / 3600
    fine = (pl.col("left_precision") == "second") & (pl.col("right_precision") == "second")
    coarse = pl.col("left_precision").is_in(["month", "year"]) | pl.col("right_precision").is_in(["month", "year"])
    size, own = hours.abs(), (pl.col("left_key") == pl.col("right_key")).fill_null(value=False)  # one clock made both
    # A clock of a minute's error, a night between two days of unknown hour, a month and a half between two months.
    strength = (
        pl.when(coarse).then((size >= 24 * 45) * 0.5)
        .when(fine & ((size >= 2) | (own & (size >= 0.15)))).then(1.0)
        .when(fine & (size >= 0.15)).then(0.6).when(fine).then(0.0)
        .when(size >= 47).then(1.0).when(size >= 20).then(0.8).otherwise(0.0)
    ) * hours.sign()  # fmt: skip
    rows = pairs.with_columns(strength=strength.cast(pl.Float64)).filter(pl.col("strength").fill_null(0) != 0)
    said = [pl.concat_str(f"{one}_said", f"{other}_said", separator="; ") for one, other in SIDES]
    told = pl.when(pl.col("strength") > 0).then(said[0]).otherwise(said[1])  # the earlier first
    return _rows(rows.select(*PAIR, feature=pl.lit("date"), strength="strength", text=told))


def _say_dates(facts: pl.DataFrame) -> pl.DataFrame:
    """FACTS -> the same with `said`: the document and its date as an editor reads them."""
    time = pl.col("time")
    shape = pl.when(pl.col("precision") == "second").then(time.dt.strftime("%Y-%m-%d %H:%M"))
    said = pl.concat_str("doc_id", shape.otherwise(time.dt.strftime("%Y-%m-%d")), separator=" ")
    return facts.with_columns(said=said)
