"""Trees of stories -> the chance that the words of a story's first text come from an unseen source.

Where a text has flaws that its copies lack, the copies do not have their words from it, and all come from a third text
(separative errors: P. Maas, Textkritik, 1927, 8). How many stories begin outside a dump is learnt from the dump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenance.tables import PAIR
from provenance.tracing.signs.frequency import is_sampled
from provenance.tracing.signs.model import sum_families, weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.tracing.stories.choices import Choices
    from provenance.tracing.stories.graphs import Solved

#: What is weighed of a first text, each as it speaks for somebody unseen: a constant; how many of its possible sources
#: are expected to be beginnings; the chance that it is one itself; readings that nobody else has; how many were taken
#: from it; signs that it is later than one of these; whether they prevail; that its dateline names its own outlet.
FLAWS = (
    "unseen_bias", "unseen_others", "unseen_alone", "unseen_private", "unseen_copies", "unseen_later",
    "unseen_turned", "unseen_signed",
)  # fmt: skip
MOST = 3.0  # expected beginnings; more of them say no more
NOT_OF_TEXTS = ("date", "habit")  # features of dates, which are weighed in the tree, and of other articles
#: Share of stories that is taken to begin outside, and for how many stories that counts: as many as
#: trust.PRIOR_DOCUMENTS. Of grown lineages 15 in 100 lost their first text, and 6 in 100 are seen to begin outside, for
#: a hidden text with a single copy is not missed.
BEGUN_OUTSIDE, PRIOR_STORIES = 0.06, 10
ROUNDS = 50  # of weighing stories and their share in turn; it moves by less than .001 after forty


class Firsts(NamedTuple):
    """The first documents of stories: they have possible sources, of which none was chosen."""

    document: NDArray[np.int64]
    features: NDArray[np.float64]  # [rows, FLAWS]


def describe_firsts(ids: list[str], choices: Choices, solved: Solved, evidence: pl.DataFrame) -> Firsts:
    """Ids, choices, trees, EVIDENCE -> Firsts."""
    size, owner, child, parent = len(ids), choices.owner, choices.child, choices.parent
    main = child == owner
    up = np.full(size, -1)
    taken = main & solved.chosen
    up[child[taken]] = parent[taken]
    top = np.where(up >= 0, up, np.arange(size))
    for _ in range(int(np.ceil(np.log2(size + 1))) + 1):
        top = top[top]
    alone, private = np.zeros(size), np.zeros(size)
    private[owner] = choices.private
    lone = main & (parent < 0)
    alone[child[lone]] = solved.chance[lone]
    inner = parent >= 0
    signed = np.zeros(size, bool)
    signed[owner] = choices.signed
    others = np.bincount(owner[inner], (alone * ~signed)[parent[inner]] * ~choices.own[inner], size)
    lacking = np.bincount(owner[inner & solved.chosen], minlength=size) == 0
    first = np.flatnonzero(lacking & (np.bincount(owner[inner], minlength=size) > 0))
    copies = np.bincount(top[up >= 0], minlength=size)
    later, turned = _against(ids, np.flatnonzero(up >= 0), top, evidence)
    columns = (
        np.full(size, -1.0), np.minimum(others, MOST), alone, np.log1p(private), -np.log1p(copies), later, turned,
        -signed.astype(float),
    )  # fmt: skip
    return Firsts(first, np.stack(columns, 1)[first])


def _against(ids: list[str], copy: Array, top: Array, evidence: pl.DataFrame) -> tuple[Array, Array]:
    """Ids, copies, their firsts, EVIDENCE -> by first the most evidence for an earlier copy; whether any prevails."""
    named = pl.Series(ids, dtype=pl.String)
    first = pl.Series(top[copy])
    pairs = pl.DataFrame({"first": first, "one": named.gather(first), "copy": named.gather(copy)}).with_columns(
        left_doc=pl.min_horizontal("one", "copy"), right_doc=pl.max_horizontal("one", "copy")
    )
    told = evidence.filter(~pl.col("feature").is_in(NOT_OF_TEXTS)).join(
        pairs, on=PAIR, how="semi", maintain_order="left"
    )
    sums = sum_families(told).group_by(PAIR, maintain_order=True).agg(pl.col("forth", "back").sum())
    is_left = pl.col("one") == pl.col("left_doc")
    against = pl.when(is_left).then("back").otherwise("forth")
    said = pairs.join(sums, on=PAIR).select(
        "first", against=against, turned=against > pl.col("forth") + pl.col("back") - against
    )
    most = said.group_by("first").agg(pl.col("against").max(), pl.col("turned").any())
    later, turned = np.zeros(len(ids)), np.zeros(len(ids))
    at = most["first"].to_numpy()
    later[at], turned[at] = most["against"].to_numpy(), most["turned"].to_numpy()
    return later, turned


def weigh_firsts(firsts: Firsts, size: int) -> Array:
    """Firsts of `size` documents -> by document the log odds of an unseen source before it; nan if it is no first.

    As if half of all stories began outside; _chances adds their share.
    """
    flaw = np.full(size, np.nan)
    known = weights()
    total = np.zeros(len(firsts.document))
    for column, name in enumerate(FLAWS):  # column by column: so a row's sum does not depend on the rows beside it
        total += firsts.features[:, column] * known[name]
    flaw[firsts.document] = total
    return flaw


def sample_flaws(firsts: pl.DataFrame, documents: int) -> pl.Series:
    """Firsts (contents, flaw), how many documents the dump has -> the flaws of those in the sample. *map*."""
    return firsts["flaw"].filter(is_sampled(firsts["contents"], documents))


def share_unseen(flaws: pl.Series) -> float:
    """Flaws of firsts -> the share of stories that begin outside the dump, weighed in turn. *gather*."""
    odds = np.sort(flaws.to_numpy())  # so that no order of documents changes the sum
    share = BEGUN_OUTSIDE
    for _ in range(ROUNDS):
        total = float(_chances(odds, share).sum())
        share = (total + BEGUN_OUTSIDE * PRIOR_STORIES) / (odds.size + PRIOR_STORIES)
    return share


def chance_unseen(ancestry: pl.DataFrame, share: float) -> pl.DataFrame:
    """ANCESTRY, the share of stories that begin outside -> doc_id, chance: of an unseen source before each first."""
    found = ancestry.filter(pl.col("flaw").is_not_null())
    return found.select("doc_id", chance=pl.Series(_chances(found["flaw"].to_numpy(), share)))


def _chances(flaw: Array, share: float) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(flaw + np.log(share / (1 - share)), -30, 30)))
    return result
