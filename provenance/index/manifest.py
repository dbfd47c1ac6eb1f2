"""What an index says of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from provenance.index.segments import PARTS


@dataclass(frozen=True)
class Segment:
    """Some documents' postings: 2^bits rows, one for each value of the upper bits of the key."""

    number: int
    bits: int
    postings: int
    first: int  # number of the first document in it
    last: int


@dataclass
class Manifest:
    """What the index holds and how it was made; the one row from which everything else is found."""

    program: str
    method: str  # a fingerprint of folding and hashing, see making.method
    settings: dict[str, Any]
    documents: int = 0
    characters: int = 0
    following: int = 1  # the number of the next document
    segment: int = 1  # the number of the next segment
    outlets: dict[str, int] = field(default_factory=dict)  # how many documents each has
    segments: list[Segment] = field(default_factory=list)  # of what texts are found by
    names: list[Segment] = field(default_factory=list)  # of ids

    def dumps(self) -> str:
        """As JSON."""
        lists = {"segments": [vars(one) for one in self.segments], "names": [vars(one) for one in self.names]}
        return json.dumps(self.__dict__ | lists, sort_keys=True)

    @classmethod
    def loads(cls, text: str) -> Manifest:
        """From JSON. Raises ValueError where it is of another shape: a checksum tells of faults, and not of forgers."""
        try:
            content = json.loads(text)
            segments, names = ([Segment(**one) for one in content.pop(name)] for name in ("segments", "names"))
            made = cls(**content, segments=segments, names=names)
            counted = [made.documents, made.characters, made.following, made.segment, *made.outlets.values()]
            counted += [number for one in (*segments, *names) for number in vars(one).values()]
        except (TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(str(error)) from None
        sound = isinstance(made.settings, dict) and isinstance(made.program, str)
        sound &= all(type(number) is int and 0 <= number < 1 << 63 for number in counted)
        if not (sound and made.following < 1 << 32 and all(one.bits < PARTS for one in (*segments, *names))):
            raise ValueError("numbers that no index has")
        return made
