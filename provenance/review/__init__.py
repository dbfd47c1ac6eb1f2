"""The local page on which editors decide: the log of their decisions, and the server."""
