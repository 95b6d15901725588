"""Asking a store."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ingest.artifact_root import is_text
from ingest.errors import IngestError, QueryError, is_interrupt
from ingest.quoting import is_one_of
from ingest.store.interrupts import ctrl_c_ends_queries
from ingest.store.paths import Layout
from ingest.views.checks import HEADS, ROWS

if TYPE_CHECKING:
    import duckdb

    Parameters = Sequence[Any] | Mapping[str, Any] | None

_NO_ROWS = 'SELECT NULL::BOOLEAN AS "Success" WHERE false'
"""What the database itself says that a statement without a result (SET, say) gives."""

_VIEWS = f"""
SELECT
    view_name AS name,
    split_part(comment, chr(10), 1) AS question,
    substr(comment, instr(comment || chr(10), chr(10)) + 1) AS caveat
FROM duckdb_views()
WHERE database_name = 'catalog' AND comment IS NOT NULL AND view_name NOT IN {(*HEADS, ROWS)}
ORDER BY name
"""

_NOTEBOOK_COLUMNS = (
    "job_id",
    "state",
    "started_at",
    "duration_s",
    "mini_batches",
    "failed_items",
    "items",
    "retries",
    "first_error",
)
_NOTEBOOK_ROWS = 50


class Store:
    """A store opened for reading: the state of the last commit, whatever is written meanwhile.

    What its methods give are DuckDB relations: questions, asked anew by each `.fetchall()`, `.to_arrow_table()`, `.df()`
    (pandas) or `.pl()` (polars), and good for further steps (`.filter(...)`, `.order(...)`) while the store is open.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        from ingest.store.catalog import connect_catalog

        self.layout = Layout.of(os.fspath(path))
        self._context = connect_catalog(self.layout)
        self.connection = self._context.__enter__()
        self._closed = False

    def sql(self, query: str, parameters: Parameters = None, /, **named: Any) -> duckdb.DuckDBPyRelation:
        """What a query gives. Values for `?` come as a list, values for `$name` by name: `sql(query, job="a")`.

        Raises `QueryError` with the database's own words if it refuses the query. What goes wrong only while it runs,
        when rows are taken, is a `duckdb.Error`.
        """
        with in_words(query):
            relation = self.connection.sql(query, params=_values(parameters, named))
        return self.connection.sql(_NO_ROWS) if relation is None else relation

    def rows(self, query: str, parameters: Parameters = None, /, **named: Any) -> list[dict[str, Any]]:
        """The result of a query as one dict per row; for small results. Takes and raises what `sql` does."""
        with in_words(query):
            cursor = self.connection.execute(query, _values(parameters, named))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def jobs(self) -> duckdb.DuckDBPyRelation:
        """How each job went: the view `job_summary`, by start."""
        return self.sql("SELECT * FROM job_summary ORDER BY started_at NULLS LAST, job_id")

    def diagnose(self, job: str | None = None) -> duckdb.DuckDBPyRelation:
        """What is wrong, the most important first: the view `diagnosis`, of all jobs or of those that `job` fits.

        `job` is an id, the beginning of one, or a pattern with `*`. Raises `InputError` if it fits none.
        """
        from ingest.store.select_jobs import chosen_jobs

        if job is None:
            return self.sql("SELECT * FROM diagnosis")
        return self.sql(f"SELECT * FROM diagnosis WHERE {is_one_of('job_id', chosen_jobs(self, [job]))}")

    def views(self) -> duckdb.DuckDBPyRelation:
        """What can be asked: `name`, `question` and `caveat` of each view."""
        return self.sql(_VIEWS)

    def __repr__(self) -> str:
        """The store's folder, and what is in it."""
        return f"<ingest.Store {str(self.layout)!r}: {self._counted()}>"

    def _repr_html_(self) -> str:
        """The jobs as a table, for notebooks; secrets in their names are masked."""
        from html import escape

        from ingest.output.shown import shown
        from ingest.output.wording import and_more

        head = f"<p><b>{escape(shown(str(self.layout)))}</b>: {escape(self._counted())}</p>"
        if self._closed:
            return head
        rows = self.rows(f"SELECT {', '.join(_NOTEBOOK_COLUMNS)} FROM job_summary ORDER BY started_at DESC NULLS LAST")
        cells = "".join(
            "<tr>"
            + "".join(f"<td>{escape(shown('' if value is None else str(value)))}</td>" for value in row.values())
            + "</tr>"
            for row in rows[:_NOTEBOOK_ROWS]
        )
        titles = "".join(f"<th>{name}</th>" for name in _NOTEBOOK_COLUMNS)
        more = f"<p>{left_out}</p>" if (left_out := and_more(len(rows) - _NOTEBOOK_ROWS, "job")) else ""
        return f"{head}<table><thead><tr>{titles}</tr></thead><tbody>{cells}</tbody></table>{more}"

    def _counted(self) -> str:
        if self._closed:
            return "closed"
        (counts,) = self.rows(
            "SELECT count(*) AS jobs, count(*) FILTER (state = 'failed') AS failed,"
            " (SELECT count(*) FROM files) AS files FROM job_summary"
        )
        jobs, failed, files = counts["jobs"], counts["failed"], counts["files"]
        return f"{jobs:,} job{'' if jobs == 1 else 's'} ({failed:,} failed), {files:,} files"

    def close(self) -> None:
        """Gives the file back."""
        self.__exit__(None, None, None)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the file back. Raises `StoreError` for a query that failed because rows of the store cannot be read."""
        self._closed = True
        self._context.__exit__(kind, error, trace)


def open_store(
    path: str | os.PathLike[str] = "ingest-store",
    *,
    thresholds: Mapping[str, float] | None = None,
    price_per_node_hour: float | None = None,
) -> Store:
    """Opens a store for reading.

    `thresholds` are other numbers for the checks to compare with (view `thresholds`) than those that the store was loaded
    with: what rests on them is worked out again, of all jobs, which takes seconds for a thousand. `price_per_node_hour` is
    what the views of cost count with. Both hold while the store is open. Raises `StoreError` if there is no store,
    `IngestError` for a threshold that there is not.
    """
    store = Store(path)
    try:
        if thresholds:
            from ingest.derive.again import derive_again
            from ingest.plugin.registry import load_registry

            derive_again(store.connection, load_registry().definition(thresholds), thresholds)
        if price_per_node_hour is not None:
            _set_price(store, float(price_per_node_hour))
    except BaseException:
        store.close()
        raise
    return store


def _set_price(store: Store, price: float) -> None:
    if not math.isfinite(price) or price < 0:
        raise IngestError(f"price_per_node_hour = {price}: not a price", "Give a number, not below 0.")
    store.connection.execute(f"SET VARIABLE price_per_node_hour = {price!r}::DOUBLE")


def _values(parameters: Parameters, named: Mapping[str, Any]) -> Parameters:
    """The values of a query's parameters, given in one way or the other."""
    if parameters is not None and named:
        raise IngestError("values were given both in a list and by name", "Give them in one of the two ways.")
    return dict(named) if named else parameters


@contextmanager
def in_words(query: str) -> Iterator[None]:
    """Tells what the database says of a query as `QueryError`, and Ctrl-C as what it is."""
    import duckdb

    if not is_text(query):
        raise QueryError("the query is not text: it holds bytes that are no UTF-8", "Type or paste it anew.")
    try:
        with ctrl_c_ends_queries():
            yield
    except (duckdb.Error, RuntimeError) as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        if isinstance(error, duckdb.Error):
            raise query_error(error) from error
        raise


def query_error(error: duckdb.Error) -> QueryError:
    """What the database says of a query, and what to try."""
    text = str(error)
    if "Table with name" in text or "Table Function with name" in text:
        return QueryError(text, "Tables and views: ingest views")
    if text.startswith("Binder Error") and "olumn" in text:
        return QueryError(text, "Columns of a view: ingest views NAME")
    return QueryError(text, "")
