"""How fast `ingest` is: `python benchmarks/run.py` measures, keeps the figures, and writes the page about them."""
