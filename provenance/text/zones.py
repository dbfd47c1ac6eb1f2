"""What stands behind a time of day -> how far east of Greenwich its clock goes; only where a name means one zone.

Names of RFC 822, section 5.1, and of the time zone database (IANA): those that its rules give to one offset, among them
`ET` and its like, which go by the summer time of their day. IST is India's, Israel's and Ireland's, AST Halifax's and
Riyadh's: of a name that is no zone's alone nobody knows the hour.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime

#: Minutes east of Greenwich. BST and GST are those of news (London, the Gulf), CST and the like those of RFC 822.
_MINUTES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "eet": 120,
    "eest": 180, "msk": 180, "trt": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "brt": -180, "art": -180, "wat": 60, "cat": 120,
    "sast": 120, "eat": 180, "gst": 240, "pkt": 300, "npt": 345, "ict": 420, "wib": 420, "wita": 480, "wit": 540,
    "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "jst": 540, "kst": 540, "awst": 480, "acst": 570, "acdt": 630,
    "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip
#: Words of other languages too, and some English: zones only where they are written in capitals.
_CAPITAL = frozenset("west bst trt brt art wat cat eat wit ict pht".split())  # noqa: SIM905  a list would be a line a word
#: Names of a place's clock, in summer and in winter; in capitals (`et` is French).
_PLACES = {
    "ET": ZoneInfo("America/New_York"),
    "CT": ZoneInfo("America/Chicago"),
    "MT": ZoneInfo("America/Denver"),
    "PT": ZoneInfo("America/Los_Angeles"),
}
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE)


def offset_east(name: str | None, local: datetime) -> timedelta | None:
    """A zone as it is printed, if one is, and a local time -> how far east its clock goes; None if that is not known.

    No zone counts as UTC, and so does a word that is none ("Uhr"): a zone nobody knows is one in capitals.

    >>> from datetime import datetime
    >>> str(offset_east("+0530", datetime(2024, 3, 5))), offset_east("IST", datetime(2024, 3, 5))
    ('5:30:00', None)
    """
    if not name:
        return timedelta()
    if said := _OFFSET.fullmatch(name):
        east = timedelta(hours=int(said[2]), minutes=int(said[3] or 0))
        return -east if said[1] == "-" else east
    if name in _PLACES:
        return _PLACES[name].utcoffset(local)
    minutes = _MINUTES.get(name.lower())
    if minutes is not None and (name.isupper() or name.lower() not in _CAPITAL):
        return timedelta(minutes=minutes)
    return None if len(name) > 1 and name.isupper() else timedelta()
