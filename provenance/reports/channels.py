"""Two articles of a run, compared anew, channel by channel -> lines that say what proposed the pair, or stopped it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from provenance.matching.aligning.rewritten import explain_channel, is_on
from provenance.matching.aligning.spans import find_spans
from provenance.matching.groups.completion import match_documents
from provenance.matching.pairs.sketches import choose_bands, least_equal, word_sketcher
from provenance.matching.whole_documents import find_alike
from provenance.settings import settings_of
from provenance.tables import SPANS, empty
from provenance.text.folding import fold
from provenance.text.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.reports.runs import Run
    from provenance.settings import Settings

SHOWN = 240  # characters of a text on a line: three lines of a terminal
RUN = 200  # words; a longer run would be a span, and sets of longer shingles would fill memory


def compare_channels(run: Run, left: dict[str, Any], right: dict[str, Any]) -> Iterator[str]:
    """Rows of DOCUMENTS -> what each channel sees in the two texts, and what each threshold asks for."""
    settings = settings_of(run.facts)
    one, two = fold(left["text"]).split(), fold(right["text"]).split()
    shingles = [shingle_set(words, settings.shingle_words) for words in (one, two)]
    shared, union = len(shingles[0] & shingles[1]), len(shingles[0] | shingles[1])
    yield (
        f"  jaccard {shared / union if union else 0:.3f}: {shared} of {union} different runs of"
        f" {settings.shingle_words} words stand in both; a match needs {settings.match_jaccard:g}, or a span"
    )
    yield _sketches(run, left, right, settings)
    longest = longest_run(one, two)
    more = " or more" if len(longest) == RUN else ""
    reach = settings.shingle_words + settings.window - 1
    needs = f"; a span needs {settings.min_span_words}, or a whole headline, caption, teaser or notice"
    seen = f"; runs of {reach} are always seen" if settings.level == "passage" else ""
    yield f"  longest run of equal words: {len(longest)}{more}{seen}{needs if settings.level == 'passage' else ''}"
    if longest:
        yield f"  it is: {excerpt(' '.join(longest))}"
    yield f"  rewritten passages: {explain_channel(settings, run.documents)}"


def _sketches(run: Run, left: dict[str, Any], right: dict[str, Any], settings: Settings) -> str:
    """What the sketches of the two say."""
    if run.documents.height <= settings.exhaustive_documents:
        return (
            f"  sketches: not used; in dumps of up to {settings.exhaustive_documents:,} articles every pair that shares"
            f" {settings.shingle_words} words in a row is compared"
        )
    signatures = word_sketcher(settings)(tokenize(pl.Series([left["text"], right["text"]])))
    equal = signatures[0] == signatures[1]
    bands, rows = choose_bands(settings)
    met = int(equal[: bands * rows].reshape(bands, rows).all(1).sum())
    return (
        f"  sketches: {met} of {bands} bands and {np.count_nonzero(equal)} of {settings.num_perm} permutations are"
        f" equal; a pair is compared from 1 and {least_equal(settings)} on"
    )


def compare_alone(run: Run, left: str, right: str) -> Iterator[str]:
    """Two ids that no match names -> whether they would match in a dump of their own, and if so what stopped them."""
    settings = settings_of(run.facts)
    documents = run.documents.filter(pl.col("doc_id").is_in([left, right])).sort("doc_id")
    spans = empty(SPANS)
    if settings.level == "document":
        matches = find_alike(documents, settings).matches
    else:
        passages = run.passages.filter(pl.col("doc_id").is_in([left, right]))
        tokens = tokenize(documents["text"])
        found = find_spans(documents, passages, tokens, None, _alone(settings, run))
        spans, matches = match_documents(documents, passages, tokens, found, settings)
        spans = spans.filter(pl.col("left_doc") != pl.col("right_doc"))
    if not matches.height:
        yield "  compared alone, they do not match either: none of these thresholds is reached"
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in spans["kind"].value_counts().sort("kind").iter_rows())
    about = f"{matches['relation'][0]}, jaccard {matches['jaccard'][0]:.3f}"
    yield f"  compared alone, they match: {about}{f', spans: {kinds}' if kinds else ''}"
    if spans.height and set(spans["kind"]) == {"rewritten"}:
        yield "  in this dump too few of their rare words stand near each other in both for them to be compared"
        return
    what = "passage" if spans.height else "sketch"
    yield (
        f"  in this dump they share a {what} with more than {settings.link_cap} articles (link_cap): each of those is"
        " compared with the one before it and with the first"
    )


def _alone(settings: Settings, run: Run) -> Settings:
    """The run's settings, with the rewritten channel as it was in the run: `auto` asks for the size of the dump."""
    return replace(settings, rewritten="on" if is_on(settings, run.documents) else "off")


def excerpt(text: str) -> str:
    """A text on one line, cut after SHOWN characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else f"{flat[:SHOWN]} ... ({len(flat) - SHOWN} more characters)"


def shingle_set(words: list[str], size: int) -> set[tuple[str, ...]]:
    """The runs of `size` words; of a shorter text, all its words are one."""
    if not words:
        return set()
    return {tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1))}


def longest_run(one: list[str], two: list[str]) -> list[str]:
    """The longest run of equal words in both, up to RUN words; of equals the first in `one`."""
    low, high, found = 0, min(len(one), len(two), RUN), 0
    while low < high:
        middle = (low + high + 1) // 2
        there = shingle_set(two, middle)
        place = next((at for at in range(len(one) - middle + 1) if tuple(one[at : at + middle]) in there), None)
        if place is None:
            high = middle - 1
        else:
            low, found = middle, place
    return one[found : found + low]
