"""CSV and TSV in their dialects -> records, row by row, so that what is broken is left out alone."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from provenance.dumps.intake import without_surrogates
from provenance.dumps.labels.columns import MOST_NAME, choose_columns, first_half, usual_among
from provenance.dumps.records.articles import Records
from provenance.dumps.records.lines import MOST_LINE, read_lines
from provenance.dumps.rejects import NOT_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from provenance.dumps.intake import Intake
    from provenance.dumps.workers import Question
    from provenance.settings import Settings

#: Characters that are read a second time because a quotation mark before them was never closed.
MOST_AGAIN = 256 << 20
#: Lines by which a dialect is told, and as much of each.
SAMPLE, LONGEST_LOOKED_AT = 40, 1 << 17
#: Stands for a line that was too long to be held: a byte that is no text.
_TOO_LONG = "\udc80"


def read_table(stream: BinaryIO, intake: Intake, delimiter: str | None = None) -> Iterator[pl.DataFrame | Question]:
    """A CSV or TSV file -> articles. Record numbers are rows from 0, the header not counted."""
    encoding, octets = read_lines(stream, intake)
    if encoding is None:
        intake.reject(None, *NOT_TEXT)
        return
    csv.field_size_limit(MOST_LINE)
    lines = Lines(octets, encoding)
    asked = re.fullmatch(r"sep=(.)\s*", "".join(lines.ahead(1)))
    if asked:  # how spreadsheets tell each other
        next(lines)
    dialect = find_dialect(lines.ahead(SAMPLE), asked[1] if asked else delimiter, intake.settings)
    try:
        header = [name.strip() for name in next(csv.reader(lines, dialect), [])]
    except csv.Error as error:  # lines that end in a lone CR are one endless header
        intake.reject(None, "broken_csv", f"{error} (line 1): save it with LF or CR LF line ends")
        return
    columns = choose_columns(header, intake.settings)
    intake.see(header)
    if columns.problem:
        if max(map(len, header), default=0) > MOST_NAME and columns.problem[0] == "no_text_column":
            intake.reject(None, "no_text_column", "its first line is a row and no header: write one above it")
        elif header:
            intake.reject(None, *columns.problem)
        return
    before = first_half(columns.of["text"], header, intake.settings)
    wanted = [(name, header.index(name)) for name in (*columns.of.values(), *filter(None, [before]))]
    spare = [(name, header.index(name)) for name in usual_among(header) if name not in columns.of.values()]
    records = Records(intake)
    for record, row in enumerate(split_rows(lines, dialect, len(header), intake)):
        if row is not None:
            values = {name: row[at] for name, at in wanted}
            if any(_is_escaped(value) for value in values.values()):
                intake.reject(record, "undecodable", "bytes that are no text in this row: mend its encoding")
            else:
                if spare and not all(values.values()):  # another column may say what an empty one does not
                    values |= {name: row[at] for name, at in spare if not _is_escaped(row[at])}
                records.add(record, values)
        yield from records.full()


class Lines(Iterator[str]):
    """Decoded lines with their ends; those of the row that is being read can be given back.

    Bytes that are no text come through as surrogates, so that the row, and not the file, is left out.
    """

    def __init__(self, lines: Iterable[bytes | None], encoding: str) -> None:
        self._lines, self._encoding = iter(lines), encoding
        self._waiting: deque[str] = deque()
        self.row: list[str] = []
        self.again = 0

    def __next__(self) -> str:
        if not self._waiting and not self._read():
            raise StopIteration
        self.row.append(self._waiting.popleft())
        return self.row[-1]

    def _read(self) -> bool:
        for octets in self._lines:
            # A line too long to be held costs the row in which it stands.
            line = _TOO_LONG if octets is None else octets.decode(self._encoding, "surrogateescape")
            self._waiting.append(line + "\n")
            return True
        return False

    def waiting(self) -> int:
        """How many lines were read ahead or given back."""
        return len(self._waiting)

    def ahead(self, count: int) -> list[str]:
        """The next lines, left where they are."""
        while len(self._waiting) < count and self._read():
            pass
        return list(self._waiting)[:count]

    def give_back(self) -> None:
        """All lines of the row but the first are to be read again."""
        self.again += sum(map(len, self.row[1:]))
        self._waiting.extendleft(reversed(self.row[1:]))


def find_dialect(sample: list[str], delimiter: str | None, settings: Settings) -> type[csv.Dialect]:
    """The header and the lines behind it -> delimiter, quotation mark and escape."""
    sample = [line[:LONGEST_LOOKED_AT] for line in sample]
    header, whole = sample[0] if sample else "", "".join(sample)

    def fits(mark: str) -> tuple[bool, int, bool]:
        names = [name.strip().strip("'\"") for name in header.split(mark)]
        return not choose_columns(names, settings).problem, len(names), mark == ","

    class Found(csv.excel):
        pass

    Found.delimiter = delimiter or max(",;\t|\x01^~", key=fits)
    cells = [cell for line in sample for cell in line.rstrip("\r\n").split(Found.delimiter)]
    if all(cell[:1] == cell[-1:] == "'" for cell in header.strip().split(Found.delimiter)):
        Found.quotechar = "'"
    mark = Found.quotechar or '"'
    if f"\\{mark}" in whole and mark * 2 not in whole.replace(f"\\{mark}", ""):
        Found.escapechar, Found.doublequote = "\\", False
    opened, closed = (sum(len(cell) > 1 and cell[at] == mark for cell in cells) for at in (0, -1))
    if Found.delimiter == "\t" and not (opened == closed or (opened - closed == 1 and len(sample) == SAMPLE)):
        Found.quoting = csv.QUOTE_NONE  # IANA's tab-separated values know no quotation: a mark is a letter
    return Found


def split_rows(lines: Lines, dialect: type[csv.Dialect], width: int, intake: Intake) -> Iterator[list[str] | None]:
    """The rows behind the header, None for one that was left out; blank lines are no rows.

    A quotation mark that is never closed swallows what follows. A row over several lines that does not fit costs
    only its first line: the others are read again.
    """
    record = 0
    while True:
        lines.row = []
        problem = ("ragged", "")
        try:
            row = next(csv.reader(lines, dialect), None)
        except csv.Error as error:
            row, problem = [], ("broken_csv", str(error))
        if row is None:
            return
        if not row and problem[0] == "ragged":
            continue
        several = len(lines.row) > 1
        marks = sum(line.count(dialect.quotechar or '"') for line in lines.row)
        unclosed = several and marks % 2 == 1 and bool(dialect.doublequote)
        if len(row) == width and not unclosed:
            yield row
        else:
            if unclosed:
                problem = ("broken_csv", "a quotation mark is never closed")
            elif problem[0] == "ragged":
                problem = ("ragged", f"{len(row)} cells where the header has {width}")
            if several and lines.again < MOST_AGAIN:
                lines.give_back()
            intake.reject(record, *problem)
            yield None
        record += 1


def _is_escaped(text: str) -> bool:
    """Whether a text holds a byte that could not be decoded."""
    return not text.isascii() and without_surrogates(text) != text
