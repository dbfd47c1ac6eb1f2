"""The command as a process: interrupted, with closed streams, before readers that go away, and how soon it answers."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provenance.reports import writing
from tests.commands import COMMAND, ROOT, VOTE, call, piped, two_alike, write_lines
from tests.runs import hand_made

pytestmark = pytest.mark.usefixtures("bare_folder")


def test_interrupted_while_reading() -> None:
    """The pipe takes 64 KB by itself: once more than that is written, the process is reading it."""
    two_alike()
    assert call("scan", "dump.jsonl", "-o", "out", "-q").exit_code == 0
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    process = piped("scan", "-", "-o", "out")
    assert process.stdin is not None
    line = json.dumps({"text": VOTE}).encode() + b"\n"
    process.stdin.write(line * (1 + (1 << 20) // len(line)))
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.decode().splitlines()[-1] == "provenance: error: interrupted; earlier results stand as they were"
    assert "Traceback" not in errors.decode()
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    hand_made().write("out")
    process = subprocess.Popen([*COMMAND, "explain", "out", "a"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 141


def test_a_reader_that_leaves_the_help_alone_gets_no_finding() -> None:
    with piped("--help") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141


def test_ctrl_c_is_heard_while_the_command_line_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    around = os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    done = subprocess.run([*COMMAND, "settings"], capture_output=True, check=False, env=around)
    assert done.returncode == 130
    assert done.stderr == b"provenance: error: interrupted; earlier results stand as they were\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(closed: str) -> None:
    two_alike()
    line = f'"$@" scan dump.jsonl -o out -q {closed}'
    done = subprocess.run(["sh", "-c", line, "sh", *COMMAND], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {path.name for path in Path("out").iterdir()} == set(writing.NAMES)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, "settings"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "provenance: error: output cannot be written (no space left on device); make room and run again\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="a shell that limits how large a file may become")
@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("scan dump.jsonl -o out", "out: cannot be written (file too large); give another folder with -o"),
        ("clean dump.jsonl -o - --removals gone.parquet", "gone.parquet: cannot be written (file too large)"),
        ("clean - -o - --keep first --removals gone.parquet", "gone.parquet: cannot be written (file too large)"),
    ],
)
def test_a_disk_that_fills_up_under_a_table_is_one_line(words: str, named: str) -> None:
    """Polars tells of it by an error of its own, which ended as an internal one, with 4."""
    chance = random.Random(1)
    records = [{"id": str(n), "text": " ".join(f"w{chance.getrandbits(30)}" for _ in range(150))} for n in range(30)]
    write_lines("dump.jsonl", *records, *({**record, "id": f"{record['id']}+"} for record in records))
    line = f'"$@" {words} < dump.jsonl > /dev/null'
    # once where there is room: a fresh installation keeps its compiled kernels, in files greater than these may be
    subprocess.run(["sh", "-c", line, "sh", *COMMAND], capture_output=True, check=True)
    for made in (Path("out"), Path("gone.parquet")):
        shutil.rmtree(made) if made.is_dir() else made.unlink(missing_ok=True)
    done = subprocess.run(["sh", "-c", f"ulimit -f 8; {line}", "sh", *COMMAND], capture_output=True, check=False)
    assert done.returncode == 2
    assert f"provenance: error: {named}" in done.stderr.decode().splitlines()[-1]
    assert [path.name for path in Path().iterdir()] == ["dump.jsonl"]


def test_help_comes_in_150_milliseconds() -> None:
    def once() -> float:
        """Its CPU time: what it waits for on a busy machine is none of its doing."""
        before = os.times()
        subprocess.run([*COMMAND, "--help"], check=True, capture_output=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(once() for _ in range(5)) < 0.15


def test_numba_does_not_load_scipy_for_us_and_others_can(tmp_path: Path) -> None:
    """A stub: what loads it finds it there, whether or not scipy is installed."""
    blas = tmp_path / "scipy" / "linalg" / "cython_blas.py"
    blas.parent.mkdir(parents=True)
    for place in (tmp_path / "scipy" / "__init__.py", blas.parent / "__init__.py", blas):
        place.write_text("", encoding="utf-8")
    program = (
        "import sys, provenance.cli.compiling; assert not [name for name in sys.modules if name.startswith('scipy')]; "
        "import scipy.linalg.cython_blas; print(scipy.__file__)"
    )
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "scipy" / "__init__.py")
