"""Asking a store."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ingest.errors import QueryError
from ingest.store.layout import Layout

if TYPE_CHECKING:
    import duckdb


class Store:
    """A store opened for reading: the state of the last commit, whatever is written meanwhile."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        from ingest.store.catalog import connect_catalog

        self.layout = Layout.of(os.fspath(path))
        self._context = connect_catalog(self.layout)
        self.connection = self._context.__enter__()

    def sql(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Runs a query and gives the connection to fetch from (`.fetchall()`, `.to_arrow_table()`, `.df()`).

        Raises `QueryError` with the database's own words if it refuses the query.
        """
        import duckdb

        try:
            return self.connection.execute(query, parameters)
        except duckdb.Error as error:
            raise query_error(query, error) from error

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The result of a query as one dict per row; for small results."""
        cursor = self.sql(query, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def close(self) -> None:
        """Gives the file back."""
        self._context.__exit__(None, None, None)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(path: str | os.PathLike[str] = "ingest-store") -> Store:
    """Opens a store for reading. Raises `StoreError` if there is none."""
    return Store(path)


def query_error(query: str, error: duckdb.Error) -> QueryError:
    """What the database says of a query, and what to try."""
    hint = "Tables and views: ingest views"
    if "Parser Error" in str(error) and re.search(r"(?i)(?<![.\w\"])at(?![\w\"])", query):
        hint = 'The column "at" needs its quotes (or a table before it: log_records.at): AT is a word of SQL.'
    return QueryError(str(error), hint)
