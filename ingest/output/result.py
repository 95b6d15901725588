"""The result of a query, not yet run: its columns, its rows in batches, its Arrow form.

A statement is bound first (that gives its types, and its errors in the user's own words), then run once, by whoever
takes the rows: as Python tuples in small batches, or as Arrow. Either way a batch at a time: a result of millions of
rows never stands in memory whole. Works the same on DuckDB 1.5 and 2.0, whose relations differ.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.output.column_types import Kind, Shape, fetchable, shape_of, storable, unique

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]
Batches = Generator[Sequence[Row], None, None]

ROWS_PER_BATCH = 1_000
ARROW_ROWS_PER_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Result:
    """Columns and rows to write. Take the rows once: `batches` and `arrow` each run the query.

    Names that repeat are numbered (`a`, `a_1`), in every format alike.
    """

    names: tuple[str, ...]
    shapes: tuple[Shape, ...]
    batches: Callable[[], Batches]
    arrow: Callable[[], Any]
    """A `pyarrow.RecordBatchReader`; pyarrow is imported by calling it."""
    figures: frozenset[str] = frozenset()
    """Columns of texts that are numbers to the eye ("40 of 48", "0:07:17"): a table aligns them right and never cuts them."""


def select_result(con: duckdb.DuckDBPyConnection, sql: str, params: Any = None) -> Result:
    """The result of a SELECT, which always has one. Raises what `statement_result` raises."""
    result = statement_result(con, sql, params)
    assert result is not None, "a SELECT has a result"
    return result


def statement_result(con: duckdb.DuckDBPyConnection, sql: str, params: Any = None) -> Result | None:
    """Bind the last statement of `sql` (the ones before it are run) and return its result; None if it has none.

    Raises `duckdb.Error` here for what is wrong with the statement, and while rows are taken for what goes wrong in
    running it. The connection is busy until the rows are taken or their iterator is closed.
    """
    relation = con.sql(_without_trailer(sql), params=params)
    if relation is None:
        return None
    types = relation.types
    fetched = relation.project(_projection(types, fetchable))

    def batches() -> Batches:
        if relation.type == "MATERIALIZED_RELATION":  # EXPLAIN, CALL, INSERT … RETURNING: already run, cannot be again
            yield from _slices(fetched.fetchall())
            return
        con.execute(fetched.sql_query(), params)
        try:
            while rows := con.fetchmany(ROWS_PER_BATCH):
                yield rows
        finally:
            _release(con)

    def arrow() -> Any:
        ((threads,),) = con.execute("SELECT current_setting('threads')").fetchall()
        con.execute("SET threads = 1")  # each thread reads ahead, and what it has read is held until it is taken
        reader = relation.project(_projection(types, storable)).to_arrow_reader(ARROW_ROWS_PER_BATCH)
        return type(reader).from_batches(reader.schema, _to_the_end(con, reader, threads))

    return Result(unique(relation.columns), tuple(map(shape_of, types)), batches, arrow)


def _to_the_end(con: duckdb.DuckDBPyConnection, reader: Iterable[Any], threads: int) -> Iterator[Any]:
    """The batches of a reader; then the database uses as many threads as before."""
    import duckdb

    try:
        yield from reader
    finally:
        with suppress(duckdb.Error):  # it was closed
            con.execute(f"SET threads = {threads}")


def rows_result(names: Sequence[str], rows: Sequence[Sequence[Any]], figures: Iterable[str] = ()) -> Result:
    """Return a result of rows that Python holds already (a list of plugins, say), for the same formats."""
    named = unique(names)

    def arrow() -> Any:
        import pyarrow as pa

        columns = zip(*rows, strict=True) if rows else ([] for _ in named)
        table = pa.table(dict(zip(named, map(list, columns), strict=True)))
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches())

    return Result(
        named, (Shape(Kind.ANY),) * len(named), lambda: _slices([tuple(row) for row in rows]), arrow, frozenset(figures)
    )


def _projection(types: Sequence[Any], target: Callable[[Any], str]) -> str:
    def column(number: int, type_: Any) -> str:
        wanted = target(type_)
        cast = f"#{number}" if wanted == str(type_) else f"CAST(#{number} AS {wanted})"
        return f"{cast} AS c{number}"

    return ", ".join(column(number, type_) for number, type_ in enumerate(types, 1))


def _without_trailer(sql: str) -> str:
    """Cut `; -- comment` off the end: DuckDB 2.0 puts a relation's text, with it, into a subquery."""
    if ";" not in sql:
        return sql
    import duckdb

    encoded = sql.encode()
    end = len(encoded)
    for offset, kind in reversed(duckdb.tokenize(sql)):  # offsets are bytes
        if encoded[offset : offset + 1] == b";":
            end = offset
        elif "comment" not in str(kind):
            break
    return encoded[:end].decode()


def _slices(rows: Sequence[Row]) -> Batches:
    return (rows[at : at + ROWS_PER_BATCH] for at in range(0, len(rows), ROWS_PER_BATCH))


def _release(con: duckdb.DuckDBPyConnection) -> None:
    """Drop a result that was not read to its end: DuckDB 2.0 refuses further work on the connection before that."""
    abort = getattr(con, "abort", None)
    if abort is not None:
        abort()
