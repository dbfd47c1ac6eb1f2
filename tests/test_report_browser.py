"""The page in a real Chromium: nothing hostile runs, everybody can read it, and an editor finds the way."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance import pipeline
from tests import browser
from tests.runs import ARABIC, LEFT, SHARED, hand_made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from provenance.reports.runs import Run

if browser.missing() is None:
    from playwright.sync_api import expect

pytestmark = pytest.mark.skipif(browser.missing() is not None, reason=browser.missing() or "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.launched() as one:
        yield one


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browser.put(hand_made(), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, corpus_run: Run) -> Path:
    return browser.put(corpus_run, tmp_path_factory.mktemp("sample"))


def test_no_payload_runs_or_asks_for_anything(chromium: Browser, tmp_path: Path) -> None:
    assert len(browser.PAYLOADS) == 100
    watched = browser.Watched(chromium, browser.put(browser.poisoned(), tmp_path)).open()
    page = watched.page
    views = browser.hostile_views()
    for number, view in enumerate(views):
        watched.go(view)
        page.evaluate(browser.UNFOLD)
        if number < 6:
            page.wait_for_timeout(50)
            page.emulate_media(media="print")
            page.pdf()
            page.emulate_media(media="screen")
        shown = page.locator("h1").inner_text()
        assert not shown.startswith(("No such", "This view")), view
    page.goto(watched.address + "#/article/<img src=x onerror=alert(1)>")
    assert page.locator("#evil, #view img, #view iframe, #view style, #view form:not([role=search])").count() == 0
    assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0
    assert watched.alarms == []
    page.close()


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("wide", "dark"), ("narrow", "dark")])
def test_axe_finds_nothing(chromium: Browser, small: Path, size: str, scheme: str) -> None:
    watched = browser.Watched(chromium, small, size, scheme).open()
    source = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
    for view in browser.VIEWS:
        watched.go(view)
        watched.page.evaluate(browser.UNFOLD)
        found: dict[str, Any] = watched.page.evaluate(f"async () => {{ {source}; return await axe.run(); }}")
        said = [(one["id"], [node["html"][:150] for node in one["nodes"]][:3]) for one in found["violations"]]
        assert said == [], view
        assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{view} is too wide"
    assert watched.alarms == []
    watched.page.close()


def test_first_view_shows_every_member_open(chromium: Browser, small: Path) -> None:
    watched = browser.Watched(chromium, small).open()
    boxes = watched.page.locator("details.cluster")
    assert boxes.count() == 3
    assert watched.page.locator("details.cluster:not([open])").count() == 0
    told = boxes.nth(0).inner_text()
    for words in ("a", "b", "The Post", SHARED):
        assert words in told
    assert (
        "origin: Reuters, its text not found in the dump (possible, 70 %)" in told
    )  # who, and how sure, in the first line
    assert "from The Post (likely, 90 %)" in told
    assert "A pointer, not a verdict" in watched.page.inner_text("#view")
    for words in ("line 4 is <not> JSON", "3 articles read, 1 unique, 2 repeated"):
        assert words in watched.page.inner_text("#view")
    watched.page.close()


def test_a_groups_page_says_whence_each_member_came_by_its_surest_copy(
    chromium: Browser, sample: Path, corpus_run: Run, tmp_path: Path
) -> None:
    watched = browser.Watched(chromium, sample).open()
    watched.page.locator("details.cluster", has_text="All 214 taken safely off ferry").first.locator(
        "text=Timeline"
    ).click()
    watched.page.wait_for_selector("#members table")
    rows = [row.inner_text() for row in watched.page.locator("#members tbody tr").all()]
    assert sum("from Meridian (" in row for row in rows) >= len(rows) - 2
    assert "Agency copy of Meridian’s" in watched.page.locator("#origin .origin-box").nth(1).inner_text()
    head = watched.page.locator("#view").inner_text().split("When each appeared")[0]
    assert "Likely origin: Meridian (likely" in head
    open_ = "where one member came from could not be decided"
    assert open_ not in head
    watched.page.close()
    titled = corpus_run.documents.filter(pl.col("title").str.contains("All 214 taken safely off ferry"))
    copies = corpus_run.origins.join(titled, on="doc_id", how="semi").filter(pl.col("doc_id") != pl.col("origin_id"))
    unsure = pl.when(pl.col("doc_id") == copies["doc_id"][0]).then(pl.lit("undetermined")).otherwise("verdict")
    doubted = replace(corpus_run, origins=corpus_run.origins.with_columns(verdict=unsure))
    watched = browser.Watched(chromium, browser.put(doubted, tmp_path)).open()
    group = watched.page.locator("details.cluster", has_text="All 214 taken safely off ferry")
    group.first.locator("text=Timeline").click()
    watched.page.wait_for_selector("#members table")
    assert open_ in watched.page.locator("#view").inner_text()  # of a group whose origin is decided: a copy's is not
    watched.page.close()


def test_what_is_undetermined_is_called_no_likely_origin(chromium: Browser, tmp_path: Path) -> None:
    """An editor read "Likely origin: this article", and behind it that nothing was determined."""
    run = pipeline.scan(pl.DataFrame({"id": ["a", "b"], "text": [SHARED, SHARED]}))
    assert run.origins["verdict"].to_list() == ["undetermined"] * 2
    watched = browser.Watched(chromium, browser.put(run, tmp_path)).open()
    watched.go("#/article/a")
    told = watched.page.inner_text("#view")
    assert "Not determined; likeliest: this article" in told
    assert "Likely origin" not in told
    watched.go("#/articles")
    assert watched.page.inner_text("#view").count("source undetermined (perhaps none, ") == 2
    watched.page.close()


@pytest.mark.parametrize("size", list(browser.SIZES))
def test_an_editor_finds_a_cluster_and_steps_through_it(chromium: Browser, sample: Path, size: str) -> None:
    watched = browser.Watched(chromium, sample, size).open()
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Articles that repeat", exact=True).click()
    page.get_by_label("Search").fill("ferry score:>0.5 outlet:meridian size:>9")
    expect(page.locator("#found")).to_have_text("1 of 12")
    page.locator("details.cluster > summary").first.click()
    page.get_by_role("link", name="Timeline, provenance graph and evidence").click()
    page.wait_for_selector("svg.graph")
    assert page.locator("svg.timeline circle").count() >= 7
    assert page.locator("svg.graph a.present").count() == 11
    assert "Runner-up" in page.inner_text("#origin")
    page.locator('a[href="#/pair/M-250514-037/KD-88120"]').first.click()
    page.wait_for_selector(".row.passage")
    assert "Why matched" in page.inner_text("#view")
    total = page.locator(".row.passage").count()
    assert total == 2
    page.keyboard.press("n")
    assert page.locator(".row.here").get_attribute("id") == "passage-1"
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert page.locator(".row.here").get_attribute("id") == f"passage-{total}"
    page.keyboard.press("p")
    assert page.locator(".row.here").get_attribute("id") == "passage-1"
    page.keyboard.press("m")
    assert page.locator(".gap-row:visible").count() == 0
    folds = page.locator("button.fold").count()
    assert folds > 0
    page.keyboard.press("e")
    assert page.locator("button.fold").count() == 0
    page.keyboard.press("u")
    page.wait_for_selector("svg.graph")
    assert watched.alarms == []
    page.close()


def test_a_list_stands_as_it_was_left_when_an_editor_comes_back(chromium: Browser, tmp_path: Path) -> None:
    watched = browser.Watched(chromium, browser.put(browser.large(480, 120), tmp_path)).open("#/clusters")
    page = watched.page
    rows = page.locator("details.cluster")
    page.get_by_label("Order").select_option("largest")
    page.get_by_label("Outlet").select_option("Outlet 1")
    told = page.locator("#found").inner_text()
    every = rows.locator(".about", has_text="cohesion").all_inner_texts()
    assert every
    assert all(re.search(r"Outlet 1\b", one) for one in every), "not those of Outlet 10"
    page.get_by_label("Outlet").select_option("")
    page.get_by_role("button", name="more").click()
    expect(rows).to_have_count(100)
    rows.nth(70).locator("summary").click()
    rows.nth(70).get_by_role("link", name="Timeline").click()
    page.wait_for_selector(".crumbs")
    assert page.evaluate("window.scrollY") == 0
    page.go_back()
    expect(rows).to_have_count(100)
    assert page.get_by_label("Order").input_value() == "largest"
    assert [rows.nth(at).get_attribute("open") is not None for at in (69, 70, 71)] == [False, True, False]
    expect(rows.nth(70).get_by_role("link", name="Timeline")).to_be_in_viewport()  # which the reader followed
    page.get_by_label("Outlet").select_option("Outlet 1")
    page.get_by_role("link", name="All articles").click()
    page.go_back()
    expect(page.locator("#found")).to_have_text(told)
    page.get_by_role("link", name="All articles").click()
    page.get_by_role("link", name="Articles that repeat", exact=True).click()
    expect(page.locator("#found")).to_have_text("120 of 120")  # a link begins anew
    assert watched.alarms == []
    page.close()


def test_every_key_of_the_help_does_what_it_says(chromium: Browser, sample: Path) -> None:
    watched = browser.Watched(chromium, sample).open("#/clusters")
    page = watched.page
    page.keyboard.press("?")
    assert page.locator("#keys dt").count() >= 14
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('details') === document.querySelectorAll('details')[1]")
    page.keyboard.press("k")
    page.keyboard.press("o")
    page.wait_for_selector("details.cluster[open] .card")
    page.keyboard.press("/")
    page.keyboard.type("score:x j")
    assert "wants a number" in page.inner_text("#found")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("r")
    expect(page.locator("h1")).to_contain_text("Repeated passages")
    page.keyboard.press("s")
    expect(page.locator("h1")).to_contain_text("What repeats")
    assert watched.alarms == []
    page.close()


def test_right_to_left_text_runs_right_to_left(chromium: Browser, small: Path) -> None:
    watched = browser.Watched(chromium, small, "narrow").open("#/article/c")
    page = watched.page
    assert page.evaluate("getComputedStyle(document.querySelector('.text.whole')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('.facts')).direction") == "ltr"
    page.close()


def test_what_the_page_says_inside_right_to_left_text_runs_left_to_right(chromium: Browser, tmp_path: Path) -> None:
    text = " ".join(f"{word}{at}" for at, word in enumerate(ARABIC.split() * 60))
    run = pipeline.scan(pl.DataFrame({"id": ["a", "b"], "text": [text, text]}))
    watched = browser.Watched(chromium, browser.put(run, tmp_path)).open()
    gap = watched.page.locator(".card .text .gap").first
    assert gap.inner_text().strip().endswith("more characters")
    assert gap.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
    watched.page.close()


def test_hidden_characters_are_chips_and_texts_are_whole(chromium: Browser, small: Path) -> None:
    watched = browser.Watched(chromium, small).open("#/article/a")
    page = watched.page
    assert page.locator(".text .chip").all_inner_texts() == ["ESC", "RLO", "NUL"]
    shown = page.evaluate(
        """() => {
            const copy = document.querySelector(".text.whole").cloneNode(true);
            copy.querySelectorAll("a.number").forEach((one) => one.remove());
            const meant = {ESC: "\\x1b", RLO: "\\u202e", NUL: "\\0"};
            copy.querySelectorAll(".chip").forEach((one) => one.replaceWith(meant[one.textContent]));
            return copy.textContent;
        }"""
    )
    assert shown == LEFT
    assert page.locator("mark").all_inner_texts() == ["Quay to close", "Quay to close", SHARED]
    page.close()


def test_differences_inside_a_passage_are_marked(chromium: Browser, tmp_path: Path) -> None:
    left = "On Tuesday the board voted 🙂 to close the northern quay for repairs until May, said nobody in particular."
    right = (
        "On Wednesday the board voted 🙂 to close the northern quay for repairs until June, said nobody in particular."
    )
    watched = browser.Watched(chromium, browser.put(browser.two(left, right), tmp_path)).open("#/pair/a/b")
    assert watched.page.locator(".only").all_inner_texts() == ["Tuesday", "May,", "Wednesday", "June,"]
    cells = watched.page.locator(".row.passage .cell").all_inner_texts()
    assert cells == [left, right]
    watched.page.close()


def test_two_long_texts_are_folded_and_never_freeze(chromium: Browser, tmp_path: Path) -> None:
    texts = {
        "words": (browser.long_words(200_000, 50), browser.long_words(200_000, 51), "edited"),
        "line": ("x" * 1_000_000, "x" * 1_000_000, "exact"),
        "lines": ("ab " * 333_333, "ba " * 333_333, "edited"),
    }
    for name, (left, right, kind) in texts.items():
        folder = browser.put(browser.two(left, right, kind), tmp_path / name)
        watched = browser.Watched(chromium, folder).open()
        took = watched.go("#/pair/a/b")
        assert took < 10, f"{name}: {took:.1f} s; measured as .2 s on an idle machine, and quadratic work takes minutes"
        told = watched.page.inner_text("button.fold >> nth=0")
        assert (
            "too long to compare at once" in told
            or "characters, the same on both sides" in told
            or "more characters" in told
        )
        assert watched.page.evaluate("document.getElementById('view').textContent.length") < 400_000
        assert watched.alarms == []
        watched.page.close()


def test_a_page_with_blocks_beside_it_opens_from_disk(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.reports.page.ONE_FILE", 1000)
    folder = browser.put(browser.large(2_000, 100), tmp_path)
    assert len(list((folder / "report_files").iterdir())) > 4
    watched = browser.Watched(chromium, folder).open()
    watched.go("#/cluster/d%3A7")
    assert watched.page.locator(".card").count() == 4
    watched.go("#/article/doc-0001999")
    assert "doc-0001999" in watched.page.inner_text("#view")
    assert watched.alarms == []
    for block in (folder / "report_files").iterdir():
        block.unlink()
    watched.open("#/clusters")
    assert "is missing: the page needs the folder" in watched.page.inner_text("#view")
    watched.page.close()


def test_a_day_is_shown_without_an_hour(chromium: Browser, tmp_path: Path) -> None:
    run = hand_made()
    day, hour = dt.datetime(2024, 5, 2, tzinfo=dt.UTC), dt.datetime(2024, 5, 2, 7, 30, tzinfo=dt.UTC)
    documents = run.documents.with_columns(published=pl.Series([day, hour, day], dtype=pl.Datetime("us", "UTC")))
    tables = {name: run.table(name) for name in run.made} | {"documents": documents, "dates": run.dates.clear()}
    watched = browser.Watched(chromium, browser.put(type(run).of(tables, run.facts), tmp_path)).open()
    for view in ("#/cluster/d%3A1", "#/article/a", "#/pair/a/b"):
        watched.go(view)
        watched.page.evaluate(browser.UNFOLD)
        shown = watched.page.locator("#view").evaluate("view => view.innerHTML")
        assert "2024-05-02" in shown, view
        assert "2024-05-02 00:00" not in shown, view
    assert "both claim the same day of publication" in shown
    assert "2024-05-02 07:30" in shown
    assert watched.alarms == []
    watched.page.close()


def test_a_run_without_anything_or_stopped_early_is_told_in_words(chromium: Browser, tmp_path: Path) -> None:
    run = hand_made()
    empty = type(run).of({name: run.table(name).clear() for name in run.made}, run.facts)
    early = type(run).of(
        {name: run.table(name) for name in ("documents", "rejects", "matches")},
        run.facts | {"tables": ["documents", "rejects", "matches"]},
    )
    for name, one in (("empty", empty), ("early", early)):
        watched = browser.Watched(chromium, browser.put(one, tmp_path / name)).open()
        for view in browser.VIEWS:
            watched.go(view)
            assert "cannot be drawn" not in watched.page.inner_text("#view"), f"{name} {view}"
        assert watched.alarms == []
        watched.page.close()


def test_names_without_a_space_widen_no_view(chromium: Browser, tmp_path: Path) -> None:
    """A line on a group's likely origin was five times as wide as a telephone."""
    letters = "TheNewspaperOfTheNorthernTerritories" * 5
    text = " ".join(f"word{at}" for at in range(80))
    run = pipeline.scan(
        pl.DataFrame(
            {
                "id": [f"https://news.example/{letters}{at}" for at in range(4)],
                "text": [f"{text} end{at}" for at in range(4)],
                "title": [letters * 2] * 4,
                "outlet": [f"{letters}{at}" for at in range(4)],
                "published": [f"2024-05-0{at + 1}" for at in range(4)],
            }
        )
    )
    folder = browser.put(run, tmp_path)
    first, second = (f"https%3A%2F%2Fnews.example%2F{letters}{at}" for at in range(2))
    groups = [f"#/cluster/{name.replace(':', '%3A')}" for name in run.clusters["cluster_id"].unique()]
    for size in browser.SIZES:
        watched = browser.Watched(chromium, folder, size).open()
        for view in (*browser.VIEWS[:4], *groups, f"#/pair/{first}/{second}", f"#/article/{second}"):
            watched.go(view)
            watched.page.evaluate(browser.UNFOLD)
            assert not watched.page.inner_text("h1").startswith("No such"), view
            assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{size} {view}"
        assert watched.alarms == []
        watched.page.close()


def test_only_what_has_no_other_source_is_called_the_likely_origin(chromium: Browser, tmp_path: Path) -> None:
    """A member taken from an article of another group was, beside the words that it came from there."""
    run = hand_made()
    for at, (kind, origin, verdict, badge) in enumerate(
        [
            ("itself", "a", "likely", "likely origin"),
            ("itself", "a", "undetermined", "perhaps the origin"),
            ("document", "c", "likely", "nearest the source"),
            ("external", "source:Reuters", "likely", "nearest the source"),
        ]
    ):
        of = pl.col("doc_id") == "a"
        told = [
            pl.when(of).then(pl.lit(value)).otherwise(name).alias(name)
            for name, value in {"kind": kind, "origin_id": origin, "verdict": verdict}.items()
        ]
        folder = browser.put(replace(run, origins=run.origins.with_columns(told)), tmp_path / str(at))
        watched = browser.Watched(chromium, folder).open("#/cluster/d%3A1")
        assert watched.page.locator("#members tr .badge.origin").all_inner_texts() == [badge]
        watched.page.close()


def test_a_heading_and_its_count_are_two_words(chromium: Browser, small: Path) -> None:
    """A screen reader said "Repeated passages2": the space between them was a margin."""
    watched = browser.Watched(chromium, small).open()
    for name in ("Articles that repeat each other 1", "Repeated passages 2", "What was not read, and why 1"):
        assert watched.page.get_by_role("heading", name=name, exact=True).count() == 1, name
    watched.page.close()
