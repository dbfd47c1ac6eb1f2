"""What a file is: by its first bytes where those are plain, else by its suffix, else by a look at its text."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from provenance.dumps.labels.columns import choose_columns
from provenance.dumps.sources.addresses import is_web
from provenance.dumps.sources.compression import Problem
from provenance.dumps.sources.suffixes import PACKED, SUFFIXES
from provenance.settings import Settings

#: What a server's word says of text whose name and beginning say nothing: what a program answers has no suffix.
MEDIA = {
    "text/csv": "csv", "application/csv": "csv", "text/tab-separated-values": "tsv",
    "text/html": "html", "application/xhtml+xml": "html", "message/rfc822": "eml", "application/mbox": "mbox",
}  # fmt: skip
_CHARSET = re.compile(r"charset\s?=\s?[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
#: Kinds of files of which no text is read, by their first bytes.
_NOT_READ = (
    (b"%PDF-", "PDF: extract its text first"),
    (b"\xd0\xcf\x11\xe0", "an office document of the old kind: save its text"),
    (b"{\\rtf", "RTF: save its text"),
    (b"Rar!\x1a", "a RAR archive: unpack it yourself"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it yourself"),
    (b"Obj\x01", "Avro: save it as Parquet"),
    (b"ORC", "ORC: save it as Parquet"),
    (b"SQLite format 3\x00", "a SQLite database: export the table as Parquet"),
    (b"\x04\x22\x4d\x18", "LZ4: unpack it yourself"),
)
_MAGIC = (
    (b"PAR1", "parquet"),
    (b"ARROW1\x00\x00", "arrow"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"WARC/", "warc"),
)
#: Kinds whose files always begin with their magic: another beginning is damage. Arrow's streams begin as messages do.
_ONLY_BY_MAGIC = {"parquet": (b"PAR1",), "arrow": (b"ARROW1", b"\xff\xff\xff\xff"), "zip": (b"PK",)}
#: How a record begins, alone on its line, in a list or over several lines; prose in braces has no name in quotes.
_RECORD = re.compile(rb'(?:\[\s{0,99})?\{\s{0,99}"[^"\n]{1,200}"\s{0,9}:')
#: A name to which JSON is given, in a script that does nothing else.
ASSIGNED = r"\s{0,99}(?:window\.|(?:var|const|let) )[\w.$]{1,80}\s{0,3}=\s{0,3}(?=[\[{])"
_ASSIGNED = re.compile(ASSIGNED.encode())
#: How the programs that write out a whole database begin.
_SQL = re.compile(
    rb"(?:(?:--|#|/\*)[^\n]{0,200}\n\s{0,99}){0,9}(?:-- (?:MySQL|MariaDB|PostgreSQL|phpMyAdmin)\b[^\n]{0,40}\b[Dd]ump\b"
    rb"|(?:CREATE TABLE|INSERT INTO|DROP TABLE|BEGIN TRANSACTION|PRAGMA foreign_keys)\b[^\n]{0,200}[(;=])"
)
_COLUMN_NAME = re.compile(r"[^\W\d][\w .-]{0,40}")
#: A table in a file that is called text has so many columns that are known by name, and so many rows are looked at.
KNOWN_COLUMNS, ROWS_LOOKED_AT = 3, 8
_FEED = re.compile(rb"<(?:(?:rss|feed|rdf:rdf|channel)|(?:[a-z0-9]{1,20}:)?(?:nitf|newsml|newsitem|newsmessage))[\s>]")
_PAGE = re.compile(rb"<(?:!doctype\s{1,9}html|html)[\s>]")
#: The first element of a file, behind its declarations and comments.
_ELEMENT = re.compile(rb"(?:<[!?][^<>]{0,900}>\s{0,99}){0,9}<([A-Za-z][\w.-]{0,40})((?:\s[^<>]{0,4000})?)>")
#: Elements with which a piece of a page begins.
_OF_PAGES = frozenset(
    b"""a article aside b blockquote body br center div dl em figure font footer form h1 h2 h3 h4 h5 h6 head header hr i
    iframe img li link main meta nav ol p pre script section span strong style table title u ul""".split()
)
_MAIL = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{0,60}: ?[^\n]{0,900}\n(?:[ \t][^\n]{0,900}\n){0,40}){3}")
_MAIL_NAMES = re.compile(
    rb"^(?:From|Return-Path|Received|Message-ID|MIME-Version|Delivered-To):", re.IGNORECASE | re.MULTILINE
)


def kind_of(path: str, head: bytes, media: str = "") -> tuple[str, Problem | None]:
    """A path, a file's first 64 kB and its media type, if told -> what the file is; or why it is not read.

    >>> kind_of("feed.gz", b"<?xml version='1.0'?><rss version='2.0'>")
    ('feed', None)
    """
    for magic, what in _NOT_READ:
        if head.startswith(magic):
            return "", Problem("format", f"{what}")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind, None
    said = SUFFIXES.get(suffix_of(path))
    if said in (None, "text") and _SQL.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        return "", Problem("format", "SQL: load it, and export the table as CSV, JSON or Parquet")
    if head[257:262] == b"ustar" or (said == "tar" and _is_old_tar(head)):
        return "tar", None
    if said in _ONLY_BY_MAGIC and not head.startswith(_ONLY_BY_MAGIC[said]):
        return said, Problem("damaged", f"no {said} file: its first bytes are wrong")
    if said == "tar":
        return said, Problem("damaged", "no tar file: its first bytes are wrong")
    if said == "feed" or (said in (None, "html", "text") and _first(head).startswith(b"<")):
        kind = _of_markup(head, said)
    elif said == "text":
        kind = _called_text(head)
    else:
        kind = said or _sniffed(head)
    if kind == "text" and said is None:
        kind = MEDIA.get(media.partition(";")[0].strip().lower(), "text")
    return kind, None


def charset_of(media: str) -> str | None:
    """A media type -> the encoding that it names.

    >>> charset_of('text/html; charset="windows-1251"'), charset_of("text/html")
    ('windows-1251', None)
    """
    match = _CHARSET.search(media[:1000])
    return match[1] if match else None


def suffix_of(path: str) -> str:
    """A path -> its suffix in lower case, that of a packing left out.

    >>> suffix_of("a/News.JSONL.gz"), suffix_of("b.tgz"), suffix_of("https://quay.example/news.csv?day=3")
    ('.jsonl', '.tar', '.csv')
    """
    path = path.lower().rpartition("!/")[2]
    name = PurePosixPath(urlsplit(path).path if is_web(path) else path).name
    for packed, kept in PACKED.items():
        if name.endswith(packed):
            return kept or PurePosixPath(name.removesuffix(packed)).suffix
    return PurePosixPath(name).suffix


def _first(head: bytes) -> bytes:
    """The first 4 kB of a file as far as ASCII goes: without a BOM, white space and the zeroes of wide encodings."""
    start = head[:4096]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[1:2] == b"\0" or start[:1] == b"\0":
        start = start.replace(b"\0", b"")
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()


def _of_markup(head: bytes, said: str | None) -> str:
    first = _first(head)
    # Reuters' first corpus (RCV1) calls its stories in lower case what is an item of the IPTC's in mixed.
    if _FEED.search(first) and b"<newsitem " not in head[:4096]:
        return "feed"
    if said == "html" or _PAGE.match(first) or (first.startswith((b"<?xml", b"<!--")) and _PAGE.search(first)):
        return "html"
    if said == "feed" and first.startswith(b"{"):
        return "json"  # some serve JSON feeds under the old address
    if said == "feed" or first.startswith(b"<?xml") or _is_of_elements(head):
        return "xml"
    return "text"


def _is_of_elements(head: bytes) -> bool:
    """Whether text begins with an element that is none of HTML's, closed further on, and holds elements or is labelled.

    So the field's corpora begin, which are SGML without a declaration: `<DOC id="AFP_ENG_20040512.0001">`.
    """
    first = _ELEMENT.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if first is None or first[1].lower() in _OF_PAGES:
        return False
    closed = b"</" + first[1] in head or len(head) >= 1 << 16
    return closed and (b"=" in first[2] or head[first.end() :].lstrip().startswith(b"<"))


def _is_old_tar(head: bytes) -> bool:
    """Whether the first block is a tar's of before 1988: its check sum is right."""
    try:
        told = int(head[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return len(head) >= 512 and told == sum(head[:148]) + 8 * 32 + sum(head[156:512])


def _sniffed(head: bytes) -> str:
    """The format of text without a known suffix: what it begins as, else plain text."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _ASSIGNED.match(first):
        return "json"
    line = first.split(b"\n", 1)[0].rstrip()
    if first.startswith(b"{") and b'"' in line[:1000] and (line.endswith(b"}") or len(line) > 60_000):
        return "jsonl" if first[len(line) :].strip() or len(line) > 60_000 else "json"
    if first.startswith((b"[{", b"{")) or (first[:1] == b"[" and first[1:].lstrip()[:1] == b"{"):
        return "json"
    if first.startswith(b"From ") and _MAIL.match(first.split(b"\n", 1)[-1].replace(b"\r\n", b"\n")):
        return "mbox"
    start = first[: 1 << 14].replace(b"\r\n", b"\n")
    if _MAIL.match(start) and len(_MAIL_NAMES.findall(start[: start.find(b"\n\n") + 1 or None])) >= 2:
        return "eml"
    return "text"


def _called_text(head: bytes) -> str:
    """The format of a file that is called text: what is certain to be something else, is."""
    kind, first = _sniffed(head), head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind in ("json", "jsonl") and _RECORD.match(first):
        lines = [line for line in first.split(b"\n", 9) if line.strip()]
        lines = lines if first.endswith(b"\n") else lines[:-1] or lines  # what was looked at may end within a name
        return kind if kind == "json" or all(map(_RECORD.match, lines)) else "text"
    if kind == "mbox":
        return kind
    return next((name for mark, name in (("\t", "tsv"), (";", "csv"), (",", "csv")) if _is_table(first, mark)), "text")


def _is_table(first: bytes, delimiter: str) -> bool:
    """Whether a text begins with names of columns that are known, and most of its first rows have as many fields.

    One that is short is left out when the table is read. Of prose hardly a line has as many commas as another.
    """
    sample = first[: 1 << 15].decode("latin-1")
    try:
        rows = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), ROWS_LOOKED_AT + 1))
    except csv.Error:
        return False
    whole = [row for row in (rows if len(first) <= len(sample) else rows[:-1]) if row]
    if len(whole) < 2 or not all(map(_COLUMN_NAME.fullmatch, whole[0])):
        return False
    columns = choose_columns(whole[0], Settings())
    known = columns.problem is None and len(columns.of) >= KNOWN_COLUMNS
    return known and 2 * sum(len(row) == len(whole[0]) for row in whole[1:]) > len(whole) - 1
