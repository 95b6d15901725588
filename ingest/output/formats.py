"""The output formats by name, and which one is meant when nobody said.

Stdout is data: a person at a terminal gets a table, a pipe or a file gets CSV.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from ingest.errors import IngestError
from ingest.output.terminal import is_terminal


class Format(StrEnum):
    """How a result is written. The values are the words of `--format`."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    PARQUET = "parquet"


_BY_SUFFIX = {
    ".md": Format.MARKDOWN,
    ".txt": Format.TABLE,
    ".ndjson": Format.JSONL,
    ".pq": Format.PARQUET,
    **{f".{one}": one for one in Format if one is not Format.TABLE},
}


class OutputError(IngestError):
    """A result that cannot be written as asked."""


def format_of_file(path: Path) -> Format:
    """The format that a file's suffix names; CSV for any other suffix."""
    return _BY_SUFFIX.get(path.suffix.lower(), Format.CSV)


def default_format(stream: Any) -> Format:
    """Return `table` for a terminal, else `csv`."""
    return Format.TABLE if is_terminal(stream) else Format.CSV
