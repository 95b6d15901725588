"""The store: Parquet files that hold the rows, and a small DuckDB catalog that says which of them count."""
