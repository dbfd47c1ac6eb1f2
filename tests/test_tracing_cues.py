"""What is asked before an expression is run leaves out nothing that it would have found."""

from __future__ import annotations

import re
import sys
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provenance.tables import DOCUMENTS, PASSAGES, empty
from provenance.text.month_names import MONTHS
from provenance.text.tokens import octets_of
from provenance.tracing.statements import (
    attributions,
    cues,
    datelines,
    dates,
    facts,
    names,
    notices,
    quoting,
    seeking,
    seeking_kernels,
    titles,
)
from provenance.tracing.statements.cues import fold_case, holds, match_at, match_lines

#: Expression, how it is searched for, and the words without which it finds nothing.
CUED: list[tuple[re.Pattern[str], Any, Any]] = [
    (notices._PICTURE_LINE, match_lines, notices._PICTURE_CUES),
    (notices._SLASHED, match_lines, "/|"),
    (notices._SOURCE_LINE, match_lines, notices._SOURCES),
    (notices._REPORTED, match_lines, ("eporting by ",)),
    (notices._NOTICE_CUE, match_at, notices._NOTICE_CUES),
]
PIECES = [
    "Photo", "PHOTO", "picture", "images", "Image", "Crédit", "credit", " by", " courtesy", ":", "/", "|", " ", "\n",
    "\t", "Reuters", "AFP", "Source", "SOURCE", "Sources", "Credit", "Via", "Quelle", "المصدر", "Additional ",
    "Reporting by ", "reporting by the ", "A name", ".", ". ", "-", "—", "–", ":", "word", "a", "B", "Subscribe to",
    "Sign up ", "Download ", "Follow ", "follow ", "Rights Reserved", "rights reserved", "is not responsible",
    "short URL", "short url", "newsletter", "podcast", "Join ", "(", ")", "[", "]", ",", "LONDON", "London", "the",
    "de", "May", "may", "5", "1996", "(AP)", "--", " - ", "d'", "said", "août", "\u00a0", "\x1c", "x" * 60,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@pytest.mark.parametrize(("expression", "search", "words"), CUED)
@given(text=TEXTS)
def test_cues_leave_out_no_match(expression: re.Pattern[str], search: Any, words: tuple[str, ...], text: str) -> None:
    spans = [match.span() for match in expression.finditer(text)]
    assert [match.span() for match in search(expression, text, words)] == spans


def test_a_case_is_folded_as_expressions_ignore_it() -> None:
    every = re.compile("[a-z]", re.IGNORECASE)
    for sign in map(chr, range(sys.maxunicode + 1)):
        plain = {letter for letter in fold_case(sign) if "a" <= letter <= "z"}
        told = {letter for letter in plain if re.match(letter, sign, re.IGNORECASE)}
        assert bool(every.match(sign)) == bool(told), hex(ord(sign))


@given(text=TEXTS, word=st.sampled_from(notices._FROM_CUES))
def test_words_of_any_case_are_held(text: str, word: str) -> None:
    assert holds(fold_case(text + word.upper()), notices._FROM_CUES)
    assert holds(fold_case(word.title().replace("I", "\u0130") + text), [word])


@given(title=TEXTS)
def test_a_suffix_of_a_title_has_its_mark_near_the_end(title: str) -> None:
    tidy = " ".join(title.split())
    mark = titles._MARK.search(tidy, max(0, len(tidy) - titles.LAST_MARK))
    assert mark or not titles._SUFFIX.match(tidy)


#: One text for each word without which an expression finds nothing.
HELD = [
    *((0, f"{word}: Anna Holt") for word in ("Photo", "photo", "PHOTO", "Pictures", "image", "Credit", "Crédit")),
    *((1, f"Anna Holt {sign} Reuters") for sign in "/|"),
    *((2, f"{word}: Ellen Daily") for word in ("Source", "SOURCE", "Sources", "Credit", "Courtesy", "Via", "Quelle")),
    *((2, f"{word}: Ellen Daily") for word in ("Fuente", "المصدر")),
    (3, "Additional reporting by Anna Holt"),
    *((4, word) for word in ("Subscribe to", "sign up ", "Download ", "Follow ", "follow ", "is not responsible")),
    *((4, word) for word in ("Rights Reserved", "Short URL", "newsletter", "podcast", "Join ", "join ")),
]


@pytest.mark.parametrize(("which", "text"), HELD)
def test_each_word_that_a_match_may_have_is_looked_for(which: int, text: str) -> None:
    expression, search, words = CUED[which]
    spans = [match.span() for match in expression.finditer(text)]
    assert spans
    assert [match.span() for match in search(expression, text, words)] == spans


class Gone(str):
    """A text that counts the signs that were gone over to find the ends of its lines."""

    __slots__ = ()
    over: ClassVar[int] = 0

    def rfind(self, sign: str, low: int, high: int) -> int:  # type: ignore[override]
        Gone.over += high - low
        return super().rfind(sign, low, high)


def test_a_line_is_gone_over_once_whatever_it_holds() -> None:
    """Once for each cue, half a million of them on one line took minutes."""
    text = Gone("a/b/c\n\nd|e/\nf\n" + "g/" * 5000 + "\n/")
    places = [at for at, sign in enumerate(text) if sign in "/|"]
    assert [*cues._line_starts(text, places)] == [0, 7, 14, len(text) - 1]
    assert Gone.over <= len(text)


@given(text=TEXTS)
def test_cuts_are_where_separators_match(text: str) -> None:
    spans = [match.span() for match in datelines._SEPARATOR.finditer(text)]
    assert [match.span() for match in datelines._cuts(text)] == spans


@given(line=TEXTS)
def test_a_line_without_bracket_and_slash_is_framed_by_nothing(line: str) -> None:
    for expression in (datelines._NO_DASH, datelines._BARE):
        assert "(" in line or not expression.match(line)
    assert "/" in line or "-(" in line or not datelines._FRAMED.match(line)


@given(line=TEXTS)
def test_what_is_called_prose_has_no_dateline(line: str) -> None:
    told = datelines.read_dateline(line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datelines, "_is_prose", lambda _head: False)
        assert datelines.read_dateline(line) == told


def test_a_place_may_have_small_words_and_a_day_before_its_dash() -> None:
    for line in ("PAU DE LA l'Arc, 5 may (AP) - x", "Rio de Janeiro, 5 may (AP) - x", "reuters/LONDON - The"):
        assert not datelines._is_prose(line) or "/" in line
        assert datelines.read_dateline(line)
    assert all(datelines._is_prose(f"London {word} - x") == (word not in MONTHS) for word in ("may", "said", "man"))


@pytest.mark.parametrize("name", ["Holt", "Anna Maria van der Holtman"])
def test_the_longest_signature_is_looked_for(name: str) -> None:
    text = f"He said so.\n    {name[:25]}."
    assert notices._SIGN_OFF.search(text)
    assert notices.search_sign_off(text)


@given(text=TEXTS)
def test_who_signs_at_the_end_is_looked_for_there_only(text: str) -> None:
    alone = notices._SIGN_OFF.search(text)
    found = [(match.start("name"), match.end("name")) for match in [notices.search_sign_off(text)] if match]
    assert found == ([(alone.start("name"), alone.end("name"))] if alone else [])


#: How texts end that are signed.
ENDS = [
    "", ". AP", ".\nReuters", ") AFP. \n", "5\n\n  Reuters.\t\n", ".\n — " + " " * 90 + "Reuters", ". (AP).\u2003\n",
    '" /' + " " * 45 + "Ellen Daily News", "。（新华社）", ".\n" + "x" * 40, ".\nAgence France-Presse",
]  # fmt: skip


@given(text=TEXTS, title=st.none() | TEXTS)
def test_a_suffix_is_seen_by_both_engines(text: str, title: str | None) -> None:
    told = [*titles.read_suffix(text, title)]
    assert not told or _seek(text, title)["end"].to_list() == [True]


@given(text=TEXTS, end=st.sampled_from(ENDS))
def test_who_signs_is_seen_by_both_engines(text: str, end: str) -> None:
    told = [*notices.read_tail((text + end).replace("\u00a0", " ")[-notices.TAIL :], 0)]
    assert not told or _seek(text + end)["tail"].to_list() == [True]


def _seek(text: str, title: str | None = None) -> pl.DataFrame:
    """What is known of a text in which something is found; no rows if nothing is."""
    rows = pl.DataFrame([("a", text, title)], schema=["doc_id", "text", "title"], orient="row")
    documents = empty(DOCUMENTS).join(rows.cast(pl.String), on=["doc_id", "text", "title"], how="right")
    return seeking.find_cued(documents.select(list(DOCUMENTS)), empty(PASSAGES)).documents


#: Names that credit, longest first, and a line of up to 60 signs that has one between others.
NAMES = "|".join(sorted({re.escape(name) for name in seeking.credit_names()}, key=lambda name: (-len(name), name)))
AMONG = r"(?=[!-~][ -~]{0,59}?[ \t.]*$)(?:[^\n]*[/,;()|-])? *(?:" + NAMES + r") *(?:[/,;()|-][^\n]*|[ \t.]*)"
#: What the flags of mark_texts ask, as expressions.
MARKS = {
    seeking.DATELINE: r"^[^\n]{2,110}?(?:--|[–—―]|[ )\d.]-|:)|\) ?[-–—]|[)][A-ZÀ-ÖØ-Þ“\n]"
    r"|/ [A-ZÀ-ÖØ-Þ][^\n]{2,60}[-–—:]|^[^\n()]{3,60} \([^()\n]{2,20}\) [A-ZÀ-ÖØ-Þ]"
    r"|^[^\n()/]{2,60}/ ?[^\W\d_][^()/\n]{1,28} ?/",
    seeking.LINE: r"(?i)^[ \t*•|/–—-]*(?:by[ \t:][^\n]{2,90}|from [^\n:]{3,100}:[^\n]{0,20}|par [^\n]{2,90}"
    rf"|von [^\n]{{2,90}}|por [^\n]{{2,90}}|(?:the )?(?:{NAMES})|{AMONG})[ \t.]*$",
    seeking.PICTURE: r"\([^()\n]{2,70}\)[ \t]*$|(?i:photo|picture|image|credit)[^\n]{0,20}[:/]"
    r"|/ ?[A-Z][\w .-]{1,24}[ \t]*$",
    seeking.TITLE: r"\A(?:\s*+[^\n]*\n)?\s*[^\n]*[^\S\n][-–—|•·:»]",
}
#: Lines that hold as much as is looked at, or one sign more or less.
LINES = [
    *("x" * size + mark for size in (1, 2, 110, 111) for mark in ("--", "—", " -", "9-", ":", "x-")),
    *("x" + "é" * size + "—" for size in (1, 109, 110)),
    *("by " + "x" * size for size in (1, 2, 90, 91)),
    *("par " + "x" * size for size in (1, 2, 90, 91)),
    *("From " + "x" * size + ":" + "y" * rest for size in (2, 3, 100, 101) for rest in (0, 20, 21)),
    *("The " * often + name for often in (0, 1) for name in ("AFP.", "rté", "RTÉ", "reuters", "AFPX")),
    *("a (" + "é" * size + ") " for size in (1, 2, 70, 71)),
    *("a image" + "x" * size + ":" for size in (0, 20, 21)),
    *("a/ " + "A" + "b" * size for size in (0, 1, 24, 25)),
    *("a/ Abc" + "d" * size + "-" for size in (0, 57, 58)),
]


@given(texts=st.lists(st.lists(st.sampled_from([*PIECES, *LINES]), max_size=9).map("".join), min_size=1, max_size=3))
@example(LINES)
@example(["\n".join(LINES)])
@example(["x" * (seeking_kernels.BLOCK - 1) + "\nby Anna Holt", "\n" * seeking_kernels.BLOCK + "Photo: x"])
def test_marks_are_where_expressions_match(texts: list[str]) -> None:
    octets, bounds = octets_of(pl.Series(texts))
    heads = [len(text[: seeking.HEAD].encode()) for text in texts]
    marks = seeking_kernels.mark_texts(octets, bounds, np.array(heads), seeking.list_credits())
    for text, told in zip(texts, marks.tolist(), strict=True):
        for flag, expression in MARKS.items():
            seen = re.search(expression, text if flag == seeking.PICTURE else text[: seeking.HEAD], re.MULTILINE)
            assert told & flag or not seen, (text, seen)
            # of letters beyond ASCII it is not asked whether they are capitals, nor how far behind a slash a dash is
            assert seen or not told & flag or not text.isascii() or flag == seeking.DATELINE, (text, flag)


@given(texts=st.lists(TEXTS, max_size=5))
def test_credits_that_were_sought_before_are_read_alike(texts: list[str]) -> None:
    texts += [
        "LONDON, May 5 (AP) - The bridge was shut, Reuters reported.",
        "Photo: AFP\nHe told the Ellen Gazette so.",
    ]
    rows = [(f"d{number}", text) for number, text in enumerate(texts)]
    documents = empty(DOCUMENTS).join(
        pl.DataFrame(rows, schema=["doc_id", "text"], orient="row"), on=["doc_id", "text"], how="right"
    )
    documents = documents.select(list(DOCUMENTS))
    apart = [attributions.find_attributions(one, empty(PASSAGES)) for one in documents.iter_slices(1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeking, "LARGE_BATCH", 40)  # bytes, so that there are several
        cued = seeking.find_cued(documents, empty(PASSAGES))
    told = attributions.find_attributions(documents, empty(PASSAGES), cued)
    assert told.height >= 3
    assert told.equals(pl.concat(apart))


@given(text=TEXTS)
def test_junk_is_followed_by_a_bracket_and_a_dash(text: str) -> None:
    if attributions._AFTER_JUNK.search(text):
        assert attributions._JUNK_BEFORE.search(text)


@given(
    text=st.lists(
        st.sampled_from(
            ["19", "20", "1998", "2024", "5", "12", "May", "mai", "of", "del", " ", "-", "/", ".", ", ", "年", ":"]
        )
        | st.sampled_from(["\u00a0", "st", "º", "Juni/juin", "10:00:00", "word", "x" * 9, "\n", "0" * 70]),
        max_size=20,
    ).map("".join)
)
def test_dates_stand_around_years(text: str) -> None:
    spans = [match.span() for match in dates._DATE_LIKE_HERE.finditer(text)]
    assert [match.span() for match in dates._like_dates(text)] == spans


@pytest.mark.parametrize("text", ["Wednesday, 30th of September/septiembre del 2024, 10:00:00", "2024 年 12 月 5"])
def test_the_longest_dates_stand_around_their_year(text: str) -> None:
    spans = [match.span() for match in dates._DATE_LIKE_HERE.finditer(text)]
    assert spans
    assert [match.span() for match in dates._like_dates(text)] == spans


@given(text=st.text(st.characters(max_codepoint=127), max_size=30))
def test_ascii_has_the_keys_and_capitals_of_any_text(text: str) -> None:
    # one letter that is no ASCII, and comes after what is looked at, sends the same words the long way
    assert names.key(text + " \u00e9") == f"{names.key(text)} e".strip()
    city = text.partition(",")[0]
    letters = [sign for sign in city if sign.isalpha()]
    if city.isupper():
        assert datelines._capital_city(text) == (len(letters) >= 2)


#: What marks of copying and of quoting are made of, and what is like it.
TELLING = st.lists(
    st.sampled_from(
        ["]", "a", "B", ".", "..", "…", " , ", " . ", "“ ", " ”", "‘ ", "É", "ſ", "ž", "ƀ", ">", "|", "}", "\n", "\t",
         "\r", " ", "said", "wrote", "Writes", "ſaid", "écrit", ":", "in article ", "In Article ", "x", "1"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(texts=st.lists(TELLING, max_size=8))
@example(["]a", "a..a", "a , B", "a . B", "“ ", " ”B", "a‘ ", "É", "ž", "x|", "\n>", "said:", "In article 5"])
def test_texts_are_searched_wherever_there_is_a_mark(texts: list[str]) -> None:
    text = pl.Series("text", texts, dtype=pl.String)
    found = facts.find_marks(pl.DataFrame({"doc_id": [f"{n}" for n in range(len(texts))], "text": text}))
    assert found["machine"].to_list() == text.str.count_matches(facts.MACHINE).cast(pl.Float64).clip(0, 6).to_list()
    assert found["accented"].to_list() == text.str.count_matches(facts.ACCENTED).to_list()
    marked = text.str.contains(r"(?m)^[ \t]*[A-Za-z]{0,3}[>|}]")
    announcing = r"(?mi)(?:\b(?:writes?|wrote|says|said|schrieb|écrit)[ \t]*:[ \t]*$|\bIn article )"
    assert quoting.may_quote(text).to_list() == (marked | text.str.contains(announcing)).to_list()
