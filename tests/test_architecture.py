"""The house rules that code can hold itself to: read with ast, so that a broken one names its file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import provenance
from provenance import tables

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "provenance").rglob("*.py"))

#: A module's floor by the first part of its name that is listed; imports go to lower floors or stay in their part.
FLOORS = [
    {"errors", "arrays"},
    {"tables", "settings", "room", "outputs"},
    {"clock"},
    {"configuration"},
    {"text"},
    {"verdicts"},
    {"matching", "tracing"},
    {"dumps", "reports"},
    {"pipeline", "signatures"},
    {"index"},
    {"cleaning"},
    {"spark"},
    {"evaluation", "review", "frames"},
    {"cli"},
]
#: The same inside a folder that has folders.
INNER_FLOORS = {
    "dumps": [
        {"rejects", "labels", "verdicts"},
        {"sources", "workers"},
        {"intake"},
        {"plain_text"},
        {"web"},
        {"mail", "records"},
        {"columnar", "pieces", "facts", "flags"},
        {"parsing"},
        {"reading"},
        {"streaming"},
    ],
    "matching": [
        {"pairs"},
        {"aligning"},
        {"groups"},
        {"jaccard_kernels", "recall_kernels"},
        {"boilerplate", "document_kernels", "recall"},
        {"ignored", "whole_documents"},
        {"warming"},
    ],
    "tracing": [{"statements"}, {"signs"}, {"stories"}, {"conclusions"}, {"trace"}],
}
#: Heavy or particular libraries -> where they may be imported.
HOMES = {
    "click": ("cli/",),
    "rich": ("cli/",),
    "jinja2": ("reports/",),
    "starlette": ("review/",),
    "uvicorn": ("review/",),
    "numba": ("kernels.py", "cli/compiling.py"),
    "datasketch": ("matching/", "signatures.py"),
    "networkx": (),  # tests compare trees with its own
    "pyspark": ("spark/",),
    "pyarrow": ("spark/",),
}
NEVER = {"difflib", "pickle", "dateutil", "dateparser", "pandas"}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "process", "data", "tmp", "misc", "common"}
SCHEMAS = {title: value for title, value in vars(tables).items() if isinstance(value, pl.Schema)}
STAGES = ("text", "matching", "tracing")


def part_of(path: Path, level: int = 0) -> str:
    return path.relative_to(ROOT / "provenance").parts[level].removesuffix(".py")


def floors(of: list[set[str]]) -> dict[str, int]:
    return {part: number for number, parts in enumerate(of) for part in parts}


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            named = {f"{module}.{alias.name}" for alias in node.names}
            found |= named if module == "provenance" else {name if is_module(name) else module for name in named}
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_go_down_only(path: Path) -> None:
    here, floor = part_of(path), floors(FLOORS)
    if here in ("__init__", "__main__"):
        return
    assert here in floor, f"{name(path)}: {here} has no floor; give it one in FLOORS"
    for module in imports(path):
        if not module.startswith("provenance."):
            continue
        there = module.split(".")[1]
        if there in ("__version__", here):
            continue
        assert floor[there] < floor[here], f"{name(path)}: {here} imports {module}, which is not below it"


@pytest.mark.parametrize("path", [path for path in FILES if part_of(path) in INNER_FLOORS], ids=name)
def test_imports_inside_a_folder_of_folders_go_down_only(path: Path) -> None:
    folder, here = part_of(path), part_of(path, 1)
    floor = floors(INNER_FLOORS[folder])
    if here == "__init__":
        return
    assert here in floor, f"{name(path)}: {here} has no floor; give it one in INNER_FLOORS"
    for module in imports(path):
        if module.startswith(f"provenance.{folder}."):
            there = module.split(".")[2]
            assert there == here or floor[there] < floor[here], f"{name(path)} imports {module}, which is not below it"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_libraries_stay_in_their_homes(path: Path) -> None:
    for module in imports(path):
        library = module.split(".")[0]
        assert library not in NEVER, f"{name(path)}: {library}"
        if library in HOMES:
            place = path.relative_to(ROOT / "provenance").as_posix()
            homes = HOMES[library]
            assert any(place.startswith(home) or place.endswith(home) for home in homes), f"{place} imports {library}"


@pytest.mark.parametrize("path", [path for path in FILES if part_of(path) in STAGES], ids=name)
def test_stages_do_no_input_and_output(path: Path) -> None:
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"open", "print", "input"}, name(path)
    libraries = {module.split(".")[0] for module in imports(path)}
    assert not libraries & {"logging", "socket", "subprocess", "random", "requests", "urllib.request"}, name(path)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_are_short_and_named_for_what_they_hold(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{name(path)} has {lines} lines"
    assert not set(path.stem.split("_")) & BANNED_NAMES, name(path)


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "tables.py"], ids=name)
def test_no_schema_is_spelt_again(path: Path) -> None:
    """A literal of column names to Polars types that has the columns of a table, in whatever order."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Dict) or not node.keys:
            continue
        keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
        if not all(re.match(r"(pl|tables)\.[A-Z]", ast.unparse(value)) for value in node.values):
            continue
        for table, schema in SCHEMAS.items():
            assert keys != set(schema), f"{name(path)}:{node.lineno} spells the schema of {table} again"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_module_function_and_class_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or not tree.body, name(path)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name(path)}:{node.lineno} {node.name}"


def mapped(docstring: str) -> list[str]:
    """The modules that a folder's map names: left of two spaces, on the lines that are set in."""
    left = re.findall(r"^    (\S.*?)(?:,$|  |$)", docstring, re.MULTILINE)
    return [word for names in left for word in names.split(", ")]


#: Folders that have a map in their docstring, with the folders inside them.
MAPPED = sorted(
    path.parent.relative_to(ROOT / "provenance").as_posix()
    for folder in ("dumps", "matching", "reports", "review", "text", "tracing", "verdicts")
    for path in (ROOT / "provenance" / folder).rglob("__init__.py")
)


@pytest.mark.parametrize("folder", MAPPED)
def test_the_map_of_a_folder_names_its_modules_and_no_others(folder: str) -> None:
    place = ROOT / "provenance" / folder
    docstring = ast.get_docstring(ast.parse((place / "__init__.py").read_text(encoding="utf-8")), clean=False)
    named = mapped(docstring or "")
    there = {path.stem for path in place.glob("*.py")} - {"__init__"}
    there |= {path.parent.name for path in place.glob("*/__init__.py")}
    assert sorted(named) == sorted(there), f"provenance/{folder}/__init__.py: put modules on its map, and take them off"


def loaded_by(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sorted(sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    )


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import provenance")
    assert not loaded & {"polars", "numpy", "numba", "datasketch", "pyspark", "click", "jinja2", "rich"}


def test_help_loads_nothing_but_click() -> None:
    loaded = loaded_by("import provenance.cli")
    assert "click" in loaded
    assert not loaded & {"polars", "numpy", "numba", "datasketch", "jinja2", "rich", "rapidfuzz"}


def test_a_scan_loads_the_expressions_of_plain_text_only_where_it_reads_some() -> None:
    loaded = loaded_by("import provenance.pipeline")
    assert not loaded & {
        "provenance.dumps.plain_text.text_files",
        "provenance.dumps.plain_text.layout",
        "provenance.text.passages",
    }


def test_a_report_anew_loads_no_kernels() -> None:
    loaded = loaded_by("import provenance.cli.report, provenance.reports.runs, provenance.reports.page")
    assert "jinja2" in loaded
    assert not loaded & {"numba", "datasketch", "rapidfuzz"}


def test_public_names_resolve() -> None:
    for public in provenance.__all__:
        assert getattr(provenance, public) is not None
    assert set(provenance.__all__) <= set(dir(provenance))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = provenance.nothing


def test_top_level_holds_only_what_the_design_lists() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("not a git checkout: what is tracked cannot be listed")
    top = {line.split("/")[0] for line in listed.splitlines()}
    allowed = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "provenance", "tests", "corpus", "reports"}
    assert {entry for entry in top if not entry.startswith(".")} <= allowed
