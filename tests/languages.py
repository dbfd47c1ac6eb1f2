"""Honest text in six languages of other scripts, beside English: called manipulated or not, copies found or not.

python -m tests.languages FOLDER    FOLDER/LANGUAGE (English, Arabic, ...) holds pages of Mallard (`.page`) and HTML and
catalogues of messages (`.mo`), however deep. Writes reports/measured/languages.md. Its figures are of translators'
prose, full of Latin names and digits: Debian's gnome-user-docs (English, Persian, Russian), libreoffice-help-zh-cn and
-hi, libreoffice-l10n-ar, -fa, -hi and -th, unpacked and put there.
"""

from __future__ import annotations

import datetime as dt
import gettext
import random
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import polars as pl
from lxml import etree

import provenance as pv
from provenance.dumps.labels.manipulation import find_signs
from tests import naive

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT = Path(__file__).resolve().parent.parent / "reports" / "measured" / "languages.md"
#: Language -> its letters and signs.
LANGUAGES = {
    "English": r"[a-zA-Z]",
    "Arabic": r"[\u0600-\u06ff]",
    "Persian": r"[\u0600-\u06ff]",
    "Russian": r"[\u0400-\u04ff]",
    "Hindi": r"[\u0900-\u097f]",
    "Chinese": r"[\u4e00-\u9fff]",
    "Thai": r"[\u0e00-\u0e7f]",
}
#: Letters of an article at least, and the share of them in its language's script; messages joined to one article; and
#: articles of a language at most.
FEWEST, OWN, JOINED, MOST = 250, 0.6, 12, 150
#: Words of a passage that is planted; where each letter is a token, twice as many. Of an edited copy each so-manieth
#: word is another.
PLANTED, EDITED = 60, 10
_SLOT = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


def articles(language: str, folder: Path) -> list[str]:
    """A language -> the texts of its folder that are long enough and indeed in it."""
    pages = [text for path in sorted(folder.rglob("*")) if (text := _page(path))]
    said = list(dict.fromkeys(message for path in sorted(folder.rglob("*.mo")) for message in _messages(path)))
    texts = [*pages, *("\n".join(said[at : at + JOINED]) for at in range(0, len(said), JOINED))]
    found = []
    for text in dict.fromkeys(texts):
        count = sum(unicodedata.category(letter)[0] in "LM" for letter in text)
        if count >= FEWEST and len(re.findall(LANGUAGES[language], text)) >= OWN * count:
            found.append(text)
    return random.Random(1).sample(found, min(MOST, len(found)))


def _messages(path: Path) -> Iterator[str]:
    catalog: dict[Any, str] = cast("Any", gettext.GNUTranslations(path.open("rb")))._catalog
    for key, message in catalog.items():
        if key and len(message) > 40:
            yield _SLOT.sub(lambda slot: slot[1] or slot[2] or "Quay 5", " ".join(message.split()))


def _page(path: Path) -> str:
    if path.suffix not in (".page", ".html"):
        return ""
    if path.suffix == ".page":
        tree = etree.parse(path, etree.XMLParser(resolve_entities=False, recover=True))
    else:
        tree = etree.parse(path, etree.HTMLParser(encoding="utf-8"))
    parts = [" ".join("".join(part.itertext()).split()) for part in tree.iter("{*}title", "{*}p")]
    return "\n".join(part for part in parts if len(part) > 20)


class Found(NamedTuple):
    """Of honest texts: how many there are and are flagged; of copies: the share of their words that was matched."""

    texts: int
    flagged: int
    planted: float
    edited: float
    strangers: int


def measure(texts: list[str], seed: int = 1) -> Found:
    """Texts of one language -> what becomes of them, of passages planted in others, and of edited copies."""
    chance = random.Random(seed)
    forms = [
        form
        for text in texts
        for form in (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    ]
    flagged = find_signs(pl.Series(forms)).is_not_null().sum() / 3
    words = [list(naive.fold_words(text)) for text in texts]
    rows, planted = [], {}
    every = range(len(texts))
    for at in every:
        text, own = texts[at], words[at]
        size = PLANTED * (1 + (len(own) > len(text.split()) * 2))
        first = chance.randrange(max(1, len(own) - size))
        passage = text[own[first][1] : own[min(first + size, len(own) - 1)][1]].strip()
        host = texts[(at + 1) % len(texts)]
        middle = host.find("\n", len(host) // 2) % len(host)
        planted[f"p{at}"] = (middle + 1, middle + 1 + len(passage))
        others = words[(at + 3) % len(texts)]
        edited, done = [], 0
        for number, (_, start, end) in enumerate(own):
            if number % EDITED == EDITED - 1:
                edited += [text[done:start], chance.choice(others)[0]]
                done = end
        rows += [
            (f"o{at}", text),
            (f"p{at}", f"{host[:middle]}\n{passage}\n{host[middle:]}"),
            (f"e{at}", "".join(edited) + text[done:]),
        ]
    run = pv.scan(pl.DataFrame(rows, schema=["id", "text"], orient="row"), pv.Settings(until="matches"))
    covered = dict.fromkeys(planted, 0.0)
    for left, right, left_start, left_end, right_start, right_end in run.spans.select(
        "left_doc", "right_doc", "left_start", "left_end", "right_start", "right_end"
    ).rows():
        for one, other, start, end in ((left, right, left_start, left_end), (right, left, right_start, right_end)):
            if one[0] == "p" and other == f"o{one[1:]}":
                low, high = planted[one]
                covered[one] += max(0, min(end, high) - max(start, low)) / (high - low)
    own = run.matches.filter(
        (pl.col("left_doc").str.tail(-1) == pl.col("right_doc").str.tail(-1))
        & (pl.col("left_doc").str.head(1) + pl.col("right_doc").str.head(1)).is_in(["eo", "oe"])
    )
    contained = own.select(pl.min_horizontal("left_containment", "right_containment").sum()).item() or 0
    strangers = run.matches.filter(
        pl.col("left_doc").str.starts_with("o") & pl.col("right_doc").str.starts_with("o")
    ).height
    return Found(
        len(texts),
        round(flagged),
        sum(min(1, share) for share in covered.values()) / len(texts),
        contained / len(texts),
        strangers,
    )


def main() -> None:
    """Measure each language and write the report."""
    rows = []
    for language in LANGUAGES:
        found = measure(articles(language, Path(sys.argv[1]) / language))
        shares = f"{found.planted:.3f} | {found.edited:.3f} | {found.strangers}"
        rows.append(f"| {language} | {found.texts} | {found.flagged} | {shares} |")
        print(rows[-1], flush=True)
    lines = [
        "# Honest text in other scripts", "",
        f"Written by `python -m tests.languages FOLDER` on {dt.datetime.now(dt.UTC):%Y-%m-%d}.", "",
        f"Texts as they stand and in both normal forms; copies of {PLANTED} words planted in another text (where a",
        f"letter is a token, twice as many), and copies in which each {EDITED}th word is another: what share of their",
        "words was matched. Texts of one source repeat each other here and there, which the last column counts.", "",
        "| language | texts | called manipulated | planted, found | edited, found | pairs of originals that match |",
        "|---|---|---|---|---|---|", *rows, "",
    ]  # fmt: skip
    REPORT.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
