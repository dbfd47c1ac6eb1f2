"""Pieces as batches of Arrow, as Spark's Python processes hand them over."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from provenance.spark.pieces import Piece
from provenance.spark.workers import BATCH, batch_pieces

pieces = st.builds(Piece, st.integers(-(2**63), 2**63 - 1), st.text(max_size=5), st.binary(max_size=9))


@given(st.lists(pieces))
def test_batches_have_the_pieces_in_order(given_pieces: list[Piece]) -> None:
    batches = list(batch_pieces(given_pieces))
    assert [Piece(**row) for batch in batches for row in batch.to_pylist()] == given_pieces
    assert len(batches) == bool(given_pieces)


def test_a_batch_ends_with_the_piece_that_fills_it() -> None:
    half = Piece(1, "texts", bytes(BATCH // 2))
    assert [batch.num_rows for batch in batch_pieces([half] * 5)] == [2, 2, 1]


def test_no_process_imports_pandas_to_hand_pieces_over() -> None:
    """Arrow would, to find out whether a list is a column: .35 s in each process."""
    lines = (
        "import sys",
        "from provenance.spark.workers import batch_pieces",
        "from provenance.spark.pieces import Piece",
        "list(batch_pieces([Piece(1, 'texts', b'data')]))",
        "print('pandas' in sys.modules)",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
