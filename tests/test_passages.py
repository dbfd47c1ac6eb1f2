"""Articles -> passages with roles: shapes, hostile text, kernels against slow twins."""

from __future__ import annotations

import re
import time

import naive
import numba
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenance import tables
from provenance.text import feed_lines, furniture, line_kernels
from provenance.text.lines import read_lines
from provenance.text.passages import alike, find_passages
from provenance.text.tokens import encode, fold_batch
from tests import strategies
from tests.articles import BODY, MORE, check_cover, documents, hostile


def roles(text: str, title: str | None = None) -> list[tuple[str, str]]:
    found = find_passages(documents(text, titles=(title,)))
    return [(role, text[start:end]) for _, start, end, role in found.iter_rows()]


def role_of(text: str, part: str, title: str | None = None) -> set[str]:
    return {role for role, shown in roles(text, title) if shown == part}


# -- shapes ----------------------------------------------------------------------------------------------


def test_a_doubled_headline_its_captions_and_widgets() -> None:
    head = "Ferry Company Stops ‘Evening Boats’ Until Quay Is Safe"
    copy = "Ferry Company Stops 'Evening Boats' Until Quay\u00a0Is Safe"
    caption = "A ferry at the northern quay"
    text = f"{head}\n\n{caption}\n{caption}\nTT\n20\n\n{copy}\n\n{caption}\n{caption}\n\n{BODY}\n\n{MORE}\n"
    assert roles(text) == [
        ("headline", head),
        ("caption", caption),
        ("caption", caption),
        ("boilerplate", "TT"),
        ("boilerplate", "20"),
        ("headline", copy),
        ("caption", caption),
        ("caption", caption),
        ("paragraph", BODY),
        ("paragraph", MORE),
    ]


def test_a_site_suffix_makes_another_wording_of_the_headline() -> None:
    text = (
        f"Ferry Company Stops Evening Boats Until Quay Is Safe - Harbour Watch\nFerries\n\n"
        f"Ferry Company Stops Evening Boats Until Quay Is Safe\n\n{BODY}"
    )
    assert [role for role, _ in roles(text)][-2:] == ["headline", "paragraph"]
    assert roles(text)[0][0] == "headline"


def test_the_title_field_settles_the_headline_and_what_stands_above_is_the_sites() -> None:
    text = f"Harbour Watch News and Views From the Whole of the Coast\n\nBoats stop at last.\n\n{BODY}"
    assert role_of(text, "Boats stop at last.", "Boats Stop at Last") == {"headline"}
    assert roles(text, "Boats Stop at Last")[0][0] == "boilerplate"


def test_a_bar_of_buttons_under_each_item_is_no_headline_of_all() -> None:
    """It came twice, so it was; and the names of the items over it were the site's, and went as boilerplate."""
    items = (
        ("1. Poached pears", "Peel six pears and leave their stalks on, and simmer them in red wine for an hour."),
        ("2. Bean stew", "Soak the beans for a night and cook them with a ham bone until the spoon stands."),
        ("3. Salt cod", "Soak the cod for a day, change the water twice and flake it into hot oil with garlic."),
    )
    text = "Some links here earn us a commission.\n\n" + "\n\n".join(
        f"{name}\n\n{how}\n\nSave this recipe | Print | Share" for name, how in items
    )
    for title in (None, "Three dishes for a wet month of May"):
        told = roles(text, title)
        assert [part for role, part in told if role == "boilerplate"] == []
        assert {role for role, part in told if part in dict(items).values()} == {"paragraph"}


def test_arabic_headline_twice_and_a_credited_caption() -> None:
    head = "الشركة توقف رحلات المساء حتى يتم إصلاح الرصيف!"
    marked = "الشركة توقف رحلات المساءِ حتى يتمّ إصلاح\u00a0الرصيف!"
    caption = "عبارة عند الرصيف الشمالي في صورة من الأرشيف (أ ف ب )"
    assert roles(f"{head}\n\n{marked}\n\n{caption}") == [("headline", head), ("headline", marked), ("caption", caption)]


@pytest.mark.parametrize(
    "line",
    [
        "Divers at the northern quay on Sunday morning (Reuters)",
        "Divers at the northern quay. (AP Photo/Ann Example)",
        "Illustrative image. Source: the harbour office.",
        "FILE - Divers at the northern quay",
        "Photo by Ann Example",
        "Divers at work. Ann Example / AFP - Getty Images file",
    ],
)
def test_pictures_are_known_by_their_credit(line: str) -> None:
    assert role_of(f"Ferry Company Stops Evening Boats\n\n{line}\n\n{BODY}", line) == {"caption"}


@pytest.mark.parametrize(
    "line",
    [
        "By Ann Example",
        "By Ann Example and Bo Sample",
        "Par Anne Exemple",
        "بقلم سامي المثال",
        "Ann Example, Reuters",
        "Based on the analysis prepared by\u00a0Ann Example, PhD",
        "Reuters",
    ],
)
def test_bylines(line: str) -> None:
    assert role_of(f"Ferry Company Stops Evening Boats\n{line}\n\n{BODY}", line) == {"byline"}


@pytest.mark.parametrize(
    "line",
    [
        "Wednesday, 4 March, 2020 - 11:00",
        "Updated 6:35 PM ET, Fri June 1, 2018",
        "4 mars 2020 à 11h00",
        "الأربعاء 4 مارس 2020",
    ],
)
def test_a_date_line_is_boilerplate(line: str) -> None:
    assert role_of(f"Ferry Company Stops Evening Boats\n{line}\n\n{BODY}", line) == {"boilerplate"}


def test_a_teaser_copies_the_head_of_the_body() -> None:
    teaser = " ".join(BODY.split()[:18]) + " […]"
    found = roles(f"Ferry Company Stops Evening Boats\n\n{teaser}\n\n{BODY}\n\n{MORE}")
    assert ("teaser", teaser.removesuffix(" […]")) in found
    assert ("boilerplate", "[…]") in found


def test_a_pull_quote_is_a_paragraph_and_a_quote() -> None:
    pulled = MORE.replace("official added.", "official.")
    middle = "\n\n".join(f"Paragraph {number} says that {BODY}" for number in range(14))
    text = f"Ferry Company Stops Evening Boats\n\n{pulled}\n\n{BODY}\n\n{middle}\n\n{MORE}"
    assert role_of(text, pulled) == {"paragraph", "quote"}


def test_no_headline_without_one() -> None:
    assert [role for role, _ in roles(f"{BODY}\n\n{MORE}")] == ["paragraph", "paragraph"]


def test_wrapped_text_counts_by_the_paragraph() -> None:
    words = f"{BODY} {MORE}".split()
    rows = [" ".join(words[at : at + 10]) for at in range(0, len(words), 10)]
    text = "FERRY COMPANY STOPS EVENING BOATS\n\n    " + "\n".join(rows) + "\n"
    assert [role for role, _ in roles(text)] == ["headline", "paragraph"]


def test_a_short_repeated_subheading_of_one_article_is_no_claim_of_another() -> None:
    text = f"Ferry Company Stops Evening Boats\n\n{BODY}\n\nWhat happens next\n\n{MORE}"
    assert role_of(text, "What happens next") == {"paragraph"}


# -- feeds -----------------------------------------------------------------------------------------------

DATE = "Thu, 02 Jun 2022 07:00:00 GMT"
ADDRESS = "https://harbour.example/2022/ferry-company-stops/"


def test_a_feed_item_on_one_line() -> None:
    title, date, teaser = "14 boats stop", "Thu, 02 Jun 2022 07:00:00 +0000", "The ferry company said on Monday that"
    channel = (
        f"Harbour News https://harbour.example/ {date} en-US hourly 1 https://harbour.example/icon.png Harbour News "
        "https://harbour.example/ 32 32"
    )
    text = f"{channel} {title} {ADDRESS} {date} {ADDRESS} {teaser} […]]]>\n\n{BODY}\n]]>"
    expected = [
        ("boilerplate", channel),
        ("headline", title),
        ("boilerplate", f"{ADDRESS} {date} {ADDRESS}"),
        ("teaser", teaser),
        ("boilerplate", "[…]]]>"),
        ("paragraph", BODY),
        ("boilerplate", "]]>"),
    ]
    assert roles(text) == expected
    assert roles(text, title) == expected


def test_a_feed_item_with_author_and_categories() -> None:
    line = f"Boats stop {ADDRESS} {ADDRESS}#comments admin {DATE} News Sea https://harbour.example/?p=7 Text"
    parts = feed_lines.split_feed_line(line)
    assert parts is not None
    assert [(part.role, line[part.start : part.end]) for part in parts] == [
        ("headline", "Boats stop"),
        ("boilerplate", line[11:-5]),
        ("teaser", "Text"),
    ]


def test_a_title_begins_behind_the_last_date_of_what_stands_before_it() -> None:
    early = DATE.replace("2022", "2021")
    line = f"{early} {DATE} Boats stop {ADDRESS} {DATE} Text"
    parts = feed_lines.split_feed_line(line)
    assert parts is not None
    assert [line[part.start : part.end] for part in parts if part.role == "headline"] == ["Boats stop"]


def test_an_address_in_prose_is_no_feed_item() -> None:
    assert feed_lines.split_feed_line(f"They wrote on {ADDRESS} that boats stop.") is None


def test_addresses_and_dates_on_lines_of_their_own() -> None:
    text = f"Ferry Company Stops Evening Boats\n{ADDRESS}\nThu, 02 Jun 2022 07:00:00 +0000\n{BODY}"
    assert [role for role, _ in roles(text)] == ["headline", "boilerplate", "boilerplate", "paragraph"]


# -- quotations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("marks", ["“”", '""', "«»", "„“", "“»"])
def test_quotations(marks: str) -> None:
    said = f"{marks[0]}we shall not sail before the quay is safe again,{marks[1]}"
    text = f"The company wrote in a letter on Monday that {said} and that it was sorry for everybody who waited there."
    assert ("quote", said) in roles(text)


def test_unbalanced_quotation_marks() -> None:
    lost = "He said “we shall not sail before the quay is safe again and then went home to bed."
    assert [role for role, _ in roles(lost)] == ["paragraph"]
    running = "“We shall not sail before the quay is safe again, and that is the end of it."
    assert roles(running) == [("paragraph", running), ("quote", running)]
    across = "He said “we shall not sail before\n\nthe quay is safe again and sound” and left."
    assert "quote" not in {role for role, _ in roles(across)}


def test_short_quotations_are_phrases() -> None:
    assert "quote" not in {role for role, _ in roles("The “evening boats” of the ferry company stop.")}


# -- whatever comes --------------------------------------------------------------------------------------


@given(st.lists(hostile | strategies.texts(), max_size=4))
def test_passages_cover_the_text_and_do_not_overlap(texts: list[str]) -> None:
    frame = documents(*texts)
    found = tables.check(find_passages(frame), tables.PASSAGES, "passages")
    check_cover(found, dict(zip(frame["doc_id"], frame["text"], strict=True)))


@settings(max_examples=15)
@given(st.lists(hostile, min_size=1, max_size=3), hostile)
def test_a_document_is_judged_alone_and_threads_change_nothing(texts: list[str], title: str) -> None:
    frame = documents(*texts, titles=(title,))
    together = find_passages(frame, threads=2)
    apart = pl.concat([find_passages(frame[row], threads=1) for row in reversed(range(len(texts)))])
    assert together.equals(apart.sort("doc_id", maintain_order=True))
    assert find_passages(frame.reverse()).equals(together)


@given(st.lists(hostile | strategies.texts(), max_size=3))
def test_lines_are_what_a_slow_reader_finds(texts: list[str]) -> None:
    lines, _ = read_lines(*encode(texts))
    expected = []
    for row, text in enumerate(texts):
        for match in re.finditer(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+", text):
            shown = match.group()
            if shown.strip():
                start = match.start() + len(shown) - len(shown.lstrip())
                expected.append((row, start, start + len(shown.strip())))
    found = list(zip(lines.doc.tolist(), lines.start.tolist(), lines.end.tolist(), strict=True))
    joined = {(row, start) for row, start, _ in found}
    assert joined <= {(row, start) for row, start, _ in expected}  # wrapped lines are joined, none is invented
    assert {(row, end) for row, _, end in found} <= {(row, end) for row, _, end in expected}
    if all(max(map(len, text.splitlines()), default=0) > 200 for text in texts):
        assert found == expected


LINE = st.text("abcXYZ019 ,.'-()é", max_size=60) | st.builds("".join, st.lists(st.sampled_from(["a7", "bcd", "E" * 9])))


@settings(max_examples=300)
@given(LINE, st.integers(0, 30))
@example("a" * 7, 85)
@example("aé", 300)
def test_lines_are_measured_as_sign_by_sign(part: str, times: int) -> None:
    line = (part * (times + 1)).strip()
    lines, _ = read_lines(*encode([line]))
    if not line:
        assert not lines.doc.size
        return
    pieces = [piece for piece in line.split() if any(sign.isalnum() for sign in piece)]
    first = [next(sign for sign in piece if sign.isalnum()) for piece in pieces]
    folded = "".join(sign for sign in line.lower() if sign.isalnum()).replace("é", "e").encode()
    assert lines.words.tolist() == [len(pieces)]
    assert lines.capitals.tolist() == [sum(sign.isupper() for sign in first)]
    assert lines.letters.tolist() == [sum(sign.isalpha() for sign in line)]
    assert bool(lines.flags[0] & line_kernels.LOWER) == (bool(first) and first[0].islower())
    assert lines.key.tolist() == [0 if len(folded) >= line_kernels.KEY_BYTES else naive.blocks(folded)]
    opening = naive.blocks(folded[: line_kernels.OPENING_BYTES], last=False)
    assert lines.opening.tolist() == [opening if len(folded) >= line_kernels.OPENING_BYTES else 0]


@given(st.lists(strategies.texts(), min_size=1, max_size=3))
def test_wordings_are_found_where_a_slow_reader_finds_them(texts: list[str]) -> None:
    folded = fold_batch([f"{text} click here {text}" for text in texts] + texts)
    tokens = folded.tokens
    found, begin, end = furniture.find_furniture(tokens, tokens.bounds[:-1], tokens.bounds[1:])
    wanted = fold_batch(["click here"]).tokens.word.tolist()
    for row in range(tokens.bounds.size - 1):
        low, high = int(tokens.bounds[row]), int(tokens.bounds[row + 1])
        places = [at for at in range(low, high - 1) if tokens.word[at : at + 2].tolist() == wanted]
        assert bool(found[row] & furniture.CUE) == bool(places)
        assert (begin[row], end[row]) == ((places[0], places[-1] + 2) if places else (-1, -1))


def test_alike_headlines() -> None:
    assert alike("ferry company stops evening boats", "ferry company stops evening boats harbour watch")
    assert alike("ferry company stops its evening boats", "ferry company stops evening boats")
    assert not alike("ferry company stops evening boats", "bus company starts morning lines")
    assert not alike("the boats", "the boats of the ferry company")


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="times compiled kernels")
@pytest.mark.parametrize(
    "pump",
    [
        "“",
        '" ',
        "(",
        "By By ",
        "https://a ",
        "Thu, 02 Jun 2022 07:00:00 +0000 ",
        "[…] ",
        "]]>",
        "20 ",
        "A ",
        "12 may ",
        "photo (",
        "a/",
        "\n",
        "TT\n",
    ],
)
def test_hostile_repetition_takes_linear_time(pump: str) -> None:
    frame = documents(pump * (100_000 // len(pump)))
    find_passages(frame)
    begun = time.perf_counter()
    find_passages(frame)
    assert time.perf_counter() - begun < 1.0


@pytest.mark.parametrize(
    "foot",
    [
        "The post Ferries stay in port appeared first on Harbour Notes.",
        "La entrada Los barcos esperan se publicó primero en Notas del Puerto.",
        "L’article Les bateaux attendent est apparu en premier sur Carnets du Port.",
    ],
)
def test_the_foot_that_a_publishing_system_adds_to_a_feed_is_boilerplate(foot: str) -> None:
    text = f"Ferries stay in port\n\n{BODY}\n\n{MORE}\n\n{foot}"
    assert role_of(text, foot) == {"boilerplate"}
    assert "boilerplate" not in role_of(f"{BODY}\n\nThe post office of the town appeared shut.\n\n{MORE}", BODY)
