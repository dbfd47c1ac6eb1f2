"""What a scan, a check, a clean and an evaluation make of what editors decided."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

import provenance as pv
from provenance.cli import main
from provenance.review.log import Decision, Log, export_to
from provenance.tables import WRITTEN
from provenance.text.contents import passage_key
from provenance.verdicts import subjects
from provenance.verdicts.decisions import decide
from tests.editors import ASIDE, CHERRIES, FERRY, QUAY, frame, key, log, pair, same_tables, together

AGAIN = f"{FERRY} The owner would not say more."
THIRD = f"{FERRY} It was her second accident this year, after the fog of March."


def relations(run: pv.Run) -> dict[tuple[str, str], str]:
    return {(left, right): word for left, right, word in run.matches.select("left_doc", "right_doc", "relation").rows()}


@pytest.fixture(params=["passage", "document"])
def settings(request: pytest.FixtureRequest) -> pv.Settings:
    return pv.Settings(level=request.param)


def test_different_pairs_are_never_joined_and_nothing_is_traced_between_them(settings: pv.Settings) -> None:
    texts = frame(FERRY, AGAIN, CHERRIES)
    before = pv.scan(texts, settings)
    assert together(before) == [["a", "b"]]
    run = pv.scan(texts, settings, verdicts=log((pair(FERRY, AGAIN), "different")))
    assert together(run) == []
    assert relations(run) == {("a", "b"): "different"}
    assert run.matches["jaccard"].equals(before.matches["jaccard"])
    assert not run.edges.height
    assert run.spans.equals(before.spans)


def test_a_third_article_goes_with_whom_it_shares_more(settings: pv.Settings) -> None:
    one, other = f"{CHERRIES} {FERRY}", f"{QUAY} {FERRY}"
    texts = frame(one, other, f"{one} Some object.", f"{other} Nobody objects.")
    assert together(pv.scan(texts, settings)) == [["a", "b", "c", "d"]]
    run = pv.scan(texts, settings, verdicts=log((pair(one, other), "different")))
    assert together(run) == [["a", "c"], ["b", "d"]]


def test_same_pairs_are_always_joined_whatever_they_share(settings: pv.Settings) -> None:
    texts = frame(FERRY, CHERRIES, AGAIN, QUAY)
    run = pv.scan(texts, settings, verdicts=log((pair(FERRY, CHERRIES), "same")))
    assert together(run) == [["a", "b", "c"]]
    assert relations(run)[("a", "b")] == "same"
    assert run.clusters.filter(pl.col("level") == "document")["cohesion"].min() > 0.3


def test_a_member_taken_out_leaves_alone_and_what_it_leaves_stays(settings: pv.Settings) -> None:
    texts = frame(FERRY, AGAIN, THIRD, FERRY.upper())
    assert together(pv.scan(texts, settings)) == [["a", "b", "c", "d"]]
    rest = [key(FERRY), key(AGAIN)]
    run = pv.scan(texts, settings, verdicts=log((subjects.parted([key(THIRD)], rest), "out")))
    assert together(run) == [["a", "b", "d"]]


def test_a_split_holds_for_texts_that_come_later(settings: pv.Settings) -> None:
    one, two = [f"{FERRY} {end}" for end in ("One.", "Two.")], [f"{FERRY} {end}" for end in ("Three.", "Four.")]
    said = log((subjects.parted(map(key, one), map(key, two)), "split"))
    run = pv.scan(frame(*one, *two), settings, verdicts=said)
    assert together(run) == [["a", "b"], ["c", "d"]]
    more = pv.scan(frame(*one, *two, f"{one[0]} Five.", FERRY), settings, verdicts=said)
    groups = together(more)
    assert max(map(len, groups)) >= 3
    assert not any({"a", "c"} <= set(group) or {"b", "d"} <= set(group) for group in groups)


def test_the_latest_of_contradicting_decisions_holds() -> None:
    texts = frame(FERRY, CHERRIES, QUAY)
    first, second = (pair(FERRY, CHERRIES), "same"), (pair(CHERRIES, QUAY), "same")
    run = pv.scan(texts, verdicts=log(first, second, (pair(FERRY, QUAY), "different")))
    assert together(run) == [["b", "c"]]
    assert run.facts["verdicts"]["contradicted"] == 1
    again = pv.scan(texts, verdicts=log((pair(FERRY, QUAY), "different"), first, second))
    assert together(again) == [["a", "b", "c"]] or together(again) == [["b", "c"]]
    assert again.facts["verdicts"]["contradicted"] == 1


def test_a_stretch_called_boilerplate_is_ignored_wherever_it_stands() -> None:
    texts = frame(f"{QUAY}\n\n{ASIDE} More tomorrow.", f"{CHERRIES} {ASIDE.upper()}", f"{ASIDE}\n\nWords of its own.")
    before = pv.scan(texts)
    assert before.matches.height
    assert "boilerplate" not in before.passages["role"].to_list()
    run = pv.scan(texts, verdicts=log((subjects.passage(passage_key(ASIDE)), "boilerplate")))
    assert set(run.matches["relation"]) == {"boilerplate"}
    assert set(run.spans["role"]) == {"boilerplate"}
    assert run.facts["verdicts"]["stretches_ignored"] == 3
    for doc_id, text in run.documents.select("doc_id", "text").rows():
        own = run.passages.filter(pl.col("doc_id") == doc_id)
        (notice,) = own.filter(pl.col("role") == "boilerplate").select("start", "end").rows()
        assert passage_key(text[slice(*notice)]) == passage_key(ASIDE)
        covered = {at for start, end in own.select("start", "end").rows() for at in range(start, end)}
        assert all(at in covered or sign.isspace() for at, sign in enumerate(text))
        assert own.select("start").to_series().is_sorted()


def test_a_kind_is_fixed_and_an_origin_given() -> None:
    dated = frame(FERRY, AGAIN, CHERRIES, outlets=("Post", "Herald", "Herald")).with_columns(
        published=pl.Series(["2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", "2026-01-02T10:00:00Z"])
    )
    plain = pv.scan(dated)
    assert plain.edges["kind"].to_list() == ["copied"]
    said = log(
        (pair(FERRY, AGAIN), "agency_copy"),
        (subjects.edge(subjects.placed(key(FERRY), "Post"), subjects.placed(key(AGAIN), "Herald")), "origin"),
        (subjects.edge(key(CHERRIES), "source:The <Moon>"), "origin"),
    )
    run = pv.scan(dated, verdicts=said)
    edges = {
        (a, b): (kind, verdict)
        for a, b, kind, verdict in run.edges.select("from_id", "to_id", "kind", "verdict").rows()
    }
    assert edges[("b", "a")] == ("syndicated", "established")
    assert edges[("source:The <Moon>", "c")] == ("copied", "established")
    assert ("a", "b") not in edges
    origins = {row["doc_id"]: row for row in run.origins.to_dicts()}
    assert (origins["a"]["origin_id"], origins["a"]["kind"], origins["a"]["relation"]) == (
        "b",
        "document",
        "copied_from",
    )
    assert origins["a"]["reason"] == "Ann decided so on 2026-05-01."
    assert (origins["c"]["origin_id"], origins["c"]["kind"]) == ("source:The <Moon>", "external")
    assert (origins["c"]["confidence"], origins["c"]["runner_up"]) == (1.0, "c")
    assert origins["b"]["kind"] == "itself"
    back = pv.scan(dated, verdicts=log((subjects.edge(key(AGAIN), subjects.ITSELF), "origin")))
    assert back.origins.filter(pl.col("doc_id") == "b")["kind"].to_list() == ["itself"]


def test_outlets_tell_copies_of_equal_words_apart() -> None:
    texts = frame(FERRY, FERRY, FERRY, outlets=("Post", "Herald", "صدى"))
    places = [subjects.placed(key(FERRY), name) for name in ("Post", "Herald", "صدى")]
    run = pv.scan(
        texts,
        verdicts=log((subjects.edge(places[0], places[1]), "origin"), (subjects.edge(places[2], places[0]), "origin")),
    )
    origins = dict(run.origins.select("doc_id", "origin_id").rows())
    assert (origins["a"], origins["c"]) == ("b", "a")
    assert origins["b"] != "c"


def test_decisions_hold_under_other_ids_in_another_order_and_beside_others(settings: pv.Settings) -> None:
    said = log((pair(FERRY, AGAIN), "different"), (pair(CHERRIES, QUAY), "same"))
    run = pv.scan(frame(QUAY, AGAIN, ASIDE, CHERRIES, FERRY, ids="zyxwv"), settings, verdicts=said.reverse())
    assert together(run) == [["w", "z"]]
    assert relations(run)[("v", "y")] == "different"


def test_a_changed_text_is_asked_anew() -> None:
    said = log((pair(FERRY, AGAIN), "different"))
    run = pv.scan(frame(FERRY, f"{AGAIN} And then she did."), verdicts=said)
    assert together(run) == [["a", "b"]]


def test_what_says_nothing_of_this_dump_changes_nothing(corpus_run: pv.Run, corpus: Path) -> None:
    same_tables(pv.scan([str(corpus)], verdicts=log((pair(FERRY, AGAIN), "different"))), corpus_run)


def test_check_heeds_decisions(tmp_path: Path) -> None:
    with pv.Index.open(tmp_path / "seen.sqlite") as index:
        index.add(frame(FERRY, f"{QUAY} {ASIDE}"))
        incoming = frame(AGAIN, f"{ASIDE} {CHERRIES}", ids="xy")
        assert index.check(incoming)["verdict"].to_list() == ["near_duplicate", "recycled"]
        said = log((pair(FERRY, AGAIN), "different"), (subjects.passage(passage_key(ASIDE)), "boilerplate"))
        findings = index.check(incoming, verdicts=said)
        assert findings["verdict"].to_list() == ["new", "new"]
        assert findings["matched_doc"].to_list() == [None, None]
        joined = log((pair(f"{QUAY} {ASIDE}", f"{ASIDE} {CHERRIES}"), "same"))
        assert index.check(incoming, verdicts=joined)["verdict"].to_list() == ["near_duplicate", "near_duplicate"]


@pytest.mark.parametrize("keep", ["origin", "first"])
def test_clean_heeds_decisions(keep: str) -> None:
    texts = frame(FERRY, AGAIN, CHERRIES, f"{CHERRIES} {QUAY}")
    assert pv.clean(texts, keep=keep).height == 3
    said = log((pair(FERRY, AGAIN), "different"), (pair(CHERRIES, f"{CHERRIES} {QUAY}"), "same"))
    gone = pv.removals(texts, keep=keep, verdicts=said)
    assert gone["reason"].to_list() == ["same"]
    assert pv.clean(texts.lazy(), keep=keep, verdicts=said).collect().height == 3


# -- the command line ------------------------------------------------------------------------------------


def call(*words: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, words, input=given, prog_name="provenance")


def said_by(result: Result) -> list[str]:
    lines = re.sub(r"[\d.]+ s$", "S s", result.stderr, flags=re.MULTILINE).splitlines()
    return [line for line in lines if not line.startswith("compiling kernels")]


def write_dump(path: Path, *texts: str) -> None:
    path.write_text("".join(json.dumps({"id": str(at), "text": text}) + "\n" for at, text in enumerate(texts)))


def keep_log(path: Path) -> None:
    with Log.open(path) as kept:
        kept.add([Decision(str(pair(FERRY, AGAIN)), "different")], "Ann")


def test_scan_takes_the_log_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_dump(Path("dump.jsonl"), FERRY, AGAIN)
    assert call("scan", "dump.jsonl", "-o", "out", "-q", "--fail-on", "near_duplicate").exit_code == 1
    keep_log(Path("out/verdicts.sqlite"))
    result = call("scan", "dump.jsonl", "-o", "out", "--no-report", "--fail-on", "near_duplicate")
    assert (result.exit_code, said_by(result)) == (
        0,
        [
            "passages repeated: 0 inside one article, 1 between two",
            "verdicts: 1 stand of 1 rows",
            "read 2, unique 0, repeated 2, rejected 0, S s",
        ],
    )
    facts = json.loads(Path("out/run.json").read_text())["verdicts"]
    assert facts["rows"] == 1
    assert call("scan", "dump.jsonl", "-o", "out", "--verdicts", "none.jsonl").stderr == (
        "provenance: error: none.jsonl: cannot be read (no such file or directory); give a log of `provenance review`\n"
    )


def test_decide_export_import_elsewhere_and_scan_is_identical(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The round trip: another machine has the dump under another order, and the log as lines that went through git."""
    monkeypatch.chdir(tmp_path)
    write_dump(Path("dump.jsonl"), FERRY, AGAIN, CHERRIES, f"{QUAY} {ASIDE}", f"{ASIDE} {THIRD}")
    assert call("scan", "dump.jsonl", "-o", "here", "-q").exit_code == 0
    with Log.open(Path("here/verdicts.sqlite")) as kept:
        row = kept.add(
            [Decision(str(pair(FERRY, AGAIN)), "same"), Decision(str(pair(FERRY, CHERRIES)), "same")], "Ann"
        )[0]
        kept.add([Decision(str(subjects.decision(row)), "undo"), Decision(str(pair(FERRY, AGAIN)), "different")], "Ben")
        kept.add([Decision(str(subjects.passage(passage_key(ASIDE))), "boilerplate")], "Ben")
        export_to(kept.read(), Path("said.jsonl"))
    assert call("scan", "dump.jsonl", "-o", "here", "-q").exit_code == 0
    lines = Path("said.jsonl").read_text().splitlines(keepends=True)
    Path("merged.jsonl").write_text("".join([*reversed(lines), *lines]))
    assert call("scan", "dump.jsonl", "-o", "there", "-q", "--verdicts", "merged.jsonl").exit_code == 0
    for name in [*(f"{table}.parquet" for table in WRITTEN), "report.html"]:
        assert Path("here", name).read_bytes() == Path("there", name).read_bytes(), name
    facts = [json.loads(Path(place, "run.json").read_text())["verdicts"] for place in ("here", "there")]
    assert facts[0] == facts[1]
    assert facts[0]["standing"] == 3


def test_check_and_clean_take_the_log_beside_what_they_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_dump(Path("dump.jsonl"), FERRY, AGAIN)
    keep_log(Path("verdicts.sqlite"))
    for command in (
        ("check", "dump.jsonl", "--index", "seen.sqlite", "--add", "-q", "--no-origins"),
        ("clean", "dump.jsonl", "-o", "clean.jsonl", "-q"),
    ):
        assert call(*command).exit_code == 0
    assert Path("clean.jsonl").read_bytes() == Path("dump.jsonl").read_bytes()
    streamed = call(
        "clean",
        "-",
        "-o",
        "-",
        "--keep",
        "first",
        "--verdicts",
        "verdicts.sqlite",
        given=Path("dump.jsonl").read_bytes(),
    )
    assert streamed.stdout_bytes == Path("dump.jsonl").read_bytes()
    Path("verdicts.sqlite").unlink()
    Path("seen.sqlite").unlink()
    assert call("check", "dump.jsonl", "--index", "seen.sqlite", "--add", "-q", "--no-origins").exit_code == 1


def test_a_log_costs_a_pass_over_the_words_and_no_more() -> None:
    texts = frame(*([FERRY] * 4))
    made = decide(log((pair(FERRY, AGAIN), "different")), pv.scan(texts).documents)
    assert made.parts["doc_id"].to_list() == list("abcd")
    assert made.apart.is_empty()


def test_evaluate_takes_decisions_as_gold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = frame(FERRY, AGAIN, f"{CHERRIES} {ASIDE}", QUAY)
    pv.scan(texts).write("run", report=False)
    said = log(
        (pair(FERRY, AGAIN), "different"),
        (pair(f"{CHERRIES} {ASIDE}", QUAY), "same"),
        (subjects.edge(key(QUAY), subjects.ITSELF), "origin"),
        (subjects.passage(passage_key(ASIDE)), "boilerplate"),
    )
    export_to(said, Path("said.jsonl"))
    result = call("evaluate", "run", "--gold", "said.jsonl", "--format", "json")
    rows = {
        (row["measure"], row["part"]): (row["value"], row["cases"]) for row in json.loads(result.stdout)["measures"]
    }
    assert rows == {
        ("decisions", "heeded by the run"): (0.0, 4),
        ("decided same", "in one cluster"): (0.0, 1),
        ("decided different", "not in one cluster"): (0.0, 1),
        ("decided origins", "found"): (1.0, 1),
        ("decided kinds", "found"): (1.0, 0),
        ("decided boilerplate", "characters"): (0.0, 1),
    }
    with Log.open(Path("verdicts.sqlite")) as kept:
        kept.take_in(said)
    pv.scan(texts, verdicts="verdicts.sqlite").write("heeded", report=False)
    result = call("evaluate", "heeded", "--gold", "verdicts.sqlite", "--format", "json")
    assert {row["value"] for row in json.loads(result.stdout)["measures"]} == {1.0}


def test_decisions_that_spark_would_pass_over_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_dump(Path("dump.jsonl"), FERRY)
    keep_log(Path("said.sqlite"))
    result = call("scan", "dump.jsonl", "-o", "out", "--engine", "spark", "--verdicts", "said.sqlite")
    why = "--engine spark does not heed decisions (said.sqlite); scan with --engine local, or move them"
    assert (result.exit_code, result.stderr) == (2, f"provenance: error: {why}\n")
