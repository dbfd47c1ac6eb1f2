"""What kernels that read here and there ask of memory: that it is there in time, and that nobody counts who holds it.

A place of a large table comes from memory in some 100 ns, and a branch that hangs on it waits that long; asked for
while the places before it are looked at, it is there in time.

Numba counts the references to an array, with a locked step of 5 ns for each loop or helper that is handed one: 280
times for a pair of articles, a fifth of what comparing them took. An array that is lent has no count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable


@intrinsic
def prefetch(_context: Any, array: Any, at: Any) -> tuple[Any, Callable[..., Any]]:
    """In a kernel: ask for array[at] of a contiguous array (of several dimensions: its row `at`); changes nothing."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, args[0])
        place = context.cast(builder, args[1], signature.args[1], types.intp)
        octets, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        row = builder.extract_value(held.strides, 0)
        wanted = builder.gep(builder.bitcast(held.data, octets), [builder.mul(place, row)])
        kind = ir.FunctionType(ir.VoidType(), [octets, number, number, number])
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(ask, [wanted, *(ir.Constant(number, value) for value in (0, 3, 1))])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(array, at), generate


@intrinsic
def lent(_context: Any, array: Any) -> tuple[Any, Callable[..., Any]]:
    """In a kernel: one of its arguments as an array whose references are not counted; whoever called holds it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, args[0])
        for owner in ("meminfo", "parent"):
            setattr(made, owner, cgutils.get_null_value(getattr(made, owner).type))
        return made._getvalue()  # noqa: SLF001  numba's own name for it

    return array(array), generate


def _nothing(_array: Any, _at: Any) -> None:
    """What a kernel does that runs as plain Python: it has no memory to ask for."""


def _same(array: Any) -> Any:
    """What is lent to a kernel that runs as plain Python."""
    return array


if config.DISABLE_JIT:
    prefetch, lent = _nothing, _same
