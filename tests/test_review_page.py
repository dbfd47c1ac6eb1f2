"""The review page in a real Chromium: editors find, look, decide, undo and come back; nothing from a dump runs."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
import pytest

import provenance as pv
from provenance.dumps.verdicts import read_verdicts
from provenance.verdicts.subjects import LONGEST_NAME
from tests.browser import PAYLOADS, launched, missing, poisoned
from tests.editors import together
from tests.serving import ROOT, Server, reviewing, stories, stories_run, write_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytest.importorskip("axe_core_python", reason="axe is not installed: pip install '.[test]'")
pytest.importorskip("uvicorn", reason="the review page's libraries are not installed: pip install '.[review]'")

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if why := missing():
        pytest.skip(why)
    with launched() as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with reviewing(write_run(tmp_path / "run")) as running:
        yield running


#: A decision sent from inside the page.
POST = "([said, headers]) => fetch('/decide', { method: 'POST', headers, body: JSON.stringify(said) })"


def enter(browser: Any, server: Server, size: dict[str, int] = WIDE) -> Any:
    """An editor's own browser with the page open; whatever it logs as an error, or asks of others, fails the test."""
    page = browser.new_context(viewport=size).new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: pytest.fail(f"the page fails: {error}"))
    page.goto(server.address)
    page.wait_for_selector("#progress:not(:empty)")
    return page


def go(page: Any, address: str) -> None:
    """Ask for a view and wait until it stands in the place of the one before."""
    page.locator("#view > *").first.evaluate("node => { node.dataset.old = ''; }")
    page.evaluate("address => { window.location.hash = address; }", address)
    page.wait_for_function("() => !document.querySelector('#view > [data-old], #view[aria-busy]')")


def pick(run: pv.Run, doc_id: str, level: str = "document") -> str:
    return str(run.clusters.filter((pl.col("doc_id") == doc_id) & (pl.col("level") == level))["cluster_id"][-1])


def words(page: Any) -> list[str]:
    page.wait_for_selector("#view > aside.slot .choice")
    return [text.split("\n")[0].strip() for text in page.locator("#view > aside.slot .word").all_inner_texts()]


def decided(page: Any, *wanted: str) -> None:
    """Wait until the decisions of the view are these."""
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('#view > aside.slot .word')].map((one) => one.textContent).join()"
        " === wanted.join()",
        arg=list(wanted),
    )


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("pair", [("ferry", "again"), ("arabic", "arabic2")], ids=["left to right", "right to left"])
def test_open_find_step_decide_undo_reload_and_the_next_run(
    browser: Any, server: Server, tmp_path: Path, size: dict[str, int], pair: tuple[str, str]
) -> None:
    page = enter(browser, server, size)
    assert "#" not in page.url or server.entry not in page.url
    # find the cluster by searching, open it, and go on to the pair
    go(page, "#/clusters")
    page.locator("#search").fill(pair[0])
    page.locator("details.cluster > summary").first.click()
    page.locator("details.cluster a", has_text="Timeline").first.click()
    page.wait_for_selector("#timeline")
    page.locator("#members table a", has_text="compare").first.click()
    page.wait_for_selector(".row.passage")
    # step through what is the same
    page.keyboard.press("n")
    page.wait_for_selector(".row.here")
    assert page.locator(".row.here").bounding_box()["width"] <= size["width"]
    if pair[0] == "arabic":
        assert page.evaluate("getComputedStyle(document.querySelector('.row.passage .cell.text')).direction") == "rtl"
    # decide by key, again otherwise, then back twice
    page.keyboard.press("y")
    decided(page, "Same")
    page.keyboard.press("x")
    decided(page, "Different")
    page.keyboard.press("z")
    decided(page, "Same")
    page.keyboard.press("z")
    decided(page)
    page.locator("#view > aside.slot button.different").click()
    decided(page, "Different")
    assert "by Ann" in page.locator("#view > aside.slot .said-before").inner_text()
    page.reload()
    decided(page, "Different")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    rows = read_verdicts(server.folder / "verdicts.sqlite")
    assert rows is not None
    assert rows["verdict"].to_list() == ["same", "different", "undo", "undo", "different"]
    page.context.close()
    stories().write_parquet(tmp_path / "dump.parquet")
    words = ("scan", str(tmp_path / "dump.parquet"), "-o", str(server.folder), "-q", "--until", "clusters")
    assert subprocess.run([sys.executable, "-m", "provenance", *words], cwd=ROOT, check=False).returncode == 0
    assert not any(set(pair) <= set(group) for group in together(pv.Run.read(server.folder)))


def test_groups_passages_and_origins_are_decided(browser: Any, server: Server) -> None:
    run = stories_run()
    page = enter(browser, server)
    go(page, f"#/cluster/{pick(run, 'ferry')}")
    # mark two, split them off: one decision; take it back in the history
    page.locator(".card[data-id=again] input[type=checkbox]").check()
    page.locator("#view > aside.slot button.split", has_text="Split off 1 marked").click()
    decided(page, "Split")
    page.keyboard.press("h")
    page.locator("#history button", has_text="Undo").first.click()
    page.wait_for_selector("#history li.fallen")
    page.locator("#history button", has_text="Restore").first.click()
    page.wait_for_function("() => document.querySelectorAll('#history li').length === 3")
    page.keyboard.press("Escape")
    decided(page, "Split")
    # many at once: nothing before the count is agreed to
    page.locator(".card[data-id=ferry] button", has_text="Origin of all").click()
    page.wait_for_selector("#plan[open]")
    assert "2 decisions" in page.locator("#plan h2").inner_text()
    page.locator("#plan button", has_text="Cancel").click()
    page.locator(".card[data-id=ferry] button", has_text="Origin of all").click()
    page.locator("#plan button.yes").click()
    page.wait_for_function("() => document.getElementById('message').textContent.includes('2 decisions kept')")
    # an origin that is not in the dump
    go(page, "#/article/again")
    page.locator("details.origin-form summary").click()
    page.locator("input[name=source]").fill("The Moon")
    page.locator("details.origin-form button", has_text="from this source").click()
    page.wait_for_selector(".said-before >> text=The Moon")
    # a passage is ignored, with a note
    go(page, f"#/cluster/{pick(run, 'quay', 'passage')}")
    page.wait_for_selector("#view > aside.slot button.boilerplate")
    page.keyboard.press("i")
    decided(page, "Boilerplate")
    page.keyboard.press("g")
    page.keyboard.type("our letter")
    page.keyboard.press("Enter")
    decided(page, "Boilerplate", "Note")
    rows = read_verdicts(server.folder / "verdicts.sqlite")
    assert rows is not None
    assert rows["verdict"].to_list() == ["split", "undo", "undo", "origin", "origin", "origin", "boilerplate", "note"]
    page.context.close()


def test_all_that_a_search_left_is_decided_after_a_preview(browser: Any, server: Server) -> None:
    page = enter(browser, server)
    go(page, "#/clusters")
    page.locator("aside.slot[data-kind=list] summary").click()
    page.locator("aside.slot[data-kind=list] button", has_text="Same").click()
    page.wait_for_selector("#plan[open]")
    assert page.locator("#plan h2").inner_text() == "Same: 2 decisions"
    assert page.evaluate("fetch('/rows').then((answer) => answer.json()).then((told) => told.rows)") == 0
    page.locator("#plan button.yes").click()
    page.wait_for_function("() => document.getElementById('progress').textContent.includes('2 of 2 groups')")
    page.keyboard.press("]")
    page.wait_for_function("() => window.location.hash.startsWith('#/cluster/p')")
    page.context.close()


def test_blind_editors_see_no_scores(browser: Any, server: Server) -> None:
    page = enter(browser, server)
    go(page, f"#/cluster/{pick(stories_run(), 'ferry')}")
    page.wait_for_selector("#timeline")
    assert "cohesion" in page.locator("#view").inner_text()
    page.keyboard.press("b")
    shown = page.locator("#view").inner_text()
    assert "cohesion" not in shown
    assert "confidence" not in shown
    assert "shares" not in shown
    assert " %)" not in shown  # who it was taken from, and how sure
    go(page, "#/pair/ferry/again")
    page.wait_for_selector(".row.passage")
    assert "jaccard" not in page.locator("#view").inner_text()
    page.reload()
    page.wait_for_selector(".row.passage")
    assert "jaccard" not in page.locator("#view").inner_text()
    page.context.close()


def test_two_editors_see_each_other_and_lose_nothing(browser: Any, server: Server) -> None:
    ann, ben = enter(browser, server), enter(browser, server)
    ben.locator("#editor").fill("Ben")
    ben.locator("#editor").blur()
    for page in (ann, ben):
        go(page, "#/pair/ferry/again")
        page.wait_for_selector(".row.passage")
    ann.keyboard.press("y")
    decided(ann, "Same")
    decided(ben, "Same")  # told without a reload
    assert "by Ann" in ben.locator("#view > aside.slot .said-before").inner_text()
    ben.keyboard.press("x")
    decided(ben, "Different")
    decided(ann, "Different")
    rows = read_verdicts(server.folder / "verdicts.sqlite")
    assert rows is not None
    assert rows.select("editor", "verdict").rows() == [("Ann", "same"), ("Ben", "different")]
    for page in (ann, ben):
        page.context.close()


def test_nothing_from_a_dump_a_note_or_a_name_runs(browser: Any, tmp_path: Path) -> None:
    """A hundred payloads as ids, texts, titles, outlets, addresses, notes, editors and sources, on every view."""
    poisoned().write(tmp_path / "run", report=False)
    alarms: list[str] = []
    with reviewing(tmp_path / "run", "--editor", PAYLOADS[0]) as server:
        context = browser.new_context(viewport=WIDE)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("dialog", lambda dialog: (alarms.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "request", lambda asked: None if asked.url.startswith(server.origin + "/") else alarms.append(asked.url)
        )
        page.on("popup", lambda other: alarms.append(f"window {other.url}"))
        page.goto(server.address)
        page.wait_for_selector("#progress:not(:empty)")
        one, two, three = (f"{number:03}{PAYLOADS[number]}" for number in range(3))
        token = page.evaluate("document.body.dataset.token")
        headers = {"content-type": "application/json", "x-provenance-token": token}
        for number, payload in enumerate(PAYLOADS):
            name = payload[: LONGEST_NAME - len("source:")]
            note = {"verdict": "note", "about": [["pair", one, two]], "note": payload, "editor": name}
            about = [["origin", f"{number:03}{payload}", f"source:{name}"]]
            origin = {"verdict": "origin", "about": about, "editor": "Ann"}
            statuses = [
                page.evaluate(POST + ".then((answer) => answer.status)", [said, headers]) for said in (note, origin)
            ]
            # a source's name has no line breaks; everything else is kept as it was said
            assert statuses == [200, 400 if "\n" in payload else 200], payload
        page.reload()
        page.wait_for_selector("#progress:not(:empty)")
        for view in (
            ["clusters"],
            ["passages"],
            ["articles"],
            ["cluster", "d:1"],
            ["article", two],
            ["article", three],
            ["pair", one, two],
        ):
            go(page, "#/" + "/".join(quote(name, safe="") for name in view))
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.wait_for_selector("#view > aside.slot .said-before li")
        assert page.locator("#view > aside.slot .said-before li").count() == len(PAYLOADS)
        page.keyboard.press("h")
        page.wait_for_selector("#history li")
        page.emulate_media(media="print")
        assert page.locator("iframe, img, object, embed, base, math, video, script[src]").count() == 0
        assert alarms == []
        context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_on_the_views_of_the_review(browser: Any, server: Server, size: dict[str, int]) -> None:
    axe = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
    run = stories_run()
    page = enter(browser, server, size)
    found: dict[str, list[str]] = {}

    def look(name: str, ready: str, act: Callable[[], object] = lambda: None) -> None:
        act()
        page.wait_for_selector(ready)
        told: dict[str, Any] = page.evaluate(f"async () => {{ {axe}; return await axe.run(); }}")
        found[name] = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in told["violations"]]

    look("summary", "aside.slot .choice")
    go(page, "#/clusters")
    look(
        "clusters",
        "aside.slot[data-kind=list] summary",
        lambda: page.locator("aside.slot[data-kind=list] summary").click(),
    )
    go(page, f"#/cluster/{pick(run, 'ferry')}")
    look("cluster", "#timeline", lambda: page.wait_for_selector(".card .choice"))
    look("origin", "input[name=source]", page.locator("details.origin-form summary").first.click)
    go(page, f"#/cluster/{pick(run, 'quay', 'passage')}")
    look("passage", "#view > aside.slot button.boilerplate")
    go(page, "#/pair/ferry/again")
    page.wait_for_selector(".row.passage")
    page.keyboard.press("x")
    look("pair", ".said-before li")
    look("history", "#history[open]", lambda: page.keyboard.press("h"))
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    look("blind", "body.blind")
    go(page, f"#/cluster/{pick(run, 'ferry')}")
    page.wait_for_selector(".card button >> text=Origin of all")
    look("preview", "#plan[open]", page.locator(".card button", has_text="Origin of all").first.click)
    page.locator("#plan button", has_text="Cancel").click()
    page.locator("#theme").click()
    look("dark", "html[data-theme]")
    assert {name: some for name, some in found.items() if some} == {}
    page.context.close()
