"""How a job's history is told in files: one module per log family, named as in formats.md."""
