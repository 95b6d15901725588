"""Answering a view step by step: each view that it rests on once, into a temporary table, from the ground up.

`diagnosis` is one question of a hundred views. Each check works out for itself which tries there were and which of them
decided, so planning all of it at once takes longer than the answer. Temporary names go before those of the catalog, in its
views too: so each view reads what was answered before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.checks import set_thresholds
from ingest.store.quoting import is_one_of, literal
from ingest.views import View

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_VIEWS = "SELECT view_name, sql, comment IS NULL FROM duckdb_views() WHERE database_name = ? AND NOT internal"
_SESSION = "SELECT current_database(), getvariable('thresholds'), getvariable('price_per_node_hour')"
_ASKS_CHECKS = re.compile(r"\b(findings|diagnosis|check_rows)\b", re.IGNORECASE)


def diagnose(connection: duckdb.DuckDBPyConnection, job_ids: Sequence[str]) -> pa.Table:
    """The rows of the view `diagnosis` for these jobs, by job and rank."""
    with answered(connection, ["diagnosis"], job_ids) as cursor:
        return cursor.sql("SELECT * FROM diagnosis ORDER BY job_id, rank").to_arrow_table()


@contextmanager
def answered(
    connection: duckdb.DuckDBPyConnection, views: Sequence[str], job_ids: Sequence[str] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the same store in which these views, and all that they rest on, are answered and lie in memory.

    Names that are no views are passed over. With `job_ids` over these jobs alone; views that compare jobs (`scope: all
    jobs`) still see all. Its temporary tables are its own: whoever asks `connection` next is not concerned.
    """
    cursor = connection.cursor()
    try:
        ((database, thresholds, price),) = connection.execute(_SESSION).fetchall()
        cursor.execute(f'USE "{database}"')
        if thresholds:
            set_thresholds(cursor, thresholds)
        if price is not None:
            cursor.execute(f"SET VARIABLE price_per_node_hour = {price!r}::DOUBLE")
        steps = _Steps(cursor, database)
        views = steps.among(views)
        steps.answer(["thresholds"])
        if job_ids is not None:
            compares = {name for (name,) in cursor.execute("SELECT name FROM views_of_all_jobs").fetchall()}
            for view in compares & steps.below(views):
                steps.keep(view)
            steps.narrow(is_one_of("job_id", job_ids))
        steps.answer(views)
        yield cursor
    finally:
        cursor.close()


def make_ready(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Answers the checks beforehand for a query that asks what they found; again only if the thresholds were changed."""
    if not _ASKS_CHECKS.search(query):
        return
    asked = "SELECT coalesce(getvariable('thresholds')::VARCHAR, ''), getvariable('checks_answered_with')"
    ((thresholds, with_these),) = connection.execute(asked).fetchall()
    if thresholds != with_these:
        with answered(connection, ["check_rows"]) as cursor:
            found = cursor.sql("SELECT * FROM check_rows").to_arrow_table()
        connection.register("checks_found", found)
        connection.execute("CREATE OR REPLACE TEMP TABLE check_rows AS SELECT * FROM checks_found")
        connection.unregister("checks_found")
        connection.execute(f"SET VARIABLE checks_answered_with = {literal(thresholds)}")


class _Steps:
    """The views of a database, and which of them were answered for a cursor."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, database: str) -> None:
        self._cursor = cursor
        self._database = database
        self._tables = set()
        self._texts = {}
        for name, sql, is_table in cursor.execute(_VIEWS, [database]).fetchall():
            self._texts[name] = View(Path(f"{name}.sql"), sql)
            if is_table:
                self._tables.add(name)
        self._done: set[str] = set()

    def among(self, names: Sequence[str]) -> list[str]:
        """Those that are views which are worth to be answered beforehand."""
        return [name for name in names if name in self._texts.keys() - self._tables]

    def answer(self, views: Sequence[str]) -> None:
        """Answers these views after all that they rest on."""
        below = self.below(views)
        needs = {name: self._needs(name) & below for name in below}
        for name in TopologicalSorter(needs).static_order():
            if name not in self._done | self._tables:
                self.keep(name)

    def keep(self, view: str) -> None:
        """Answers one view."""
        self._cursor.execute(f'CREATE TEMP TABLE "{view}" AS SELECT * FROM "{self._database}".main."{view}"')
        self._done.add(view)

    def narrow(self, condition: str) -> None:
        """Lets what is answered from now on see only these rows of jobs, files and records."""
        for name in ("jobs", "files", *self._tables):
            if "job_id" in self._columns(name):
                text = f'SELECT * FROM "{self._database}".main."{name}" WHERE {condition}'
                self._cursor.execute(f'CREATE TEMP VIEW "{name}" AS {text}')

    def below(self, views: Sequence[str]) -> set[str]:
        """These views and all that they rest on."""
        found, waiting = set(views), list(views)
        while waiting:
            new = self._needs(waiting.pop()) - found
            found |= new
            waiting += new
        return found

    def _needs(self, view: str) -> set[str]:
        return set((self._texts[view].reads & self._texts.keys()) - {view})

    def _columns(self, name: str) -> set[str]:
        return {column for column, *_ in self._cursor.execute(f'DESCRIBE "{self._database}".main."{name}"').fetchall()}
