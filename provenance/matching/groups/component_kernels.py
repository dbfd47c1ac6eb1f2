"""Kernel of components: the nodes that links tie together."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def find_firsts(left, right, first):
    """first[n] (int64 [nodes], given as n itself) becomes the smallest node of n's component; links left[r]-right[r].

    Union-find: each node points to a smaller one of its component, and paths are halved while they are walked (Tarjan
    and van Leeuwen, J. ACM 31, 1984, section 2). Cost: little more than a step a link, in whatever order.
    """
    for r in range(left.size):
        one, other = left[r], right[r]
        while first[one] != one:
            first[one] = first[first[one]]
            one = first[one]
        while first[other] != other:
            first[other] = first[first[other]]
            other = first[other]
        if one < other:
            first[other] = one
        else:
            first[one] = other
    for n in range(first.size):
        first[n] = first[first[n]]  # what it points to is smaller, and points to the smallest already
