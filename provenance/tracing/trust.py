"""How far the dates of a dump, and of each document, are to be believed: the text may contradict them."""

from __future__ import annotations

import math

import polars as pl

from provenance.tables import EVIDENCE

PAIR = ["left_doc", "right_doc"]
#: How often the text alone, without dates, names the direction of a copy rightly: .89 on lineages grown from texts
#: that the weights were not fitted on. A date that is right agrees with it so often, a false one half of the time.
RIGHT = 0.88
#: Share of pairs whose dates run the wrong way that is taken for granted, and as how many pairs that counts.
WRONG, PRIOR_PAIRS = 0.03, 20
NEVER_SURER = 0.02  # even of two good clocks: a text may be printed late and sent early
AGREES, CONTRADICTS = math.log(RIGHT / 0.5), math.log((1 - RIGHT) / 0.5)  # log odds of one vote that a date is right
MOST = 4.0  # log odds of all votes on one document


def trust_dates(evidence: pl.DataFrame, ancestry: pl.DataFrame) -> pl.DataFrame:
    """EVIDENCE, ANCESTRY found without dates -> EVIDENCE with the strength of dates in log odds.

    Each document votes with its likely sources on whether dates run the way that the text does: all votes together
    say how many dates of this dump are false, those of one document how far its own is believed. *gather*.
    """
    dated = evidence.filter(pl.col("feature") == "date")
    if dated.is_empty():
        return evidence
    toward = ancestry.drop_nulls("other_id").group_by("other_id", "doc_id").agg(pl.col("probability").max())
    chances = [
        toward.select(left_doc=one, right_doc=two, **{name: "probability"})
        for one, two, name in (("other_id", "doc_id", "forth"), ("doc_id", "other_id", "back"))
    ]
    votes = dated.select(*PAIR, "strength")
    for chance in chances:
        votes = votes.join(chance, on=PAIR, how="left", maintain_order="left")
    votes = votes.with_columns(pl.col("forth", "back").fill_null(0)).with_columns(
        agrees=pl.when(pl.col("strength") > 0).then("forth").otherwise("back"),
        against=pl.when(pl.col("strength") > 0).then("back").otherwise("forth"),
    )
    against = float(votes["against"].sum())
    total = against + float(votes["agrees"].sum())
    # d = e (2 a - 1) + (1 - a): of dates in wrong order a share e, and a text that is right in a, see d disagree
    excess = max(0.0, against - total * (1 - RIGHT)) / (2 * RIGHT - 1)
    wrong = min(0.45, (excess + WRONG * PRIOR_PAIRS) / (total + PRIOR_PAIRS))
    ballot = AGREES * pl.col("agrees") + CONTRADICTS * pl.col("against")
    cast = pl.concat([votes.select(doc=side, vote=ballot) for side in PAIR])
    belief = cast.group_by("doc").agg(pl.col("vote").sum().clip(-MOST, MOST))
    prior = math.log((1 - wrong) / wrong)
    right = pl.lit(1.0)
    for side in PAIR:
        votes = votes.join(
            belief.rename({"doc": side, "vote": f"{side}_vote"}), on=side, how="left", maintain_order="left"
        )
        # the pair's own vote is not counted twice: what the text says of it is in its evidence
        right = right / (1 + (ballot - pl.col(f"{side}_vote") - prior).exp())
    off = ((1 - right) / 2).clip(NEVER_SURER, 0.5)
    weighed = dated.with_columns(strength=votes.select(pl.col("strength") * ((1 - off) / off).log()).to_series())
    rest = evidence.filter(pl.col("feature") != "date")
    both = pl.concat([rest, weighed]).sort(*PAIR, "feature", "strength", "doc_id")
    return both.select(EVIDENCE.names())
