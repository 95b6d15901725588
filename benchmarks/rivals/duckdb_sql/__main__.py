"""`python -m benchmarks.rivals.duckdb_sql WAY TREE STORE`: WAY is `by_windows` or `by_marks`. Row counts go to stdout."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

from benchmarks.rivals.duckdb_sql import events
from benchmarks.rivals.trees import log_kind, tree_files

_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\|"
_LEVELS = "DEBUG|INFO|WARNING|ERROR|CRITICAL"
_HEAD = (  # formats.md, Appendix A, `SYS`, without the look-ahead that RE2 has not: the shortest logger is taken
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\|"
    rf"(?:([^|\n]*)\|)??({_LEVELS})\|(\d+)\|(?:(\d+)\|)?(?:([A-Za-z_<][\w<>]*\(\))\|)?"
)


def main(way: str, tree: str, store: str) -> None:
    """Reads the logs below a folder with one processor, as `ingest --jobs 1` has."""
    parquet = Path(store) / "data" / "log_records" / "duckdb.parquet"
    parquet.parent.mkdir(parents=True)
    here = Path(__file__).parent
    records = (here / f"{way}.sql").read_text().format(head=_HEAD, start=_TIME)
    query = (here / "write.sql").read_text()
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            "CREATE TEMP TABLE sources (filename VARCHAR, job_id VARCHAR, file_id BIGINT, node VARCHAR, process VARCHAR,"
            " source VARCHAR)"
        )
        logs = ((file, log_kind(file.path)) for file in tree_files(tree))
        rows = [
            (str(file.location), file.job_id, file.identity, log[1].get("node"), log[1].get("process"), log[0].source)
            for file, log in logs
            if log
        ]
        connection.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("SET VARIABLE files = (SELECT list(filename ORDER BY filename) FROM sources)")
        told = {"form": events.number(), "event": events.name(), "node": events.node(), "fields": events.fields()}
        connection.execute(query.format(records=records, head=_HEAD, parquet=parquet, **told))
        counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(parquet)]).fetchone()
    print(json.dumps({"log_records": counted[0] if counted else 0}))


if __name__ == "__main__":
    main(*sys.argv[1:])
