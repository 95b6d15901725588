"""Making the views of a database, which has every table and derived relation that they read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from itertools import groupby

import duckdb

from ingest.errors import first_line, is_disk_full
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
    for strange, views in groupby(library.views, key=library.is_of_plugin):
        with nullcontext() if strange else together(connection):
            for view in views:
                try:
                    create_view(connection, view)
                except Exception as error:  # a stranger's file may be wrong in any way
                    if is_disk_full(error):  # no fault of the file
                        raise
                    if not strange:
                        raise ViewError(f"{view.file}: {first_line(error)}", REMEDY) from error
                    connection.execute(f'DROP VIEW IF EXISTS "{view.name}"')
                    problems.append(ViewProblem(view.file, first_line(error)))
    return problems


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
