"""The benchmarks, one module each: a `NAME`, and `run`, which measures and gives figures."""
