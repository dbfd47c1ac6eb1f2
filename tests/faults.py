"""`python -m tests.faults FOLDER [PART...]`: what goes wrong with a disk and a process, done to an index on purpose.

The whole sweep takes an hour and writes its counts to FOLDER, from where `python -m tests.bench.gate` takes them to
reports/measured/gate.md; tests/test_index_faults.py runs the same in small. Where strace or a mount is not allowed,
that part says so and is left out.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from provenance.errors import EXIT_DAMAGED, ProvenanceError
from provenance.index import Index
from provenance.settings import Settings
from tests.victims import Worker, in_child, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = 20_261_121
STEPS, STEP = 12, 3  # batches of a victim, and documents in each: a thousand ways in which a system call can fail
LOADING = 0.4  # of a victim's time goes by before it adds anything
PLAIN = Settings(rewritten="off")
WORDS = str.split(
    "harbour board quay crane ferry skipper auction mayor lighthouse storm roof market repairs engineers piles boats "
    "basin ramp fence spring council vote northern southern tuesday morning nobody asked closed opened promised found"
)
INCOMING = 40  # the number of the document that checks look for


def text_of(number: int) -> str:
    """Some sentences that no other number has."""
    chosen = random.Random(number)
    return ". ".join(" ".join(chosen.choices(WORDS, k=14)).capitalize() for _ in range(6)) + "."


def step_of(number: int) -> pl.DataFrame:
    """The documents of one batch."""
    numbers = range(number * STEP, (number + 1) * STEP)
    return pl.DataFrame({"id": [f"d{at}" for at in numbers], "text": [text_of(at) for at in numbers]})


def everything() -> pl.DataFrame:
    """All documents of all batches."""
    return pl.concat([step_of(number) for number in range(STEPS)])


def add_all(place: Path, told: Path) -> int:
    """The victim: add batch by batch, and note each one that the index has acknowledged."""
    with told.open("a") as log, Index.open(place, PLAIN, timeout=60) as index:
        for number in range(STEPS):
            index.add(step_of(number))
            log.write(f"{number}\n")
            log.flush()
    return 0


def judge(place: Path, told: Path) -> list[str]:
    """After a fault: what is wrong with the index, if anything; nothing damaged, nothing lost, a rerun converges."""
    acknowledged = [int(line) for line in told.read_text().split()] if told.exists() else []
    with Index.open(place, PLAIN) as index:
        problems = index.verify()
        held = {doc_id for frame in index.documents() for doc_id in frame["doc_id"]}
        lost = {doc_id for number in acknowledged for doc_id in step_of(number)["id"]} - held
        torn = [number for number in range(STEPS) if 0 < len(held & set(step_of(number)["id"])) < STEP]
        index.add(everything())
        again = index.add(everything())
        asked = pl.DataFrame({"id": ["new"], "text": [text_of(INCOMING % (STEPS * STEP))]})
        found = index.check(asked, origins=False)
        return [
            *problems,
            *(["acknowledged and lost: " + ", ".join(sorted(lost))] if lost else []),
            *([f"half a batch: {torn}"] if torn else []),
            *(["a rerun does not converge"] if again.added or index.manifest().documents != STEPS * STEP else []),
            *(["a wrong finding"] if found["verdict"][0] != "duplicate" else []),
            *index.verify(),
        ]


@contextmanager
def trials(folder: Path) -> Iterator[tuple[Worker, Callable[[Callable[[Path, Path], int], Counter[str]], int]]]:
    """A victim, and a function that runs one trial on it -> how the victim fared; what came of it is counted."""
    victim, judging = Worker(add_all), Worker(judge)

    def one(trial: Callable[[Path, Path], int], outcome: Counter[str]) -> int:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            place, told = Path(name, "i.sqlite"), Path(name, "told")
            code = trial(place, told)
            judging.give(place, told)
            wrong = judging.answer()
        outcome["sound" if wrong == [] else f"WRONG: {wrong}"] += 1
        return code

    try:
        yield victim, one
    finally:
        victim.end()
        judging.end()


def kills(folder: Path, numbers: range) -> Iterator[Counter[str]]:
    """kill -9 at random moments while documents are added; where one ended before, the same again sooner."""
    with trials(folder) as (victim, one):
        taken: list[float] = []

        def whole(place: Path, told: Path) -> int:
            began = time.monotonic()
            victim.give(place, told)
            code = int(victim.answer())
            taken.append(time.monotonic() - began)
            return code

        def kill(place: Path, told: Path) -> int:
            victim.give(place, told)
            return victim.end(signal.SIGKILL) if victim.is_busy(moment) else int(victim.answer())

        assert one(whole, Counter()) == 0
        victim.end()  # all are to begin alike, with loading what is compiled
        for number in numbers:
            outcome = Counter[str]()
            moment = taken[0] * (LOADING + (1 - LOADING) * random.Random(SEED + number).random())
            while one(kill, outcome) != -signal.SIGKILL:
                outcome["ended before, and sound"] += 1
                moment *= LOADING
            outcome["sound"] -= outcome["ended before, and sound"]
            yield outcome + Counter({"killed": 1})


#: System calls at which faults are injected, with the errors that each may meet.
CALLS = {
    "pwrite64": ("EIO", "ENOSPC", "EDQUOT", "signal=SIGKILL"),
    "write": ("EIO", "ENOSPC"),
    "fsync,fdatasync": ("EIO", "ENOSPC", "EDQUOT", "signal=SIGKILL"),
    "ftruncate": ("EIO", "signal=SIGKILL"),
    "unlink": ("EIO", "EACCES", "signal=SIGKILL"),
    "openat": ("EMFILE", "EACCES", "signal=SIGKILL"),
    "pread64": ("EIO",),
}


def syscalls(folder: Path, numbers: range) -> Iterator[Counter[str]]:
    """Errors and kills at the n-th system call of each kind, once or from then on."""
    if shutil.which("strace") is None:
        yield Counter({"left out: no strace": 1})
        return
    usual = _count_calls(folder)
    cases = [
        (call, error, number, lasting)
        for call, errors in CALLS.items()
        for error in errors
        for number in range(1, usual[call] + 1)
        for lasting in (False, True)
        if not (lasting and error.startswith("signal"))
    ]
    random.Random(SEED).shuffle(cases)
    with trials(folder) as (victim, one):
        for call, error, number, lasting in cases[numbers.start : numbers.stop]:
            outcome = Counter[str]()
            fault = error if error.startswith("signal") else f"error={error}"
            inject = f"inject={call}:{fault}:when={number}{'+' if lasting else ''}"
            code = one(lambda place, told: _traced(victim, place, told, call, inject=inject), outcome)  # noqa: B023  now
            outcome[f"{call.split(',')[0]} {error.removeprefix('signal=')}"] += 1
            outcome["refused with an exit code" if code in (2, 10, 11, 13) else f"ended with {code}"] += 1
            yield outcome


def _traced(victim: Worker, place: Path, told: Path, calls: str, *, inject: str = "", log: Path | None = None) -> int:
    """The victim under strace, which meddles only with calls on the files of the index, made by its main thread."""
    paths = [part for suffix in ("", "-wal", "-shm", "-journal") for part in ("-P", f"{place}{suffix}")]
    command = ["strace", "-p", str(victim.start()), "-o", str(log or os.devnull), "-e", f"trace={calls}"]
    command += ["-e", "signal=none", *paths, *(["-e", inject] if inject else [])]
    watcher = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert watcher.stderr is not None
    said = watcher.stderr.readline()  # that it is attached; without -q, so that nothing need be polled
    assert "attached" in said, said
    victim.give(place, told)
    code = int(victim.answer())
    watcher.terminate()
    watcher.communicate()
    return code


def _count_calls(folder: Path) -> dict[str, int]:
    """How many calls of each kind an undisturbed victim makes."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        log, victim = Path(name, "log"), Worker(add_all)
        assert _traced(victim, Path(name, "i.sqlite"), Path(name, "told"), ",".join(CALLS), log=log) == 0
        victim.end()
        lines = log.read_text().splitlines()
    return {call: sum(any(f"{one}(" in line for one in call.split(",")) for line in lines) for call in CALLS}


def full_disks(folder: Path, numbers: range) -> Iterator[Counter[str]]:
    """Add to an index on a disk of 1 MB, 2 MB, ... until it is full."""
    big = pl.DataFrame({"id": [f"b{n}" for n in range(400)], "text": [text_of(n) * 8 for n in range(400)]})
    for number in numbers:
        place = folder / f"disk{number + 1}"
        place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={number + 1}m", "tmpfs", str(place)], capture_output=True, check=False
        )
        if mounted.returncode:
            place.rmdir()
            yield Counter({"left out: no mount allowed": 1})
            return
        try:
            yield _fill_up(place / "i.sqlite", big)
        finally:
            subprocess.run(["umount", str(place)], check=True)
            place.rmdir()


def _fill_up(place: Path, big: pl.DataFrame) -> Counter[str]:
    told, outcome = place.parent.parent / "told", Counter[str]()
    told.write_text("0")

    def until_full() -> int:
        with Index.open(place, PLAIN) as index:
            for turn in range(400):
                index.add(big.with_columns(pl.col("id") + f"-{turn}", text=pl.col("text") + f" Turn {turn}."))
                told.write_text(str(turn + 1))
        return 0

    def look() -> int:
        with Index.open(place, PLAIN) as index:
            sound = not index.verify() and index.manifest().documents >= int(told.read_text()) * big.height
            found = index.check(pl.DataFrame({"id": ["n"], "text": [str(big["text"][3]) + " Turn 0."]}))
            due = "duplicate" if int(told.read_text()) else "new"
            return 0 if sound and (found["verdict"][0] == due or not int(told.read_text())) else 1

    code = in_child(until_full)
    outcome["full, said so (exit 2)" if code == 2 else f"WRONG: ended with {code}"] += 1
    code = in_child(look)
    outcome["sound and usable while full" if code == 0 else f"WRONG: unusable while full, {code}"] += 1
    told.unlink()
    return outcome


def crowds(folder: Path, numbers: range, writers: int = 2, readers: int = 4) -> Iterator[Counter[str]]:
    """Several writers and readers at once; readers must never see half a batch."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name, "i.sqlite")
        stop = Path(name, "stop")

        def write(writer: int) -> int:
            with Index.open(place, PLAIN, timeout=600) as index:
                for number in range(len(numbers) // writers):
                    ids = [f"w{writer}-{number}-{part}" for part in "ab"]
                    index.add(pl.DataFrame({"id": ids, "text": [text_of(hash_of(one)) for one in ids]}))
            return 0

        def watch() -> int:
            seen = 0
            os.nice(10)  # they look as often as they can, and are not to keep the writers waiting
            while not stop.exists():
                if not place.exists():
                    continue
                with Index.open(place, PLAIN, timeout=600) as index, index.storage.reading():
                    count = index.storage.connection.execute("SELECT count(*) FROM documents").fetchone()[0]
                    texts = index.storage.connection.execute("SELECT count(*) FROM texts").fetchone()[0]
                    due = index.storage.read_manifest().documents
                    if not count == texts == due or count % 2 or count < seen:
                        return 1
                    seen = count
            return 0

        def make() -> None:
            Index.open(place, PLAIN).close()

        in_child(make)  # here it would start threads, and what is forked from a process with threads may hang
        pids = [start(watch) for _ in range(readers)]
        writing = [start(lambda writer=writer: write(writer)) for writer in range(writers)]  # type: ignore[misc]
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in writing]
        stop.touch()
        codes += [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        done = len(numbers) // writers * writers

        def look() -> int:
            with Index.open(place, PLAIN) as index:
                held = [doc_id for frame in index.documents() for doc_id in frame["doc_id"]]
                return 0 if not index.verify() and len(held) == len(set(held)) == 2 * done else 1

        sound = in_child(look) == 0 and not any(codes)
        yield Counter({f"{writers} writers and {readers} readers": 1, "adds": done, "sound" if sound else "WRONG": 1})


def hash_of(name: str) -> int:
    """A number for a name, the same in every process."""
    return int.from_bytes(name.encode()[-6:], "little")


def flips(folder: Path, numbers: range) -> Iterator[Counter[str]]:
    """One flipped bit at a time: `verify` finds it, or what is found is what would be found without it."""
    place = folder / "whole.sqlite"
    asked = pl.DataFrame({"id": [f"n{n}" for n in range(3)], "text": [text_of(1), text_of(2)[:200], text_of(999)]})
    with Index.open(place, PLAIN) as index:
        for number in range(STEPS):
            index.add(step_of(number))
        due = index.check(asked, origins=False)
    octets = place.read_bytes()
    flipped = folder / "flipped.sqlite"
    for number in numbers:
        chosen, outcome = random.Random(SEED + number), Counter[str]()
        at, bit = chosen.randrange(len(octets)), chosen.randrange(8)
        flipped.write_bytes(octets[:at] + bytes([octets[at] ^ 1 << bit]) + octets[at + 1 :])
        found, verified = None, False
        try:
            with Index.open(flipped, PLAIN, create=False, timeout=0.1) as index:
                verified = bool(index.verify())
                found = index.check(asked, origins=False)
        except ProvenanceError as error:
            verified |= error.exit_code in (EXIT_DAMAGED, 10, 12)
        except Exception as error:  # noqa: BLE001  whatever is not refused is what we look for
            outcome[f"WRONG: {type(error).__name__} at byte {at}: {error}"] += 1
        same = found is not None and found.equals(due)
        outcome["found" if verified else "harmless" if same else f"WRONG: missed at byte {at} bit {bit}"] += 1
        if found is not None and not same:
            outcome[f"WRONG: another finding, byte {at} bit {bit}"] += 1
        for suffix in ("-wal", "-shm", "-journal"):
            flipped.with_name(flipped.name + suffix).unlink(missing_ok=True)
        yield outcome


#: The whole sweep: what is done, how often, and by whom.
PARTS: dict[str, tuple[str, int, Callable[[Path, range], Iterator[Counter[str]]]]] = {
    "kills": ("kill -9 at a random moment of adding", 500, kills),
    "syscalls": ("an error or a kill at a system call", 1000, syscalls),
    "disks": ("disks of 1 to 32 MB, filled up", 32, full_disks),
    "crowds": ("two writers and four readers at once", 1600, crowds),
    "flips": ("one bit flipped in the file", 2000, flips),
}


def main(folder: Path, wanted: list[str]) -> None:
    """Run the parts wanted, each in a process of its own, and note what came of each trial in FOLDER.

    PART may be PART:FIRST:END, some of its trials; one that was stopped goes on where it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for part in wanted or PARTS:
        name, first, end = [*part.split(":"), "", ""][:3]
        about, count, work = PARTS[name]
        numbers = range(int(first or 0), int(end or count))
        into = folder / f"faults-{name}-{numbers.start}-{numbers.stop}.json"
        record = {"fault": about, "of": count, "done": 0, "seconds": 0.0, "outcome": {}}
        if into.exists():
            record = json.loads(into.read_text())

        def run(work: Any = work, numbers: range = numbers, into: Path = into, record: dict[str, Any] = record) -> None:
            began, before = time.perf_counter(), record["seconds"]
            with tempfile.TemporaryDirectory(dir=folder) as place:
                left = numbers[record["done"] :]
                each = len(left) if work is crowds else 1  # trials that a yield stands for
                for outcome in work(Path(place), left) if left else ():
                    record["outcome"] = dict(sorted((Counter(record["outcome"]) + outcome).items()))
                    record |= {"done": record["done"] + each, "seconds": before + time.perf_counter() - began}
                    aside = into.with_suffix(".new")
                    aside.write_text(json.dumps(record))
                    aside.replace(into)

        assert in_child(run) == 0
        print(into.read_text(), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
