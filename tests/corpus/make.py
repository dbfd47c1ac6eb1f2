"""Write corpus/ and corpus/gold/ from tests/corpus/sources/.

Run from the repository's root: python -m tests.corpus.make
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tests.corpus.gold import make_tables
from tests.corpus.markup import read_sources

if TYPE_CHECKING:
    from tests.corpus.markup import Article, Dump, Piece

SOURCES = Path(__file__).parent / "sources"


def write_text(dump: Dump) -> bytes:
    """A plain-text dump: the articles as they stand, one after another; sets where each one starts."""
    decoded = ""
    for number, article in enumerate(dump.articles, 1):
        article.start = len(decoded) + article.raw.index(article.text)
        article.doc_id = f"{dump.name}#{number}" if len(dump.articles) > 1 else dump.name
        decoded += article.raw
    return decoded.encode("utf-8-sig" if dump.bom else "utf-8")


def records_of(dump: Dump) -> list[dict[str, str]]:
    """The columns of a dump of records; without a column `id`, rows are counted from 1."""
    records = []
    for number, article in enumerate(dump.articles, 1):
        known = article.about | {"text": article.text}
        article.doc_id = known.get("id") or f"{dump.name}#{number}"
        records.append({column: known.get(what, "") for column, what in dump.fields.items()})
    return records


def write_dump(dump: Dump) -> bytes:
    """A dump -> the bytes of its file, in the format that its name says."""
    if dump.name.endswith(".txt"):
        return write_text(dump)
    records = records_of(dump)
    if dump.name.endswith(".csv"):
        table = io.StringIO()
        writer = csv.DictWriter(table, list(dump.fields), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        return table.getvalue().encode()
    if dump.name.endswith(".parquet"):
        return parquet(pl.DataFrame(records))
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    return gzip.compress(lines, mtime=0) if dump.name.endswith(".gz") else lines


def parquet(frame: pl.DataFrame) -> bytes:
    """A frame -> Parquet; uncompressed where a reader's version could change the bytes."""
    octets = io.BytesIO()
    frame.write_parquet(octets, compression="zstd", compression_level=9)
    return octets.getvalue()


def make(sources: Path = SOURCES) -> tuple[dict[str, bytes], list[Article], dict[str, Piece]]:
    """Sources -> every file of corpus/ by its path, the articles, and the passages that they are made of."""
    dumps, pieces = read_sources(sources)
    files = {dump.name: write_dump(dump) for dump in dumps}
    articles = [article for dump in dumps for article in dump.articles]
    for article in articles:
        if "published" in article.about:
            assert datetime.fromisoformat(article.about["published"]).tzinfo, article.key
    assert len({a.doc_id for a in articles}) == len(articles), "two articles have one id"
    for name, frame in make_tables(articles, pieces).items():
        files[f"corpus/gold/{name}.parquet"] = parquet(frame)
    return files, articles, pieces


def main() -> None:
    """Write every file under the folder given, else here."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
    files, articles, _ = make()
    for name, octets in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
    outlets = {article.about["outlet"] for article in articles}
    print(f"{len(articles)} articles by {len(outlets)} outlets in {len(files)} files")


if __name__ == "__main__":
    main()
