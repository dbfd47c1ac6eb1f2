"""Parsers in processes of their own: what they do wrong costs one document."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenance.dumps import workers
from provenance.dumps.workers import Lost, Question, Workers

pytestmark = pytest.mark.usefixtures("cold_workers")

EXPECTED = {
    "crash": "crashed",
    "exit": "crashed",
    "swell": "too_complex",
    "raise": "damaged",
    "recurse": "too_complex",
}


def ask(kinds: list[str]) -> list[Any]:
    answers: list[Any] = []
    with Workers("tests.poison", count=2) as pool:
        questions = [Question("poison", {}, kind.encode(), answers.append) for kind in kinds]
        assert list(pool.ask(questions)) == []
    return answers


def reason(answer: Any) -> str:
    return answer.reason if isinstance(answer, Lost) else answer.get("problem", [""])[0]


def test_a_tenth_of_poison_leaves_nine_tenths_right() -> None:
    kinds = [f"page {at}" for at in range(200)]
    for at, kind in enumerate([*EXPECTED, *EXPECTED, *EXPECTED, *EXPECTED]):
        kinds[at * 10 + 3] = kind
    answers = ask(kinds)
    assert [answer["text"] for answer in answers if not reason(answer)] == [kind for kind in kinds if " " in kind]
    assert [reason(answer) for answer in answers if reason(answer)] == [*EXPECTED.values()] * 4


def test_a_hang_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "MOST_WAIT", 1)
    first, second = ask(["hang", "fine"])
    assert reason(first) == "too_complex"
    assert second == {"text": "fine"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much address space a process had")
def test_what_reads_parquet_stays_far_from_the_limit_of_address_space() -> None:
    """With an arena for each thread one of forty such files crashed its worker, and more do on a larger machine."""
    content = io.BytesIO()
    pl.DataFrame({"id": ["1"], "text": ["The council agreed on Tuesday to pay for a second dredger."]}).write_parquet(
        content
    )
    with Workers(count=1) as pool:
        known = {"kind": "parquet", "place": None, "asked": {}}
        assert pool.answer(Question("columns", known, content.getvalue())) == {"rows": 1, "pages": [], "bounds": []}
        process = pool._all[0]._process
        assert process is not None
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmPeak"))) << 10
    assert peak < workers.MOST_MEMORY // 2


def test_what_a_parser_prints_is_no_answer() -> None:
    assert ask(["print", "fine"]) == [{"text": "print"}, {"text": "fine"}]


def test_other_things_are_given_on_in_their_place() -> None:
    seen: list[Any] = []
    with Workers("tests.poison", count=2) as pool:
        asked = [
            Question("poison", {}, str(at).encode(), lambda answer: seen.append(answer["text"])) for at in range(3)
        ]
        seen += pool.ask(["a", asked[0], "b", asked[1], asked[2], "c"])
    assert seen == ["a", "0", "b", "1", "2", "c"]


def test_no_worker_is_started_for_nothing() -> None:
    with Workers("tests.no_such_module") as pool:
        assert list(pool.ask(["a"])) == ["a"]
        assert pool._threads is None
