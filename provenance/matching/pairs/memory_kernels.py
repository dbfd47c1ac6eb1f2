"""For kernels that read memory at random: prefetching, and arrays without reference counts.

A random read of a large table takes some 100 ns, and a branch that depends on it waits that long; a read that was
asked for while the ones before it are looked at does not wait.

Numba counts the references to an array, with a locked instruction of 5 ns for each loop or helper that is handed one:
280 times for a pair of articles, a fifth of what comparing them took. An array that is lent is not counted.
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
    """In a kernel: prefetch array[at] of a contiguous array, or its row `at` if it has several dimensions."""

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
    """In a kernel: an argument as an array whose references are not counted; the caller holds it meanwhile."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, args[0])
        for owner in ("meminfo", "parent"):
            setattr(made, owner, cgutils.get_null_value(getattr(made, owner).type))
        return made._getvalue()  # noqa: SLF001  numba's own name for it

    return array(array), generate


def _nothing(_array: Any, _at: Any) -> None:
    """`prefetch` where kernels run as plain Python: nothing."""


def _same(array: Any) -> Any:
    """`lent` where kernels run as plain Python: the array itself."""
    return array


if config.DISABLE_JIT:
    prefetch, lent = _nothing, _same
