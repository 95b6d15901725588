"""The questions of a report: queries in files, asked of a store, with what is needed to ask them again.

The first comment line of a query is its question, `from:` names the views that it reads, the lines after it are the
caveat. `$name` stands for a parameter; what is shown to a reader is the query that was run, with its values in place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ingest.quoting import literal
from ingest.report.clean import cleaned, cleaned_text

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]

_PARAMETER = re.compile(r"\$(\w+)")
_ALL_JOBS = "(select list(job_id) from jobs)"


@dataclass(frozen=True, slots=True)
class Query:
    """A query file, taken apart."""

    question: str
    views: tuple[str, ...]
    caveat: str
    sql: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a store said: rows without secrets and steering characters, and how to ask again."""

    question: str
    views: tuple[str, ...]
    caveat: str
    sql: str
    rows: list[Row]

    def first(self) -> Row:
        """The first row; an empty one if there is none."""
        return self.rows[0] if self.rows else {}


class Questions:
    """Asks a store the questions of a report."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, all_jobs: Sequence[str]) -> None:
        self._connection = connection
        self._all_jobs = sorted(all_jobs)

    def ask(self, name: str, **values: Any) -> Answer:
        """The answer to the question of this name (`job/summary`)."""
        query = _query(name)
        wanted = set(_PARAMETER.findall(query.sql))
        given = {key: value for key, value in values.items() if key in wanted}
        cursor = self._connection.execute(query.sql, given or None)
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        shown = _PARAMETER.sub(lambda match: self._literal(values[match[1]]), query.sql)
        return Answer(query.question, query.views, query.caveat, cleaned_text(shown), [cleaned(row) for row in rows])

    def _literal(self, value: Any) -> str:
        """A value as it stands in the query that is shown."""
        if isinstance(value, str):
            return literal(value)
        if isinstance(value, Sequence):
            if len(value) > 1 and sorted(value) == self._all_jobs:
                return _ALL_JOBS
            return f"[{', '.join(map(self._literal, value))}]"
        return str(value)


@cache
def _query(name: str) -> Query:
    text = files("ingest.report").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")
    lines = text.splitlines()
    head = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--")).strip()
    views = tuple(head[1].removeprefix("from:").replace(",", " ").split())
    return Query(head[0], views, " ".join(head[2:]), sql)
