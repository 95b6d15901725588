"""The tables of the data model, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.model import CATALOG_TABLES, PROVENANCE_COLUMNS, Column
from ingest.plugin.registry import PluginOptions, load_registry


def where_from() -> str:
    """The columns that every record table starts with."""
    return _columns(PROVENANCE_COLUMNS)


def ledger_tables() -> str:
    """What the store knows about jobs, loads and files."""
    return "\n\n".join(_table(name, doc, columns) for name, (doc, columns) in CATALOG_TABLES.items())


def record_tables() -> str:
    """One section per record table, of the data model and of the built-in parsers, with its own columns."""
    tables = load_registry(PluginOptions(installed=False)).tables
    return "\n\n".join(_table(table.name, table.doc, table.own) for table in tables)


def _table(name: str, doc: str, columns: Sequence[Column]) -> str:
    return f"### {name}\n\nOne row per: {cell(doc)}.\n\n{_columns(columns)}"


def _columns(columns: Iterable[Column]) -> str:
    rows = [f"| `{column.name}` | {column.type} | {cell(column.doc)} |" for column in columns]
    return "\n".join(["| column | type | what it says |", "|---|---|---|", *rows])


def cell(text: str) -> str:
    """A text for a cell of a table: one line, `|` escaped."""
    return " ".join(text.split()).replace("|", "\\|")
