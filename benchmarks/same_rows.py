"""`python -m benchmarks.same_rows OURS THEIRS COLUMNS…`: do two stores hold the same rows?

Every column of every table is compared by a checksum over all rows that does not depend on their order. Tables that only
one of them has must be empty there. COLUMNS are those that THEIRS leaves out. Counts go to stdout as JSON; a difference is an
error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb


def main(ours: str, theirs: str, *left_out: str) -> int:
    """Compares all tables that `theirs` has."""
    counts: dict[str, int] = {}
    differences: list[str] = []
    with duckdb.connect() as connection:
        tables = sorted(path.name for path in _folder(theirs).iterdir())
        for table in tables:
            sums = [_checksums(connection, _folder(store) / table, left_out) for store in (ours, theirs)]
            counts[table] = sums[1]["rows"]
            differences += [f"{table}.{name}" for name in sums[1] if sums[0].get(name) != sums[1][name]]
    print(json.dumps(counts))
    if differences:
        print(f"not the same: {', '.join(differences)}", file=sys.stderr)
    return 1 if differences else 0


def _folder(store: str) -> Path:
    return Path(store) / "data"


def _checksums(connection: duckdb.DuckDBPyConnection, folder: Path, left_out: Sequence[str]) -> dict[str, int]:
    """Number of rows, and a sum for each column: of hashes of its value and where the row stands."""
    files = f"read_parquet('{folder}/*.parquet')"
    names = [name for (name, *_) in connection.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()]
    chosen = [name for name in names if name not in left_out]
    sums = ", ".join(f'sum(hash(file_id, line_no, "{name}"::VARCHAR)::HUGEINT)::VARCHAR AS "{name}"' for name in chosen)
    row = connection.execute(f"SELECT count(*), {sums} FROM {files}").fetchone()
    assert row is not None
    return {"rows": row[0]} | {name: int(value) for name, value in zip(chosen, row[1:], strict=True)}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
