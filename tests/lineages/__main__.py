"""`python -m tests.lineages`: how well tracing does on copy trees of known truth, and on labelled news.

python -m tests.lineages measure     the figures below, on the project's own texts; with PROVENANCE_SHARED set also on
                                     texts that no weight was fitted on; writes reports/measured/origins.md and plots
python -m tests.lineages operators   orientation without dates, all operators known and each left out in turn; prints
python -m tests.lineages labelled    credits, datelines, citations and quotes of the labelled corpora; prints
python -m tests.lineages costs       CPU seconds of tracing beside the rest of a scan, and of a story of 5,000; prints
python -m tests.lineages fit         fits provenance/tracing/weights.tsv anew, on the project's own texts
python -m tests.lineages calibrate   fits provenance/tracing/calibration.tsv anew, with PROVENANCE_SHARED set also on
                                     lineages from other texts than those of the weights
python -m tests.lineages grow DOCUMENTS.parquet FOLDER [SEED [MIX]]
                                     lineages from a documents table, for `provenance scan` and `evaluate --gold`
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import polars as pl

from tests.lineages import costs, learning, pages, tables
from tests.lineages.articles import own_texts, seeds_of
from tests.lineages.growing import STRANGERS, World, grow
from tests.lineages.tables import texts_of
from tests.lineages.worlds import STORIES, Frames, scan_worlds, write_world

#: Seeds of the lineages that weights are fitted on, by mix; those that are measured have others.
FITTED_ON = {"home": (1, 2, 3, 6, 301, 302, 303, 304), "away": (4, 5, 7, 305, 306, 307, 308)}
#: Worlds that confidence is calibrated on, by corpus: mostly texts that no weight has seen. Those measured differ.
CALIBRATED_ON = {
    "own": [World(1), World(2), World(4, "away"), World(301)],
    "bbc": [World(31), World(34, "away"), World(36), World(37, "away")],
    "reuters": [World(32, "away"), World(35), World(38), World(39, "away")],
    "polnear": [World(33), World(40, "away"), World(45), World(46, "away")],
}


def fit() -> None:
    """The weights anew, printed."""
    texts = own_texts()
    worlds = [_by_day(*scan_worlds(texts, [World(seed, mix)])) for mix, seeds in FITTED_ON.items() for seed in seeds]
    weights = learning.fit(worlds)
    learning.write(weights)
    for name, weight in weights.items():
        print(f"{name:16} {weight:6.2f}")


def _by_day(run: Frames, gold: Frames) -> tuple[Frames, Frames]:
    """A run whose dates are days, as in what is measured."""
    day = pl.col("published").dt.truncate("1d")
    return run | {"documents": run["documents"].with_columns(day)}, gold


def calibrate() -> None:
    """The curves anew, with the weights as they are; dates are days, as in what is measured."""
    worlds = []
    for corpus, grown in CALIBRATED_ON.items():
        texts = texts_of(corpus)
        worlds += [_by_day(*scan_worlds(texts, [world])) for world in grown] if texts is not None else []
    learning.write_curves(learning.fit_curves(worlds))


def main(words: list[str]) -> int:
    """Run one command; 2 where there is none of that name."""
    if words == ["fit"]:
        fit()
    elif words == ["calibrate"]:
        calibrate()
    elif words == ["measure"]:
        pages.write(pages.measure())
    elif words == ["operators"]:
        print(pages.operators_text())
    elif words == ["labelled"]:
        print(tables.labelled_text())
    elif words == ["costs"]:
        print(costs.costs_text())
    elif words[:1] == ["grow"] and len(words) in (3, 4, 5):
        seed, mix = int(words[3]) if len(words) > 3 else 1, words[4] if len(words) > 4 else "home"
        seeds = seeds_of(pl.read_parquet(words[1]), random.Random(seed), STORIES + STRANGERS)
        write_world(Path(words[2]), grow(seeds, World(seed, mix)))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
