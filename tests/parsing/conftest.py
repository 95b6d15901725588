"""Parsing without a store: what a parser makes of some bytes, as plain Python values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from ingest.parsing.batch import Batch, Parsed, SourceFile
from ingest.parsing.windows import in_pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.hookspecs import Parser

    Read = Callable[..., list["Content"]]


@dataclass
class Content:
    """What a parser made of one file."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Table → rows, with `line_no`, NULLs left out."""
    rejects: list[tuple[int, bytes, str]] = field(default_factory=list)
    """Line, bytes, reason."""
    records: int = 0

    def of(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table."""
        return self.rows.get(table, [])


def contents(parsed: Parsed, batch: Batch) -> list[Content]:
    """What was parsed, file by file."""
    found = [Content() for _ in batch.pieces]
    for table, rows in parsed.tables.items():
        for row in rows.to_pylist():
            piece = row.pop("piece")
            found[piece].rows.setdefault(table, []).append({k: v for k, v in row.items() if v is not None})
    for reject in parsed.rejects:
        import numpy as np

        at = np.array([reject.start])
        text = batch.data[reject.start : reject.end]
        found[int(batch.piece_at(at)[0])].rejects.append((int(batch.line_numbers(at)[0]), text, reject.reason))
    if parsed.records is not None:
        for one, count in zip(found, parsed.records.tolist(), strict=True):
            one.records = count
    return found


def read_files(parser: Parser, *files: bytes) -> list[Content]:
    """Parses whole files in one batch."""
    batch = Batch.of(*((SourceFile(f"f{i}"), content) for i, content in enumerate(files)))
    return contents(parser.parse(batch), batch)


def read_in_pieces(parser: Parser, data: bytes, window: int) -> Content:
    """Parses a file as a large one is: window after window, each cut where the parser says."""
    whole = Content()
    starts = range(0, len(data), window)
    windows = ((data[start : start + window], start + window >= len(data)) for start in starts)
    for batch, _ in in_pieces(SourceFile("f"), windows, parser.cut):
        (part,) = contents(parser.parse(batch), batch)
        for table, rows in part.rows.items():
            whole.rows.setdefault(table, []).extend(rows)
        whole.rejects += part.rejects
        whole.records += part.records
    return whole


@pytest.fixture(scope="session")
def read() -> Read:
    """Parses files in one batch: `read(parser, bytes, ...)`, a `Content` each."""
    return read_files


@pytest.fixture(scope="session")
def read_pieces() -> Callable[[Parser, bytes, int], Content]:
    """Parses a file in windows: `read_pieces(parser, bytes, window)`."""
    return read_in_pieces
