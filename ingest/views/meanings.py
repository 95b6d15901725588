"""What the columns of tables and views mean: in the reference, in `ingest views NAME`, and as comments of the database."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from ingest.model import CATALOG_TABLES, RECORD_TABLES, Column
from ingest.views.files import own_folder


def meaning(relation: str, column: str) -> str:
    """What a column means: in this table or view, in all views, or in the only table that has one of its name."""
    table = _of_table().get(relation)
    if table is not None:
        return table.get(column, "")
    said = meanings()
    return said.get(relation, {}).get(column) or said["all"].get(column) or _of_all_tables().get(column, "")


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """What `sql/columns.toml` says, by view."""
    return tomllib.loads((own_folder() / "columns.toml").read_text(encoding="utf-8"))


def _tables() -> Mapping[str, tuple[Column, ...]]:
    return {table.name: table.columns for table in RECORD_TABLES} | {
        name: columns for name, (_, columns) in CATALOG_TABLES.items()
    }


@cache
def _of_table() -> Mapping[str, Mapping[str, str]]:
    """What each table says of its columns."""
    return {name: {column.name: column.doc for column in columns} for name, columns in _tables().items()}


@cache
def _of_all_tables() -> Mapping[str, str]:
    """What the tables say of a column, where all that have it say the same."""
    found: dict[str, set[str]] = {}
    for columns in _tables().values():
        for column in columns:
            if column.doc:
                found.setdefault(column.name, set()).add(column.doc)
    return {name: docs.pop() for name, docs in found.items() if len(docs) == 1}
