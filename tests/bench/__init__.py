"""Benchmarks: run by hand, never timed by a test."""

from pathlib import Path

SEED = 20_261_121
THREADS = 2  # the targets are set for two cores; every contestant is told so, and held to it where the machine has more
ROOT = Path(__file__).resolve().parent.parent.parent
