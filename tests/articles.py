"""Articles to be read into passages, hostile ones too, and what must hold of the passages of any."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import strategies as st

from provenance import tables

BODY = (
    "The ferry company said on Monday that it would not run its evening boats until the quay had been repaired, "
    "and that passengers with tickets could travel by bus along the shore road instead."
)
MORE = (
    "Nobody at the harbour office could say how long the repairs would take, because the divers who were to look at "
    "the piles had been called away to another port, an official added."
)


def documents(*texts: str, titles: tuple[str | None, ...] = ()) -> pl.DataFrame:
    columns = {name: [None] * len(texts) for name in tables.DOCUMENTS}
    columns["doc_id"] = [f"d{number:03d}" for number in range(len(texts))]  # type: ignore[list-item]
    columns["text"] = list(texts)  # type: ignore[arg-type]
    columns["title"] = [*titles, *[None] * (len(texts) - len(titles))]  # type: ignore[list-item]
    return pl.DataFrame(columns, schema=tables.DOCUMENTS)


def check_cover(frame: pl.DataFrame, texts: dict[str, str]) -> None:
    for doc_id, text in texts.items():
        own = frame.filter(pl.col("doc_id") == doc_id)
        covered = np.zeros(len(text), np.int64)
        for _, start, end, role in own.iter_rows():
            assert 0 <= start < end <= len(text)
            if role != "quote":
                covered[start:end] += 1
            else:
                around = own.filter(
                    (pl.col("start") <= start) & (pl.col("end") >= end) & (pl.col("role") == "paragraph")
                )
                assert around.height == 1
        assert covered.max(initial=0) <= 1
        assert all(covered[place] or sign.isspace() for place, sign in enumerate(text))
        assert own["start"].is_sorted()


#: Marks, line ends and lines that readers of articles act on, in any order.
hostile = st.lists(
    st.sampled_from(
        [
            "\x00",
            "\x1b[31m",
            "\u202e",
            "]]>",
            "[…]",
            "“",
            "”",
            '"',
            "\r\n",
            "\r",
            "\u2028",
            "\n\n",
            "\n",
            " ",
            "\u3000",
            "\ufeff",
            "https://a.example/x",
            "Thu, 02 Jun 2022 07:00:00 +0000",
            "Boats Stop At Last",
            "boats stop at last.",
            "TT",
            "20",
            "船は止まった",
            "عبارة",
            "🚢",
            "(Reuters)",
            "By Ann Example",
            BODY,
        ]
    ),
    max_size=25,
).map("".join)
