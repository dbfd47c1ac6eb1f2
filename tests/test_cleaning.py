"""Cleaning: only what stands elsewhere goes, and what stays and what went together are the input, to the byte."""

from __future__ import annotations

import bz2
import csv
import errno
import gzip
import http.server
import io
import json
import lzma
import os
import random
import shutil
import threading
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import provenance as pv
import provenance.frames
from provenance import tables
from provenance.cleaning.choosing import KEEP
from provenance.cleaning.cutting import Sides, find_cuts, with_lines, without
from provenance.cleaning.rewriting import cut_parts, edit_record
from provenance.dumps.pieces import split_lines, split_table, with_member
from provenance.errors import UsageError
from provenance.text.folding import fold
from tests.commands import call, conversing, said, write_lines
from tests.strategies import SENTENCES, dumps

if TYPE_CHECKING:
    from collections.abc import Callable

few = settings(max_examples=12)
PLAIN = pv.Settings(rewritten="off")
ONE = f"{SENTENCES[0]} {SENTENCES[1]}"
OTHER = "Nothing of the kind was ever heard of in the whole of Orle, said the mayor, and went home."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def frame(texts: dict[str, str]) -> pl.DataFrame:
    """Rows with columns that are none of ours, and a blank one among them."""
    bodies: list[str | None] = list(texts.values())
    bodies.insert(1, None)
    ids = [*list(texts)[:1], "blank", *list(texts)[1:]]
    return pl.DataFrame({"n": range(len(ids)), "id": ids, "body": bodies, "tags": [[name] for name in ids]})


def jaccard(one: str, two: str) -> float:
    sets = []
    for text in (one, two):
        words = fold(text).split()
        sets.append({tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4))} if words else set())
    return len(sets[0] & sets[1]) / max(1, len(sets[0] | sets[1]))


def like(one: str, two: str) -> bool:
    return bool(fold(one)) and (fold(one) == fold(two) or jaccard(one, two) >= 0.7 - 1e-6)


@few
@given(texts=dumps(), keep=st.sampled_from(KEEP))
def test_what_goes_is_like_one_that_stays_and_no_two_that_stay_are_alike(texts: dict[str, str], keep: str) -> None:
    whole = frame(texts)
    kept = pv.clean(whole, text="body", keep=keep, settings=PLAIN)
    gone = pv.removals(whole, text="body", keep=keep, settings=PLAIN)
    assert gone.schema == tables.REMOVALS
    stay = set(kept["id"])
    assert stay | set(gone["doc_id"]) == set(whole["id"])
    assert not stay & set(gone["doc_id"])
    for row in gone.iter_rows(named=True):
        assert row["counterpart"] in stay
        assert like(row["text"], texts[row["counterpart"]])
        equal = fold(row["text"]) == fold(texts[row["counterpart"]])
        assert row["reason"] == ("duplicate" if equal else "near_duplicate")
    names = [name for name in stay if name != "blank"]
    assert not any(like(texts[a], texts[b]) for a in names for b in names if a < b)
    # the rows that stay are as they were, in their order
    assert kept.equals(whole.filter(pl.col("id").is_in(stay)))
    # and nothing goes a second time
    assert pv.removals(kept, text="body", keep=keep, settings=PLAIN).is_empty()


@few
@given(texts=dumps(), keep=st.sampled_from(KEEP))
def test_a_frame_is_rebuilt_from_what_stays_and_what_went(texts: dict[str, str], keep: str) -> None:
    whole = frame(texts)
    rows: list[pl.DataFrame | None] = [None] * whole.height
    for row, record in pv.removals(whole, text="body", keep=keep, settings=PLAIN).select("row", "record").iter_rows():
        rows[row] = pl.read_ipc_stream(io.BytesIO(record))
    kept = pv.clean(whole, text="body", keep=keep, settings=PLAIN)
    left = iter(kept[at : at + 1] for at in range(kept.height))
    assert pl.concat([row if row is not None else next(left) for row in rows]).equals(whole)


@few
@given(texts=dumps())
def test_dropped_passages_put_back_are_the_texts(texts: dict[str, str]) -> None:
    whole = frame(texts)
    kept = pv.clean(whole, text="body", passages="drop", settings=PLAIN)
    gone = pv.removals(whole, text="body", passages="drop", settings=PLAIN)
    bodies = dict(kept.select("id", "body").iter_rows())
    cuts = gone.filter(pl.col("start").is_not_null()).sort("doc_id", "start")
    for doc_id, start, end, text in cuts.select("doc_id", "start", "end", "text").iter_rows():
        assert len(text) == end - start
        bodies[doc_id] = bodies[doc_id][:start] + text + bodies[doc_id][start:]
    assert bodies == {name: body for name, body in whole.select("id", "body").iter_rows() if name in bodies}
    # every passage that was cut out is still there somewhere, perhaps edited, unless it is boilerplate
    left = set(" ".join(fold(body or "") for body in kept["body"]).split())
    for reason, text in cuts.select("reason", "text").iter_rows():
        words = fold(text).split()
        assert reason == "boilerplate" or sum(word in left for word in words) >= 0.6 * len(words)
    marked = pv.clean(whole, text="body", passages="mark", settings=PLAIN)
    assert marked.drop("passages").equals(pv.clean(whole, text="body", settings=PLAIN))
    marks = marked.select("id", "passages").explode("passages", empty_as_null=False, keep_nulls=False)
    places = marks.select("id", *(pl.col("passages").struct.field(name) for name in ("start", "end"))).rows()
    dropped = sorted(cuts.select("doc_id", "start", "end", "text").rows())
    for (name, start, end), (doc_id, low, high, text) in zip(sorted(places), dropped, strict=True):
        assert name == doc_id
        assert low <= start < end <= high
        assert not (text[: start - low] + text[end - low :]).strip()
    again = pv.removals(marked, text="body", settings=PLAIN)
    assert again.is_empty()


@given(st.lists(st.tuples(st.text("a \t\n\r\x85\u2028", max_size=4), st.text("b \n", min_size=1, max_size=4))))
def test_lines_of_which_nothing_is_left_go_and_no_others(parts: list[tuple[str, str]]) -> None:
    """What stays and what is cut out in turns, against the lines one after the other."""
    text, kinds, cuts = "", "", []
    for stays, goes in parts:
        cuts.append((len(text) + len(stays), len(text) + len(stays) + len(goes)))
        text, kinds = text + stays + goes, kinds + stays + "#" * len(goes)
    gone, before, at = set[int](), False, 0
    for line in kinds.splitlines(keepends=True):
        before = not line.strip("# \t\n\r\x85\u2028") and ("#" in line or before)
        gone |= set(range(at, at + len(line))) if before else set()
        at += len(line)
    last = len(text)
    if before:
        while last and (last - 1 in gone or kinds[last - 1] in " \t\n\r\x85\u2028"):
            last -= 1
    stay = [n for n, kind in enumerate(kinds) if n not in gone and kind != "#" and n < last]
    wide = with_lines(text, cuts)
    assert [n for n in range(len(text)) if not any(low <= n < high for low, high in wide)] == stay
    assert all(low <= start and end <= high for (low, high), (start, end) in zip(wide, cuts, strict=True))
    assert all(one[1] <= other[0] for one, other in pairwise(wide))


def test_what_is_cut_out_stays_in_one_place() -> None:
    """Clusters hold passages inside each other: cut by them, some left all articles and some stayed twice."""
    one, two, three, four, five = (" ".join(f"{word}{number}" for number in range(40)) + "." for word in "abcde")
    texts = {"a": [one, three], "b": [one, two, four], "c": [one, two, five]}
    whole = frame({name: "\n\n".join(parts) for name, parts in texts.items()})
    kept = "".join(filter(None, pv.clean(whole, text="body", keep="first", passages="drop", settings=PLAIN)["body"]))
    assert [kept.count(part) for part in (one, two, three, four, five)] == [1] * 5

    dump = pv.scan(Path(__file__).parents[1] / "corpus", pv.Settings(until="matches")).documents
    story = "The company has asked the harbour authority at Port Halven for its latest soundings"
    assert dump["text"].str.contains(story, literal=True).sum() > 1
    left = pv.clean(dump, id="doc_id", keep="origin", passages="drop")
    assert left["text"].str.contains(story, literal=True).sum() == 1


AGENCY = """\
Husum (dpa) - Der Deutsche Wetterdienst hat für den Norden Schleswig-Holsteins eine Sturmwarnung der höchsten Stufe \
ausgegeben. An der Westküste werden in der Nacht zu Freitag Orkanböen mit bis zu 140 Kilometern pro Stunde erwartet.
Die Fährverbindungen zu den Inseln Amrum und Föhr wurden am Donnerstagmittag eingestellt. Auf dem Hindenburgdamm \
fuhren die Autozüge nur noch bis 16 Uhr.
«Wir rechnen mit einer schweren Sturmflut, die etwa zwei Meter über dem mittleren Hochwasser auflaufen wird», sagte \
eine Sprecherin des Bundesamts für Seeschifffahrt in Hamburg.
In Husum wurden die Schulen geschlossen und die Parkplätze am Hafen geräumt. Die Feuerwehr bat die Bevölkerung, \
Gartenmöbel und Weihnachtsschmuck zu sichern."""
OWN = """\
Auch in Kiel blieben am Nachmittag mehrere Weihnachtsmärkte geschlossen. Der Veranstalter sprach von einem Verlust von \
rund 20.000 Euro, den ihm niemand ersetze."""


@pytest.mark.parametrize("keep", ["origin", "first"])
def test_what_an_article_wrote_between_copied_sentences_is_not_cut(keep: str) -> None:
    """One rewritten stretch reaches over what is between, for the sentences stand in another order."""
    *_, third, last = AGENCY.splitlines()
    whole = frame({"agency": AGENCY, "paper": f"Kiel. {last}\n\n{OWN} {third}"})
    assert pv.scan(whole, pv.Settings(text="body")).spans["kind"].to_list() == ["rewritten"]
    left = pv.clean(whole, text="body", keep=keep, passages="drop")
    assert left.filter(id="paper")["body"].item() == f"Kiel. \n\n{OWN} "
    assert pv.removals(whole, text="body", keep=keep, drop=["contained"]).is_empty()
    on = pv.clean(whole, text="body", keep=keep, passages="drop", settings=pv.Settings(rewritten="on"))
    assert OWN not in on.filter(id="paper")["body"].item()


@given(
    texts=st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_of_whatever_exact_spans_tie_one_stays(texts: list[list[int]], order: Any) -> None:
    """Blocks of 100 characters; of each, as over the link cap, the place before and the first one are named."""
    rank = list(range(len(texts)))
    order.shuffle(rank)
    stays = np.array([order.random() < 0.7 for _ in texts])
    rows, places = [], dict[int, list[tuple[int, int]]]()
    for document, blocks in enumerate(texts):
        for at, block in enumerate(blocks):
            known = places.setdefault(block, [])
            rows += [(*one, document, 100 * at) for one in {*known[:1], *known[-1:]}]
            known.append((document, 100 * at))
    ways = [(a, x, x + 100, b, y, y + 100, True) for a, x, b, y in rows] + [
        (b, y, y + 100, a, x, x + 100, True) for a, x, b, y in rows
    ]
    sides = Sides(*np.array(sorted(ways), np.int64).reshape(-1, 7).T)._replace(exact=np.ones(len(ways), np.bool_))
    cuts = [cut[:3] for cut in find_cuts(sides, np.array(rank), stays, {})]
    for block, where in places.items():
        there = [place for place in where if stays[place[0]]]
        left = [place for place in there if (*place, place[1] + 100) not in cuts]
        best = min(there, key=lambda place: (rank[place[0]], place[1]), default=None)
        assert left == ([] if best is None else [best]), block


def test_a_passage_in_a_hundred_documents_stays_in_one() -> None:
    """Over the link cap few of its places are tied to any one."""
    shared = " ".join(f"s{number}" for number in range(40)) + "."
    texts = [f"{' '.join(f'w{at * 100 + n}' for n in range(60))}.\n\n{shared}" for at in range(100)]
    order = np.random.default_rng(5).permutation(100)
    whole = pl.DataFrame({"id": [f"d{name:02}" for name in order], "text": texts})
    left = pv.clean(whole, keep="first", passages="drop", settings=PLAIN)
    assert left["text"].str.contains(shared, literal=True).to_list() == [True] + [False] * 99


def test_likeness_is_not_followed_from_one_to_the_next() -> None:
    """Each is like the one before: the second goes for the first; the third is like what is gone, and stays."""
    rows = [(0, 0, 100, 1, 0, 90), (1, 0, 90, 2, 0, 80), (2, 0, 80, 3, 0, 85)]
    ways = sorted(rows + [(*row[3:], *row[:3]) for row in rows])
    sides = Sides(*np.array(ways).T, exact=np.zeros(len(ways), np.bool_))
    cuts = find_cuts(sides, np.arange(4), np.ones(4, np.bool_), {})
    assert cuts == [(1, 0, 90, 0), (3, 0, 85, 2)]


def test_contained_goes_only_when_asked() -> None:
    whole = pl.DataFrame({"id": ["long", "short"], "text": [" ".join(SENTENCES[:4]), SENTENCES[1]]})
    assert pv.clean(whole)["id"].to_list() == ["long", "short"]
    assert pv.clean(whole, drop=["contained"])["id"].to_list() == ["long"]
    assert pv.removals(whole, drop=["contained"]).select("doc_id", "reason", "counterpart").row(0) == (
        "short", "contained", "long",
    )  # fmt: skip


@pytest.mark.parametrize("keep", ["earliest", "origin"])
def test_a_date_left_at_zero_is_no_early_one(keep: str) -> None:
    """Of a draft and the article the draft stayed; a paper of 1850 is old, and not undated."""
    whole = pl.DataFrame({"id": ["article", "draft"], "text": [ONE, ONE], "published": ["2024-05-01", "1970-01-01"]})
    assert pv.clean(whole, keep=keep)["id"].to_list() == ["article"]
    assert pv.clean(whole.with_columns(published=pl.Series(["2024-05-01", "1850-01-01"])), keep="earliest")[
        "id"
    ].to_list() == ["draft"]


def test_which_of_several_stays() -> None:
    texts = [f"{ONE} It rained all day.", f"{ONE} It rained.", f"{ONE} It rained all day long on the quay."]
    whole = pl.DataFrame(
        {"id": ["a", "b", "c"], "text": texts, "published": ["2024-05-02", "2024-05-01", "2024-05-03"]}
    )
    stays = {keep: pv.clean(whole, keep=keep)["id"].to_list() for keep in ("first", "earliest", "longest")}
    assert stays == {"first": ["a"], "earliest": ["b"], "longest": ["c"]}
    credited = whole.with_columns(text=pl.Series([texts[0], f"ORLE (Reuters) - {texts[1]}", texts[2]]))
    assert pv.clean(credited)["id"].to_list() == ["b"]


def test_many_equal_texts_leave_one() -> None:
    whole = pl.DataFrame({"id": [f"d{number:03}" for number in range(120)], "text": [ONE, OTHER] * 60})
    for keep in ("first", "longest"):
        assert pv.clean(whole.reverse(), keep=keep)["id"].to_list() == ["d119", "d118"]


@few
@given(texts=dumps(), keep=st.sampled_from(KEEP), passages=st.sampled_from(["keep", "mark", "drop"]))
def test_lazy_gives_what_eager_gives(texts: dict[str, str], keep: str, passages: str) -> None:
    whole = frame(texts)
    eager = pv.clean(whole, text="body", keep=keep, passages=passages, settings=PLAIN)
    lazy = pv.clean(whole.lazy(), text="body", keep=keep, passages=passages, settings=PLAIN)
    assert lazy.collect_schema() == eager.schema
    assert lazy.collect().equals(eager)
    assert (
        lazy.select("n")
        .filter(pl.col("n") > 0)
        .head(2)
        .collect()
        .equals(eager.select("n").filter(pl.col("n") > 0).head(2))
    )


def test_a_lazy_frame_is_not_read_before_it_is_sunk(tmp_path: Path) -> None:
    asked = []

    def noted(part: pl.DataFrame) -> pl.DataFrame:
        asked.append(part.height)
        return part

    whole = frame({"a": ONE, "b": ONE})
    lazy = whole.lazy().map_batches(noted, schema=whole.schema)
    cleaned = lazy.provenance.clean(text="body", keep="first").with_columns(m=pl.col("n") * 2)  # type: ignore[attr-defined]
    gone = lazy.provenance.removals(text="body", keep="first")  # type: ignore[attr-defined]
    assert cleaned.collect_schema().names() == [*whole.columns, "m"]
    assert gone.collect_schema() == tables.REMOVALS
    assert not asked
    cleaned.sink_parquet(tmp_path / "clean.parquet")
    assert asked
    assert pl.read_parquet(tmp_path / "clean.parquet")["id"].to_list() == ["a", "blank"]
    assert gone.collect()["doc_id"].to_list() == ["b"]


def test_the_namespace_is_on_both_kinds_of_frames() -> None:
    whole = frame({"a": ONE, "b": ONE})
    assert whole.provenance.clean(text="body", keep="first").equals(pv.clean(whole, text="body", keep="first"))  # type: ignore[attr-defined]
    assert whole.provenance.sketch(text="body", id="id")["doc_id"].to_list() == ["a", "b"]  # type: ignore[attr-defined]
    assert whole.lazy().provenance.scan().matches.height == 1  # type: ignore[attr-defined]
    assert whole.pipe(pv.clean, text="body", keep="first").height == 2


def test_words_that_are_none_of_ours_are_mistakes() -> None:
    whole = frame({"a": ONE})
    for wrong in ({"keep": "best"}, {"passages": "eat"}, {"drop": ["overlap"]}):
        with pytest.raises(UsageError, match="is not one of"):
            pv.clean(whole, text="body", **wrong)  # type: ignore[arg-type]
    lazily = pv.clean(whole.lazy(), text="story")
    for read in (partial(pv.clean, whole, text="story"), lazily.collect, lazily.select("n").filter(n=1).collect):
        with pytest.raises(UsageError, match=r"^frame: no column 'story' \(text=\): it has columns n, id, body, tags$"):
            read()


def test_a_fixed_list_of_texts_cannot_be_cut(folder: Path) -> None:
    texts = pl.Series("text", [ONE, f"{ONE} {OTHER}"], dtype=pl.Enum([ONE, f"{ONE} {OTHER}"]))
    frame = texts.to_frame()
    assert pv.clean(frame, keep="first", passages="mark", settings=PLAIN).schema["text"] == texts.dtype
    frame.write_parquet("enum.parquet")
    with pytest.raises(UsageError, match="is an Enum"):
        pv.clean(frame, passages="drop", settings=PLAIN)
    result = call("clean", "enum.parquet", "-o", "out.parquet", "--passages", "drop")
    assert (result.exit_code, "is an Enum" in result.stderr) == (2, True), result.stderr
    assert [path.name for path in folder.iterdir()] == ["enum.parquet"]


def test_no_documents() -> None:
    empty = pl.DataFrame({"id": [], "text": []}, schema={"id": pl.String, "text": pl.String})
    assert pv.clean(empty).equals(empty)
    assert pv.removals(empty).is_empty()
    blank = pl.DataFrame({"text": [None, " "]}, schema={"text": pl.String})
    assert pv.clean(blank).equals(blank)


@given(
    start=st.integers(0, 20),
    size=st.integers(1, 20),
    taken=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=5),
)
def test_without_leaves_exactly_what_is_not_taken(start: int, size: int, taken: list[tuple[int, int]]) -> None:
    places = [(low, low + wide) for low, wide in taken]
    left = without(start, start + size, places)
    points = {point for low, high in left for point in range(low, high)}
    assert points == set(range(start, start + size)) - {p for low, high in places for p in range(low, high)}
    assert all(low < high for low, high in left)
    assert left == sorted(left)


# -- files -----------------------------------------------------------------------------------------------

RECORDS = [
    {"id": "a", "text": ONE, "n": 1.50, "tags": ["x", None]},
    {"id": "b", "text": OTHER, "n": 1e400 and 2, "é": "ü"},
    {"id": "c", "text": f"{ONE} It rained.", "n": None},
    {"id": "d", "text": ONE, "n": [1, {"text": "inner"}]},
    {"id": "e", "text": f"{SENTENCES[0]}\n\n{SENTENCES[3]}, “quoted”, a;b\n", "n": ""},
]


def as_json_lines() -> bytes:
    lines = [json.dumps(record, ensure_ascii=number % 2 == 0) for number, record in enumerate(RECORDS)]
    lines[1:1] = ["", "no JSON", '{"id": "blank", "text": " "}']
    lines[3] = lines[3].replace('"n": 2', '"n":   2.00')
    return ("\r\n".join(lines[:4]) + "\n" + "\n".join(lines[4:])).encode()


def as_table(delimiter: str) -> Callable[[], bytes]:
    def made() -> bytes:
        into = io.StringIO()
        writer = csv.writer(into, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(["id", "n", "text"])
        for record in RECORDS:
            writer.writerow([record["id"], "1,50", record["text"]])
        return into.getvalue().encode() + b"\r\nx" + delimiter.encode() + b"y\r\n"

    return made


def as_json() -> bytes:
    return ("[\n  " + ",\n  ".join(json.dumps(record) for record in RECORDS) + "\n]\n").encode()


FORMATS = {"d.jsonl": as_json_lines, "d.csv": as_table(","), "d.tsv": as_table("\t"), "s.csv": as_table(";")}


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_record_file_is_rebuilt_to_the_byte(folder: Path, name: str, packed: str) -> None:
    octets = FORMATS[name]()
    pack: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}
    unpack: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.decompress, ".zst": zstandard.decompress}
    (folder / f"{name}{packed}").write_bytes(pack[packed](octets))
    out = f"clean.{name.rsplit('.', 1)[-1]}{packed}"
    # a row of too few cells and a line that is no JSON are rejects, and pass as they are
    assert call("clean", f"{name}{packed}", "-o", out, "--keep", "first", "-q").exit_code == 3
    raw = (folder / out).read_bytes()
    clean = zstandard.ZstdDecompressor().decompressobj().decompress(raw) if packed == ".zst" else unpack[packed](raw)
    gone = pl.read_parquet("clean.removals.parquet")
    assert gone.schema == tables.REMOVALS
    assert gone.select("doc_id", "reason", "counterpart").rows() == [
        ("c", "near_duplicate", "a"),
        ("d", "duplicate", "a"),
    ]
    lost = dict(gone.select("row", "record").iter_rows())
    split = (
        split_lines(io.BytesIO(octets))
        if name.endswith("jsonl")
        else split_table(io.BytesIO(octets), "utf-8", name.rsplit(".", 1)[-1], PLAIN)[1]
    )
    pieces = list(split)
    assert b"".join(piece.octets for piece in pieces) == octets
    assert clean == b"".join(piece.octets for piece in pieces if piece.record not in lost)
    assert all(piece.octets == lost[piece.record] for piece in pieces if piece.record in lost)
    assert call("clean", out, "-o", f"again{Path(name).suffix}", "--keep", "first", "-q").exit_code == 3
    assert pl.read_parquet("again.removals.parquet").is_empty()


def test_json_lists_and_parquet_keep_their_records(folder: Path) -> None:
    (folder / "d.json").write_bytes(as_json())
    assert call("clean", "d.json", "-o", "clean.json", "--keep", "first", "-q").exit_code == 0
    kept = json.loads((folder / "clean.json").read_bytes())
    assert kept == [record for record in RECORDS if record["id"] not in "cd"]
    gone = pl.read_parquet("clean.removals.parquet")
    assert [json.loads(record) for record in gone["record"]] == RECORDS[2:4]
    whole = pl.DataFrame(
        {"id": [record["id"] for record in RECORDS], "text": [record["text"] for record in RECORDS], "n": range(5)}
    )
    whole.write_parquet("d.parquet")
    assert call("clean", "d.parquet", "-o", "clean.parquet", "--keep", "first", "-q").exit_code == 0
    assert pl.read_parquet("clean.parquet").equals(whole.filter(~pl.col("id").is_in(["c", "d"])))
    gone = pl.read_parquet("clean.removals.parquet")
    assert pl.concat([pl.read_ipc_stream(io.BytesIO(record)) for record in gone["record"]]).equals(whole[2:4])


TEXTS = (
    "The Orle Post\n\nQuay to close until May\n\nBy Jo Doe\n2024-05-01\n\n{}\n\n\n\n"
    "Mayor goes home\n\nBy Al Roe\n2024-05-02\n\n{}\n\n\n\n"
    "Quay to close until May\n\nBy Jo Doe\n2024-05-01\n\n{}\n"
)


def test_of_a_json_file_the_records_go_and_nothing_else(folder: Path) -> None:
    twice = [{"id": "a", "text": ONE}, {"id": "b", "text": ONE}, {"id": "c", "text": OTHER}]
    value = {"tags": [1, 2, 3, 4], "data": {"list": twice}, "list": [{"n": 1}, {"n": 2}, {"n": 3}]}
    for whole in (value, twice):
        (folder / "a.json").write_text(json.dumps(whole))
        assert call("clean", "a.json", "-o", "out.json", "--keep", "first", "-q").exit_code == 0
        left = json.loads((folder / "out.json").read_text())
        assert left == json.loads(json.dumps(whole).replace(json.dumps(twice), json.dumps([twice[0], twice[2]])))
    (folder / "b.json").write_text(json.dumps({"some": twice[:1], "more": twice[1:]}))
    refused = call("clean", "b.json", "-o", "two.json", "--keep", "first")
    assert refused.exit_code == 2
    told = "two.json: would hold jsonl, as which b.json (records in several places) is written; name it two.jsonl"
    assert told in refused.stderr
    assert call("clean", "b.json", "-o", "two.jsonl", "--keep", "first", "-q").exit_code == 0
    assert [json.loads(line)["doc_id"] for line in (folder / "two.jsonl").read_text().splitlines()] == ["a", "c"]
    (folder / "c.json").write_text(json.dumps(twice[0], indent=1) + "\n")
    assert call("clean", "a.json", "c.json", "-o", "both", "--keep", "first", "-q").exit_code == 0
    assert not (folder / "both" / "c.json").exists()


def test_records_in_a_file_called_text_stay_in_one(folder: Path) -> None:
    rows = "".join(json.dumps({"id": number, "text": SENTENCES[0]}) + "\n" for number in range(3))
    (folder / "rows.txt").write_text(rows)
    call("clean", "rows.txt", "-o", "kept.txt")
    assert (folder / "kept.txt").read_text() == rows.splitlines(keepends=True)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_dump_is_rebuilt_to_the_byte(folder: Path, encoding: str) -> None:
    long = f"{ONE} {SENTENCES[3]} Été à Orle, déjà vu."
    octets = TEXTS.format(long, f"{OTHER} {SENTENCES[2]} Été.", long).encode(encoding)
    (folder / "d.txt").write_bytes(octets)
    assert call("clean", "d.txt", "-o", "clean.txt", "--keep", "first", "-q").exit_code == 0
    gone = pl.read_parquet("clean.removals.parquet")
    assert gone.select("doc_id", "row", "reason", "counterpart").rows() == [("d.txt#3", 2, "near_duplicate", "d.txt#1")]
    clean = (folder / "clean.txt").read_bytes()
    assert clean + gone["record"][0] == octets


def test_passages_are_cut_and_marked_in_their_format(folder: Path) -> None:
    long = f"{SENTENCES[3]} {SENTENCES[1]}"
    records: list[dict[str, Any]] = [
        {"id": "a", "text": f"{ONE} {SENTENCES[2]}", "n": 1.50, "published": "2024-05-01"},
        {"id": "b", "n": 2.00, "text": f"{long} Été.", "published": "2024-05-02"},
    ]
    write_lines("d.jsonl", *records)
    pl.DataFrame(records).write_csv("d.csv")
    pl.DataFrame(records).write_parquet("d.parquet")
    (folder / "d.json").write_text(json.dumps({"made": "today", "articles": records}), encoding="utf-8")
    for suffix in ("jsonl", "json", "csv", "parquet"):
        kept = {}
        for passages in ("drop", "mark"):
            out = f"{passages}.{suffix}"
            assert (
                call("clean", f"d.{suffix}", "-o", out, "--keep", "first", "--passages", passages, "-q").exit_code == 0
            )
            kept[passages] = rows_of(out)
        assert kept["drop"][0]["text"] == records[0]["text"]
        gone = pl.read_parquet("drop.removals.parquet")
        assert gone.select("doc_id", "row", "reason", "counterpart").rows() == [("b", 1, "repeated", "a")]
        start, end, text = gone.select("start", "end", "text").row(0)
        assert records[1]["text"][start:end] == text == SENTENCES[1]
        assert kept["drop"][1]["text"] == records[1]["text"][:start] + records[1]["text"][end:]
        marks = kept["mark"][1]["passages"]
        marks = json.loads(marks) if isinstance(marks, str) else marks
        assert marks == [{"start": start, "end": end, "reason": "repeated", "counterpart": "a"}]
        assert kept["mark"][1]["text"] == records[1]["text"]
        assert kept["mark"][0]["passages"] in ([], "[]")
        assert pl.read_parquet("mark.removals.parquet").is_empty()
    assert b'"n": 1.5, ' in (folder / "drop.jsonl").read_bytes()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["news.jsonl", "news.json"])
def test_a_list_of_paragraphs_stays_one(name: str) -> None:
    """It became one string, and a reader of the cleaned dump that took `body[0]` for the lead got a letter."""
    first, second = [ONE, OTHER], [f"{OTHER} ", "Only here was it said that the mayor has a dog.", ONE, "So it was."]
    records = [{"id": "a", "body": first}, {"id": "b", "body": second}, {"id": "c", "body": [ONE]}]
    lines = [json.dumps(record) for record in records]
    Path(name).write_text(f"[{','.join(lines)}]" if name.endswith("json") else "".join(f"{line}\n" for line in lines))
    call("clean", name, "--keep", "first", "--passages", "drop", "-o", f"out/{name}")
    kept = json.loads(Path(f"out/{name}").read_text()) if name.endswith("json") else rows_of(f"out/{name}")
    assert {row["id"]: row["body"] for row in kept} == {"a": first, "b": second[1::2], "c": []}
    assert call("clean", f"out/{name}", "--keep", "first", "--passages", "drop", "-o", f"again/{name}").exit_code == 0
    assert Path(f"again/{name}").read_bytes() == Path(f"out/{name}").read_bytes()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["news.jsonl", "result.json"])
def test_places_in_a_text_of_runs_are_places_in_what_it_says(name: str) -> None:
    only = "Only here was it said that the mayor has a "
    parts = [f"{OTHER[:20]}", {"type": "bold", "text": OTHER[20:]}, f"\n\n{only}", {"type": "link", "text": "dog"}, "."]
    records = [{"id": "a", "text": OTHER}, {"id": "b", "text": parts}]
    lines = [json.dumps(record) for record in records]
    Path(name).write_text(f"[{','.join(lines)}]" if name.endswith("json") else "".join(f"{line}\n" for line in lines))
    kept = {}
    for passages in ("drop", "mark"):
        call("clean", name, "--keep", "first", "--passages", passages, "-o", f"{passages}/{name}")
        out = Path(f"{passages}/{name}").read_text()
        kept[passages] = json.loads(out) if name.endswith("json") else [json.loads(line) for line in out.splitlines()]
    assert [row["text"].strip() for row in kept["drop"]] == [OTHER, f"{only}dog."]
    (marked,) = kept["mark"][1]["passages"]
    assert (kept["mark"][1]["text"], (marked["start"], marked["end"])) == (parts, (0, len(OTHER)))


@given(
    parts=st.lists(st.text("ab \n", max_size=5), max_size=5),
    cuts=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6))),
)
def test_paragraphs_lose_what_the_text_loses(parts: list[str], cuts: list[tuple[int, int]]) -> None:
    text = "\n\n".join(parts)
    gone = {at for low, size in cuts for at in range(low, min(low + size, len(text)))}
    places = [(at, at + 1) for at in sorted(gone)]
    kept = cut_parts(text, parts, places)
    left = "".join(letter for at, letter in enumerate(text) if at not in gone)
    assert "".join("".join(kept).split()) == "".join(left.split())
    assert len(kept) <= len(parts)
    if not gone:
        assert kept == list(parts)


def rows_of(name: str) -> list[dict[str, Any]]:
    if name.endswith("jsonl"):
        return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]
    if name.endswith("json"):
        whole = json.loads(Path(name).read_text(encoding="utf-8"))
        assert whole["made"] == "today"
        return list(whole["articles"])
    return (pl.read_csv(name) if name.endswith("csv") else pl.read_parquet(name)).to_dicts()


@given(
    value=st.dictionaries(
        st.text(max_size=4), st.one_of(st.none(), st.text(), st.floats(allow_nan=False), st.lists(st.integers()))
    ),
    key=st.text(max_size=2),
    spaces=st.sampled_from(["", " ", "\n\t"]),
)
def test_one_member_of_an_object_is_set_and_the_rest_stays(value: dict[str, Any], key: str, spaces: str) -> None:
    text = spaces + json.dumps(value, separators=(f"{spaces},{spaces}", f"{spaces}:{spaces}")) + spaces
    changed = with_member(text, key, "new")
    assert json.loads(changed) == value | {key: "new"}
    assert list(json.loads(changed)) == list(value | {key: "new"})


def test_several_inputs_make_a_folder_and_one_a_file(folder: Path) -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": OTHER})
    write_lines("b.jsonl", {"id": "c", "text": ONE})
    result = call("clean", "a.jsonl", "b.jsonl", "-o", "out", "--keep", "first")
    assert result.exit_code == 0
    assert said(result) == ["read 3, kept 2, removed 1 (duplicate 1), files left out 1, rejected 0, S s"]
    assert sorted(path.name for path in (folder / "out").glob("[!.]*")) == ["a.jsonl"]
    gone = pl.read_parquet("out.removals.parquet")
    assert gone.select("doc_id", "path", "row", "record").row(0) == (
        "c",
        "b.jsonl",
        0,
        (folder / "b.jsonl").read_bytes(),
    )


@pytest.mark.parametrize(
    ("suffix", "unpack"), [(".bz2", bz2.decompress), (".xz", lzma.decompress), (".gz", gzip.decompress)]
)
def test_what_is_named_packed_is_packed(folder: Path, suffix: str, unpack: Callable[[bytes], bytes]) -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": ONE})
    kept = (folder / "a.jsonl").read_bytes().splitlines(keepends=True)[0]
    assert call("clean", "a.jsonl", "-o", f"out.jsonl{suffix}", "--keep", "first").exit_code == 0
    assert unpack((folder / f"out.jsonl{suffix}").read_bytes()) == kept
    assert call("clean", f"out.jsonl{suffix}", "-o", "again", "--keep", "first").exit_code == 0
    assert (folder / "again").read_bytes() == kept


def test_a_file_without_an_article_is_written_as_it_is(folder: Path) -> None:
    """Whoever takes OUT up must not find yesterday's."""
    write_lines("blank.jsonl", {"id": "a", "text": None}, {"id": "b", "text": "  "})
    (folder / "empty.jsonl").write_bytes(b"")
    (folder / "header.csv").write_bytes(b"id,text\r\n")
    (folder / "white.txt").write_bytes(b"\n \n")
    (folder / "empty.json").write_bytes(b"[]\n")
    for passages in ("keep", "drop"):
        for path in sorted(folder.iterdir()):
            (folder / "out").mkdir(exist_ok=True)
            result = call("clean", path.name, "-o", f"out/{path.name}", "--passages", passages)
            assert result.exit_code == (0 if path.name == "blank.jsonl" else 3), result.stderr
            assert (folder / "out" / path.name).read_bytes() == path.read_bytes(), (path.name, passages)
        shutil.rmtree(folder / "out")
    frame = pl.DataFrame({"text": [None, None], "n": [1, 2]}, schema={"text": pl.String, "n": pl.Int64})
    frame.write_parquet("blank.parquet")
    (folder / "other.csv").write_bytes(b"name,age\nx,1\n")
    assert call("clean", "blank.parquet", "empty.jsonl", "other.csv", "-o", "out").exit_code == 3
    assert {path.name for path in (folder / "out").glob("[!.]*")} == {"blank.parquet", "empty.jsonl"}
    assert pl.read_parquet("out/blank.parquet").equals(frame)


@pytest.mark.parametrize("removals", [(), ("--removals", "{}/gone.parquet")])
def test_a_folder_that_cannot_be_written_is_a_mistake_of_the_user(
    folder: Path, monkeypatch: pytest.MonkeyPatch, removals: tuple[str, ...]
) -> None:
    """On a disk that is read only even removing a file that is not there is an error."""
    write_lines("a.jsonl", {"id": "a", "text": ONE})

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr(pl.DataFrame, "write_parquet", lambda _, path, **__: refuse(path))
    result = call("clean", "a.jsonl", "-o", "out.jsonl", *(word.format(folder) for word in removals))
    assert (result.exit_code, "cannot be written (read-only file system)" in result.stderr) == (2, True), result.stderr


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": ONE})
    result = call("clean", "a.jsonl", "--dry-run", "-o", "out.jsonl", "--keep", "first")
    assert (result.exit_code, result.stdout) == (0, "a.jsonl: b: duplicate of a\n")
    assert [path.name for path in folder.iterdir()] == ["a.jsonl"]
    assert call("clean", "a.jsonl").exit_code == 2


def test_what_cannot_be_written_is_refused_and_leaves_nothing(folder: Path) -> None:
    write_lines("a.jsonl", {"id": "a", "text": ONE}, {"id": "b", "text": ONE})
    before = (folder / "a.jsonl").read_bytes()
    for out in ("a.jsonl", "a.csv", "a.jsonl/x.jsonl"):
        result = call("clean", "a.jsonl", "-o", out)
        assert result.exit_code == 2, result.stderr
    assert [path.name for path in folder.iterdir()] == ["a.jsonl"]
    assert (folder / "a.jsonl").read_bytes() == before
    write_lines("b.jsonl", {"id": "c", "text": ONE})
    assert call("clean", "a.jsonl", "b.jsonl", "-o", "-").exit_code == 2


def test_nothing_is_written_over_an_input(folder: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        write_lines(name, {"id": name, "text": ONE}, {"id": f"{name}2", "text": ONE})
    pl.DataFrame({"id": ["c", "d"], "text": [ONE, ONE]}).write_parquet("c.removals.parquet")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for arguments in (
        ("a.jsonl", "-o", "a.jsonl"),
        ("a.jsonl", "-o", "out.jsonl", "--removals", "a.jsonl"),
        ("a.jsonl", "-o", str(folder)),
        ("a.jsonl", "-o", "."),
        ("a.jsonl", "b.jsonl", "-o", str(folder)),
        ("a.jsonl", "b.jsonl", "-o", "out", "--removals", "b.jsonl"),
        ("c.removals.parquet", "-o", "c.parquet"),
    ):
        result = call("clean", *arguments, "--keep", "first")
        assert (result.exit_code, "is an input itself" in result.stderr) == (2, True), (arguments, result.stderr)
        assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


@pytest.mark.usefixtures("folder")
def test_columns_of_any_name_are_left_as_they_are() -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "text": [ONE, ONE], "row": [7, 8], "start": [1, 2], "path": ["x", "y"]})
    frame.write_parquet("a.parquet")
    result = call("clean", "a.parquet", "-o", "out.parquet", "--keep", "first")
    assert result.exit_code == 0, result.stderr
    assert pl.read_parquet("out.parquet").equals(frame[:1])
    for passages in ("keep", "mark", "drop"):
        eager = pv.clean(frame, keep="first", passages=passages)
        lazy = pv.clean(frame.lazy(), keep="first", passages=passages).collect()
        assert eager.select(frame.columns).equals(frame[:1])
        assert lazy.equals(eager)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("lead", ["", "sep=;\r\n"])
@pytest.mark.usefixtures("folder")
def test_marks_and_cuts_leave_lines_between_rows_and_broken_rows_alone(encoding: str, lead: str) -> None:
    rows = ["a;" + ONE, "b;" + ONE, "", "c;" + OTHER, "d;" + ONE + ";9", "e;", "f;" + OTHER + " " + ONE]
    octets = (lead + "\r\n".join(["id;text", *rows, ""])).encode(encoding)
    Path("a.csv").write_bytes(octets)
    assert call("clean", "a.csv", "-o", "b.csv", "--keep", "first", "--passages", "mark").exit_code == 3
    assert call("clean", "a.csv", "-o", "c.csv", "--keep", "first", "--passages", "drop").exit_code == 3
    plain = octets.decode(encoding).splitlines()
    bom = "\ufeff" if encoding == "utf-8-sig" else ""
    head = len(plain) - len(rows)
    marked, cut = (Path(name).read_text(encoding="utf-8").splitlines() for name in ("b.csv", "c.csv"))
    want = [bom + plain[0], *plain[1:head], rows[0], *rows[2:]]  # without b
    assert [line.split(";[")[0].split(';"[')[0].removesuffix(";passages") for line in marked] == want
    assert marked[-3].endswith(";9")  # no record, and no cell is added to it
    assert cut[:-1] == want[:-1]
    assert len(cut[-1]) < len(want[-1])


@pytest.mark.usefixtures("folder")
def test_marks_take_the_place_of_earlier_marks_and_of_nothing_else() -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "text": [f"{ONE} {OTHER}", f"{OTHER} {ONE[:40]} and another end."]})
    once = pv.clean(frame, passages="mark")
    assert once["passages"].list.len().sum()
    assert pv.clean(once, passages="mark").equals(once)
    own = frame.with_columns(passages=pl.lit("mine"))
    lazily = pv.clean(own.lazy(), passages="mark")
    for read in (partial(pv.clean, own, passages="mark"), lazily.collect):
        with pytest.raises(UsageError, match="column `passages` of its own"):
            read()
    for name, write in (("csv", own.write_csv), ("jsonl", own.write_ndjson), ("parquet", own.write_parquet)):
        write(f"own.{name}")
        result = call("clean", f"own.{name}", "-o", f"out.{name}", "--passages", "mark")
        assert (result.exit_code, "column `passages` of its own" in result.stderr) == (2, True)
    frame.write_csv("a.csv")
    for unmarked, made in (("a.csv", "b.csv"), ("b.csv", "c.csv")):
        assert call("clean", unmarked, "-o", made, "--passages", "mark").exit_code == 0
    assert Path("b.csv").read_text(encoding="utf-8") == Path("c.csv").read_text(encoding="utf-8")


def test_what_a_lazy_result_is_asked_for_is_what_it_gives() -> None:
    texts = [SENTENCES[at % len(SENTENCES)] for at in range(3 * len(SENTENCES))]
    frame = pl.DataFrame({"n": range(len(texts)), "text": texts})
    for made in (pv.clean, pv.removals):
        eager, lazy = made(frame, keep="first"), made(frame.lazy(), keep="first")
        odd = pl.col(eager.columns[0]).cast(pl.String).str.contains("[13579]$")
        assert lazy.head(3).filter(odd).collect().equals(eager.head(3).filter(odd))
        assert lazy.filter(odd).head(3).collect().equals(eager.filter(odd).head(3))
        assert lazy.slice(1, 2).select(pl.last()).collect().equals(eager.slice(1, 2).select(pl.last()))


def test_what_is_no_frame_is_refused_at_once() -> None:
    for made in (pv.clean, pv.removals, pv.sketch):
        with pytest.raises(UsageError, match="frame: list is no Polars frame"):
            made([{"text": ONE}])
    assert pv.clean(pl.DataFrame({"text": [ONE]}), drop="contained").height == 1


def test_a_dump_of_many_formats_is_clean_after_one_run(corpus: Path, folder: Path) -> None:
    assert call("clean", str(corpus), "-o", "out", "-q").exit_code == 0
    result = call("clean", "out", "-o", "again")
    assert said(result)[-1].startswith("read 64, kept 64, removed 0,")
    for path in (folder / "out").iterdir():
        if path.suffix != ".parquet":
            assert path.read_bytes() == (folder / "again" / path.name).read_bytes(), path.name


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("listed", [(), ("--removals", "gone.parquet")])
def test_a_stream_says_how_many_went_whether_or_not_they_are_listed(listed: tuple[str, ...]) -> None:
    given = "".join(
        json.dumps({"id": name, "text": text}) + "\n" for name, text in (("a", ONE), ("b", ONE), ("c", OTHER))
    )
    result = call("clean", "-", "-o", "-", "--keep", "first", *listed, given=given.encode())
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "c"]
    assert said(result) == ["read 3, kept 2, removed 1 (duplicate 1), rejected 0, S s"]


@pytest.mark.usefixtures("folder")
def test_a_stream_is_rebuilt_to_the_byte_and_gives_on_what_has_come() -> None:
    octets = as_json_lines()
    result = call("clean", "-", "-o", "-", "--keep", "first", "--removals", "gone.parquet", "-q", given=octets)
    assert result.exit_code == 3
    gone = pl.read_parquet("gone.parquet")
    assert gone.select("doc_id", "reason", "counterpart").rows() == [
        ("c", "near_duplicate", "a"),
        ("d", "duplicate", "a"),
    ]
    lost = dict(gone.select("row", "record").iter_rows())
    lines = octets.splitlines(keepends=True)
    assert result.stdout_bytes == b"".join(line for number, line in enumerate(lines) if number not in lost)
    assert all(lines[number] == record for number, record in lost.items())
    # nothing waits for the end of the input
    with conversing("clean", "-", "-o", "-", "--keep", "first", "-q") as (process, stdin, stdout):
        for record in (RECORDS[0], RECORDS[3], RECORDS[1]):
            stdin.write(json.dumps(record).encode() + b"\n")
            stdin.flush()
            if record is not RECORDS[3]:
                assert json.loads(stdout.readline())["id"] == record["id"]
        stdin.close()
        assert stdout.read() == b""
        assert process.wait() == 0


def test_a_list_that_cannot_be_written_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("here already", encoding="utf-8")
    given = (json.dumps({"id": "a", "text": SENTENCES[0]}) + "\n").encode()
    result = call("clean", "-", "-o", "-", "--keep", "first", "--removals", "file/gone.parquet", "-q", given=given)
    assert result.exit_code == 2
    assert "file: cannot be written (file exists)" in result.stderr
    assert [path.name for path in Path().iterdir()] == ["file"]


def test_standard_input_to_standard_output() -> None:
    rng = random.Random(1)
    records = [
        {"id": f"d{number}", "text": f"{rng.choice(SENTENCES[:4])} {rng.choice(SENTENCES[:4])}"} for number in range(40)
    ]
    given = "".join(json.dumps(record) + "\n" for record in records).encode()
    for keep in KEEP:
        result = call("clean", "-", "-o", "-", "--keep", keep, "-q", given=given)
        assert result.exit_code == 0
        kept = result.stdout.splitlines(keepends=True)
        assert set(kept) < set(given.decode().splitlines(keepends=True))
        texts = [json.loads(line)["text"] for line in kept]
        assert not any(like(a, b) for at, a in enumerate(texts) for b in texts[:at])


def test_nothing_but_a_file_is_written_over_and_a_link_leads_to_one(folder: Path) -> None:
    """A file that is written aside takes its place: as root /dev/full became one, and any program's /dev/null could."""
    write_lines("d.jsonl", {"text": ONE}, {"text": ONE})
    os.mkfifo(folder / "pipe.jsonl")
    for options in (("-o", "pipe.jsonl"), ("-o", "out.jsonl", "--removals", "pipe.jsonl")):
        result = call("clean", "d.jsonl", *options, "-q")
        assert (result.exit_code, said(result)) == (
            2,
            ["provenance: error: pipe.jsonl: is a device, a pipe or a socket, which a file would replace; name a file"],
        )
    assert (folder / "pipe.jsonl").is_fifo()
    assert {path.name for path in folder.iterdir()} == {"d.jsonl", "pipe.jsonl"}
    (folder / "kept").mkdir()
    (folder / "link.jsonl").symlink_to("kept/real.jsonl")
    assert call("clean", "d.jsonl", "-o", "link.jsonl", "--keep", "first", "-q").exit_code == 0
    assert (folder / "link.jsonl").is_symlink()
    assert len((folder / "kept/real.jsonl").read_text().splitlines()) == 1


def test_what_can_be_read_once_only_is_cleaned_in_its_own_format(folder: Path) -> None:
    octets = FORMATS["d.csv"]()
    (folder / "d.csv").write_bytes(octets)
    assert call("clean", "d.csv", "-o", "whole.csv", "--keep", "first", "-q").exit_code == 3

    os.mkfifo(folder / "pipe.csv")
    writing = threading.Thread(target=(folder / "pipe.csv").write_bytes, args=(octets,))
    writing.start()
    assert call("clean", "pipe.csv", "-o", "piped.csv", "--keep", "first", "-q").exit_code == 3
    writing.join()

    served: list[str] = []

    class Once(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.path in served or self.path == "/none/" else 200)
            served.append(self.path)
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Once) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        web = f"http://127.0.0.1:{server.server_port}"
        assert call("clean", f"{web}/d.csv", "-o", "fetched.csv", "--keep", "first", "-q").exit_code == 3
        assert call("clean", f"{web}/e.csv", f"{web}/none/", "-o", "both", "--keep", "first", "-q").exit_code == 3
        server.shutdown()
        thread.join()
    whole = Path("whole.csv").read_bytes()
    assert len(whole) < len(octets)
    assert [Path(name).read_bytes() for name in ("piped.csv", "fetched.csv", "both/e.csv")] == [whole] * 3


def test_the_page_of_the_python_api_runs(folder: Path) -> None:
    page = (Path(provenance.frames.__file__).parent / "README.md").read_text(encoding="utf-8")
    program = page.split("```python\n", 1)[1].split("```", 1)[0]
    exec(compile(program, "README", "exec"), {})
    assert {path.name for path in folder.iterdir()} == {"news.parquet", "clean.parquet", "seen.sqlite"}


def test_a_passage_of_a_page_in_a_record_is_dropped_from_its_article() -> None:
    cut = {"start": 3, "end": 7, "reason": "repeated", "counterpart": None}
    record = '{"id": 1, "html": "<html><p>one two three</p></html>"}'
    assert edit_record(record, [cut], "one two three", "drop", pv.Settings()) == '{"id": 1, "html": "one three"}'
    nested = '{"id": 1, "item": {"body": "one two three"}}'
    assert json.loads(edit_record(nested, [cut], "one two three", "drop", pv.Settings()))["text"] == "one three"
