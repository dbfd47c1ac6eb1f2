"""Every regular expression of ours on strings that make expressions run away.

    python -m tests.pumps [MODULE]    the slowest of them, of one module or of all

Expressions are found in the source: whatever is handed to a function of `re` is evaluated where it stands, so that one
written inside a function counts as well, and so do those that a module holds in a series. Those of Polars are left out:
its engine is linear whatever the expression.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import provenance

if TYPE_CHECKING:
    from types import ModuleType

SIZE, LIMIT = 100_000, 0.1  # characters; seconds of processor time for one expression on one string
PUMPS = (
    "a", "A", "1", " ", "\t", "\n", "-", ".", "<", "[", "(", ")", "é", '"', "1 ", "- ", ". ", ", ", "a ", "Aa ", "A. ",
    "(A", "<a ", "</p>", "<!--", "]]>", "http://a ", "By A ", "&amp;", "я ", "2020-01-01 ", "4 March 2020, ", "X: y\n ",
    "charset=", "| ", "(A) -", "said ", "told the A ",
)  # fmt: skip
#: What is called with windows of a few hundred characters only (citations.BEFORE and AFTER), and the most it may get.
WINDOWED = {"provenance.tracing.statements.citations": 300}
_FUNCTIONS = {"compile", "match", "search", "fullmatch", "findall", "finditer", "split", "sub", "subn"}
_ANCHORED = {"match", "fullmatch"}


class Expression(NamedTuple):
    """A regular expression, where it stands, and whether it is only ever tried at the start of a string."""

    place: str
    pattern: re.Pattern[Any]
    anchored: bool


@lru_cache(maxsize=1)
def expressions() -> tuple[list[Expression], list[str]]:
    """All expressions of the package, and the places of those that cannot be known before the program runs."""
    found: list[Expression] = []
    unknown: list[str] = []
    for name in sorted({found.name for found in pkgutil.walk_packages(provenance.__path__, "provenance.")}):
        if name == "provenance.__main__":
            continue
        try:
            module = importlib.import_module(name)
        except ImportError as error:  # an extra that is not installed
            unknown.append(f"{name}: {error}")
            continue
        here, lost = _expressions_of(module)
        found += here
        unknown += lost
    return found, unknown


def _expressions_of(module: ModuleType) -> tuple[list[Expression], list[str]]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    methods: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            methods.setdefault(node.value.id, set()).add(node.attr)
    names = {
        id(node.value): target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: list[Expression] = []
    unknown: list[str] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _is_of_re(node.func)):
            continue
        place = f"{module.__name__}:{node.lineno}"
        assert isinstance(node.func, ast.Attribute)
        used = methods.get(names.get(id(node), ""), set()) if node.func.attr == "compile" else {node.func.attr}
        try:
            pattern = re.compile(*(_value(part, module) for part in _pattern_and_flags(node)))
        except (NameError, TypeError):
            unknown.append(place)
            continue
        found.append(Expression(place, pattern, bool(used) and used <= _ANCHORED))
    series = [value for value in vars(module).values() if isinstance(value, tuple | list)]
    held = [item for items in series for item in items if isinstance(item, re.Pattern)]
    found += [Expression(f"{module.__name__} {at}", item, anchored=False) for at, item in enumerate(held)]
    return found, [] if held else unknown


def _is_of_re(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr in _FUNCTIONS
    )


def _pattern_and_flags(call: ast.Call) -> list[ast.expr]:
    flags = [word.value for word in call.keywords if word.arg == "flags"]
    plain = call.args[1:2] if isinstance(call.func, ast.Attribute) and call.func.attr == "compile" else []
    return [call.args[0], *plain, *flags]


def _value(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), "", "eval"), vars(module))


def cost(one: Expression, pump: str, size: int = SIZE) -> float:
    """Processor seconds of an expression on a string, by the way in which it is called."""
    # What ends on another character makes those that look for the end try every place.
    text: Any = (pump * (size // len(pump) + 1))[:size] + "\0"
    text = text.encode() if isinstance(one.pattern.pattern, bytes) else text
    began = time.process_time()
    if one.anchored:
        one.pattern.match(text)
        one.pattern.fullmatch(text)
    else:
        for _ in one.pattern.finditer(text):
            pass
    return time.process_time() - began


def size_for(one: Expression) -> int:
    """How long the strings are on which an expression is tried."""
    return next((size for module, size in WINDOWED.items() if one.place.startswith(module)), SIZE)


def is_slow(one: Expression, pump: str) -> bool:
    """Whether an expression takes too long on a string.

    A tenth of the string in a hundredth of the time is quick enough even for what grows with the square; else all of
    it is tried, thrice, because a busy machine is no fault of the expression.
    """
    size = size_for(one)
    if cost(one, pump, size // 10) <= LIMIT / 100:
        return False
    return all(cost(one, pump, size) > LIMIT for _ in range(3))


def slowest(one: Expression) -> tuple[float, str]:
    """The most that an expression takes on any of the strings, and on which; told from a tenth where that is slow."""
    size = size_for(one)
    found = []
    for pump in PUMPS:
        part = cost(one, pump, size // 10)
        # What a tenth of the string says of all of it, if time grows with the square: an hour is not waited for.
        whole = 100 * part if part > LIMIT / 10 else min(cost(one, pump, size) for _ in range(2))
        found.append((whole, pump))
    return max(found)


def main() -> None:
    """Print the slowest expressions."""
    found, unknown = expressions()
    chosen = [one for one in found if one.place.startswith(sys.argv[1] if len(sys.argv) > 1 else "")]
    rows = [(*slowest(one), one.place) for one in chosen]
    print(f"{len(chosen)} expressions, {len(PUMPS)} strings of {SIZE:,} characters")
    print(f"not known before they are used: {', '.join(unknown) or 'none'}")
    for seconds, pump, place in sorted(rows, reverse=True)[:20]:
        print(f"{1000 * seconds:6.0f} ms  {place}  {pump!r}")


if __name__ == "__main__":
    main()
