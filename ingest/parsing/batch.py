"""What a parser is given and what it gives back.

A parser sees a *batch*: the bytes of many files of one kind behind one another in one buffer, because work per file in
Python costs more than the parsing itself. `Batch.pieces` says which bytes are whose. A file too large for one batch
comes in several pieces, cut where the parser's own `cut` said that a record starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from ingest.parsing.scan import Positions

PADDING = b"\n" * 64
"""Put behind the last piece, so that a scan may look a few bytes past any position."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as a parser knows it: where it lies in the job and what its path says."""

    path: str
    """Below the artifact root, `/` between."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The named groups of the parser's path pattern, such as `node` and `process`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes `start` to `end` of a batch's buffer: one file, or the part of it that this batch holds."""

    file: SourceFile
    start: int
    end: int
    line_no: int = 1
    """Number in the file of the piece's first line, from 1."""
    byte_offset: int = 0
    """Where the piece starts in the file."""
    first_line: bytes = b""
    """The file's first line, for a piece that does not hold it (a table's header stands there)."""


@dataclass(frozen=True)
class Batch:
    """Bytes of files of one kind. Between two pieces there is always a line break, added where a file has none."""

    data: bytes
    pieces: Sequence[Piece]

    @classmethod
    def of(cls, *files: tuple[SourceFile, bytes], skipped: Sequence[int] = ()) -> Batch:
        """A batch of whole files; of each, `skipped` bytes at the start (a byte order mark) were left out."""
        parts: list[bytes] = []
        pieces: list[Piece] = []
        position = 0
        for i, (file, content) in enumerate(files):
            offset = skipped[i] if skipped else 0
            pieces.append(Piece(file, position, position + len(content), byte_offset=offset))
            if content and not content.endswith(b"\n"):
                content += b"\n"
            parts.append(content)
            position += len(content)
        return cls(b"".join([*parts, PADDING]), pieces)

    @cached_property
    def buffer(self) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """The bytes as a numpy view, without a copy."""
        return np.frombuffer(self.data, np.uint8)

    @cached_property
    def starts(self) -> Positions:
        """First byte of each piece."""
        return np.array([piece.start for piece in self.pieces], np.int64)

    @cached_property
    def ends(self) -> Positions:
        """Byte after each piece."""
        return np.array([piece.end for piece in self.pieces], np.int64)

    def piece_at(self, positions: Positions) -> Positions:
        """Index of the piece that holds each position."""
        return np.searchsorted(self.starts, positions, side="right") - 1

    def line_numbers(self, positions: Positions) -> Positions:
        """Line number in its file of each position (1-based); for few positions: it counts line breaks anew."""
        numbers = np.empty(len(positions), np.int64)
        for i, (position, index) in enumerate(zip(positions.tolist(), self.piece_at(positions).tolist(), strict=True)):
            piece = self.pieces[index]
            numbers[i] = piece.line_no + self.data.count(b"\n", piece.start, position)
        return numbers


@dataclass(frozen=True, slots=True)
class Reject:
    """Bytes `start` to `end` of the batch that the parser could not read, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser made of a batch.

    Each table has the columns `piece` (index into `Batch.pieces`) and `line_no` (in the file, 1-based) and any of the
    declared table's own columns. What is missing is filled by the engine: from the groups of the path if a column
    bears a group's name, else with NULL. Rows keep the order of the batch.
    """

    tables: Mapping[str, pa.Table]
    rejects: Sequence[Reject] = ()
    records: Positions | None = None
    """Records understood per piece; left out, the rows of all tables are counted."""
