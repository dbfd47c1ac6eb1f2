"""What one scan found: its tables, and the facts of its run.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance import __version__
from provenance.errors import UsageError
from provenance.reports import writing
from provenance.reports.soundness import find_flaw
from provenance.settings import settings_of
from provenance.tables import SCHEMA_VERSION, WRITTEN, check, empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provenance.settings import Settings

#: Rows encoded at a time, 12 MB of articles, in memory that is used again: the default took 300 MB more for 100,000 of
#: them, and 20,000 rows a tenth of a second more, to map it anew. Rows without texts are fifty times as short: in tens
#: of thousands they take two thirds of the time, .4 s for the tables of 100,000 articles, and less room.
ROW_GROUP, SHORT_ROW_GROUP = 5_000, 50_000
#: What stands in run.json, as far as others take it for a list or a dictionary; and those of which each row is one.
KINDS: dict[str, type] = {
    "files": dict,
    "settings": dict,
    "tables": list,
    "inputs": list,
    "counts": dict,
    "recall": dict,
}
ROWS = ("files", "inputs")


def head_facts(settings: Settings) -> dict[str, Any]:
    """What run.json begins with, whatever engine the run was made by."""
    return {
        "program": "provenance",
        "version": __version__,
        "schema_version": SCHEMA_VERSION,
        "settings": asdict(settings),
        "fingerprint": settings.fingerprint(),
    }


@dataclass(frozen=True, kw_only=True, repr=False)
class Run:
    """The tables of a scan as Polars frames; a table that the run was not asked for has no rows.

    `facts` is what run.json says: version, settings, inputs, counts, times, recall, and in `tables` the names
    of the tables that were made.
    """

    documents: pl.DataFrame
    rejects: pl.DataFrame
    passages: pl.DataFrame
    spans: pl.DataFrame
    matches: pl.DataFrame
    clusters: pl.DataFrame
    attributions: pl.DataFrame
    dates: pl.DataFrame
    edges: pl.DataFrame
    origins: pl.DataFrame
    outlets: pl.DataFrame
    facts: dict[str, Any]

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame], facts: dict[str, Any]) -> Run:
        """A run of the tables that were made; the others are empty. Checks every schema."""
        for name, frame in frames.items():
            check(frame, WRITTEN[name], name)
        return cls(facts=facts, **{name: frames.get(name, empty(WRITTEN[name])) for name in WRITTEN})

    def __repr__(self) -> str:
        """How many rows each table has: in a notebook the tables themselves would fill pages."""
        return f"Run({', '.join(f'{name}: {self.table(name).height:,}' for name in self.made)})"

    def table(self, name: str) -> pl.DataFrame:
        """One table by its name."""
        frame: pl.DataFrame = getattr(self, name)
        return frame

    @property
    def made(self) -> list[str]:
        """The names of the tables that this run made, in order."""
        return [name for name in WRITTEN if name in self.facts.get("tables", WRITTEN)]

    def write(self, folder: str | Path, *, report: bool = True) -> None:
        """Write the tables, report.html unless `report` is false, and run.json; all of them or none.

        Raises OutputError where the folder cannot be written or holds a file of someone else under our names.
        """
        if folder == "":
            raise UsageError("an empty name, as of a variable that is not set, is no folder; '.' is the current one")
        with writing.Aside(Path(folder)) as aside:
            self.finish(aside, report=report)

    def finish(self, aside: writing.Aside, *, report: bool = True) -> None:
        """Write what `aside` has not begun, as `write` does."""
        names = [f"{name}.parquet" for name in self.made]
        for name, file in zip(self.made, names, strict=True):
            aside.begin(file, partial(write_table, name, self.table(name), self.facts["settings"]["level"]))
        aside.finish([*names, *(self._begin_page(aside) if report else ())], dict(self.facts))

    def write_page(self, folder: str | Path) -> None:
        """Write report.html anew in the folder that this run was read from; its tables stay as they stand there.

        Raises OutputError as `write` does, and UsageError where another run has been written there meanwhile.
        """
        place = Path(folder)
        with writing.Aside(place) as aside:
            names = self._begin_page(aside)
            facts, files = _read_facts(place)
            if facts != self.facts:
                raise UsageError(f"{place}: another run was written there meanwhile; run `provenance report` again")
            aside.finish(names, facts, {name: files[name] for name in files if name in writing.TABLES})

    def _begin_page(self, aside: writing.Aside) -> list[str]:
        from provenance.reports.page import page_files  # noqa: PLC0415  the page reads runs; jinja2 only for it

        names = []
        for name, content in page_files(self):
            aside.begin(name, partial(_write_bytes, content))
            names.append(name)
        return names

    @classmethod
    def read(cls, folder: str | Path) -> Run:
        """The run that stands in `folder`. Raises UsageError where there is none, or one whose files were changed."""
        place = Path(folder)
        facts, files = _read_facts(place)
        frames = {name: _read_table(place / f"{name}.parquet", files) for name in WRITTEN if f"{name}.parquet" in files}
        return cls.of(frames, facts)


def write_table(name: str, frame: pl.DataFrame, level: str, path: Path) -> None:
    """One table as Parquet, its schema checked.

    Articles are written as they are where only whole ones were compared: to pack their text (zstd, 1) halves the file
    and took 3 ns a byte, a seventh of all that such a run does.
    """
    plain = name == "documents" and level == "document"
    check(frame, WRITTEN[name], name).write_parquet(
        path,
        compression="uncompressed" if plain else "zstd",
        compression_level=None if plain else 1,
        row_group_size=ROW_GROUP if "text" in frame.columns else SHORT_ROW_GROUP,
    )


def _read_facts(place: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What run.json says, and its `files` apart. Raises UsageError where there is none, or none of ours."""
    try:
        facts = json.loads((place / writing.RUN).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{place}: holds no {writing.RUN}; give the folder that `provenance scan -o` wrote") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{place / writing.RUN}: cannot be read ({error}); run `provenance scan` again") from None
    if not writing.listed(place):
        raise UsageError(f"{place / writing.RUN}: was not written by provenance; give a folder of `provenance scan`")
    _refuse_misshapen(facts, place)
    return facts, facts.pop("files")


def _refuse_misshapen(facts: dict[str, Any], place: Path) -> None:
    """Raise UsageError where what others rely on is of another kind: a file edited by hand ended in internal errors."""
    try:
        wrong = [name for name, kind in KINDS.items() if not isinstance(facts.get(name, kind()), kind)]
        wrong += [name for name in ROWS if not wrong and not all(isinstance(row, dict) for row in _rows(facts, name))]
        why = f"its {wrong[0]} cannot be used" if wrong else ""
        settings_of(facts)
    except (UsageError, TypeError, AttributeError, KeyError) as error:
        why = why or (str(error) if isinstance(error, UsageError) else "its settings cannot be used")
    if why:
        raise UsageError(f"{place / writing.RUN}: cannot be read ({why}); run `provenance scan` again")


def _rows(facts: dict[str, Any], name: str) -> Iterable[object]:
    rows = facts.get(name, ())
    return rows.values() if isinstance(rows, dict) else rows


def _write_bytes(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _read_table(path: Path, files: dict[str, dict[str, Any]]) -> pl.DataFrame:
    again = "run `provenance scan` again"
    try:
        if writing.checksum(path) != files[path.name]["xxh3_128"]:
            raise UsageError(f"{path}: is not the file that {writing.RUN} lists; {again}")
        frame = check(pl.read_parquet(path, glob=False), WRITTEN[path.stem], path.stem)
        flaw = find_flaw(path.stem, frame)
        if flaw:
            raise UsageError(f"{path}: cannot be used ({flaw}); {again}")
        return frame
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"{path}: cannot be read ({str(error).splitlines()[0]}); {again}") from None
