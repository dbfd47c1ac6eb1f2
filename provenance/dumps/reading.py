"""Files, folders, globs, addresses, standard input or a frame -> DOCUMENTS and REJECTS."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import polars as pl

from provenance import tables
from provenance.dumps.columnar import table_files
from provenance.dumps.columnar.ahead import TABLES
from provenance.dumps.facts import blank_fact, fingerprint, input_frame, settle
from provenance.dumps.flags import Flags
from provenance.dumps.intake import Intake, Shelf
from provenance.dumps.labels.columns import refuse_absent
from provenance.dumps.labels.identity import name_documents
from provenance.dumps.labels.language import tell_languages
from provenance.dumps.mail.mailboxes import read_mail, read_mailbox
from provenance.dumps.records.delimited import read_table
from provenance.dumps.records.elements import read_elements
from provenance.dumps.records.json_files import read_json, read_json_lines
from provenance.dumps.rejects import HARMLESS, Reject, reject_frame
from provenance.dumps.sources.archives import read_tar, read_zip
from provenance.dumps.sources.compression import Allowance, Expanded, Problem, is_packed
from provenance.dumps.sources.kinds import charset_of, kind_of
from provenance.dumps.sources.opening import open_source, unopened
from provenance.dumps.sources.walk import ABOUT, Source, find_sources, is_about
from provenance.dumps.web.feeds import read_feed_file
from provenance.dumps.web.web_archives import read_web_archive
from provenance.dumps.web.web_pages import read_page_file
from provenance.dumps.workers import Question, Workers
from provenance.errors import InputError, UsageError
from provenance.room import Texts
from provenance.tables import Read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from provenance.dumps.columnar.ahead import Ahead
    from provenance.dumps.sources.archives import Member
    from provenance.settings import Settings

#: An archive that does not lie open (it is packed, or inside another) is held in memory, and no larger.
_MOST_HELD = 64 << 20
#: Packings and archives in each other; a .tar.gz of .warc.gz files is three.
_MOST_LAYERS = 5


class _Finished(NamedTuple):
    """A file or member has been read to its end."""

    intake: Intake
    fact: dict[str, Any]
    problem: Problem | None


def _read_plain(stream: BinaryIO, intake: Intake) -> Iterator[pl.DataFrame]:
    from provenance.dumps.plain_text.text_files import read_text  # noqa: PLC0415  .05 s of expressions that a table does without

    yield from read_text(stream, intake)


#: What reads a file of which kind.
READERS: dict[str, Callable[[BinaryIO, Intake], Iterator[pl.DataFrame | Question]]] = {
    "text": _read_plain,
    "jsonl": read_json_lines,
    "json": read_json,
    "csv": read_table,
    "tsv": lambda stream, intake: read_table(stream, intake, "\t"),
    "html": read_page_file,
    "feed": read_feed_file,
    "xml": read_elements,
    "warc": read_web_archive,
    "eml": read_mail,
    "mbox": read_mailbox,
}
#: What opens an archive of which kind; the first two need to seek.
ARCHIVES: dict[str, Callable[[BinaryIO], Iterator[Member]]] = {"zip": read_zip, "tar": read_tar}


class Reading:
    """Inputs by name, read one after another: iterate for frames of ARTICLES, of bounded size and in any order.

    At the end `rejects`, with `unread` among them, and `inputs` are whole. Raises UsageError at once for an
    input that is not there; anything else that cannot be read is a reject.
    """

    def __init__(
        self,
        inputs: Sequence[str | Source],
        settings: Settings,
        stdin: BinaryIO | None = None,
        unread: Iterable[Reject] = (),
        errors: int = 0,
        kind: str = "",
        ahead: Ahead | None = None,
    ) -> None:
        self.settings = settings
        self._kind = kind  # of all inputs; if empty, each is looked at
        self._sources, left_out = find_sources(inputs)
        self.rejects: list[Reject] = []
        self.inputs: list[dict[str, Any]] = []
        self._facts: dict[str, dict[str, Any]] = {}  # by path
        self._stdin = stdin
        self._shelf, self._flags = Shelf(), Flags()
        self._workers = Workers()
        self._ahead = {} if ahead is None else ahead
        self.errors = errors  # to begin with: those of earlier bits of a stream
        self._told([*left_out, *unread])

    def __iter__(self) -> Iterator[pl.DataFrame]:
        with self._workers as workers:
            for thing in workers.ask(self._all()):
                if isinstance(thing, _Finished):
                    self._finish(thing)
                elif isinstance(thing, pl.DataFrame):
                    yield self._looked_at(thing)
                yield from map(self._looked_at, self._shelf.full())
        yield from map(self._looked_at, self._shelf.rest())
        self.rejects += self._flags.rest()

    @property
    def columns(self) -> dict[str, None]:
        """The columns of all tables and records so far."""
        return self._shelf.columns

    def refuse_absent(self) -> None:
        """Raise UsageError where a column was asked for that no input had so far. Before the end nobody can tell."""
        refuse_absent(self.columns, self.settings)

    def _looked_at(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of ARTICLES as it is, once those that hide something are flagged."""
        self.rejects += self._flags.raised(frame)
        return frame

    def settle(self, frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
        """All frames that this gave -> the same with the dates that only all of them tell; the others are counted."""
        return settle(frames, self._facts)

    def _all(self) -> Iterator[pl.DataFrame | Question | _Finished]:
        for source in self._sources:
            yield from self._source(source)

    def _source(self, source: Source) -> Iterator[pl.DataFrame | Question | _Finished]:
        """One input by name -> what is read from it; one that cannot be opened, or breaks off, is a reject."""
        try:
            stream, media = open_source(source, self._stdin)
            with stream:
                size, digest = fingerprint(stream)
                fact = self._fact(source.path, size, digest)
                yield from self._layers(stream, source.path, Allowance(size), fact, media=media, is_file=True)
        except OSError as error:
            self._told([unopened(source, error)])

    def _fact(self, path: str, size: int | None = None, digest: str | None = None) -> dict[str, Any]:
        """A row of INPUTS for a file or member, kept here; it is filled in while that is read."""
        fact = blank_fact(path) | {"bytes": size, "xxh3_128": digest}
        self.inputs.append(fact)
        self._facts[path] = fact
        return fact

    def _finish(self, done: _Finished) -> None:
        """Say why a file gave nothing or broke off, and note what is known of it at its end."""
        intake, problem = done.intake, done.problem
        if problem is not None:
            if not intake.documents:
                intake.forget("binary", "undecodable", "broken_json")  # what breaks off is of no kind
            action = "partial" if intake.documents or intake.members else "skipped"
            intake.reject(None, problem.reason, problem.detail, action)
        elif not (intake.documents or intake.members or intake.rejects):
            intake.reject(None, "empty", "nothing inside" if done.fact["bytes"] else "the file holds nothing")
        done.fact.update(intake.facts())
        self._told(intake.close())

    def _told(self, rejects: list[Reject]) -> None:
        """Keep rejects; raise InputError once more inputs and records could not be read than `max_errors`."""
        self.rejects += rejects
        bad = [reject for reject in rejects if reject.reason not in HARMLESS]
        self.errors += len(bad)
        if self.errors > self.settings.max_errors:
            last = bad[-1]
            raise InputError(
                f"{self.errors:,} inputs or records could not be read, more than max_errors "
                f"{self.settings.max_errors:,}; the last: {last.path}: {last.detail or last.reason}"
            )

    def _layers(
        self,
        stream: BinaryIO,
        path: str,
        allowance: Allowance,
        fact: dict[str, Any],
        layers: int = 0,
        *,
        media: str = "",
        is_file: bool = False,
    ) -> Iterator[pl.DataFrame | Question | _Finished]:
        """A stream of any kind -> what is read from it; packings and archives are opened, layer by layer."""
        raw = Expanded(stream, allowance, member=layers > 0 and not is_file)
        content = io.BufferedReader(raw, 1 << 17)
        head = content.peek(1 << 16)
        intake = Intake(path, self.settings, self._shelf, charset_of(media))
        fact["format"] = raw.kind + str(fact["format"])
        if raw.kind:
            layers += 1
        if layers > _MOST_LAYERS:
            yield _Finished(intake, fact, Problem("expands", f"archives in each other more than {_MOST_LAYERS} deep"))
        elif is_packed(head):
            whole = cast("BinaryIO", content)
            yield from self._layers(whole, path, allowance, fact, layers, media=media, is_file=True)
            if raw.problem:  # the outer packing's checksum comes after all of the inner one
                self._told([Reject(path, None, *raw.problem, "partial")])
        else:
            kind, problem = (self._kind, None) if self._kind else kind_of(path, head, media)
            fact["format"] = kind + str(fact["format"])
            seekable = stream if is_file and not raw.kind and stream.seekable() else None
            if problem is None and head:
                yield from self._read(kind, cast("BinaryIO", content), seekable, intake, allowance, layers)
            yield _Finished(intake, fact, raw.problem or problem)

    def _read(
        self,
        kind: str,
        content: BinaryIO,
        seekable: BinaryIO | None,
        intake: Intake,
        allowance: Allowance,
        layers: int,
    ) -> Iterator[pl.DataFrame | Question | _Finished]:
        """A stream of a known kind -> what its reader gives, or what the readers of an archive's members give.

        `seekable` is the file itself, where that can seek: Parquet, Arrow and zip are read from their end.
        """
        reader = READERS.get(kind)
        if reader is not None:
            yield from reader(content, intake)
            return
        if kind != "tar":
            whole = seekable or _held(content, intake)
            if whole is None:
                return
            whole.seek(0)
            content = whole
        if kind in TABLES:
            yield from table_files.read_columnar(kind, content, intake, self._workers, self._ahead)
            return
        for member in ARCHIVES[kind](content):
            intake.members += 1
            if member.stream is None:
                self._note(member, intake)
                continue
            path = f"{intake.path}!/{member.name}"
            if is_about(member.name):
                self._told([Reject(path, None, *ABOUT)])
                continue
            yield from self._layers(member.stream, path, allowance, self._fact(path), layers + 1)

    def _note(self, member: Member, archive: Intake) -> None:
        """Note why a member was not read, or an archive not to its end."""
        assert member.problem is not None
        if member.name:
            self._told([Reject(f"{archive.path}!/{member.name}", None, *member.problem)])
        else:
            archive.reject(None, *member.problem, "partial" if archive.members > 1 else "skipped")


def read(
    inputs: Sequence[str | Source],
    settings: Settings,
    stdin: BinaryIO | None = None,
    ahead: Ahead | None = None,
) -> Read:
    """Inputs by name -> DOCUMENTS in order of path and place, REJECTS, and one row of `inputs` for each file.

    `ahead` is what was asked of tables before, with the same settings (dumps.columnar.ahead).
    Raises UsageError for an input that is not there, and for a column by name that none of them has; anything else that
    cannot be read is a reject.
    """
    reading, texts = Reading(inputs, settings, stdin, ahead=ahead), Texts()
    frames = []
    for frame in reading:
        texts.put(frame["text"])
        frames.append(frame.drop("text"))
    reading.refuse_absent()
    frames = reading.settle(frames)
    documents = documents_of(frames, settings, texts=texts)
    return Read(documents, reject_frame(reading.rejects), input_frame(reading.inputs))


def read_frame(frame: pl.DataFrame | pl.LazyFrame, settings: Settings) -> Read:
    """A frame with a column of texts -> DOCUMENTS with path `frame`, and REJECTS.

    Raises UsageError where the frame has no such column.
    """
    refuse_other(frame)
    intake = Intake("frame", settings, Shelf())
    frames = list(table_files.read_frame(frame.lazy(), intake))
    flags = Flags()
    rejects = [*intake.close(), *(row for frame in frames for row in flags.raised(frame)), *flags.rest()]
    refuse_frame(rejects)
    fact = blank_fact("frame") | {"bytes": 0, "xxh3_128": "", "format": "frame"}
    frames = settle(frames, {"frame": fact})
    return Read(documents_of(frames, settings), reject_frame(rejects), input_frame([fact | intake.facts()]))


def refuse_other(frame: object) -> None:
    """Raise UsageError for anything but a Polars frame; a notebook may well have a frame of another kind."""
    if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
        kind = f"{type(frame).__module__}.{type(frame).__qualname__}".removeprefix("builtins.")
        raise UsageError(
            f"frame: {kind} is no Polars frame; make one of it with pl.DataFrame(...) or pl.from_pandas(...)"
        )


def refuse_frame(rejects: Iterable[Reject]) -> None:
    """Raise UsageError if the frame as a whole was rejected; single rows may be."""
    problem = next((reject for reject in rejects if reject.record is None and reject.action == "skipped"), None)
    if problem is not None:
        raise UsageError(f"frame: {problem.detail}")


def numbers_of(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames of ARTICLES -> path and number of each in its file, in the order that documents_of puts them into."""
    if not frames:
        return pl.DataFrame(schema={"path": pl.String(), "number": pl.Int64()})
    whole = pl.concat([frame.select("path", "number") for frame in frames])
    return whole.sort("path", "number", nulls_last=False, maintain_order=True)


def _held(content: BinaryIO, intake: Intake) -> BinaryIO | None:
    """What cannot seek -> the same as bytes in memory; None, and a reject, if that is too much."""
    octets = content.read(_MOST_HELD + 1)
    if len(octets) <= _MOST_HELD:
        return io.BytesIO(octets)
    detail = f"packed, or in an archive, and more than {_MOST_HELD >> 20} MB: unpack the outer one yourself"
    intake.reject(None, "too_long", detail)
    return None


def documents_of(
    frames: list[pl.DataFrame],
    settings: Settings,
    names: Callable[[pl.DataFrame], pl.Series] = name_documents,
    texts: Texts | None = None,
) -> pl.DataFrame:
    """Frames of ARTICLES -> DOCUMENTS: in order, with ids, tidy labels, and languages if the run ends with origins.

    If `texts` is given, the frames' texts were put away there in the same order. Languages are for readers of the run
    only: no stage needs them, and telling them takes longer than comparing whole documents. `frames` is emptied.
    """
    if not frames:
        return tables.empty(tables.DOCUMENTS)
    whole = pl.concat(frames).with_row_index("put")
    frames.clear()
    whole = whole.sort("path", "number", nulls_last=False, maintain_order=True)
    if texts is not None:
        whole = whole.with_columns(text=texts.series(whole["put"].to_numpy()))
    whole = whole.with_columns(doc_id=names(whole), **{name: _tidy(name) for name in ("title", "byline", "url")})
    whole = whole.with_columns(
        byline=pl.when(pl.col("byline").str.contains(r"\p{L}")).then("byline"),  # else a number of a table of authors
        outlet=_tidy("outlet").str.replace(r"^https?://(?:www\d?\.)?([^/\s]+).*$", "${1}"),
        language=_tidy("language").str.to_lowercase().str.extract(r"^([a-z]{2})(?:[-_].*)?$"),
    )
    whole = tell_languages(whole) if settings.until == "origins" else whole
    return tables.check(whole.select(list(tables.DOCUMENTS)), tables.DOCUMENTS, "documents")


def _tidy(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)
