"""What a decision is about, spelt as a key of contents: the same on every machine, in every run, under every id.

    pair:KEY+KEY                    two texts
    cluster:KEY+KEY+KEY             the texts of a cluster; of passages, their keys
    cluster:KEY+KEY|KEY             the same, in two sides that are to part
    edge:KEY@OUTLET<KEY@OUTLET      the text before < came from the one behind it; OUTLET where one is known
    edge:KEY@OUTLET<source:NAME     ... from a source that is not in the dump; `itself`, from nobody
    passage:WORDS.SUM.KEY           a stretch of words, wherever it stands (text/contents.py)
    decision:KEY                    an earlier row

Texts of equal words have one key: no decision tells two of them apart, but an edge's, by their outlets.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from provenance.errors import UsageError
from provenance.tables import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Verdict -> the kinds of subject that it may be about.
VERDICTS = {
    "same": ("pair", "cluster"),
    "different": ("pair",),
    "boilerplate": ("passage",),
    "revision": ("pair",),
    "agency_copy": ("pair",),
    "unsure": ("pair", "cluster", "passage"),
    "origin": ("edge",),
    "out": ("cluster",),  # the smaller side leaves
    "split": ("cluster",),
    "note": ("pair", "cluster", "edge", "passage"),
    "undo": ("decision",),
}
#: Of those about one subject that are of one group, the latest holds; notes and undone rows do not compete.
_GROUPS = {"revision": "kind", "agency_copy": "kind", "origin": "origin", "note": None, "undo": None}
ITSELF = "itself"
LONGEST_NAME, LONGEST_NOTE = 120, 2000  # code points
MOST_PAIRS = 1_000_000  # that one decision may part: each costs some hundred bytes while a scan runs

_TEXT = r"[0-9a-f]{24}"
_PASSAGE = r"\d{1,9}\.\d{1,12}\.[0-9a-f]{24}"
_PLACE = rf"{_TEXT}(?:@[0-9a-z]{{1,40}})?"
#: Keys are joined by + without a quantifier inside a quantifier that could match the same sign.
_MEMBER = rf"(?:{_PASSAGE}|{_TEXT})"
_SHAPES = {
    "pair": re.compile(rf"{_TEXT}\+{_TEXT}"),
    "cluster": re.compile(rf"{_MEMBER}(?:\+{_MEMBER})*(?:\|{_MEMBER}(?:\+{_MEMBER})*)?"),
    "edge": re.compile(rf"{_PLACE}<(?:{_PLACE}|{ITSELF}|{SOURCE}[^\x00-\x1f\x7f]{{1,{LONGEST_NAME}}})"),
    "passage": re.compile(_PASSAGE),
    "decision": re.compile(_TEXT),
}


def group_of(verdict: str) -> str | None:
    """The group of verdicts among which one supersedes another; None for what supersedes nothing."""
    return _GROUPS.get(verdict, "join")


class Subject(NamedTuple):
    """What a decision is about."""

    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind == "pair":
            return f"pair:{self.left[0]}+{self.right[0]}"
        mark = {"cluster": "|", "edge": "<"}.get(self.kind, "")
        return f"{self.kind}:{'+'.join(self.left)}{mark if self.right else ''}{'+'.join(self.right)}"


def pair(one: str, other: str) -> Subject:
    """Two texts."""
    first, second = sorted((one, other))
    return Subject("pair", (first,), (second,))


def cluster(members: Iterable[str]) -> Subject:
    """The texts of a cluster, or its passages."""
    return Subject("cluster", tuple(sorted(set(members))))


def parted(one: Iterable[str], other: Iterable[str]) -> Subject:
    """The texts of a cluster in two sides; raises UsageError where a text would stand on both."""
    first, second = sorted((tuple(sorted(set(one))), tuple(sorted(set(other)))))
    if not first or not second or set(first) & set(second):
        raise UsageError("a cluster is parted into two sides that have texts of their own: equal texts stay together")
    if len(first) * len(second) > MOST_PAIRS:
        raise UsageError(f"at most {MOST_PAIRS:,} pairs are parted at once; take fewer members out")
    return Subject("cluster", first, second)


def edge(to: str, origin: str) -> Subject:
    """Where a text came from: `to` and `origin` as `placed` spells them, or a source, or ITSELF."""
    return Subject("edge", (to,), (origin,))


def placed(key: str, outlet: str | None) -> str:
    """A text and who published it, for an edge: what tells two outlets' copies of equal words apart."""
    name = "".join(sign for sign in (outlet or "").casefold() if sign.isascii() and sign.isalnum())[:40]
    if outlet and not name:  # a name in another script
        name = hashlib.blake2b(outlet.casefold().encode(), digest_size=10).hexdigest()
    return f"{key}@{name}" if name else key


def passage(key: str) -> Subject:
    """A stretch of words."""
    return Subject("passage", (key,))


def decision(row: Mapping[str, Any]) -> Subject:
    """An earlier row, to be undone."""
    return Subject("decision", (row_key(row),))


def row_key(row: Mapping[str, Any]) -> str:
    """A row of VERDICTS -> its key: equal rows are one decision, however often they are imported."""
    moment = row["decided"].isoformat(timespec="microseconds")
    parts = [row["subject"], row["verdict"], row["editor"], moment, row["note"]]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()


def parse(text: str) -> Subject:
    """A key -> what it is about. Raises UsageError for what is none.

    >>> parse("edge:" + "0" * 24 + "<source:The Post").right
    ('source:The Post',)
    """
    kind, _, rest = text.partition(":")
    if kind not in _SHAPES or not _SHAPES[kind].fullmatch(rest):
        raise UsageError(f"{text[:80]!r} is not the key of a pair, cluster, edge, passage or decision")
    if kind == "pair":
        return pair(*rest.split("+"))
    if kind == "cluster":
        one, bar, other = rest.partition("|")
        return parted(one.split("+"), other.split("+")) if bar else cluster(one.split("+"))
    if kind == "edge":
        to, _, origin = rest.partition("<")
        return edge(to, origin)
    return Subject(kind, (rest,))


def check_row(row: Mapping[str, Any]) -> Subject:
    """A row of VERDICTS -> its subject. Raises UsageError where the row is none of ours."""
    subject = parse(row["subject"])
    verdict, name, note = row["verdict"], row["editor"], row["note"]
    if verdict not in VERDICTS:
        raise UsageError(f"{verdict[:40]!r} is not one of {', '.join(VERDICTS)}")
    if subject.kind not in VERDICTS[verdict]:
        raise UsageError(f"{verdict} is not said of a {subject.kind}")
    if bool(subject.right) != (verdict in ("out", "split")) and subject.kind == "cluster":
        raise UsageError(f"{verdict} is not said of a cluster in {'two sides' if subject.right else 'one piece'}")
    if verdict == "different" and subject.left == subject.right:
        raise UsageError("two texts of equal words cannot be told apart by what they say")
    if not name.strip() or len(name) > LONGEST_NAME:
        raise UsageError(f"an editor has a name of 1 to {LONGEST_NAME} characters")
    if len(note) > LONGEST_NOTE or (verdict == "note" and not note.strip()):
        raise UsageError(f"a note has 1 to {LONGEST_NOTE:,} characters")
    return subject
