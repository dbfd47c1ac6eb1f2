"""EVIDENCE -> how likely each of a pair's three stories is: left to right, right to left, both from a third.

Weights stand in weights.tsv, which `python -m tests.lineages fit` writes. Their signs are fixed in advance: a
free model learns the habits of the texts it was trained on and turns round on others (measured by a forerunner:
.885 at home, .714 away; with fixed signs .817 and .774).
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import polars as pl

PAIR = ["left_doc", "right_doc"]
#: The most that the signs of one family say together: cues of one kind go together, and do not add up for ever.
CAP = 4.0
#: Share of dates that are taken to be wrong before anything is known of a dump, and as how many pairs that counts.
WRONG, PRIOR_PAIRS = 0.04, 25
TELLING = 1.5  # log odds from the text alone from which a pair may judge its dates
NEVER_SURER = 0.02  # even of two good clocks: a text may be printed late and sent early
APART = 0.2  # share of either's words under which two documents hardly touch
SPEAKS = 0.5  # log odds from which a family is said to speak for a direction


@cache
def weights() -> dict[str, float]:
    """The fitted weights by name."""
    return {name: float(weight) for name, _, weight in _table()}


@cache
def families() -> dict[str, str]:
    """Feature -> the family that it belongs to."""
    return {name: family for name, family, _ in _table()} | {"date": "date", "shared_credit": "common"}


@cache
def _table() -> list[list[str]]:
    text = resources.files("provenance.tracing").joinpath("weights.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


def sum_families(evidence: pl.DataFrame) -> pl.DataFrame:
    """EVIDENCE -> left_doc, right_doc, family, forth, back: log odds either way, capped."""
    known = weights()
    evidence = evidence.filter(pl.col("feature") != "shared_credit")  # speaks for neither
    weight = pl.col("feature").replace_strict(known, default=1.0, return_dtype=pl.Float64)
    family = pl.col("feature").replace_strict(families(), return_dtype=pl.String)
    value = pl.col("strength") * weight
    return (
        evidence.group_by(*PAIR, family=family, maintain_order=True)
        .agg(forth=value.clip(0, None).sum().clip(0, CAP), back=(-value).clip(0, None).sum().clip(0, CAP))
        .sort(*PAIR, "family")
    )


def add_odds(pairs: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """Pairs, sums of families -> pairs with `odds` (log odds of left to right), `conflict`, `forth`, `back` counts.

    `conflict` is how much speaks against the better direction: signs both ways mean a common source.
    """
    total = sums.group_by(PAIR).agg(
        odds=(pl.col("forth") - pl.col("back")).sum(),
        forth=pl.col("forth").sum(),
        back=pl.col("back").sum(),
        credit_forth=pl.col("forth").filter(pl.col("family") == "attribution").sum(),
        credit_back=pl.col("back").filter(pl.col("family") == "attribution").sum(),
        conflict=pl.min_horizontal(pl.col("forth").sum(), pl.col("back").sum()),
        speak_forth=(pl.col("forth") - pl.col("back") >= SPEAKS).sum().cast(pl.Int32),
        speak_back=(pl.col("back") - pl.col("forth") >= SPEAKS).sum().cast(pl.Int32),
    )
    joined = pairs.join(total, on=PAIR, how="left", maintain_order="left")
    return joined.with_columns(
        pl.col(
            "credit_forth", "credit_back", "odds", "forth", "back", "conflict", "speak_forth", "speak_back"
        ).fill_null(0)
    )


def weigh_dates(pairs: pl.DataFrame, dated: pl.DataFrame) -> pl.DataFrame:
    """Pairs with `odds` from the text alone, EVIDENCE of dates -> the evidence, its strength in log odds.

    How many dates of this dump are wrong is counted on pairs whose text tells the direction; and a document
    whose date its neighbours' texts contradict is believed less, one whose date they bear out more.
    """
    both = dated.join(pairs.select(*PAIR, text_odds="odds"), on=PAIR, how="left", maintain_order="left")
    both = both.with_columns(
        agrees=(pl.col("text_odds") * pl.col("strength")).sign(),
        trust=pl.when(pl.col("text_odds").abs() >= TELLING).then(pl.col("text_odds").abs().clip(0, CAP) / CAP),
    )
    telling = both.drop_nulls("trust").filter(pl.col("agrees") != 0)
    against = telling.filter(pl.col("agrees") < 0).height
    # of two dates one is wrong twice as often as one alone, and half of the wrong ones fall the right way
    wrong = min(0.5, (against + WRONG * PRIOR_PAIRS) / (telling.height + PRIOR_PAIRS))
    vote = pl.col("agrees") * pl.col("trust")
    votes = pl.concat([telling.select(doc=f"{side}_doc", vote=vote) for side in ("left", "right")])
    belief = votes.group_by("doc").agg(pl.col("vote").sum().clip(-4, 4))
    for side in ("left", "right"):
        named = belief.rename({"doc": f"{side}_doc", "vote": f"{side}_vote"})
        both = both.join(named, on=f"{side}_doc", how="left", maintain_order="left")
    prior = pl.lit((1 - wrong) / max(wrong, 1e-6)).log()
    # its own pair's vote is not counted twice: the text's odds are in the sum anyway
    own = pl.when(pl.col("trust").is_not_null()).then(pl.col("agrees") * pl.col("trust")).otherwise(0.0)
    right = pl.lit(1.0)
    for side in ("left", "right"):
        right = right * _sigmoid(prior + pl.col(f"{side}_vote").fill_null(0) - own)
    off = ((1 - right) / 2).clip(NEVER_SURER, 0.5)
    return both.with_columns(strength=pl.col("strength") * ((1 - off) / off).log()).select(dated.columns)


def _sigmoid(value: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-value).exp())


def add_common(pairs: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Pairs with odds, EVIDENCE -> the same with `common`: log odds of a third source against even chances."""
    known = weights()
    third = evidence.filter(pl.col("feature") == "shared_credit").select(*PAIR, third=pl.lit(1.0)).unique()
    apart = pl.max_horizontal("left_containment", "right_containment") < APART
    joined = pairs.join(third, on=PAIR, how="left", maintain_order="left")
    return joined.with_columns(
        common=known["pair_bias"]
        + known["pair_conflict"] * pl.col("conflict")
        + known["pair_credit"] * pl.col("third").fill_null(0)
        + known["pair_quotes"] * pl.col("quotes").cast(pl.Float64)
        + known["pair_apart"] * apart.cast(pl.Float64)
    ).drop("third")


def chance_of(toward: pl.Expr) -> pl.Expr:
    """Log odds of one direction against the other, beside `common` -> the chance of that direction among three."""
    better = (toward / 2).exp()
    return better / (better + 1 / better + pl.col("common").exp())
