"""How far the dates of a dump, and of each document, are to be believed: the text may contradict them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from provenance.tables import EVIDENCE

PAIR = ["left_doc", "right_doc"]
Array = np.ndarray[Any, Any]
#: Share of false dates that is taken for granted, and as how many documents that counts.
WRONG, PRIOR_DOCUMENTS = 0.03, 10
NEVER_SURER = 0.02  # even of two good clocks: a text may be printed late and sent early
ROUNDS = 12  # of weighing documents and dump in turn; the share moves by less than .001 after ten


def trust_dates(evidence: pl.DataFrame, ancestry: pl.DataFrame) -> tuple[pl.DataFrame, float]:
    """EVIDENCE, ANCESTRY found without dates -> EVIDENCE with dates in log odds, and the share of false ones.

    A date is right, or false and then as likely before as after: how likely each document's is false follows from
    whether it agrees with what the text says of its sources and copies, and how many of the dump's are, from all
    documents together (expectation and maximisation in turn). *gather*.
    """
    dated = evidence.filter(pl.col("feature") == "date")
    if dated.is_empty():
        return evidence, 0.0
    toward = (
        ancestry.drop_nulls("other_id")
        .group_by("other_id", "doc_id")
        .agg(pl.col("ancestor").max().alias("probability"))
    )
    chances = [
        toward.select(left_doc=one, right_doc=two, **{name: "probability"})
        for one, two, name in (("other_id", "doc_id", "forth"), ("doc_id", "other_id", "back"))
    ]
    votes = dated.select(*PAIR, "strength")
    for chance in chances:
        votes = votes.join(chance, on=PAIR, how="left", maintain_order="left")
    forth, back = (votes[name].fill_null(0).to_numpy() for name in ("forth", "back"))
    agrees = np.where(votes["strength"].to_numpy() > 0, forth, back)
    ids = pl.concat([votes["left_doc"], votes["right_doc"].alias("left_doc")]).unique().sort()
    row = pl.DataFrame({"doc": ids, "row": np.arange(len(ids))})
    left, right = (votes.select(doc=side).join(row, on="doc", maintain_order="left")["row"].to_numpy() for side in PAIR)
    off, share = _believe(left, right, agrees, forth + back - agrees, len(ids))
    told = ((1 - off) / off).clip(1)
    weighed = dated.with_columns(strength=pl.col("strength") * np.log(told))
    rest = evidence.filter(pl.col("feature") != "date")
    both = pl.concat([rest, weighed]).sort(*PAIR, "feature", "strength", "doc_id")
    return both.select(EVIDENCE.names()), share


def _believe(left: Array, right: Array, agrees: Array, against: Array, size: int) -> tuple[Array, float]:
    """Pairs of rows, the text's chance that dates run the true way, or not -> that they run wrong; share of false.

    The text's word on a pair is left out of what is said of that pair's dates: it is in its evidence.
    """
    sides = np.stack([left, right])
    wrong = np.full(size, WRONG)
    share = WRONG
    apart = np.zeros(sides.shape)
    for _ in range(ROUNDS):
        said = np.zeros(sides.shape)
        for side, other in ((0, 1), (1, 0)):
            # if this date is right, a pair runs the wrong way where the other's is false, in half of such cases
            slip = wrong[sides[other]] / 2
            fits = agrees * (1 - slip) + against * slip + (1 - agrees - against) / 2
            said[side] = np.log(np.maximum(fits, 1e-6) / 0.5)
        total = np.bincount(left, said[0], size) + np.bincount(right, said[1], size)
        prior = np.log((1 - share) / share)
        wrong = 1 / (1 + np.exp(np.clip(total + prior, -30, 30)))
        for side in (0, 1):
            apart[side] = 1 / (1 + np.exp(np.clip(total[sides[side]] - said[side] + prior, -30, 30)))
        share = float((wrong.sum() + WRONG * PRIOR_DOCUMENTS) / (size + PRIOR_DOCUMENTS))
    result: Array = np.clip((1 - (1 - apart[0]) * (1 - apart[1])) / 2, NEVER_SURER, 0.5)
    return result, share
