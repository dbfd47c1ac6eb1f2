"""The words of articles without boilerplate, word by word."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from provenance.tables import PASSAGES
from provenance.text.tokens import tokenize
from provenance.tracing.signs.bodies import fold_bodies

STRETCHES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 15), st.sampled_from(["boilerplate", "caption"])))


@given(texts=st.lists(st.tuples(st.text("ab .", max_size=40), STRETCHES), max_size=5))
def test_no_word_that_begins_in_boilerplate_is_folded(texts: list[tuple[str, list[tuple[int, int, str]]]]) -> None:
    documents = pl.DataFrame({"doc_id": [f"d{n}" for n in range(len(texts))], "text": [text for text, _ in texts]})
    documents = documents.cast({"doc_id": pl.String, "text": pl.String})
    rows = [
        dict.fromkeys(PASSAGES) | {"doc_id": f"d{n}", "start": start, "end": start + size, "role": role}
        for n, (_, stretches) in enumerate(texts)
        for start, size, role in stretches
    ]
    whole, wanted = tokenize(documents["text"]), documents["doc_id"].reverse().gather_every(2)
    for known in (None, whole):
        found = fold_bodies(documents, pl.DataFrame(rows, schema=PASSAGES), wanted, known)
        assert sorted(found.row) == sorted(wanted)
        for doc_id in wanted:
            n = int(doc_id[1:])
            out = [(start, start + size) for start, size, role in texts[n][1] if role == "boilerplate"]
            places = whole.start[whole.words(n)].tolist()
            kept = [at for at in places if not any(low <= at < high for low, high in out)]
            assert found.read([doc_id]).start.tolist() == kept
        if len(wanted):
            every, apart = found.read(wanted.to_list()), [found.read([doc_id]) for doc_id in wanted]
            assert np.diff(every.bounds).tolist() == [one.word.size for one in apart]
            for name, column in every._asdict().items():
                if name != "bounds":
                    assert column.tolist() == [value for one in apart for value in getattr(one, name)]
