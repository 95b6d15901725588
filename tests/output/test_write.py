"""The door: streams, files, pipes, and what is imported on the way."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.output import (
    Format,
    OutputError,
    default_format,
    rows_result,
    select_result,
    write_result,
)
from tests.conftest import environment

if TYPE_CHECKING:
    import duckdb

SCRIPT = """
import sys, duckdb
from ingest.output import Format, select_result, statement_result, write_result
result = statement_result(duckdb.connect(), "select i, 'ü\\n' as u from range({rows}) t(i)")
write_result(result, Format("{format_}"), sys.stdout, redact=True)
"""


def python(source: str) -> list[str]:
    """The command that runs a source text."""
    return [sys.executable, "-c", source]


def test_default_format() -> None:
    """A person gets a table, a program CSV."""
    from tests.output.conftest import Terminal

    assert default_format(Terminal()) is Format.TABLE
    assert default_format(io.StringIO()) is Format.CSV
    closed = io.StringIO()
    closed.close()
    assert default_format(closed) is Format.CSV


def test_parquet_on_a_terminal() -> None:
    """Binary data do not go to a terminal: an error that says what to do."""
    from tests.output.conftest import Terminal

    with pytest.raises(OutputError, match="Parquet") as error:
        write_result(rows_result(["a"], [(1,)]), Format.PARQUET, Terminal(), redact=False)
    assert "--format" in error.value.remedy


def test_stdout_is_utf8_with_lf_whatever_the_locale() -> None:
    """Data are the same bytes in every environment."""
    done = subprocess.run(
        python(SCRIPT.format(rows=1, format_="csv")),
        env=environment(PYTHONIOENCODING="latin-1"),
        capture_output=True,
        check=True,
    )
    assert done.stdout == 'i,u\n0,"ü\n"\n'.encode()


def test_parquet_to_stdout() -> None:
    """Parquet can go through a pipe."""
    import pyarrow.parquet as pq

    done = subprocess.run(
        python(SCRIPT.format(rows=3, format_="parquet")), env=environment(), capture_output=True, check=True
    )
    assert pq.read_table(io.BytesIO(done.stdout)).num_rows == 3


@pytest.mark.parametrize("format_", ["csv", "jsonl", "markdown", "table", "parquet"])
def test_broken_pipe_is_the_callers(format_: str) -> None:
    """`| head` shows as BrokenPipeError out of `write_result`, not later."""
    source = SCRIPT.format(rows=300_000, format_=format_).replace("write_result(result", "try: write_result(result") + (
        "except BrokenPipeError:\n    import os\n    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)\n    sys.exit(7)\n"
    )
    process = subprocess.Popen(python(source), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 7, told
    assert b"Traceback" not in told


@pytest.mark.parametrize("format_", list(Format))
def test_files(tmp_path: Path, format_: Format) -> None:
    """Every format can be written to a path, which then is the only file there."""
    write_result(rows_result(["a"], [(1,)]), format_, tmp_path / "result", redact=False)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    assert (tmp_path / "result").stat().st_size > 0


def test_no_half_files(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A query that fails on the way leaves neither a file nor a trace of one, and the old one as it was."""
    import duckdb

    path = tmp_path / "result.csv"
    path.write_text("old")
    result = select_result(con, "select if(i < 9000, i::varchar, 'x')::integer as i from range(10000) t(i)")
    with pytest.raises(duckdb.Error):
        write_result(result, Format.CSV, path, redact=False)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("result.csv", "old")]


def test_parquet_limit_and_groups(con: duckdb.DuckDBPyConnection) -> None:
    """A limit cuts within a batch; row groups are large, whatever the batches are."""
    import pyarrow.parquet as pq

    result = select_result(con, "select i, 'x' as x from range(300_000) t(i)")
    stream = io.BytesIO()
    write_result(result, Format.PARQUET, stream, redact=True, limit=250_001)
    file = pq.ParquetFile(stream)
    assert file.metadata.num_rows == 250_001
    assert file.num_row_groups <= 3


def test_parquet_without_rows(con: duckdb.DuckDBPyConnection) -> None:
    """No rows are a Parquet file as well, with its columns."""
    import pyarrow.parquet as pq

    result = select_result(con, "select 1 as a, 2 as a where false")
    stream = io.BytesIO()
    write_result(result, Format.PARQUET, stream, redact=False)
    assert pq.read_table(stream).schema.names == ["a", "a_1"]


def test_nothing_heavy_is_imported() -> None:
    """The package costs no heavy module; small results as CSV or JSON cost DuckDB only; rich is for tables alone."""
    source = """
import sys, io
from ingest.output import Format, select_result, statement_result, redact_text, escape_controls, write_result
heavy = {"duckdb", "pyarrow", "numpy", "rich", "pandas"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
import duckdb
for format_ in ("csv", "json", "jsonl", "markdown"):
    result = statement_result(duckdb.connect(), "select 1 as a, 'x' as b, current_date as d, now() as t")
    write_result(result, Format(format_), io.StringIO(), redact=True)
assert heavy & set(sys.modules) == {"duckdb"}, heavy & set(sys.modules)
"""
    subprocess.run(python(source), env=environment(), check=True)
