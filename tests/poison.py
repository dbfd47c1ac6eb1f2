"""Parsers that fail in every way, to be asked of workers."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any


def poison(content: bytes) -> dict[str, Any]:
    kind = content.decode()
    if kind == "crash":
        ctypes.string_at(0)
    elif kind == "exit":
        os._exit(7)
    elif kind == "hang":
        while True:
            pass
    elif kind == "swell":
        return {"text": "x" * len(bytearray(8 << 30))}
    elif kind == "raise":
        raise ValueError("a parser's own mistake")
    elif kind == "recurse":
        return poison(content)
    elif kind == "print":
        sys.stdout.write("no answer\n")
    return {"text": kind}


PARSERS = {"poison": poison}
