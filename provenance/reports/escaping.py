"""Hostile text made safe to show: in a terminal, in a spreadsheet; what a page shows as chips."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a reader would not see and should: C0 and C1 controls except tab and line feed, direction overrides,
#: zero-width spaces and joiners' relatives, tags, noncharacters. The joiners U+200C and U+200D are ordinary
#: letters of Persian and Indic spelling and stay as they are.
#: First and last code point of each stretch; the report's page reads them too.
UNSEEN_RANGES = (
    (0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200B),
    (0x200E, 0x200F), (0x2028, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB),
    (0xFDD0, 0xFDEF), (0xFFFE, 0xFFFF), (0xE0000, 0xE007F),
)  # fmt: skip
UNSEEN = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in UNSEEN_RANGES)}]")
NAMES = {
    0x00: "NUL", 0x07: "BEL", 0x08: "BS", 0x0D: "CR", 0x1B: "ESC", 0x7F: "DEL", 0xAD: "SHY", 0x200B: "ZWSP",
    0x200E: "LRM", 0x200F: "RLM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO",
    0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x061C: "ALM", 0xFEFF: "BOM",
}  # fmt: skip

#: A cell that begins like this is run by spreadsheets as a formula.
FORMULA = re.compile(r"\A[\s\x00-\x1f]*[=+\-@]|\A[\t\r\n]")


def terminal(text: str) -> str:
    r"""`text` on one line, with every character that could move the cursor or the direction written as U+XXXX.

    >>> terminal("a\x1b[31mb\nc\td")
    'a<U+001B>[31mb c d'
    """
    return visible(text.replace("\n", " ").replace("\t", " "))


def visible(text: str) -> str:
    r"""`text` with each character of UNSEEN_RANGES written as `<U+XXXX>`; line feeds and tabs stay.

    For formats that escape line feeds themselves, as GitHub's annotations do.

    >>> visible("a\x1b\nb")
    'a<U+001B>\nb'
    """
    return UNSEEN.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)


def cell(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would run it as a formula.

    >>> cell("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    """
    return "'" + text if FORMULA.search(text) else text


def plain_values(row: Mapping[str, object]) -> dict[str, object]:
    """A row of a table with dates as ISO 8601 text and durations as seconds, as JSON needs them."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return plain_values(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    return value
