"""gaoya: its index with the tokeniser in Rust; bulk insert, then bulk query, both on all threads."""

from __future__ import annotations

import gaoya
from grouping import BANDS, ROWS, THRESHOLD, WORDS, label, read, write

ids, texts = read()
index = gaoya.minhash.MinHashStringIndex(
    jaccard_threshold=THRESHOLD,
    num_bands=BANDS,
    band_size=ROWS,
    lowercase=True,
    ngram_range=(WORDS, WORDS),
    id_container="smallvec",  # what its documentation advises where few articles are alike
)
index.par_bulk_insert_docs(list(range(len(texts))), texts)
found = index.par_bulk_query(texts)
write(ids, "cluster", label(len(ids), ((one, other) for one, others in enumerate(found) for other in others)))
