"""Copies of a store's tables for other engines: Delta Lake, Iceberg, Parquet, DuckDB."""
