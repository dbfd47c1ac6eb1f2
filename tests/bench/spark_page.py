"""What was measured of Spark -> reports/measured/spark.md: measured and extrapolated in tables of their own."""

from __future__ import annotations

import json
import math
import textwrap
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenance.matching.aligning.short_passages import LONGEST
from provenance.settings import Settings
from provenance.spark.cuttings import width
from provenance.spark.plan import BLOCK, CROWD, HOME_BITS, HOMES_AT_ONCE, SCHEMAS
from provenance.spark.scanning import TEXTS_A_KEY
from tests.bench import news

if TYPE_CHECKING:
    from pathlib import Path

ENDS = {
    "document": "level document, until clusters (on a cluster of two workers, the driver apart)",
    "passage": "level passage, until clusters (the driver works itself)",
    "full": "level passage, with tracing (the driver works itself)",
}
AHEAD = (10**8, 10**10)
EXECUTOR_CORES = 4
HOT = 1.5  # times the mean from which a bucket has a key that others have not
LARGE = 4_000_000  # bytes of a bucket from which it, and not what a worker held before, tells what a byte takes
#: Rounds over a sample of so many documents, or over links up to a limit, past which these go over the cluster.
SAMPLED, SAMPLE = ("shares", "frequency", "unseen", "linked", "stories", "passage-links"), 65_536
#: Bytes a document that no round passes: 64 bands of a key, a row, a number and 64 bytes of bits. Fewer are measured
#: where few keys leave a document's bands side by side, which compresses.
MOST_READ = {"candidates": 64 * (4 + 8 + 8 + 64)}
#: Bytes of a bucket that none passes: a range of about 32,768 documents, of twice the text that news have; the bands
#: of as many documents as there are to a bucket of hashes; what a place has of spans, three at most, of 100 bytes.
MOST_BUCKET = {
    "documents": 32_768 * 5_000,
    "candidates": TEXTS_A_KEY * MOST_READ["candidates"],
    "passage-clusters": CROWD * 300,
    **dict.fromkeys(("alike", "settled", "lacking-alike"), 2 * BLOCK * 5_000),  # texts of a block of pairs
}
#: Rounds by name, of which a bucket has a piece for each home of a group, or for each group, and no more; where there
#: are groups each goes over what it has twice.
GROUPED = ("totals", "constants", "spoken", "told", "copiers", "leaders", "furniture")
TWICE = (*GROUPED, "nearest")  # rounds that are two or three where there are groups
#: Documents of the largest story of tests/bench.news, a part of all.
STORY = news.COPIES * news.EVERGREEN / news.EVERGREENS


def _row(table: str, octets: int) -> int:
    """Bytes of a row of a table between rounds, of whose columns one is so many octets, behind where these begin."""
    kinds = SCHEMAS[table].values()
    return sum(8 + octets if kind == pl.Binary else pl.zeros(1, kind, eager=True).estimated_size() for kind in kinds)


#: Bytes of a posting with the words around it, and its mask, and of a short passage's place.
POSTING = _row("postings", 8 * width(Settings())) + _row("masks", width(Settings()))
SPOT = _row("shorts", 8 * LONGEST)
#: Rounds of which a bucket has of one key what stands in as many homes as a group has, no more: bytes of each.
WIDESPREAD = {"hot": POSTING, "runs": POSTING, "short-places": SPOT, "short-links": SPOT}


def fit(sizes: list[int], values: list[float]) -> tuple[float, float]:
    """Values at sizes -> (a, b) of a * size^b, by least squares of the logarithms; b is 1 where only one is known."""
    points = [(math.log(size), math.log(value)) for size, value in zip(sizes, values, strict=True) if value > 0]
    if len(points) < 2:
        return (math.exp(points[0][1] - points[0][0]), 1.0) if points else (0.0, 1.0)
    mean_x, mean_y = (sum(column) / len(points) for column in zip(*points, strict=True))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return math.exp(mean_y - slope * mean_x), slope


def by_round(made: dict[str, Any]) -> dict[str, dict[str, float]]:
    """One measurement -> sums by round: bytes shuffled, made, processor seconds, the largest bucket and task."""
    found = {}
    for one in made["rounds"]:
        tasks = one["tasks"]
        found[one["round"]] = {
            "read": sum(task["read"] for task in tasks),
            "made": sum(task["made"] for task in tasks),
            "seconds": sum(task["microseconds"] for task in tasks) / 1e6,
            "buckets": sum(task["buckets"] for task in tasks),
            "largest": max(task["largest"] for task in tasks),
            "resident": max(task["resident"] for task in tasks),
        }
    return found


def page(folder: Path) -> str:
    """All measurements in FOLDER -> the page."""

    def kept(measure: str) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(folder.glob(f"{measure}-*.json"))]

    measured = sorted(kept("costs"), key=lambda one: one["documents"])
    lines = [
        "# Measured: Spark",
        "",
        "Written by `python -m tests.bench.spark`; not edited by hand. Spark 4, one machine of 2 cores that had other",
        "work to do beside, so processor seconds are fitted and no wall times; those of a loaded machine are more than",
        "those of an idle one. Bytes are those of the pieces that travel (Arrow, compressed), which is what a round",
        "shuffles. Texts are those of tests/bench. What was measured is kept apart from what is extrapolated.",
        "",
        *_equal(kept("equality")),
        *_against(measured, kept("here")),
    ]
    for way in ENDS:
        ours = [one for one in measured if one["way"] == way and one["kind"] == "news"]
        if ours:
            lines += _measured(way, ours) + _extrapolated(way, ours, measured, kept("hot"), kept("short"))
    for one in measured:
        if one["kind"] == "alike":
            lines += _skew(one)
    lines += _index(kept("index"))
    return "\n".join(lines).rstrip() + "\n"


def _equal(measured: list[dict[str, Any]]) -> list[str]:
    if not measured:
        return []
    lines = ["## Measured: every row of every table, against one machine", ""]
    lines += ["Both engines scan the same input with the defaults; `rejects` is a table like others.", ""]
    lines += ["| table | " + " | ".join(f"{one['name']}: rows, differ" for one in measured) + " |"]
    lines += ["|---" * (len(measured) + 1) + "|"]
    for name in measured[0]["tables"]:
        cells = (f"{one['tables'][name]['rows']:,}, {one['tables'][name]['differ']:,}" for one in measured)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


def _against(measured: list[dict[str, Any]], here: list[dict[str, Any]]) -> list[str]:
    pairs = [
        (one, other)
        for one in measured
        for other in here
        if all(one[name] == other[name] for name in ("kind", "way", "documents"))
    ]
    if not pairs:
        return []
    lines = ["## Measured: against the engine of one machine, on the same two cores", ""]
    lines += [
        "Processor seconds are of all processes: Java's and Python's. Both write their tables as Parquet. Wall times"
    ]
    lines += ["are given, and compare only where nothing else ran beside either.", ""]
    lines += ["| documents | scanned for | here: wall, processor s | Spark: wall, processor s | ratio | shuffled, B |"]
    lines += ["|---|---|---|---|---|---|"]
    for one, other in pairs:
        shuffled = sum(each["read"] for each in by_round(one).values()) / one["documents"]
        wall, processor = (one[name] / other[name] for name in ("wall", "processor"))
        lines.append(
            f"| {one['documents']:,} {one['kind']} | {one['way']} | {other['wall']}, {other['processor']} "
            f"| {one['wall']}, {one['processor']} | {wall:.1f} of wall, {processor:.1f} of processor s "
            f"| {shuffled:,.0f} a document |"
        )
    return [*lines, ""]


def _index(measured: list[dict[str, Any]]) -> list[str]:
    if not measured:
        return []
    lines = ["## Measured: an index on Parquet", ""]
    lines += ["| documents | made: wall, processor s | bytes a document | checked | first, again: s | Python |"]
    lines += ["|---|---|---|---|---|---|"]
    for one in measured:
        known = f"known {one['known_found']} of {one['known']}"
        lines.append(
            f"| {one['documents']:,} | {one['built']['wall']}, {one['built']['processor']} "
            f"| {one['size'] / one['documents']:,.0f} | {one['checked']:,} ({known}) "
            f"| {one['check_seconds'][0]}, {one['check_seconds'][1]} | {one['python_mb']} MB |"
        )
    return [*lines, ""]


def _measured(way: str, ours: list[dict[str, Any]]) -> list[str]:
    lines = [f"## Measured, {ENDS[way]}", ""]
    lines += ["| documents | text, B | processor s: rounds, all | shuffled a document, B | driver: Java, Python |"]
    lines += ["|---|---|---|---|---|"]
    for one in ours:
        sums = by_round(one).values()
        seconds, read = (sum(each[what] for each in sums) for what in ("seconds", "read"))
        lines.append(
            f"| {one['documents']:,} | {one['bytes']:,} | {seconds:.1f}, {one['processor']} "
            f"| {read / one['documents']:,.0f} | {one['driver_mb']['java']} MB, {one['driver_mb']['python']} MB |"
        )
    last = ours[-1]
    count, sizes = last["documents"], [one["documents"] for one in ours]
    lines += ["", f"By round, at {count:,} documents ({last['xxh3_128']}, {last['date']}); *held* is the most that a"]
    lines += ["task of Python held, with all that it has loaded:", ""]
    lines += [
        "| round | processor us a document | bytes read a document | growth | made | largest bucket, B | held, MB |"
    ]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, each in by_round(last).items():
        growth = fit(sizes, [by_round(one).get(name, {}).get("read", 0) for one in ours])[1]
        lines.append(
            f"| {name} | {1e6 * each['seconds'] / count:.1f} | {each['read'] / count:,.0f} | {growth:.2f} "
            f"| {each['made'] / count:,.0f} | {each['largest']:,.0f} | {each['resident'] / 1e6:,.0f} |"
        )
    return [*lines, ""]


class Ahead(NamedTuple):
    """What one round is going to take."""

    name: str
    seconds: float  # of processors, Python's
    read: float  # bytes of all buckets
    bucket: float  # bytes of the largest
    power: float  # of the documents, by which the largest grows


def _go_ahead(name: str, ours: list[dict[str, Any]], ahead: int, member: float = math.inf) -> Ahead:
    """Measurements of one round at several sizes -> the same at another. `member`: bytes of one of a story's pairs."""
    sizes = [one["documents"] for one in ours]
    rounds = [by_round(one).get(name, {}) for one in ours]
    last, bounded = rounds[-1], name in SAMPLED and sizes[-1] >= SAMPLE
    amounts, grouped = [], 1 + (name in TWICE)
    for what, most in (("seconds", math.inf), ("read", MOST_READ.get(name, math.inf) * ahead)):
        _, power = fit(sizes, [float(each.get(what, 0)) for each in rounds])
        times = 1.0 if bounded else (ahead / sizes[-1]) ** max(power, 1.0)
        amounts.append(min(last[what] * times * grouped, most))
    buckets = _between(sizes, rounds, "buckets")
    even = last["largest"] < HOT * last["read"] / last["buckets"] and buckets > 0.9
    power = 0.0 if bounded or even else min(max(_between(sizes, rounds, "largest"), 0.0), 1.0)
    bucket = min(last["largest"] * (ahead / sizes[-1]) ** power, _most(name, last, sizes[-1], ahead, member))
    return Ahead(name, amounts[0], amounts[1], bucket, power)


def _most(name: str, last: dict[str, float], size: int, ahead: int, member: float) -> float:
    """What no bucket of a round passes, so many documents ahead."""
    if name in GROUPED:
        home, homes = last["largest"] / (size >> HOME_BITS), ahead >> HOME_BITS
        return home * max(min(homes, HOMES_AT_ONCE), homes / HOMES_AT_ONCE)
    if name == "components":
        return last["read"] / last["buckets"] + member * STORY * ahead
    if name in WIDESPREAD:
        return last["read"] / last["buckets"] + WIDESPREAD[name] * (HOMES_AT_ONCE << HOME_BITS)
    return MOST_BUCKET.get(name, math.inf)


def _member(measured: list[dict[str, Any]]) -> tuple[int, float]:
    """Measurements -> of the largest story that was made: its members, and bytes of its pairs for each."""
    made = max((one for one in measured if one["kind"] == "alike"), key=lambda one: one["documents"], default=None)
    return (made["documents"], by_round(made)["components"]["largest"] / made["documents"]) if made else (0, math.inf)


def _between(sizes: list[int], rounds: list[dict[str, float]], what: str) -> float:
    """The power of the documents by which something grew between the two greatest sizes."""
    return fit(sizes[-2:], [float(each.get(what, 0)) for each in rounds[-2:]])[1]


def _memory(made: dict[str, Any]) -> tuple[float, float]:
    """One measurement -> bytes that a task of the middle round held, and the most a byte of a bucket took beyond."""
    rounds = by_round(made).values()
    usual = median(each["resident"] for each in rounds)
    return usual, max(
        max(0.0, each["resident"] - usual) / each["largest"] for each in rounds if each["largest"] > LARGE
    )


def _bounds(sizes: str, alike: int, member: float) -> str:
    return (
        f"A power of the documents, fitted to each round over {sizes} documents, and never less than linear. Nothing "
        "here was run. Core-hours are Python's: the JVM's sorting and writing, and a network, come on top. Rounds over "
        "a sample are bounded by the sample, `candidates` by its bands, `documents` by its ranges, `passage-clusters` "
        f"by what goes over the cluster instead (a passage of more than {CROWD:,} places), `settled` and "
        f"`lacking-alike` by the {2 * BLOCK:,} texts of a block of pairs. What all homes have of a name is summed in "
        "groups of them first (`told`, `constants`, `copiers`, `totals`; sides of passages in `leaders`; what a line "
        "has, in groups of articles, in `furniture`): a bucket has "
        f"a piece for each of {HOMES_AT_ONCE:,} homes, or for each group. `hot` and `runs` have of one shingle the "
        f"postings of as many homes, {POSTING} bytes each, and `short-places` and `short-links` the places of one "
        f"short passage in as many, {SPOT}. No dump of several groups was measured: a "
        "piece is taken to be as large as it was, and these rounds to cost twice as much. A story's pairs "
        f"(`components`) are at most {member:,.0f} bytes a member, as those of {alike:,} near-identical documents "
        f"are, and its members here {STORY:.0e} of all documents."
    )


def _unseen(hot: list[dict[str, Any]], short: list[dict[str, Any]]) -> str:
    homes, most = HOMES_AT_ONCE, HOMES_AT_ONCE << HOME_BITS

    def held(measured: list[dict[str, Any]], name: str) -> str:
        """What a round was seen to hold of one key, and what that makes of a quarter's documents."""
        for one in measured[-1:]:
            each = 1e6 * one["held_mb"] / one["documents"]
            return (
                f", of which `{name}` holds {each:,.0f} bytes each (measured on {one['documents']:,} of one key, in "
                f"{one['processor']} s); {each * most / 1e9:.1f} GB for a million"
            )
        return ""

    return (
        f"A round whose largest bucket is under {HOT} mean ones, and that has the more buckets the more documents "
        "there are, is taken to have no hot key: more `keys` make its buckets smaller, so they stay. The largest of "
        "any other grows as it did between the two greatest sizes measured, at most with the dump, by the power told "
        "with it. What will be a hot key, and is not yet at these sizes, is not seen so. Known are, at level passage: "
        f"(1) the postings of one shingle{held(hot, 'hot')}. No more than those in "
        f"{homes:,} homes, a million documents, meet in a bucket. Those of one in more homes, such as a notice's, stay "
        f"at home, and how often its runs stand is summed in quarters, of about {homes:,} homes, first: a bucket has a "
        "row for each home of a quarter, or for each quarter. Pairs of one document are divided by quarters too. What "
        "that takes in a dump of several quarters was not measured, and is not in the table. "
        f"(2) The places of one short passage, a headline or a line of at most 40 words"
        f"{held(short, 'short-links')}. No more than those of a quarter meet; of all quarters only how many they have, "
        "which is first and which last. "
        "(3) A story's articles, which tracing holds at once; nothing divides them."
    )


def _extrapolated(
    way: str,
    ours: list[dict[str, Any]],
    measured: list[dict[str, Any]],
    hot: list[dict[str, Any]],
    short: list[dict[str, Any]],
) -> list[str]:
    sizes = ", ".join(f"{one['documents']:,}" for one in ours)
    usual, times = _memory(ours[-1])
    lines = [
        f"## Extrapolated from the above, {ENDS[way]}",
        "",
        *textwrap.wrap(_bounds(sizes, *_member(measured)), 118, break_on_hyphens=False),
        "",
        *textwrap.wrap(_unseen(hot, short), 118, break_on_hyphens=False),
        "",
        f"Buckets are compressed; a task holds what the middle round does, here {usual / 1e6:,.0f} MB, and {times:.0f}",
        f"bytes for each byte of its bucket, the most of any round with buckets over {LARGE / 1e6:.0f} MB; of an",
        f"executor's {EXECUTOR_CORES} tasks one has the largest. Java's heap comes on top, here of workers of 2 GB",
        "at level document, of 3 GB where the driver works itself.",
        "",
        "| documents | core-hours | shuffled | executors of 4 cores for a day | memory of one | largest buckets |",
        "|---|---|---|---|---|---|",
    ]
    for ahead in AHEAD:
        rounds = [_go_ahead(name, ours, ahead, _member(measured)[1]) for name in by_round(ours[-1])]
        hours = sum(one.seconds for one in rounds) / 3600
        buckets = sorted(rounds, key=lambda one: one.bucket, reverse=True)[:3]
        told = ", ".join(f"{one.name} {one.bucket / 1e9:,.2f} GB ({one.power:.2f})" for one in buckets)
        held = EXECUTOR_CORES * usual + times * buckets[0].bucket
        days = max(1, math.ceil(hours / (24 * EXECUTOR_CORES)))
        lines.append(
            f"| {ahead:.0e} | {hours:,.0f} | {sum(one.read for one in rounds) / 1e12:,.1f} TB "
            f"| {days:,} | {held / 1e9:,.0f} GB ({buckets[0].name}) | {told} |"
        )
    return [*lines, ""]


def _skew(made: dict[str, Any]) -> list[str]:
    lines = [f"## Measured: {made['documents']:,} near-identical documents, level {made['way']}", ""]
    lines += ["Sixteen tasks a round, of which those count that have a bucket. What is one by nature is one task: all"]
    lines += ["pairs of a component (`lacking`, `components`), and all places of a passage (`passage-clusters`).", ""]
    lines += ["| round | tasks | slowest task, processor s | median | ratio |", "|---|---|---|---|---|"]
    for one in made["rounds"]:
        spent = sorted(task["microseconds"] / 1e6 for task in one["tasks"] if task["buckets"])
        middle = spent[len(spent) // 2]
        lines.append(
            f"| {one['round']} | {len(spent)} | {spent[-1]:.2f} | {middle:.2f} | {spent[-1] / max(middle, 1e-3):.1f} |"
        )
    return [*lines, ""]
