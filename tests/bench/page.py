"""results.json -> the page: Markdown and nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tests.bench import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Section = dict[str, Any]
Row = dict[str, Any]

#: What bounds a stage on this machine's cores, whoever programs it: stage -> what must be done.
BOUNDS = {
    "read": "reading the texts, as polars does",
    "fold": "hashing each 5-word shingle, and 128 permutations of each hash",
    "spans": "sorting the winnowed shingles, two in five",
    "write": "writing the texts, as polars does",
}


INTRODUCTION = """\
Written by `python -m tests.bench FOLDER`: whole processes from start to written tables, caches warm, every contestant
on {threads} cores and in turns (A, B, C, A, B, C, ...); medians, with the range. MB are 10^6 bytes of UTF-8 text. The
dumps are seeded (`tests/bench`); their truth is the exact jaccard (J) of 5-word shingles. *Pairs found*: both in one
cluster, ours by verified pairs of J >= .7. *Removals*: all of a cluster but one, against those of the true pairs of
J >= .7. Each peer runs its library's own recipe for threshold .7 and 128 permutations in an environment of its own
(`tests/bench/peers`); none of them verifies on the text.
"""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; every column but the first is aligned to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def seconds(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def share(value: float | None) -> str:
    """A share with three decimals, a dash where there is none."""
    return "-" if value is None else f"{value:.3f}"


def contest_table(rows: list[Row]) -> str:
    """One contest, the fastest first; what could not be run stands at the end with its reason."""
    scored = any("score" in row for row in rows)
    head = ["", "MB/s", "wall s", "range", "CPU s", "peak MB"]
    head += ["pairs found, J .7 to .8", "J >= .8", "removals P", "R"] if scored else []
    body = []
    for row in sorted((row for row in rows if "failed" not in row), key=lambda row: row["seconds"]):
        name = f"**{row['name']}**" if row["ours"] else row["name"]
        cells = [
            name,
            f"{row['mb']:.1f}",
            seconds(row["seconds"]),
            f"{seconds(row['least'])} to {seconds(row['most'])}",
        ]
        cells += [seconds(row["cpu"]), f"{row['memory']:,.0f}"]
        if scored:
            score = row.get("score", {})
            cells += [share(score.get(name)) for name in ("recall_7", "recall_8", "precision", "recall")]
        body.append(cells)
    failed = "".join(f"\n- {row['name']}: {row['failed']}" for row in rows if "failed" in row)
    return table(head, body) + (failed + "\n" if failed else "")


def against_fastest(rows: list[Row]) -> str:
    """Ours against the fastest peer, in words."""
    others = [row for row in rows if not row["ours"] and "failed" not in row]
    if not others:
        return "No peer ran.\n"
    fastest = min(others, key=lambda row: row["seconds"])
    sparing = min(others, key=lambda row: row["cpu"])
    mine = [(row["name"].removeprefix("provenance, "), row) for row in rows if row["ours"] and "failed" not in row]
    fast = ", ".join(f"{name} {fastest['seconds'] / row['seconds']:.2f}" for name, row in mine)
    spare = ", ".join(f"{name} {sparing['cpu'] / row['cpu']:.2f}" for name, row in mine)
    return (
        f"Times the speed of the fastest peer ({fastest['name']}): {fast}."
        f" By CPU time, of the most sparing one ({sparing['name']}): {spare}.\n"
    )


def exponents(tables: list[list[Row]], corpora: list[Section]) -> str:
    """log-log slopes of seconds and memory, step by step and over all."""
    body = []
    for name in [row["name"] for row in tables[0]]:
        rows = [next(row for row in rows if row["name"] == name) for rows in tables]
        if any("failed" in row for row in rows) or len(rows) < 2:
            continue
        sizes = [corpus["documents"] for corpus in corpora]
        cells: list[object] = [name]
        for measure in ("seconds", "cpu", "memory"):
            slopes = [
                math.log(rows[i + 1][measure] / rows[i][measure]) / math.log(sizes[i + 1] / sizes[i])
                for i in range(len(rows) - 1)
            ]
            cells.append(", ".join(f"{slope:.2f}" for slope in slopes))
        body.append(cells)
    steps = " to ".join(f"{corpus['documents']:,}" for corpus in corpora)
    return f"Exponents step by step, {steps} articles:\n\n" + table(["", "wall time", "CPU time", "peak memory"], body)


def stage_table(rows: list[Row], corpus: Section, rates: dict[str, float] | None) -> str:
    """Seconds of each stage (of the last run), and the distance from what the machine could do."""
    with_stages = [row for row in rows if row.get("stages")]
    if not with_stages:
        return ""
    bounds = limits_in_text(rates) if rates else {}
    if bounds:
        bounds["matches"] = bounds["fold"]  # of whole documents, where it folds and sketches too
    names = list(dict.fromkeys(name for row in with_stages for name in row["stages"] if name != "total"))
    size = corpus["bytes"] / 1e6
    body = []
    for name in [*names, "start, write, end"]:
        cells: list[object] = [name]
        for row in with_stages:
            took = row["stages"].get(name) if name in names else max(0.0, row["seconds"] - row["stages"]["total"])
            cells.append("-" if took is None else f"{took:.2f}")
            if took and name in bounds and not (name == "matches" and "fold" in row["stages"]):
                cells[-1] = f"{took:.2f} ({took * bounds[name] / size:.1f} x)"
        body.append(cells)
    note = "".join(f"- {name}: {bounds[name]:,.0f} MB/s, {what}\n" for name, what in BOUNDS.items() if bounds)
    if bounds:
        floor = sum(size / bounds[name] for name in BOUNDS)
        times = ", ".join(
            f"{row['name'].removeprefix('provenance, ')} {row['seconds'] / floor:.1f}" for row in with_stages
        )
        note += f"\nAll four one after the other would take {seconds(floor)} s; times that: {times}.\n"
    return (
        "Seconds by stage; in brackets how many times its physical limit on two cores, where one is known:\n\n"
        + table(["stage", *(row["name"].removeprefix("provenance, ") for row in with_stages)], body)
        + (f"\n{note}" if note else "")
    )


def limits_in_text(rates: dict[str, float]) -> dict[str, float]:
    """The rates of the machine as MB of text a second, for the stages that they bound."""
    words = rates["words a byte"]  # M words a MB
    hashed = THREADS / (
        words / rates["xxh64 rounds of 30 bytes (M shingles)"] + words / rates["128 permutations (M shingles)"]
    )
    return {
        "read": rates["Parquet read of the text"],
        "fold": hashed,
        "spans": THREADS * rates["numpy sort of u64 (M keys)"] / (0.4 * words),
        "write": rates["Parquet write of the text"],
    }


def _title(name: str, section: Section) -> str:
    return (
        f"## {name}\n\nMeasured {section['date']} UTC at commit {section['commit']}, turns: {section['rounds']};"
        f" load of the machine before: {section['load']}.\n"
    )


def _corpora(section: Section) -> str:
    return "".join(
        f"- {one['name']}: {one['documents']:,} articles, {one['bytes'] / 1e6:,.1f} MB of text, seed {one['seed']},"
        f" xxh3-128 {one['xxh3_128']}\n"
        for one in section["corpora"]
    )


def peers_part(section: Section, rates: dict[str, float] | None) -> list[str]:
    """Contests on one corpus each, with what the peers are."""
    if "missing" in section:
        return [f"Not measured: {section['missing']}.\n"]
    parts = [_corpora(section)]
    for corpus, rows in zip(section["corpora"], section["tables"], strict=True):
        parts += [f"### {corpus['documents']:,} articles, {corpus['bytes'] / 1e6:,.0f} MB", contest_table(rows)]
        parts += [against_fastest(rows), stage_table(rows, corpus, rates)]
    parts.append("Peers:\n\n" + "".join(f"- {name}: {said}\n" for name, said in section["versions"].items()))
    ran = {row["name"]: row["command"] for rows in section["tables"] for row in rows if "command" in row}
    parts.append("Commands:\n\n" + "".join(f"- {name}: `{command}`\n" for name, command in ran.items()))
    return parts


def growth_part(section: Section) -> list[str]:
    """Our own time and memory by size."""
    rows = [
        (row["name"], f"{corpus['documents']:,}", seconds(row["seconds"]), f"{row['memory']:,.0f}", f"{row['mb']:.1f}")
        for corpus, found in zip(section["corpora"], section["tables"], strict=True)
        for row in found
        if "failed" not in row
    ]
    head = ["", "articles", "wall s", "peak MB", "MB/s"]
    return [_corpora(section), table(head, rows), exponents(section["tables"], section["corpora"])]


def hard_part(section: Section) -> list[str]:
    """The dumps that break engines."""
    head = ["dump", "articles", "scan", "wall s", "peak MB", "what was found"]
    body, series = [], {}
    for corpus, rows in zip(section["corpora"], section["tables"], strict=True):
        for row in rows:
            level = row["name"].removeprefix("provenance, ")
            about = [corpus["name"], f"{corpus['documents']:,}", level]
            if "failed" in row:
                body.append([*about, "-", "-", row["failed"]])
                continue
            body.append(
                [*about, seconds(row["seconds"]), f"{row['memory']:,.0f}", _found(corpus["name"], row["found"])]
            )
            series.setdefault((corpus["name"], level), []).append((corpus["documents"], row))
    lines = []
    for (name, level), points in series.items():
        if len(points) > 1:
            (small, before), (large, after) = points[-2:]
            slope = math.log(after["cpu"] / before["cpu"]) / math.log(large / small)
            lines.append(f"- {name}, {level}: CPU time grows with exponent {slope:.2f} from {small:,} to {large:,}\n")
    return [_corpora(section), table(head, body), "".join(lines)]


def _found(name: str, found: dict[str, Any]) -> str:
    if name == "headlines":
        missed = f", missed where the word of place {found['missed_places']} changed" if found["missed_places"] else ""
        return f"{found['found']} of {found['planted']} headlines{missed}; {found['wrong']} wrong spans"
    if name == "passages":
        return "; ".join(
            f"passage {one}: in {about['found']:,} of {about['planted']:,}, {about['in_one_piece']:,} in one piece,"
            f" {about['links_a_posting']:.1f} links a posting"
            for one, about in found.items()
        )
    return (
        f"{found['matches_a_document']:.1f} matches an article, {found['clusters']:,} clusters, the largest of"
        f" {found['largest']:,}"
    )


def limits_part(section: Section) -> list[str]:
    """The machine's own rates and sketch() on one core."""
    sketch = section["sketch"]
    middle, least, most = (sketch["bytes"] / 1e6 / sketch[name] for name in ("seconds", "most", "least"))
    alone = f"`sketch()` alone, one core: **{middle:.0f} MB/s** of text ({least:.0f} to {most:.0f}).\n"
    rates = [(name, f"{value:,.0f}") for name, value in section["rates"].items() if name != "words a byte"]
    head = ["the machine, one thread unless said otherwise", "MB (or as said) a second"]
    return [_corpora(section), alone, table(head, rates)]


def small_part(section: Section) -> list[str]:
    """Commands a user meets first."""
    body = [(row["name"], row.get("failed") or seconds(row["seconds"]), *_spread(row)) for row in section["tables"][0]]
    return [table(["", "wall s", "range", "peak MB"], body)]


def _spread(row: Row) -> tuple[str, str]:
    if "failed" in row:
        return "-", "-"
    return f"{seconds(row['least'])} to {seconds(row['most'])}", f"{row['memory']:,.0f}"


def render(results: dict[str, Any]) -> str:
    """All sections that were measured, each under its own date and commit."""
    rates = results.get("limits", {}).get("rates")
    parts = [
        "# Speed and memory\n",
        INTRODUCTION.format(**results),
        f"- {results['machine']}\n- {results['libraries']}\n",
    ]
    for title, name, part in (
        ("Whole articles and passages against the peers, news-like dumps", "peers", peers_part),
        ("Real text", "mixture", peers_part),
        ("Growth", "growth", growth_part),
        ("Hard dumps", "hard", hard_part),
        ("Physical limits", "limits", limits_part),
        ("What a user meets first", "small", small_part),
    ):
        if name in results:
            parts.append(_title(title, results[name]))
            parts += part(results[name], rates) if part is peers_part else part(results[name])  # type: ignore[operator]
    return "\n".join(part for part in parts if part)
