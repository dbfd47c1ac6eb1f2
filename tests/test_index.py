"""The index: what it finds is what a scan finds, however it was filled, and what it holds is what was put in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from functools import partial
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import pipeline
from provenance.dumps.reading import read_frame
from provenance.errors import OtherSettingsError, UsageError
from provenance.index import Index
from provenance.index.making import MATTER
from provenance.settings import Settings
from provenance.tables import FINDINGS
from tests.strategies import SENTENCES, dumps

if TYPE_CHECKING:
    from pathlib import Path

few = settings(max_examples=6)
PLAIN = Settings(rewritten="off")
#: Closer than any two news items are, so that short scattered texts meet in every way there is.
PIECES = (
    "the board voted",
    "on Tuesday",
    "to close the quay",
    "for repairs",
    "until May",
    "he said",
    "Quay to close until May",
)


@st.composite
def snippets(draw: st.DrawFn) -> dict[str, str]:
    """Short texts of the same few phrases: near the floors of everything."""
    texts = draw(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), min_size=2, max_size=6))
    return {f"s{number}": draw(st.sampled_from([" ", "\n\n"])).join(parts) for number, parts in enumerate(texts)}


def frame(texts: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"id": list(texts), "text": list(texts.values())}, schema={"id": pl.String, "text": pl.String})


def pairs_of(findings: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Every pair found, smaller id first -> its jaccard."""
    found = findings.select("doc_id", "matches").explode("matches", empty_as_null=False, keep_nulls=False)
    rows = found.select(
        "doc_id", pl.col("matches").struct.field("doc_id").alias("other"), pl.col("matches").struct.field("jaccard")
    )
    return {(min(a, b), max(a, b)): jaccard for a, b, jaccard in rows.iter_rows()}


def spans_of(findings: pl.DataFrame) -> set[tuple[object, ...]]:
    """Every span found, the smaller id on the left."""
    found = set()
    for doc_id, spans in findings.select("doc_id", "spans").iter_rows():
        for span in spans:
            sides = [
                (doc_id, span["start"], span["end"]),
                (span["matched_doc"], span["matched_start"], span["matched_end"]),
            ]
            found.add((*sorted(sides), span["identity"], span["kind"]))
    return found


def scanned(
    texts: dict[str, str], how: Settings = PLAIN
) -> tuple[dict[tuple[str, str], float], set[tuple[object, ...]]]:
    """What a scan of all the texts finds: jaccards of related pairs, spans between two."""
    run = pipeline.scan(frame(texts), how)
    kept = run.spans.filter((pl.col("left_doc") != pl.col("right_doc")) & (pl.col("role") != "boilerplate"))
    sides = ("left_doc", "left_start", "left_end", "right_doc", "right_start", "right_end", "identity", "kind")
    spans = {(row[:3], row[3:6], *row[6:]) for row in kept.select(sides).iter_rows()}
    tied = pl.col("jaccard") >= pl.lit(how.match_jaccard, pl.Float32)
    shared = kept.select("left_doc", "right_doc").unique().with_columns(shares=True)
    matches = run.matches.join(shared, on=["left_doc", "right_doc"], how="left").filter(tied | pl.col("shares"))
    matches = matches.filter(pl.col("relation") != "boilerplate")
    return {(a, b): jaccard for a, b, jaccard in matches.select("left_doc", "right_doc", "jaccard").iter_rows()}, spans


def in_turn(path: Path, texts: dict[str, str], size: int, *, add: bool) -> pl.DataFrame:
    """FINDINGS of the texts, `size` at a time."""
    ids = list(texts)
    with Index.open(path, PLAIN) as index:
        parts = [frame({name: texts[name] for name in ids[at : at + size]}) for at in range(0, len(ids), size)]
        if add:
            return pl.concat([index.check(part, add=True) for part in parts])
        return pl.concat([pl.DataFrame(schema=FINDINGS), *index.check_each(index.documents_of(part) for part in parts)])


@few
@given(
    texts=st.one_of(dumps(), snippets()), seed=st.integers(0, 3), size=st.sampled_from([1, 2, 100]), add=st.booleans()
)
def test_checking_one_by_one_finds_what_a_scan_finds(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str], seed: int, size: int, add: bool
) -> None:
    path = tmp_path_factory.mktemp("index") / "seen.sqlite"
    ids = list(texts)
    random.Random(seed).shuffle(ids)
    found = in_turn(path, {name: texts[name] for name in ids}, size, add=add)
    jaccards, spans = scanned(texts)
    assert spans_of(found) == spans
    assert pairs_of(found) == jaccards
    assert found["doc_id"].to_list() == ids


@few
@given(texts=st.one_of(dumps(), snippets()), batches=st.sampled_from([2, 10]), every=st.sampled_from([2, 3]))
def test_adding_in_ten_batches_is_adding_at_once_is_scanning_everything(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str], batches: int, every: int
) -> None:
    folder, ids = tmp_path_factory.mktemp("index"), list(texts)
    new = set(ids[::every])
    old = [name for name in ids if name not in new]
    found = []
    for name, step in (("parts", max(1, len(old) // batches)), ("whole", len(ids))):
        with Index.open(folder / name, PLAIN) as index:
            for at in range(0, len(old), step):
                index.add(frame({name: texts[name] for name in old[at : at + step]}))
            found.append(index.check(frame({name: texts[name] for name in ids if name in new})))
            assert index.verify() == []
            assert [text for part in index.documents() for text in part["text"]] == [texts[name] for name in old]
    assert found[0].equals(found[1])
    jaccards, spans = scanned(texts)
    assert spans_of(found[0]) == {span for span in spans if {span[0][0], span[1][0]} & new}
    assert pairs_of(found[0]) == {pair: jaccard for pair, jaccard in jaccards.items() if set(pair) & new}


@few
@given(texts=st.one_of(dumps(), snippets()), size=st.sampled_from([1, 2, 100]))
def test_level_document_finds_the_pairs_that_a_scan_at_that_level_finds(texts: dict[str, str], size: int) -> None:
    whole = dataclasses.replace(PLAIN, level="document", until="matches")
    with Index.temporary(whole) as index:
        parts = [dict(list(texts.items())[at : at + size]) for at in range(0, len(texts), size)]
        found = pl.concat([index.check(frame(part), add=True) for part in parts])
    expected = pipeline.scan(frame(texts), whole).matches
    expected = expected.filter(pl.col("jaccard") >= pl.lit(whole.match_jaccard, pl.Float32))
    assert pairs_of(found) == {(a, b): jaccard for a, b, _, jaccard, *_ in expected.iter_rows()}
    assert not spans_of(found)
    assert set(found["verdict"]) <= {"new", "near_duplicate", "duplicate"}


def story(number: int) -> str:
    return f"{SENTENCES[number % 4]} {SENTENCES[(number + 1) % 4]} This is the {number}th of its kind, and of no other."


def test_many_small_batches_are_merged_and_find_the_same(tmp_path: Path) -> None:
    texts = {f"d{number:03}": story(number) for number in range(150)}
    with Index.open(tmp_path / "small", PLAIN) as small, Index.open(tmp_path / "whole", PLAIN) as whole:
        for name, text in texts.items():
            small.add(frame({name: text}))
        whole.add(frame(texts))
        assert len(small.manifest().segments) < 30
        incoming = frame({"new": story(3), "other": "Nothing of the kind was ever heard of in the whole of Orle."})
        one, other = small.check(incoming), whole.check(incoming)
        assert one.equals(other)
        assert one["verdict"].to_list() == ["duplicate", "new"]
        # of a passage in more documents than the link cap the first and the last are compared
        assert one["matches"].list.len().to_list()[0] <= Settings().link_cap


def test_the_same_again_adds_nothing_and_another_text_is_a_version(tmp_path: Path) -> None:
    first, second = story(1), f"{story(1)} It was amended at noon."
    with Index.open(tmp_path / "seen") as index:
        assert index.add(frame({"a": first})) == (1, 1, 0)
        before = (tmp_path / "seen").read_bytes()
        again = index.check(frame({"a": first}), add=True)
        assert again.select("verdict", "matched_doc", "already_indexed").row(0) == ("duplicate", "a", True)
        assert (tmp_path / "seen").read_bytes() == before
        version = index.check(frame({"a": second}), add=True)
        name = version["doc_id"][0]
        assert (name[:2], len(name)) == ("a@", 14)
        assert version.select("verdict", "matched_doc", "already_indexed").row(0) == ("near_duplicate", "a", False)
        third = index.check(frame({"a": second}), add=True)
        assert third.select("doc_id", "matched_doc", "already_indexed").row(0) == (name, name, True)
        assert index.manifest().documents == 2


def test_check_names_outlet_date_and_shares(tmp_path: Path) -> None:
    noon = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
    old = pl.DataFrame(
        {
            "id": ["early", "late"],
            "text": [SENTENCES[0], f"{SENTENCES[0]} {SENTENCES[1]}"],
            "published": [noon, noon + dt.timedelta(days=9)],
            "outlet": ["Post", None],
        }
    )
    with Index.open(tmp_path / "seen") as index:
        index.add(old)
        row = index.check(frame({"n": f"{SENTENCES[0]} {SENTENCES[3]}"})).row(0, named=True)
        assert (row["verdict"], row["matched_doc"], row["matched_outlet"]) == ("recycled", "early", "Post")
        assert row["matched_published"] == noon
        assert row["right_containment"] == 1
        words = [len(SENTENCES[at].split()) for at in (0, 3)]
        assert row["left_containment"] == row["recycled_share"] == pytest.approx(words[0] / sum(words))
        assert [match["doc_id"] for match in row["matches"]] == ["early", "late"]
        assert row["origin_id"] is None or row["origin_id"] in ("early", "late", "n")
        span = row["spans"][0]
        assert (span["matched_doc"], span["start"], span["end"], span["kind"]) == (
            "early",
            0,
            len(SENTENCES[0]),
            "exact",
        )
        later = index.check(frame({"n": f"{SENTENCES[0]} {SENTENCES[3]}"}), since=noon + dt.timedelta(days=1))
        assert [match["doc_id"] for match in later["matches"][0]] == ["late"]


def test_what_is_removed_is_gone_from_the_file_and_from_findings(tmp_path: Path) -> None:
    texts = {f"name-{number:03}": story(number) for number in range(40)} | {"name-old": story(1) + " Old."}
    dates = [dt.datetime(2024, 1, 2, tzinfo=dt.UTC)] * 40 + [dt.datetime(2020, 1, 2, tzinfo=dt.UTC)]
    with Index.open(tmp_path / "seen", PLAIN) as index:
        index.add(frame(texts).with_columns(published=pl.Series(dates)))
        assert index.remove(["name-007", "nobody"]) == ["name-007"]
        assert index.remove(before=dt.datetime(2021, 1, 1, tzinfo=dt.UTC)) == ["name-old"]
        assert index.verify() == []
        matched = index.check(frame({"n": story(7), "o": texts["name-old"]}))
        named = {match["doc_id"] for matches in matched["matches"] for match in matches}
        assert not named & {"name-007", "name-old"}
        assert matched["verdict"][0] != "duplicate"
        for file in tmp_path.iterdir():
            assert b"name-007" not in file.read_bytes(), file
            assert b"name-old" not in file.read_bytes(), file
        assert index.add(frame({"name-007": story(7)})).added == 1
        assert index.remove([name for name in texts if name != "name-old"]) == [
            f"name-{n:03}" for n in range(40) if n != 7
        ] + ["name-007"]
        assert (index.manifest().documents, index.manifest().characters, index.manifest().segments) == (0, 0, [])


def test_times_are_compared_in_utc_and_one_id_is_one_id() -> None:
    west = dt.timezone(dt.timedelta(hours=-2))
    rows = frame({"a": SENTENCES[0], "b": SENTENCES[1], "ab": SENTENCES[2]}).with_columns(
        published=pl.Series(["2024-05-01T01:00:00Z", "2024-05-02", None])
    )
    again = rows.with_columns(id=pl.col("id") + "2")
    with Index.temporary(Settings()) as index:
        index.add(rows)
        for since, found in (
            (dt.datetime(2024, 5, 1, 1, tzinfo=west), ["new", "duplicate", "duplicate"]),  # three o'clock in UTC
            (dt.datetime(2024, 5, 1, 1), ["duplicate"] * 3),  # noqa: DTZ001  without a zone: it is UTC's
            (dt.date(2024, 5, 2), ["new", "duplicate", "duplicate"]),
        ):
            assert index.check(again, since=since)["verdict"].to_list() == found
        assert index.remove(before=dt.datetime(2024, 4, 30, 23, 30, tzinfo=west)) == ["a"]  # half past one in UTC
        assert index.remove("ab") == ["ab"]
        assert index.manifest().documents == 1
        with pytest.raises(UsageError, match="neither a date"):
            index.check(again, since="2024-05-01")  # type: ignore[arg-type]


def test_nothing_is_written_into_a_snapshot_that_is_being_read() -> None:
    with Index.temporary(Settings()) as index:
        index.add(frame({"a": SENTENCES[0]}))
        going = index.documents()
        next(going)
        for write in (partial(index.add, frame({"b": SENTENCES[1]})), partial(index.remove, ["a"])):
            with pytest.raises(UsageError, match="is being gone through"):
                write()
        going.close()
        assert index.add(frame({"b": SENTENCES[1]})) == (1, 1, 0)
        assert index.manifest().documents == 2


def test_export_gives_what_was_added_back(tmp_path: Path) -> None:
    documents = read_frame(
        pl.DataFrame({"id": ["a", "b"], "text": [story(1), story(2)], "date": ["2024-05-01", None]}), PLAIN
    ).documents
    with Index.open(tmp_path / "seen") as index:
        index.add(documents)
        assert index.export(tmp_path / "all.parquet") == 2
        exported = pl.read_parquet(tmp_path / "all.parquet")
        assert exported.drop("added").equals(documents)
        assert index.add(exported.drop("added")) == (2, 0, 2)


OTHER = {
    "shingle_words": 6, "window": 5, "link_cap": 16, "min_span_words": 20, "max_gap_words": 3, "min_identity": 0.7,
    "match_jaccard": 0.4, "near_duplicate": 0.8, "contained": 0.9, "num_perm": 64, "seed": 2,
}  # fmt: skip


@pytest.mark.parametrize("name", MATTER)
def test_other_settings_are_refused_by_name(tmp_path: Path, name: str) -> None:
    with Index.open(tmp_path / "seen", PLAIN) as index:
        index.add(frame({"a": story(1)}))
    other = dataclasses.replace(PLAIN, **{name: OTHER[name]})
    with pytest.raises(OtherSettingsError, match=f"made with {name} .* and not {OTHER[name]}"):
        Index.open(tmp_path / "seen", other)
    with Index.open(tmp_path / "seen") as index:
        assert index.settings == Settings()
    with Index.open(tmp_path / "other", other) as index:
        index.add(frame({"a": story(1)}))
        assert index.check(frame({"b": story(1)}))["verdict"].to_list() == ["duplicate"]


def test_settings_that_find_nothing_else_are_free(tmp_path: Path) -> None:
    with Index.open(tmp_path / "seen", PLAIN) as index:
        index.add(frame({"a": story(1)}))
    with Index.open(tmp_path / "seen", Settings(text="body", likely=0.9)) as index:
        assert index.check(pl.DataFrame({"body": [story(1)]}))["verdict"].to_list() == ["duplicate"]


def test_texts_without_words_match_nothing_and_no_documents_are_no_findings(tmp_path: Path) -> None:
    with Index.open(tmp_path / "seen") as index:
        found = index.check(frame({"a": "!!! …", "b": "!!! …"}), add=True)
        assert found["verdict"].to_list() == ["new", "new"]
        empty = index.check(frame({}), add=True)
        assert (empty.height, empty.schema) == (0, FINDINGS)
        assert index.add(frame({})) == (0, 0, 0)


def test_a_window_wider_than_a_context_finds_the_same(tmp_path: Path) -> None:
    texts = {f"d{number}": story(number) for number in range(6)}
    for window in (1, 2, 9):
        how = dataclasses.replace(PLAIN, window=window)
        with Index.open(tmp_path / f"w{window}", how) as index:
            found = index.check(frame(texts))
        jaccards, spans = scanned(texts, how)
        assert spans_of(found) == spans
        assert pairs_of(found) == jaccards


def test_an_outlets_own_notice_is_not_recycled_and_syndicated_words_are(tmp_path: Path) -> None:
    notice = "Readers of the Orle Post who wish to write to us find all our addresses on the inside of the last page."
    rng = random.Random(4)

    def article(number: int) -> str:
        return f"{' '.join(rng.choices(notice.upper().split() + story(number).split(), k=60))}.\n\n{notice}"

    old = pl.DataFrame({"id": [f"o{n}" for n in range(300)], "text": [article(n) for n in range(300)]})
    own, mixed = old.with_columns(outlet=pl.lit("Post")), old.with_columns(outlet=pl.col("id").str.slice(1, 2))
    new = pl.DataFrame(
        {"id": ["n"], "text": [f"Quite another thing happened at the fair.\n\n{notice}"], "outlet": ["Post"]}
    )
    for name, documents, verdict in (("own", own, "new"), ("mixed", mixed, "recycled")):
        with Index.open(tmp_path / name) as index:
            index.add(documents)
            assert index.check(new)["verdict"].to_list() == [verdict]
            assert sum(index.manifest().outlets.values()) == 300
            index.remove(["o7"])
            assert sum(index.manifest().outlets.values()) == 299
    with Index.open(tmp_path / "own") as index:
        assert index.check(new.with_columns(outlet=pl.lit("Herald")))["verdict"].to_list() == ["recycled"]


@pytest.mark.parametrize("level", ["passage", "document"])
def test_an_article_that_one_outlet_printed_a_hundred_times_is_no_notice(level: str) -> None:
    rng, how = random.Random(5), Settings(level=level)
    text = " ".join(f"word{number}" for number in rng.sample(range(1000), 120))
    edited = [text.replace(f" {word} ", f" {word.upper()}s ", 1) for word in rng.sample(text.split()[1:-1], 40)]
    rows = pl.DataFrame({"text": [*[text] * 100, *edited], "outlet": "Post"}).with_row_index("id")
    rows = rows.with_columns(pl.col("id").cast(pl.String))
    with Index.temporary(how) as whole, Index.temporary(how) as parts:
        found = whole.check(rows, add=True)["verdict"].to_list()
        assert found == ["new", *["duplicate"] * 99, *["near_duplicate"] * 40]
        assert pl.concat([parts.check(part, add=True) for part in rows.iter_slices(10)])["verdict"].to_list() == found


@pytest.mark.parametrize("level", ["passage", "document"])
def test_what_fills_a_template_in_alike_is_found_however_often_it_was_filled_in(level: str) -> None:
    rng = random.Random(6)

    def words(count: int) -> str:
        return " ".join(f"word{rng.randrange(100_000)}" for _ in range(count))

    template, results = words(270), [(words(15), words(15)) for _ in range(100)]
    texts = {f"a{n:02}": f"{template} {one} {other}" for n, (one, other) in enumerate(results)}
    again = {f"b{n:02}": f"{template} {one} however {other}" for n, (one, other) in enumerate(results)}
    with Index.temporary(Settings(level=level)) as index:
        index.add(frame(texts))
        found = index.check(frame(again))
    assert found["verdict"].to_list() == ["near_duplicate"] * 100
    assert found["matched_doc"].to_list() == list(texts)


def test_a_finding_names_the_likely_origin_unless_told_not_to(tmp_path: Path) -> None:
    body = " ".join(SENTENCES[:4])
    old = pl.DataFrame(
        {"id": ["wire"], "text": [f"ORLE (Reuters) - {body}"], "outlet": ["Reuters"], "date": ["2024-05-01"]}
    )
    new = pl.DataFrame(
        {"id": ["copy"], "text": [f"ORLE (Reuters) - {body}"], "outlet": ["Post"], "date": ["2024-05-03"]}
    )
    with Index.open(tmp_path / "seen") as index:
        index.add(old)
        assert index.check(new)["origin_id"].to_list() == ["wire"]
        assert index.check(new, origins=False)["origin_id"].to_list() == [None]
