"""An index of two articles, and four that come to its gate."""

from __future__ import annotations

from tests.cleaning import ONE, OTHER
from tests.commands import call, write_lines
from tests.strategies import SENTENCES

HALF = f"{SENTENCES[0]} {SENTENCES[3]}"
STORM = "A storm took the roof off the fish hall on Monday night, and the auction moved outdoors."
INDEX = ("--index", "seen.sqlite")


def old() -> None:
    """Fill the index."""
    write_lines(
        "old.jsonl",
        {"id": "old", "text": ONE, "outlet": "The Post", "published": "2024-05-01T12:00:00Z"},
        {"id": "else", "text": OTHER},
    )
    assert call("index", "add", "old.jsonl", *INDEX, "-q").exit_code == 0


def incoming() -> None:
    """Write a dump of a duplicate, a near duplicate, one of which half is recycled, and one that is new."""
    write_lines(
        "new.jsonl",
        {"id": "copy", "text": ONE},
        {"id": "near", "text": f"{ONE} It rained."},
        {"id": "half", "text": HALF},
        {"id": "own", "text": STORM},
    )
