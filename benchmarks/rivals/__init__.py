"""What `ingest` is measured against: other ways to the same rows, each as good as an afternoon makes it."""
