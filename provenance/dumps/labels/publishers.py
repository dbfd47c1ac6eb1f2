"""A publisher's name and its host -> whether the one spells the other, and the name without its slogan."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: What stands between a publisher's name and a title or a slogan.
MARK = re.compile(r" [|»·•–—-] | ?[|»] ?| :: |: ")


def host_of(address: str) -> str:
    """An address -> its host without `www.` and the like; empty if it has none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return re.sub(r"^(?:www\d?|m|mobile|amp)\.", "", host)


def spells(name: str, host: str) -> bool:
    """Whether a publisher's name is spelt by a host: whole, as its initials, or as the host's first label.

    >>> spells("The New York Times", "nytimes.com"), spells("CBS News", "cbsnews.com"), spells("Agence X", "lemonde.fr")
    (True, True, False)
    """
    letters = letters_of(re.sub(r"\.(?:com|org|net|co)$", "", host.rsplit(".", 1)[0]))
    words = [letters_of(word) for word in re.split(r"[\s.-]+", name) if letters_of(word)]
    if not letters or not words:
        return False
    joined = "".join(words)
    bare = joined.removeprefix("the")
    if letters in joined or (len(bare) > 2 and bare in letters):
        return True
    if len(words) > 1 and all(word in letters for word in words if word != "the"):
        return True
    return any(_abbreviated(part, words) for part in re.split(r"[.-]", host) if len(part) > 1)


def _abbreviated(label: str, words: list[str]) -> bool:
    """Whether a host's label is made of the beginnings of a name's words, in order."""
    at = whole = used = 0
    for word in words:
        size = next((size for size in range(len(word), 0, -1) if label.startswith(word[:size], at)), 0)
        at, used, whole = at + size, used + (size > 0), whole + (size == len(word) > 1)
    return at == len(label) and used >= 2 and (whole > 0 or used >= len(words) - 1)


def without_slogan(name: str, host: str) -> str:
    """A publisher's name without the slogan behind it: of its parts the one that the host spells, else the whole."""
    parts = [part for part in MARK.split(name) if part]
    return next((part for part in parts if len(parts) > 1 and host and spells(part, host)), name)


def letters_of(text: str) -> str:
    """A text in small letters, without all that is neither letter nor digit."""
    return "".join(letter for letter in text.lower() if letter.isalnum())
