"""How well inputs in the wild are read, on shared corpora: pages, labels, encodings, disguises, borders, rates.

python -m tests.inputs FOLDER [REPORT]    FOLDER holds `corpora`; REPORT is reports/measured/inputs.md unless given
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polars as pl
import xxhash

import provenance as pv
from provenance.dumps.labels.manipulation import find_signs
from provenance.dumps.labels.publishers import spells
from provenance.dumps.reading import read
from provenance.dumps.sources.decode import decode_text
from provenance.settings import Settings
from provenance.text.calendar import parse_date
from provenance.text.folding import fold_all
from tests.dumps import record, response
from tests.evasion import ATTACKS, RATES
from tests.splitting import measure
from tests.splitting import rows as borders
from tests.splitting_last import FIFTH, FOURTH
from tests.splitting_later import SECOND, THIRD

ROOT = Path(__file__).resolve().parent.parent
READ = Settings(until="matches")
EIGHT_BIT = ("cp1252", "cp1250", "iso8859-1", "iso8859-15", "mac-roman")
WIDE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030")

#: Sets of styles that the splitter had not seen -> what it made of them then, as `tests.splitting_*` say.
ROUNDS = {
    "second": (SECOND, (".769", ".759", ".776")),
    "third": (THIRD, (".846", ".815", ".761")),
    "fourth": (FOURTH, (".402", ".401", ".444")),
    "fifth": (FIFTH, (".873", ".874", ".801")),
}


def word_f1(one: str, two: str) -> float:
    """F1 of the bags of words of two texts."""
    bags = [Counter(re.findall(r"\w+", text.lower())) for text in (one, two)]
    both = sum((bags[0] & bags[1]).values())
    return 2 * both / max(1, sum(bags[0].values()) + sum(bags[1].values()))


def pages(corpora: Path) -> list[str]:
    """Extraction and labels on html-pages, beside trafilatura alone."""
    from trafilatura import bare_extraction  # noqa: PLC0415  loaded by no other measure

    from provenance.dumps.web.pages import CAPTION, read_page  # noqa: PLC0415

    gold = pl.read_parquet(corpora / "html-pages" / "documents.parquet")
    ours, bodies, alone, hosts, dates, near, there = [], [], [], 0, 0, 0, 0
    took = [0.0, 0.0]
    answers = []
    for row in gold.iter_rows(named=True):
        began = time.process_time()
        answers.append(read_page(row["html"].encode(), url=row["url"]))
        took[0] += time.process_time() - began
        began = time.process_time()
        found = bare_extraction(row["html"], url=row["url"], include_comments=False, favor_precision=True)
        took[1] += time.process_time() - began
        alone.append(word_f1(getattr(found, "text", None) or "", row["text"]))
    captions = 0
    for row, answer in zip(gold.iter_rows(named=True), answers, strict=True):
        lines = answer["text"].split("\n")
        body = [line for line in lines if not CAPTION.match(line)]
        captions += len(lines) - len(body)
        ours.append(word_f1(answer["text"], row["text"]))
        bodies.append(word_f1("\n".join(body), row["text"]))
        labels, host = answer["labels"], re.sub(r"^www\.", "", row["outlet"])
        title = re.search(r"<title[^>]*>([^<]*)", row["html"], re.IGNORECASE)
        named = (labels["outlet"] or "").lower()
        hosts += spells(labels["outlet"] or "-", host) or (
            len(named) > 3 and named in (title[1].lower() if title else "")
        )
        dates += labels["published"] is not None
        address = re.search(r"/((?:19|20)\d\d)[/-]([01]\d)[/-]([0-3]\d)[/-]", row["url"])
        if address and labels["published"]:
            there += 1
            parsed = parse_date(labels["published"])
            days = abs((parsed[0].date() - dt.date(*map(int, address.groups()))).days) if parsed else 99
            near += days <= 1
    count = gold.height
    return [
        f"| word F1 of the body, {count} pages of html-pages | {sum(bodies) / count:.3f} |",
        f"| the same with the {captions} captions, which are kept and the gold has not | {sum(ours) / count:.3f} |",
        f"| the same, trafilatura alone (precision) | {sum(alone) / count:.3f} |",
        f"| processor time a page, with its labels | {1000 * took[0] / count:.0f} ms |",
        f"| trafilatura alone, without labels, in the same run | {1000 * took[1] / count:.0f} ms |",
        f"| outlet: spelt by the host or named in the page's title | {hosts / count:.3f} |",
        f"| date: given | {dates / count:.3f} |",
        f"| date: within a day of the one in the address of {there} pages | {near / max(1, there):.3f} |",
    ]


def records(corpora: Path) -> list[str]:
    """Labels of fakenewsnet's records, read as JSON lines, beside what stands there."""
    gold = pl.read_parquet(corpora / "fakenewsnet" / "documents.parquet").filter(pl.col("text").str.contains(r"\S"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        gold.write_ndjson(path)
        found = read([str(path)], READ).documents.join(gold, on="doc_id", suffix="_gold")
    host = pl.col("outlet_gold").str.replace(r"^https?://(?:www\.)?", "")
    right = {
        "title": pl.col("title") == pl.col("title_gold").str.strip_chars(),
        "date": pl.col("published").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00") == pl.col("published_gold").str.head(25),
        "outlet": pl.col("outlet") == host,
    }
    rows = []
    for name, test in right.items():
        of = {"date": "published_gold"}.get(name, f"{name}_gold")
        known = found.filter(pl.col(of).is_not_null() & (pl.col(of) != ""))
        share = known.select(test.fill_null(value=False).mean()).item()
        rows.append(f"| {name} of fakenewsnet, {known.height} records that have one | {share:.3f} |")
    return rows


def encodings(corpora: Path) -> list[str]:
    """20 BBC stories in 12 encodings: how many fold to the same words."""
    texts = pl.read_parquet(corpora / "bbc" / "documents.parquet")["text"].head(20).to_list()
    rows = []
    for encoding in (*WIDE, *EIGHT_BIT):
        pairs = [(text, text.encode(encoding, "replace").decode(encoding)) for text in texts]
        same = sum(
            fold_all([decode_text(text.encode(encoding, "replace")).text]) == fold_all([given]) for text, given in pairs
        )
        rows.append(f"| {encoding} | {same}/{len(texts)} |")
    return rows


def copies(corpora: Path) -> str:
    """20 BBC stories as files in 12 encodings each -> how many have all their copies in one cluster."""
    texts = (
        pl.read_parquet(corpora / "bbc" / "documents.parquet")["text"].unique(maintain_order=True).head(20).to_list()
    )
    with tempfile.TemporaryDirectory() as name:
        for at, text in enumerate(texts):
            for encoding in (*WIDE, *EIGHT_BIT):
                (Path(name) / f"{at:02} {encoding}.txt").write_bytes(text.encode(encoding, "replace"))
        run = pv.scan([name], Settings(until="clusters"))
    whole = run.clusters.filter(pl.col("level") == "document").with_columns(
        story=pl.col("doc_id").str.extract(r"(\d\d) [^/]*$")
    )
    counted = whole.group_by("story", "cluster_id").len()["len"]
    return f"{(counted >= len(WIDE) + len(EIGHT_BIT)).sum()} of {len(texts)}"


def disguises(corpora: Path) -> list[str]:
    """100 BBC stories and their disguised copies: matched, how much of them, told."""
    texts = (
        pl.read_parquet(corpora / "bbc" / "documents.parquet")["text"].unique(maintain_order=True).head(100).to_list()
    )
    rows = []
    for name, attack in ATTACKS.items():
        cells = []
        for rate in RATES:
            hidden = [attack(text, rate, random.Random(at)) for at, text in enumerate(texts)]
            both = [
                *((f"o{at}", text) for at, text in enumerate(texts)),
                *((f"c{at}", text) for at, text in enumerate(hidden)),
            ]
            run = pv.scan(pl.DataFrame(both, schema=["id", "text"], orient="row"), READ)
            own = run.matches.filter(pl.col("left_doc").str.tail(-1) == pl.col("right_doc").str.tail(-1))
            told = find_signs(pl.Series(hidden)).is_not_null().sum()
            cells.append(f"{own.height} matched, {own['right_containment'].mean():.3f} of the words, {told} told")
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return rows


def rates(corpora: Path) -> list[str]:
    """Web archives and lines: how fast, how much memory."""
    html = pl.read_parquet(corpora / "html-pages" / "documents.parquet")
    texts = pl.read_parquet(corpora / "bbc" / "documents.parquet")["text"].to_list()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wet = b"".join(
            gzip.compress(record("conversion", f"https://q.example/{at}", text.encode()), 1)
            for at, text in enumerate(texts * 4)
        )
        (folder / "x.wet.gz").write_bytes(wet)
        warc = b"".join(response(row["url"], row["html"].encode()) for row in html.iter_rows(named=True))
        (folder / "x.warc").write_bytes(warc)
        for what, path in (("WET", "x.wet.gz"), ("WARC", "x.warc")):
            before = os.times()
            found = read([str(folder / path)], READ)
            after = os.times()
            spent = sum(after[:4]) - sum(before[:4])
            rows.append(
                f"| {what}: articles a processor second, workers counted | {found.documents.height / spent:.0f} |"
            )
        for kind, head, tail in (("txt", "", ""), ("jsonl", '{"text": "', '"}\n'), ("csv", 'id,text\n1,"', '"\n')):
            path = folder / f"line.{kind}"
            with path.open("w") as into:
                into.write(head)
                for _ in range(1 << 10):
                    into.write("dredger " * (1 << 17))
                into.write(tail)
            small = folder / f"small.{kind}"
            small.write_text(f"{head}one two{tail}")
            peak = [_peak(one) for one in (small, path)]
            path.unlink()
            rows.append(
                f"| one line of 1 GB as {kind}: memory over that of a small file | {peak[1] - peak[0]:.0f} MB |"
            )
    return rows


def _peak(path: Path) -> float:
    program = (
        "import sys; from provenance.dumps.reading import read; from provenance.settings import Settings;"
        "found = read([sys.argv[1]], Settings(until='matches')); assert found.documents.height + found.rejects.height;"
        # Of this process since it began: ru_maxrss would count what the one that started it held.
        "print(next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')) / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def fingerprint(corpora: Path) -> str:
    digest = xxhash.xxh3_64()
    for name in ("bbc", "fakenewsnet", "html-pages", "polnear", "reuters"):
        digest.update((corpora / name / "documents.parquet").read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Measure all of it and write the report."""
    corpora = Path(sys.argv[1]) / "corpora"
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "reports" / "measured" / "inputs.md"
    lines = [
        "# Inputs in the wild",
        "",
        f"Written by `python -m tests.inputs FOLDER` on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Python {platform.python_version()}, {os.cpu_count()} shared cores; corpora {fingerprint(corpora)}.",
        "",
        "## Pages and labels", "", "| what | figure |", "|---|---|", *pages(corpora), *records(corpora),
        "",
        "Nothing in html-pages says what the right title is: 90 titles were read by eye, and the one wrong one mended.",
        "", "## Borders of articles", "",
        "F1 of the borders in four dumps of 20 articles for each style and corpus (`tests/splitting.py`).",
        "", *borders(measure(corpora)),
        "",
        "Four more sets of styles, each composed when the splitter knew the sets before it, measured at once, and then",
        "learnt from; below is how it does now on what it was taught by.", "",
        "| set | bbc | reuters | polnear, as first found |", "|---|---|---|---|",
        *(f"| {name} | {' | '.join(first)} |" for name, (_, first) in ROUNDS.items()),
        *(line for styles, _ in ROUNDS.values() for line in ("", *borders(measure(corpora, styles)))),
        "", "## Encodings", "",
        f"Stories whose copies in the 12 encodings below are one cluster: {copies(corpora)}.",
        "BBC stories that fold to the same words:", "",
        "| encoding | same |", "|---|---|", *encodings(corpora),
        "", "## Disguises", "", "100 BBC stories beside their disguised copies, by the share of characters touched.",
        "", "| what | " + " | ".join(f"{rate:.0%}" for rate in RATES) + " |", "|---|---|---|---|", *disguises(corpora),
        "", "## Rates and memory", "",
        "Pages are bound by the extractor (trafilatura alone takes as long); framing, packing and plain text are not.",
        "", "| what | figure |", "|---|---|", *rates(corpora), "",
    ]  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines), encoding="utf-8")
    sys.stdout.write(json.dumps({"written": str(target)}) + "\n")


if __name__ == "__main__":
    main()
