"""Dates in a text that are those of a change: when an article was updated, amended or corrected, not when it appeared.

A copy made between an article's publication and its last correction would else look older than the article.
"""

from __future__ import annotations

import re

#: How far before a date its word may stand.
REACH = 120
_THIS = r"\b(?:this|the) (?:article|story|report|page|piece|post|column|interview|review|headline|text|version|item)"
_CHANGED = r"(?:updated|amended|corrected|modified|revised|edited|changed|clarified)"
#: Words that speak of a page wherever they stand: before a date, on its line.
_SAID = re.compile(
    r"(?:updated?|modified|revised|edited|mis à jour|modifié|actualis\w*|actualiz\w*|aktualisiert|aggiornat\w+"
    r"|bijgewerkt|atualizad\w+|oppdatert|opdateret|uppdatera\w*|zaktualizowan\w+|обновлен\w*|обновлён\w*|оновлен\w*"
    r"|güncelle\w+|diperbarui|تحديث|עודכן|ενημερώθηκε)(?:(?!publi|posted|created|issued|veröff)[^\n]){0,30}$"
    rf"|{_THIS}[^\n.]{{0,40}}? (?:was|were|has been|have been) [^\n.]{{0,20}}?{_CHANGED}[^\n.]{{0,40}}$",
    re.IGNORECASE,
)
#: Words that speak of laws and figures as well, in prose; of the page where a line begins with them.
_OPENS = re.compile(
    r"\W{0,3}(?:amended|corrected|corrections?|clarification|erratum|changed|editor[’']?s note)\b[^\n]{0,60}$",
    re.IGNORECASE,
)
#: `March 6, 2024: This article was updated to ...`
_SAYS = re.compile(
    rf"\W{{1,4}}{_THIS}[^\n.]{{0,40}}? (?:was|were|has been|have been) [^\n.]{{0,20}}?{_CHANGED}\b", re.IGNORECASE
)


def tells_change(text: str, start: int, end: int) -> bool:
    """Whether the date at `start` to `end` of a text is that of a change, by the words on its line.

    >>> text = "This article was amended on 6 March 2024. The law was amended on 5 March 2024."
    >>> tells_change(text, 28, 40), tells_change(text, 65, 77)
    (True, False)
    """
    line = max(text.rfind("\n", 0, start) + 1, start - REACH)
    before = text[line:start]
    if _SAID.search(before) or ((line == 0 or text[line - 1] == "\n") and _OPENS.match(before)):
        return True
    return _SAYS.match(text, end) is not None
