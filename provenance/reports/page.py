"""A Run -> report.html: one offline file for an editor, or a page with its larger blocks beside it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any

import xxhash
from jinja2 import Environment, FunctionLoader, StrictUndefined

from provenance.reports import blocks
from provenance.reports.articles import describe_articles, order_articles
from provenance.reports.listing import choose_clusters, find_members, list_clusters, list_members
from provenance.reports.numbered import number_tables
from provenance.reports.overview import describe_run
from provenance.reports.pairs import choose_pairs, describe_pairs
from provenance.reports.writing import BLOCKS, PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provenance.reports.blocks import Block
    from provenance.reports.runs import Run

#: Characters of packed data in one file. Chromium reads so much from disk in some 150 ms; mail takes it too.
ONE_FILE = 12_000_000
FIRST = 20  # clusters of a level that the first view draws
LEVELS = ("document", "passage")
#: The page's program, each file after those it imports from.
SCRIPTS = (
    "dom.js", "blocks.js", "text.js", "words.js", "search.js", "charts.js", "graph.js", "aligned.js", "parts.js",
    "clusters.js", "summary.js", "cluster.js", "pair.js", "article.js", "keys.js", "main.js",
)  # fmt: skip
STYLES = ("report.css",)


@dataclass(frozen=True, slots=True)
class Served:
    """What a local server adds to the page: scripts and styles beside the template, and leave to talk to it."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    connect: str = "'none'"  # the policy's connect-src
    values: dict[str, str] = field(default_factory=dict)  # given to the scripts as data- attributes of the body


def render(run: Run, served: Served | None = None) -> str:
    """The whole page in one file, whatever its size."""
    return _fill(list(_pack(run)), served or Served())


def page_files(run: Run) -> Iterator[tuple[str, bytes]]:
    """The page as files by name: PAGE alone, or its larger blocks as scripts in BLOCKS, named by content, then PAGE.

    Each block may be written, and let go of, while the next ones are made.
    """
    packed = _pack(run)
    inside: list[Block] = []
    size = 0
    for block in packed:
        inside.append(block)
        size += len(block.content)
        if size > ONE_FILE:
            break
    if size > ONE_FILE:
        together, inside = chain(inside, packed), []
        for block in together:
            if block.name == "run":  # what the first view reads
                inside.append(block)
                continue
            script = f'provenance.take("{block.name}","{block.content}");\n'.encode()
            place = f"{BLOCKS}/{xxhash.xxh3_64(script).hexdigest()}.js"
            inside.append(block._replace(content=place))
            yield place, script
    yield PAGE, _fill(inside, Served()).encode()


def _pack(run: Run) -> Iterator[Block]:
    """All blocks of a run: `run` first, which says what the others hold."""
    tables = number_tables(run)
    chosen = choose_clusters(tables.clusters)
    order = order_articles(tables, chosen)
    pairs = choose_pairs(tables.matches)
    found = {level: find_members(tables, chosen, level) for level in LEVELS}
    lists = {level: list_clusters(tables, chosen, rows, level) for level, rows in found.items()}
    articles = describe_articles(tables, order, found["passage"], pairs)
    paired = describe_pairs(tables.spans, pairs, order)
    members = {level: list_members(rows, chosen, order, level) for level, rows in found.items()}
    # characters of JSON that a row takes, about: what its fields take whatever it holds, and each place in a list
    cut = {
        "articles": (articles, blocks.cut(order["kept"] + 2000)),
        "pairs": (paired, blocks.cut(150 + 30 * paired["spans"])),
    } | {
        f"{level}_members": (rows, blocks.cut(30 + 25 * rows["members"].list.len())) for level, rows in members.items()
    }
    contents: dict[str, Any] = {name: starts for name, (_, starts) in cut.items()}
    contents["pairs"] = [paired.row(start, named=True) for start in contents["pairs"]]
    contents["pairs"] = [(row["low"], row["high"]) for row in contents["pairs"]]
    overview = describe_run(run, tables) | {
        "contents": contents | {"counts": {name: frame.height for name, (frame, _) in cut.items()}},
        "first": {level: rows.head(FIRST).to_dicts() for level, rows in lists.items()},
    }

    def everything() -> Iterator[tuple[str, bytes]]:
        yield "run", _json(overview)
        for level, rows in lists.items():
            yield f"{level}_clusters", blocks.json_of(rows)
        yield "ids", _json(articles["doc_id"].to_list())
        for name, (frame, starts) in cut.items():
            yield from blocks.rows(name, frame, starts)

    yield from blocks.pack(everything())


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# -- the file --------------------------------------------------------------------------------------------


def _fill(packed: list[Block], served: Served) -> str:
    environment = Environment(
        # select_autoescape looks at file names and would leave a renamed template bare
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_asset),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = "".join(map(_asset, (*STYLES, *served.styles)))
    script = _program((*SCRIPTS[:-1], *served.scripts, SCRIPTS[-1]))
    outside = any(block.content.startswith(BLOCKS) for block in packed)
    return environment.get_template("report.html").render(
        blocks=packed, folder=BLOCKS, style=style, script=script, policy=_policy(style, script, served, outside),
        values=served.values,
    )  # fmt: skip


@cache
def _asset(name: str) -> str:
    return (files("provenance.reports") / "templates" / name).read_text(encoding="utf-8")


def _program(names: tuple[str, ...]) -> str:
    """ES modules -> one script: a page opened from disk may not import, so each becomes a function called in order."""
    return "\n".join(["const modules = {};", *map(_as_function, names)])


IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([^"]*)";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)


def _as_function(name: str) -> str:
    def bound(found: re.Match[str]) -> str:
        return f'const {found[1].replace(" as ", ": ")} = modules["{found[2]}"];'

    text = _asset(name)
    public = ", ".join(found[2] for found in EXPORT.finditer(text))
    body = EXPORT.sub(r"\1", IMPORT.sub(bound, text))
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {public} }};\n}})();'


def _policy(style: str, script: str, served: Served, outside: bool) -> str:
    """A content security policy under which nothing but our own two blocks, named by their hashes, runs or loads.

    Where blocks lie beside the page, our script may load them (`strict-dynamic`), and no markup may.
    """

    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    also = " 'strict-dynamic'" if outside else ""
    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}{also}; "
        f"connect-src {served.connect}; base-uri 'none'; form-action 'none'"
    )
