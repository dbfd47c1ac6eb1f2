"""Credits, notices, first-party wording and citations, on sentences written for these tests."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import provenance
from provenance.tables import PASSAGES, empty
from provenance.text.passages import find_passages
from provenance.tracing.statements.attributions import find_attributions
from tests.attributions import BODY, found, frame


@pytest.mark.parametrize(
    ("byline", "source"),
    [
        ("Reuters", "Reuters"),
        ("By Reuters Staff", "Reuters"),
        ("Ann Lee, Associated Press", "Associated Press"),
        ("Quelle: dpa, ZEIT ONLINE, lk", "Deutsche Presse-Agentur"),
        ("AP News", "Associated Press"),
        ("Ann Lee und dpa", "Deutsche Presse-Agentur"),
        ("Associated Press in Washington", "Associated Press"),
        ("Ann Lee in Washington", None),
        ("Ann Lee", None),
        ("Ann Lee, Somerton Gazette", None),
        ("Peter Reuter", None),
        ("", None),
    ],
)
def test_an_agency_in_the_column_of_authors_is_a_byline(byline: str, source: str | None) -> None:
    """It is how most collections say whose copy an article is; none of it was read."""
    assert found(BODY, byline=byline) == ([("byline", source, "article")] if source else [])
    run = provenance.scan(pl.DataFrame({"text": [BODY], "author": [byline], "outlet": ["Somerton Gazette"]}))
    origin = run.origins.row(0, named=True)
    assert origin["origin_id"] == (f"source:{source}" if source else run.documents["doc_id"][0])
    if source:
        said = source if byline == source else f"{source} (“{byline}”)"
        assert f"names {said}, whose" in origin["reason"]


@pytest.mark.parametrize(
    ("line", "source", "scope"),
    [
        ("Avec AFP", "Agence France-Presse", "article"),
        ("Le Figaro avec l’AFP et Reuters", "Agence France-Presse", "article"),
        ("(mit Material von dpa)", "Deutsche Presse-Agentur", "article"),
        ("(Con información de EFE)", "EFE", "article"),
        ("Com Lusa", "Agencia Lusa", "article"),
        ("— With files from The Canadian Press", "The Canadian Press", "passage"),
        ("With inputs from PTI", "Press Trust of India", "passage"),
        ("Источник: ТАСС", "TASS", "article"),
        ("Source : AFP", "Agence France-Presse", "article"),
        ("来源：新华社", "Xinhua", "article"),
        ("Kaynak: AA", "Anadolu Agency", "article"),
        ("The minister had spoken with Reuters", None, None),
        ("Il sera mercredi avec Reuters et le maire", None, None),
    ],
)
def test_an_agency_beside_a_paper_on_a_line_of_its_own_is_credited(
    line: str, source: str | None, scope: str | None
) -> None:
    told = [row for row in found(f"{BODY}\n\n{line}") if row[0] == "credit"]
    assert told == ([("credit", source, scope)] if source else [])


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("By Ann Lee and AP", "Associated Press"),
        ("By ANN LEE Associated Press", "Associated Press"),
        ("By Reuters Staff", "Reuters"),
        ("By Press Association 2025", "Press Association"),
        ("Von Jens Harbort und dpa", "Deutsche Presse-Agentur"),
        ("Von dpa", "Deutsche Presse-Agentur"),
        ("Por Juan Pérez / EFE", "EFE"),
        ("Par Jean Dupont (avec Reuters)", "Reuters"),
        ("Redacción / EFE", "EFE"),
        ("Agencias | EFE", "EFE"),
        ("EFE | Madrid", "EFE"),
        ("London | AFP", "Agence France-Presse"),
        ("AFP - Paris", "Agence France-Presse"),
        ("Reuters, AP", "Reuters"),
        ("AFP | 2025-03-05", "Agence France-Presse"),
        ("REUTERS | Wednesday, March 5th, 2025 11:20 GMT", "Reuters"),
        ("Reuters in Lisbon", "Reuters"),
        ("Agence France-Presse in Tokyo", "Agence France-Presse"),
        ("Reuters in Crisis", None),
        ("Life in Lisbon", None),
        ("By Hugh Time and Will Post", None),
        ("By Ann Lee and Bo Sun", None),
        ("World | AP", None),
        ("EFE | Madrid | Fútbol", None),
        ("The talks, AP said, ended in Paris", None),
    ],
)
def test_an_agency_among_persons_places_days_and_desks_is_a_byline(line: str, source: str | None) -> None:
    """None of the first sixteen was read, or it was taken for the credit of a picture."""
    told = [("byline", source, "article")] if source else []
    text = f"A council of four hours\n{line}\n\n{BODY}"
    passages = find_passages(frame(text))
    assert find_attributions(frame(text), passages).select("kind", "source", "scope").rows() == told
    if not line.startswith(("By ", "Von ", "Por ", "Par ")):
        assert "byline" not in {kind for kind, *_ in found(f"{BODY} {BODY} {BODY}\n\n{line}\n\n{BODY}")}


@pytest.mark.parametrize(
    ("line", "kind", "source"),
    [
        ("(c)2025 Connie Archer. Distributed by Tribune Content Agency, LLC.", "credit", "Tribune News Service"),
        ("(c)2025 the Los Angeles Times. Distributed by Tribune Content Agency, LLC.", "template", "Los Angeles Times"),
        ("(c)2025 Connie Archer. Distributed by the post.", None, None),
        ("This report by The Canadian Press was first published March 4, 2025.", "credit", "The Canadian Press"),
        ("This report by the committee was first published March 4, 2025.", None, None),
    ],
)
def test_the_last_line_of_agencies_and_syndicates(line: str, kind: str | None, source: str | None) -> None:
    """As they have their copies end: the first two said nothing, and the fourth was a citation."""
    assert found(f"{BODY}\n\n{line}", outlet="Quay Post") == ([(kind, source, "article")] if source else [])


@pytest.mark.parametrize("line", ["Ann Lee / Reuters", "Kyiv, March 4, 2025 / AFP", "Photo: London | AFP"])
def test_a_pictures_credit_is_no_byline(line: str) -> None:
    assert {scope for _, _, scope in found(f"{line}\n\n{BODY}")} == {"caption"}


def test_a_byline_that_stands_in_the_text_too_is_told_once() -> None:
    assert found(f"By Reuters\n\n{BODY}", byline="Reuters") == [("byline", "Reuters", "article")]
    run = provenance.scan(pl.DataFrame({"text": [BODY], "author": ["Reuters"], "outlet": ["Reuters"]}))
    assert run.origins["kind"].to_list() == ["itself"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (f"{BODY}\n\n(Reporting by A. Person; Editing by B. Person)", ("credit", "Reuters", "article")),
        (f"{BODY}\n\n(Ellenport Courier)", ("credit", "Ellenport Courier", "article")),
        (f"{BODY}\n\nReporting by the Ellenport Courier.", ("credit", "Ellenport Courier", "article")),
        (f"{BODY}\n\n– Ellenport Dispatch", ("credit", "Ellenport Dispatch", "article")),
        (f"{BODY}\n\nSource: The Guardian", ("credit", "The Guardian", "article")),
        (f"{BODY}\n\nSource: University of Nowhere. Notes follow.", ("credit", "University of Nowhere", "article")),
        (f"{BODY}\n\n- Reuters.", ("credit", "Reuters", "article")),
        (f"A headline for all\n\nBy Ann Person, Associated Press\n\n{BODY}", ("byline", "Associated Press", "article")),
        (f"A headline for all\n\nAssociated Press\n\n{BODY}", ("byline", "Associated Press", "article")),
        (f"{BODY}\n\n© 2021 Agence France-Presse", ("template", "Agence France-Presse", "article")),
        (f"A crowd on the quay (Reuters)\n\n{BODY}", ("credit", "Reuters", "caption")),
        (f"A crowd on the quay. (A. Person/AP)\n\n{BODY}", ("credit", "Associated Press", "caption")),
        (f"Photo: AFP\n\n{BODY}", ("credit", "Agence France-Presse", "caption")),
        (f"{BODY}\n\nThis article was originally published in Al-Monitor.", ("credit", "Al-Monitor", "article")),
        (f"{BODY} For MEMRI subscription information, click here.", ("template", "MEMRI", "article")),
        (f"{BODY}\n\nSubscribe to the Harbour Valley Ledger.", ("template", "Harbour Valley Ledger", "article")),
        (f"{BODY} “It rained,” he told the Middle East Eye on Friday.", ("first_party", "Middle East Eye", "passage")),
        (f"{BODY} “It rained,” he told POLITICO when asked.", ("first_party", "Politico", "passage")),
        (f"{BODY} It rained, he told FNA at the time.", ("first_party", "Fars News Agency", "passage")),
        (f"{BODY} The man talked to al-Ahed News about rain.", ("first_party", "Al-Ahed News", "passage")),
        (
            f"{BODY} She said so in an interview with the Harbour Gazette.",
            ("first_party", "Harbour Gazette", "passage"),
        ),
        (f"Written by A. Person exclusively for SouthFront\n\n{BODY}", ("first_party", "South Front", "passage")),
        (f"{BODY} It rained, a report by The Guardian newspaper said.", ("cited", "The Guardian", "passage")),
        (f"{BODY} The local Al-Tayyar news website quoted a farmer.", ("cited", "Al-Tayyar", "passage")),
        (f"{BODY} Reuters reported that it had rained.", ("cited", "Reuters", "passage")),
        (f"{BODY} According to AP, it rained.", ("cited", "Associated Press", "passage")),
        (
            f"{BODY} It rained, Asharq Al-Awsat, a newspaper of London, reported on Friday.",
            ("cited", "Asharq Al-Awsat", "passage"),
        ),
        (f"{BODY} “It rained,” he told the Hamelin daily Ellen Bode.", ("first_party", "Ellen Bode", "passage")),
        (
            f"{BODY} He told the Associated Press news agency Contrast had won.",
            ("first_party", "Associated Press", "passage"),
        ),
        (
            f"{BODY} It rained, according to the UK-published Ellen Review.",
            ("cited", "Ellen Review", "passage"),
        ),
        (f"{BODY} Selon Le Monde, il a plu.", ("cited", "Le Monde", "passage")),
        (f"{BODY}\n\nقال لـ«الشرق الأوسط» إن المطر نزل.", ("first_party", "Asharq Al-Awsat", "passage")),
    ],
)
def test_forms_of_attribution(text: str, row: tuple[str, str, str]) -> None:
    assert found(text) == [row]


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY} It rained, the minister told parliament.",
        f"{BODY} It rained, she told President Ann Example.",
        f"{BODY} According to the Interior Ministry, it rained.",
        f"{BODY} According to the Popular Mobilization Forces, it rained.",
        f"{BODY} He spoke to John Person on Monday.",
        f"{BODY} That time of the sun and the nation was dawn.",
        f"{BODY} According to the channel, “Her work is rain.”",
        f"{BODY} A poster published on November 3, 2021 by nobody.",
        f"{BODY} It rained, as first reported by Ann Person, an Orlando TV reporter.",
        f"{BODY} An earlier report in a New Hampshire paper said that it rained.",
        f"{BODY} It rained, according to Ann Person, who once made television for a living.",
    ],
)
def test_officials_and_persons_are_not_outlets(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("【ジュネーブ共同】世界気象機関は3日、発表した。", ("dateline", "Kyodo News", "article")),
        ("【ワシントン4日時事】米政府は4日、発表した。", ("dateline", "Jiji Press", "article")),
        ("政府は5日、（北京共同）予算案を決めた。", None),
        ("見出し\n【ロンドン＝ロイター】英政府は4日、発表した。", ("dateline", "Reuters", "article")),
        ("【ロンドン＝山田太郎】英政府は4日、発表した。", None),
        ("政府は5日、来年度の予算案を決めた。（共同通信）", ("credit", "Kyodo News", "article")),
        ("政府は5日、来年度の予算案を決めた。(時事)", ("credit", "Jiji Press", "article")),
        ("КИЇВ. 3 травня. УНІАН. Міністр подав у відставку.", ("dateline", "UNIAN", "article")),
        ("Міністр пішов у вівторок, повідомляє Укрінформ. Комітет збереться.", ("cited", "Ukrinform", "passage")),
        ("Министр ушёл во вторник, сообщает агентство ТАСС. Комитет", ("cited", "TASS", "passage")),
        ("Министр ушёл во вторник. Об этом ТАСС не знал.", None),
        ("به گزارش ایرنا، وزیر روز سه شنبه رفت.", ("cited", "Islamic Republic News Agency", "passage")),
        ("وزیر روز سه شنبه رفت و کمیسیون تشکیل شد.\n\nمنبع: خبرگزاری مهر", ("credit", "Mehr News Agency", "article")),
    ],
)
def test_credits_in_farsi_ukrainian_russian_and_japanese(text: str, row: tuple[str, str, str] | None) -> None:
    assert found(text) == ([row] if row else [])


@pytest.mark.parametrize(
    ("sentence", "sources"),
    [
        ("The ferry was late on Sunday, CNN reported.", ["CNN"]),
        ("The ferry was late on Sunday, The Hill reported.", ["The Hill"]),
        ("The ferry was late, as was first reported by CNN.", ["CNN"]),
        ("As The Atlantic recently noted, ferries are late.", ["The Atlantic"]),
        ("The New York Times later reported that it was late.", ["The New York Times"]),
        ("Fox News’ Ann Person noticed that it was late.", ["Fox News"]),
        ("One appeared on Fox News' The Evening File.", []),
        ("The latest USA TODAY/Quill University Poll says so.", ["USA Today"]),
        ("It is late in recent polls from Quillbridge and Fox News.", ["Fox News"]),
        ("Bloomberg announced that he would take the ferry.", []),
        ("Person Reports says no, and Ann Person reported it.", []),
    ],
)
def test_who_is_cited_for_it(sentence: str, sources: list[str]) -> None:
    assert [source for _, source, _ in found(f"{BODY} {sentence}")] == sources


def test_a_name_goes_on_after_the_end_of_a_long_line_and_of_no_other() -> None:
    wrapped = "It rained all night upon the quay, he said in an interview with the Gazeta\nDo Cais newspaper and left."
    assert found(wrapped) == [("first_party", "Gazeta Do Cais", "passage")]
    assert found("He told the Gazeta\nDo Cais newspaper no.") != [("first_party", "Gazeta Do Cais", "passage")]


@pytest.mark.parametrize(
    ("foot", "source"),
    [
        ("The post Rain in June appeared first on Mongabay.", "Mongabay"),
        ("This article was originally published by Quay Letters.", "Quay Letters"),
        ("It was first published in June 2019.", None),
        ("It was originally published in London.", None),
        ("(This story is from a syndicated feed.) PTI", "Press Trust of India"),
        ("The ministers met the leaders of the EU.", None),
        ("The photo, originally published by the Quayside Troopers Association, was shared.", None),
    ],
)
def test_who_printed_it_first(foot: str, source: str | None) -> None:
    rows = found(f"{BODY}\n\n{BODY}\n\n{foot}")
    assert [name for kind, name, _ in rows if kind == "credit"] == ([source] if source else [])


def test_an_agency_signs_above_the_menus() -> None:
    text = "\n\n".join([BODY] * 5) + " - Reuters\n\nAlso Read\nTrending Now\nHelp"
    rows = [("d0", 0, text.index("Also"), "paragraph"), ("d0", text.index("Also"), len(text), "boilerplate")]
    passages = pl.DataFrame(rows, schema=PASSAGES, orient="row")
    assert find_attributions(frame(text), passages)["source"].to_list() == ["Reuters"]
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["He told a French magazine: no.", "A report by the International Energy Agency said no."]
)
def test_peoples_and_agencies_for_other_things_are_no_outlets(text: str) -> None:
    assert found(f"{text} {BODY}") == []


def test_two_who_polled_together_are_two_outlets() -> None:
    rows = found(f"{BODY} It rained, according to an NBC/Wall Street Journal poll.")
    assert {source for _, source, _ in rows} == {"NBC News", "The Wall Street Journal"}


@pytest.mark.parametrize("before", ["It meets in September.", "It was denied by Ann Thomas.", "It rained."])
def test_a_name_begins_with_its_sentence(before: str) -> None:
    assert ("cited", "The Guardian", "passage") in found(f"{BODY} {before} The Guardian reported it first.")


def test_a_name_ends_with_its_sentence() -> None:
    rows = found(f"It rained, he told the Ellenport Gazette. The {BODY}")
    assert rows == [("first_party", "Ellenport Gazette", "passage")]


def test_a_caption_passage_scopes_what_stands_in_it() -> None:
    text = f"A man speaks. Source: Reuters\n\n{BODY}"
    passages = pl.DataFrame([("d0", 0, 29, "caption")], schema=PASSAGES, orient="row")
    table = find_attributions(frame(f"Photo of a man. Source: Reuters\n\n{BODY}"), passages)
    assert set(table["scope"]) <= {"caption"}
    assert find_attributions(frame(text), passages).filter(pl.col("scope") == "article").is_empty()


def test_places_are_code_points_of_the_text() -> None:
    text = f"“Ünïcödé” – 🌊 wörds\u00a0first. {BODY} “So,” he told\u00a0the Middle East Eye."
    table = find_attributions(frame(text), empty(PASSAGES))
    assert [text[start:end] for start, end in table.select("start", "end").rows()] == ["Middle East Eye"]


def test_rows_depend_on_the_document_alone() -> None:
    texts = [f"ROME (Reuters) - {BODY}", f"{BODY} He told CNN so.", BODY]
    together = find_attributions(frame(*texts), empty(PASSAGES)).drop("doc_id").rows()
    apart = [row for text in texts for row in find_attributions(frame(text), empty(PASSAGES)).drop("doc_id").rows()]
    assert together == apart


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from('AaBb \n.:–-()"“”’©/0\x00\u202e\u0627ü told by Source'), max_size=300))
def test_hostile_text_gives_places_inside_it(text: str) -> None:
    table = find_attributions(frame(text, title=text[:80]), empty(PASSAGES))
    for start, end in table.select("start", "end").rows():
        assert 0 <= start <= end <= len(text)


PUMPS = [
    "A", "A ", "Aa ", "AA, ", "a ", ". ", "\n", "\nAa", "(", "(Aa) ", "Aa (", "- ", "– A", "the ", "told Aa ",
    "told the Aa of ", "according to Aa ", "Aa newspaper ", "Aa reported ", "By ", "\nBy Aa", "Source: ",
    "© Aa ", "©", "(Reporting by ", "Follow Aa ", "subscribe to Aa ", "Aa | ", "1 May ", "2020 ", "//",
    "http://a.b/ ", "contributed ", "A, A, ", "published in ", "/ Aa",
]  # fmt: skip


@pytest.mark.parametrize("pump", PUMPS)
def test_no_expression_runs_away(pump: str) -> None:
    text = (pump * (100_000 // len(pump) + 1))[:100_000]
    data = frame(text, f"TOKYO (AP) {text}", title=text[:300])
    find_attributions(frame(BODY), empty(PASSAGES))
    began = time.process_time()
    find_attributions(data, empty(PASSAGES))
    assert time.process_time() - began < 2.5  # two texts of 10^5; a runaway takes minutes


@pytest.mark.parametrize(
    "line", ["© Ellenport Courier. All rights reserved.", "Follow the Ellenport Courier on Twitter."]
)
def test_a_notice_of_an_outlet_that_no_table_has_is_told_where_the_publisher_is_known(line: str) -> None:
    text = f"{BODY}\n\n{line}"
    assert ("template", "Ellenport Courier", "article") in found(text, outlet="Lowick Post")
    assert found(text) == []


def test_who_reported_is_mostly_a_person() -> None:
    assert found(f"{BODY}\n\nReporting by Maren Holt.") == []
