"""One-way signs between two texts, quoting, and how far dates are believed."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.tables import DOCUMENTS, EVIDENCE, SPANS
from provenance.text.tokens import tokenize
from provenance.tracing.conclusions.edges import show_evidence
from provenance.tracing.signs import frequency
from provenance.tracing.signs.bodies import Bodies
from provenance.tracing.signs.contents import FIELDS
from provenance.tracing.signs.differences import choose_slips, compare
from provenance.tracing.signs.edits import edits_of
from provenance.tracing.signs.frequency import SAMPLE, count_asked, counter, sum_words, take_sample, words_of
from provenance.tracing.signs.model import families, weights
from provenance.tracing.statements.quoting import depth, find_quoting
from provenance.tracing.stories.graphs import lay_out
from provenance.tracing.stories.readings import explain_credits
from provenance.tracing.stories.trust import FORWARD, WRONG, Clocks, _within_days, believe, fit_lags, weigh_dates

WHOLE = (
    "The harbour was closed on Monday after 1,215 crates fell 10 miles out, said Maren Holt of the council. "
    "“The divers found most of them by noon, and the rest will float,” she said. No one was hurt by the crates.\n\n"
    "The ferry ran late for the whole of the evening, and the band of the lower town played on until it came in."
)


def signs(full: str, late: str) -> tuple[set[str], set[str]]:
    documents = pl.DataFrame({"doc_id": ["full", "late"], "text": [full, late]})
    bodies = Bodies({"full": 0, "late": 1}, tokenize(documents["text"]), {})
    known = tokenize(pl.Series([WHOLE])).word
    forth: set[str] = set()
    back: set[str] = set()
    for _, left, right, edits in edits_of(pl.Series(["full"]), pl.Series(["late"]), documents, bodies):
        found = choose_slips([*compare(left, right, edits)], lambda words: np.where(np.isin(words, known), 4, 1))
        forth, back = ({sign.feature for sign in side} for side in found)
    return forth, back


@pytest.mark.parametrize(
    ("was", "told", "rounded"),
    [
        ("1,215", "1,200", True),
        ("1,215", "1,300", True),  # nearly 1,300
        ("1,215", "1,000", True),  # over a thousand
        ("4.46", "4.5", True),
        ("7,790.1", "7,801.0", False),  # the points of the next day
        ("1,215", "1,190", False),
        ("1,215", "1,230", False),
    ],
)
def test_a_rounded_figure_is_off_by_one_in_its_last_place_at_most(was: str, told: str, rounded: bool) -> None:
    forth, back = signs(WHOLE.replace("1,215", was), WHOLE.replace("1,215", told))
    assert ("rounded" in forth, "rounded" in back) == (rounded, False)


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
        ("The ferry ran", "It has emerged that the ferry ran", "opened"),
        ("LOWICK — The", "The", "stripped"),
    ],
)
def test_each_sign_points_one_way(was: str, told: str, sign: str) -> None:
    whole = f"LOWICK — {WHOLE}"
    changed = whole.replace(was, told)
    assert changed != whole
    forth, back = signs(whole, changed)
    assert sign in forth
    assert sign not in back
    turned = signs(changed, whole)
    assert sign in turned[1]


def test_of_a_lead_that_was_written_anew_no_words_are_compared() -> None:
    lead = "All 214 people on a ferry that ran on to a bank off the Aurelia Rock in the early hours of Monday are safe."
    anew = "Seven hours after the ship slid on to sand in the dark, the 214 of the Aurelia Star are all on dry land."
    assert signs(f"{lead} {WHOLE}", f"{anew} {WHOLE}") == (set(), set())
    # one word that stays between two small changes is none by chance
    changed = WHOLE.replace("harbour was closed on", "habrour was shut for good on")
    assert signs(WHOLE, changed) == ({"slip"}, set())
    # nor are as many in a row as a reading has, however much was changed on either side of them
    late = "Everybody had tea.\n\n"
    own = "Quay Street will stay shut until July, our town council tells readers who write asking about buses."
    assert signs(f"{lead}\n\n{late}{WHOLE}", f"{anew}\n\n{late}{own}\n\n{WHOLE}") == ({"paragraph"}, set())


def test_a_long_tail_that_is_gone_was_cut_and_a_turned_sentence_was_not_opened() -> None:
    long = f"{WHOLE}\n\n{' '.join(f'word{n}' for n in range(80))}."
    assert signs(long, WHOLE) == ({"tail"}, set())
    assert signs(long, f"{WHOLE}\n\nSource: Lowick Post.")[0] == {"tail"}
    late, band = (
        "the ferry ran late for the whole of the evening",
        "the band of the lower town played on until it came in",
    )
    turned = WHOLE.replace(f"The{late[3:]}, and {band}.", f"And {band}, as {late}.")
    assert turned != WHOLE
    assert "opened" not in signs(WHOLE, turned)[0] | signs(WHOLE, turned)[1]


@pytest.mark.parametrize("told", ["shut for good on Monday", "shut Monday"])
def test_how_many_words_say_the_same_tells_no_way(told: str) -> None:
    assert signs(WHOLE, WHOLE.replace("closed on Monday", told)) == (set(), set())


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
    reply = f"In article 5 Anna@Quay.example writes:\n> {said}\nI do not think so."  # in other letters than her own
    facts = {"outlet": ["anna@quay.example (Anna)", None], "title": ["Late", "Re: Late"]}
    documents = pl.DataFrame({"doc_id": ["a", "b"], "text": [said, reply]} | facts)
    start = reply.index(said)
    span = ("a", "b", 0, len(said), start, start + len(said), 1.0, "exact", "paragraph")
    found = find_quoting(pl.DataFrame([span], schema=SPANS, orient="row"), documents)
    assert dict(found.select("feature", "strength").iter_rows()) == dict.fromkeys(
        ("quoted", "announced", "introduced", "reply"), 1.0
    )


def test_of_two_passages_the_same_is_looked_at_whichever_side_is_left() -> None:
    said = "the ferry ran late for the whole of the evening and nobody in the lower town could say when it came"
    reply = f"In article 5 anna@quay.example writes:\n> {said}\nI do not think so, {said}, and more of it."
    start, again = reply.index(said), reply.rindex(said)
    # marked, and the longer one on the side of the reply; not marked, and the longer one on the other side
    places = [(0, 60, start, start + 64), (0, 61, again, again + 62)]
    texts = {"a": said, "b": reply, "y": reply, "z": said}
    documents = pl.DataFrame(
        [(*one, None, None) for one in texts.items()], ["doc_id", "text", "outlet", "title"], orient="row"
    )
    rows = [("a", "b", *place) for place in places] + [("y", "z", *place[2:], *place[:2]) for place in places]
    spans = pl.DataFrame([(*row, 1.0, "exact", "paragraph") for row in rows], schema=SPANS, orient="row")
    found = find_quoting(spans, documents.cast(pl.String)).select("left_doc", "feature", "strength")
    signs_ = [{row[1:] for row in found.rows() if row[0] == left} for left in "ay"]
    assert signs_[0] == {(feature, -strength) for feature, strength in signs_[1]}
    assert ("quoted", 1.0) in signs_[0]


def _quoted(texts: dict[str, str], passages: tuple[str, ...]) -> dict[str, float]:
    """Two texts by name, the passages of which each is a span -> what is found of quoting, the first taken as left."""
    columns = ["doc_id", "text", "outlet", "title"]
    documents = pl.DataFrame([(*one, None, None) for one in texts.items()], columns, orient="row").cast(pl.String)
    rows = []
    for said in passages:
        left, right = sorted((name, text.index(said), text.index(said) + len(said)) for name, text in texts.items())
        rows.append((left[0], right[0], *left[1:], *right[1:], 1.0, "exact", "paragraph"))
    found = find_quoting(pl.DataFrame(rows, schema=SPANS, orient="row"), documents)
    sign = 1 if list(texts) == sorted(texts) else -1
    return {feature: sign * strength for feature, strength in found.select("feature", "strength").iter_rows()}


def test_of_two_passages_as_long_and_as_far_on_the_same_is_looked_at() -> None:
    first, second = "the ferry ran late for the whole of the evening", "nobody in the lower town could say when it came"
    found = []
    for before in ("!", ""):  # which of the two is taken hangs on the texts, and not on how they are named
        one, other = f"> {first}\n{'c' * 12}{second}", f"{before}{second}{'c' * 13}{first}"
        assert one.index(first) + other.index(first) == one.index(second) + other.index(second)
        signs_ = [_quoted({name: one, "m": other}, (first, second)) for name in "az"]
        assert signs_[0] == signs_[1]
        found.append("quoted" in signs_[0])
    assert set(found) == {True, False}


def test_what_is_shown_of_a_family_is_of_the_side_that_prevails() -> None:
    by_family: dict[str, list[str]] = {}
    for feature, family in families().items():
        by_family.setdefault(family, []).append(feature)
    family, (one, two, three, *_) = next(found for found in by_family.items() if len(found[1]) > 2)
    values = {one: 1.0, two: -0.7, three: -0.8}
    rows = [("a", "b", name, value / weights().get(name, 1.0), "a", 0, 1, name) for name, value in values.items()]
    shown = show_evidence(pl.DataFrame(rows, schema=EVIDENCE, orient="row")).row(0, named=True)
    assert (shown["family"], shown["feature"], round(shown["value"], 6)) == (family, three, -0.5)


def _clocks(pairs: list[tuple[int, int, int]]) -> tuple[Any, Any, Clocks]:
    """(source, copy, days from one to the other), of whom the texts say which is which -> what `believe` is given."""
    size = 1 + max(max(source, copy) for source, copy, _ in pairs)
    rows = [(name, -1, -3.0, np.nan) for name in range(size)]
    for source, copy, lag in pairs:
        rows += [(copy, source, 2.0, lag), (source, copy, -2.0, -lag)]
    rows.sort(key=lambda row: row[:2])
    child, parent, score, lag = (np.array(column) for column in zip(*rows, strict=True))
    same = np.arange(size)
    for source, copy, _ in pairs:
        same[same == same[copy]] = same[source]
    fit = fit_lags(lag, np.ones(len(lag), bool), np.sign(np.nan_to_num(lag)), same[child])
    return lay_out(child, parent, same[child]), score, Clocks(child, parent, fit, np.ones(size, bool))


def believed(pairs: list[tuple[int, int, int]]) -> tuple[Any, float]:
    """The same -> chances of false dates, and their share."""
    _, wrong, shares = believe(*_clocks(pairs))
    return wrong, shares[-1]


def test_dates_that_texts_contradict_are_believed_less() -> None:
    pairs = [(2 * n, 2 * n + 1) for n in range(40)]
    _, true = believed([(*pair, 3) for pair in pairs])
    _, false = believed([(*pair, 3 if n % 2 else -3) for n, pair in enumerate(pairs)])
    assert true < 0.05 < 0.15 < false


def test_dates_that_nothing_contradicts_are_believed_more_than_before_they_were_looked_at() -> None:
    """Of stories of two days each, whose lags tell nothing: that all stand in their order tells that they are true."""
    wrong, share = believed([(2 * n, 2 * n + 1, 1) for n in range(12)])
    assert share < WRONG
    assert wrong.max() < WRONG


def test_one_false_date_is_found_out_by_its_neighbours() -> None:
    sound = [(3 * n, 3 * n + 1 + copy, lag) for n in range(30) for copy, lag in enumerate((1, 8))]
    wrong, _ = believed(sound + [(90, 91 + n, -5) for n in range(4)])  # by the texts 90 is the source, its date is last
    assert wrong[90] > 0.95
    assert wrong[91:].max() < 0.1
    assert wrong[:90].max() < 0.1


def test_shares_that_are_given_part_what_no_tree_ties() -> None:
    """With the shares of all, each component alone is believed as it is among the others, to the last bit."""
    pairs = [(3 * n, 3 * n + 1, (-1) ** n * (n + 1)) for n in range(12)] + [(3 * n, 3 * n + 2, 2) for n in range(12)]
    layout, score, clocks = _clocks(pairs)
    _, wrong, shares = believe(layout, score, clocks)
    for n in range(12):
        own = [(source % 3, copy % 3, lag) for source, copy, lag in pairs if source == 3 * n]
        layout, score, clocks = _clocks(own)
        _, alone, _ = believe(layout, score, clocks, shares)
        assert alone.tolist() == wrong[3 * n : 3 * n + 3].tolist()


def test_a_sample_is_the_same_in_any_order_and_whole_where_it_fits() -> None:
    blank = dict.fromkeys(("title", "byline", "published", "url", "language"))
    rows = [blank | {"doc_id": f"d{n}", "text": f"d{n}"} for n in range(4000)]
    documents = pl.DataFrame(rows, schema=DOCUMENTS)
    assert take_sample(documents, SAMPLE).all()
    chosen = set(documents["text"].filter(take_sample(documents, 2 * SAMPLE)))
    other = documents.reverse().with_columns(doc_id=pl.format("other {}", "doc_id"))
    assert chosen == set(other["text"].filter(take_sample(other, 2 * SAMPLE)))
    assert 1800 < len(chosen) < 2200


@given(st.lists(st.lists(st.integers(0, 12), max_size=9), min_size=1, max_size=9), st.sets(st.integers(0, 15)))
def test_words_are_counted_as_one_by_one(texts: list[list[int]], asked: set[int]) -> None:
    documents = pl.DataFrame(
        {"doc_id": [f"{n}" for n in range(len(texts))], "text": [" ".join(map(str, one)) for one in texts]}
    )
    tokens = tokenize(documents["text"])
    words = tokenize(pl.Series([" ".join(map(str, asked))])).word
    times = [max(1, sum(text.count(one) for text in texts)) for one in asked]
    assert count_asked(documents)(words).tolist() == times
    assert count_asked(documents, tokens)(words).tolist() == times
    assert counter(sum_words([words_of(tokens.word)]))(words).tolist() == times


def test_words_are_counted_in_the_sample_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequency, "SAMPLE", 20)
    documents = pl.DataFrame({"doc_id": [f"{n}" for n in range(60)], "text": [f"one only{n}" for n in range(60)]})
    documents = documents.with_columns(published=pl.lit(None, pl.Datetime), **dict.fromkeys(FIELDS, pl.lit("")))
    word = tokenize(pl.Series(["one"])).word
    found = {count_asked(documents, tokens)(word).item() for tokens in (None, tokenize(documents["text"]))}
    assert found == {take_sample(documents, documents.height).sum()}
    assert 1 < found.pop() < 60


def test_a_copy_long_after_its_source_speaks_against_neither_date() -> None:
    wrong, _ = believed([(0, 1, 1), (0, 2, 2), (0, 3, 400), (4, 5, 1)])
    assert wrong.max() < 0.05
    near, far = _told_by_lags([1.0, 30.0])
    assert near > far == FORWARD


def _told_by_lags(lags: list[float], *, daily: bool = True) -> list[float]:
    size = len(lags)
    told = fit_lags(np.array(lags), np.full(size, daily), np.ones(size), np.zeros(size, np.int64))
    result: list[float] = told.tolist()
    return result


def test_the_day_after_is_no_less_likely_than_the_same_day_whose_hours_are_not_known() -> None:
    same, next_, later, _ = _told_by_lags([0.0, 1.0, 2.0, 9.0])
    assert next_ > same > later
    same, next_, later, _ = _told_by_lags([0.0, 1.0, 2.0, 9.0], daily=False)
    assert same > next_ > later


def test_chances_of_whole_days_are_those_of_all_hours() -> None:
    luck = np.random.default_rng(1)
    hours = luck.random(400_000)
    lags = 1.5 * (1 / luck.random(hours.size) - 1)  # of density 1 / 1.5 / (1 + lag / 1.5) ** 2
    days = np.floor(hours + lags)
    assert _within_days(np.arange(6.0)) == pytest.approx([np.mean(days == day) for day in range(6)], abs=0.003)


def test_evidence_of_dates_is_worth_what_both_dates_are() -> None:
    rows = [("a", "b", "date", 1.0, None, None, None, ""), ("a", "c", "date", -1.0, None, None, None, "")]
    told = weigh_dates(pl.DataFrame(rows, schema=EVIDENCE, orient="row"), {"a": 0.02, "b": 0.02, "c": 0.95}, 0.03)
    sure, doubtful = told["strength"]
    assert sure > 3 > 0.2 > -doubtful > 0


def test_a_credit_that_a_source_has_as_well_may_come_from_there() -> None:
    # 2 credits 0, and so does 1: 2 may have it from either; 3 credits 0, which 2 alone of its sources does not
    child, parent = np.array([1, 2, 2, 3, 3, 3]), np.array([0, 0, 1, 0, 1, 4])
    named = np.array([True, True, False, True, False, False])
    assert explain_credits(child, parent, named).tolist() == [True, True, True, True, True, False]
