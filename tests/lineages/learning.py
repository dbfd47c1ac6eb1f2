"""Fits provenance/tracing/signs/weights.tsv and calibration.tsv on grown lineages.

Signs of pairs first, then the choice among sources, from texts alone and from texts and dates: what dates say has no
weights of its own (trust.py). What is not fitted (habits of outlets, marks of quoting and of machine translation, a
third that both credit) has no counterpart in the generator, or is nearly always right there (credits: 402 of 403
pairs), and stays as it was set by hand.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from scipy.optimize import minimize

from provenance.evaluation.origins import ancestors
from provenance.evaluation.stories import CONDITIONS, Truth, falsify, find_truth, judged_origins, retrace, tell
from provenance.settings import Settings
from provenance.tables import PAIR, SOURCE
from provenance.tracing.conclusions.reasons import NEITHER, SEVERAL, WITNESSED
from provenance.tracing.signs import model
from provenance.tracing.signs.evidence import LEAST_SHARE, find_evidence, gather_compared
from provenance.tracing.signs.pairs import Related, find_pairs, relate
from provenance.tracing.statements.attributions import find_attributions
from provenance.tracing.statements.dates import find_dates
from provenance.tracing.statements.outlets import name_outlets
from provenance.tracing.statements.quoting import find_quoting
from provenance.tracing.stories import ancestry, candidates, graphs, unseen
from provenance.tracing.stories import choices as weighed
from provenance.tracing.stories.trust import fit_lags
from tests.lineages.fitting import fit_directions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provenance.arrays import Array
    from tests.lineages.worlds import Frames

TABLE = Path(model.__file__).with_name("weights.tsv")
FITTED = (
    "cut_marked", "cut_inside", "prefix", "tail", "dateline", "stripped", "rounded", "hedged", "name", "quote",
    "sentence", "unit", "gloss", "aside", "opened", "paragraph", "slip", "plain_marks",
)  # fmt: skip
CHOICES = (*candidates.PARENT, candidates.FIXED, *candidates.ROOT)
#: How hard weights are drawn to 1 (signs) and to what they were (choices); in cases, as a share of a curvature of 1.
PULL_SIGNS, PULL_CHOICES = 10.0, 2.0
#: Of what is fitted, the part that looks at a text's beginning, not at its direct source; and the least chance, under
#: which a single tree that the model rules out would decide the fit.
BEGINNINGS, LEAST = 0.4, 1e-4


class Traced(NamedTuple):
    """A run under one condition, as far as the weights do not matter."""

    frames: Frames  # documents with outlets, passages, spans, matches
    attributions: pl.DataFrame
    dates: pl.DataFrame
    related: Related
    evidence: pl.DataFrame  # dates not yet weighed


def trace_once(run: Frames, condition: str) -> Traced:
    """A run's tables -> what tracing finds before it weighs anything."""
    attributions = find_attributions(run["documents"], run["passages"])
    dates = find_dates(run["documents"], attributions)
    dates = dates.clear() if condition == "without dates" else falsify(dates) if "false" in condition else dates
    documents = name_outlets(run["documents"], attributions)
    pairs = find_pairs(run["matches"], run["spans"], whole=False)
    related = relate(documents, run["passages"], pairs, run["matches"], attributions, dates)
    facts = gather_compared(pairs, run["matches"], documents, attributions, dates)
    evidence = find_evidence(documents, related, attributions, facts, find_quoting(run["spans"], documents))
    return Traced(run | {"documents": documents}, attributions, dates, related, evidence)


def directed_signs(traced: Traced, edges: pl.DataFrame) -> tuple[pl.DataFrame, Array]:
    """Pairs of which one was copied from the other, all turned forth -> the pairs, strength of each fitted sign.

    Evidence is found between those who stand for texts of equal words: so are the pairs.
    """
    stands = dict(traced.related.twins.iter_rows())
    links = edges.filter(pl.col("relation") == "copied_from").select(pl.col("from_id", "to_id").replace(stands))
    links = links.filter(pl.col("from_id") != pl.col("to_id")).unique()
    true = pl.concat(
        [
            links.select(left_doc="from_id", right_doc="to_id", sign=pl.lit(1.0)),
            links.select(left_doc="to_id", right_doc="from_id", sign=pl.lit(-1.0)),
        ]
    )
    pairs = true.join(traced.frames["matches"].select(PAIR), on=PAIR, how="semi")
    pairs = pairs.sort(PAIR).with_row_index("row")
    told = traced.evidence.join(pairs, on=PAIR).filter(pl.col("feature").is_in(FITTED))
    matrix = np.zeros((pairs.height, len(FITTED)))
    for row, feature, strength, sign in told.select("row", "feature", "strength", "sign").iter_rows():
        matrix[row, FITTED.index(feature)] += strength * sign
    return pairs, matrix


class Choices(NamedTuple):
    """Every choice of a traced run, and what is true of it."""

    found: candidates.Candidates
    right: Array  # by row, whether it is a direct source, or that there is none here
    begun: Array  # by row, whether it is where the child's text began: a source, or the child itself


def choices(traced: Traced, gold: Frames) -> Choices:
    """A traced run and its gold -> Choices."""
    frames = traced.frames
    compared = (frames["documents"], traced.related)
    ids, found = candidates.find_candidates(*compared, traced.attributions, traced.dates, traced.evidence)
    stands = dict(traced.related.twins.iter_rows())
    number = {name: at for at, name in enumerate(ids)}

    def places(rows: pl.DataFrame) -> set[tuple[int, int]]:
        return {tuple(number.get(stands.get(one, one), -1) for one in row) for row in rows.drop_nulls().iter_rows()}  # type: ignore[misc]

    sources = {(copy, source) for copy, source in places(gold["edges"].select("to_id", "from_id")) if copy != source}
    first = {here for here, _ in places(gold["clusters"].select("doc_id", pl.col("doc_id").alias("other")))}
    first -= {here for here, _ in places(gold["edges"].select("to_id", "from_id"))}
    origins = places(gold["origins"].select("doc_id", "origin_id"))
    rows = list(zip(found.owner[found.child].tolist(), found.parent.tolist(), strict=True))
    right = [(owner, parent) in sources if parent >= 0 else owner in first for owner, parent in rows]
    begun = [(owner, parent if parent >= 0 else owner) in origins for owner, parent in rows]
    return Choices(found, np.array(right, float), np.array(begun, float))


def fit(worlds: list[tuple[Frames, Frames]]) -> dict[str, float]:
    """Runs and their gold -> all weights; the model's own are changed on the way."""
    known = model.weights()
    traced = [trace_once(run, "with dates") for run, _ in worlds]
    signs = [directed_signs(one, gold["edges"])[1] for one, (_, gold) in zip(traced, worlds, strict=True)]
    strengths = np.concatenate(signs)
    fitted = fit_directions(strengths, np.ones(len(strengths)), np.ones(len(FITTED)), PULL_SIGNS)
    known.update(dict(zip(FITTED, fitted.tolist(), strict=True)))
    made = [choices(one, gold) for one, (_, gold) in zip(traced, worlds, strict=True)]
    prior = np.array([known[name] for name in CHOICES])
    weights = fit_trees(made, prior, PULL_CHOICES)
    return known | dict(zip(CHOICES, weights.tolist(), strict=True))


def fit_firsts(worlds: Iterable[tuple[Frames, Frames]]) -> dict[str, float]:
    """Runs and their gold -> weights of what shows that somebody unseen was before a first, with the trees as they are.

    Log odds as if that were as frequent as the contrary: how frequent it is a dump tells itself (unseen.py).
    """
    rows, outside = [], []
    for run, gold in worlds:
        begun = gold["origins"].filter(pl.col("origin_id").is_null())["doc_id"].to_list()
        for condition in CONDITIONS:
            traced = trace_once(run, condition)
            compared = (traced.frames["documents"], traced.related)
            ids, found = candidates.find_candidates(*compared, traced.attributions, traced.dates, traced.evidence)
            made = weighed.Choices.of(found)
            layout = weighed.lay_choices(made)
            solved = graphs.solve(layout, ancestry.believe_dates(made).score)
            firsts = unseen.describe_firsts(ids, made, solved, traced.evidence)
            rows.append(firsts.features)
            outside.append(np.isin(np.array(ids)[firsts.document], begun))
    features, true = np.concatenate(rows), np.concatenate(outside)
    frequent = float(np.log(true.mean() / (1 - true.mean())))
    known = model.weights()
    prior = np.array([known[name] for name in unseen.FLAWS])
    turned = np.where(true[:, None], features, -features)
    # the constant, -1, stands for the frequency as well until that is taken off again
    prior[0] -= frequent
    fitted = fit_directions(turned, np.ones(len(turned)), prior, PULL_CHOICES)
    fitted[0] += frequent
    return dict(zip(unseen.FLAWS, fitted.tolist(), strict=True))


def fit_trees(made: list[Choices], prior: Array, pull: float) -> Array:
    """Choices -> weights of their features, >= 0 but for the first, under which true trees are likely.

    Minimises BEGINNINGS of -log of the chance of each text's true beginning and the rest of -log of that of its true
    source, over all trees of its component, with all dates believed and with none, + pull * |w - prior|^2.
    """
    laid = [(one, graphs.lay_out(one.found.child, one.found.parent, one.found.component)) for one in made]

    def loss(weights: Array) -> float:
        total = pull * float(((weights - prior) ** 2).sum())
        for (found, right, begun), layout in laid:
            fit = fit_lags(found.lag, found.daily, found.order, found.component)
            dates = np.where(found.parent >= 0, fit, 0)
            for believed in (0, 1):
                chance, first = graphs.sum_trees(layout, found.features @ weights + believed * dates)
                for part, told, true in ((1 - BEGINNINGS, chance, right), (BEGINNINGS, first, begun)):
                    chances = np.bincount(layout.own, told * true, layout.size)
                    chances = chances[np.bincount(layout.own, true, layout.size) > 0]
                    total -= part * float(np.log(np.maximum(chances, LEAST)).sum())
        return total

    bounds = [(None, None), *[(0.0, None)] * (len(prior) - 1)]
    found = minimize(loss, prior, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40})
    result: Array = found.x
    return result


def write(weights: dict[str, float]) -> None:
    """The table anew, each weight at its place."""
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]
    lines = ["\t".join(rows[0])] + [f"{name}\t{family}\t{weights[name]:.2f}" for name, family, _ in rows[1:]]
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")


# -- calibration -----------------------------------------------------------------------------------------

CURVES = TABLE.with_name("calibration.tsv")
BINS = 40  # points of a curve at most; with fewer than FEWEST cases a bin joins the next
FEWEST = 40
ONE_SIDED = 1.645  # standard errors under which a share lies in one case of twenty
#: Origins that nobody has seen, by what stands in their reasons.
UNSEEN = pl.col("reason").str.contains_any([NEITHER, WITNESSED])
Claim = tuple[float, bool, str]  # the chance as computed, whether it was right, of which story


def fit_curves(
    plain: Iterable[tuple[Frames, Frames]], hidden: Iterable[tuple[Frames, Frames]] = ()
) -> dict[str, list[model.Point]]:
    """Runs and their gold -> curves of what was claimed, all conditions together; the model's own are emptied.

    Of worlds in which most first texts are hidden only what is claimed of these is counted.
    """
    model.curves().clear()
    claims: dict[str, list[Claim]] = {}
    worlds = itertools.chain(zip(plain, itertools.repeat("")), zip(hidden, itertools.repeat("unseen")))
    for number, ((run, gold), counted) in enumerate(worlds):
        truth = find_truth(run["documents"], gold)
        for condition in CONDITIONS:
            traced = retrace(run, condition, Settings())
            for claim, chance, right, story in judge_claims(run, traced, truth, gold["edges"], condition):
                if claim.startswith(counted):
                    claims.setdefault(claim, []).append((chance, right, f"{number} {story}"))
    return {claim: curve_of(found) for claim, found in sorted(claims.items())}


def judge_claims(
    run: Frames, traced: Frames, truth: Truth, copied: pl.DataFrame, condition: str
) -> Iterator[tuple[str, float, bool, str]]:
    """A run traced without curves -> each claim that has a curve, its chance, whether it is right, of which story.

    `copied` are the true edges as they are; in `truth` texts of equal words are one.
    """
    told = {"with dates": "", "without dates": ", undated"}.get(condition, ", doubted")
    stories = truth.members.unique("doc_id", keep="first", maintain_order=True)
    matched = pl.concat([run["matches"]["left_doc"], run["matches"]["right_doc"].alias("left_doc")]).unique()
    agreed = pl.when(pl.col("reason").str.contains(SEVERAL, literal=True)).then(pl.lit("document"))
    claim = (
        pl.when(UNSEEN)
        .then(pl.lit("unseen"))
        .when(pl.col("kind") == "itself")
        .then("kind")
        .otherwise(agreed.otherwise(pl.lit("document, one kind")))
    )
    origins = traced["origins"].filter(pl.col("kind").is_in(["document", "itself"]) | UNSEEN)
    kinds = origins.select("doc_id", claim=claim).filter(pl.col("doc_id").is_in(matched.implode()))
    said = judged_origins(traced["origins"], truth).join(kinds, on="doc_id").join(stories, on="doc_id")
    for kind, confidence, right, story in said.select("claim", "confidence", "right", "cluster_id").iter_rows():
        yield kind + told, confidence, right, story
    both = ["from_id", "to_id"]
    lines = ancestors(truth.parents).with_columns(true=pl.lit(value=True))
    edges = traced["edges"].filter(~pl.col("from_id").str.starts_with(SOURCE)).select(*both, "confidence")
    apart = edges.join(passing(run["matches"]), on=both, how="semi")
    best = tell(run | traced, truth).parents.join(edges, on=both).join(apart, on=both, how="anti")
    for claim, frame in (("edge", best), ("passage", apart)):
        known = frame.with_columns(pl.col(both).replace(truth.same)).join(lines, on=both, how="left")
        known = known.join(stories, left_on="to_id", right_on="doc_id")
        rows = known.select("confidence", pl.col("true").is_not_null(), "cluster_id").iter_rows()
        yield from ((claim + told, *row) for row in rows)
    first, second = (pl.col(side).replace(truth.same) for side in both)
    alike = edges.filter(first == second).with_columns(doc_id=second).join(stories, on="doc_id")
    alike = alike.join(ancestors(copied.select(both)).with_columns(true=pl.lit(value=True)), on=both, how="left")
    for chance, right, story in alike.select("confidence", pl.col("true").is_not_null(), "cluster_id").iter_rows():
        yield "twin" + told, chance, right, story


def passing(matches: pl.DataFrame) -> pl.DataFrame:
    """MATCHES -> from_id, to_id, either way, of those who share too little to be in one tree."""
    few = matches.filter(pl.max_horizontal("left_containment", "right_containment") < LEAST_SHARE)
    names = (("left_doc", "right_doc"), ("right_doc", "left_doc"))
    return pl.concat([few.select(from_id=one, to_id=other) for one, other in names])


def curve_of(claims: list[Claim]) -> list[model.Point]:
    """Claims -> points that rise: bins of equal number, joined until none falls.

    What all claims from a bin on are at the least is Wilson's bound, with as many cases as stories that they are of:
    the claims of one story are right or wrong together.
    """
    ordered = sorted(claims)
    size = max(FEWEST, len(ordered) // BINS)
    bins: list[list[Claim]] = []
    for _, same in itertools.groupby(ordered, key=lambda claim: claim[0]):  # what was claimed alike stays in one bin
        if not bins or len(bins[-1]) >= size:
            bins.append([])
        bins[-1].extend(same)
    if len(bins) > 1 and len(bins[-1]) < FEWEST:
        bins[-2:] = [bins[-2] + bins[-1]]
    points: list[tuple[float, float, int]] = []
    for one in bins:
        points.append((sum(p for p, *_ in one) / len(one), (sum(r for _, r, _ in one) + 1) / (len(one) + 2), len(one)))
        while len(points) > 1 and points[-1][1] <= points[-2][1]:
            (a, b, m), (c, d, n) = points[-2:]
            points[-2:] = [((a * m + c * n) / (m + n), (b * m + d * n) / (m + n), m + n)]
    taken = np.cumsum([0, *(count for *_, count in points)]).tolist()
    bounds = [bound_of(ordered[start:]) for start in taken[:-1]]
    return [model.Point(chance, right, max(bounds[: at + 1])) for at, (chance, right, _) in enumerate(points)]


def bound_of(claims: list[Claim]) -> float:
    """Claims -> Wilson's lower bound of the share of them that is right, a story counting as one case."""
    share, cases = sum(right for _, right, _ in claims) / len(claims), len({story for *_, story in claims})
    square = ONE_SIDED**2 / cases
    return (share + square / 2 - float(np.sqrt(square * (share * (1 - share) + square / 4)))) / (1 + square)


def write_curves(curves: dict[str, list[model.Point]]) -> None:
    """The table of curves anew."""
    rows = [(claim, point) for claim, points in curves.items() for point in points]
    lines = [f"{claim}\t{one.chance:.4f}\t{one.right:.3f}\t{one.least:.3f}" for claim, one in rows]
    CURVES.write_text("claim\tchance\tright\tleast\n" + "\n".join(lines) + "\n", "utf-8")
