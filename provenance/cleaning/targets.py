"""Inputs and a place to write -> the file that each is written to; two for one file are refused before any is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenance.cleaning.rewriting import written_kind
from provenance.dumps.sources.suffixes import PACKED, SUFFIXES
from provenance.dumps.sources.walk import STANDARD_INPUT
from provenance.errors import UsageError
from provenance.outputs import both
from provenance.reports.writing import check_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provenance.dumps.sources.walk import Source

LISTED = ".removals.parquet"
SUFFIX = {"jsonl": ".jsonl", "json": ".json", "csv": ".csv", "tsv": ".tsv", "parquet": ".parquet", "text": ".txt"}


class Targets:
    """Where inputs go: `folder`, in which each has its name, or one file; neither for standard output and for nothing.

    Raises UsageError where two of them would be written to one file, as far as their names tell what they hold, and
    OutputError where nothing can be written.
    """

    def __init__(self, sources: Sequence[Source], output: str | None, passages: str) -> None:
        self._passages = passages
        self._inside = {source.path: source.inside for source in sources}
        self._file = self.folder = None
        self.inputs = [source.place for source in sources if source.place is not None]
        if output is None:
            return
        if output == STANDARD_INPUT:
            if len(sources) > 1:
                raise UsageError("several inputs do not fit into standard output: name a folder with -o")
            return
        place = Path(output)
        if len(sources) == 1 and not place.is_dir() and not (sources[0].inside and _kind_named(place.name) is None):
            self._file = place
            check_place(place.parent)
            return
        self.folder = place
        self._refuse_clashes(sources)
        check_place(place)

    def _refuse_clashes(self, sources: Sequence[Source]) -> None:
        before: dict[Path, str] = {}
        for source in sources:
            if source.path == STANDARD_INPUT:
                continue  # what it holds is not known yet
            target = self.of(source.path, _kind_named(source.path.rsplit("/", 1)[-1]) or "text")
            if target is not None and target in before:
                raise both(target, before[target], source.path)
            if target is not None:
                before[target] = source.path

    def of(self, path: str, kind: str, *, empty: bool = False) -> Path | None:
        """Where an input of a kind goes, by its path; None for standard output, and for nowhere.

        Standard input without a byte is of no kind: on a day without news a job ended in "would hold text".
        """
        written = written_kind(kind, self._passages)
        if self._file is not None:
            named = _kind_named(self._file.name)
            again = named == _kind_named(path) == "text" and written == kind  # records in what was called text, too
            anything = empty and _kind_named(path) is None and named in ("jsonl", "csv", "tsv")
            if named is not None and named != written and not again and not anything:
                told = "records in several places" if kind == "scattered" else kind
                holds = f"as {path} does" if kind == written else f"as which {path} ({told}) is written"
                name = unpacked_stem(self._file) + SUFFIX[written]
                raise UsageError(f"{self._file}: would hold {written}, {holds}; name it {name}")
            return self._file
        if self.folder is None:
            return None
        name = self._inside.get(path) or path.rsplit("/", 1)[-1]
        if path == STANDARD_INPUT:
            name = "stdin" + SUFFIX[written]
        elif name in ("", ".", ".."):  # the address of a page may well end in /
            name = "index"
        below = Path(name)
        return self.folder / (below if written == kind else below.with_name(unpacked_stem(below) + SUFFIX[written]))


def refuse_other_kind(removals: Path | None) -> None:
    """Raise UsageError where the name for the list of what went is that of another kind: it is Parquet.

    Of what is there already more can be said, when it is to be written over.
    """
    if removals is None or removals.exists():
        return
    if _kind_named(removals.name) not in (None, "parquet"):
        raise UsageError(f"{removals}: would hold Parquet; name it {unpacked_stem(removals)}.parquet")


def beside(output: Path) -> Path:
    """The output's name -> where the list of what went stands, beside it."""
    place = output.resolve() if output.name in ("", "..") else output  # "." and ".." are no names to write beside
    return place.parent / (unpacked_stem(place) + LISTED)


def _kind_named(name: str) -> str | None:
    """What a name's suffix says of its kind, packed or not."""
    return SUFFIXES.get(Path(_unpacked(name)).suffix)


def _unpacked(name: str) -> str:
    for packed, kept in PACKED.items():
        if name.endswith(packed):
            return name.removesuffix(packed) + kept
    return name


def unpacked_stem(place: Path) -> str:
    """A name without the suffixes of a packing and of a kind.

    >>> unpacked_stem(Path("news/all.tar.gz"))
    'all'
    """
    plain = Path(_unpacked(place.name))
    return plain.stem if plain.suffix in SUFFIXES else plain.name
