"""Benchmarks: run by hand, never timed by a test."""

SEED = 20_261_121
