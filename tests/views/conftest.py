"""Views without a store: an in-memory database with every table, empty, and every view; rows are put in by hand.

All rows are of one day, so a time is written and read as `10:05:00`. What a row does not say is NULL, but for `job_id`
(`job`), `file_id` (1) and `line_no` (counted up).
"""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.known_problems import KnownProblem, in_order
from ingest.model import CATALOG_TABLES, RECORD_TABLES, Column, Type
from ingest.store.known_problems import write_known_problems
from ingest.store.step_by_step import answered, make_ready
from ingest.views.files import create_views, list_views

TABLES: dict[str, tuple[Column, ...]] = {
    **{name: columns for name, (_, columns) in CATALOG_TABLES.items() if name != "known_problems"},
    **{table.name: table.columns for table in RECORD_TABLES},
}
DAY = "2024-03-01"


@cache
def _empty() -> bytes:
    """The file of a database with every table and view and no known problem: made once, since a second is long for a test."""
    with tempfile.TemporaryDirectory(prefix="ingest-rows-") as folder:
        file = Path(folder) / "rows.duckdb"
        with duckdb.connect(file) as connection:
            for name, columns in TABLES.items():
                definition = ", ".join(f'"{column.name}" {column.type}' for column in columns)
                connection.execute(f"CREATE TABLE {name} ({definition})")
            write_known_problems(connection, [])
            assert create_views(connection) == []
        return file.read_bytes()


class Database:
    """A database of hand-made rows, and answers of its views as plain values."""

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="ingest-rows-")
        self._forget = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        file = Path(folder) / "rows.duckdb"
        file.write_bytes(_empty())
        self.connection = duckdb.connect(file)
        self._lines = count(2)

    def know(self, *problems: KnownProblem) -> None:
        """Makes these the known problems, in this order; there are none before."""
        write_known_problems(self.connection, in_order((one, "test") for one in problems))

    def close(self) -> None:
        """Forgets all of it."""
        self.connection.close()
        self._forget()

    def insert(self, table: str, *rows: dict[str, Any]) -> None:
        """Puts rows into a table."""
        types = {column.name: column.type for column in TABLES[table]}
        for row in rows:
            full = {"job_id": "job", **row}
            if "line_no" in types:
                full = {"file_id": 1, "line_no": next(self._lines), **full}
            for name, value in full.items():
                if types[name] is Type.TIME and value is not None:
                    full[name] = f"{DAY} {value}"
            names, marks = ", ".join(f'"{name}"' for name in full), ", ".join("?" * len(full))
            self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(full.values()))

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
        self.insert("log_records", {"source": source, "at": at, "event": event, "fields": fields, **(row or {})})

    def execute(self, query: str) -> duckdb.DuckDBPyConnection:
        """Asks a query; what the checks find is worked out anew for those that ask it, since rows may be new."""
        self.connection.execute("SET VARIABLE checks_answered_with = NULL")
        make_ready(self.connection, query)
        return self.connection.execute(query)

    def ask_all(self) -> None:
        """Asks every view, each over the answers of those that it rests on."""
        names = [view.name for view in list_views()]
        with answered(self.connection, names) as cursor:
            for name in names:
                cursor.execute(f'SELECT * FROM "{name}"').fetchall()

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
