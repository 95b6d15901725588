"""Making the views of a database, which has every table and derived relation that they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby

import duckdb

from ingest.errors import first_line, is_disk_full, is_interrupt
from ingest.quoting import literal, quoted
from ingest.views.files import REMEDY, View, ViewError, ViewProblem
from ingest.views.library import Library
from ingest.views.meanings import meaning


def create_views(connection: duckdb.DuckDBPyConnection, library: Library) -> list[ViewProblem]:
    """Makes all macros and views of a library; those that are there are replaced.

    Returns what is wrong with files of plugins; such views are left out, and those that need them.
    Raises ViewError for a broken file of ours.
    """
    problems = list(library.problems)
    for own, views in groupby(library.views, key=lambda view: view.name in library.own):
        if own:
            with together(connection):
                _create_own(connection, views)
        else:  # one by one: a wrong one would make the others void
            problems += filter(None, [_problem_with(connection, view) for view in views])
    return problems


def _create_own(connection: duckdb.DuckDBPyConnection, views: Iterable[View]) -> None:
    for view in views:
        try:
            create_view(connection, view)
        except Exception as error:
            if is_disk_full(error) or is_interrupt(error):  # no fault of the file
                raise
            raise ViewError(f"{view.file}: {first_line(error)}", REMEDY) from error


def _problem_with(connection: duckdb.DuckDBPyConnection, view: View) -> ViewProblem | None:
    """Makes a view that is not ours, or leaves it out and says what is wrong with it."""
    try:
        create_view(connection, view)
    except Exception as error:  # a stranger's file may be wrong in any way
        if is_disk_full(error) or is_interrupt(error):
            raise
        connection.execute(f'DROP VIEW IF EXISTS "{view.name}"')
        return ViewProblem(view.file, first_line(error))
    return None


@contextmanager
def together(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is made within is written to disk at once, or not at all: a thousand small writes take longer than making it.

    An error of a query makes all of it void.
    """
    connection.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # the first error is the one to report
            connection.rollback()
        raise
    connection.commit()


def create_view(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    """Makes one view, or macro, with its question as the database's comment."""
    if view.is_macro:
        connection.execute(view.text)
        return
    connection.execute(f'CREATE OR REPLACE VIEW "{view.name}" AS {view.text}')
    comment = literal(f"{view.question}\n{view.caveat}")
    connection.execute(f'COMMENT ON VIEW "{view.name}" IS {comment}')  # tells it from a view over the rows of a table


def comment_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Says in the database what each column of a table or view means, for clients that show it."""
    columns = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal"
    ).fetchall()
    said = [(relation, column, meaning(relation, column)) for relation, column in columns]
    with together(connection):
        connection.execute(
            ";".join(
                f"COMMENT ON COLUMN {quoted(view)}.{quoted(column)} IS {literal(text)}"
                for view, column, text in said
                if text
            )
        )
