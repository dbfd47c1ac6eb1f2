"""WARC and WET files -> articles: records are cut here, where every byte is counted; their pages go to a worker.

FastWARC and warcio both end without a word where a file breaks off, so the framing (WARC 1.1, section 4: a head of
named fields, an empty line, Content-Length bytes, two line ends) is read by ourselves, and damage is skipped to the
next head.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from provenance.dumps.intake import Found
from provenance.dumps.sources.decode import Decoded, decode_text
from provenance.dumps.web.web_pages import take_page
from provenance.dumps.workers import Lost, Question
from provenance.text.calendar import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from provenance.dumps.intake import Intake

#: Longer records are pictures and films; their bytes are passed over.
MOST_RECORD = 16 << 20
MOST_HEAD = 1 << 16
#: Characters of a page's text, its menu among them, in which its article begins; a day may end later elsewhere.
MOST_OVER_ARTICLE, _DAY = 1 << 14, timedelta(days=1)
_VERSION = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n")
#: A line of a head: a field, one carried on, or the empty one at its end (WARC 1.1, section 4).
_FIELD = re.compile(rb"(?:[!#-'*+.0-9A-Z^-z|~-]+[ \t]*:|[ \t]).*|")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:\.\d{1,9})?)?)?Z?)?)?)?")
_DIGEST = re.compile(r"[!#-'*+.0-9A-Za-z^-z|~-]+:[A-Za-z0-9+/_=-]+")
_CAPTURES = ("response", "resource")
_OTHERS = ("warcinfo", "request", "metadata", "revisit", "continuation")


class _Record(NamedTuple):
    head: bytes
    fields: dict[str, str]
    body: bytes | None  # None if it is too long


def read_web_archive(stream: BinaryIO, intake: Intake) -> Iterator[pl.DataFrame | Question]:
    """A WARC or WET file -> an article for each page; record numbers count all records from 0.

    An article's address is the record's URI; where its page names no date of its own, it has the date of the record.
    """
    for number, record in enumerate(_records(stream, intake)):
        kind = record.fields.get("warc-type", "")
        uri = record.fields.get("warc-target-uri", "").strip("<>") or None
        known = Found("", number=number, url=uri, published=record.fields.get("warc-date"))
        if kind in _CAPTURES or kind == "conversion":
            if record.body is None:
                intake.reject(number, "too_long", f"a record of more than {MOST_RECORD >> 20} MB: it was passed over")
            elif kind == "conversion":
                _take_conversion(record.body, known, record.fields.get("warc-identified-content-language"), intake)
            elif uri is not None and not uri.startswith(("http:", "https:", "urn:", "file:", "ftp:")):
                intake.leave(f"{uri.split(':')[0][:20]}: records")
            else:
                cut = record.fields.get("warc-truncated")
                take = partial(_take_capture, intake=intake, known=known, cut=cut)
                yield Question("capture", {}, record.head + record.body + b"\r\n\r\n", take)
        elif kind not in _OTHERS:
            intake.reject(number, "damaged", "a record of no known type: it was passed over")
        yield from intake.full()


def _take_conversion(body: bytes, known: Found, languages: str | None, intake: Intake) -> None:
    decoded = decode_text(body, "utf-8")
    intake.decoded(decoded, known.number)
    if decoded.text.strip():
        language = _ISO_639.get((languages or "").split(",")[0])
        title = decoded.text.split("\n", 1)[0][:300]
        byline, published = _printed(title, decoded.text, known.published)
        labels = known._replace(title=title, byline=byline, published=published, language=language)
        intake.add(labels._replace(text=decoded.text))
    else:
        intake.reject(known.number, "blank" if decoded.encoding else "binary", "no text")


def _printed(title: str, text: str, crawled: str | None) -> tuple[str | None, str | None]:
    """Who wrote an article, and when, as its page says under the headline; or when it was crawled: none is younger."""
    from provenance.dumps.plain_text.heads import read_head_under  # noqa: PLC0415  as in `reading`
    from provenance.dumps.plain_text.layout import read_lines  # noqa: PLC0415

    head = read_head_under(title, read_lines(text[:MOST_OVER_ARTICLE]))
    fetched = parse_date(crawled) if crawled else None
    if head.published is None or (fetched is not None and head.published - fetched[0] >= _DAY):
        return head.byline, crawled
    return head.byline, head.published.isoformat()


#: Crawls name languages by three letters; these are the ones that the news is most often in.
_ISO_639 = {
    "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "por": "pt", "ita": "it", "nld": "nl", "rus": "ru", "ukr": "uk",
    "pol": "pl", "ces": "cs", "ell": "el", "tur": "tr", "ara": "ar", "fas": "fa", "heb": "he", "hin": "hi", "urd": "ur",
    "zho": "zh", "jpn": "ja", "kor": "ko", "vie": "vi", "tha": "th", "ind": "id", "swe": "sv", "dan": "da", "fin": "fi",
}  # fmt: skip


def _take_capture(answer: dict[str, Any] | Lost, intake: Intake, known: Found, cut: str | None) -> None:
    if isinstance(answer, dict) and "left" in answer:
        intake.leave(answer["left"])
        return
    if cut is not None:
        intake.reject(known.number, "damaged", f"the crawler cut this page ({cut}): crawl it again", "partial")
    if isinstance(answer, dict) and answer.get("items") is not None:
        intake.decoded(Decoded("", *answer["decoded"]), known.number)
        for item in answer["items"]:
            if item["text"].strip():
                intake.add(Found(**{**item, "url": item["url"] or known.url}, number=known.number))
    else:
        take_page(answer, intake, known)


def _records(stream: BinaryIO, intake: Intake) -> Iterator[_Record]:
    """The records of a stream; where it is damaged or breaks off, a reject says so."""
    number, lost = 0, 0
    line = stream.readline(MOST_HEAD)
    while line:
        if not _VERSION.fullmatch(line):
            lost += len(line.strip(b"\r\n"))
            line = stream.readline(MOST_HEAD)
            continue
        if lost:
            intake.reject(
                number, "damaged", f"{lost:,} bytes before this record belong to none: fetch the file again", "partial"
            )
            lost = 0
        head, fields = _read_head(line, stream)
        length = fields.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            intake.reject(number, "damaged", "a record without a length: it was passed over")
            number += 1
            line = stream.readline(MOST_HEAD)
            continue
        body, missing = _read_body(stream, int(length))
        if missing:
            intake.reject(
                number, "damaged", f"the file breaks off {missing:,} bytes before the end of this record", "partial"
            )
            if body:
                yield _Record(head, fields, body)
            return
        for told in _faults(head, fields, body):
            intake.reject(number, "damaged", f"{told}: fetch the file again", "partial")
        yield _Record(head, fields, body)
        number += 1
        ends = 0
        while (line := stream.readline(MOST_HEAD)) and not line.strip(b"\r\n"):
            ends += 1
        if not line and ends < 2:
            intake.reject(number - 1, "damaged", "the file breaks off at the end of this record", "partial")
    if lost:
        intake.reject(
            None, "damaged", f"{lost:,} bytes at the end belong to no record: fetch the file again", "partial"
        )


def _faults(head: bytes, fields: dict[str, str], body: bytes | None) -> Iterator[str]:
    """What of a record cannot be as it was written: its head by its grammar, its bytes by their digests."""
    lines = head.split(b"\n")[1:]
    if any(not _FIELD.fullmatch(line.rstrip(b"\r")) for line in lines) or not _is_text(head):
        yield "a line of its head is none"
    elif not _DATE.fullmatch(fields.get("warc-date", "")):
        yield "its head has no sound date"
    elif any(part in fields.get("warc-target-uri", "") for part in (" ", "\t")):
        yield "its address is none"
    if body is None:
        return
    payload = body.partition(b"\r\n\r\n")[2] if fields.get("content-type", "").startswith("application/http") else body
    # Of chunked answers some tools take the digest as sent, others as unpacked; of a part of a page none can be told.
    partly = {"warc-truncated", "warc-segment-number"} & fields.keys() or fields.get("warc-type") == "revisit"
    unclear = partly or b"\r\ntransfer-encoding:" in body[: len(body) - len(payload)].lower()
    for name, octets in (("warc-block-digest", body), ("warc-payload-digest", None if unclear else payload)):
        if octets is not None and not _is_as_told(octets, fields.get(name, "")):
            yield "its bytes are not those of which its digest was made"
            return


def _is_text(head: bytes) -> bool:
    try:
        return not _CONTROL.search(head.decode())
    except UnicodeDecodeError:
        return False


def _is_as_told(content: bytes, digest: str) -> bool:
    """Whether bytes are those of which `sha1:BASE32` was made; hex is as common, other digests are not."""
    name, _, value = digest.partition(":")
    if name.lower() not in ("sha1", "sha256", "md5"):
        return not digest or _DIGEST.fullmatch(digest) is not None
    made = hashlib.new(name.lower(), content, usedforsecurity=False).digest()
    return value.strip().upper().rstrip("=") in (base64.b32encode(made).decode().rstrip("="), made.hex().upper())


def _read_head(version: bytes, stream: BinaryIO) -> tuple[bytes, dict[str, str]]:
    """The fields of a record by their lower-case names, and the head as it stands."""
    lines, size = [version], 0
    fields: dict[str, str] = {}
    while (line := stream.readline(MOST_HEAD)) and size < MOST_HEAD:
        lines.append(line)
        size += len(line)
        if not line.strip(b"\r\n"):
            break
        name, mark, value = line.partition(b":")
        if mark:
            fields.setdefault(name.strip().decode("latin-1").lower(), value.strip().decode("utf-8", "replace"))
    return b"".join(lines), fields


def _read_body(stream: BinaryIO, length: int) -> tuple[bytes | None, int]:
    """The bytes of a record, None if they are too many to be held, and how many of them are missing."""
    parts: list[bytes] = []
    left = length
    while left and (part := stream.read(min(left, 1 << 20))):
        left -= len(part)
        if length <= MOST_RECORD:
            parts.append(part)
    return (b"".join(parts) if length <= MOST_RECORD else None), left
