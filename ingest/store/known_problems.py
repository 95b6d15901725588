"""The known problems in a catalog: a table to read, and a macro that finds the first one that a text shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.known_problems import ListedProblem, any_of
from ingest.model import KNOWN_PROBLEMS
from ingest.quoting import literal, quoted

if TYPE_CHECKING:
    import duckdb


def write_known_problems(connection: duckdb.DuckDBPyConnection, listed: Sequence[ListedProblem]) -> None:
    """Makes the table `known_problems` and the macro `known_problem_of(text)`; those that are there are replaced."""
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in KNOWN_PROBLEMS)
    connection.execute(f"CREATE OR REPLACE TABLE known_problems ({columns})")
    rows = [
        (one.id, rank, one.pattern, one.cause, one.fix, one.reference, one.confidence, one.generic, plugin)
        for rank, one, plugin in listed
    ]
    if rows:
        marks = ", ".join(f"({', '.join('?' * len(KNOWN_PROBLEMS))})" for _ in rows)
        connection.execute(f"INSERT INTO known_problems VALUES {marks}", [value for row in rows for value in row])
    connection.execute(f"CREATE OR REPLACE MACRO known_problem_of(text) AS {_first_match(listed)}")


def _first_match(listed: Sequence[ListedProblem]) -> str:
    """The id of the first problem whose pattern a text matches.

    The patterns stand in the query, since those that come from a table's rows are compiled for each text anew, forty
    times as slow. One pattern of all of them lets texts pass that show no problem, which most do not.
    """
    seen = [one for _, one, _ in listed if one.pattern]
    if not seen:
        return "CAST(NULL AS VARCHAR)"
    cases = " ".join(f"WHEN {_matches(one.pattern)} THEN {literal(one.id)}" for one in seen)
    return f"CASE WHEN text IS NULL OR NOT {_matches(any_of(seen))} THEN NULL {cases} END"


def _matches(pattern: str) -> str:
    return f"regexp_matches(text, {literal(pattern)}, 'i')"
