"""The review: what an editor's answers add to the log, what the page is told, and the command line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

import provenance as pv
from provenance.cli import main
from provenance.dumps.verdicts import read_verdicts
from provenance.errors import UsageError
from provenance.review.desk import Asked, Desk
from provenance.review.log import Log
from tests.editors import ASIDE, together
from tests.serving import ROOT, Browser, Server, reviewing, stories, stories_run, write_run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("uvicorn", reason="the review page's libraries are not installed: pip install '.[review]'")


@pytest.fixture(scope="module")
def run() -> pv.Run:
    return stories_run()


@pytest.fixture
def desk(run: pv.Run, tmp_path: Path) -> Iterator[Desk]:
    with Log.open(tmp_path / "verdicts.sqlite") as log:
        yield Desk(run, log)


UP_TO = pv.Settings(until="clusters")


def group(run: pv.Run, doc_id: str, level: str = "document") -> str:
    found = run.clusters.filter((pl.col("doc_id") == doc_id) & (pl.col("level") == level))
    return str(found["cluster_id"][-1])


def say(desk: Desk, verdict: str, *about: tuple[str, ...], note: str = "") -> list[dict[str, Any]]:
    return desk.log.add(desk.decisions(Asked(verdict, about, note)), "Ann")


def test_what_is_decided_is_told_where_it_stands(desk: Desk, run: pv.Run) -> None:
    assert desk.state()["progress"]["document"] == [0, 2]
    say(desk, "different", ("pair", "ferry", "again"))
    (one,) = desk.state()["standing"]
    assert one["slots"] == [["pair", "again", "ferry"]]
    assert (one["verdict"], one["editor"], one["names"]) == ("different", "Ann", ["again", "ferry"])
    ferry, arabic = group(run, "ferry"), group(run, "arabic")
    say(desk, "same", ("cluster", arabic))
    assert desk.state()["progress"]["document"] == [1, 2]
    assert desk.state()["undecided"]["document"] == [ferry]
    say(desk, "out", ("part", ferry, "third"))
    assert desk.state()["progress"]["document"] == [2, 2]
    assert desk.state()["standing"][-1]["slots"] == [["cluster", ferry]]


def test_passages_are_decided_by_each_wording(desk: Desk, run: pv.Run) -> None:
    notice = group(run, "quay", "passage")
    rows = say(desk, "boilerplate", ("cluster", notice))
    assert [row["verdict"] for row in rows] == ["boilerplate"]
    assert notice in desk.state()["decided"]
    ignored = pv.scan(stories(), pv.Settings(until="matches"), verdicts=desk.log.read())
    assert set(ignored.passages.filter(pl.col("doc_id") == "quay")["role"]) >= {"boilerplate"}
    assert ignored.documents["text"][ignored.documents["doc_id"].index_of("quay") or 0].endswith(ASIDE)


def test_an_origin_is_told_with_where_it_leads(desk: Desk) -> None:
    say(desk, "origin", ("origin", "again", "ferry"))
    say(desk, "origin", ("origin", "third", "source:The Moon"))
    say(desk, "origin", ("origin", "quay", "quay"))
    told = [(one["target"], one["slots"]) for one in desk.state()["standing"]]
    assert told == [
        ("ferry", [["origin", "again"]]), ("source:The Moon", [["origin", "third"]]), ("itself", [["origin", "quay"]]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "slot"),
    [
        ("same", ("pair", "ferry")), ("same", ("pair", "ferry", "nobody")), ("same", ("cluster", "d:none")),
        ("same", ("nonsense", "ferry")), ("out", ("part", "d:none", "ferry")), ("undo", ("pair", "ferry", "again")),
        ("praise", ("pair", "ferry", "again")), ("origin", ("origin", "ferry", "nobody")),
    ],
)  # fmt: skip
def test_what_the_page_could_not_have_asked_is_refused(desk: Desk, verdict: str, slot: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        desk.decisions(Asked(verdict, (slot,)))


def test_all_members_cannot_leave(desk: Desk, run: pv.Run) -> None:
    with pytest.raises(UsageError, match="two sides"):
        desk.decisions(Asked("split", (("part", group(run, "ferry"), "ferry", "again", "third"),)))


def test_a_decided_group_is_asked_again_only_if_a_text_changed(run: pv.Run, desk: Desk) -> None:
    say(desk, "same", ("cluster", group(run, "ferry")))
    said = desk.log.read()
    texts = stories().with_columns(id=pl.format("other-{}", "id"))
    same = Desk(pv.scan(texts, UP_TO, verdicts=said), desk.log)
    assert same.state()["progress"]["document"] == [1, 2]
    more = "It rained. "
    changed = texts.with_columns(
        text=pl.when(pl.col("id") == "other-third").then(more + pl.col("text")).otherwise("text")
    )
    assert Desk(pv.scan(changed, UP_TO, verdicts=said), desk.log).state()["progress"]["document"] == [0, 2]


# -- over the wire ---------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with reviewing(write_run(tmp_path / "run")) as running:
        yield running


def test_decide_undo_and_undo_again_without_end(server: Server) -> None:
    ann = Browser(server)
    for verdict in ("same", "different", "unsure"):
        assert ann.decide(verdict, ["pair", "ferry", "again"]).status == 200
    for left in ("unsure", "different", "same"):
        state = ann.get("/state").json()
        (one,) = state["standing"]
        assert one["verdict"] == left
        assert ann.post("/undo", {"key": one["key"], "editor": "Ann"}).status == 200
    state = ann.get("/state").json()
    assert (state["standing"], state["rows"]) == ([], 6)
    redo = state["latest"][0]
    assert (redo["verdict"], redo["stands"]) == ("undo", True)
    assert ann.post("/undo", {"key": redo["key"], "editor": "Ann"}).json()["state"]["standing"][0]["verdict"] == "same"
    assert ann.post("/undo", {"key": redo["key"], "editor": "Ann"}).status == 409


def test_many_at_once_need_the_count_that_the_preview_told(server: Server) -> None:
    ann = Browser(server)
    about = [["origin", name, "ferry"] for name in ("again", "third")]
    plan = ann.post("/preview", {"verdict": "origin", "about": about, "editor": "Ann"}).json()
    assert (plan["count"], plan["before"]) == (2, [])
    for expect in (None, 1, 3):
        assert ann.decide("origin", *about, expect=expect).status == 409
    assert ann.get("/rows").json() == {"rows": 0}
    assert len(ann.decide("origin", *about, expect=2).json()["keys"]) == 2


def test_a_stale_page_is_told_of_the_other_word_and_both_are_kept(server: Server) -> None:
    ann, ben = Browser(server), Browser(server, "Ben")
    ann.decide("same", ["pair", "ferry", "again"])
    answer = ben.decide("different", ["pair", "again", "ferry"], seen=[]).json()
    assert [(one["editor"], one["verdict"]) for one in answer["conflict"]] == [("Ann", "same")]
    assert answer["state"]["rows"] == 2
    assert [one["verdict"] for one in answer["state"]["standing"]] == ["different"]
    keys = [one["key"] for one in answer["state"]["standing"]]
    assert ann.decide("same", ["pair", "ferry", "again"], seen=keys).json()["conflict"] == []


def test_a_note_supersedes_nothing_and_is_superseded_by_nothing(server: Server) -> None:
    ann, ben = Browser(server), Browser(server, "Ben")
    pair = ["pair", "ferry", "again"]
    ann.decide("same", pair)
    assert ben.decide("note", pair, note="Both from one desk.", seen=[]).json()["conflict"] == []
    answer = ann.decide("different", pair, seen=[]).json()
    assert [one["verdict"] for one in answer["conflict"]] == ["same"]
    assert sorted(one["verdict"] for one in answer["state"]["standing"]) == ["different", "note"]


def test_two_editors_at_once_lose_nothing(server: Server) -> None:
    editors = [Browser(server, name) for name in ("Ann", "Ben")]
    failed: list[int] = []

    def work(browser: Browser) -> None:
        for at in range(25):
            answer = browser.decide("note", ["pair", "ferry", "again"], note=f"{browser.editor} {at}")
            failed.extend([answer.status] if answer.status != 200 else [])

    threads = [threading.Thread(target=work, args=(browser,)) for browser in editors]
    for thread in threads:
        thread.start()
    # and a third, at the same time, past the server
    with Log.open(server.folder / "verdicts.sqlite") as log:
        desk = Desk(pv.Run.read(server.folder), log)
        for at in range(25):
            log.add(desk.decisions(Asked("note", (("pair", "ferry", "again"),), f"Cay {at}")), "Cay")
    for thread in threads:
        thread.join()
    assert not failed
    state = editors[0].get("/state").json()
    assert state["rows"] == 75
    assert {one["note"] for one in state["standing"]} == {
        f"{name} {at}" for name in ("Ann", "Ben", "Cay") for at in range(25)
    }


def test_the_next_run_honours_what_was_decided_on_the_page(server: Server, tmp_path: Path) -> None:
    ann = Browser(server)
    assert together(pv.Run.read(server.folder)) == [["again", "ferry", "third"], ["arabic", "arabic2"]]
    cluster = group(pv.Run.read(server.folder), "ferry")
    assert ann.decide("out", ["part", cluster, "third"]).status == 200
    assert ann.decide("same", ["pair", "quay", "arabic"]).status == 200
    stories().write_parquet(tmp_path / "dump.parquet")
    command = [
        sys.executable,
        "-m",
        "provenance",
        "scan",
        str(tmp_path / "dump.parquet"),
        "-o",
        str(server.folder),
        "-q",
    ]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert together(pv.Run.read(server.folder)) == [["again", "ferry"], ["arabic", "arabic2", "quay"]]


def test_the_export_of_the_page_is_that_of_the_command(server: Server) -> None:
    ann = Browser(server)
    ann.decide("note", ["pair", "ferry", "again"], note="naïve \u202e <script>")
    assert ann.get("/export").body == server.log()


# -- the command line ------------------------------------------------------------------------------------


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="provenance")


def test_the_command_says_where_it_is_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run")
    command = [sys.executable, "-m", "provenance", "review", "run", "--editor", "Ann"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"PATH": "", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"review: http://127\.0\.0\.1:(\d+)/#([\w-]{43})\n", line)
    assert found, line
    browser = Browser(Server(folder, int(found[1]), found[2], process))
    browser.decide("same", ["pair", "ferry", "again"])
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert err == "for this machine alone; Ctrl-C ends it\nrun/verdicts.sqlite: 1 rows\n"


def test_export_and_import_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_run(Path("run"))
    with Log.open(Path("run/verdicts.sqlite")) as log:
        say(Desk(pv.Run.read("run"), log), "same", ("pair", "ferry", "again"))
    result = call("review", "run", "--export", "said.jsonl")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "said.jsonl: 1 decisions\n")
    os.mkfifo("pipe")
    assert "which a file would replace" in call("review", "run", "--export", "pipe").stderr
    assert Path("pipe").is_fifo()
    printed = call("review", "run", "--export", "-")
    assert printed.stdout == Path("said.jsonl").read_text(encoding="utf-8")
    (row,) = [json.loads(line) for line in printed.stdout.splitlines()]
    assert (row["verdict"], row["editor"], sorted(row)) == (
        "same",
        "Ann",
        ["decided", "editor", "note", "subject", "verdict"],
    )
    for new in (1, 0):
        result = call("review", "run", "--verdicts", "other.sqlite", "--import", "said.jsonl")
        assert (result.exit_code, result.stderr) == (0, f"other.sqlite: {new} of 1 decisions were new\n")
    rows = read_verdicts("other.sqlite")
    assert rows is not None
    assert rows.equals(read_verdicts("run/verdicts.sqlite"))


def test_mistakes_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("review", "none")
    assert (result.exit_code, result.stderr) == (
        2, "provenance: error: none: holds no run.json; give the folder that `provenance scan -o` wrote\n",
    )  # fmt: skip
    Path("bad.jsonl").write_text("{}\n")
    result = call("review", ".", "--import", "bad.jsonl")
    assert (result.exit_code, result.stderr) == (
        2, "provenance: error: bad.jsonl, line 1: is not an object of subject, verdict, editor, decided, note\n",
    )  # fmt: skip
    write_run(Path("run"))
    with reviewing(tmp_path / "run") as running:
        result = call("review", "run", "--port", str(running.port))
        assert result.exit_code == 2
        assert result.stderr == (
            f"provenance: error: port {running.port}: address already in use; give another with --port, or 0 for any\n"
        )
