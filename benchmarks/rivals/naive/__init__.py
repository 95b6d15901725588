"""One file after the other, one line after the other: the parser that one writes first.

It is meant to be honest: a compiled expression per line, values converted by Arrow a hundred thousand at a time, the same
columns, the same reading of tracebacks and the same Parquet writer as `ingest` has. It keeps no ledger, hashes nothing,
survives no damage and publishes nothing.
"""
