"""Inverses by blocks, which one thread makes, are those of the library."""

from __future__ import annotations

import numpy as np
import pytest

from provenance.tracing.stories.graphs import BLOCK, invert


@pytest.mark.parametrize("size", [1, 5, BLOCK, BLOCK + 1, 2 * BLOCK, 150])
def test_an_inverse_by_blocks_is_an_inverse(size: int) -> None:
    luck = np.random.default_rng(size)
    weights = luck.random((3, size, size)) * (luck.random((3, size, size)) < 0.2)
    laplacian = np.eye(size) * (weights.sum(1) + luck.random((3, size)) ** 8 + 1e-6)[:, None] - weights
    found = invert(laplacian)
    np.testing.assert_allclose(found, np.linalg.inv(laplacian), rtol=1e-6, atol=1e-9 * np.abs(found).max())
    np.testing.assert_array_equal(invert(laplacian[1:2])[0], found[1])  # alone as in company


def test_no_part_is_so_large_that_the_library_takes_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    inverse = np.linalg.inv

    def told(matrices: np.ndarray) -> np.ndarray:
        sizes.append(matrices.shape[-1])
        return inverse(matrices)

    monkeypatch.setattr(np.linalg, "inv", told)
    invert(np.eye(250)[None] * 2)
    assert max(sizes) <= BLOCK
    assert sum(sizes) >= 250
