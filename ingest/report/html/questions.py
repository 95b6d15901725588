"""The questions of a report: queries in files, asked of a store, with what is needed to ask them again.

The first comment line of a query is its question, `from:` names the views that it reads, the lines after it are the
caveat. `$name` stands for a parameter; what is shown to a reader is the query that was run, with its values in place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ingest.report.html.clean import cleaned, cleaned_text
from ingest.store.quoting import literal

if TYPE_CHECKING:
    from ingest.store.reading import Store

Row = dict[str, Any]

_PARAMETER = re.compile(r"\$(\w+)")
_LONGEST_LIST = 20
"""So many jobs are named in a query that is shown; more than these are most likely all jobs."""


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
    """Asks one store the questions of a report."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._there = {
            row["name"]
            for row in store.rows(
                "SELECT view_name AS name FROM duckdb_views() UNION SELECT table_name FROM duckdb_tables()"
                " UNION SELECT function_name FROM duckdb_functions() WHERE NOT internal"
            )
        }

    def can_ask(self, name: str) -> bool:
        """Whether the store has all that a query reads; the nightly aggregates are not in every store."""
        return self._there.issuperset(_query(name).views)

    def ask(self, name: str, **values: Any) -> Answer:
        """The answer to the question of this name (`job/summary`)."""
        query = _query(name)
        wanted = set(_PARAMETER.findall(query.sql))
        rows = self._store.rows(query.sql, {key: value for key, value in values.items() if key in wanted} or None)
        shown = _PARAMETER.sub(lambda match: _literal(values[match[1]]), query.sql)
        return Answer(query.question, query.views, query.caveat, cleaned_text(shown), [cleaned(row) for row in rows])


@cache
def _query(name: str) -> Query:
    text = files("ingest.report.html").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")
    lines = text.splitlines()
    head = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--")).strip()
    views = tuple(head[1].removeprefix("from:").replace(",", " ").split())
    return Query(head[0], views, " ".join(head[2:]), sql)


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        raise TypeError("a mapping has no literal")
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Sequence):
        if len(value) > _LONGEST_LIST:
            return "(select list(job_id) from jobs)"
        return f"[{', '.join(map(_literal, value))}]"
    return str(value)
