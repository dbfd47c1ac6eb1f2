"""Origins of articles that match no other: from what their own text says, and the reasons that are given."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from tests.tracing import STORY, origin, trace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected", "relation"),
    [
        (f"NEW YORK (AP) — {STORY}", "source:Associated Press", "copied_from"),
        (f"{STORY} For MEMRI subscription information, click here.", "source:MEMRI", "copied_from"),
        (
            f"It rained, a source told the Middle East Eye on Friday. {STORY}",
            "source:Middle East Eye",
            "cites",
        ),
        (f"It rained, a report by The Guardian newspaper said. {STORY}", "source:The Guardian", "cites"),
        (f"Reuters reported rain, and according to AP it snowed. {STORY}", "a", None),
        (f"A crowd on the quay (Reuters)\n\n{STORY}", "a", None),
        (STORY + " " + STORY + " " + STORY + " " + STORY + " It rained, she told CNN.", "a", None),
    ],
)
def test_origin_from_the_text_alone(text: str, expected: str, relation: str | None) -> None:
    _, origins, _ = trace([{"doc_id": "a", "text": text, "outlet": "Ellen Daily"}], [])
    row = origin(origins, "a")
    assert (row["origin_id"], row["relation"]) == (expected, relation)
    assert row["reason"].endswith(".")
    assert "\n" not in row["reason"]


def test_a_title_suffix_is_the_origin_and_the_cited_report_the_runner_up() -> None:
    title = "Lemons float in the harbour – Middle East Monitor"
    text = f"{title}\n\nLemons float, a report by The Guardian newspaper has revealed. {STORY}"
    _, origins, _ = trace([{"doc_id": "a", "text": text, "title": title, "outlet": "Blog of All"}], [])
    row = origin(origins, "a")
    assert (row["origin_id"], row["runner_up"]) == ("source:Middle East Monitor", "source:The Guardian")


def test_a_reason_quotes_whole_words_of_one_line() -> None:
    lead = "Incomprehensibilities abound, a source told the Middle East Eye overwhelmingly."
    text = f"Ellenporters fish for lemons\n\n{lead} {STORY}"
    _, origins, _ = trace([{"doc_id": "a", "text": text, "outlet": "Ellen Daily"}], [])
    quoted = origin(origins, "a")["reason"].partition("“")[2].partition("”")[0]
    assert quoted == "abound, a source told the Middle East Eye"


def test_a_reason_shows_no_control_characters() -> None:
    text = f"BEIRUT (Evil\u202eNews\x1b[31m Agency) – {STORY}"
    _, origins, _ = trace([{"doc_id": "a", "text": text, "title": "\x1b]0;x\x07", "outlet": "Ellen Daily"}], [])
    assert not any(ord(sign) < 32 or sign in "\u202e\u200f" for sign in origin(origins, "a")["reason"])


def test_origins_of_the_real_dumps_cut_by_hand(shared: Path) -> None:
    """Articles cut at the listed places, so that this depends on nothing but tracing."""
    gold = json.loads((shared / "gold" / "dumps.json").read_text("utf-8"))
    cuts = {"000": [0, 2637], "001": [0], "003": [0, 1098, 15789, 32355], "004": [0, 5042, 8450, 11461]}
    publishers = {"003": "South Front", "004": "Iraq War News"}
    rows, where = [], []
    for item in gold["origins"]:
        text = (shared / "dumps" / item["file"]).read_text("utf-8")
        number = item["file"][:3]
        ends = [*cuts[number], len(text)]
        start, end = next(pair for pair in itertools.pairwise(ends) if pair[0] <= item["within"] < pair[1])
        name = f"{number}:{start}"
        body = text[start:end]
        title = body.strip().partition(" http")[0].partition("\n")[0]
        rows.append({"doc_id": name, "text": body, "title": title, "outlet": publishers.get(number)})
        where.append((name, item["sources"]))
    _, origins, named = trace(rows, [])
    outlets = dict(named.select("doc_id", "outlet").iter_rows())
    right = 0
    for name, sources in where:
        said = origin(origins, name)["origin_id"]
        said = said.removeprefix("source:") if said and said.startswith("source:") else outlets.get(said)
        assert said != "Reuters"
        right += said in sources
    assert right >= 5
