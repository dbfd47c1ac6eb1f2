"""ARTICLES -> rows of REJECTS that only flag them: each stays an article, for a record is one whatever it holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from provenance.dumps.intake import MOST_REJECTS
from provenance.dumps.labels.garbling import find_garbled
from provenance.dumps.labels.manipulation import find_signs
from provenance.dumps.labels.stand_ins import find_stand_ins
from provenance.dumps.rejects import Reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

#: Reason -> what finds it: ARTICLES -> what is told of each, null where nothing is.
_FINDS: dict[str, Callable[[pl.DataFrame], pl.Series]] = {
    "manipulated": lambda articles: find_signs(articles["text"]),
    "garbled": lambda articles: find_garbled(articles["text"]),
    "no_article": lambda articles: find_stand_ins(articles["text"], articles["title"]),
}


class Flags:
    """The flags of all articles of some inputs; of one file and reason no more than MOST_REJECTS, and their number."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()

    def raised(self, articles: pl.DataFrame) -> Iterator[Reject]:
        """A flag for each article with something to tell."""
        for reason, find in _FINDS.items():
            found = articles.select("path", "number", told=find(articles)).drop_nulls("told")
            for path, number, told in found.rows():
                self._seen[path, reason] += 1
                if self._seen[path, reason] <= MOST_REJECTS:
                    yield Reject(path, number, reason, told, "flagged")

    def rest(self) -> Iterator[Reject]:
        """How many more articles of a file there were."""
        for (path, reason), count in sorted(self._seen.items()):
            if count > MOST_REJECTS:
                yield Reject(path, None, reason, f"{count - MOST_REJECTS:,} more records of this file", "flagged")
