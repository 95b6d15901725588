"""System logs read by DuckDB alone, continuation lines folded in SQL, in two ways; `log_records` only.

No errors are told from the records and no events; that much less is to do than for `ingest`.
"""
