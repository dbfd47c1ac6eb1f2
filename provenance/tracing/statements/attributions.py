"""DOCUMENTS, PASSAGES -> ATTRIBUTIONS: every credit that stands in the text, with its kind and scope."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenance.tables import ATTRIBUTIONS
from provenance.tracing.statements import bylines, citations, names, notices
from provenance.tracing.statements.datelines import (
    JAPANESE,
    LONGEST,
    Dateline,
    read_chinese,
    read_dateline,
    read_japanese,
    read_stopped,
)
from provenance.tracing.statements.facts import OPEN, leave_open
from provenance.tracing.statements.notices import Found
from provenance.tracing.statements.seeking import HEAD, find_cued, led_cues, list_words, plain_spaces, voiced_names
from provenance.tracing.statements.titles import read_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.tracing.statements.seeking import Cued

_JUNK_BEFORE = re.compile(r"\) ?[-–—]")  # how what _AFTER_JUNK finds ends; a search that begins with a letter is quick
_AFTER_JUNK = re.compile(
    r"(?:\s{2}|[|>•·./] ?|/ )(?P<line>[^\W\d_a-z][\w .,'’/-]{2,50} \([A-Z][\w .&/-]{1,30}\) ?[-–—]+)"
)
_MAY_BEGIN = re.compile(r"[-–—―:)/]")
BATCH = 8192  # documents whose texts Python holds at once
REACH = 116  # code points of a line that begins with a dateline, or has an address before one, to such a sign
_ADDRESS_THEN = re.compile(r"(?<!\S)https?://\S+ (?=\S)")
_ADDRESS = re.compile(r"https?://[^\s<>\"'\])]{4,300}")
_AROUND = frozenset(citations.AROUND)
#: The end of a long line amid a sentence: a name may go on there. The search leaps from one end of a line to the next.
_WRAP = re.compile(r"\n(?<=[^\n]{50}[\w,]\n)(?=\w)")

Row = tuple[str, int, int, str | None, str, str, str | None, date | None]


def find_attributions(
    documents: pl.DataFrame, passages: pl.DataFrame, cued: Cued | None = None, *, opened: bool = False
) -> pl.DataFrame:
    """DOCUMENTS, PASSAGES -> ATTRIBUTIONS, sorted by document (in their order), start, end, kind.

    *map*: a document's rows depend on the document and its passages alone. Python reads only the few places with a cue;
    `cued` (CUED) has these where they were searched for before. With `opened` there are also rows of scope OPEN, for
    settle_open. Cost: about 3 s for 100,000 documents. A title suffix
    (`… – Middle East Monitor`) is a `credit`, an agency in the column of authors a `byline`; a credit that does not
    stand in the text has the place [0, 0).
    """
    cued = cued or find_cued(documents, passages)
    columns = documents.select("doc_id", "title", "byline", "published", "outlet", "text")
    captions = _captions(passages, columns[cued.documents["row"]].select("doc_id"))
    rows: list[Row] = []
    for part in cued.documents.iter_slices(BATCH):
        chosen = columns[part["row"]]
        chosen = chosen.with_columns(plain_spaces(chosen["text"]))
        for row in pl.concat([part, chosen], how="horizontal").iter_rows(named=True):
            rows += _read_document(row, cued, captions.get(row["doc_id"], []))
    found = pl.DataFrame(rows, schema=ATTRIBUTIONS, orient="row")
    return found if opened else leave_open(found)


def _captions(passages: pl.DataFrame, wanted: pl.DataFrame) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    chosen = passages.filter(pl.col("role") == "caption").join(wanted, on="doc_id", how="semi").sort("doc_id", "start")
    for doc_id, start, end in chosen.select("doc_id", "start", "end").iter_rows():
        found.setdefault(doc_id, []).append((start, end))
    return found


def _read_document(row: dict[str, Any], cued: Cued, captions: list[tuple[int, int]]) -> list[Row]:
    """One document with its flags -> its rows in order; of overlapping finds that of the first family is kept."""
    text: str = row["text"]
    found: list[Found | _Dated] = []
    if row["dateline"]:
        found.extend(_datelines(text))
    if row["tail"]:
        end = len(text) if row["body_end"] is None else row["body_end"]
        cut = max(0, end - notices.TAIL)
        found.extend(notices.read_tail(text[cut:end], cut))
    if row["head"]:
        found.extend(notices.read_head(text[: notices.HEAD]))
    if row["cue"]:
        # A picture's or a page's credit stands near an end; in a short text the two are one piece.
        cut = len(text) - notices.TAIL
        foreign = row["outlet"] is not None  # else the furniture of an unknown outlet may be the publisher's own
        for piece, at in ((text[: notices.HEAD], 0), (text[cut:], cut)) if cut > notices.HEAD else ((text, 0),):
            found.extend(notices.read_credits(piece, at, foreign))
            found.extend(bylines.read_shared(piece, at))
            found.extend(bylines.read_written(piece, at))
        found.extend(notices.read_notices(text, foreign))
    if row["picture"]:
        found.extend(notices.read_picture_credits(text))
    if row["end"]:
        found.extend(read_suffix(text, row["title"]))
    if row["signed"] and not any(item.kind == "byline" for item in found if isinstance(item, Found)):
        found.append(Found(0, 0, bylines.read_byline(row["byline"]), "byline"))
    if row["first"] < row["last"]:
        found.extend(_citations(text, cued, slice(row["first"], row["last"])))
    found.extend(_links(text) if row["links"] else ())
    return _rows(row["doc_id"], found, captions, row["published"])


class _Dated(NamedTuple):
    place: int
    line: Dateline


def _datelines(text: str) -> Iterator[_Dated]:
    """Datelines in the head: at the start of a line, or on it after an address or page furniture."""
    count = position = 0
    head = text[: HEAD + LONGEST]
    linked = "://" in head
    enough = 3 if linked else 1  # a feed prints its teaser, then the same words again
    while position <= min(HEAD, len(head)) and count < enough:
        end = head.find("\n", position)
        line = head[position:] if end < 0 else head[position:end]
        if len(line) < 12 or not (_MAY_BEGIN.search(line, 2, REACH) or (linked and "://" in line)):
            position += len(line) + 1
            continue
        starts = [0]
        if linked and "://" in line:
            starts.extend(match.end() for match in _ADDRESS_THEN.finditer(line[:2000]))
        for start in starts:
            piece = line[start : start + LONGEST + 40]
            if len(line) - start > 3 and (dateline := read_dateline(piece)):
                count += 1
                yield _Dated(position + start, dateline)
                break
        else:
            for match in _AFTER_JUNK.finditer(line[:400]) if _JUNK_BEFORE.search(line, 0, 400) else ():
                dateline = read_dateline(match["line"] + " x")
                if dateline and dateline.source in names.lexicon().kinds:
                    count += 1
                    yield _Dated(position + match.start("line"), dateline)
                    break
        position += len(line) + 1


def _citations(text: str, cued: Cued, own: slice) -> Iterator[Found | _Dated]:
    """Cues and names found in a text -> first-party wording, citations, and datelines that begin with a name."""
    raw = text.encode()
    plain = len(raw) == len(text)
    known, led, voiced = list_words().words, led_cues(), voiced_names()
    opened: set[tuple[str, bool]] = set()
    for hit, number in zip(cued.place[own].tolist(), cued.word[own].tolist(), strict=True):
        found = known[number]
        word = led.get(found, found)
        offset = hit + len(found) - len(word)  # what leads a cue is ASCII
        low = max(0, offset - citations.BEFORE)
        end = offset + len(word.encode())
        before = raw[low:offset].decode(errors="ignore")
        around = _WRAP.sub(" ", before + word + raw[end : end + citations.AFTER].decode(errors="ignore"))
        at = len(before) - (around.rfind("\n", 0, len(before)) + 1)
        window = around[len(before) - at :].partition("\n")[0]
        end_of_name = at + len(voiced.get(word, word))
        if word in citations.FOLLOW:
            if at and window[at - 1].isalnum():
                continue
            cited = citations.after_cue(window, word, at + len(word))
        elif not at and word[0] > "\u2fff":
            # scripts without spaces write neither a bracket nor a dash around an agency
            if dateline := read_chinese(window, len(word), names.resolve(word) or word):
                yield _Dated(offset if plain else len(raw[:offset].decode(errors="ignore")), dateline)
            continue
        elif word in JAPANESE or window[at - 2 : at] == ". ":
            dateline = read_japanese(window) if word in JAPANESE else read_stopped(window)
            if dateline and (low == 0 or at < len(before)):
                place = hit - len(window[:at].encode())
                yield _Dated(place if plain else len(raw[:place].decode(errors="ignore")), dateline)
                continue
            cited = None if word in JAPANESE else citations.around_name(window, at, end_of_name, word in voiced)
        elif word in _AROUND:
            cited = citations.before_cue(window, at)
        else:
            cited = citations.around_name(window, at, end_of_name, word in voiced)
        if cited and (cited.sure or (cited.source, cited.first_party) not in opened):
            if not cited.sure:  # the first time says enough of a name that mostly is a person's
                opened.add((cited.source, cited.first_party))
            here = (offset if plain else len(raw[:offset].decode(errors="ignore"))) - at
            kind = "first_party" if cited.first_party else "cited"
            yield Found(here + cited.start, here + cited.end, cited.source, kind, "passage" if cited.sure else OPEN)


def _links(text: str) -> Iterator[Found]:
    for match in _ADDRESS.finditer(text):
        source = names.outlet_of_address(match.group())
        if source:
            yield Found(match.start(), match.end(), source, "link", "passage")


def _rows(
    doc_id: str,
    found: list[Found | _Dated],
    captions: list[tuple[int, int]],
    published: datetime | None,
) -> list[Row]:
    rows: list[Row] = []
    taken: list[tuple[int, int]] = []
    for item in sorted(found, key=lambda one: isinstance(one, Found) and one.scope == OPEN):  # these displace none
        if isinstance(item, _Dated):
            line = item.line
            start, end = item.place + line.start, item.place + line.end
            row: Row = (
                doc_id,
                start,
                end,
                line.source,
                "dateline",
                "article",
                line.place,
                _day(line, published),
            )
        else:
            start, end, scope = item.start, item.end, item.scope
            # a passage that is the credit, and perhaps its brackets, is nobody's caption
            if captions and any(a <= start < b and b - a > end - start + 4 for a, b in captions):
                if scope == OPEN:
                    continue
                scope = "caption"
            row = (doc_id, start, end, item.source, item.kind, scope, item.place, None)
        if taken and any(start < b and a < end for a, b in taken):
            continue
        taken.append((start, end))
        rows.append(row)
    return sorted(rows, key=lambda row: (row[1], row[2], row[4]))


def _day(line: Dateline, published: datetime | None) -> date | None:
    """The day of a dateline; its year is printed, or is the one nearest to the publication date."""
    if line.month is None or line.day is None:
        return None
    return _choose_day(line.month, line.day, line.year, published.date() if published else None)


@lru_cache(1 << 12)
def _choose_day(month: int, day: int, year: int | None, published: date | None) -> date | None:
    years = [year] if year else []
    if not years and published:
        years = [published.year - 1, published.year, published.year + 1]
    days = []
    for one in years:
        try:
            days.append(date(one, month, day))
        except ValueError:
            continue
    if year or not published:
        return days[0] if days else None
    near = min(days, key=lambda day: abs((day - published).days), default=None)
    return near if near and abs(near - published) <= timedelta(days=90) else None
