"""Channels and steps of the aligner switched off one at a time, so that each earns its place.

    PROVENANCE_SHARED=../shared python -m tests.quality --ablation    every variant, to reports/measured/ablation.md
    PROVENANCE_SHARED=../shared python -m tests.ablation "no gaps"    one, printed only

Nothing of this is a setting: a step is replaced from outside, and a kernel whose callee or constant changes is
compiled anew. Seconds are CPU seconds of the scans, kernels warm.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from numba.core.dispatcher import Dispatcher

from provenance import matching
from provenance.matching.aligning import (
    align_kernels,
    alignment,
    layout,
    rewritten,
    rewritten_kernels,
    spans,
    stretch_kernels,
)
from provenance.matching.aligning.stretches import Aligned
from provenance.matching.pairs import candidates
from provenance.text import kernels as text_kernels
from tests.figures import PAN, judge, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    import polars as pl

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens

PAN_ALONE = ("pan13-train",)
CORPORA = (*PAN_ALONE, "twentynews", "reuters", "two-events")
FAR = 1e9
FIND_INSIDE = rewritten.find_inside
MODULES = [
    importlib.import_module(f"provenance.matching.{found.name}") for found in pkgutil.iter_modules(matching.__path__)
]


# -- how a step is replaced ------------------------------------------------------------------------------


@contextmanager
def replaced(changes: Sequence[tuple[ModuleType, dict[str, Any]]]) -> Iterator[None]:
    """Within the block, names of modules stand for something else; kernels that use them are compiled anew."""
    stale: dict[int, Dispatcher] = {}  # old kernels by identity: a kernel may be imported into several modules
    names = {id(vars(module)): set(changed) for module, changed in changes}
    for module, changed in changes:
        stale |= {id(old): old for old in map(vars(module).get, changed) if isinstance(old, Dispatcher)}
    new = {id(vars(module)[name]): value for module, changed in changes for name, value in changed.items()}
    while more := [kernel for kernel in kernels() if id(kernel) not in stale and uses(kernel, names, stale)]:
        stale |= {id(kernel): kernel for kernel in more}
        new |= {id(kernel): njit(nogil=True)(kernel.py_func) for kernel in more}
    before = [(module, name, value) for module in MODULES for name, value in vars(module).items() if id(value) in stale]
    before += [(module, name, vars(module)[name]) for module, changed in changes for name in changed]
    for module, name, value in before:
        setattr(module, name, new[id(value)])
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def kernels() -> list[Dispatcher]:
    """Every kernel of matching, once."""
    found = {id(value): value for module in MODULES for value in vars(module).values() if isinstance(value, Dispatcher)}
    return list(found.values())


def uses(kernel: Dispatcher, names: dict[int, set[str]], stale: dict[int, Dispatcher]) -> bool:
    """Whether a kernel names what changed in its own module, or a kernel that is stale."""
    own, asked = kernel.py_func.__globals__, set(kernel.py_func.__code__.co_names)
    return bool(asked & names.get(id(own), set())) or any(id(own.get(name)) in stale for name in asked)


def nothing(*_arguments: Any, **_named: Any) -> Array:
    """No pairs."""
    return np.empty(0, np.int64)


def nothing_and_none_over(*_arguments: Any, **_named: Any) -> tuple[Array, int]:
    """No pairs, and nothing over the cap."""
    return np.empty(0, np.int64), 0


def no_stretches(*_arguments: Any) -> Aligned:
    """No stretches."""
    narrow, wide = np.empty(0, np.int32), np.empty(0, np.int64)
    return Aligned(narrow, narrow, wide, wide, wide, wide, narrow)


def no_snap(_texts: pl.Series, _row: Array, start: Array, end: Array, _threads: int) -> tuple[Array, Array]:
    """Places as they are."""
    return start.astype(np.int64), end.astype(np.int64)


def every_stretch(*arguments: Any) -> Array:
    """All of them hold."""
    (found,) = (argument for argument in arguments if isinstance(argument, Aligned))
    return np.ones(found.left.size, np.bool_)


def every_address(tokens: Tokens, *_notices: Array) -> Array:
    """What stands before each word, an address wherever one does."""
    return np.where(tokens.gap == text_kernels.INLINE, np.uint8(text_kernels.ADDRESS), tokens.gap)


def never_instead(sentences: Any, gap: Array, exact: Aligned, found: Aligned, scores: Array) -> rewritten.Inside:
    """Nothing of a stretch that holds exact ones is rewriting."""
    inside = FIND_INSIDE(sentences, gap, exact, found, scores)
    inside.worth[inside.found] = -1
    return inside


def always_instead(sentences: Any, gap: Array, exact: Aligned, found: Aligned, scores: Array) -> rewritten.Inside:
    """All of a stretch that holds exact ones is rewriting."""
    return FIND_INSIDE(sentences, gap, exact, found, scores)._replace(worth=scores)


def leave_apart(_tokens: Any, _gap: Array, aligned: Aligned, _settings: Any) -> Aligned:
    """Neighbours as they are."""
    return aligned


def none_spared(_inner: Aligned, _rows: Array, begins: Array, _gap: Array) -> Array:
    """No stretch is worth anything for those that it spares."""
    return np.zeros(begins.size - 1)


@njit(nogil=True)
def stay(word, gap, segment, inner, a0, na, b0, nb, chains, c):  # type: ignore[no-untyped-def]
    """Carry no chain on."""


@njit(nogil=True)
def keep_all(chains, order, kept):  # type: ignore[no-untyped-def]
    """Every chain, the longest first."""
    for count, c in enumerate(order):
        kept[count] = chains[c]
    return order.size


@njit(nogil=True)
def absorb_nothing(_ids, _gap, _isf, _ours, _theirs, _box, _a_low, _a_high, _b_low, _b_high):  # type: ignore[no-untyped-def]
    """The box as it is."""
    return False


@njit(nogil=True)
def leave_edge(_ids, _gap, _isf, _ours, _theirs, at, _out, _inside, _way):  # type: ignore[no-untyped-def]
    """The edge where it is."""
    return at


@njit(nogil=True)
def as_trimmed(_gap, _cuts, _low, _high, first, last):  # type: ignore[no-untyped-def]
    """The side as it is."""
    return first, last


# -- the variants ----------------------------------------------------------------------------------------


class Variant(NamedTuple):
    """What is switched off: settings, and names of modules; the rewritten channel's steps are measured on PAN alone."""

    what: str
    settings: dict[str, Any]
    names: tuple[tuple[ModuleType, dict[str, Any]], ...] = ()
    corpora: tuple[str, ...] = CORPORA


def rewriting(what: str, module: ModuleType, **names: Any) -> Variant:
    """A step of the rewritten channel, which is measured on PAN alone."""
    return Variant(what, {}, ((module, names),), PAN_ALONE)


VARIANTS: dict[str, Variant] = {
    "everything": Variant("the program as it is", {}),
    "no sketches": Variant(
        "pairs by shared runs and rare words alone",
        {},
        ((candidates, {"bucket_pairs": nothing_and_none_over, "sharing_pairs": nothing}),),
    ),
    "no shared runs": Variant(
        "pairs by sketches and rare words alone", {}, ((candidates, {"_linked_pairs": nothing_and_none_over}),)
    ),
    "no rewritten channel": Variant("`--rewritten off`", {"rewritten": "off"}),
    "no short passages": Variant(
        "headlines, captions and notices under 15 words not sought", {}, ((spans, {"find_short": no_stretches}),)
    ),
    "no sampling": Variant("every shingle a posting, not one in a window of 4", {"window": 1}),
    "no gaps": Variant("runs of equal words not chained over gaps", {"max_gap_words": 0}),
    "no carrying on": Variant("ends not carried on over small edits", {}, ((align_kernels, {"carry_on": stay}),)),
    "every counterpart": Variant(
        "exact channel alone, with not one best counterpart a stretch but all",
        {"rewritten": "off"},
        ((align_kernels, {"choose_chains": keep_all}),),
        PAN_ALONE,
    ),
    "neighbours apart": Variant(
        "neighbouring spans not joined over replaced words",
        {},
        ((alignment, {"join_neighbours": leave_apart}), (spans, {"join_neighbours": leave_apart})),
    ),
    "from 8 words": Variant("spans from 8 words on, not 15", {"min_span_words": 8}),
    "no snapping": Variant("ends without their punctuation", {}, ((spans, {"snap": no_snap}),)),
    "links part": rewriting("a link inside a sentence ends a span", layout, _addresses=every_address),
    "all skip-pairs": rewriting("every pair of rare words a posting, not one in 4", rewritten, ONE_IN=1),
    "four farther": rewriting("pairs proposed from 4 skip-pairs within 100 words", rewritten, NEED=4, NEAR=100),
    "every word": rewriting("common words choose seeds too", rewritten_kernels, FAINT=0.0),
    "isf of the corpus": rewriting(
        "words weighed by all sentences, not by those of the two documents", rewritten_kernels, SMOOTH=FAR
    ),
    "one seed a stretch": rewriting(
        "a stretch takes in no second pair of sentences", stretch_kernels, absorb=absorb_nothing
    ),
    "no word edges": rewriting("edges stay at the sentences that were seeds", stretch_kernels, move_edge=leave_edge),
    "no whole sentences": rewriting(
        "edges stay where the words end that pay", stretch_kernels, whole_sentences=as_trimmed
    ),
    "exact first": rewriting("a rewritten stretch never replaces exact ones", rewritten, find_inside=never_instead),
    "rewritten first": rewriting(
        "a rewritten stretch always replaces exact ones", rewritten, find_inside=always_instead
    ),
    "none spared": rewriting("a rewritten stretch is worth no sentence it spares", rewritten, _spared=none_spared),
    "thin too": rewriting("rewritten stretches however thin", rewritten_kernels, THIN=0.0),
    "any figures": rewriting("rewritten stretches whose numbers differ too", rewritten, _same_numbers=every_stretch),
    "headlines too": rewriting("rewritten headlines, captions and notices too", rewritten, _running_text=every_stretch),
}


#: Column -> corpus, measure, part; of several corpora the least is shown.
COLUMNS: dict[str, tuple[tuple[str, ...], str, str]] = {
    **{short: (PAN_ALONE, "plagdet", part) for short, part in PAN.items() if short != "05"},
    "granularity": (PAN_ALONE, "granularity", "entire"),
    "01 false": (PAN_ALONE, "false detections", "01-no-plagiarism"),
    "quotes": (("twentynews",), "quote recall", "120 characters or more"),
    "pairs": (("twentynews", "reuters", "two-events"), "candidate recall", "J >= 0.3"),
    "contained": (("two-events",), "candidate recall", "containment >= 0.5"),
}


def measure(variant: Variant, corpora: Path) -> list[str]:
    """One variant -> the cells of its line: COLUMNS, CPU seconds on PAN 2013, CPU seconds on the others."""
    scores: dict[str, dict[tuple[str, str], tuple[float, int]]] = {}
    seconds = dict.fromkeys(CORPORA, 0.0)
    with replaced(variant.names):
        scan(corpora / "two-events" / "documents.parquet", **variant.settings)  # compiles
        for name in variant.corpora:
            began = time.process_time()
            run = scan(corpora / name / "documents.parquet", **variant.settings)
            seconds[name] = time.process_time() - began
            scores[name] = judge(run, corpora / name)
    cells = []
    for names, *key in COLUMNS.values():
        values = [scores[name][key[0], key[1]][0] for name in names if name in scores]
        cells.append(f"{min(values):.4f}" if values else "")
    others = sum(seconds.values()) - seconds["pan13-train"]
    return [*cells, f"{seconds['pan13-train']:.1f}", f"{others:.1f}" if others else ""]


def lines(names: Sequence[str], corpora: Path) -> Iterator[str]:
    """Variants -> a Markdown table, line by line as it is measured."""
    yield f"| without | | {' | '.join(COLUMNS)} | PAN s | others s |"
    yield "|---|---|" + "--:|" * (len(COLUMNS) + 2)
    for name in names:
        yield f"| {name} | {VARIANTS[name].what} | {' | '.join(measure(VARIANTS[name], corpora))} |"


EXPLAINED = """\
02 to `entire`, granularity and `01 false` (false detections) are plagdet on PAN 2013 as in quality.md; `quotes` the
characters recovered of Usenet quotations of 120 characters or more; `pairs` the least recall of pairs with jaccard .3
or more on twentynews, reuters and two-events, `contained` that of pairs with containment .5 or more on two-events;
seconds are CPU seconds of the whole scan, kernels warm. A channel or step earns its place where a figure falls without
it, or the seconds rise. The steps of the rewritten channel are measured on PAN 2013 alone."""

if __name__ == "__main__":
    asked = sys.argv[1:] or list(VARIANTS)
    if unknown := sorted(set(asked) - set(VARIANTS)):
        sys.exit(f"no such variant: {', '.join(unknown)}; there are {', '.join(VARIANTS)}")
    if "PROVENANCE_SHARED" not in os.environ:
        sys.exit("PROVENANCE_SHARED is not set: it names the folder that holds corpora/")
    for line in lines(asked, Path(os.environ["PROVENANCE_SHARED"]) / "corpora"):
        print(line, flush=True)
