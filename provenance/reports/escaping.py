"""Hostile text made safe to show: in a terminal, in a page, in a spreadsheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a reader would not see and should: C0 and C1 controls except tab and line feed, direction overrides,
#: zero-width spaces and joiners' relatives, tags, noncharacters. The joiners U+200C and U+200D are ordinary
#: letters of Persian and Indic spelling and stay as they are.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
NAMES = {
    0x00: "NUL", 0x07: "BEL", 0x08: "BS", 0x0D: "CR", 0x1B: "ESC", 0x7F: "DEL", 0x200B: "ZWSP", 0x200E: "LRM",
    0x200F: "RLM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x2060: "WJ",
    0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x061C: "ALM", 0xFEFF: "BOM",
}  # fmt: skip

#: A cell that begins like this is run by spreadsheets as a formula.
FORMULA = re.compile(r"\A[\s\x00-\x1f]*[=+\-@]|\A[\t\r\n]")


def terminal(text: str) -> str:
    r"""`text` on one line, with every character that could move the cursor or the direction written as U+XXXX.

    >>> terminal("a\x1b[31mb")
    'a<U+001B>[31mb'
    """
    flat = text.replace("\n", " ").replace("\t", " ")
    return UNSEEN.sub(lambda found: f"<U+{ord(found.group()):04X}>", flat)


def page(text: object) -> Markup:
    """`text` escaped for HTML, with every character that cannot be seen shown as a labelled chip."""
    return Markup(UNSEEN.sub(_chip, str(escape(text))))  # noqa: S704  escaped in this very line


def _chip(found: re.Match[str]) -> str:
    code = ord(found.group())
    # Windows line ends are no news: a chip on every line would hide the rest
    if code == 0x0D and found.string[found.end() : found.end() + 1] == "\n":
        return ""
    return f'<span class="chip" title="U+{code:04X}">{NAMES.get(code, f"U+{code:04X}")}</span>'


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
