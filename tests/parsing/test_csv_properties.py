"""What holds of every CSV file, whole, cut or damaged: tried on random ones."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model import Column, Table, Type
from ingest.parsing.batch import Batch, Parsed, Piece, SourceFile
from ingest.parsing.csv import batch as csv_batch
from ingest.parsing.csv.batch import Reading
from ingest.parsing.csv.files import CsvFiles
from ingest.parsing.csv.header import layout_of
from ingest.parsing.csv.parser import CsvColumn, CsvParser
from ingest.parsing.csv.records import Bodies, CsvLines, CsvRecords, find_records

pytestmark = pytest.mark.slow

NAMES = ("Id", "Name", "Time", "Seconds", "Good", "Text", "Odd")
OWN = (
    Column("id", Type.INT),
    Column("name", Type.TEXT),
    Column("time", Type.TIME),
    Column("seconds", Type.FLOAT),
    Column("good", Type.BOOL),
    Column("text", Type.TEXT),
)
COLUMNS = [CsvColumn(column.name) for column in OWN]
PARSER = CsvParser(
    name="p",
    kind="p",
    path="x",
    table=Table("rows", "", (*OWN, Column("extra", Type.TEXT))),
    columns=COLUMNS,
    samples=(),
)

Row = tuple[int | None, str, datetime, float | None, bool | None, str, str]

texts = st.one_of(
    st.sampled_from(["", "N/A", "a", '"', '""', ",", "\n", "\r\n", '",\n"', 'x "y", z\n', " ", "\r", "0"]),
    st.text(st.sampled_from('",\n\r ab\0é1'), max_size=12),
)
plain_texts = texts.filter(lambda text: "\r" not in text)
times = st.builds(
    lambda us: datetime(2020, 5, 6) + timedelta(microseconds=us), st.sampled_from([0, 1, 10**6, 86_399_999_999])
)


def rows_of(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[Row]]:
    """Rows of a table."""
    row = st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        text,
        times,
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.booleans(),
        text,
        st.sampled_from(["", "z"]),
    )
    return st.lists(row, max_size=12)


tables = rows_of(texts)
noise = st.one_of(
    st.binary(max_size=20),
    st.binary(max_size=12).map(lambda raw: raw.translate(bytes(b'",\n\ra1"\n'[i % 8] for i in range(256)))),
    st.sampled_from(
        [b'"', b'""', b"\n", b'"\n', b",", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b'1,a,2020-05-06T00:00:00,,,"x']
    ),
)


def written(rows: list[Row], line_end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL, null: str = "") -> list[bytes]:
    """The header and each row as Python's `csv` writes it."""
    records: list[bytes] = []
    for cells in [NAMES, *rows]:
        text = io.StringIO(newline="")
        spelled = [cell.isoformat() if isinstance(cell, datetime) else null if cell is None else cell for cell in cells]
        csv.writer(text, lineterminator=line_end, quoting=quoting).writerow(spelled)  # type: ignore[arg-type]
        records.append(text.getvalue().encode())
    return records


def expected(rows: list[Row], records: list[bytes]) -> list[dict[str, Any]]:
    """The rows that a parser should make of them."""
    found = []
    line = 1
    for row, above in zip(rows, records, strict=False):
        line += above.count(b"\n")
        values = dict(zip([column.name for column in OWN], row, strict=False))
        values = {name: value for name, value in values.items() if value not in (None, "", "N/A")}
        found.append({"line_no": line, **values, **({"extra": '{"Odd": "z"}'} if row[-1] else {})})
    return found


def rows_in(parsed: Parsed, piece: int = 0) -> list[dict[str, Any]]:
    """The rows of one piece, NULLs left out."""
    rows = parsed.tables["rows"].to_pylist()
    return [{k: v for k, v in row.items() if v is not None and k != "piece"} for row in rows if row["piece"] == piece]


def parse(*files: bytes) -> Parsed:
    """Whole files as one batch."""
    return PARSER.parse(Batch.of(*((SourceFile(f"f{i}"), file) for i, file in enumerate(files))))


@given(tables, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["", "N/A"]))
@settings(deadline=None)
def test_what_csv_writes_comes_back(rows: list[Row], quoting: int, null: str) -> None:
    """Same values, and the lines that the records start in."""
    records = written(rows, quoting=quoting, null=null)
    parsed = parse(b"".join(records))
    assert rows_in(parsed) == expected(rows, records)
    assert not parsed.rejects
    assert parsed.records is not None
    assert parsed.records.tolist() == [len(rows)]


@given(st.lists(st.tuples(rows_of(plain_texts), st.sampled_from(["\n", "\r\n"])), max_size=5))
@settings(deadline=None)
def test_many_files(files: list[tuple[list[Row], str]]) -> None:
    """Healthy files of either line end in one batch."""
    all_records = [written(rows, line_end) for rows, line_end in files]
    parsed = parse(*(b"".join(records) for records in all_records))
    for i, ((rows, _), records) in enumerate(zip(files, all_records, strict=True)):
        assert rows_in(parsed, i) == expected(rows, records)
    assert not parsed.rejects


@given(tables, st.data())
@settings(deadline=None)
def test_cut_anywhere(rows: list[Row], data: st.DataObject) -> None:
    """The rows before the cut are kept, and what is cut is one row or one reject."""
    records = written(rows)
    whole = b"".join(records)
    cut = data.draw(st.integers(len(records[0]), len(whole)))
    parsed = parse(whole[:cut])
    kept = _wholly_before(records, cut)
    assert rows_in(parsed)[:kept] == expected(rows, records)[:kept]
    assert len(rows_in(parsed)) + len(parsed.rejects) <= kept + 1


@given(tables, noise, st.data())
@settings(deadline=None)
def test_damage_anywhere(rows: list[Row], garbage: bytes, data: st.DataObject) -> None:
    """Bytes put in, or in place of others: the rows before them are kept."""
    records = written(rows)
    whole = b"".join(records)
    at = data.draw(st.integers(len(records[0]), len(whole)))
    gone = data.draw(st.sampled_from([0, len(garbage), 1]))
    damaged = whole[:at] + garbage + whole[at + gone :]
    kept = _wholly_before(records, at)
    assert rows_in(parse(damaged))[:kept] == expected(rows, records)[:kept]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Files whole, cut, damaged, or of another kind."""
    records = written(draw(tables), quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))
    file = b"".join(records[0:1] * draw(st.integers(0, 1)) + records)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(file)))
        file = file[:at] + draw(noise) + file[at + draw(st.integers(0, 3)) :]
    return (
        draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\r\n", b'"']))
        + file[: draw(st.integers(0, len(file)) | st.just(len(file)))]
    )


@given(st.lists(files(), max_size=6), st.booleans())
@settings(max_examples=200, deadline=None)
def test_batch_is_its_files(some: list[bytes], short_rows: bool) -> None:
    """Whatever the files hold: read together they give what they give alone, and nothing raises."""
    parser = _with_short_rows() if short_rows else PARSER
    sources = [SourceFile(f"f{i}") for i in range(len(some))]
    batch = Batch.of(*zip(sources, some, strict=True))
    together = parser.parse(batch)
    assert together.records is not None
    rejects = [(start, end, reason) for start, end, reason in ((r.start, r.end, r.reason) for r in together.rejects)]
    for i, file in enumerate(some):
        alone = parser.parse(Batch.of((sources[i], file)))
        start, end = batch.pieces[i].start, batch.pieces[i].end
        mine = [(a - start, b - start, reason) for a, b, reason in rejects if start <= a < max(end, start)]
        assert rows_in(together, i) == rows_in(alone)
        assert mine == [(r.start, r.end, r.reason) for r in alone.rejects]
        assert alone.records is not None
        assert together.records[i] == alone.records[0]
    assert all(r.start < r.end for r in together.rejects)


@given(files(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_two_ways_to_read(file: bytes, short_rows: bool) -> None:
    """Counting quotes finds what the grammar finds, record by record."""
    parser = _with_short_rows() if short_rows else PARSER
    batch = Batch.of((SourceFile("f"), file))
    counted = parser.parse(batch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_batch, "find_records", _nothing_found)
        matched = parser.parse(batch)
    assert rows_in(counted) == rows_in(matched)
    assert counted.rejects == matched.rejects


@given(files(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_every_byte_is_accounted_for(file: bytes, short_rows: bool) -> None:
    """A byte is part of a row, a reject, a header or a blank line, and of one only."""
    batch = Batch.of((SourceFile("f"), file))
    read = CsvFiles.of(batch, lambda header: layout_of(header, COLUMNS, None))
    reading = Reading(read, PARSER.table, PARSER.nulls, short_rows, list(read.without_header()))
    spans = [span for part in reading.parts for span in zip(part.records.starts, part.records.stops, strict=True)]
    spans += [(start, stop) for start, stop, _ in reading.damage]
    rest, at = [], 0
    for start, stop in sorted(spans):
        assert start >= at
        rest.append(batch.data[at:start])
        at = stop
    rest.append(batch.data[at : len(file)])
    header = batch.data[slice(*read.header_lines[0])].strip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
    for line in b"\n".join(rest).split(b"\n"):
        assert line.strip(b"\r").removeprefix(b"\xef\xbb\xbf") in (b"", header)


@given(tables, st.integers(1, 200))
@settings(deadline=None)
def test_windows_are_the_whole(rows: list[Row], window: int) -> None:
    """A file read in windows, each cut where the parser says, gives what it gives as a whole."""
    records = written(rows)
    found, rejects = _in_windows(b"".join(records), window)
    assert found == expected(rows, records)
    assert rejects == 0


@given(files(), st.integers(1, 200))
@settings(deadline=None)
def test_windows_of_damaged_files(file: bytes, window: int) -> None:
    """Nothing raises, and the reading comes to its end."""
    _in_windows(file, window)


@pytest.mark.parametrize(
    "below",
    [
        b'"\n' * 2_500_000,
        b'""\n' * 1_600_000,
        b'"""\n' * 1_200_000,
        b'"' * 5_000_001,
        b'"\n\n"\n"""' * 600_000,
        b'1,a,2020-05-06T00:00:00,"\n' * 200_000,
        b'1,a,2020-05-06T00:00:00,a",x,"\n' * 150_000,
        b'1,a,2020-05-06T00:00:00,"' + b'\n1,a,2020-05-06T00:00:00,""' * 150_000,
        b'"x' + b"\n" * 5_000_000,
        b"x" + b"\r" * 5_000_000 + b"\n",
        b"," * 5_000_000,
    ],
)
def test_nothing_takes_for_ever(below: bytes) -> None:
    """Files made to be looked at again and again: were the work quadratic, this would take hours."""
    data = b"".join(written([])) + below
    parsed = parse(data)
    assert parsed.tables["rows"].num_rows == 0
    assert parsed.rejects
    PARSER.cut(data)


def _nothing_found(bodies: Bodies, lines: CsvLines) -> tuple[CsvRecords, dict[int, int]]:
    """All pieces are damaged from their start."""
    records, _ = find_records(bodies, lines)
    return records[:0], {i: int(start) for i, start in enumerate(bodies.starts) if start < bodies.stops[i]}


def _with_short_rows() -> CsvParser:
    return CsvParser(name="p", kind="p", path="x", table=PARSER.table, columns=COLUMNS, samples=(), short_rows=True)


def _wholly_before(records: list[bytes], end: int) -> int:
    """How many rows below the header end before a byte."""
    position, count = 0, -1
    for record in records:
        position += len(record)
        count += position <= end
    return count


def _in_windows(data: bytes, window: int) -> tuple[list[dict[str, Any]], int]:
    """The rows of a file read as the engine reads large ones, and the number of rejects."""
    found: list[dict[str, Any]] = []
    rejects, line_no, offset, rest, first_line = 0, 1, 0, b"", b""
    for start in range(0, len(data), window):
        rest += data[start : start + window]
        cut = len(rest) if start + window >= len(data) else PARSER.cut(rest)
        assert 0 <= cut <= len(rest)
        if not cut:
            continue
        piece = Piece(SourceFile("f"), 0, cut, line_no, offset, first_line if offset else b"")
        parsed = PARSER.parse(Batch(rest[:cut] + b"\n" * 65, [piece]))
        found += rows_in(parsed)
        rejects += len(parsed.rejects)
        first_line = first_line or data.partition(b"\n")[0]
        line_no, offset, rest = line_no + rest[:cut].count(b"\n"), offset + cut, rest[cut:]
    return found, rejects
