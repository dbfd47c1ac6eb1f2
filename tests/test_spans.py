"""Spans from documents and passages: kinds, roles, places, short passages, repeats inside, rewriting."""

from __future__ import annotations

import naive
import numpy as np
import polars as pl
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from provenance.matching import place_kernels, postings, rewritten, sequence_kernels, skip_kernels
from provenance.matching.layout import lay_out, weigh_digits
from provenance.matching.places import cut_out
from provenance.matching.rewritten import Inside, choose, find_inside, number_sentences, propose
from provenance.matching.rewritten_kernels import SCORE
from provenance.matching.sketches import word_sketcher
from provenance.matching.spans import Found, find_spans, snap
from provenance.matching.stretches import Aligned
from provenance.settings import Settings
from provenance.tables import DOCUMENTS, PASSAGES, SPANS, check
from provenance.text.folding import fold
from provenance.text.tokens import Tokens, tokenize, tokenize_and

BODY = (
    "The harbour master of Port Halven said on Tuesday that the northern breakwater, damaged in the storms of "
    "January, would be repaired before the herring fleet returns in April, and that no ship would be turned away."
)
OTHER = (
    "Two hundred volunteers planted rye along the eroded banks of the Lisanne over the weekend, an effort that the "
    "farmers' union called the largest since the floods, though it warned that seed was running short."
)
HEADLINE = "Breakwater to be mended before the herring fleet returns"


def documents_of(texts: dict[str, str]) -> pl.DataFrame:
    rows = sorted(texts.items())
    blank = {column: [None] * len(rows) for column in DOCUMENTS if column not in ("doc_id", "text", "path")}
    ids, bodies = [row[0] for row in rows], [row[1] for row in rows]
    return pl.DataFrame({"doc_id": ids, "path": ids, "text": bodies, **blank}, schema_overrides=dict(DOCUMENTS)).select(
        list(DOCUMENTS)
    )


def passages_of(documents: pl.DataFrame, roles: dict[str, list[tuple[str, str]]]) -> pl.DataFrame:
    """(line, role) in order of place for the documents named; everything else is paragraphs, a line each."""
    rows = []
    for doc_id, text in documents.select("doc_id", "text").iter_rows():
        known = list(roles.get(doc_id, []))
        start = 0
        for line in text.split("\n"):
            role = "paragraph"
            if known and known[0][0] == line:
                role = known.pop(0)[1]
            if line.strip():
                rows.append((doc_id, start, start + len(line), role))
            start += len(line) + 1
        assert not known
    return pl.DataFrame(rows, schema=PASSAGES, orient="row")


def spans_of(
    texts: dict[str, str], roles: dict[str, list[tuple[str, str]]] | None = None, settings: Settings | None = None
) -> Found:
    settings = settings or Settings(rewritten="off")
    documents = documents_of(texts)
    sketch = word_sketcher(settings) if documents.height > settings.exhaustive_documents else None
    tokens, signatures = tokenize_and(documents["text"], sketch)
    found = find_spans(documents, passages_of(documents, roles or {}), tokens, signatures, settings)
    check(found.spans, SPANS, "spans")
    return found


def sides(texts: dict[str, str], spans: pl.DataFrame) -> list[tuple[str, str, str, str]]:
    def side(row: dict[str, str | int], name: str) -> str:
        return texts[row[f"{name}_doc"]][row[f"{name}_start"] : row[f"{name}_end"]]

    return [(side(row, "left"), side(row, "right"), row["kind"], row["role"]) for row in spans.iter_rows(named=True)]


def test_a_paragraph_in_two_documents_is_one_exact_span_with_its_full_stop() -> None:
    texts = {"a": f"{OTHER}\n\n{BODY}", "b": f"{BODY}\n\nA local note."}
    assert sides(texts, spans_of(texts).spans) == [(BODY, BODY, "exact", "paragraph")]


def test_a_few_changed_words_make_one_edited_span() -> None:
    edited = BODY.replace("January", "midwinter").replace("herring fleet", "whole fishing fleet")
    texts = {"a": BODY, "b": edited}
    found = spans_of(texts).spans
    assert sides(texts, found) == [(BODY, edited, "edited", "paragraph")]
    words, others = BODY.split(), edited.split()
    expected = naive.common_subsequence(words, others) / max(len(words), len(others))
    assert found["identity"].item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("link", "spans"),
    [(" https://example.org/a/northern-breakwater ", 1), ("\nhttps://example.org/a\n", 2), (" www.example.org\n", 1)],
)
def test_an_address_in_running_text_parts_no_span_and_one_on_its_own_line_does(link: str, spans: int) -> None:
    text = f"{BODY}{link}{OTHER}"
    found = sides({"a": text, "b": f"Before. {text}"}, spans_of({"a": text, "b": f"Before. {text}"}).spans)
    assert len(found) == spans
    assert all("http" not in left.strip() or spans == 1 for left, *_ in found)


def test_an_address_on_its_own_line_parts_no_span_where_the_other_text_was_only_wrapped_anew() -> None:
    wrapped = f"{BODY}\nhttps://example.org/a\n{OTHER}"
    texts = {"a": wrapped, "b": f"Before. {wrapped.replace(chr(10), ' ')}", "c": f"{BODY} {OTHER}"}
    found = spans_of(texts).spans
    joined = found.filter(pl.col("left_doc") == "a", pl.col("right_doc") == "b")
    assert sides(texts, joined) == [(wrapped, wrapped.replace("\n", " "), "exact", "paragraph")]
    assert found.filter(pl.col("left_doc") == "a", pl.col("right_doc") == "c").height == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "spans"),
    [
        ("who had seen nothing like it since the war", "as nobody there could remember from any earlier year", 1),
        ("", "I for one do not believe a word of this story.", 2),
        (f"{HEADLINE} {HEADLINE}", "as nobody there could remember from any earlier year at all in that town", 2),
    ],
    ids=["replaced", "put in", "as long as a span"],
)
def test_neighbours_are_one_span_over_a_few_words_replaced_and_over_nothing_else(
    ours: str, theirs: str, spans: int
) -> None:
    found = spans_of({"a": f"{BODY} {ours} {OTHER}", "b": f"Here. {BODY} {theirs} {OTHER}"}).spans
    assert found.height == spans


def test_a_short_headline_in_the_running_text_of_another_document_is_no_span() -> None:
    texts = {"a": f"{HEADLINE}\n\n{BODY}", "b": f"{OTHER} They say {HEADLINE.lower()} and more.", "c": HEADLINE}
    roles = {"a": [(HEADLINE, "headline")], "c": [(HEADLINE, "headline")]}
    found = spans_of(texts, roles).spans
    assert found.select("left_doc", "right_doc").rows() == [("a", "c"), ("b", "c")]  # c is nothing but the headline


def test_an_address_that_touches_a_notice_parts() -> None:
    date = "Mon, 08 Nov 2021 08:00:00 +0000"
    text = f"{OTHER} {date} https://example.org/rye-along-the-banks {BODY}"
    documents = documents_of({"a": text, "b": f"First. {text}"})
    rows = []
    for doc_id, whole in documents.select("doc_id", "text").iter_rows():
        low, high = whole.index(date), whole.index(BODY)
        rows += [(doc_id, 0, low, "paragraph"), (doc_id, low, high, "boilerplate")]
        rows += [(doc_id, high, len(whole), "paragraph")]
    passages = pl.DataFrame(rows, schema=PASSAGES, orient="row")
    found = find_spans(documents, passages, tokenize(documents["text"]), None, Settings(rewritten="off")).spans
    assert found.height == 2
    assert not any(
        "https" in documents["text"][0][low:high] for low, high in found.select("left_start", "left_end").rows()
    )


def test_fourteen_shared_words_are_no_span_and_fifteen_are() -> None:
    shared = "the old lighthouse keeper counted every passing ship from his window until the very last"
    for words, count in ((14, 0), (15, 1)):
        run = " ".join(shared.split()[:words])
        found = spans_of({"a": f"alpha {run} beta", "b": f"gamma {run} delta"})
        assert found.spans.height == count


def test_a_headline_may_be_short_and_differ_in_a_few_ways() -> None:
    texts = {
        "a": f"{HEADLINE}\n\n{BODY}",
        "b": f"{HEADLINE.replace('mended', 'repaired')} - Halven Courier\n\n{OTHER}",
        "c": f"{HEADLINE} - Halven Courier\n\n{OTHER[:80]}",
    }
    roles = {key: [(text.split("\n")[0], "headline")] for key, text in texts.items()}
    found = sides(texts, spans_of(texts, roles).spans.filter(pl.col("left_doc") == "a"))
    assert (HEADLINE, HEADLINE, "exact", "headline") in found
    assert any(kind == "edited" and role == "headline" for _, _, kind, role in found)


def test_short_body_text_is_not_claimed() -> None:
    line = "He thanked the crews"
    assert spans_of({"a": f"{BODY}\n{line}", "b": f"{OTHER}\n{line}"}).spans.is_empty()


def test_a_doubled_headline_and_caption_are_found_inside_one_document() -> None:
    caption = "The breakwater at low tide"
    text = f"{HEADLINE}\n{caption}\n{caption}\n\n{HEADLINE}\n{caption}\n\n{BODY}"
    head = (HEADLINE, "headline")
    roles = {"a": [head, (caption, "caption"), (caption, "caption"), head, (caption, "caption")]}
    found = spans_of({"a": text}, roles).spans
    twice = [(caption, caption, "exact", "caption")] * 2
    assert sorted(sides({"a": text}, found)) == [(HEADLINE, HEADLINE, "exact", "headline"), *twice]
    occurrences = set(found.filter(role="caption").select("left_start").to_series()) | set(
        found.filter(role="caption").select("right_start").to_series()
    )
    assert len(occurrences) == 3


def test_an_inner_repeat_never_crosses_from_headline_into_body() -> None:
    text = f"{HEADLINE}\n{BODY}\n{HEADLINE}\n{BODY}"
    roles = {"a": [(HEADLINE, "headline"), (BODY, "paragraph"), (HEADLINE, "headline")]}
    assert sorted(sides({"a": text}, spans_of({"a": text}, roles).spans)) == sorted(
        [(HEADLINE, HEADLINE, "exact", "headline"), (BODY, BODY, "exact", "paragraph")]
    )


def test_a_copy_of_headline_and_body_together_is_one_span_across_documents() -> None:
    text = f"{HEADLINE}\n\n{BODY}"
    texts = {"a": text, "b": text}
    roles = {key: [(HEADLINE, "headline")] for key in texts}
    assert sides(texts, spans_of(texts, roles).spans) == [(text, text, "exact", "paragraph")]


def test_notices_are_boilerplate_and_quotes_are_quotes() -> None:
    notice = "Sign in to read on"
    quote = f"“{BODY[:-1]}”"
    texts = {"a": f"She said: {quote}\n{notice}", "b": f"He, too, heard {quote} and left, as did {OTHER}\n{notice}"}
    documents = documents_of(texts)
    passages = passages_of(documents, {key: [(notice, "boilerplate")] for key in texts})
    quotes = pl.DataFrame(
        [(key, texts[key].index("“"), texts[key].index("”") + 1, "quote") for key in texts],
        schema=PASSAGES,
        orient="row",
    )
    tokens = tokenize(documents["text"])
    found = find_spans(documents, pl.concat([passages, quotes]), tokens, None, Settings(rewritten="off"))
    assert {(row["kind"], row["role"]) for row in found.spans.iter_rows(named=True)} == {
        ("exact", "quote"),
        ("exact", "boilerplate"),
    }


def test_jaccards_are_exact_and_sorted() -> None:
    texts = {"a": f"{BODY} {OTHER}", "b": BODY, "c": OTHER}
    found = spans_of(texts).jaccards
    for left, right, jaccard in found.iter_rows():
        expected = naive.jaccard(fold(texts[left]).split(), fold(texts[right]).split(), 5)
        assert jaccard == pytest.approx(expected, abs=1e-6)
    assert found.select("left_doc", "right_doc").rows() == [("a", "b"), ("a", "c")]


def test_the_sketched_and_the_exhaustive_way_find_the_same_spans() -> None:
    random = np.random.default_rng(5)
    vocabulary = [f"w{i}" for i in range(400)]
    texts = {f"d{i:02d}": " ".join(random.choice(vocabulary, 120)) for i in range(30)}
    for i in range(0, 28, 3):
        texts[f"d{i + 1:02d}"] = texts[f"d{i:02d}"][:300] + " " + texts[f"d{i + 1:02d}"]
    small = spans_of(texts, settings=Settings(rewritten="off"))
    large = spans_of(texts, settings=Settings(rewritten="off", exhaustive_documents=0))
    assert small.spans.height >= 10
    assert small.spans.equals(large.spans)


def test_a_text_without_words_matches_nothing() -> None:
    assert spans_of({"a": "", "b": "…!?", "c": " \n ", "d": "…!?"}).jaccards.is_empty()


FIRST = f"{BODY} Engineers have measured the cracks twice, and the council of the island set aside four million crowns."
RETOLD = (
    "Port Halven's harbour chief declared Tuesday that the breakwater in the north, which January's storms had "
    "damaged, will be fixed before April, when the herring fleet comes back, and no vessel would be sent away. "
    "The cracks were measured two times by engineers, and four million crowns were set aside by the island's council."
)


def test_a_retold_paragraph_is_rewritten_and_another_story_is_not() -> None:
    filler = " ".join(f"Line {i} speaks of matter{i} and thing{i} beyond place{i}." for i in range(12))
    texts = {"a": f"{FIRST}\n{filler}", "b": f"{OTHER}\n{RETOLD}", "c": OTHER.replace("rye", "oats")}
    found = spans_of(texts, settings=Settings(rewritten="on", rewritten_chars=100)).spans
    rewritten = found.filter(kind="rewritten")
    assert rewritten.select("left_doc", "right_doc").rows() == [("a", "b")]
    left, right, _, _ = sides(texts, rewritten)[0]
    assert "harbour master" in left
    assert "breakwater in the north" in right
    assert 0 < rewritten["identity"].item() < 1


def test_two_reports_of_one_form_with_other_figures_are_no_rewriting() -> None:
    form = (
        "The central bank of {0} said that it gave the money market a further {1} million crowns of help in the "
        "afternoon, which brings its help for the day to {2} million and compares with a shortage that it had put "
        "at {3} million in the morning. It bought {4} million of bills outright at {5} per cent."
    )
    other = (
        "It was said by {0}'s central bank that {1} million crowns of further help went to the money market in the "
        "afternoon, so that the day's help comes to {2} million, against the shortage of {3} million put out in the "
        "morning. Bills of {4} million were bought outright at {5} per cent."
    )
    figures, others = ("Lisanne", 195, 841, 1020, 64, 9), ("Lisanne", 30, 377, 655, 12, 11)
    filler = " ".join(f"Line {i} speaks of matter{i} and thing{i} beyond place{i}." for i in "abcdefghij")
    settings = Settings(rewritten="on")
    same = spans_of({"a": f"{filler}\n{form.format(*figures)}", "b": other.format(*figures)}, settings=settings)
    changed = spans_of({"a": f"{filler}\n{form.format(*figures)}", "b": other.format(*others)}, settings=settings)
    assert same.spans["kind"].to_list() == ["rewritten"]
    assert changed.spans.is_empty()


def test_skip_pairs_propose_the_retold_pair_among_many() -> None:
    random = np.random.default_rng(11)
    vocabulary = np.array([f"word{i}" for i in range(3000)])
    texts = [". ".join(" ".join(random.choice(vocabulary, 12)) for _ in range(20)) for _ in range(150)]
    shuffled = texts[7].split(". ")
    texts[120] = ". ".join(" ".join(random.permutation(sentence.split())) for sentence in shuffled)
    tokens = tokenize(pl.Series(texts))
    left, right = propose(tokens, number_sentences(tokens, tokens.gap))
    pairs = set(zip(left.tolist(), right.tolist(), strict=True))
    assert (7, 120) in pairs
    assert len(pairs) <= 10 * len(texts)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=30), min_size=2, max_size=7), st.integers(1, 3))
def test_pairs_are_proposed_exactly_when_the_twin_says_so(texts: list[list[str]], threads: int) -> None:
    tokens = tokenize(pl.Series([" ".join(words) for words in texts], dtype=pl.String))
    small = {"ALL_PAIRS": 0, "CONTENT": -9.0, "ONE_IN": 1, "SPAN": 2, "CAP": 3, "NEAR": 4, "NEED": 2, "SHARES": 3}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in small.items():
            patch.setattr(rewritten, name, value)
        patch.setattr(postings, "PART", 5)
        left, right = propose(tokens, number_sentences(tokens, tokens.gap), threads)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(naive.skip_partners(texts, 2, 3, 4, 2))


@given(st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1 << 16, 1 << 17, 2**64 - 1]), max_size=60))
def test_equal_words_and_no_others_get_one_number(words: list[int]) -> None:
    ids = np.empty(len(words), np.int32)
    count = skip_kernels.number_words(np.array(words, np.uint64), ids)
    seen = list(dict.fromkeys(words))
    assert count == len(seen)
    assert ids.tolist() == [seen.index(word) for word in words]


def test_more_words_than_the_first_table_holds_are_numbered_too() -> None:
    words = np.random.default_rng(3).permutation(300_000).astype(np.uint64)
    ids = np.empty(2 * words.size, np.int32)
    assert skip_kernels.number_words(np.concatenate([words, words[::-1]]), ids) == words.size
    numbers = np.arange(words.size)
    assert np.array_equal(ids, np.concatenate([numbers, numbers[::-1]]))


def test_a_rewritten_stretch_replaces_exact_ones_only_if_the_rest_of_it_is_rewriting() -> None:
    def stretches(*rows: tuple[int, int, int, int]) -> Aligned:
        columns = np.array(rows, np.int64).reshape(-1, 4).T
        zero = np.zeros(columns.shape[1], np.int32)
        return Aligned(zero, zero + 1, *columns, zero)

    exact = stretches((0, 20, 0, 20), (100, 140, 100, 140))
    found = stretches((0, 60, 0, 60), (98, 142, 98, 142), (300, 350, 300, 350), (310, 340, 400, 430))
    inside = Inside(np.array([0, 1]), np.array([0, 1]), np.array([12.0, -1.0, 2.0, 1.0]))
    stays, chosen = choose(exact, found, np.array([4.0, 3.0, 2.0, 1.0]), inside)
    assert stays.tolist() == [False, True]
    assert chosen.tolist() == [True, False, True, False]


def test_what_exact_stretches_leave_of_a_rewritten_one_is_scored() -> None:
    words = np.arange(200).astype(np.uint64)
    words[100:200] = words[:100]
    words[120:130] = np.arange(500, 510)
    nothing = np.zeros(200, np.int32)
    tokens = Tokens(np.array([0, 100, 200]), words, nothing, nothing.astype(np.uint8), nothing.astype(np.uint8))
    sentences = number_sentences(tokens, tokens.gap)

    def stretches(*rows: tuple[int, int, int, int]) -> Aligned:
        zero = np.zeros(len(rows), np.int32)
        return Aligned(zero, zero + 1, *np.array(rows, np.int64).T, zero)

    exact = stretches((0, 20, 100, 120), (30, 90, 130, 190), (92, 100, 192, 200))
    found = stretches((0, 91, 100, 191), (30, 90, 130, 190), (91, 96, 191, 196))
    inside = find_inside(sentences, tokens.gap, exact, found, np.array([90.0, 80.0, 70.0]))
    assert list(zip(inside.found.tolist(), inside.exact.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]
    assert inside.worth[1:].tolist() == [0.0, 70.0]
    assert SCORE - 20 < inside.worth[0] < SCORE  # ten words that differ; one short stretch beside a long one is spared


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("“Hello there.” He", 1, 12, "“Hello there.”"),
        ("(see) word, next", 6, 10, "word,"),
        ("one […] two", 0, 3, "one"),
        ("tail...", 0, 4, "tail..."),
        ("a»b c", 2, 3, "b"),
    ],
)
def test_ends_take_their_punctuation_along(text: str, start: int, end: int, expected: str) -> None:
    low, high = snap(pl.Series([text]), np.zeros(1, np.int32), np.array([start]), np.array([end]))
    assert text[low.item() : high.item()] == expected


@given(st.lists(strategies.marked, min_size=1, max_size=4), st.data())
def test_ends_are_snapped_as_sign_by_sign(texts: list[str], data: st.DataObject) -> None:
    asked = [
        (row, *sorted(data.draw(st.tuples(*[st.integers(0, len(texts[row]))] * 2))))
        for row in data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12))
    ]
    row, start, end = np.array(asked, np.int64).reshape(-1, 3).T
    low, high = snap(pl.Series(texts, dtype=pl.String), row, start, end)
    assert list(zip(low, high, strict=True)) == [naive.snapped(texts[r], a, b) for r, a, b in asked]


@given(st.lists(strategies.marked, min_size=1, max_size=4), st.data())
def test_digits_are_weighed_as_sign_by_sign(texts: list[str], data: st.DataObject) -> None:
    asked = [
        (row, *sorted(data.draw(st.tuples(*[st.integers(0, len(texts[row]))] * 2))))
        for row in data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12))
    ]
    row, start, end = np.array(asked, np.int64).reshape(-1, 3).T
    found = weigh_digits(pl.Series(texts, dtype=pl.String), row, start, end)
    for at, (r, a, b) in enumerate(asked):
        inside = texts[r][a:b]
        known = all(ord(sign) < place_kernels.KNOWN for sign in inside)
        assert found[at] == (naive.mostly_digits(inside) if known else -1)


def test_an_end_among_signs_beyond_ascii_is_read_whole() -> None:
    many = ["é" * 40 + "»… x", "plain, text"] * 3  # a wrong byte in one of several texts would show in the others
    row, place = np.array([4, 1, 0]), np.array([40, 5, 40])
    low, high = snap(pl.Series(many), row, place - 1, place)
    assert (low.tolist(), high.tolist()) == ([39, 4, 39], [42, 6, 42])


@pytest.mark.parametrize(
    ("low", "high", "found"), [(0, 1, False), (0, 2, True), (2, 4, True), (4, 1, True), (2, 1, False)]
)
def test_an_address_between_two_words_is_found(low: int, high: int, found: bool) -> None:
    gap, out = np.array([0, 0, 7, 0, 0], np.uint8), np.zeros(1, np.bool_)
    sequence_kernels.find_between(gap, np.array([low]), np.array([high]), 7, out)
    addresses = np.flatnonzero(gap == 7)  # what it stands for
    assert found == (np.searchsorted(addresses, low) != np.searchsorted(addresses, high, side="right"))
    assert out.item() == found


def test_passages_out_of_order_are_laid_out_as_in_order() -> None:
    documents = documents_of({"a": f"{HEADLINE}\n{BODY}", "b": f"{OTHER}\n{BODY}"})
    passages = passages_of(documents, {"a": [(HEADLINE, "headline")]})
    tokens = tokenize(documents["text"])
    one, two = (lay_out(documents, table, tokens) for table in (passages, passages.reverse()))
    assert [str(column) for column in one] == [str(column) for column in two]


def test_stretches_are_cut_out_in_the_order_asked_for() -> None:
    texts = pl.Series(["Größe 𝔄 zählt", "", "二つ目の文"])
    row, start, end = np.array([2, 0, 0, 2, 1]), np.array([0, 6, 0, 3, 0]), np.array([2, 7, 5, 99, 4])
    assert cut_out(texts, row, start, end).to_list() == ["二つ", "𝔄", "Größe", "の文", ""]
    assert cut_out(texts, row[:0], start[:0], end[:0]).to_list() == []
