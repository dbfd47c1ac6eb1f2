"""Small dumps as newsrooms make them, scanned whole, and what an editor must read of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import provenance as pv

TEXT = (
    "The state health department said on Thursday that 1,284 people had fallen ill after a well near Fort Garner was "
    "contaminated with runoff from a feedlot.\n\n"
    "Residents of four townships were told to boil their water until laboratory results came back, and schools in the "
    "county opened two hours late so that bottled water could be handed out at the gates.\n\n"
    '"We should have tested that well in March, and we did not," Marian Delacroix, the department\'s deputy director, '
    'told NPR. "I am sorry, and we are changing how we work."\n\n'
    "The feedlot's owner, Harlan Beef Company, did not answer questions. Inspectors had visited the site twice last "
    "year and both times found the lagoon within a foot of its rim.\n\n"
    "Doctors at the county hospital said that most patients were sent home after a day, but that three children "
    "remained in intensive care with failing kidneys."
)
STORY = TEXT.split("\n\n")
PLAIN = TEXT.replace("told NPR", "said")


def scanned(*rows: dict[str, Any]) -> Any:
    frame = pl.DataFrame([dict.fromkeys(("id", "outlet", "title", "published", "text")) | row for row in rows])
    return pv.scan(frame)


def told(run: Any) -> dict[str, dict[str, Any]]:
    """ORIGINS by document, each with its outlet."""
    both = run.origins.join(run.documents.select("doc_id", "outlet"), on="doc_id")
    return {row["doc_id"]: row for row in both.iter_rows(named=True)}


def evidence_of(run: Any) -> list[dict[str, Any]]:
    """All evidence of all edges."""
    return [item for items in run.edges["evidence"] for item in items]


# -- whose articles are whose ------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [TEXT, TEXT.replace("told NPR", "told us"), f"Transcript\n\n{TEXT}"])
def test_a_paper_that_says_told_npr_is_not_nprs(own: str) -> None:
    found = told(scanned({"id": "npr", "outlet": "NPR", "text": own}, {"id": "paper", "text": TEXT}))
    assert found["paper"]["outlet"] is None
    assert (found["npr"]["origin_id"], found["paper"]["origin_id"]) == ("npr", "npr")


def test_a_text_is_not_nprs_because_it_and_its_copy_say_told_npr() -> None:
    run = scanned({"id": "x", "text": TEXT}, {"id": "y", "outlet": "Plains Post", "text": "\n\n".join(STORY[:4])})
    found = told(run)
    assert found["x"]["outlet"] is None
    assert (found["x"]["origin_id"], found["x"]["relation"]) == ("source:NPR", "cites")
    families = run.edges.filter(pl.col("from_id") == "x")["evidence"].explode().struct.field("family")
    assert "attribution" not in families.to_list()


def test_wording_alone_names_the_publisher_where_nothing_else_speaks_of_it() -> None:
    assert told(scanned({"id": "x", "text": TEXT}))["x"]["outlet"] == "NPR"


@pytest.mark.parametrize(
    ("outlet", "said"),
    [
        ("Kansas Plainsman", "told the Kansas Plainsman on Friday"),
        ("The Daily Gull", "said, according to The Daily Gull"),
        ("Plains & Coast", "said, as the Plains & Coast reported"),
        ("Yorkshire Chronicle", "said in a letter seen by the Yorkshire Chronicle"),
    ],
)
def test_whom_an_article_cites_is_known_if_the_dump_has_articles_of_that_name(outlet: str, said: str) -> None:
    """By table and shape it is no outlet's: the paper that cited it was taken for its source, against the dates."""
    citing = PLAIN.replace('director, said. "I am', f'director, {said}. "I am')
    own = {"id": "own", "outlet": outlet, "published": "2024-06-03T09:00:00Z", "text": PLAIN + AFTER}
    other = {"id": "citing", "outlet": "Topeka Dispatch", "published": "2024-06-03T12:00:00Z", "text": citing}
    run = scanned(own, other)
    assert run.attributions.filter(pl.col("scope") == "passage").select("doc_id", "source").rows() == [
        ("citing", outlet.removeprefix("The "))
    ]
    assert {row["origin_id"] for row in told(run).values()} == {"own"}
    assert "attribution" in {item["family"] for item in evidence_of(run)}
    assert scanned(own | {"outlet": "Somebody Else"}, other).attributions.is_empty()


@pytest.mark.parametrize("said", ["told the Fort Garner court", "told Kansas", "told the Kansas Plainsman Army"])
def test_places_and_others_names_are_no_outlets_of_the_dump(said: str) -> None:
    own = {"id": "own", "outlet": "Kansas", "text": "Wheat growers met in Hays to talk of drought and of diesel."}
    army = {"id": "army", "outlet": "Kansas Plainsman Army", "text": "Drills were held at the fort on Tuesday night."}
    citing = PLAIN.replace("director, said", f"director, {said}")
    run = scanned(own, army, {"id": "x", "outlet": "Post", "text": citing})
    assert run.attributions.is_empty()


# -- teasers -----------------------------------------------------------------------------------------------

BEGUN = PLAIN[: PLAIN.index("opened two hours")].rstrip()
ABOUT = "Good morning. Here is what you need to know before you leave the house, from the well to the county fair.\n\n"
AFTER = "\n\nThe weather stays dry all week, and the fair opens on Friday with pigs, pies and a parade of old tractors."


@pytest.mark.parametrize("after", ["", AFTER])
@pytest.mark.parametrize("mark", ["…", "...", " …", " […]", " Read more", "… Continue reading", " Weiterlesen »"])
def test_a_text_that_breaks_off_in_a_sentence_is_not_the_source_of_the_one_that_finishes_it(
    mark: str, after: str
) -> None:
    letter = f"{ABOUT}{BEGUN}{mark}{after}"
    run = scanned({"id": "full", "text": PLAIN}, {"id": "letter", "text": letter})
    found = told(run)
    assert found["full"]["origin_id"] == found["letter"]["origin_id"] == "full"
    assert found["letter"]["verdict"] == "likely"
    (shown,) = (item for item in evidence_of(run) if item["family"] == "truncation")
    assert shown["text"] in letter
    assert BEGUN[-6:] in shown["text"]


@pytest.mark.parametrize("mark", ["", ", and the county", ". Read more about wells.", ". And … so"])
def test_without_a_mark_amid_a_sentence_nothing_was_cut(mark: str) -> None:
    whole = PLAIN[: PLAIN.index(", and schools")] + ("." if mark.startswith(".") else "")
    full = PLAIN.replace(", and schools", ". Schools") if mark.startswith(".") else PLAIN
    run = scanned({"id": "full", "text": full}, {"id": "letter", "text": f"{ABOUT}{whole}{mark}{AFTER}"})
    assert "truncation" not in {item["family"] for item in evidence_of(run)}


# -- what sentences say ------------------------------------------------------------------------------------

WIRE = f"GENEVA, June 3 (Reuters) - {PLAIN}"


def test_two_papers_of_one_agency_are_a_star() -> None:
    """The later one has a figure rounded: either of the agency and the other paper may have been before its desk."""
    rounded = PLAIN.replace("1,284", "about 1,300")
    run = scanned(
        {"id": "wire", "outlet": "Reuters", "title": "Well", "published": "2024-06-03T09:00:00Z", "text": WIRE},
        {
            "id": "one", "outlet": "Valley Tribune", "published": "2024-06-03T13:00:00Z",
            "text": f"{PLAIN}\n\nSource: Reuters",
        },
        {"id": "two", "outlet": "Lowland Post", "published": "2024-06-04T08:00:00Z", "text": rounded},
    )  # fmt: skip
    found = told(run)
    assert {row["origin_id"] for row in found.values()} == {"wire"}
    assert not any("by way of" in row["reason"] for row in found.values())
    assert found["two"]["reason"].startswith("Copied from Reuters’ “Well”;")


def test_a_likely_way_is_said_and_names_no_outlet_twice() -> None:
    run = scanned(
        {"id": "old", "outlet": "Skerrin Beacon", "title": "Sick", "published": "2011-08-02", "text": PLAIN},
        {
            "id": "again", "outlet": "Skerrin Beacon", "title": "Seen again", "published": "2024-08-02",
            "text": f"From our archive: we looked at what became of them.\n\n{PLAIN}{AFTER}",
        },
        {
            "id": "blog", "outlet": "Lore Today", "title": "Sick", "published": "2024-08-05",
            "text": f"From our archive: we looked at what became of them.\n\n{PLAIN}{AFTER}\n\nSo it was.",
        },
    )  # fmt: skip
    reason = told(run)["blog"]["reason"]
    assert reason.startswith("Copied from Skerrin Beacon’s “Sick” by way of “Seen again”;")


def test_what_only_quotes_another_is_its_own() -> None:
    """Whence the quotation is says nothing of the rest: that was "undetermined" at .04."""
    lead = "When the ministers had left, the neighbours of the old sugar mill counted the lorries: one every hour.\n\n"
    run = scanned(
        {"id": "paper", "outlet": "Plains Post", "published": "2024-05-02", "text": PLAIN},
        {
            "id": "critic", "outlet": "Coast Observer", "published": "2024-05-09",
            "text": lead + STORY[2].replace("told NPR", "said") + AFTER,
        },
    )  # fmt: skip
    row = told(run)["critic"]
    assert (row["origin_id"], row["verdict"]) == ("critic", "likely")
    assert row["reason"].endswith("with Plains Post it shares only what somebody said.")


TRAM = (
    "The last working tram in Port Callow made its final run on Sunday, carrying the mayor, a brass band and a goat "
    "named Harold whose owner had bought a ticket for him in 1987 and never used it.\n\n"
    "Some 2,000 people lined the route from the harbour to the gasworks, where the conductor handed over her punch.\n\n"
)
BIRDS = (
    "A pair of ospreys has nested on the abandoned gasworks of Port Callow, the first to breed on this coast in a "
    "hundred and ten years, naturalists said on Saturday.\n\n"
    "The birds have built a nest of driftwood, fishing line and what appears to be part of a sunshade.\n\n"
)


def test_an_article_of_two_parts_is_no_source_of_a_source_of_one_of_them() -> None:
    """Each of the two was the other's source, "likely", and the weekly, dated three days after both, that of both."""
    run = scanned(
        {
            "id": "tram", "outlet": "Callow Gazette", "published": "2025-03-09T20:00:00Z",
            "text": f"{TRAM}The line lost 1.3 million crowns last year. Buses will replace it from Monday.",
        },
        {
            "id": "birds", "outlet": "Coastal Nature", "published": "2025-03-08T10:00:00Z",
            "text": f"{BIRDS}Demolition of the chimneys has been put off until the young have flown.",
        },
        {
            "id": "week", "outlet": "Northern Weekly", "published": "2025-03-12",
            "text": f"Two farewells and a welcome.\n\n{TRAM}{BIRDS}We wish Harold, and the ospreys, a quiet spring.",
        },
    )  # fmt: skip
    assert set(run.edges.select("from_id", "to_id").rows()) == {("tram", "week"), ("birds", "week")}
    found = told(run)
    assert [found[one]["kind"] for one in ("tram", "birds", "week")] == ["itself", "itself", "document"]
    assert {"Copied from Callow Gazette (tram), and in part from Coastal Nature (birds)"} == {
        found["week"]["reason"].partition(";")[0]
    }


@pytest.mark.parametrize(("byline", "said"), [("APA", " (“APA”)"), ("Reuters", "")])
def test_a_line_that_is_only_a_name_is_not_said_twice(byline: str, said: str) -> None:
    reason = told(scanned({"id": "a", "outlet": "Alpenpost", "text": f"{byline}\n\n{PLAIN}"}))["a"]["reason"]
    assert (
        reason
        == f"Its byline names {'Austria Press Agency' if said else byline}{said}, whose text was not found in the dump."
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("(AP) El tren de la costa descarriló. " + PLAIN, "(AP)"),
        ("MADRID (AP) — El tren de la costa descarriló. " + PLAIN, "MADRID (AP)"),
        ("https://example.com/a TOPEKA, Kan., May 2 (AP) — " + PLAIN, "TOPEKA, Kan., May 2 (AP)"),
    ],
)
def test_a_dateline_is_quoted_without_words_of_the_text(text: str, line: str) -> None:
    """The reason said: Its dateline “(AP) El tren de” credits Associated Press."""
    reason = told(scanned({"id": "a", "outlet": "Plains Post", "text": text}))["a"]["reason"]
    assert reason == f"Its dateline “{line}” credits Associated Press, whose text was not found in the dump."


@pytest.mark.parametrize(("outlet", "verdict"), [(None, "established"), ("Plains Post", "likely")])
def test_whom_copies_credit_may_be_the_publisher_that_nobody_knows(outlet: str | None, verdict: str) -> None:
    """Where a publisher is known who is not the one that a copy credits, both have it from that one.

    Of grown lineages without publishers 595 copies of 1,370 were "undetermined", of which .87 were right.
    """
    rounded = PLAIN.replace("1,284 people", "about 1,300 people").replace("Marian Delacroix, the", "Delacroix, the")
    foot = "This story was first published by the Garner Gazette."
    run = scanned(
        {"id": "first", "outlet": outlet, "published": "2024-05-02", "text": PLAIN},
        {"id": "one", "published": "2024-05-03", "text": f"{rounded}\n\n{foot}"},
    )
    found = told(run)
    assert found["one"]["verdict"] == verdict
    assert found["one"]["origin_id"] == ("source:Garner Gazette" if outlet else "first")
    assert found["first"]["origin_id"] == "source:Garner Gazette"
    assert found["first"]["reason"].startswith("Its copy one shows whose it is: that copy credits Garner Gazette (")


# -- who only passes on, and who is named ------------------------------------------------------------------


def test_who_distributes_a_papers_text_is_not_before_the_paper() -> None:
    """The paper's own article was its distributor's, because a copy credits both, and copies were undetermined."""
    own = {"id": "own", "outlet": "The Ledger", "published": "2024-06-03T09:00:00Z", "text": PLAIN}
    for line in (
        "©2024 The Ledger. Distributed by Harbour Features Syndicate.",
        "Edith Crane is a columnist for The Ledger. Distributed by Harbour Features Syndicate.",
    ):
        copy = {"outlet": "Plains Post", "published": "2024-06-04T09:00:00Z", "text": f"{PLAIN}\n\n{line}"}
        found = told(scanned(own, copy | {"id": "copy"}))
        assert {row["origin_id"] for row in found.values()} == {"own"}
        assert found["copy"]["verdict"] == "established"
    copy["text"] = f"{PLAIN}\n\nDistributed by Harbour Features Syndicate."
    assert told(scanned(own, copy | {"id": "copy"}))["own"]["origin_id"] == "source:Harbour Features Syndicate"


def test_a_copy_of_a_wires_release_has_it_from_the_wire() -> None:
    """Because both end with the company's name, the wire's was "not found in the dump", where it stood."""
    release = f"PORT HALDEN, March 12, 2024 /PRNewswire/ -- {PLAIN}\n\nSOURCE Halden Marine, Inc."
    run = scanned(
        {"id": "wire", "outlet": "PR Newswire", "published": "2024-03-12T13:00:00Z", "text": release},
        {"id": "copy", "outlet": "Market Ticker", "published": "2024-03-12T13:01:00Z", "text": release},
    )
    found = told(run)
    assert found["wire"]["origin_id"] == "source:Halden Marine, Inc"
    assert found["copy"]["origin_id"] == "wire"


def test_all_whom_an_article_cites_are_named() -> None:
    """`It only cites` was said of one of two."""
    said = "\n\nThe Washington Post reported on Saturday that a memo was sent. Reuters reported that it was never read."
    own = {"id": "own", "outlet": "Coast News", "text": f"{STORY[1]}{said}"}
    reason = told(scanned(own))["own"]["reason"]
    assert reason.endswith("; it only cites Reuters and The Washington Post.")


def test_of_two_papers_of_the_same_words_a_copy_names_both() -> None:
    twins = [
        {"id": name, "outlet": outlet, "title": "Well", "published": "2024-06-03T09:00:00Z", "text": PLAIN}
        for name, outlet in (("a", "Plains Post"), ("b", "Coast News"))
    ]
    copy = {"outlet": "Topeka Dispatch", "published": "2024-06-03T15:00:00Z", "text": "\n\n".join(STORY[:2])}
    reason = told(scanned(*twins, copy | {"id": "copy"}))["copy"]["reason"]
    assert reason.startswith("An excerpt of Coast News’ “Well”, whose words stand in Plains Post as well; ")
    later = twins[0] | {"published": "2024-06-04T09:00:00Z"}
    assert "as well" not in told(scanned(later, twins[1], copy | {"id": "copy"}))["copy"]["reason"]


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ("TOPEKA, Kan. (AP) — ", "", "that copy’s dateline “TOPEKA, Kan. (AP)” credits Associated Press, "),
        ("By Ann Lee, Associated Press\n\n", "", "that copy’s byline names Associated Press ("),
        (
            "",
            "\n\n© 2024 The Associated Press. All rights reserved.",
            "a notice of Associated Press was left in the text",
        ),
    ],
)
def test_a_credit_of_a_copy_is_not_said_to_be_the_articles_own(above: str, below: str, said: str) -> None:
    """ "Its dateline" was said of an article that has none, of the one that its copy has."""
    rounded = PLAIN.replace("1,284 people", "about 1,300 people").replace("Marian Delacroix, the", "Delacroix, the")
    first = {"id": "first", "outlet": "Plains Post", "published": "2024-05-02", "text": PLAIN}
    copy = {"id": "one", "outlet": "Garner Gazette", "published": "2024-05-03", "text": above + rounded + below}
    found = told(scanned(first, copy))
    assert found["first"]["origin_id"] == "source:Associated Press"
    assert found["first"]["reason"].startswith(f"The copy of Garner Gazette shows whose it is: {said}")


QUOTED = STORY[2] + ' "I do not want to hear again that these wells are safe, because nobody has looked into them."'


@pytest.mark.parametrize(
    ("heard", "verdict", "but"),
    [
        (", the Associated Press reported", "likely", ", but its lead cites Associated Press"),
        (", the Garner Gazette reported", "established", ""),
        (", the county said", "likely", ""),
    ],
)
def test_whom_the_lead_of_a_post_cites_is_said_beside_the_paper_that_has_its_quotation(
    heard: str, verdict: str, but: str
) -> None:
    """Of a post that was one quotation a local paper was the source, "established", and no word was said of the AP."""
    told_us, rounded = QUOTED.replace("told NPR", "said"), STORY[0].replace("1,284", "about 1,300")
    own = {"id": "own", "outlet": "Garner Gazette", "published": "2024-05-02T08:00:00Z"}
    post = {"id": "post", "outlet": "Plains Post", "published": "2024-05-03T08:00:00Z"}
    run = scanned(
        own | {"text": "\n\n".join([*STORY[:2], told_us, *STORY[3:]])},
        post | {"text": f"Many fell ill from a well near Fort Garner{heard}.\n\n{told_us}\n\n{rounded}"},
    )
    row = told(run)["post"]
    assert (row["origin_id"], row["verdict"]) == ("own", verdict)
    assert row["reason"].endswith(f" kinds of evidence agree{but}.")
