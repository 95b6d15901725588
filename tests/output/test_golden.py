"""One query that holds every hard type and hostile text, once in every format, against a file kept beside.

After a change that is meant: INGEST_UPDATE_GOLDEN=1 python -m pytest tests/output/test_golden.py, and look at the diff.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.output import Format, select_result, write_result

if TYPE_CHECKING:
    import duckdb

    from tests.output.conftest import Written

GOLDEN = Path(__file__).with_name("golden")

CASES = {
    "hard_types.csv": ("csv", {}),
    "hard_types.json": ("json", {}),
    "hard_types.jsonl": ("jsonl", {}),
    "hard_types.md": ("markdown", {}),
    "hard_types.table.txt": ("table", {}),
    "redacted.csv": ("csv", {"redact": True}),
    "redacted.jsonl": ("jsonl", {"redact": True}),
    "redacted.table.txt": ("table", {"redact": True}),
    "terminal.csv": ("csv", {"terminal": True}),
}


def check(name: str, text: str) -> None:
    """Compares with the golden file of this name, or writes it."""
    path = GOLDEN / name
    if os.environ.get("INGEST_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("name", CASES)
def test_golden(written: Written, hard_types: str, name: str) -> None:
    """Each text format writes exactly what it wrote before."""
    format_, options = CASES[name]
    check(name, written(hard_types, format_, **options)[0])


@pytest.mark.parametrize("redact", [False, True])
def test_golden_parquet(con: duckdb.DuckDBPyConnection, hard_types: str, tmp_path: Path, redact: bool) -> None:
    """Parquet has the types and values that DuckDB reads back."""
    path = tmp_path / "result.parquet"
    result = select_result(con, hard_types)
    write_result(result, Format.PARQUET, path, redact=redact)
    types = con.execute(f"DESCRIBE FROM '{path}'").fetchall()
    (values,) = con.execute(f"SELECT columns(*)::VARCHAR FROM '{path}'").fetchall()
    lines = [f"{name}  {type_}  {value!r}\n" for (name, type_, *_), value in zip(types, values, strict=True)]
    check("redacted.parquet.txt" if redact else "hard_types.parquet.txt", "".join(lines))


def test_table_of_golden(written: Written) -> None:
    """A result that fits is a table: numbers to the right, floats short, texts folded and cut, NULL as a dash."""
    query = """
        SELECT 'job_' || i AS job_id, i * 1000 AS failed_items, i / 7 AS mean_duration_s, i % 2 = 0 AS retried,
            CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 'OK [bold]so[/bold]' ELSE
                'ValueError: could not convert string to float' || repeat(' and again', 20) || E'\n  at line' END AS message,
            TIMESTAMP '2021-04-15 22:05:26.715' AS first_seen, 'Grüße 你好 🎉' AS note
        FROM range(15) AS t(i)
    """
    text, notes = written(query, "table")
    check("table.txt", text)
    assert notes == "long texts are cut (…): --format csv or json gives them whole\n"
