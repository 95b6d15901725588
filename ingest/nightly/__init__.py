"""The night: what `ingest nightly` does while nobody looks."""
