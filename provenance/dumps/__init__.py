"""The world outside -> DOCUMENTS and REJECTS."""
