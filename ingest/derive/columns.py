"""The columns of tables and views as a new store has them, for who asks what there is before there is a store."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from ingest.derive.template import empty_catalog, template

if TYPE_CHECKING:
    from ingest.views.definition import Definition


class ColumnInfo(NamedTuple):
    """A column, its type, and what it means; an empty text if nobody says."""

    name: str
    type: str
    meaning: str


def columns_of(definition: Definition, relation: str) -> list[ColumnInfo]:
    """The columns of a table or view in their order; none if there is no such relation."""
    with ExitStack() as stack:
        catalog = template(definition) or stack.enter_context(empty_catalog(definition))
        with duckdb.connect(str(catalog), read_only=True) as connection:
            rows = connection.execute(
                "SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns()"
                " WHERE schema_name = 'main' AND NOT internal AND table_name = ? ORDER BY column_index",
                [relation],
            ).fetchall()
    return [ColumnInfo(*row) for row in rows]
