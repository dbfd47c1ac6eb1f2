"""One-way signs between two texts, quoting, and how far dates are believed."""

from __future__ import annotations

import polars as pl
import pytest

from provenance.tables import ANCESTRY, EVIDENCE, SPANS
from provenance.text.tokens import tokenize
from provenance.tracing.differences import Text, compare
from provenance.tracing.quoting import depth, find_quoting
from provenance.tracing.trust import trust_dates

WHOLE = (
    "The harbour was closed on Monday after 1,215 crates fell 10 miles out, said Maren Holt of the council. "
    "“The divers found most of them by noon, and the rest will float,” she said. No one was hurt by the crates.\n\n"
    "The ferry ran late for the whole of the evening, and the band of the lower town played on until it came in."
)


def folded(text: str) -> Text:
    tokens = tokenize(pl.Series([text]))
    return Text(
        text,
        tokens.word.tolist(),
        tokens.start.tolist(),
        tokens.ends(slice(None)).tolist(),
        tokens.gap.tolist(),  # type: ignore[arg-type]
    )


def signs(full: str, late: str) -> tuple[set[str], set[str]]:
    known = set(folded(WHOLE).word)
    forth, back = compare(folded(full), folded(late), lambda word: 4 if word in known else 1)
    return {sign.feature for sign in forth}, {sign.feature for sign in back}


@pytest.mark.parametrize(
    ("was", "told", "sign"),
    [
        ("1,215 crates", "1,200 crates", "rounded"),
        ("1,215 crates", "about 1,215 crates", "hedged"),
        ("Maren Holt", "Holt", "name"),
        ("Maren Holt of", "the owner of", "name"),
        ("10 miles", "16.1 kilometres", "unit"),
        ("10 miles", "10 miles (16 kilometres)", "unit"),
        ("Maren Holt", "Maren Holt (a diver’s widow)", "gloss"),
        ("Maren Holt of", "Maren Holt, who is 54, of", "aside"),
        (", and the rest will float,”", ",”", "quote"),
        (" No one was hurt by the crates.", "", "sentence"),
        ("harbour was closed", "habrour was closed", "slip"),
    ],
)
def test_each_sign_points_one_way(was: str, told: str, sign: str) -> None:
    changed = WHOLE.replace(was, told)
    assert changed != WHOLE
    forth, back = signs(WHOLE, changed)
    assert sign in forth
    assert sign not in back
    turned = signs(changed, WHOLE)
    assert sign in turned[1]


def test_spelling_and_equal_texts_are_no_signs() -> None:
    assert signs(WHOLE, WHOLE) == (set(), set())
    assert "slip" not in signs(WHOLE, WHOLE.replace("harbour", "harbor"))[0]
    assert signs("", WHOLE)[0] <= {"paragraph", "aside", "gloss"}


def test_marks_before_lines_are_counted() -> None:
    text = "She wrote:\n> one line of words\n>> another line of words\nmine"
    assert depth(text, text.index("one"), text.index("another")) == pytest.approx(1.5)
    assert depth(text, text.index("mine"), len(text)) == 0


def test_a_passage_set_off_as_quoted_is_the_later_one() -> None:
    said = "the ferry ran late for the whole of the evening and nobody in the lower town could say when it came"
    reply = f"In article 5 anna@quay.example writes:\n> {said}\nI do not think so."
    facts = {"outlet": ["anna@quay.example (Anna)", None], "title": ["Late", "Re: Late"]}
    documents = pl.DataFrame({"doc_id": ["a", "b"], "text": [said, reply]} | facts)
    start = reply.index(said)
    span = ("a", "b", 0, len(said), start, start + len(said), 1.0, "exact", "paragraph")
    found = find_quoting(pl.DataFrame([span], schema=SPANS, orient="row"), documents)
    assert dict(found.select("feature", "strength").iter_rows()) == dict.fromkeys(
        ("quoted", "announced", "introduced", "reply"), 1.0
    )


def dated(pairs: list[tuple[str, str, float]]) -> pl.DataFrame:
    rows = [(left, right, "date", strength, None, None, None, "") for left, right, strength in pairs]
    return pl.DataFrame(rows, schema=EVIDENCE, orient="row")


def chances(pairs: list[tuple[str, str]]) -> pl.DataFrame:
    rows = [(copy, source, 0.9, 0.9, True, 1.0, 1) for source, copy in pairs]
    return pl.DataFrame(rows, schema=ANCESTRY, orient="row")


def test_dates_that_texts_contradict_are_believed_less() -> None:
    pairs = [(f"a{n:02d}", f"b{n:02d}") for n in range(40)]
    sound, true = trust_dates(dated([(a, b, 1.0) for a, b in pairs]), chances(pairs))
    half = dated([(a, b, 1.0 if n % 2 else -1.0) for n, (a, b) in enumerate(pairs)])
    doubted, false = trust_dates(half, chances(pairs))
    assert sound["strength"].min() > 2.5  # type: ignore[operator]
    assert doubted["strength"].abs().max() < sound["strength"].min()  # type: ignore[operator]
    assert (doubted["strength"] < 0).sum() == 20
    assert true < 0.05 < 0.2 < false


def test_one_false_date_is_found_out_by_its_neighbours() -> None:
    sound = [(f"a{n:02d}", f"b{n:02d}") for n in range(40)]
    false = [("x", f"y{n}") for n in range(4)]  # the text says that x is the source, its date that it is last
    pairs = sound + false
    told = dated([(a, b, 1.0) for a, b in sound] + [(a, b, -1.0) for a, b in false])
    weighed, _ = trust_dates(told, chances(pairs))
    of_x = pl.col("left_doc") == "x"
    doubted, believed = (weighed.filter(part)["strength"].abs() for part in (of_x, ~of_x))
    assert doubted.max() < 0.8 * believed.min()  # type: ignore[operator]
