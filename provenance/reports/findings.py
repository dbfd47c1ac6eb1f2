"""FINDINGS -> what the gate says: lines to read, JSON, JSON lines, GitHub annotations, SARIF."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from provenance.errors import UsageError
from provenance.reports.escaping import plain_values, terminal, visible
from provenance.reports.figures import shown_share
from provenance.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import polars as pl

FORMATS = ("text", "json", "jsonl", "github", "sarif")
#: What --fail-on of a check may name: that verdict or a closer one.
LADDER = ("duplicate", "near_duplicate", "recycled")
#: What --fail-on of a scan may name: these relations of MATCHES or those of a closer one; editors said `same`.
RELATIONS = {
    "duplicate": ("duplicate",),
    "near_duplicate": ("near_duplicate", "same"),
    "contained": ("contained", "contains"),
    "overlap": ("overlap",),
}
RULES = {
    "duplicate": "The same words in the same order were seen before.",
    "near_duplicate": "Nearly all shingles of five words are those of a document seen before.",
    "recycled": "Passages stand in documents seen before.",
}
LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def failing_relations(fail_on: str) -> set[str]:
    """The relations of MATCHES that fail a scan.

    >>> sorted(failing_relations("near_duplicate"))
    ['duplicate', 'near_duplicate', 'same']
    """
    rungs = list(RELATIONS)
    return {relation for rung in rungs[: rungs.index(fail_on) + 1] for relation in RELATIONS[rung]}


@dataclass(frozen=True)
class Gate:
    """Which findings fail: verdicts up to `fail_on`, `recycled` from a share of `max_recycled` words on."""

    fail_on: str = "recycled"
    max_recycled: float = 0.3  # a quotation and an agency's background stay under it; half an article does not
    known: frozenset[str] = frozenset()  # fingerprints of a baseline: marked, and not failed

    def fails(self, verdict: str, recycled_share: float, fingerprint: str) -> bool:
        """Whether a finding makes the gate fail."""
        if verdict not in LADDER[: LADDER.index(self.fail_on) + 1] or fingerprint in self.known:
            return False
        return verdict != "recycled" or recycled_share >= self.max_recycled


def to_records(findings: pl.DataFrame, gate: Gate) -> Iterator[dict[str, Any]]:
    """FINDINGS -> JSON objects: the columns, and what the gate makes of each."""
    for row in findings.iter_rows(named=True):
        mark = fingerprint(row)
        judged = {"known": mark in gate.known, "fails": gate.fails(row["verdict"], row["recycled_share"], mark)}
        yield {"schema_version": SCHEMA_VERSION, **plain_values(row), "fingerprint": mark, **judged}


def fingerprint(row: dict[str, Any]) -> str:
    """16 hex digits that a finding keeps from run to run: of the document, the verdict and the closest document."""
    parts = "\0".join((row["doc_id"], row["verdict"], row["matched_doc"] or ""))
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def read_baseline(path: Path) -> frozenset[str]:
    """An earlier output of `check` as json, jsonl or sarif -> the fingerprints in it. Raises UsageError."""
    try:
        text = path.read_text(encoding="utf-8")
        try:
            values = [json.loads(text)]
        except ValueError:
            values = [json.loads(line) for line in text.split("\n") if line.strip()]
        return frozenset(mark for value in values for mark in _marks(value))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else "no output of check as json, jsonl or sarif"
        raise UsageError(f"{path}: cannot be read as a baseline ({said}); make it with check --format jsonl") from None


def _marks(value: dict[str, Any]) -> Iterator[str]:
    if "runs" in value:
        for result in (result for run in value["runs"] for result in run["results"]):
            yield result["partialFingerprints"]["provenance/v1"]
    else:
        for finding in value.get("findings", [value]):
            if finding["verdict"] != "new":
                yield finding["fingerprint"]


def sentence(record: dict[str, Any]) -> str:
    """One finding in words."""
    verdict, other = record["verdict"], record["matched_doc"]
    about = ", ".join(part for part in (record["matched_outlet"], (record["matched_published"] or "")[:10]) if part)
    source = f"{other} ({about})" if about else f"{other}"
    if record["already_indexed"]:
        return f"already indexed ({about})" if about else "already indexed"  # under its own id
    if verdict == "duplicate":
        return f"duplicate of {source}"
    if verdict == "near_duplicate":
        return f"near duplicate of {source}, jaccard {record['jaccard']:.2f}"
    if verdict == "recycled":
        share, most = (shown_share(record[name]) for name in ("recycled_share", "left_containment"))
        return f"{share} of its words recycled, {most} from {source}"
    return "new"


# -- whole outputs ---------------------------------------------------------------------------------------


def as_text(record: dict[str, Any]) -> str | None:
    """One line for a terminal; none for what is new."""
    if record["verdict"] == "new":
        return None
    mark = "known: " if record["known"] else "" if record["fails"] else "note: "
    path, doc_id = record["path"], record["doc_id"]
    place = doc_id if doc_id.startswith(path) else f"{path}: {doc_id}"  # a document of a text dump is named by its path
    return terminal(f"{place}: {mark}{sentence(record)}")


def as_json_line(record: dict[str, Any]) -> str:
    """One line of JSON, also for those who take U+0085, U+2028 and U+2029 for ends of lines."""
    return json.dumps(record, ensure_ascii=False).translate(LINE_ENDS)


def as_annotation(record: dict[str, Any]) -> str | None:
    """One workflow command for GitHub; none for what is new."""
    if record["verdict"] == "new":
        return None
    level = "error" if record["fails"] else "notice"
    message = _for_github(terminal(f"{record['doc_id']}: {sentence(record)}"))
    place = _for_github(visible(record["path"]), in_property=True)
    return f"::{level} file={place},title=provenance {record['verdict']}::{message}"


def _for_github(text: str, in_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def as_json(records: Iterable[dict[str, Any]], summary: dict[str, Any]) -> Iterator[str]:
    """One JSON document, piece by piece: findings are never all in memory."""
    head = json.dumps({"schema_version": SCHEMA_VERSION, "program": "provenance"} | summary, ensure_ascii=False)
    yield head.removesuffix("}") + ', "findings": ['
    for number, record in enumerate(records):
        yield ("," if number else "") + "\n " + json.dumps(record, ensure_ascii=False)
    yield "\n]}\n"


def as_sarif(records: Iterable[dict[str, Any]], version: str) -> Iterator[str]:
    """SARIF 2.1.0, piece by piece; what is new is no result."""
    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in RULES.items()]
    driver = {"name": "provenance", "version": version, "rules": rules}
    yield f'{{"$schema": {json.dumps(SARIF)}, "version": "2.1.0", "runs": ['
    yield f'{{"tool": {{"driver": {json.dumps(driver)}}}, "columnKind": "unicodeCodePoints", "results": ['
    first = True
    for record in records:
        if record["verdict"] != "new":
            yield ("" if first else ",") + "\n " + json.dumps(_result(record), ensure_ascii=False)
            first = False
    yield "\n]}]}\n"


def _result(record: dict[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {"logicalLocations": [{"name": record["doc_id"], "kind": "article"}]}
    if record["path"] != "-":
        place["physicalLocation"] = {"artifactLocation": {"uri": quote(record["path"])}}
    return {
        "ruleId": record["verdict"],
        "ruleIndex": list(RULES).index(record["verdict"]),
        "level": "error" if record["fails"] else "note",
        "message": {"text": f"{record['doc_id']}: {sentence(record)}"},
        "locations": [place],
        "partialFingerprints": {"provenance/v1": record["fingerprint"]},
        "baselineState": "unchanged" if record["known"] else "new",
        "properties": record,
    }
