"""What the tests of cleaning share: texts of which some repeat, as a frame and as files."""

from __future__ import annotations

import csv
import io
import json

import polars as pl

import provenance as pv
from tests.strategies import SENTENCES

PLAIN = pv.Settings(rewritten="off")
ONE = f"{SENTENCES[0]} {SENTENCES[1]}"
OTHER = "Nothing of the kind was ever heard of in the whole of Orle, said the mayor, and went home."


def frame(texts: dict[str, str]) -> pl.DataFrame:
    """Rows with columns that are none of ours, and a blank one among them."""
    bodies: list[str | None] = list(texts.values())
    bodies.insert(1, None)
    ids = [*list(texts)[:1], "blank", *list(texts)[1:]]
    return pl.DataFrame({"n": range(len(ids)), "id": ids, "body": bodies, "tags": [[name] for name in ids]})


RECORDS = [
    {"id": "a", "text": ONE, "n": 1.50, "tags": ["x", None]},
    {"id": "b", "text": OTHER, "n": 2, "é": "ü"},
    {"id": "c", "text": f"{ONE} It rained.", "n": None},
    {"id": "d", "text": ONE, "n": [1, {"text": "inner"}]},
    {"id": "e", "text": f"{SENTENCES[0]}\n\n{SENTENCES[3]}, “quoted”, a;b\n", "n": ""},
]


def as_json_lines() -> bytes:
    """Lines that end in two ways, with numbers as nobody else writes them, and three that are no article."""
    lines = [json.dumps(record, ensure_ascii=number % 2 == 0) for number, record in enumerate(RECORDS)]
    lines[1:1] = ["", "no JSON", '{"id": "blank", "text": " "}']
    lines[3] = lines[3].replace('"n": 2', '"n":   2.00')
    return ("\r\n".join(lines[:4]) + "\n" + "\n".join(lines[4:])).encode()


def as_table(delimiter: str) -> bytes:
    """The same records, a blank line, and a row of too few cells."""
    into = io.StringIO()
    writer = csv.writer(into, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["id", "n", "text"])
    for record in RECORDS:
        writer.writerow([record["id"], "1,50", record["text"]])
    return into.getvalue().encode() + b"\r\nx" + delimiter.encode() + b"y\r\n"


#: Files whose third and fourth article repeat the first; of each some records cannot be read.
FORMATS = {"d.jsonl": as_json_lines(), "d.csv": as_table(","), "d.tsv": as_table("\t"), "s.csv": as_table(";")}
