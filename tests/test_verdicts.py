"""What editors decided: keys of contents, rows that stand, the log, and what a scan, check and clean make of them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import provenance as pv
from provenance.dumps.verdicts import find_log, read_verdicts, to_line
from provenance.errors import UsageError
from provenance.review.log import Decision, Log, export_lines, export_to
from provenance.tables import VERDICTS
from provenance.text.contents import passage_key, read_contents
from provenance.verdicts import subjects
from provenance.verdicts.standing import find_standing, fingerprint, not_undone
from tests.editors import FERRY, NOON, A, B, C, D, frame, log

if TYPE_CHECKING:
    import random

ROOT = Path(__file__).resolve().parent.parent


# -- keys ------------------------------------------------------------------------------------------------


def test_a_key_is_of_the_folded_words_and_stays_as_it_is() -> None:
    """Pinned: a key that changed would ask every decided pair again."""
    keys = read_contents(
        pl.Series(["Naïve, the Post wrote.", "naive\n THE post «wrote»", "…", "", "东京"])
    ).keys.to_list()
    assert keys == ["42c8771eff6d22959b0a94f6"] * 2 + [None, None, keys[4]]
    assert passage_key("Read more: the Post") == "4.1718.90c0437de837d7cce8de00a1"
    assert passage_key(" … ") == ""


@given(st.lists(st.text(max_size=40), max_size=8), st.lists(st.sampled_from(["a b", "b", "c d e", "é"]), max_size=3))
def test_stretches_are_found_as_a_slow_twin_finds_them(texts: list[str], wanted: list[str]) -> None:
    texts = [f"{text} a b {text} c D e" for text in texts]
    found = read_contents(pl.Series(texts, dtype=pl.String), [passage_key(text) for text in wanted]).places
    for row, start, end in found.rows():
        assert passage_key(texts[row][start:end]) in {passage_key(text) for text in wanted}
    for text in wanted:
        for row, whole in enumerate(texts):
            spots = [span for at, span in enumerate(_words(whole)) if _says(whole, at, text)]
            for start, end in spots:
                assert any(at == row and low < end and start < high for at, low, high in found.rows()), (text, whole)


def _words(text: str) -> list[tuple[int, int]]:
    from provenance.text.tokens import tokenize  # noqa: PLC0415  the places of words alone

    tokens = tokenize(pl.Series([text]))
    return [(int(start), int(start) + int(size)) for start, size in zip(tokens.start, tokens.size, strict=True)]


def _says(text: str, at: int, wanted: str) -> bool:
    words = _words(text)[at : at + len(wanted.split())]
    return len(words) == len(wanted.split()) and passage_key(text[words[0][0] : words[-1][1]]) == passage_key(wanted)


@pytest.mark.parametrize(
    "subject",
    [
        subjects.pair(B, A),
        subjects.cluster([C, A, B, A]),
        subjects.parted([B], [C, A]),
        subjects.edge(subjects.placed(A, "The Post"), subjects.placed(B, "صدى")),
        subjects.edge(A, "source:O’Brien <b> & Co"),
        subjects.edge(A, subjects.ITSELF),
        subjects.passage("3.5.cccccccccccccccccccccccc"),
    ],
)
def test_a_subject_is_read_as_it_was_written(subject: subjects.Subject) -> None:
    assert subjects.parse(str(subject)) == subject


@pytest.mark.parametrize(
    "hostile",
    [
        "", "pair:", f"pair:{A}", f"pair:{A}+{B}+{C}", f"pair:{A}+{B}\n", f"PAIR:{A}+{B}", f"cluster:{A}||{B}",
        f"cluster:{A}|{A}", f"edge:{A}<", f"edge:{A}<source:", f"edge:{A}<source:a\x1bb", "edge:<" + A,
        "passage:x.y.z", f"pair:{A.upper()}+{B}", "decision:../../etc", "cluster:" + "+" * 50_000,
        "cluster:" + "a" * 200_000,
    ],
)  # fmt: skip
def test_what_is_no_subject_is_refused(hostile: str) -> None:
    with pytest.raises(UsageError):
        subjects.parse(hostile)


def test_what_may_be_said_of_what() -> None:
    def row(subject: object, verdict: str, editor: str = "Ann", note: str = "") -> dict[str, object]:
        return {"subject": str(subject), "verdict": verdict, "editor": editor, "decided": NOON, "note": note}

    subjects.check_row(row(subjects.pair(A, B), "different"))
    for bad in (
        row(subjects.pair(A, A), "different"),
        row(subjects.pair(A, B), "boilerplate"),
        row(subjects.pair(A, B), "innocent"),
        row(subjects.cluster([A, B]), "out"),
        row(subjects.parted([A], [B]), "same"),
        row(subjects.pair(A, B), "same", editor=" "),
        row(subjects.pair(A, B), "same", editor="x" * 121),
        row(subjects.pair(A, B), "note"),
        row(subjects.pair(A, B), "same", note="x" * 2001),
    ):
        with pytest.raises(UsageError):
            subjects.check_row(bad)


# -- rows that stand -------------------------------------------------------------------------------------


def undo(verdicts: pl.DataFrame, row: int, second: int) -> pl.DataFrame:
    subject = str(subjects.decision(verdicts.row(row, named=True)))
    return pl.DataFrame(
        [(subject, "undo", "Ben", NOON + dt.timedelta(minutes=second), "")], schema=VERDICTS, orient="row"
    )


def test_an_undone_row_falls_and_an_undone_undo_lets_it_stand_again() -> None:
    said = log((subjects.pair(A, B), "same"), (subjects.pair(A, B), "different"))
    assert [one.row["verdict"] for one in find_standing(said)] == ["different"]
    once = pl.concat([said, undo(said, 1, 1)])
    assert [one.row["verdict"] for one in find_standing(once)] == ["same"]
    twice = pl.concat([once, undo(once, 2, 2)])
    assert [one.row["verdict"] for one in find_standing(twice)] == ["different"]
    assert not find_standing(pl.concat([once, undo(once, 0, 3)]))


def test_undoing_a_row_that_is_in_another_log_undoes_nothing_here() -> None:
    said = log((str(subjects.pair(A, B)), "same"), (str(subjects.pair(C, D)), "same"))
    lacking = pl.concat([said.head(1), undo(said, 1, 1)])
    assert [str(one.subject) for one in find_standing(lacking)] == [str(subjects.pair(A, B))]


def test_long_chains_of_undoing_need_no_stack() -> None:
    rows = log((subjects.pair(A, B), "same")).rows(named=True)
    for at in range(1, 3000):
        moment = NOON + dt.timedelta(seconds=at)
        subject = str(subjects.decision(rows[-1]))
        rows.append({"subject": subject, "verdict": "undo", "editor": "Ann", "decided": moment, "note": ""})
    assert len(not_undone(rows)) == 1500
    assert next(iter(not_undone(rows).values()))["verdict"] == "undo"


def test_kinds_notes_and_joins_do_not_supersede_each_other() -> None:
    about = subjects.pair(A, B)
    said = log((about, "same"), (about, "note", "one"), (about, "agency_copy"), (about, "note", "two"))
    assert [one.row["verdict"] for one in find_standing(said)] == ["same", "note", "agency_copy", "note"]
    both = log((subjects.edge(A, "source:X"), "origin"), (subjects.edge(A, B), "origin"))
    assert [one.subject.right for one in find_standing(both)] == [(B,)]


ROWS = st.lists(
    st.tuples(st.sampled_from([A, B, C]), st.sampled_from(["same", "different", "unsure"]), st.integers(0, 30)),
    max_size=6,
)


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_logs_come_together_alike_in_whatever_order(
    ours: list[tuple[str, str, int]], theirs: list[tuple[str, str, int]], chance: random.Random
) -> None:
    def rows(said: list[tuple[str, str, int]], editor: str) -> list[dict[str, object]]:
        made: list[dict[str, object]] = []
        for other, verdict, second in said:
            subject, moment = str(subjects.pair(D, other)), NOON + dt.timedelta(seconds=second)
            made.append({"subject": subject, "verdict": verdict, "editor": editor, "decided": moment, "note": ""})
            if second % 3 == 0:
                at = chance.choice(made)
                moment += dt.timedelta(seconds=1)
                about = str(subjects.decision(at))
                made.append({"subject": about, "verdict": "undo", "editor": editor, "decided": moment, "note": ""})
        return made

    every = [*rows(ours, "Ann"), *rows(theirs, "Ben")]
    one = pl.DataFrame(every, schema=VERDICTS)
    again = every * 2
    chance.shuffle(again)
    other = pl.DataFrame(again, schema=VERDICTS)
    assert list(export_lines(one)) == list(export_lines(other))
    assert fingerprint(one) == fingerprint(other)
    assert [found.key for found in find_standing(one)] == [found.key for found in find_standing(other)]


# -- the log ---------------------------------------------------------------------------------------------


def test_rows_are_added_and_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.sqlite"
    with Log.open(path) as kept:
        kept.add(
            [Decision(str(subjects.pair(A, B)), "same"), Decision(str(subjects.pair(A, C)), "different", "no")], "Ann"
        )
        early = kept.add([Decision(str(subjects.pair(B, C)), "unsure")], "Ben", now=NOON - dt.timedelta(days=9000))
        rows = kept.read()
        assert rows["verdict"].to_list() == ["same", "different", "unsure"]
        assert rows["decided"].is_sorted()
        assert rows["decided"].n_unique() == 3
        assert early[0]["decided"] == rows["decided"][2]
        for statement in ("DELETE FROM verdicts", "UPDATE verdicts SET verdict = 'same'"):
            with pytest.raises(Exception, match="only added"):
                kept._connection.execute(statement)
        with pytest.raises(UsageError):
            kept.add([Decision(str(subjects.pair(A, B)), "same"), Decision("nonsense", "same")], "Ann")
        assert kept.count() == 3
    with Log.open(path) as again:
        assert again.read().equals(rows)


WRITER = """
import sys
from pathlib import Path
from provenance.review.log import Decision, Log
path, name = Path(sys.argv[1]), sys.argv[2]
with Log.open(path) as log:
    for at in range(40):
        log.add([Decision("pair:" + "a" * 24 + "+" + f"{at:024x}", "same", name)], name)
"""


def test_editors_in_processes_of_their_own_lose_nothing(tmp_path: Path) -> None:
    """All open the file at once, one of them makes it; every row of every one is there, each at its own time."""
    path = tmp_path / "verdicts.sqlite"
    names = [f"editor {number}" for number in range(4)]
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], cwd=ROOT) for name in names]
    assert [process.wait(timeout=60) for process in running] == [0] * len(names)
    rows = read_verdicts(path)
    assert rows is not None
    assert rows.height == 160
    assert rows.group_by("editor").len()["len"].to_list() == [40] * 4
    assert rows["decided"].n_unique() == 160


def test_a_writer_that_is_killed_leaves_a_log_that_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.sqlite"
    endless = WRITER.replace("range(40)", "range(10**9)").replace(
        "name)], name)", "name)], name); print(at, flush=True)"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", endless, str(path), "Ann"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    for _ in range(20):
        said = int(running.stdout.readline())
    running.kill()
    said = max([said, *(int(line) for line in running.stdout.read().split())])
    running.wait()
    running.stdout.close()
    with Log.open(path) as kept:
        assert kept.count() in (said + 1, said + 2)
        assert kept._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_export_and_import_lose_nothing_and_add_nothing(tmp_path: Path) -> None:
    note = 'It’s \u202e hostile \x1b[31m <script> , "quoted"\nand long'
    said = log(
        (subjects.pair(A, B), "same", note), (subjects.parted([A], [B, C]), "out"), (subjects.pair(A, C), "unsure")
    )
    export_to(said, tmp_path / "one.jsonl")
    text = (tmp_path / "one.jsonl").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 3
    assert [json.loads(line)["subject"] for line in text.splitlines()] == sorted(said["subject"])
    with Log.open(tmp_path / "other.sqlite") as other:
        back = read_verdicts(tmp_path / "one.jsonl")
        assert back is not None
        assert (other.take_in(back), other.take_in(back)) == (3, 0)
        assert "".join(export_lines(other.read())) == text
    assert fingerprint(back) == fingerprint(said)


def test_two_exports_merge_in_git_line_by_line(tmp_path: Path) -> None:
    """Both editors add to one exported file on branches of their own; git's union merge is an import of both."""

    def git(*words: str) -> None:
        named = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *named, *words], cwd=tmp_path, check=True, capture_output=True)

    common = log((subjects.pair(A, B), "same"), (subjects.pair(C, D), "different"))
    ours = pl.concat([common, log((subjects.pair(A, C), "same"), (subjects.pair(B, C), "unsure"))])
    theirs = pl.concat([common, log((subjects.pair(A, D), "different"), (subjects.pair(B, C), "same"), editor="Ben")])
    path = tmp_path / "verdicts.jsonl"
    (tmp_path / ".gitattributes").write_text("*.jsonl merge=union\n")
    git("init")
    for branch, rows in (("main", common), ("theirs", theirs), ("ours", ours)):
        git(
            "checkout",
            "-q",
            *([] if branch == "main" else ["main"]),
            *(["-b", branch] if branch != "main" else ["-b", "main"]),
        )
        export_to(rows, path)
        git("add", ".")
        git("commit", "-qm", branch)
    git("merge", "-q", "theirs", "-m", "both")
    merged = read_verdicts(path)
    assert merged is not None
    assert list(export_lines(merged)) == list(export_lines(pl.concat([ours, theirs])))


def test_a_log_is_found_in_the_output_folder(tmp_path: Path) -> None:
    assert find_log(tmp_path, None) is None
    Log.open(tmp_path / "verdicts.sqlite").close()
    assert find_log(tmp_path, None) == tmp_path / "verdicts.sqlite"
    assert find_log(tmp_path, tmp_path / "named") == tmp_path / "named"
    assert find_log(None, None) is None


GOOD = to_line(log((subjects.pair(A, B), "same")).row(0, named=True))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "is not an object of"),
        ('{"subject": "x"}', "is not an object of"),
        (GOOD.replace("same", "innocent"), "'innocent' is not one of"),
        (GOOD.replace("pair:", "pear:"), "is not the key of"),
        (GOOD.replace('"Ann"', "7"), "editor is not what an export holds"),
        (GOOD.replace('"Ann"', "null"), "editor is not what an export holds"),
        (GOOD.replace("2026-05-01T12:00:00.000000Z", "yesterday"), "is not a time"),
        (GOOD.replace("2026-05-01T12:00:00.000000Z", "9999-99-99"), "is not a time"),
        (GOOD.replace("Ann", "A" * 200), "has a name of 1 to 120"),
        (GOOD.replace("Ann", "\\ud800"), "half a character"),
        (GOOD.replace('"note": ""', '"note": "' + "x" * 3000 + '"'), "1 to 2,000"),
    ],
)
def test_a_hostile_import_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "said.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 3: ") as caught:
        read_verdicts(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_file_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_verdicts(tmp_path / "none.sqlite")
    with pv.Index.open(tmp_path / "seen.sqlite") as index:
        index.add(frame(FERRY))
    for use in (read_verdicts, Log.open):
        with pytest.raises(UsageError, match="is not a log of decisions"):
            use(tmp_path / "seen.sqlite")
    (tmp_path / "broken.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 4000)
    with pytest.raises(UsageError, match="cannot be read"):
        read_verdicts(tmp_path / "broken.sqlite")
