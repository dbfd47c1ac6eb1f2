"""DOCUMENTS, PASSAGES -> ATTRIBUTIONS: every credit that stands in the text, with its kind and scope."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenance.tables import ATTRIBUTIONS
from provenance.tracing import citations, names, notices
from provenance.tracing.datelines import LONGEST, Dateline, read_dateline
from provenance.tracing.literals import Literals
from provenance.tracing.notices import Found
from provenance.tracing.titles import TITLED, read_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.tracing.literals import Hits

BATCH = 8192  # documents whose bytes are held at once
HEAD = 3000  # code points in which a dateline may begin; a feed's title, link and teaser come first
_DATELINE_LIKE = r"(?m)^[^\n]{2,110}?(?:--|[–—―]|[ )\d.]-|:)|\) ?[-–—]|[)][\p{Lu}“\n]|/ [\p{Lu}][^\n]{2,60}[-–—:]"
_JUNK_BEFORE = re.compile(r"\) ?[-–—]")  # how what _AFTER_JUNK finds ends; a search that begins with a letter is quick
_AFTER_JUNK = re.compile(
    r"(?:\s{2}|[|>•·./] ?|/ )(?P<line>[^\W\d_a-z][\w .,'’/-]{2,50} \([A-Z][\w .&/-]{1,30}\) ?[-–—]+)"
)
_MAY_BEGIN = re.compile(r"[-–—―:)]")
REACH = 116  # code points of a line that begins with a dateline, or has an address before one, to such a sign
_GAP, _BLANK = r"[\s\x1c-\x1f]", r"[\s\x1c-\x1f&&[^\n]]"  # of Python's strip and split, as the other engine writes it
_MARKED = rf"[^\n]*{_BLANK}[-–—|•·:»]{_BLANK}*"  # a line to the mark before a site's name
_SITE = r"(?:[^\sa-z\x1c-\x1f][^\s\x1c-\x1f]*|of|the|and|al|de)"  # a word of one that no table need have
#: What read_suffix may find something in: the first line that is not blank, the second, where it wants such words; and
#: a title. Of 10,000 stories of a wire whose second line is `NEW YORK, March 2 - The bank said`, 380 have any.
_SUFFIXED = (
    rf"\A{_GAP}*(?:{_MARKED}[^\n|–—•»]{{2,}}"
    rf"|[^\s\x1c-\x1f][^\n]*\n{_GAP}*{_MARKED}(?:{_SITE}{_BLANK}*){{1,6}})(?:\n|\z)"
)
_TITLE_SUFFIXED = rf"{_GAP}[-–—|•·:»]{_GAP}*[^|–—•»]{{2,}}\z"
_LINKED = "http"
_ADDRESS_THEN = re.compile(r"(?<!\S)https?://\S+ (?=\S)")
_ADDRESS = re.compile(r"https?://[^\s<>\"'\])]{4,300}")
_TAIL_LIKE = (
    r"[.!?”\"»)] ?\p{Lu}{2,5}\.?\s*$|"
    r"\n\s{0,4}\p{L}[\w -]{1,24}\.?\s*$|(?:[-–—|/][ \t]*[^\n().]{2,40}\.?|\([^()\n]{2,40}\)\.?)[ \t\n]*$"
)
_PICTURE_LIKE = (
    r"(?m)\([^()\n]{2,70}\)[ \t]*$|(?i:photo|picture|image|credit)[^\n]{0,20}[:/]|/ ?[\p{Lu}][\w .-]{1,24}[ \t]*$"
)
_AROUND = frozenset(citations.AROUND)
#: The end of a long line amid a sentence: a name may go on there. The search leaps from one end of a line to the next.
_WRAP = re.compile(r"\n(?<=[^\n]{50}[\w,]\n)(?=\w)")
_SHORT_NAME_LINE = (
    r"(?mi)^[ \t*•|/–—-]*(?:by[ \t:][^\n]{2,90}|from [^\n:]{3,100}:[^\n]{0,20}|par [^\n]{2,90}|(?:the )?(?:%s))[ \t.]*$"
)


Row = tuple[str, int, int, str | None, str, str, str | None, date | None]


def find_attributions(documents: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, PASSAGES -> ATTRIBUTIONS, sorted by document (in their order), start, end, kind.

    *map*: a document's rows depend on nothing but the document and its passages. One search
    finds the few places with a cue; Python reads those alone. About 3 s for 100,000 documents. A title
    suffix (`… – Middle East Monitor`) is a `credit`; if the title does not stand in the text its place is [0, 0).
    """
    captions = _captions(passages)
    rows: list[Row] = []
    wanted = documents.select("doc_id", "text", "title", "published", "outlet").join(
        _body_ends(passages), on="doc_id", how="left", maintain_order="left"
    )
    for batch in wanted.iter_slices(BATCH):
        rows.extend(_read_batch(batch, captions))
    return pl.DataFrame(rows, schema=ATTRIBUTIONS, orient="row")


def _captions(passages: pl.DataFrame) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    chosen = passages.filter(pl.col("role") == "caption").sort("doc_id", "start")
    for doc_id, start, end in chosen.select("doc_id", "start", "end").iter_rows():
        found.setdefault(doc_id, []).append((start, end))
    return found


def _body_ends(passages: pl.DataFrame) -> pl.DataFrame:
    """Document -> where its last passage ends that is not boilerplate: an agency signs there, above the menus."""
    said = passages.filter(~pl.col("role").is_in(["boilerplate", "quote"]))
    return said.group_by("doc_id").agg(body_end=pl.col("end").max())


@cache
def _literals() -> Literals:
    """Cues and names; and whether a text has a cue of a notice, or an address."""
    words = {*citations.FOLLOW, *_led_cues(), *citations.AROUND, *names.lexicon().spellings}
    return Literals(sorted(words), notices.CUES, [_LINKED])


@cache
def _led_cues() -> dict[str, str]:
    """What leads a word of AROUND, and a cue that begins with that word (` reported by `) -> the cue.

    The search reports what begins first: `reported by ` alone would be hidden by ` reported`.
    """
    led: dict[str, str] = {}
    for word in citations.AROUND:
        bare = word.lstrip(" ,")
        led |= {word.removesuffix(bare) + cue: cue for cue in citations.FOLLOW if cue.startswith(bare)}
    return led


@cache
def _agency_lines() -> str:
    table = names.lexicon()
    words = {name for name, kind in table.kinds.items() if kind == "agency"}
    short = {word for ways in table.exact.values() for word in ways} | {
        "reuters", "associated press", "agence france presse", "sputnik", "xinhua", "bloomberg news"
    }  # fmt: skip
    return "|".join(sorted(re.escape(word) for word in words | short))


def _read_batch(batch: pl.DataFrame, captions: dict[str, list[tuple[int, int]]]) -> Iterator[Row]:
    # No-break spaces stand in names and after cues; one code point for one, so places hold.
    batch = batch.with_columns(pl.col("text").str.replace_all("[\u00a0\u2007\u202f]", " "))
    hits = _literals().find(batch["text"])
    noticed, linked = (pl.Series(hits.flags & bit, dtype=pl.Boolean) for bit in (1, 2))
    text, head = pl.col("text"), pl.col("text").str.head(HEAD)
    tail = text.str.head(pl.col("body_end").fill_null(text.str.len_chars())).str.tail(notices.TAIL)
    table = batch.with_columns(
        head.str.contains(_DATELINE_LIKE).alias("dateline"),
        head.str.contains(_SHORT_NAME_LINE % _agency_lines()).alias("head"),
        noticed.alias("cue"),
        tail.str.contains(_TAIL_LIKE).alias("tail"),
        text.str.contains(_PICTURE_LIKE).alias("picture"),
        (text.str.head(TITLED).str.contains(_SUFFIXED) | pl.col("title").str.contains(_TITLE_SUFFIXED).fill_null(False))
        .alias("end"),
        linked.alias("links"),
        first=hits.ends[:-1],
        last=hits.ends[1:],
    )
    said = pl.any_horizontal("dateline", "head", "cue", "tail", "picture", "end", "links")
    for row in table.filter(said | (pl.col("first") < pl.col("last"))).iter_rows(named=True):
        yield from _read_document(row, hits, captions.get(row["doc_id"], []))


def _read_document(row: dict[str, Any], hits: Hits, captions: list[tuple[int, int]]) -> list[Row]:
    """One document with its flags -> its rows in order; of overlapping finds the first family wins."""
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
        found.extend(notices.read_notices(text, 0, foreign))
    if row["picture"]:
        found.extend(notices.read_picture_credits(text))
    if row["end"]:
        found.extend(read_suffix(text, row["title"]))
    if row["first"] < row["last"]:
        found.extend(_citations(text, hits, slice(row["first"], row["last"])))
    found.extend(_links(text) if row["links"] else ())
    return _rows(row["doc_id"], found, captions, row["published"])


class _Dated(NamedTuple):
    place: int
    line: Dateline


def _datelines(text: str) -> Iterator[_Dated]:
    """Datelines at the start of a line of the head, after an address on it, or after page furniture."""
    count = position = 0
    head = text[: HEAD + LONGEST]
    enough = 3 if "://" in head else 1  # a feed prints its teaser, then the same words again
    for line in head.split("\n"):
        if position > HEAD or count >= enough:
            return
        if len(line) < 12 or not (_MAY_BEGIN.search(line, 2, REACH) or "://" in line):
            position += len(line) + 1
            continue
        starts = [0]
        if "://" in line:
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


def _citations(text: str, hits: Hits, own: slice) -> Iterator[Found]:
    """The cues and names of a text -> first-party wording and citations."""
    raw = text.encode()
    plain = len(raw) == len(text)
    known, led = _literals().words, _led_cues()
    for hit, number in zip(hits.place[own].tolist(), hits.word[own].tolist(), strict=True):
        found = known[number]
        word = led.get(found, found)
        offset = hit + len(found) - len(word)  # what leads a cue is ASCII
        low = max(0, offset - citations.BEFORE)
        end = offset + len(word.encode())
        before = raw[low:offset].decode(errors="ignore")
        around = _WRAP.sub(" ", before + word + raw[end : end + citations.AFTER].decode(errors="ignore"))
        at = len(before) - (around.rfind("\n", 0, len(before)) + 1)
        window = around[len(before) - at :].partition("\n")[0]
        if word in citations.FOLLOW:
            if at and window[at - 1].isalnum():
                continue
            cited = citations.after_cue(window, word, at + len(word))
        elif word in _AROUND:
            cited = citations.before_cue(window, at)
        else:
            cited = citations.around_name(window, at, at + len(word))
        if cited:
            here = (offset if plain else len(raw[:offset].decode(errors="ignore"))) - at
            kind = "first_party" if cited.first_party else "cited"
            yield Found(here + cited.start, here + cited.end, cited.source, kind, "passage")


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
    for item in found:
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
            if (item.kind not in ("first_party", "cited", "link") and any(a <= start < b for a, b in captions)) or any(
                a <= start < b for a, b in captions
            ):
                scope = "caption"
            row = (doc_id, start, end, item.source, item.kind, scope, item.place, None)
        if any(start < b and a < end for a, b in taken):
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
