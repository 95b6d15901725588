"""Names and texts as they stand in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def literal(text: str) -> str:
    """A text between quotes."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name between quotes: some are words of the language."""
    return '"' + name.replace('"', '""') + '"'


def is_one_of(column: str, texts: Iterable[str]) -> str:
    """A condition, false if there are no texts. As literals, so that files without any of them are not read."""
    return f"{column} IN ({', '.join(map(literal, texts)) or 'NULL'})"


def quoted_path(path: Path | str) -> str:
    """A path between quotes."""
    return literal(str(path))
