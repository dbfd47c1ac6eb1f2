"""Where a reader puts the articles that it finds, and notes what it could not read; frames of bounded size come out."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenance import tables
from provenance.dumps.labels.day_order import tell_order
from provenance.dumps.labels.published import parse_published, unread_dates
from provenance.dumps.rejects import Reject, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provenance.dumps.sources.decode import Decoded
    from provenance.settings import Settings

#: Articles held as Python objects before they become a frame, and characters of text in them.
BATCH_ROWS, BATCH_CHARS = 8192, 16 << 20
#: Rows of `rejects` that one file may have for one reason; further ones are counted in a last row.
MOST_REJECTS = 10_000
_SURROGATE = re.compile("[\ud800-\udfff]")


class Found(NamedTuple):
    """An article as a reader found it; None for what it does not know.

    `number` is its place in the file from 0, None where the file is one article; `own` the id that it brought along;
    `start` and `end` are code points in the decoded file, None where the text is no slice of it; `published` is in
    whatever form it was written, and so is `updated`, when it was changed: which is told where nothing was published.
    """

    text: str
    number: int | None = None
    own: str | None = None
    start: int | None = None
    end: int | None = None
    outlet: str | None = None
    title: str | None = None
    byline: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    updated: str | None = None


FOUND = pl.Schema(
    {
        name: {"number": pl.Int64(), "start": tables.PLACE, "end": tables.PLACE}.get(name, pl.String())
        for name in Found._fields
    }
)
#: The columns of a frame of articles, from which ids and DOCUMENTS are made; `undated` is a date that is none, and
#: `day_first` what the date tells of the others of its field (day_order).
ARTICLES = pl.Schema(
    {
        "path": pl.String(),
        **{name: dtype for name, dtype in FOUND.items() if name != "updated"},
        "published": tables.TIME,
        "undated": pl.String(),
        "day_first": pl.Boolean(),
    }
)


#: Fields of a few words, and what pandas, Python, JavaScript, R and databases write where one holds nothing.
_LABELS = ("own", "published", "outlet", "title", "url", "byline", "language", "updated")
_NONE = ("nan", "NaN", "NaT", "None", "null", "NULL", "<NA>", "undefined", "N/A", "n/a", "\\N")


class Shelf:
    """Articles of all files, gathered until they are enough for a frame."""

    def __init__(self) -> None:
        self.columns: dict[str, None] = {}  # their names in order, of all tables and records so far
        self._rows: list[tuple[str | int | None, ...]] = []
        self._chars = 0

    def put(self, path: str, found: Found) -> None:
        """Take an article."""
        self._rows.append((path, *found))
        self._chars += len(found.text)

    def full(self) -> Iterator[pl.DataFrame]:
        """The articles taken, as a frame, once they are many."""
        if len(self._rows) >= BATCH_ROWS or self._chars >= BATCH_CHARS:
            yield from self.rest()

    def rest(self) -> Iterator[pl.DataFrame]:
        """The articles taken, as a frame, if there are any."""
        if self._rows:
            rows, self._rows, self._chars = self._rows, [], 0
            columns = dict(zip(("path", *FOUND), zip(*rows, strict=True), strict=True))
            yield to_articles(pl.DataFrame(columns, schema={"path": pl.String(), **FOUND}, strict=True))


class Intake:
    """One input while it is read: its name, the settings, the articles found in it and what could not be read."""

    def __init__(self, path: str, settings: Settings, shelf: Shelf, charset: str | None = None) -> None:
        self.path, self.settings = path, settings
        self.charset = charset  # that a server declared for text
        self.rejects: list[Reject] = []
        self.documents = 0
        self.members = 0  # of an archive; each has an Intake of its own
        self.replaced = 0
        self._shelf = shelf
        self._encodings: Counter[tuple[str, str]] = Counter()
        self._certainty: float | None = None
        self._rejected: Counter[str] = Counter()
        self._left: Counter[str] = Counter()

    # -- articles ----------------------------------------------------------------------------------------
    def add(self, found: Found) -> None:
        """Take an article. Halves of surrogate pairs, which JSON allows as escapes and no text holds, become U+FFFD."""
        if not _is_sound(found):
            found = Found(*(without_surrogates(cell) if isinstance(cell, str) else cell for cell in found))  # type: ignore[arg-type]
            self.replaced += 1
            self.reject(found.number, "undecodable", "half of a surrogate pair, replaced by U+FFFD", "partial")
        self._shelf.put(self.path, found)
        self.documents += 1

    def full(self) -> Iterator[pl.DataFrame]:
        """The articles taken, as a frame, once they are many."""
        return self._shelf.full()

    def counted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of articles with the columns of FOUND -> ARTICLES, counted."""
        self.documents += frame.height
        return to_articles(frame.with_columns(path=pl.lit(self.path)))

    def see(self, columns: Iterable[str]) -> None:
        """Note which columns the file has, if it is a table or records."""
        self._shelf.columns |= dict.fromkeys(columns)

    # -- what is said of it ------------------------------------------------------------------------------
    def reject(self, record: int | None, reason: str, detail: str, action: str = "skipped") -> None:
        """Note that the file, or a record of it, was not read, or in part."""
        self._rejected[reason] += 1
        if self._rejected[reason] <= MOST_REJECTS:
            self.rejects.append(Reject(self.path, record, reason, single_line(detail, 600), action))

    def forget(self, *reasons: str) -> None:
        """Take back what was noted for these reasons."""
        self.rejects = [reject for reject in self.rejects if reject.reason not in reasons]
        for reason in reasons:
            self._rejected.pop(reason, None)

    def leave(self, what: str) -> None:
        """Count a record that is no article and was none to be (a picture in a web archive)."""
        self._left[single_line(what, 60)] += 1

    def close(self) -> list[Reject]:
        """All rejects; where one reason has more than MOST_REJECTS, a last row counts the others."""
        for reason, count in sorted(self._rejected.items()):
            if count > MOST_REJECTS:
                more = f"{count - MOST_REJECTS:,} more records of this file"
                self.rejects.append(Reject(self.path, None, reason, more, "partial"))
        if self._left:
            most = sorted(self._left.items(), key=lambda item: (-item[1], item[0]))[:8]
            listed = ", ".join(f"{count:,} {what}" for what, count in most)
            many = self._left.total()
            told = "1 record that is no article" if many == 1 else f"{many:,} records that are no articles"
            self.reject(None, "left_out", f"{told}: {listed}", "partial")
        return self.rejects

    def decoded(self, decoded: Decoded, record: int | None = None) -> None:
        """Note how bytes were decoded; replaced ones are a reject."""
        if decoded.encoding is None:
            return
        self._encodings[decoded.encoding, decoded.decided] += 1
        if decoded.certainty is not None:
            self._certainty = min(decoded.certainty, 1.0 if self._certainty is None else self._certainty)
        if decoded.bad_bytes:
            self.replaced += decoded.bad_bytes
            detail = (
                f"{decoded.bad_bytes} bad bytes from byte {decoded.first_bad}, replaced by U+FFFD: mend its encoding"
            )
            self.reject(record, "undecodable", detail, "partial")

    def facts(self) -> dict[str, object]:
        """The columns of INPUTS that tell how the file was decoded; several encodings, most frequent first."""
        by_count = sorted(self._encodings.items(), key=lambda item: (-item[1], item[0]))
        return {
            "encoding": ", ".join(dict.fromkeys(encoding for (encoding, _), _ in by_count)) or None,
            "decided": ", ".join(dict.fromkeys(how for (_, how), _ in by_count)) or None,
            "certainty": self._certainty,
            "replaced": self.replaced,
            "documents": self.documents,
        }


def to_articles(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with `path` and the columns of FOUND (`published` of any type) -> ARTICLES.

    A label that is a program's word for none is none: all articles without a publisher were those of one called `nan`.
    """
    words = [name for name in _LABELS if frame[name].dtype == pl.String]
    frame = frame.with_columns(pl.when(~pl.col(words).is_in(_NONE)).then(pl.col(words)))
    published = parse_published(frame["published"])
    undated = unread_dates(frame["published"], published, frame["updated"])
    told = {"undated": undated, "day_first": tell_order(frame["published"])}
    return frame.with_columns(published=published, **told).select(list(ARTICLES))


def _is_sound(found: Found) -> bool:
    try:
        for cell in found:
            if isinstance(cell, str) and not cell.isascii():
                cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def without_surrogates(text: str) -> str:
    """A text whose halves of surrogate pairs are U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)
