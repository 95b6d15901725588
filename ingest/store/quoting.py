"""Names and texts as they stand in SQL."""

from __future__ import annotations

from pathlib import Path

from ingest.model import Column


def literal(text: str) -> str:
    """A text between quotes."""
    return "'" + text.replace("'", "''") + "'"


def quoted_path(path: Path) -> str:
    """A path between quotes."""
    return literal(str(path))


def quoted_name(column: Column) -> str:
    """A column's name as SQL wants it: some (`at`) are words of the language."""
    return f'"{column.name}"'
