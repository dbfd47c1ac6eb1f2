"""Every parameter of a run, once: what it does, its unit, its range, its default and the reason for the default."""

from __future__ import annotations

import hashlib
import json
from dataclasses import Field, asdict, dataclass, field, fields, replace
from functools import wraps
from numbers import Integral
from typing import TYPE_CHECKING, Any

from provenance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS = ("passage", "document")
STAGES = ("matches", "clusters", "origins")
REWRITTEN = ("auto", "on", "off")


def _number(default: float, unit: str, low: float, high: float, reason: str) -> Any:
    return field(default=default, metadata={"unit": unit, "low": low, "high": high, "reason": reason})


def _choice(default: str, choices: tuple[str, ...], reason: str) -> Any:
    return field(default=default, metadata={"unit": "word", "choices": choices, "reason": reason})


def _column(reason: str) -> Any:
    return field(default=None, metadata={"unit": "column name", "reason": reason, "input": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The parameters of a run; immutable, checked on creation.

    >>> Settings(near_duplicate=0.8).near_duplicate
    0.8
    """

    # -- what is read ------------------------------------------------------------------------------------
    text: str | None = _column("the column that holds the article; guessed from text, body, content, ...")
    id: str | None = _column("the column that names the article; guessed from id, doc_id, guid, ...")
    published: str | None = _column("the column of the date; guessed from published, date, pubdate, ...")
    outlet: str | None = _column("the column of the publisher; guessed from outlet, source, publisher, ...")
    title: str | None = _column("the column of the headline; guessed from title, headline")
    url: str | None = _column("the column of the address; guessed from url, link")

    max_errors: int = _number(
        10**9,
        "rejects",
        0,
        10**9,
        "how many broken inputs and records a run goes on after; by default all",
    )

    # -- what is made ------------------------------------------------------------------------------------
    level: str = _choice(
        "passage", LEVELS, "compare passages, and say where they stand, or whole articles, which is faster"
    )
    until: str = _choice(
        "origins",
        STAGES,
        "the last stage to run; before origins nothing is traced to a source, and no languages are told",
    )
    rewritten: str = _choice(
        "auto",
        REWRITTEN,
        "look for rewritten passages, which takes half as long again as all else; auto: in dumps up to rewritten_limit",
    )

    # -- sketches ----------------------------------------------------------------------------------------
    shingle_words: int = _number(
        5,
        "words",
        2,
        16,
        "length of a shingle; unrelated books share .04 % of 5-word shingles, and a third of 5-character ones",
    )
    num_perm: int = _number(
        128, "permutations", 16, 1024, "values of a signature; with 128 the standard error of a jaccard is .044"
    )
    seed: int = _number(
        1, "", 0, 2**32 - 1, "chooses the permutations; datasketch's default, so signatures interchange"
    )
    recall_target: float = _number(
        0.99, "share", 0.5, 1, "recall that bands are chosen for at match_jaccard; false pairs are verified and dropped"
    )

    # -- passages ----------------------------------------------------------------------------------------
    window: int = _number(
        4,
        "shingles",
        1,
        64,
        "winnowing keeps one of so many: every run of shingle_words + window - 1 = 8 equal words is seen",
    )
    link_cap: int = _number(
        32, "documents", 4, 4096, "a run that stands in more ties each to the previous and the first, instead of to all"
    )
    min_span_words: int = _number(
        15, "words", 5, 200, "the shortest span; shorter shared runs are formulas as often as copies"
    )
    max_gap_words: int = _number(
        6, "words", 0, 100, "the longest difference inside a span; larger ones join what was not copied together"
    )
    min_identity: float = _number(
        0.6, "share", 0.3, 1, "share of a span's words that are equal; under it the span is called rewritten"
    )
    rewritten_chars: int = _number(
        150,
        "characters",
        40,
        2000,
        "the shortest rewritten span; of 60 characters 1.4 % of mere paraphrases pass for a copy, of 150 none",
    )
    rewritten_limit: int = _number(
        100, "MB of text", 0, 10**6, "dumps above it are not searched for rewritten passages where rewritten is auto"
    )
    exhaustive_documents: int = _number(
        2000, "documents", 0, 10**5, "dumps up to this size are compared pair by pair, without any sketch error"
    )

    # -- matches and clusters ----------------------------------------------------------------------------
    match_jaccard: float = _number(
        0.3, "jaccard", 0.05, 1, "two articles match from here on, or by a span; news duplicates average .30 (3 words)"
    )
    near_duplicate: float = _number(
        0.7, "jaccard", 0.3, 1, "two articles are near duplicates from here on; the usual line between copy and rewrite"
    )
    contained: float = _number(
        0.8, "share of words", 0.3, 1, "an article of which so much stands in another is contained in it, and a copy"
    )
    link_containment: float = _number(
        0.5, "share of words", 0.1, 1, "an article of which so much stands in another is in one cluster with it"
    )
    cohesion_floor: float = _number(
        0.3, "share of words", 0, 1, "no member shares less with its cluster's centre, so that chains of copies end"
    )

    # -- tracing -----------------------------------------------------------------------------------------
    established: float = _number(
        0.98, "probability", 0.5, 1, "an origin is established from here on, if two families of evidence agree"
    )
    likely: float = _number(0.8, "probability", 0.5, 1, "an origin is likely: an editor would print it after one call")
    possible: float = _number(0.6, "probability", 0.5, 1, "an origin is possible; below it is undetermined")

    def __post_init__(self) -> None:
        for item in fields(self):
            value: Any = getattr(self, item.name)
            if type(value) is not bool and isinstance(value, Integral):  # numpy's, too, out of a grid of settings
                value = int(value)
                object.__setattr__(self, item.name, value)
            check_value(item, value)
            if isinstance(item.default, float):  # 1 and 1.0 must give one fingerprint
                object.__setattr__(self, item.name, float(value))

    def fingerprint(self) -> str:
        """16 hex digits that change when any setting that can change a result does."""
        return hashlib.blake2b(json.dumps(asdict(self), sort_keys=True).encode(), digest_size=8).hexdigest()


def refuse_unknown(name: str, source: str = "Settings", prefix: str = "") -> None:
    """Raise UsageError, with the nearest one, where `name` is not a setting; `prefix` is that of a variable."""
    known = [item.name for item in fields(Settings)]
    if name in known:
        return
    from rapidfuzz import process  # noqa: PLC0415  only a mistake pays for the import

    near = process.extractOne(name, known, score_cutoff=70)
    shown, meant = (prefix + (word.upper() if prefix else word) for word in (name, near[0] if near else ""))
    hint = f"did you mean {meant}?" if near else "see `provenance settings`"
    raise UsageError(f"{source}: {shown} is not a setting; {hint}")


_set = Settings.__init__


@wraps(_set)
def _set_known(self: Settings, **values: Any) -> None:
    """Set what is a setting: of `Settings(near_duplicat=.9)` a dataclass says a TypeError that names nothing near."""
    for name in values:
        refuse_unknown(name)
    _set(self, **values)


Settings.__init__ = _set_known  # type: ignore[method-assign]


def or_default(given: Settings | None) -> Settings:
    """The settings that were given, or the defaults. Raises UsageError for anything else, such as a dictionary."""
    if given is not None and not isinstance(given, Settings):
        raise UsageError(f"settings: {given!r:.80} is no Settings; write Settings(text='body', near_duplicate=0.8)")
    return given or Settings()


def with_columns(given: Settings | None, **columns: str | None) -> Settings:
    """The settings that were given, or the defaults, with those columns that were named beside them.

    >>> with_columns(Settings(text="words"), text=None, id="key").text
    'words'
    """
    named: dict[str, Any] = {name: column for name, column in columns.items() if column is not None}
    return replace(or_default(given), **named)


def settings_of(facts: Mapping[str, Any]) -> Settings:
    """The facts of a run.json -> the settings of that run, without those that only another version knows."""
    known = {item.name for item in fields(Settings)}
    return Settings(**{name: value for name, value in facts["settings"].items() if name in known})


def check_value(item: Field[Any], value: object) -> None:
    """Raise UsageError when `value` is not one that the setting `item` allows."""
    about, name = item.metadata, item.name
    if "choices" in about:
        if value not in about["choices"]:
            raise UsageError(f"setting {name}: {value!r} is not one of {', '.join(about['choices'])}")
    elif about.get("input"):
        if value is not None and not isinstance(value, str):
            raise UsageError(f"setting {name}: {value!r} is not the name of a column")
    else:
        whole, unit = isinstance(item.default, int), about["unit"]
        kind = "a whole number" if whole else "a number"
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            raise UsageError(f"setting {name}: {value!r} is not {kind}{f' ({unit})' if unit else ''}")
        if not about["low"] <= value <= about["high"]:
            between = f"between {about['low']} and {about['high']}{f' {unit}' if unit else ''}"
            raise UsageError(f"setting {name}: {value} is not {between}")
