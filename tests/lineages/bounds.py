"""How well anybody could do on grown lineages: one who sees every change that was made, and not which way it was made.

A synonym, another spelling, another place could have been made either way. Where such changes alone lie between a root
and its copies, each of these texts may be the first; who sees all else takes the earliest date, and of equals the one
with the most neighbours. No sharp bound: more than neighbours can tell. A hidden root is known where each of its copies
in the dump shows a change that was made one way, or where one names it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenance.evaluation.stories import CONDITIONS, falsify

if TYPE_CHECKING:
    from tests.lineages.growing import Lineages

EITHER_WAY = frozenset(("substitute", "spell", "replace_dateline"))
DAY = "1d"


class Bounds(NamedTuple):
    """What the best guess reaches, and of how many."""

    roots: dict[str, float]  # by condition
    stories: int
    absent: float  # share of the stories that begin outside in which that can be known
    outside: int


def find_bounds(grown: Lineages) -> Bounds:
    """Lineages -> Bounds."""
    done = {(row["from_id"], row["to_id"]): {one["operator"] for one in row["operators"]} for row in _main(grown)}
    either = {pair for pair, names in done.items() if names <= EITHER_WAY}
    equal = {pair for pair, names in done.items() if not names}
    degree = Counter(one for pair in done.keys() - equal for one in pair)
    known = {name: _days(grown, name) for name in CONDITIONS}
    hits, stories = dict.fromkeys(CONDITIONS, 0.0), 0
    seen, outside = 0, 0
    for (_,), members in grown.members.group_by("lineage", maintain_order=True):
        root, hidden = members["root"][0], members["hidden"][0]
        if hidden:
            tops = [copy for source, copy in done if source == root]
            named = bool(members.filter(pl.col("doc_id").is_in(tops))["credits"].any())
            outside += named or len(tops) >= 2
            seen += named or (len(tops) >= 2 and not any((root, top) in either for top in tops))
            continue
        stories += 1
        group = _reached(root, either)
        for condition, days in known.items():
            first = min((days.get(one) or "" for one in group), default="")
            tied = [one for one in sorted(group) if (days.get(one) or "") == first]
            best = max(tied, key=lambda one: degree[one])
            hits[condition] += best == root or best in _reached(root, equal)
    shares = {condition: hit / max(stories, 1) for condition, hit in hits.items()}
    return Bounds(shares, stories, seen / max(outside, 1), outside)


def _main(grown: Lineages) -> list[dict[str, Any]]:
    """Each copy's main source and what was done."""
    return grown.edges.unique("to_id", keep="first", maintain_order=True).to_dicts()


def _reached(root: str, either: set[tuple[str, str]]) -> set[str]:
    found, ahead = {root}, [root]
    while ahead:
        one = ahead.pop()
        new = {copy for source, copy in either if source == one} - found
        found |= new
        ahead += sorted(new)
    return found


def _days(grown: Lineages, condition: str) -> dict[str, str]:
    if condition == "without dates":
        return {}
    dates = grown.documents.select("doc_id", value=pl.col("published").dt.truncate(DAY))
    dates = falsify(dates) if "false" in condition else dates
    return dict(dates.select("doc_id", pl.col("value").dt.strftime("%Y-%m-%d")).iter_rows())
