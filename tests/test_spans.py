"""Spans from documents and passages: kinds, roles, places, short passages, repeats inside, rewriting."""

from __future__ import annotations

import naive
import numpy as np
import polars as pl
import pytest

from provenance.matching.aligning.layout import lay_out
from provenance.matching.aligning.spans import Found, find_spans
from provenance.matching.pairs.sketches import word_sketcher
from provenance.settings import Settings
from provenance.tables import DOCUMENTS, PASSAGES, SPANS, check
from provenance.text.folding import fold
from provenance.text.tokens import tokenize, tokenize_and

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
    assert spans_of({"a": texts["c"], "b": wrapped}).spans.height == 2, "whichever of the two has it"


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


def test_passages_out_of_order_are_laid_out_as_in_order() -> None:
    documents = documents_of({"a": f"{HEADLINE}\n{BODY}", "b": f"{OTHER}\n{BODY}"})
    passages = passages_of(documents, {"a": [(HEADLINE, "headline")]})
    tokens = tokenize(documents["text"])
    one, two = (lay_out(documents, table, tokens) for table in (passages, passages.reverse()))
    assert [str(column) for column in one] == [str(column) for column in two]
