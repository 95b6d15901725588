"""Working out the derived relations of some jobs: each once, into a temporary table, from the ground up.

Temporary names go before those of the catalog: so each query reads what was worked out before it, for these jobs alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from ingest.errors import first_line, is_disk_full, is_interrupt
from ingest.logs import debug
from ingest.quoting import literal, quoted
from ingest.views import checks
from ingest.views.files import CHECKS, View, ViewProblem

if TYPE_CHECKING:
    from ingest.views.library import Library

_MORE_MEMORY = ("1500MB", "80%")
"""What a query gets that holds more than the connection may take and cannot write it to disk; the last is the machine's."""

PARSED = "parsed_queries"
"""The name under which a database is attached that has the macros, and of each derived relation an empty table and, as a
macro of the same name, its query."""

ON_DISK = "on_disk"
"""The name under which a database is attached, if one is, that takes the tables: its file is compressed, memory is not."""

_ESTIMATES = {
    "median_of": "median_of(x) AS approx_quantile(x::DOUBLE, 0.5)",
    "quantiles_of": "quantiles_of(x, shares) AS approx_quantile(x::DOUBLE, shares)",
    "quantiles_are_estimates": "quantiles_are_estimates() AS true",
}
"""What macros are instead where exact quantiles would need too much memory: they hold all values, and never write them."""

_THRESHOLD = re.compile(r"\bthreshold\('(\w+)'\)")
CREATE_MACRO = re.compile(r"create or replace macro\s+", re.IGNORECASE)
"""How the text of a macro begins."""

Columns = Sequence[tuple[str, str]]
"""Names and types of a relation's columns."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What came of computing."""

    problems: Sequence[ViewProblem]
    """What is wrong with files of plugins: nothing is derived of them."""
    without_rows: Collection[str]
    """Tables and derived relations that have no rows."""


def compute(
    connection: duckdb.DuckDBPyConnection,
    library: Library,
    *,
    given: Collection[str] = (),
    wanted: Collection[str] | None = None,
    empty: Collection[str] = (),
    known: Mapping[str, Columns] | None = None,
    parsed: bool = False,
    on_disk: bool = False,
    estimated: bool = False,
) -> Computed:
    """Makes a temporary table of each derived relation, over the records, `files` and `loaded_jobs` of a connection.

    `given`: relations that are there already; `wanted`: only these and what they rest on. `empty`: tables that have no rows;
    a relation over nothing but empty ones is not asked if its columns are `known`. `parsed`: the macros, the queries and,
    for relations without rows, the tables are those of an attached database on the search path
    (`ingest.derive.parsed_queries`). `on_disk`: tables go to the database of that name, and temporary views read
    them; those of checks, which have few rows, do not. `estimated`: quantiles are.
    """
    problems: list[ViewProblem] = []
    needed = None if wanted is None else library.below(wanted)
    without_rows = set(empty)
    for macro in _ESTIMATES.values() if estimated else ():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    for view in library.derivation:
        if view.name in given or (needed is not None and view.name not in needed):
            continue
        if view.is_macro and (parsed or (estimated and view.name in _ESTIMATES)):
            continue
        columns = _columns(view, known or {})
        if columns and (_is_empty(view, library, without_rows) or not _may_have_rows(connection, view, library)):
            without_rows.add(view.name)
            if not parsed:
                definition = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns)
                connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(view.name)} ({definition})")
            continue
        try:
            text = (
                f"FROM {PARSED}.{quoted(view.name)}()"
                if parsed and view.is_derived
                else with_numbers(view.text, library)
            )
            if not _make(connection, view, text, on_disk=on_disk):
                without_rows.add(view.name)
            if view.folder == CHECKS and library.is_of_plugin(view):  # ours have all columns
                _complete(connection, view.name)
        except Exception as error:
            error.add_note(f"in {view.name}")
            if is_disk_full(error) or is_interrupt(error) or not library.is_of_plugin(view):
                raise
            problems.append(ViewProblem(view.file, first_line(error)))
            if view.folder == CHECKS:
                connection.execute(f'CREATE OR REPLACE TEMP TABLE "{view.name}" AS {checks.no_rows_of()}')
    return Computed(problems, without_rows)


def thresholds_in(view: View) -> set[str]:
    """The thresholds that a file compares with."""
    return set(_THRESHOLD.findall(view.text))


def with_numbers(text: str, library: Library) -> str:
    """Thresholds as numbers in the text of a query, which is quicker to plan than a question for each."""

    def number(found: re.Match[str]) -> str:
        value = library.thresholds.get(found[1])
        return found[0] if value is None else f"{value!r}::DOUBLE"

    return _THRESHOLD.sub(number, text)


def _columns(view: View, known: Mapping[str, Columns]) -> Columns | None:
    """The columns that a derived relation is known to have."""
    if view.folder == CHECKS:
        return list(checks.CONTRACT.items())
    return known.get(view.name)


def _is_empty(view: View, library: Library, without_rows: Collection[str]) -> bool:
    """Whether all that a relation could have rows from is empty. A job or file alone makes no row, unless its head says so."""
    if not view.is_derived or view.is_of_every_job or library.is_of_plugin(view):
        return False
    sources = library.sources(view)
    return bool(sources) and sources <= set(without_rows)


def _may_have_rows(connection: duckdb.DuckDBPyConnection, view: View, library: Library) -> bool:
    """Whether the condition holds that a file names for having rows. One of a plugin that cannot be asked is none."""
    if not view.when:
        return True
    try:
        ((holds,),) = connection.execute(f"SELECT {with_numbers(view.when, library)}").fetchall()
    except duckdb.Error:
        if library.is_of_plugin(view):
            return True
        raise
    return bool(holds)


def _complete(connection: duckdb.DuckDBPyConnection, check: str) -> None:
    """Gives the table of a check the optional columns that it lacks. Fails where it lacks one that is required."""
    given = [row[0] for row in connection.execute(f"DESCRIBE {quoted(check)}").fetchall()]
    for name, type_ in checks.missing_columns(given):
        connection.execute(f"ALTER TABLE {quoted(check)} ADD COLUMN {quoted(name)} {type_}")
    connection.execute(f"{checks.rows_of(check)} LIMIT 0")


def _make(connection: duckdb.DuckDBPyConnection, view: View, text: str, *, on_disk: bool) -> bool:
    """Makes a relation; gives whether it may have rows."""
    if view.is_macro:
        connection.execute(CREATE_MACRO.sub("CREATE OR REPLACE TEMP MACRO ", text, count=1))
        return True
    if not view.is_derived:
        connection.execute(f'CREATE OR REPLACE TEMP VIEW "{view.name}" AS {text}')
        return True
    if not on_disk or view.folder == CHECKS:
        return bool(_table_rows(connection, view.name, f'CREATE OR REPLACE TEMP TABLE "{view.name}" AS {text}'))
    rows = _table_rows(connection, view.name, f'CREATE OR REPLACE TABLE {ON_DISK}."{view.name}" AS {text}')
    connection.execute(f'CREATE OR REPLACE TEMP VIEW "{view.name}" AS FROM {ON_DISK}."{view.name}"')
    return bool(rows)


def _table_rows(connection: duckdb.DuckDBPyConnection, name: str, make: str) -> int:
    """Makes a table and gives the number of its rows."""
    try:
        ((rows,),) = connection.execute(make).fetchall()
    except duckdb.OutOfMemoryException as error:
        if is_disk_full(error):  # more memory is no remedy for a disk that takes no more
            raise
        debug("a query needs more memory", relation=name, reason=first_line(error))
        ((rows,),) = _with_more_memory(connection, make)
    return int(rows)


def _with_more_memory(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    """What a query gives for which the usual memory is too little; the others get no more afterwards than before."""
    ((usual,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    try:
        for limit in _MORE_MEMORY[:-1]:
            connection.execute(f"SET memory_limit = {literal(limit)}")
            try:
                return connection.execute(query).fetchall()
            except duckdb.OutOfMemoryException as error:
                if is_disk_full(error):
                    raise
        connection.execute(f"SET memory_limit = {literal(_MORE_MEMORY[-1])}")
        return connection.execute(query).fetchall()
    finally:
        connection.execute(f"SET memory_limit = {literal(usual)}")
