"""Files, folders, globs, standard input or a frame -> DOCUMENTS and REJECTS."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import polars as pl
import xxhash

from provenance import tables
from provenance.dumps.columnar import take_table, with_place
from provenance.dumps.decode import MOST_BYTES, Expanded, decode_text, is_binary
from provenance.dumps.identity import name_documents
from provenance.dumps.language import detect_languages
from provenance.dumps.plain import split_articles
from provenance.dumps.records import Collector, read_json, read_json_lines, read_table
from provenance.dumps.rejects import Reject, reject_frame, single_line
from provenance.dumps.walk import Source, find_sources
from provenance.errors import UsageError
from provenance.tables import Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.settings import Settings

#: What a suffix says; whatever else holds text is plain text.
FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".jl": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv",
    ".parquet": "parquet", ".pq": "parquet", ".txt": "text", ".text": "text", ".md": "text",
}  # fmt: skip
PACKED = (".gz", ".zst", ".gzip", ".zstd")
#: Kinds of files that are text, or could be taken for it, and are read by no reader yet.
_NOT_READ = {
    ".html": "a web page", ".htm": "a web page", ".xhtml": "a web page", ".xml": "XML", ".rss": "a feed in XML",
    ".atom": "a feed in XML", ".warc": "a web archive", ".pdf": "PDF", ".eml": "mail", ".mbox": "mail",
}  # fmt: skip
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<rss", b"<feed")
#: Standard input up to this size stays in memory.
_SPOOL = 64 << 20


class _Reader:
    """The state of one reading: frames, rejects and what is to be said of each input."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.frames: list[pl.DataFrame] = []
        self.rejects: list[Reject] = []
        self.inputs: list[dict[str, object]] = []
        self.plain: dict[str, list[object]] = {
            name: []
            for name in (
                "path",
                "number",
                "start",
                "end",
                "outlet",
                "title",
                "byline",
                "published",
                "url",
                "text",
            )
        }


def read(inputs: Sequence[str], settings: Settings, stdin: BinaryIO | None = None) -> Read:
    """Inputs by name -> DOCUMENTS in order of path and place, REJECTS, and one row of `inputs` for each file.

    Raises UsageError for an input that is not there; anything else that cannot be read is a reject. Files are
    read one after another, record files in batches.
    """
    sources, left_out = find_sources(inputs)
    reader = _Reader(settings)
    reader.rejects += left_out
    for source in sources:
        _read_source(source, reader, stdin)
    if reader.plain["path"]:
        reader.frames.append(_plain_frame(reader.plain))
    return Read(_documents(reader.frames, settings), reject_frame(reader.rejects), _input_frame(reader.inputs))


def read_frame(frame: pl.DataFrame | pl.LazyFrame, settings: Settings) -> Read:
    """A frame with a column of texts -> DOCUMENTS with path `frame`, and REJECTS.

    Raises UsageError where the frame has no such column.
    """
    reader = _Reader(settings)
    problem = take_table(frame.lazy(), "frame", settings, reader.frames, reader.rejects)
    if problem is not None and problem[0] != "empty":
        raise UsageError(f"frame: {problem[1]}")
    documents = _documents(reader.frames, settings)
    reader.inputs.append(_fact("frame", 0, "", "frame", None))
    _count_documents(reader, before=0)
    return Read(documents, reject_frame(reader.rejects), _input_frame(reader.inputs))


def _read_source(source: Source, reader: _Reader, stdin: BinaryIO | None) -> None:
    path = source.path
    before = sum(frame.height for frame in reader.frames) + len(reader.plain["path"])
    try:
        with _open(source, stdin) as stream:
            size, digest = _fingerprint(stream)
            reader.inputs.append(_fact(path, size, digest, "", None))
            _read_stream(stream, path, size, reader)
    except OSError as error:
        reader.rejects.append(Reject(path, None, "unreadable", single_line(error.strerror or str(error))))
        return
    _count_documents(reader, before)


def _count_documents(reader: _Reader, before: int) -> None:
    total = sum(frame.height for frame in reader.frames) + len(reader.plain["path"])
    reader.inputs[-1]["documents"] = total - before


def _fact(path: str, size: int, digest: str, kind: str, encoding: str | None) -> dict[str, object]:
    return {
        "path": path,
        "bytes": size,
        "xxh3_128": digest,
        "format": kind,
        "encoding": encoding,
        "documents": 0,
    }


def _open(source: Source, stdin: BinaryIO | None) -> BinaryIO:
    """A stream that can seek; pipes and standard input are spooled, past 64 MB to disk."""
    if source.place is not None and source.place.is_file():
        return source.place.open("rb")
    spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_SPOOL))  # noqa: SIM115  the caller closes it
    given = stdin or sys.stdin.buffer if source.place is None else source.place.open("rb")
    while block := given.read(1 << 20):
        spool.write(block)
    spool.seek(0)
    return spool


def _fingerprint(stream: BinaryIO) -> tuple[int, str]:
    digest = xxhash.xxh3_128()
    size = 0
    while block := stream.read(1 << 20):
        digest.update(block)
        size += len(block)
    stream.seek(0)
    return size, digest.hexdigest()


def _read_stream(stream: BinaryIO, path: str, size: int, reader: _Reader) -> None:
    raw = Expanded(stream)
    content = io.BufferedReader(raw, 1 << 17)
    head = content.peek(1 << 16)
    if not head and raw.problem is None:
        reader.rejects.append(Reject(path, None, "empty", "the file holds nothing" if not size else "nothing inside"))
        return
    kind, problem = _format(path, head)
    fact = reader.inputs[-1]
    fact["format"] = kind + raw.kind
    if problem is None:
        before = sum(frame.height for frame in reader.frames)
        problem = _read_as(kind, cast("BinaryIO", content), stream, raw, path, reader, fact)
        read_some = sum(frame.height for frame in reader.frames) > before
        if raw.problem is not None:
            reader.rejects.append(Reject(path, None, *raw.problem, "partial" if read_some else "skipped"))
            problem = None
    elif raw.problem is not None:
        problem = raw.problem
    if problem is not None:
        reader.rejects.append(Reject(path, None, problem[0], single_line(problem[1], 600)))


def _format(path: str, head: bytes) -> tuple[str, tuple[str, str] | None]:
    """What a file is, by its suffix and first bytes; or why it is not read."""
    name = path.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    suffix = Path(name).suffix
    if head.startswith(b"PAR1"):
        return "parquet", None
    if suffix in _NOT_READ or head[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        what = _NOT_READ.get(suffix, "markup")
        return suffix.lstrip(".") or "markup", ("format", f"{what} is not read: extract its text first")
    known = FORMATS.get(suffix)
    if known == "parquet":
        return "parquet", ("damaged", "no Parquet: its first bytes are wrong")
    return known or _sniffed(head), None


def _sniffed(head: bytes) -> str:
    """The format of bytes without a known suffix: JSON if they begin as JSON does, else plain text."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    line = first.split(b"\n", 1)[0].rstrip()
    if first.startswith(b"{") and b'"' in line[:1000] and (line.endswith(b"}") or len(line) > 60_000):
        return "jsonl"
    return (
        "json" if first.startswith((b"[{", b"{")) or (first[:1] == b"[" and first[1:].lstrip()[:1] == b"{") else "text"
    )


def _read_as(
    kind: str,
    content: BinaryIO,
    stream: BinaryIO,
    raw: Expanded,
    path: str,
    reader: _Reader,
    fact: dict[str, object],
) -> tuple[str, str] | None:
    """Read a stream in a known format; why nothing was read, if so."""
    if kind == "text":
        return _read_text(content, raw, path, reader, fact)
    if kind == "parquet":
        return _read_parquet(content, stream, raw, path, reader)
    known = len(reader.rejects)
    collector = Collector(path, reader.settings, reader.rejects)
    if kind == "jsonl":
        encoding = read_json_lines(content, collector)
    elif kind == "json":
        encoding = read_json(content, collector)
    else:
        encoding = read_table(content, collector, "\t" if kind == "tsv" else None)
    fact["encoding"] = encoding
    if encoding is None:
        del reader.rejects[known:]
        return ("binary", "no text: is it compressed, or of another format?") if raw.problem is None else None
    collector.flush()
    missing = collector.missing_columns()
    if missing is not None:
        # What no record had is said once, not once a record.
        reader.rejects[known:] = [
            row for row in reader.rejects[known:] if row.reason not in ("no_column", "no_text_column")
        ]
        return missing
    if not collector.frames and len(reader.rejects) == known and raw.problem is None:
        return "empty", "no records"
    reader.frames += [with_place(frame, path) for frame in collector.frames]
    return None


def _read_text(
    content: BinaryIO, raw: Expanded, path: str, reader: _Reader, fact: dict[str, object]
) -> tuple[str, str] | None:
    octets = content.read(MOST_BYTES)
    if content.read(1):
        return "too_long", f"plain text of more than {MOST_BYTES >> 20} MB: split the file"
    decoded = decode_text(octets)
    fact["encoding"] = decoded.encoding
    if decoded.encoding is None:
        if raw.problem is not None:
            return None
        if is_binary(octets):
            return "binary", "no text: is it compressed, or of another format?"
        return "undecodable", "no encoding fits: save it as UTF-8"
    if decoded.bad_bytes:
        detail = f"{decoded.bad_bytes} bad bytes from byte {decoded.first_bad}, replaced by U+FFFD: mend its encoding"
        reader.rejects.append(Reject(path, None, "undecodable", detail, "partial"))
    articles = split_articles(decoded.text)
    if not articles and raw.problem is None:
        return "empty", "nothing but white space"
    many = len(articles) > 1
    plain = reader.plain
    for number, article in enumerate(articles):
        head = article.head
        values = (
            path, number if many else None, article.start, article.end, head.outlet, head.title, head.byline,
            head.published, head.url, decoded.text[article.start : article.end],
        )  # fmt: skip
        for column, value in zip(plain.values(), values, strict=True):
            column.append(value)
    return None


def _plain_frame(plain: dict[str, list[object]]) -> pl.DataFrame:
    schema = {**tables.DOCUMENTS, "number": pl.Int64()}
    frame = pl.DataFrame(plain, schema={name: schema[name] for name in plain})
    return frame.with_columns(own=pl.lit(None, dtype=pl.String), language=pl.lit(None, dtype=pl.String))


def _read_parquet(
    content: BinaryIO, stream: BinaryIO, raw: Expanded, path: str, reader: _Reader
) -> tuple[str, str] | None:
    source: BinaryIO | io.BytesIO = stream
    if raw.kind:
        source = io.BytesIO(content.read())
    else:
        stream.seek(0)
    known = len(reader.frames), len(reader.rejects)
    try:
        return take_table(pl.scan_parquet(source), path, reader.settings, reader.frames, reader.rejects)
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException) as error:
        del reader.frames[known[0] :], reader.rejects[known[1] :]
        return "damaged", f"no sound Parquet: {single_line(str(error), 120)}"


def _documents(frames: list[pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """Frames of articles -> DOCUMENTS: ids, tidy labels, and languages if the run is to end with origins.

    No stage reads the language, and telling it takes longer than comparing whole documents does.
    """
    if not frames or not any(frame.height for frame in frames):
        return tables.empty(tables.DOCUMENTS)
    order = frames[0].columns
    whole = pl.concat([frame.select(order) for frame in frames])
    whole = whole.sort("path", "number", nulls_last=False, maintain_order=True)
    whole = whole.with_columns(
        doc_id=name_documents(whole), **{name: _tidy(name) for name in ("title", "byline", "url")}
    )
    whole = whole.with_columns(
        outlet=_tidy("outlet").str.replace(r"^https?://(?:www\d?\.)?([^/\s]+).*$", "${1}"),
        language=_tidy("language").str.to_lowercase().str.extract(r"^([a-z]{2})(?:[-_].*)?$"),
    )
    unknown = whole["language"].is_null()
    if settings.until == "origins" and unknown.any():
        told = detect_languages(whole.filter(unknown)["text"])
        places = pl.DataFrame({"row": unknown.arg_true(), "told": told})
        whole = whole.with_columns(
            language=whole.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "language")
            .join(
                places.with_columns(pl.col("row").cast(pl.UInt32)),
                on="row",
                how="left",
                maintain_order="left",
            )
            .select(pl.coalesce("language", "told"))
            .to_series()
        )
    return tables.check(whole.select(list(tables.DOCUMENTS)), tables.DOCUMENTS, "documents")


def _tidy(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)


def _input_frame(inputs: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(inputs, schema=tables.INPUTS, orient="row")
