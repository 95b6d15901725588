"""Working out the derived relations of some jobs: each once, into a temporary table, from the ground up.

Temporary names go before those of the catalog: so each query reads what was worked out before it, for these jobs alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from ingest.views import checks
from ingest.views.files import CHECKS, View, ViewProblem

if TYPE_CHECKING:
    import duckdb

    from ingest.views.library import Library

_THRESHOLD = re.compile(r"\bthreshold\('(\w+)'\)")
_CREATE_MACRO = re.compile(r"create or replace macro", re.IGNORECASE)


def compute(
    connection: duckdb.DuckDBPyConnection, library: Library, given: Collection[str] = ()
) -> list[ViewProblem]:
    """Makes a temporary table of each derived relation, over the records, `files` and `loaded_jobs` of a connection.

    `given`: relations that are there already. Returns what is wrong with files of plugins: nothing is derived of them.
    """
    problems: list[ViewProblem] = []
    text_of = _with_thresholds(library)
    for view in library.derivation:
        if view.name in given:
            continue
        try:
            _make(connection, view, text_of(view))
        except Exception as error:
            if view.name in library.own or view.name in library.relations.keys() - library.files.keys():
                raise
            problems.append(ViewProblem(view.file, str(error).partition("\n")[0]))
            if view.folder == CHECKS:
                connection.execute(f'CREATE TEMP TABLE "{view.name}" AS {checks.no_rows_of()}')
    return problems


def thresholds_in(view: View) -> set[str]:
    """The thresholds that a file compares with."""
    return set(_THRESHOLD.findall(view.text))


def _make(connection: duckdb.DuckDBPyConnection, view: View, text: str) -> None:
    if view.is_macro:
        connection.execute(_CREATE_MACRO.sub("CREATE OR REPLACE TEMP MACRO", text, count=1))
        return
    kind = "TABLE" if view.is_derived else "VIEW"
    connection.execute(f'CREATE OR REPLACE TEMP {kind} "{view.name}" AS {text}')
    if view.folder == CHECKS:
        connection.execute(f"{checks.rows_of(view.name)} LIMIT 0")


def _with_thresholds(library: Library) -> Callable[[View], str]:
    """Thresholds as numbers in the text of a query, which is quicker to plan than a question for each."""
    values = library.thresholds

    def text_of(view: View) -> str:
        return _THRESHOLD.sub(
            lambda found: f"{values[found[1]]!r}::DOUBLE" if found[1] in values else found[0], view.text
        )

    return text_of
