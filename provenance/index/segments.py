"""Of how many parts a segment of postings is, and which segments become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.index.manifest import Segment

BLOB_POSTINGS = 1 << 10  # on average; a single article looks up some hundred blobs of 12 KB
PARTS = 20  # bits of `place` for the part, the rest for the segment
FAN = 8  # as many segments of like size become one
LARGEST = 1 << 25  # postings in a segment that merging makes: 400 MB, which bounds a transaction's log


def bits_for(postings: int) -> int:
    """How many bits of the key part a segment, so that a blob holds BLOB_POSTINGS or up to twice as many."""
    return min(max(0, (postings // BLOB_POSTINGS).bit_length() - 1), PARTS - 1)


def to_merge(segments: list[Segment]) -> list[Segment]:
    """The trailing segments that are FAN or more of no more than one size, or none.

    Sizes are powers of FAN: so each posting is written again once a size, and there are FAN - 1 segments of each.
    """
    sizes = [len(f"{segment.postings:o}") for segment in segments]  # octal digits: FAN is 8
    for size in sorted(set(sizes)):
        begin = len(segments)
        while begin and sizes[begin - 1] <= size:
            begin -= 1
        chosen = segments[begin:]
        if len(chosen) >= FAN and sum(segment.postings for segment in chosen) <= LARGEST:
            return chosen
    return []
