"""The Spark engine on a cluster of two worker processes, with real shuffles, and one worker killed in mid-job."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from provenance import pipeline
from provenance.cleaning import clean_frame
from provenance.cleaning.choosing import Policy
from provenance.dumps import reading
from provenance.settings import Settings
from provenance.spark.plan import Part
from provenance.tables import WRITTEN
from tests.bench.spark_equality import rows_that_differ
from tests.commands import call, two_alike, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from provenance.spark import SparkRun

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore::FutureWarning"),  # of pyspark's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
#: Hot runs, bands and groups of equal texts all occur at these.
WAY: dict[str, Any] = {"exhaustive_documents": 0, "link_cap": 4, "rewritten": "off"}


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    if not shutil.which("java"):
        pytest.skip("no java: Spark needs Java 17, such as Debian's openjdk-17-jre-headless")
    pytest.importorskip("pyspark", reason="pyspark is not installed: pip install .[spark]")
    from provenance.spark.session import open_session  # noqa: PLC0415

    opened = open_session("local-cluster[2,1,1024]", **{"spark.sql.shuffle.partitions": "4"})
    yield opened
    opened.stop()


def executors() -> list[int]:
    """The workers' processes that this one's cluster has."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                line = (place / "cmdline").read_bytes()
            except OSError:
                continue
            if b"CoarseGrainedExecutorBackend" in line and f":{_port()}".encode() in line:
                found.append(int(place.name))
    return sorted(found)


def _port() -> str:
    from pyspark import SparkContext  # noqa: PLC0415

    context = SparkContext._active_spark_context
    assert context is not None
    return str(context.getConf().get("spark.driver.port"))


def compare(found: SparkRun, wanted: Any) -> None:
    for name in wanted.facts["tables"]:
        if name != "rejects" or name in found.tables:
            want = wanted.table(name)
            got = pl.DataFrame(pl.from_arrow(found.tables[name].toArrow())).select(want.columns)
            by = [column for column in want.columns if column != "evidence"]
            assert_frame_equal(got.cast(want.schema).sort(by), want.sort(by), check_exact=True)


def test_a_killed_worker_changes_no_row(session: SparkSession, corpus: Path, tmp_path: Path) -> None:
    from provenance import spark  # noqa: PLC0415

    settings = Settings(**WAY)
    documents = reading.read([str(corpus)], settings).documents
    documents.write_parquet(tmp_path / "documents.parquet")
    before = executors()
    assert len(before) == 2
    frame = session.read.parquet(str(tmp_path / "documents.parquet"))
    killed = threading.Event()

    def kill() -> None:
        """Once the postings are made, and their shuffle files lie with the workers."""
        while not list((tmp_path / "work").glob("*/*/marked/_SUCCESS")):
            if killed.wait(0.02):
                return
        os.kill(before[0], signal.SIGKILL)
        killed.set()

    watcher = threading.Thread(target=kill)
    watcher.start()
    try:
        found = spark.scan(frame, settings, work=str(tmp_path / "work"), keys=5)
        was_killed = killed.is_set()
    finally:
        killed.set()
        watcher.join()
    assert was_killed
    assert before[0] not in executors()
    compare(found, pipeline.scan([str(corpus)], settings))


def test_every_row_of_every_table_is_that_of_one_machine(session: SparkSession, corpus: Path, tmp_path: Path) -> None:
    """The sample corpus as Parquet, with records that are rejected and ids that occur twice; all that scan makes."""
    from provenance.spark.files import scan_files  # noqa: PLC0415

    whole = reading.read([str(corpus)], Settings()).documents.drop("path", "start", "end")
    worse = whole[:4].with_columns(text=pl.Series([None, "  ", whole["text"][1], whole["text"][2] + " More."]))
    pl.concat([whole, worse]).write_parquet(tmp_path / "articles + more.parquet")
    place = str(tmp_path / "articles + more.parquet")
    scan_files([place], Settings(), str(tmp_path / "over-spark"), session.sparkContext.master)
    told = rows_that_differ(pipeline.scan([place]), tmp_path / "over-spark")
    assert set(told) == set(WRITTEN)
    assert all(counts["rows"] for name, counts in told.items() if name != "outlets")
    assert {name: counts["differ"] for name, counts in told.items()} == dict.fromkeys(told, 0)


def test_dates_of_one_column_are_settled_by_those_of_other_partitions(session: SparkSession) -> None:
    from provenance import spark  # noqa: PLC0415

    dates = ["03/04/2024", None, "05/06/2024", "26/03/2024"]
    whole = pl.DataFrame({"id": list("abcd"), "date": dates, "text": [f"{word} is what was said." for word in "abcd"]})
    settings = Settings(level="document", until="matches")
    found = spark.scan(session.createDataFrame(whole.to_arrow()).repartition(3), settings).tables["documents"]
    got, want = (
        dict(frame.select("doc_id", "published").iter_rows())
        for frame in (pl.DataFrame(pl.from_arrow(found.toArrow())), reading.read_frame(whole, settings).documents)
    )
    assert got == want
    assert [day.day if day else None for day in want.values()] == [3, None, 5, 26]


def test_a_run_that_was_killed_takes_up_its_finished_rounds(
    session: SparkSession, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from provenance import spark  # noqa: PLC0415
    from provenance.spark.flow import Flow  # noqa: PLC0415

    settings = Settings(level="document", until="clusters", exhaustive_documents=0)
    documents = reading.read([str(corpus)], settings).documents
    documents.write_parquet(tmp_path / "documents.parquet")
    frame = session.read.parquet(str(tmp_path / "documents.parquet"))
    keep, made = Flow.keep, list[str]()

    def fail(flow: Flow, name: str, pieces: Any) -> str:
        """The driver is gone in the middle of a round: half of it may be written, and is not marked as whole."""
        if name == "alike" and "alike" not in made:
            made.append(name)
            half = Path(flow.path(name)) / "table=matches"
            half.mkdir(parents=True)
            (half / "part-0.parquet").write_bytes(b"PAR1 and no more")
            raise KeyboardInterrupt
        made.append(name)
        return keep(flow, name, pieces)

    monkeypatch.setattr(Flow, "keep", fail)
    with pytest.raises(KeyboardInterrupt):
        spark.scan(frame, settings, work=str(tmp_path / "work"), keys=3)
    first = made.copy()
    found = spark.scan(frame, settings, work=str(tmp_path / "work"), keys=3)
    assert made[len(first)] == "alike"
    assert not set(first[:-1]) & set(made[len(first) :])
    compare(found, pipeline.scan([str(corpus)], settings))


def test_no_run_takes_what_another_left_in_its_folder(session: SparkSession, corpus: Path, tmp_path: Path) -> None:
    """Other articles, another number of buckets, another policy: each was given the rounds of the run before it."""
    from provenance import spark  # noqa: PLC0415

    settings, work = Settings(level="document", until="matches", exhaustive_documents=0), str(tmp_path / "work")
    whole = reading.read([str(corpus)], settings).documents.select("text", id="doc_id")
    some, other = (session.createDataFrame(frame.to_arrow()) for frame in (whole, whole[40:]))
    first = spark.scan(some, settings, work=work, keys=3)
    again = spark.scan(some, settings, work=work, keys=5)
    fewer = spark.scan(other, settings, work=work, keys=3)
    assert len({run.facts["work"] for run in (first, again, fewer)}) == 3
    for run, frame in ((again, whole), (fewer, whole[40:])):
        compare(run, pipeline.scan(frame, settings))
    for keep in ("first", "longest"):
        removals = spark.clean(some, settings, keep=keep, work=work, keys=3).removals
        wanted = clean_frame(whole, Policy(keep), settings).removals
        gone = map(tuple, removals.select("doc_id", "counterpart").collect())
        assert sorted(gone) == sorted(wanted.select("doc_id", "counterpart").rows())


def test_rows_ascend_with_ids_whatever_the_ranges() -> None:
    from provenance.spark.homes import deal_by_id, order_range  # noqa: PLC0415
    from provenance.spark.pieces import Tables  # noqa: PLC0415
    from provenance.spark.plan import HOME_BITS, SCHEMAS, Plan  # noqa: PLC0415

    ids = ["b", "a", "é", "z", "\U0001f600", "", "\uffff", "a ", "aa", "Z"]
    schema = SCHEMAS["arrived"]
    arrived = pl.DataFrame({"doc_id": ids}).select(
        pl.col("doc_id") if name == "doc_id" else pl.lit(None, kind).alias(name) for name, kind in schema.items()
    )
    plan = Plan(Settings(), 2, exhaustive=False, rewritten=False)
    for bounds in ([], ["a"], ["a", "é"], ["", "b", "\uffff"]):
        (dealt,) = deal_by_id(pl.Series(bounds, dtype=pl.String), plan, 0, Tables(arrived=arrived))
        assert isinstance(dealt.bucket, np.ndarray)
        made = []
        for bucket in np.unique(dealt.bucket).tolist():
            (sent,) = order_range(plan, bucket, Tables(arrived=dealt.rows.filter(pl.Series(dealt.bucket == bucket))))
            assert (sent.bucket == sent.rows["row"].to_numpy() >> HOME_BITS).all()
            made.append(sent.rows)
        rows = pl.concat(made)
        assert rows.sort("row")["doc_id"].to_list() == sorted(ids)  # by code point, which is by byte of UTF-8
        assert rows["row"].n_unique() == len(ids)


def test_stars_find_the_components_that_one_task_finds(session: SparkSession, tmp_path: Path) -> None:
    from provenance.matching.groups.components import label_components  # noqa: PLC0415
    from provenance.spark import components  # noqa: PLC0415

    random = np.random.default_rng(4)
    left, right = random.integers(0, 300, 250), random.integers(0, 300, 250)
    chain = np.arange(400, 460)
    left, right = np.append(left, chain[:-1]), np.append(right, chain[1:])
    links = session.createDataFrame(pl.DataFrame({"left_row": left, "right_row": right}).to_arrow())

    def keep(name: str, frame: Any) -> Any:
        frame.coalesce(1).write.parquet(str(tmp_path / name))
        return session.read.parquet(str(tmp_path / name))

    labels = dict(components.label(links, keep).collect())
    wanted = label_components(460, left, right)
    alone = set(range(460)) - set(left[left != right]) - set(right[left != right])
    assert labels == {row: int(wanted[row]) for row in range(460) if row not in alone}


def test_passages_too_many_for_a_task_are_clustered_over_the_cluster(
    session: SparkSession, corpus: Path, tmp_path: Path
) -> None:
    """Every component of sides of more than two, and every link, as if a task held no more; homes in groups.

    And shingles in more than one home stay there, as if that were a great many.
    """
    from provenance.spark.scanning import open_flow, ordered, scan_documents  # noqa: PLC0415

    settings = Settings(**WAY, until="clusters")
    documents = reading.read([str(corpus)], settings).documents
    documents.write_parquet(tmp_path / "documents.parquet")
    flow = open_flow(session, settings, str(tmp_path / "work"))
    flow.plan = flow.plan._replace(crowd=2, links_at_once=1, groups=3, widespread=1)
    arrived = ordered(flow, session.read.parquet(str(tmp_path / "documents.parquet")))
    found = scan_documents(flow, arrived, settings, 3)
    wanted = pipeline.scan([str(corpus)], settings)
    sizes = wanted.clusters.filter(pl.col("level") == "passage").group_by("cluster_id").len()["len"]
    assert sizes.max() > 2
    assert flow.has(Part(flow.path("crowd-clusters"), "clusters"))
    assert flow.has(Part(flow.path("run-homes"), "run_links"))
    compare(found, wanted)


def test_a_count_that_a_round_lost_is_told(session: SparkSession, tmp_path: Path) -> None:
    """Of a round to which nothing came all counts are 0; of one that ran and counted something else they are lost."""
    from provenance.spark.pieces import Sent  # noqa: PLC0415
    from provenance.spark.plan import count  # noqa: PLC0415
    from provenance.spark.scanning import open_flow  # noqa: PLC0415

    flow = open_flow(session, Settings(**WAY), str(tmp_path / "work"))
    rows = session.createDataFrame([(number,) for number in range(3)], "row long")
    given = Part(flow.send("given", "wanted", rows, rows["row"]), "wanted")
    counting = flow.round("counting", lambda *_: [Sent("counts", count("some", 2), 0)], given)
    silent = flow.round("silent", lambda *_: [], given)
    assert flow.total(counting, "some") == 6
    assert flow.total(flow.round("idle", lambda *_: [], Part(silent, "wanted")), "some") == 0
    for path, name in ((counting, "other"), (silent, "some")):
        with pytest.raises(LookupError, match=f"no bucket counted {name}"):
            flow.total(path, name)


def test_no_task_looks_through_what_its_process_loaded(session: SparkSession) -> None:
    """Spark collects garbage after each task: what is loaded is out of its sight from the first on."""
    from provenance.spark.workers import over  # noqa: PLC0415

    def frozen(batches: Any) -> Iterator[Any]:
        import gc  # noqa: PLC0415

        import pyarrow as pa  # noqa: PLC0415

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"frozen": [gc.get_freeze_count()], "seen": [len(gc.get_objects())]})

    counts = over(session.range(1, numPartitions=1), frozen, "frozen long, seen long").first()
    assert counts is not None
    assert counts["frozen"] > 20 * counts["seen"]


def test_links_are_split_over_the_cluster_as_in_one_task(session: SparkSession, tmp_path: Path) -> None:
    """Components of more than LARGE nodes, which fail: cut into stars, and small ones into who failed and who held."""
    from provenance.matching.groups.components import Links, best_path  # noqa: PLC0415
    from provenance.matching.groups.components import split as split_here  # noqa: PLC0415
    from provenance.spark.crowds import split  # noqa: PLC0415

    random = np.random.default_rng(5)
    ends = np.unique(
        np.sort(random.integers(0, 260, (230, 2)) + random.choice([0, 300], (230, 1), p=[0.8, 0.2])), axis=0
    )
    ends = ends[ends[:, 0] != ends[:, 1]]
    weight = np.round(random.uniform(0.6, 1, len(ends)), 1)  # with ties
    here = split_here(600, Links(*ends.T, weight, np.ones(len(ends), bool)), np.ones(600, np.int64), 0.6, best_path)
    frame = pl.DataFrame({"left": ends[:, 0], "right": ends[:, 1], "weight": weight})
    links = session.createDataFrame(frame.to_arrow())

    def keep(name: str, frame: Any) -> Any:
        frame.coalesce(1).write.parquet(str(tmp_path / name))
        return session.read.parquet(str(tmp_path / name))

    got = split(links, 0.6, keep).collect()
    found = {row["place"]: row for row in got}
    assert (tmp_path / "01-ranked").exists()
    assert (tmp_path / "02-failed").exists()
    assert set(found) == set(np.flatnonzero(here.label >= 0).tolist())
    assert len(found) == len(got)
    groups: dict[Any, set[int]] = {}
    for node, row in found.items():
        assert row["cohesion"] == here.cohesion[node]
        groups.setdefault(row["label"], set()).add(node)
    for group in groups.values():
        assert group == set(np.flatnonzero(here.label == here.label[min(group)]).tolist())


def test_an_index_on_parquet_finds_what_one_in_a_file_finds(
    session: SparkSession, corpus: Path, tmp_path: Path
) -> None:
    from provenance import spark  # noqa: PLC0415
    from provenance.index import Index  # noqa: PLC0415

    known = {"id": "doc_id", "text": "text", "outlet": "outlet", "title": "title", "published": "published"}
    frame = reading.read([str(corpus)], Settings()).documents.select(**known)
    frame.write_parquet(tmp_path / "articles.parquet")
    old, new = frame[:50], pl.concat([frame[40:], frame[5:8].with_columns(id="again " + pl.col("id"))])
    old.write_parquet(tmp_path / "old.parquet")
    where = str(tmp_path / "index")
    spark.build(session.read.parquet(str(tmp_path / "old.parquet")), where, work=str(tmp_path / "making"))
    assert len(list((tmp_path / "index" / "postings").glob("prefix=*"))) > 100
    found = spark.check(new, where, session)
    with Index.open(tmp_path / "seen.sqlite") as index:
        index.add(old)
        wanted = index.check(new)
        assert index.manifest().outlets == spark.index.ParquetIndex(session, where).read_manifest().outlets
    assert set(wanted["verdict"]) >= {"new", "duplicate", "recycled"}
    assert_frame_equal(found, wanted)


def test_the_command_exits_as_on_one_machine(
    session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blank record ended it with 3, and --fail-on was read and forgotten: a gate that let all through."""
    monkeypatch.chdir(tmp_path)
    two_alike()
    with Path("dump.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "blank", "text": " "}\n')
    write_lines("broken.jsonl", {"id": "one", "text": "A barge lost its lemons off the quay."}, ["no record"])
    for number, (words, code) in enumerate([
        (["dump.jsonl"], 0), (["dump.jsonl", "--fail-on", "overlap"], 1), (["dump.jsonl", "--fail-on", "duplicate"], 0),
        (["dump.jsonl", "broken.jsonl", "--fail-on", "overlap"], 3),
    ]):  # fmt: skip
        until = ["--until", "matches"]
        assert call("scan", *words, *until, "-o", f"here-{number}", "--no-report").exit_code == code, words
        master = ["--engine", "spark", "--master", session.sparkContext.master]
        place = str(tmp_path / f"there-{number}")  # Spark may have been started in another folder
        over = call("scan", *words, *until, "-o", place, *master)
        assert over.exit_code == code, (words, over.stderr)
        assert over.stderr.splitlines()[-1].startswith(f"read {3 if code < 3 else 4}, rejected {1 if code < 3 else 2};")
