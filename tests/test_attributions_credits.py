"""Lines over and under an article that credit an agency, as papers of many languages have them, and others."""

from __future__ import annotations

import pytest

from provenance.text.passages import find_passages
from provenance.tracing.statements.attributions import find_attributions
from tests.attributions import BODY, frame

LONG = " ".join([BODY] * 3)


def credited(text: str) -> list[str | None]:
    """Who is credited for the article, and not for a picture."""
    table = find_attributions(frame(text), find_passages(frame(text)))
    rows = table.select("kind", "scope", "source").rows()
    return [source for kind, scope, source in rows if kind in ("byline", "credit", "template") and scope != "caption"]


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("Jane Doe, AP", "Associated Press"),
        ("Jane Doe, The Canadian Press", "The Canadian Press"),
        ("Jane Doe and John Roe, Associated Press", "Associated Press"),
        ("Jane Doe | AP", "Associated Press"),
        ("By JANE DOE, Associated Press Writer", "Associated Press"),
        ("by The Associated Press", "Associated Press"),
        ("AP Staff", "Associated Press"),
        ("Reuters in London", "Reuters"),
        ("Associated Press in Washington", "Associated Press"),
        ("AP and Reuters", "Associated Press"),
        ("AFP with Reuters", "Agence France-Presse"),
        ("Press Association and Guardian staff", "Press Association"),
        ("PA Media", "Press Association"),
        ("Canadian Press", "The Canadian Press"),
        ("Kyodo", "Kyodo News"),
        ("JIJI, Kyodo", "Jiji Press"),
        ("ANI | Updated: Mar 05, 2025 10:20 IST", "Asian News International"),
        ("Xinhua | Updated: 2025-03-05 10:10", "Xinhua"),
        ("Los Angeles Times (TNS)", "Tribune News Service"),
        ("Distributed by Tribune Content Agency", "Tribune News Service"),
        ("dpa/jh", "Deutsche Presse-Agentur"),
        ("jh/dpa", "Deutsche Presse-Agentur"),
        ("APA/dpa", "Austria Press Agency"),
        ("sda/reuters", "Keystone-SDA"),
        ("Publié par AFP", "Agence France-Presse"),
        ("Publié le 3 mars 2025 par AFP", "Agence France-Presse"),
        ("Agencia EFE", "EFE"),
        ("Por Redacción AFP", "Agence France-Presse"),
        ("Redação, com Reuters", "Reuters"),
        ("Da Redação, com Agência Brasil", "Agencia Brasil"),
        ("Da France Presse", "Agence France-Presse"),
        ("Redazione ANSA", "ANSA"),
        ("di Ansa", "ANSA"),
        ("Door ANP", "ANP"),
        ("Van onze redactie / ANP", "ANP"),
        ("Haber: AA", "Anadolu Agency"),
        ("Anadolu (AA)", "Anadolu Agency"),
        ("AA / Ankara", "Anadolu Agency"),
        ("EFE | Valdehierro", "EFE"),
        ("EFE | Valdehierro | 5 mar 2025", "EFE"),
        ("(PAP)\n\nPiotr Nowak", "Polish Press Agency"),
        ("İHA", "Ihlas News Agency"),
        ("ТАСС", "TASS"),
        ("Интерфакс", "Interfax"),
        ("新华社", "Xinhua"),
        ("来源：中国新闻网", "China News Service"),
        ("共同通信", "Kyodo News"),
        ("رويترز", "Reuters"),
        ("المصدر: رويترز", "Reuters"),
        ("Text: TT", "TT News Agency"),
        ("Special to The Denver Post", "The Denver Post"),
        ("ANN LEE / Special to The Denver Post", "The Denver Post"),
        ("By Ann Lee, special to The Denver Post", "The Denver Post"),
        ("By Ann Lee / The Seattle Times (TNS)", "The Seattle Times"),
        ("Ann Lee | The Seattle Times (TNS)", "Tribune News Service"),
    ],
)
def test_a_line_under_the_headline_that_credits_an_agency(line: str, source: str) -> None:
    """None of these was read, or it was taken for a picture's."""
    assert credited(f"Council meets again for hours\n\n{line}\n\n{BODY}\n\n{LONG}") == [source]


@pytest.mark.parametrize(
    "line",
    [
        "AP Calculus", "AP European History", "Mail", "Sun", "Times", "Post", "Star", "Standard", "Mirror", "Trend",
        "Map", "Tap", "App", "Mena", "Spa and pool", "MAP OF THE AREA", "APP STORE", "Star Staff", "By Mirror Staff",
        "By Tap Water", "By Antara Sen", "By Sana Khan", "By Petra Kvitova", "TT", "By Fars Holt", "By Lusa Holt",
        "By Pa Salt", "Ann Lee, AP Biology teacher", "Ann Lee, APA president", "Ann Lee, PTI chairman",
        "Ann Lee, Harbour Company", "Agencies", "Staff and agencies", "Guardian staff and agencies", "Agencias",
        "وكالات", "BY ANN LEE AND BO SUN", "Photo by AP", "AP Photo/Ann Lee", "(AP Photo/Ann Lee)", "Ann Lee/AP",
        "Photograph: Ann Lee/AP", "Kyiv / AFP", "Ann Lee/The Seattle Times/TNS", "(Ann Lee/The Seattle Times/TNS)",
        "Ann Lee, law professor (AP)", "AFP/Getty Images", "The mayor speaks at the quay.\nAnn Lee, AP",
        "The mayor speaks at the quay.\nAFP/AP", "AP | Photos", "Valdehierro | EFE", "(TT)", "(App)", "Ann Lee (AP)",
        "The mayor speaks at the quay.\nEFE | Valdehierro", "AP | Post", "AFP | World news",
    ],
)  # fmt: skip
def test_a_line_under_the_headline_that_credits_no_agency(line: str) -> None:
    assert credited(f"Council meets again for hours\n\n{line}\n\n{BODY}\n\n{LONG}") == []


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("Distributed by Tribune Content Agency, LLC.", "Tribune News Service"),
        ("DISTRIBUTED BY CREATORS SYNDICATE", "Creators Syndicate"),
        ("Distributed by King Features Syndicate", "King Features Syndicate"),
        ("Ann Lee is a columnist. Distributed by the Harbour Column Syndicate.", "Harbour Column Syndicate"),
        ("(c) 2025 The New York Times News Service", "The New York Times"),
        ("c.2025 The New York Times Company", "The New York Times"),
        ("Copyright: Project Syndicate, 2025.", "Project Syndicate"),
        ("Riproduzione riservata © Copyright ANSA", "ANSA"),
        ("(With PTI inputs)", "Press Trust of India"),
        ("(This story is published from a syndicated feed of PTI.)", "Press Trust of India"),
        ("PTI ANB SKL", "Press Trust of India"),
        ("(IANS)", "Indo-Asian News Service"),
        ("--IANS", "Indo-Asian News Service"),
        ("==Kyodo", "Kyodo News"),
        ("This report by The Canadian Press was first published March 5, 2025.", "The Canadian Press"),
        ("— with files from The Canadian Press and The Associated Press", "The Canadian Press"),
        ("AAP", "Australian Associated Press"),
        ("- with AAP", "Australian Associated Press"),
        ("Additional reporting by PA.", "Press Association"),
        ("Reuters and Associated Press contributed to this report", "Reuters"),
        ("AP writer Ann Lee in Paris contributed.", "Associated Press"),
        ("(Con información de Europa Press)", "Europa Press"),
        ("*Com informações da AFP", "Agence France-Presse"),
        ("Com Reuters", "Reuters"),
        ("(dpa/afp)", "Deutsche Presse-Agentur"),
        ("(AFP, dpa, Reuters)", "Agence France-Presse"),
        ("Quelle: ntv.de, jwu/dpa", "Deutsche Presse-Agentur"),
        ("Mit Agenturmaterial von dpa", "Deutsche Presse-Agentur"),
        ("La rédaction avec AFP", "Agence France-Presse"),
        ("ats/afp", "Keystone-SDA"),
        ("ANP", "ANP"),
        ("(AA)", "Anadolu Agency"),
        ("По материалам: Интерфакс", "Interfax"),
        ("(ТАСС)", "TASS"),
        ("【共同】", "Kyodo News"),
        ("(أ ف ب)", "Agence France-Presse"),
        ("Text: dpa, Bilder: Ann Lee", "Deutsche Presse-Agentur"),
        ("(Source: World Update 24)", "World Update 24"),
        ("(Quelle: Küstenwind Zeitung)", "Küstenwind Zeitung"),
        ("(PAP)\n\nPiotr Nowak\n\npno/ mark/", "Polish Press Agency"),
        ("(PAP)\n\nAutorka: Anna Maj", "Polish Press Agency"),
        ("(PAP)\npno/ mark/", "Polish Press Agency"),
        ("SOURCE Halden Marine, Inc.", "Halden Marine, Inc"),
        ("Źródło: PAP", "Polish Press Agency"),
        ("Kilde: NTB", "NTB"),
        ("Ann Lee is a national columnist for The Washington Post.", "The Washington Post"),
        ("— Washington Post staff writer Ann Lee contributed to this report.", "The Washington Post"),
    ],
)
def test_a_line_under_the_article_that_credits_an_agency(line: str, source: str) -> None:
    """None of these was read, or it was taken for a picture's."""
    assert credited(f"Council meets again for hours\n\n{BODY}\n\n{LONG}\n\n{LONG}\n\n{line}") == [source]


@pytest.mark.parametrize(
    "line",
    [
        "He teaches AP history at the school.", "She is going to the spa.", "He sits on the board of the AAP.",
        "The law was signed by the AA.", "(With inputs from agencies)", "With agency inputs", "(وكالات)", "(完)",
        "Con información de agencias", "Com agências", "Additional reporting by agencies", "(Photo: AP)",
        "The film is distributed by Harbour Pictures.", "Leaflets were distributed by the union.",
        "The mayor met with AAP.", "NATO EU UN", "TT", "USA EU", "— Staff writer Ann Lee contributed to this report.",
        "Ships lie at the quay on Monday. (PAP)\n\nHarbour news of the week", "(Photo)\n\nPiotr Nowak",
        "Text: Ann Lee, Bilder: dpa", "SOURCE of the river", "The evening was special to the Denver Post.",
    ],
)  # fmt: skip
def test_a_line_under_the_article_that_credits_no_agency(line: str) -> None:
    assert credited(f"Council meets again for hours\n\n{BODY}\n\n{LONG}\n\n{LONG}\n\n{line}") == []
