"""How an index was made: the settings, and the way of folding and hashing, that whoever uses it must share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl
import xxhash

from provenance import __version__, tables
from provenance.errors import OtherSettingsError
from provenance.index.comparing import read_text
from provenance.index.manifest import Manifest
from provenance.index.postings import find_keys, to_postings

if TYPE_CHECKING:
    from pathlib import Path

    from provenance.settings import Settings

#: The settings that decide what is stored and what is found; an index is used with those it was made with.
MATTER = (
    "shingle_words", "window", "link_cap", "min_span_words", "max_gap_words", "min_identity", "match_jaccard",
    "near_duplicate", "contained", "num_perm", "seed",
)  # fmt: skip
#: Folded and hashed whenever an index is opened: another version of this program must find what this one stored.
SAMPLE = "Orle, 3 May (AP) – “Éà ﬁnal” naïve co-op’s 東京 زيتونٌ Straße 1,215 x²\n\nhttp://a.example/b?c\tİstanbul ΟΔΟΣ."


@cache
def method(settings: Settings) -> str:
    """16 hex digits that change when folding, hashing or the choice of postings does."""
    schema = tables.DOCUMENTS
    row = {name: [{"doc_id": "sample", "path": "sample", "text": SAMPLE * 3}.get(name)] for name in schema}
    text = read_text(pl.DataFrame(row, schema=schema))
    postings = to_postings(find_keys(text.tokens, text.layout, settings, every=True), 1, settings)
    return xxhash.xxh3_64_hexdigest(b"".join(column.tobytes() for column in postings))


def fresh_manifest(settings: Settings) -> Manifest:
    """The manifest of an index that holds nothing yet."""
    return Manifest(__version__, method(settings), {name: getattr(settings, name) for name in MATTER})


def check_settings(path: Path, manifest: Manifest, settings: Settings) -> None:
    """Raise OtherSettingsError if an index was made with other settings."""
    made = manifest.settings
    differ = [
        f"{name} {made.get(name)} and not {getattr(settings, name)}"
        for name in MATTER
        if made.get(name) != getattr(settings, name)
    ]
    if differ:
        raise OtherSettingsError(
            f"{path}: was made with {', '.join(differ)}; leave these settings as the index has them, or make another"
        )


def check_method(path: Path, manifest: Manifest, settings: Settings) -> None:
    """Raise OtherSettingsError if an index was made with other folding or hashing; to be called before looking up."""
    if manifest.method != method(settings):
        raise OtherSettingsError(
            f"{path}: was made by provenance {manifest.program}, which reads words otherwise than this "
            f"{__version__}; write it out with `provenance index export`, and add that to another"
        )
