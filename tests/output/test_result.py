"""Binding a query and taking its rows: any statement, on a connection that stays usable."""

from __future__ import annotations

import io
import itertools
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from ingest.output import Format, Result, select_result, statement_result, write_result
from ingest.output.column_types import Kind, Shape, unique
from ingest.output.result import rows_result

if TYPE_CHECKING:
    import duckdb

    from tests.output.conftest import Written


@pytest.mark.parametrize(
    ("sql", "csv"),
    [
        ("select 1 as a; -- a comment; with a semicolon", "a\n1\n"),
        ("select 'é;' as a ; /* ; */ ;", "a\né;\n"),
        ("select ';' as a -- ;", "a\n;\n"),
        ("select 1; select 2 as b;", "b\n2\n"),
        ("create temp table t as select 3 as c; from t", "c\n3\n"),
        ("values (1, 'x')", "col0,col1\n1,x\n"),
        ("(select 1 as a)", "a\n1\n"),
        (
            "with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) from r order by n desc",
            "n\n3\n2\n1\n",
        ),
        ("pivot (select 1 as a, 'x' as b) on b using sum(a)", "x\n1\n"),
        ("describe select 1 as a", "column_name,column_type,null,key,default,extra\na,INTEGER,YES,,,\n"),
        ("select list_transform([1, 2], lambda x: x + 1) as l", 'l\n"[2,3]"\n'),
        ("select 'a\n;b' as t", 't\n"a\n;b"\n'),
    ],
)
def test_statements(written: Written, sql: str, csv: str) -> None:
    """Whatever gives rows can be written, with comments, semicolons and several statements."""
    assert written(sql, "csv")[0] == csv


def test_explain(written: Written) -> None:
    """A plan is a result as well."""
    assert "physical_plan" in written("explain select 1", "csv")[0]


def test_no_statement(con: duckdb.DuckDBPyConnection) -> None:
    """A text without a statement has no result."""
    assert statement_result(con, "-- nothing") is None


def test_parameters(con: duckdb.DuckDBPyConnection) -> None:
    """Parameters are values, whatever is in them."""
    result = select_result(con, "select $name as a, $n + 1 as b", {"name": "x'; drop", "n": 1})
    assert [row for rows in result.batches() for row in rows] == [("x'; drop", 2)]


def test_errors_come_at_once(con: duckdb.DuckDBPyConnection) -> None:
    """What is wrong with a query is said at once, before anything is written."""
    import duckdb

    with pytest.raises(duckdb.Error, match="nosuch"):
        statement_result(con, "from nosuch")


def test_error_while_running(con: duckdb.DuckDBPyConnection) -> None:
    """What goes wrong later is an error of DuckDB as well, and the rows before it are there."""
    import duckdb

    result = select_result(con, "select if(i < 9000, i::varchar, 'x')::integer as i from range(10000) t(i)")
    with pytest.raises(duckdb.Error, match="x"):
        write_result(result, Format.CSV, io.StringIO(), redact=False)
    assert con.sql("select 1").fetchall() == [(1,)]


def test_connection_is_free_after_a_limit(con: duckdb.DuckDBPyConnection) -> None:
    """A result that is not read to its end does not block the connection."""
    result = select_result(con, "select * from range(1_000_000)")
    write_result(result, Format.TABLE, io.StringIO(), redact=False, notes=io.StringIO())
    assert con.sql("select 1").fetchall() == [(1,)]


def test_order_is_kept(written: Written) -> None:
    """The casts around the query do not change its order."""
    text, _ = written(
        "select i, make_timestamp(i) as t from range(5000) as t(i) order by i desc",
        "csv",
    )
    assert [int(line.split(",")[0]) for line in text.splitlines()[1:]] == list(range(4999, -1, -1))


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl", "markdown"])
def test_a_batch_at_a_time(format_: str) -> None:
    """No writer takes the next batch before it has written the one before."""
    stream = io.StringIO()
    written_at: list[int] = []

    def batches() -> Generator[list[tuple[Any, ...]], None, None]:
        for number in range(5):
            written_at.append(stream.tell())
            yield [(f"batch {number}",)] * 10

    result = Result(("a",), (Shape(Kind.TEXT),), batches, lambda: None)
    write_result(result, Format(format_), stream, redact=True, limit=100, notes=io.StringIO())
    assert all(later > earlier for earlier, later in itertools.pairwise(written_at[1:]))


def test_unique() -> None:
    """Repeated names are numbered, as DuckDB does it, and never collide."""
    assert unique(["a", "a", "a"]) == ("a", "a_1", "a_2")
    assert unique(["a", "a", "a_1"]) == ("a", "a_2", "a_1")
    assert unique(["a_1", "a", "a", "A"]) == ("a_1", "a", "a_2", "A")


def test_rows_of_python() -> None:
    """Rows that Python holds can be written like those of a query, to Parquet too."""
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    write_result(rows_result(["a", "b"], [(1, "?x&sig=y"), (None, "z")]), Format.PARQUET, stream, redact=True)
    assert pq.read_table(stream).to_pydict() == {"a": [1, None], "b": ["?x&sig=***", "z"]}
