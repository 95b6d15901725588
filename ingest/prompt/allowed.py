"""Which statements a query may hold: those that read. A store is read-only, and what is written elsewhere is not masked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.errors import QueryError

if TYPE_CHECKING:
    import duckdb

_READ = frozenset(("SELECT", "SET", "VARIABLE_SET", "PRAGMA", "CALL", "MULTI", "CREATE", "TRANSACTION"))
"""CREATE: of temporary tables, views and macros. The store refuses others itself."""
_WRITE_FILES = frozenset(("COPY", "EXPORT", "ATTACH", "DETACH", "COPY_DATABASE", "PREPARE", "EXECUTE", "EXPLAIN"))
_EXPLAIN = re.compile(
    r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|;)*EXPLAIN\s+(?:ANALY[ZS]E\b)?\s*(?:\(\s*(?:ANALY[ZS]E|FORMAT)\b[^)]*\))?",
    re.DOTALL | re.IGNORECASE,
)

_TEXTS = re.compile(r"'(?:[^']|'')*'")
_WRITING_SETTING = re.compile(r"\b(?:log_query_path|profil(?:e|ing)_output)\b\"?\s*(?:=|TO\b)", re.IGNORECASE)
_LOGGING = re.compile(r"\benable_logging\b\"?\s*\((?=.*\bstorage)", re.IGNORECASE | re.DOTALL)
"""Ways to have the database write a log of its own: of queries, and of what `write_log` is given."""


def check_allowed(connection: duckdb.DuckDBPyConnection, statement: str, *, masked: bool) -> None:
    """Raises `QueryError` for a statement that would write around the mask, or would change nothing.

    Raises `duckdb.Error` for what is no SQL.
    """
    for kind in _kinds(connection, statement):
        if kind in _READ:
            if masked and (way := _way_around(kind, statement)):
                raise _refused(way)
            continue
        if kind == "EXPLAIN" and (explained := _EXPLAIN.match(statement)) and explained.end() < len(statement):
            check_allowed(connection, statement[explained.end() :], masked=masked)
            continue
        word = kind.replace("_", " ")
        if kind not in _WRITE_FILES:
            raise QueryError(
                f"{word} changes nothing here: the store is read-only, and nothing was done",
                "Query with SELECT. Jobs are dropped with: ingest forget",
            )
        if masked:
            raise _refused(word)


def _way_around(kind: str, statement: str) -> str | None:
    """What in a statement that reads makes the database write a file of its own."""
    bare = _TEXTS.sub("''", statement)
    if kind == "SET" and (setting := _WRITING_SETTING.search(bare)):
        return setting[0].partition("=")[0].split()[0].strip('"').lower()
    return "enable_logging with a storage" if _LOGGING.search(bare) else None


def _refused(what: str) -> QueryError:
    return QueryError(
        f"{what} is refused: it would write without masking secrets, and nothing was done",
        "Write the result of a SELECT with -o FILE (in the prompt: .output FILE); or add --show-secrets.",
    )


def no_result(statement: str) -> QueryError:
    """What to say of a query whose last statement gives no rows."""
    first = statement.split(None, 1)[0].upper() if statement.strip() else "the query"
    return QueryError(
        f"{first} gives no result to show", "End with a SELECT; to try out settings: ingest sql, the prompt."
    )


def _kinds(connection: duckdb.DuckDBPyConnection, statement: str) -> list[str]:
    """The kinds of the statements in a text. DuckDB's Python has no name for some of them."""
    try:
        return [str(one.type).rpartition(".")[2] for one in connection.extract_statements(statement)]
    except ValueError:
        return ["this statement"]
