"""What one outlet prints under its articles again and again: only the index can tell, and no single document."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provenance.index.candidates import least_shown
from provenance.index.postings import LINE, SHINGLE
from provenance.matching.boilerplate import SENTENCE_SHARE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.index.candidates import Found
    from provenance.index.postings import Queries
    from provenance.settings import Settings


class Notices(NamedTuple):
    """Where new documents hold words of their outlet's notices."""

    found: NDArray[np.bool_]  # the rows of Found that are nothing but a notice
    row: NDArray[np.int64]  # of the new document; one a shingle
    place: NDArray[np.int64]  # the shingle in it


def no_notices(found: Found) -> Notices:
    """What queries met -> that nothing of it is a notice."""
    nothing = np.empty(0, np.int64)
    return Notices(np.zeros(found.query.size, np.bool_), nothing, nothing)


def find_notices(
    queries: Queries,
    found: Found,
    outlets: Sequence[str | None],
    articles: Array,
    outlets_of: Callable[[Sequence[int]], dict[int, str | None]],
    settings: Settings,
) -> Notices:
    """What queries met in more documents than the link cap -> what of that is an outlet's own notice.

    It is a notice if the first and the last document that hold it are of the new document's outlet, and if the outlet
    has printed it in as large a share of its earlier `articles` (int64, by row) as mark_boilerplate asks of a sentence.
    An agency's background stays under that share, and what several outlets print is syndication. But a document that
    has so much of it that it may be a near duplicate is compared all the same: an outlet may print one article a
    hundred times.
    """
    kind, row = queries.kind[found.query], queries.row[found.query].astype(np.int64)
    crowded = np.flatnonzero(found.strong & found.often[found.query] & ((kind == SHINGLE) | (kind == LINE)))
    names = outlets_of(np.unique(found.number[crowded]).tolist())
    own = np.array([outlets[at] is not None and outlets[at] == names.get(number)
                    for at, number in zip(row[crowded].tolist(), found.number[crowded].tolist(), strict=True)],
                   np.bool_)  # fmt: skip
    # of a shingle every window-th place is stored, of a line each
    weight = np.where(kind[crowded] == SHINGLE, settings.window, 1)
    own &= weight * found.total[found.query[crowded]] >= SENTENCE_SHARE * articles[row[crowded]]
    others = np.zeros(queries.key.size, np.bool_)
    others[found.query[crowded[~own]]] = True
    crowded = crowded[~others[found.query[crowded]]]
    asked = np.unique(found.query[crowded])
    asked = asked[queries.kind[asked] == SHINGLE]
    much = np.bincount(queries.row[asked], minlength=articles.size) >= least_shown(queries, articles.size, settings)
    dropped = np.zeros(found.query.size, np.bool_)
    dropped[crowded[~much[row[crowded]]]] = True
    return Notices(dropped, queries.row[asked].astype(np.int64), queries.place[asked].astype(np.int64))
