"""A parser as a stranger may write it, without ours, and one broken in each way that the kit must find.

A note is a line `3 text`; lines that start with a blank go on with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from ingest import Batch, Column, Parsed, Piece, Reject, Sample, Table, Type

NOTES = Table("notes", "notes", (Column("number", Type.INT, "of the note"), Column("text", Type.TEXT, "what it says")))

_NOTE = re.compile(rb"^(\d{1,18}) (.*(?:\n[ \t].*)*)", re.MULTILINE)


class Notes:
    """Reads notes, and does it well."""

    name = "strange.notes"
    version = 1
    kind = "notes"
    path = r"^logs/notes\.txt$"
    tables: Sequence[Table] = (NOTES,)
    samples: Sequence[Sample] = (Sample("logs/notes.txt", "1 one\n2 two\n  more of two\n3 three\n", records=3),)

    def cut(self, data: bytes) -> int:
        """The start of the last line that is a note."""
        return max((found.start() for found in _NOTE.finditer(data)), default=0)

    def parse(self, batch: Batch) -> Parsed:
        """Note by note; what is none is rejected line by line."""
        rows: list[tuple[int, int, int, str]] = []
        rejects: list[Reject] = []
        for index, piece in enumerate(batch.pieces):
            rest = piece.start
            for found in _NOTE.finditer(batch.data[: piece.end], piece.start):
                rejects += self.others(batch.data, rest, found.start())
                rest = found.end()
                rows.append((index, self.line_no(batch, piece, found), int(found[1]), self.text(found[2])))
            rejects += self.others(batch.data, rest, piece.end)
        return self.parsed(rows, rejects)

    def line_no(self, batch: Batch, piece: Piece, found: re.Match[bytes]) -> int:
        """The line on which a note starts."""
        return piece.line_no + batch.data.count(b"\n", piece.start, found.start())

    def text(self, raw: bytes) -> str:
        """What a note says."""
        return raw.decode("utf-8", "replace").replace("\r\n", "\n").removesuffix("\r")

    def others(self, data: bytes, start: int, end: int) -> list[Reject]:
        """A reject for each line between notes that is not blank."""
        lines = re.compile(rb"[^\n]*\S[^\n]*").finditer(data[:end], start)
        return [Reject(line.start(), line.end(), "no note") for line in lines]

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """The rows as a table."""
        types = {"piece": pa.int32(), "line_no": pa.int64(), "number": pa.int64(), "text": pa.string()}
        columns = zip(*rows, strict=True) if rows else [[]] * len(types)
        arrays = [pa.array(values, type_) for values, type_ in zip(columns, types.values(), strict=True)]
        return Parsed({"notes": pa.table(arrays, names=list(types))}, rejects)


class LosesARecord(Notes):
    """The last note of the last file is not told."""

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """All rows but one."""
        return super().parsed(rows[:-1], rejects)


class HidesWhatItCannotRead(Notes):
    """No rejects."""

    samples = (Sample("logs/notes.txt", "1 one\nno note\n", records=2),)

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """Rows only."""
        return super().parsed(rows, rejects[:0])


class WrongType(Notes):
    """Numbers as texts."""

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """One column cast."""
        notes = super().parsed(rows, rejects).tables["notes"]
        texts = notes["number"].cast(pa.string())
        return Parsed({"notes": notes.drop_columns(["number"]).append_column("number", texts)}, rejects)


class UndeclaredColumn(Notes):
    """A column that the table has not."""

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """One column more."""
        notes = super().parsed(rows, rejects).tables["notes"]
        return Parsed({"notes": notes.append_column("txt", notes["text"])}, rejects)


class UndeclaredTable(Notes):
    """Another table than it says."""

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """The table under another name."""
        return Parsed({"remarks": super().parsed(rows, rejects).tables["notes"]}, rejects)


class RaisesOnCut(Notes):
    """A number that is cut off is no number."""

    def others(self, data: bytes, start: int, end: int) -> list[Reject]:
        """Everything must be a note."""
        if data[start:end].strip():
            raise ValueError("no note here")
        return []


class RaisesOnBadBytes(Notes):
    """Texts must be UTF-8."""

    def parse(self, batch: Batch) -> Parsed:
        """Decodes it all first."""
        batch.data.decode("utf-8")
        return super().parse(batch)


class DependsOnTheBatch(Notes):
    """Counts lines from the start of the batch, not of the file."""

    def line_no(self, batch: Batch, piece: Piece, found: re.Match[bytes]) -> int:
        """As if there were one piece."""
        return piece.line_no + batch.data.count(b"\n", 0, found.start())


class Remembers(Notes):
    """Notes are numbered in the order in which they were ever read."""

    def __init__(self) -> None:
        self._told = 0

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """The count goes on from batch to batch."""
        numbered = [(piece, line, self._told + i, text) for i, (piece, line, _, text) in enumerate(rows)]
        self._told += len(rows)
        return super().parsed(numbered, rejects)


class NumbersTheLastLine(Notes):
    """The line on which a note ends."""

    def line_no(self, batch: Batch, piece: Piece, found: re.Match[bytes]) -> int:
        """The last line."""
        return piece.line_no + batch.data.count(b"\n", piece.start, found.end())


class ForgetsWhereAPieceStarts(Notes):
    """Lines are counted from 1 in each piece."""

    def line_no(self, batch: Batch, piece: Piece, found: re.Match[bytes]) -> int:
        """As if each piece were a file."""
        return 1 + batch.data.count(b"\n", piece.start, found.start())


class CutsRecordsInTwo(Notes):
    """Any line will do."""

    def cut(self, data: bytes) -> int:
        """The start of the last line."""
        return data.rfind(b"\n", 0, len(data) - 1) + 1


class CutsLinesInTwo(Notes):
    """Any byte will do."""

    def cut(self, data: bytes) -> int:
        """The middle."""
        return len(data) // 2


class KeepsCarriageReturns(Notes):
    """What stands before the line break is the text."""

    def text(self, raw: bytes) -> str:
        """All of it."""
        return raw.decode("utf-8", "replace")


class GivesUp(Notes):
    """One line that is no note, and all is lost."""

    def parsed(self, rows: list[tuple[int, int, int, str]], rejects: list[Reject]) -> Parsed:
        """Nothing at all if something was wrong."""
        return super().parsed([] if rejects else rows, rejects)


class ClaimsAnothersFile(Notes):
    """A file of the driver's."""

    path = r"^logs/.*\.txt$"
    samples = (Sample("logs/sys/error.txt", "1 one\n2 two\n", records=2),)


class MissesItsOwnSample(Notes):
    """A sample at another place."""

    samples = (Sample("logs/note.txt", "1 one\n2 two\n", records=2),)


class HasNoSample(Notes):
    """Nothing to try it on."""

    samples = ()


class SamplesCountWrong(Notes):
    """The sample holds three."""

    samples = (Sample("logs/notes.txt", "1 one\n2 two\n  more of two\n3 three\n", records=4),)
