"""What the end of a file's name says of it. Nothing is imported: a scan asks before it has loaded anything."""

from __future__ import annotations

#: What a suffix says; whatever else holds text is plain text.
SUFFIXES = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".jl": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow",
    ".txt": "text", ".text": "text", ".md": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".shtml": "html", ".mhtml": "eml", ".mht": "eml",
    ".rss": "feed", ".atom": "feed", ".xml": "feed", ".rdf": "feed",
    ".sgm": "xml", ".sgml": "xml",
    ".warc": "warc", ".wet": "warc", ".zip": "zip", ".tar": "tar", ".eml": "eml", ".mbox": "mbox", ".mbx": "mbox",
}  # fmt: skip
#: Suffixes of packings, and what the name is without them.
PACKED = {
    ".gz": "", ".gzip": "", ".bz2": "", ".bz": "", ".xz": "", ".zst": "", ".zstd": "",
    ".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar",
}  # fmt: skip
