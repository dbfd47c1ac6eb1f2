"""A chat that WhatsApp exported -> its messages, each with its sender and time.

Of one chat all messages were one article without a date. The form is that of the program on Android
(`12/03/2024, 21:15 - Ann Lee: …`) or on iOS (`[12/03/2024, 21:15:33] Ann Lee: …`), with day, month, year and hour as
the country writes them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from provenance.dumps.plain_text.flattened_feeds import Item
from provenance.dumps.plain_text.heads import Head

_DATE = r"(?P<date>\d{1,4}(?P<mark>[./-])\d{1,2}(?P=mark)\d{2,4})"
_TIME = r"(?P<time>\d{1,2}[:.]\d\d(?:[:.]\d\d)?)(?:[ \u00a0\u202f]?(?P<half>[AaPp])\.?[ \u00a0\u202f]?[Mm]\.?)?"
_WHO = r"(?P<who>[^\n:]{1,60}): (?P<said>[^\n]*)"
_FORMS = tuple(
    re.compile(rf"^\u200e?{head}{_WHO}", re.MULTILINE)
    for head in (rf"{_DATE},? {_TIME} [-–] ", rf"\[{_DATE},? {_TIME}\] ")
)
#: What the program itself says: behind a mark of direction, or in place of a picture.
_ITS_OWN = re.compile(r"\u200e|<[^<>]{3,60}>$")
#: Fewer lines of a form may be lines of an article.
FEWEST = 3
#: As much is looked at to tell whether a file is a chat.
LOOKED_AT = 2000
_SHORT_YEAR = re.compile(r"(?<=[./-])(\d\d)$")


def split_chat(text: str) -> list[Item]:
    """A decoded file -> the messages in it, if it begins with one of a chat; else nothing.

    What the program says itself, of members and pictures, belongs to the message before it, as its other lines do.
    """
    begin = text[:LOOKED_AT].lstrip("\ufeff \r\n\t")[:100]
    if not re.match(rf"\u200e?\[?{_DATE},? {_TIME}(?:\] | [-–] )", begin):
        return []
    for form in _FORMS:
        found = [match for match in form.finditer(text) if not _ITS_OWN.match(match["said"])]
        if len(found) >= FEWEST:
            starts = [0, *(match.start() for match in found[1:]), len(text)]
            return [Item(low, high, _head(match)) for (low, high), match in zip(pairwise(starts), found, strict=True)]
    return []


def _head(message: re.Match[str]) -> Head:
    """Sender and time as they stand, but for the century; which of 03/04/2024 is the day the other messages tell."""
    hour = message["time"].replace(".", ":") + (f" {message['half']}M" if message["half"] else "")
    day = _SHORT_YEAR.sub(r"20\1", message["date"])
    return Head(byline=message["who"].strip("~\u202f\u00a0\u200e "), stated=f"{day}, {hour}")
