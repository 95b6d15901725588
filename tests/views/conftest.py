"""Views without a store: an in-memory database with every table, empty, and every view; rows are put in by hand.

All rows are of one day, so a time is written and read as `10:05:00`. What a row does not say is NULL, but for `job_id`
(`job`), `file_id` (1) and `line_no` (counted up).
"""

from __future__ import annotations

import atexit
import datetime
import json
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.derive import parsed_queries
from ingest.derive.compute import PARSED, Columns, compute
from ingest.derive.task import derived_relations, plan_for_few_rows
from ingest.known_problems import KnownProblem, in_order
from ingest.model import CATALOG_TABLES, LOADED_JOBS, RECORD_TABLES, Column
from ingest.quoting import quoted
from ingest.store.derived import derived_views
from ingest.store.known_problems import write_known_problems
from ingest.views.create import create_view, create_views
from ingest.views.files import View, ViewProblem
from ingest.views.library import Library, load_library

TABLES: dict[str, tuple[Column, ...]] = {
    **{name: columns for name, (_, columns) in CATALOG_TABLES.items() if name != "known_problems"},
    **{table.name: table.columns for table in RECORD_TABLES},
    "loaded_jobs": LOADED_JOBS,
}
LIBRARY = load_library()
DAY = "2024-03-01"
_TYPES: dict[str, dict[str, str]] = {}
"""The columns of our relations and their types, as far as rows were put into them."""
_TOGETHER = 500
"""Rows that one statement puts in."""


@cache
def _templates() -> Path:
    """A folder of what takes too long to be made for each test.

    `rows.duckdb` has every table and view and no known problem, `queries.duckdb` the parsed queries of derived relations.
    """
    folder = Path(tempfile.mkdtemp(prefix="ingest-rows-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with duckdb.connect(folder / "rows.duckdb") as connection:
        for name, columns in TABLES.items():
            definition = ", ".join(f'"{column.name}" {column.type}' for column in columns)
            connection.execute(f"CREATE TABLE {name} ({definition})")
        write_known_problems(connection, [])
        connection.execute("CREATE SCHEMA parts")
        problems = compute(connection, LIBRARY).problems
        parsed_queries.write_file(connection, LIBRARY, folder / "queries.duckdb")
        assert [*problems, *_make_views(connection, LIBRARY)] == []
    return folder


@cache
def _columns() -> dict[str, Columns]:
    """The columns of our derived relations."""
    with duckdb.connect() as connection:
        parsed_queries.attach_file(connection, _templates() / "queries.duckdb")
        return {name: one.columns for name, one in derived_relations(connection, LIBRARY, PARSED).items()}


def _make_views(connection: duckdb.DuckDBPyConnection, library: Library) -> list[ViewProblem]:
    """Makes all views of a library, over its derived relations, which lie there as temporary tables without rows.

    Returns what is wrong with some.
    """
    relations = {name: one for name, one in derived_relations(connection, library).items() if not one.is_step}
    for name in relations:
        connection.execute(f'CREATE TABLE IF NOT EXISTS parts."{name}" AS SELECT * FROM temp."{name}" LIMIT 0')
    for kind, names in (("TABLE", "table_name FROM duckdb_tables()"), ("VIEW", "view_name FROM duckdb_views()")):
        for (name,) in connection.execute(f"SELECT {names} WHERE temporary AND NOT internal").fetchall():
            connection.execute(f'DROP {kind} temp."{name}"')
    for view in derived_views(library, relations):
        create_view(connection, view)
    return create_views(connection, library)


class Database:
    """A database of hand-made rows, and answers of its views as plain values.

    `jobs`, and derived relations that rows were put into, are as they were put; all others follow from the records.
    """

    library = LIBRARY

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="ingest-rows-")
        self._forget = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        file = Path(shutil.copy(_templates() / "rows.duckdb", folder))
        self._connection = duckdb.connect(file)
        self._connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        parsed_queries.attach_file(self._connection, _templates() / "queries.duckdb")
        self._known_types = _TYPES
        self._lines = count(2)
        self._given = {"jobs"}
        self._filled: set[str] = set()
        """Tables of records, and derived relations, that have rows."""
        self.inserted: Counter[tuple[str, str | None]] = Counter()
        """How many rows were put into a table, by table and job."""
        self._waiting: dict[tuple[str, tuple[str, ...]], list[Any]] = {}

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The database, with all rows in it."""
        self._put_in()
        return self._connection

    @property
    def _is_parsed(self) -> bool:
        """Whether the queries of its library are those that were parsed."""
        return self.library is LIBRARY

    def know(self, *problems: KnownProblem) -> None:
        """Makes these the known problems, in this order; there are none before."""
        write_known_problems(self.connection, in_order((one, "test") for one in problems))

    def add_views(self, *folders: Path) -> list[ViewProblem]:
        """Adds the views of plugins; gives what is wrong with them."""
        load_library.cache_clear()
        self.library = load_library(folders)
        self._known_types = {}  # from here on, relations are this database's own
        problems = compute(self.connection, self.library).problems
        return [*problems, *_make_views(self.connection, self.library.without(problems))]

    def close(self) -> None:
        """Forgets all of it."""
        self.connection.close()
        self._forget()

    def insert(self, table: str, *rows: dict[str, Any]) -> None:
        """Puts rows into a table, when something is asked next: one by one takes far longer."""
        types = self._types(table)
        if table not in TABLES:
            self._given.add(table)
        place = f"main.{table}" if table in TABLES else f"parts.{table}"
        self._filled.add(table)
        for row in rows:
            full = {"job_id": "job", **row}
            self.inserted[table, full["job_id"]] += 1
            if "line_no" in types:
                full = {"file_id": 1, "line_no": next(self._lines), **full}
            for name, value in full.items():
                if types[name] == "TIMESTAMP" and value is not None:
                    full[name] = f"{DAY} {value}"
            self._waiting.setdefault((place, tuple(full)), []).append(tuple(full.values()))

    def _types(self, table: str) -> dict[str, str]:
        """The columns of a table or derived relation, and their types."""
        if table not in self._known_types:
            told = self._connection.execute(f"DESCRIBE main.{table}").fetchall()
            self._known_types[table] = {name: type_ for name, type_, *_ in told}
        return self._known_types[table]

    def _put_in(self) -> None:
        """Puts the rows in that wait, together."""
        if not self._waiting:
            return
        self._connection.begin()
        for (place, columns), rows in self._waiting.items():
            names, marks = ", ".join(map(quoted, columns)), f"({', '.join('?' * len(columns))})"
            for start in range(0, len(rows), _TOGETHER):
                some = rows[start : start + _TOGETHER]
                values = ", ".join([marks] * len(some))
                self._connection.execute(f"INSERT INTO {place} ({names}) VALUES {values}", [*chain.from_iterable(some)])
        self._connection.commit()
        self._waiting.clear()

    def attempt(self, mini_batch_id: int | None, outcome: str, started_at: str | None = None, **more: Any) -> None:
        """Puts in a report of a try on node 0, process000: the first one, of 10 items in 10 s, unless said otherwise."""
        row: dict[str, Any] = {
            "source": "mini_batches",
            "mini_batch_id": mini_batch_id,
            "attempt": 1,
            "node": "0",
            "process": "process000",
            "started_at": started_at,
            "outcome": outcome,
        }
        if outcome != "open":
            row |= {"total": 10, "succeeded": 10 if outcome == "done" else 0, "elapsed_s": 10.0}
            row["failed"] = 0 if outcome == "done" else 10
        self.insert("attempt_reports", row | more)

    def event(self, source: str, event: str, at: str, row: dict[str, Any] | None = None, /, **facts: str) -> None:
        """Puts in a log record of a known form with its facts; `row` are other columns of it."""
        fields = json.dumps(facts) if facts else None
        self.insert("log_records", {"source": source, "time": at, "event": event, "fields": fields, **(row or {})})

    def insert_raw(self, table: str, row: dict[str, Any]) -> None:
        """Puts one row into a table as it is, whatever stands in it."""
        self._filled.add(table)
        names, marks = ", ".join(map(quoted, row)), ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO main.{quoted(table)} ({names}) VALUES ({marks})", [*row.values()])

    def execute(self, query: str) -> duckdb.DuckDBPyConnection:
        """Asks a query; what it asks of derived relations is worked out anew, since rows may be new."""
        asked = View(Path("query.sql"), query).reads & self.library.relations.keys()
        self._derive(asked)
        return self.connection.execute(query)

    def _derive(self, asked: Collection[str] | None = None) -> None:
        """Works out derived relations as a load of few rows does; steps and single checks stay as temporary tables."""
        needed = None if asked is None else self.library.below(asked)
        relations = [
            view
            for view in self.library.derivation
            if view.is_derived and view.name not in self._given and (needed is None or view.name in needed)
        ]
        if not relations:
            return
        connection = self.connection
        for view in relations:
            connection.execute(f'DROP TABLE IF EXISTS temp."{view.name}"')
        plan_for_few_rows(connection)
        if self._is_parsed:
            for name in self._given:
                connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS FROM rows.parts."{name}"')
            connection.execute(f"SET search_path = '{PARSED}.main,rows.main'")
        computed = compute(
            connection,
            self.library,
            given=self._given,
            wanted=asked,
            empty={table.name for table in RECORD_TABLES} - self._filled,
            known=_columns(),
            parsed=self._is_parsed,
        )
        connection.execute("RESET disabled_optimizers")
        if self._is_parsed:
            connection.execute("USE rows.main")
            for name in self._given:
                connection.execute(f'DROP VIEW temp."{name}"')
        connection.begin()
        for view in relations:
            self._put_away(view, view.name not in computed.without_rows)
        connection.commit()

    def _put_away(self, view: View, has_rows: bool) -> None:
        """Puts what was worked out where its view looks for it; a step stays a temporary table."""
        made = f'temp."{view.name}"'
        if view.is_step:
            if not has_rows and self._is_parsed:
                self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{view.name}" AS FROM {PARSED}."{view.name}"')
            return
        if has_rows:
            self._connection.execute(f'CREATE OR REPLACE TABLE parts."{view.name}" AS FROM {made}')
            self._filled.add(view.name)
        elif view.name in self._filled:
            self._connection.execute(f'DELETE FROM parts."{view.name}"')
            self._filled.remove(view.name)
        self._connection.execute(f"DROP TABLE IF EXISTS {made}")

    def ask_all(self) -> None:
        """Asks every view, each over the answers of those that it rests on."""
        self._derive()
        for name, view in sorted(self.library.relations.items()):
            if not view.is_macro:
                self.connection.execute(f'SELECT * FROM "{name}"').fetchall()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The result of a query."""
        return [tuple(map(_plain, row)) for row in self.execute(query).fetchall()]

    def dicts(self, query: str) -> list[dict[str, Any]]:
        """The result of a query, each row by column."""
        found = self.execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in found.fetchall()]

    def one(self, query: str) -> dict[str, Any]:
        """The only row that a query gives, by column."""
        (row,) = self.dicts(query)
        return row


def _plain(value: Any) -> Any:
    """Times as text without the day, alone or in lists."""
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ").removeprefix(f"{DAY} ")
    return [_plain(one) for one in value] if isinstance(value, list) else value


@pytest.fixture
def db() -> Iterator[Database]:
    """A database with every table, empty, and every view."""
    database = Database()
    yield database
    database.close()
