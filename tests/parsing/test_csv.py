"""`CsvParser`: what it makes of headers, cells, and files that are cut or damaged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from ingest.model import Column, Table, Type
from ingest.parsing.batch import Batch, Piece, SourceFile
from ingest.parsing.csv.parser import CsvColumn, CsvParser

TRIES = Table(
    "tries",
    "tries at something",
    (
        Column("number", Type.INT),
        Column("node", Type.TEXT),
        Column("time", Type.TIME),
        Column("seconds", Type.FLOAT),
        Column("good", Type.BOOL),
        Column("message", Type.TEXT),
        Column("extra", Type.TEXT),
    ),
)
BARE = Table("bare", "no place for unknown columns", TRIES.own[:-1])
COLUMNS = (
    CsvColumn("number", ("Id", "Task Id")),
    CsvColumn("node", ("Ip Address", "Node Id")),
    CsvColumn("time", ("Start Time",)),
    CsvColumn("seconds", ("Elapsed Seconds",)),
    CsvColumn("good", ("Good",)),
    CsvColumn("message", ("Message",)),
)
HEADER = b"Id,Ip Address,Start Time,Elapsed Seconds,Message\r\n"
T = datetime(2020, 5, 6, 5, 50, 48)


def parser(table: Table = TRIES, columns: Sequence[CsvColumn] = COLUMNS, **more: Any) -> CsvParser:
    """A parser of small tables."""
    return CsvParser(name="t", kind="t", path="x", table=table, columns=columns, samples=(), **more)


def row(number: object, message: str = "fine", at: str = "2020-05-06T05:50:48") -> bytes:
    """A row below `HEADER`, as `csv.writer` writes it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([number, "10.0.0.4", at, 1.5, message])
    return text.getvalue().encode()


@pytest.fixture
def tries(read: Callable[..., Any]) -> Callable[..., Any]:
    """Reads one file: rows, rejects as (line, bytes, reason), number of records."""

    def of(data: bytes, one: CsvParser | None = None) -> tuple[list[dict[str, Any]], list[tuple[int, bytes, str]], int]:
        one = one or parser()
        (content,) = read(one, data)
        return content.of(one.table.name), content.rejects, content.records

    return of


def test_row(tries: Any) -> None:
    """Every type, under the table's names, with the line that the record starts in."""
    data = b"Id,Ip Address,Start Time,Elapsed Seconds,Good,Message\r\n7,10.0.0.4,2020-05-06T05:50:48.000001,1e-1,true,a\r\n"
    at = T.replace(microsecond=1)
    expected = {"line_no": 2, "number": 7, "node": "10.0.0.4", "time": at, "seconds": 0.1, "good": True, "message": "a"}
    assert tries(data) == ([expected], [], 1)


def test_headers_by_alias_case_and_blanks(tries: Any) -> None:
    """A header is known by any of its names, whatever its case and the blanks around it; the first name there counts."""
    rows, rejects, _ = tries(b" task id ,NODE ID,Ip Address\r\n3,five,10.0.0.5\r\n")
    assert rows == [{"line_no": 2, "number": 3, "node": "10.0.0.5", "extra": '{"NODE ID": "five"}'}]
    assert not rejects


def test_header_names_default_to_the_column(tries: Any) -> None:
    """Without headers a column stands under its own name."""
    assert tries(b"number\n4\n", parser(columns=[CsvColumn("number")]))[0] == [{"line_no": 2, "number": 4}]


def test_unit_factor(tries: Any) -> None:
    """Bytes become MB, and integers stay integers."""
    columns = [CsvColumn("seconds", ("MEMORY",), scale=2.0**-20), CsvColumn("number", ("KB",), scale=1000)]
    rows, _, _ = tries(b"MEMORY,KB\n1572864,1.5\nN/A,\n", parser(columns=columns))
    assert rows == [{"line_no": 2, "seconds": 1.5, "number": 1500}, {"line_no": 3}]


def test_unknown_columns_are_kept(tries: Any) -> None:
    """What no column wants is JSON in `extra`, whatever stands in it; empty cells are left out."""
    strange = 'a "quoted" \\ text,\nof\ttwo\r\nlines \x01 ä'
    text = io.StringIO(newline="")
    csv.writer(text).writerows(
        [["Id", "New", "# of", "New", ""], [1, strange, "5", "again", "unnamed"], [2, "", "N/A", "", ""]]
    )
    rows, rejects, _ = tries(text.getvalue().encode())
    assert json.loads(rows[0]["extra"]) == {"New": strange, "# of": "5", "New (2)": "again", "": "unnamed"}
    assert rows[1] == {"line_no": 5, "number": 2}
    assert not rejects
    assert tries(b"Id,New\r\n1,x\r\n")[0][0]["extra"] == '{"New": "x"}'


def test_unknown_columns_without_a_place(tries: Any) -> None:
    """A table without `extra`: one reject a file, which says that the values are gone, and the rest is read."""
    rows, rejects, records = tries(b"Id,New,Newer\r\n1,x,y\r\n2,x,y\r\n", parser(BARE))
    assert [one["number"] for one in rows] == [1, 2]
    assert (rejects, records) == ([(1, b"Id,New,Newer", "unknown column New, Newer: values not kept")], 2)


@pytest.mark.parametrize(
    "data", [b"1,2,3\r\n4,5,6\r\n", b"nonsense", b'"open\nquote', b"a\rb", b"\0" * 200_000, b"x" * 200_000]
)
def test_no_header(tries: Any, data: bytes) -> None:
    """A file that does not begin with a header of the format is one reject."""
    assert tries(data) == ([], [(1, data.rstrip(b"\r\n"), "no known column in the header")], 0)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\r\n\r\n\n", HEADER, HEADER[:-2], b"\xef\xbb\xbf" + HEADER, HEADER + HEADER]
)
def test_nothing_but_a_header(tries: Any, data: bytes) -> None:
    """Empty files and files of a header hold nothing, and that is no fault."""
    assert tries(data) == ([], [], 0)


def test_number_sign_is_no_comment(tries: Any) -> None:
    """Trap 13."""
    columns = [CsvColumn("number", ("# of TCP Connections",))]
    assert tries(b"# of TCP Connections\r\n95\r\n", parser(columns=columns))[0] == [{"line_no": 2, "number": 95}]


def test_line_ends(tries: Any) -> None:
    """LF, CRLF, even CR CR LF, in one file (trap 3); blank lines are nothing."""
    rows, rejects, records = tries(b"Id,Message\n1,a\r\n\r\n2,b\n\n3,c\r\r\n\r\r\r\n4,d")
    assert [(one["line_no"], one["number"], one["message"]) for one in rows] == [
        (2, 1, "a"),
        (4, 2, "b"),
        (6, 3, "c"),
        (8, 4, "d"),
    ]
    assert (rejects, records) == ([], 4)


def test_one_column(tries: Any) -> None:
    """A table of one column: a quoted empty cell is a row, a blank line is not."""
    rows, rejects, records = tries(b'Message\r\na\r\n""\r\n\r\n"b\r\nc"\r\n\r\r\r\n', parser(BARE))
    assert [(one["line_no"], one.get("message")) for one in rows] == [(2, "a"), (3, None), (5, "b\r\nc")]
    assert (rejects, records) == ([], 3)


@pytest.mark.parametrize(
    "message",
    ["two\nlines", "two\r\nlines", 'a "quote"', "a,b", '"', '""', '","', '",\n"', "\r", "\n", ' "x" ', ",", '""",'],
)
def test_quoted_cells(tries: Any, message: str) -> None:
    """Whatever stands in a cell comes back as it was (trap 4), and the lines are counted right."""
    rows, rejects, _ = tries(HEADER + row(1, message) + row(2))
    assert [(one["number"], one["message"]) for one in rows] == [(1, message), (2, "fine")]
    assert rows[1]["line_no"] == 3 + message.count("\n")
    assert not rejects


@pytest.mark.parametrize("absent", [b"", b"N/A", b'""', b'"N/A"'])
def test_no_value(tries: Any, absent: bytes) -> None:
    """Trap 1, in columns of all types."""
    assert tries(HEADER + b",".join([absent] * 5) + b"\r\n")[0] == [{"line_no": 2}]


def test_other_null(tries: Any) -> None:
    """A format may spell "no value" another way."""
    rows, rejects, _ = tries(HEADER + b"-,-,-,-,-\n,,,,\n", parser(nulls=["-"]))
    assert rows == [{"line_no": 2}, {"line_no": 3, "node": "", "message": ""}]
    assert not rejects


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.0", 12),
        ("1e3", 1000),
        (" 12 ", 12),
        ("+12", 12),
        ("-7", -7),
        ("007", 7),
        (str(2**63 - 1), 2**63 - 1),
        ("nan", None),
        (" ", None),
    ],
)
def test_integers(tries: Any, cell: str, value: int | None) -> None:
    """Whole numbers, however another program wrote them."""
    rows, rejects, _ = tries(HEADER + row(1) + row(cell) + row(2))
    assert [one.get("number") for one in rows] == [1, value, 2]
    assert not rejects


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.5", 1.5),
        ("1E-3", 0.001),
        ("2e5", 2e5),
        ("-.5", -0.5),
        ("+3", 3.0),
        (" 4 ", 4.0),
        ("nan", None),
        ("NaN", None),
        ("3.", 3.0),
    ],
)
def test_numbers(tries: Any, cell: str, value: float | None) -> None:
    """Numbers with exponents and signs; `nan` says no value."""
    rows, rejects, _ = tries(b"Id,Elapsed Seconds\r\n1," + cell.encode() + b"\r\n")
    assert [one.get("seconds") for one in rows] == [value]
    assert not rejects


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2020-05-06T05:50:48", T),
        ("2020-05-06T05:50:48.5", T.replace(microsecond=500_000)),
        ("2020-05-06 05:50:48.000001", T.replace(microsecond=1)),
        ("2020-05-06T05:50:48.1234567", T.replace(microsecond=123_456)),
        ("2020-05-06T05:50:48Z", T),
        ("2020-05-06T07:50:48+02:00", T),
        (" 2020-05-06T05:50:48", T),
    ],
)
def test_times(tries: Any, cell: str, value: datetime) -> None:
    """With and without fraction (trap 2) or zone."""
    rows, rejects, _ = tries(HEADER + row(1, at=cell) + row(2))
    assert [one["time"] for one in rows] == [value, T]
    assert not rejects


@pytest.mark.parametrize(
    ("cell", "value"), [("true", True), ("False", False), ("1", True), ("0", False), ("tRUE", True)]
)
def test_truths(tries: Any, cell: str, value: bool) -> None:
    """As Python, JSON and others write them."""
    assert [one["good"] for one in tries(b"Good,Id\n" + cell.encode() + b",1\n")[0]] == [value]


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("Id", "12.5", "an integer"),
        ("Id", "N/", "an integer"),
        ("Id", "1_0", "an integer"),
        ("Id", str(2**63), "an integer"),
        ("Id", "inf", "an integer"),
        ("Elapsed Seconds", "inf", "a finite number"),
        ("Elapsed Seconds", "1e999", "a finite number"),
        ("Elapsed Seconds", "x" * 200, "a finite number"),
        ("Start Time", "yesterday", "a time"),
        ("Start Time", "2020-02-30T05:50:48", "a time"),
        ("Good", "yes", "true or false"),
    ],
)
def test_bad_value(tries: Any, header: str, cell: str, expected: str) -> None:
    """Only the row with the value is rejected; the reason names column and value."""
    data = f"Message,{header}\r\na,\r\nb,{cell}\r\nc,\r\n".encode()
    rows, rejects, records = tries(data)
    assert [(one["line_no"], one["message"]) for one in rows] == [(2, "a"), (4, "c")]
    assert rejects == [(3, f"b,{cell}".encode(), f'{header}: "{cell[:80]}" is not {expected}')]
    assert records == 2


def test_several_bad_values(tries: Any) -> None:
    """A row with two bad values is rejected once, and named is the first."""
    _, rejects, _ = tries(b"Id,Elapsed Seconds\nx,y\n1,y\n")
    assert [reason for _, _, reason in rejects] == [
        'Id: "x" is not an integer',
        'Elapsed Seconds: "y" is not a finite number',
    ]


def test_wrong_number_of_cells(tries: Any) -> None:
    """Rows with too few or too many cells are rejected, with their neighbours kept; commas in quotes are none."""
    data = HEADER + row(1) + b'2,"a,b"\r\n' + row(3) + b"4,a,2020-05-06T05:50:48,1,,more,\xff\r\n" + row(5, "x,\ny")
    rows, rejects, records = tries(data)
    assert [(one["number"], one["line_no"]) for one in rows] == [(1, 2), (3, 4), (5, 6)]
    assert [(line, reason) for line, _, reason in rejects] == [(3, "2 cells, expected 5"), (5, "7 cells, expected 5")]
    assert records == 3


def test_short_rows(tries: Any) -> None:
    """If allowed, cells may be missing at the end (trap 9), even with bad values beside them; too many are still wrong."""
    header = b"Id,Ip Address,Start Time,New,Message\r\n"
    full, short = b"1,a,2020-05-06T05:50:48,b,c\r\n", b"2,a,2020-05-06T05:50:48\r\n"
    data = header + full + short + b"3\r\nx,y\r\n4,,,,,\r\n5,,,,d\r\n"
    rows, rejects, records = tries(data, parser(short_rows=True))
    assert rows == [
        {"line_no": 2, "number": 1, "node": "a", "time": T, "message": "c", "extra": '{"New": "b"}'},
        {"line_no": 3, "number": 2, "node": "a", "time": T},
        {"line_no": 4, "number": 3},
        {"line_no": 7, "number": 5, "message": "d"},
    ]
    assert [reason for _, _, reason in rejects] == ['Id: "x" is not an integer', "6 cells, expected 5"]
    assert records == 4


def test_repeated_header(tries: Any) -> None:
    """Trap 9: it may stand anywhere, also behind a byte order mark or without a line break."""
    bom = b"\xef\xbb\xbf"
    rows, rejects, records = tries(
        bom + HEADER + row(1) + HEADER + HEADER + row(2, "a\nb") + bom + bom + HEADER + row(3) + HEADER[:-2]
    )
    assert [(one["number"], one["line_no"]) for one in rows] == [(1, 2), (2, 5), (3, 8)]
    assert (rejects, records) == ([], 3)


def test_bad_utf8(tries: Any) -> None:
    """Bytes that are no UTF-8 become U+FFFD; the row is kept, and so are the others."""
    rows, rejects, _ = tries(b"Id,Message,M\xe4\r\n1,\xff\xe4,\xff\r\n2,\xc3\xa4,b\r\n")
    assert [one["message"] for one in rows] == ["\ufffd\ufffd", "ä"]
    assert [json.loads(one["extra"]) for one in rows] == [{"M\ufffd": "\ufffd"}, {"M\ufffd": "b"}]
    assert not rejects


def test_bad_utf8_in_a_number(tries: Any) -> None:
    """There it is a bad value."""
    assert [reason for _, _, reason in tries(HEADER + b"1\xff,,,,\n")[1]] == ['Id: "1\ufffd" is not an integer']


def test_nul_bytes(tries: Any) -> None:
    """A NUL is a character like others in text, and none in a number (trap 18)."""
    rows, rejects, _ = tries(HEADER + b"1,,,,a\0b\r\n\0,,,,\r\n" + row(3))
    assert [one["message"] for one in rows] == ["a\0b", "fine"]
    assert [line for line, _, _ in rejects] == [3]


@pytest.mark.parametrize("text", ["x" * 5_000_000, 'y"\r\n,' * 700_000])
def test_long_cells(tries: Any, text: str) -> None:
    """Cells of megabytes (trap 18), on one line and on many."""
    rows, rejects, _ = tries(HEADER + row(1) + row(2, text) + row(3))
    assert [one["number"] for one in rows] == [1, 2, 3]
    assert rows[1]["message"] == text
    assert not rejects


@pytest.mark.parametrize("end", [b"", b"\r", b"\r\n"])
def test_last_row_without_line_break(tries: Any, end: bytes) -> None:
    """It is a row if it is whole."""
    rows, rejects, _ = tries(HEADER + row(1) + row(2, "a\nb").removesuffix(b"\r\n") + end)
    assert [one["number"] for one in rows] == [1, 2]
    assert not rejects


@pytest.mark.parametrize("cut", [b"2", b"2,10.0.0.4,2020-05-06T05:", b"2,10.0.0.4,2020-05-06T05:50:48,1."])
def test_cut_last_row(tries: Any, cut: bytes) -> None:
    """A row cut inside (trap 5) is one reject."""
    rows, rejects, records = tries(HEADER + row(1) + cut)
    assert [one["number"] for one in rows] == [1]
    assert [(line, text) for line, text, _ in rejects] == [(3, cut)]
    assert records == 1


def test_cut_inside_a_number(tries: Any) -> None:
    """What is left of the last cell counts, if it is a value at all."""
    rows, rejects, _ = tries(b"Message,Id\r\na,12\r\nb,N/")
    assert ([one["number"] for one in rows], [reason for _, _, reason in rejects]) == (
        [12],
        ['Id: "N/" is not an integer'],
    )
    assert [one["number"] for one in tries(b"Message,Id\r\na,12\r\nb,3")[0]] == [12, 3]


def test_cut_inside_a_quoted_cell(tries: Any) -> None:
    """Trap 4: one reject, all rows before it kept, and no neighbour is touched."""
    last = b'2,10.0.0.4,2020-05-06T05:50:48,1.5,"Traceback,\nline ""x"", 1\r\nmore'
    rows, rejects, records = tries(HEADER + row(1, "a\n,b") + last)
    assert [one["number"] for one in rows] == [1]
    assert (rejects, records) == ([(4, last, "a quoted cell does not end")], 1)


def stray(number: int) -> bytes:
    """A row with a quote that nobody closed."""
    return b'%d,10.0.0.4,2020-05-06T05:50:48,1.5,"oops\r\n' % number


@pytest.mark.parametrize(
    "bad",
    [
        stray(3),
        b'3,10.0.0.4,2020-05-06T05:50:48,1.5,oops"\r\n',
        b'3,10.0"0.4,2020-05-06T05:50:48,1.5,oops\r\n',
        b'3,10.0.0.4,2020-05-06T05:50:48,1.5,"a"b\r\n',
        b'"3,10.0.0.4,2020-05-06T05:50:48,1.5,a\r\n',
        b"3,10.0.0.4,2020-05-06T05:50:48,1.5,a\rb\r\n",
        b'3,10.0.0.4,2020-05-06T05:50:48,1.5,"{""id"": 3, ""\r\n',
        b'"\r\n"x"y\r\n\r\nz\r\n',
    ],
)
@pytest.mark.parametrize(
    "healthy", ["plain", "with, comma", 'quotes ""here"" "', "lines\nof\r\ntext\n", ",\n", '{"id": 1, "a": ["b"]}']
)
def test_stray_quote(tries: Any, bad: bytes, healthy: str) -> None:
    """Only the damaged record is rejected; reading resumes at the next line that looks like a record."""
    before, after = row(1, healthy) + row(2, healthy), row(4, healthy) + row(5, healthy)
    rows, rejects, records = tries(HEADER + before + bad + after)
    assert [(one["number"], one["message"]) for one in rows] == [(n, healthy) for n in (1, 2, 4, 5)]
    assert [one["line_no"] for one in rows[2:]] == [
        2 + (before + bad).count(b"\n"),
        2 + (before + bad + row(4, healthy)).count(b"\n"),
    ]
    assert [text for _, text, _ in rejects] == [bad.strip(b"\r\n")]
    assert records == 4


def test_stray_quotes_that_fit_together(tries: Any) -> None:
    """Two stray quotes make one record of many: it has a wrong number of cells, and the rows between are found again."""
    last = b'3,10.0.0.4,2020-05-06T05:50:48,1.5,oops",x\r\n'
    rows, rejects, _ = tries(HEADER + stray(1) + row(2) + HEADER + last + row(4))
    assert [(one["number"], one["line_no"]) for one in rows] == [(2, 3), (4, 6)]
    assert [line for line, _, _ in rejects] == [2, 5]


def test_stray_quote_where_numbers_are_quoted(tries: Any) -> None:
    """A writer that quotes every cell: the line that looks like a record may look so, too."""
    good = b'"%d","10.0.0.4","2020-05-06T05:50:48","1.5","a\nb"\r\n'
    rows, rejects, _ = tries(HEADER + good % 1 + b'"2","10.0.0.4","2020-05-06T05:50:48","1.5","a"b"\r\n' + good % 3)
    assert [one["number"] for one in rows] == [1, 3]
    assert len(rejects) == 1


def test_stray_quote_without_times(tries: Any) -> None:
    """Without a time all cells say what a record looks like."""
    rows, rejects, _ = tries(b'Message,Id\r\na,1\r\n"b,2\r\nc,3\r\n"d,\n""e""",4\r\n')
    assert [(one["message"], one["number"]) for one in rows] == [("a", 1), ("c", 3), ('d,\n"e"', 4)]
    assert len(rejects) == 1


def test_even_quotes_in_a_plain_cell(tries: Any) -> None:
    """They do no harm, so they are text, as for Python's `csv`; the same in files damaged elsewhere."""
    odd = b'1,10.0.0.4,2020-05-06T05:50:48,1.5,a""b\r\n'
    assert tries(HEADER + odd)[0][0]["message"] == 'a""b'
    assert tries(HEADER + stray(2) + odd)[0][0]["message"] == 'a""b'


def test_damage_stays_in_its_file(read: Any) -> None:
    """Files that end inside a cell or hold stray quotes do nothing to their neighbours in the batch."""
    healthy = HEADER + row(1, 'a "b"\n') + row(2)
    files = [
        healthy,
        HEADER + row(3) + stray(4),
        healthy,
        HEADER + b'"',
        healthy,
        b'x"',
        healthy,
        b"",
        HEADER + stray(5) + row(6),
        healthy,
    ]
    contents = read(parser(), *files)
    alone = [read(parser(), file)[0] for file in files]
    assert contents == alone
    assert [len(one.of("tries")) for one in contents] == [2, 1, 2, 0, 2, 0, 2, 0, 1, 2]
    assert [len(one.rejects) for one in contents] == [0, 1, 0, 1, 0, 1, 0, 0, 1, 0]


@pytest.mark.parametrize(
    "header", [b'"Id","Ip Address","Start Time","Elapsed Seconds","Message"\n', HEADER.replace(b"Id", b'"I""d",Id', 1)]
)
def test_quoted_headers(read: Any, header: bytes) -> None:
    """Quotes in headers do not count for the cells below."""
    cells = row(2, "a\n,b")
    assert [
        one["number"]
        for one in read(parser(), header + (b"," if b'""' in header else b"") + cells, HEADER + cells)[1].of("tries")
    ] == [2]
    odd = b'Id,"Message\n1,a\n'  # the header has a quote too much
    contents = read(parser(), odd, HEADER + cells)
    assert contents[1].of("tries")[0]["message"] == "a\n,b"


def test_files_of_different_headers() -> None:
    """Columns drift from file to file: each is read by its own header, and rows keep the order of the batch."""
    files = [b"Id,Message\n1,a\n", b"Message,Id\nb,2\nc,3\n", b"Id,Message\r\n4,d\r\n", b"Id,New\n5,e\n", b"?\n"]
    batch = Batch.of(*((SourceFile(f"f{i}"), content) for i, content in enumerate(files)))
    parsed = parser().parse(batch)
    rows = parsed.tables["tries"]
    assert rows["piece"].to_pylist() == [0, 1, 1, 2, 3]
    assert rows["number"].to_pylist() == [1, 2, 3, 4, 5]
    assert rows["message"].to_pylist() == ["a", "b", "c", "d", None]
    assert parsed.records is not None
    assert parsed.records.tolist() == [1, 2, 1, 1, 0]


def test_column_from_the_path() -> None:
    """A column that some files lack comes from their paths; one that all lack is left to the engine."""
    files = [(b"Id\n1\n", {"node": "7"}), (b"Id,Node Id\n2,8\n", {"node": "x"}), (b"Id\n3\n", {})]
    batch = Batch.of(*((SourceFile("f", groups), content) for content, groups in files))
    rows = parser().parse(batch).tables["tries"]
    assert rows["node"].to_pylist() == ["7", "8", None]
    assert parser().parse(Batch.of((SourceFile("f", {"node": "7"}), b"Id\n1\n"))).tables["tries"].column_names == [
        "piece",
        "line_no",
        "number",
    ]


def test_constants() -> None:
    """Columns of one value, unless the file has them."""
    rows = (
        parser(constants={"message": "m", "number": "7"}).parse(Batch.of((SourceFile("f"), b"Id\n1\n"))).tables["tries"]
    )
    assert rows.to_pylist() == [{"piece": 0, "line_no": 2, "number": 1, "message": "m"}]


def test_empty_batch() -> None:
    """No files, no rows."""
    parsed = parser().parse(Batch.of())
    assert parsed.tables["tries"].num_rows == 0
    assert not parsed.rejects


def test_shape() -> None:
    """A shape gets every column that the parser can fill, typed, and may return several tables."""
    notes = Table("notes", "", (Column("text", Type.TEXT),))

    def shape(rows: pa.Table) -> Mapping[str, pa.Table]:
        assert rows.column_names == ["piece", "line_no", "number", "raw", "time", "extra", "message"]
        return {
            "tries": rows.drop_columns(["raw"]),
            "notes": rows.select(["piece", "line_no", "raw"]).rename_columns({"raw": "text"}),
        }

    columns = [CsvColumn("number", ("Id",)), CsvColumn("raw", ("Text",)), CsvColumn("time", ("Start Time",))]
    shaped = parser(columns=columns, transform=shape, other_tables=[notes], constants={"message": "m"})
    assert shaped.tables == (TRIES, notes)
    tables = shaped.parse(Batch.of((SourceFile("f"), b"Id,Text\n1,a\n"))).tables
    assert tables["notes"].to_pylist() == [{"piece": 0, "line_no": 2, "text": "a"}]
    assert tables["tries"].to_pylist() == [
        {"piece": 0, "line_no": 2, "number": 1, "time": None, "extra": None, "message": "m"}
    ]
    empty = shaped.parse(Batch.of((SourceFile("f"), b"?"))).tables
    assert empty["tries"].schema.field("time").type == pa.timestamp("us")


def test_lists_need_a_shape() -> None:
    """A cell is no list."""
    table = Table("lists", "", (Column("inputs", Type.TEXTS),))
    with pytest.raises(ValueError, match=r"lists\.inputs holds lists"):
        parser(table, [CsvColumn("inputs")]).parse(Batch.of((SourceFile("f"), b"inputs\na\n")))


DISKS = Table(
    "disks",
    "",
    (
        Column("time", Type.TIME),
        Column("mount", Type.TEXT),
        Column("total_mb", Type.FLOAT),
        Column("used_mb", Type.FLOAT),
    ),
)
DISK = CsvParser(
    name="d",
    kind="d",
    path="x",
    table=DISKS,
    columns=[
        CsvColumn("time", ("Utc Time",)),
        CsvColumn("total_mb", ("Total (MB)",)),
        CsvColumn("used_mb", ("Used (MB)",)),
    ],
    samples=(),
    header_pattern=r"Disk \((?P<mount>.+)\) (?P<header>.+)",
)


def test_header_pattern(tries: Any) -> None:
    """Several columns of a kind become rows: one for each mount point (trap 13)."""
    data = (
        b"Utc Time,Disk (/) Total (MB),Disk (/) Used (MB),Disk (C:\\) used (mb),Disk (C:\\) Total (MB),Disk (/x) Inodes\r\n"
        b"2020-05-06T05:50:48,1,2,3,4,9\r\n2020-05-06T05:50:49,5,x,7,8,9\r\n2020-05-06T05:50:48,,,7,8,9\r\n"
    )
    rows, rejects, records = tries(data, DISK)
    assert rows == [
        {"line_no": 2, "time": T, "mount": "/", "total_mb": 1.0, "used_mb": 2.0},
        {"line_no": 2, "time": T, "mount": "C:\\", "total_mb": 4.0, "used_mb": 3.0},
        {"line_no": 4, "time": T, "mount": "/"},
        {"line_no": 4, "time": T, "mount": "C:\\", "total_mb": 8.0, "used_mb": 7.0},
    ]
    assert [reason for _, _, reason in rejects] == [
        "unknown column Disk (/x) Inodes: values not kept",
        'Disk (/) Used (MB): "x" is not a finite number',
    ]
    assert records == 2


def test_header_pattern_that_no_header_matches(tries: Any) -> None:
    """Then there is a row a record all the same."""
    assert tries(b"Utc Time\r\n2020-05-06T05:50:48\r\n", DISK) == ([{"line_no": 2, "time": T}], [], 1)


def test_header_pattern_with_typed_groups(tries: Any) -> None:
    """Groups have their columns' types, and may be missing; several columns are told apart by all of them."""
    pattern = r"(?:core (?P<number>\d+) )?(?P<node>left|right) (?P<header>.+)"
    rows, rejects, records = tries(
        b"id,Left Message,Core 7 Left Message,Core 7 right message\n1,a,b,c\n",
        parser(columns=[CsvColumn("message"), CsvColumn("seconds", ("id",))], header_pattern=pattern),
    )
    assert rows == [
        {"line_no": 2, "seconds": 1.0, "node": "Left", "message": "a"},
        {"line_no": 2, "seconds": 1.0, "number": 7, "node": "Left", "message": "b"},
        {"line_no": 2, "seconds": 1.0, "number": 7, "node": "right", "message": "c"},
    ]
    assert (rejects, records) == ([], 1)


def test_header_pattern_without_header() -> None:
    """Its author is told."""
    with pytest.raises(ValueError, match=r"t: header_pattern has no group"):
        parser(header_pattern="Disk .*").parse(Batch.of((SourceFile("f"), b"Id\n1\n")))


def test_later_piece() -> None:
    """A piece that does not begin the file knows the header from `first_line`."""
    data = row(5, "a\nb") + HEADER + row(6)
    batch = Batch(
        data + b"\n" * 64, [Piece(SourceFile("f"), 0, len(data), line_no=100, byte_offset=9999, first_line=HEADER)]
    )
    assert parser().parse(batch).tables["tries"]["line_no"].to_pylist() == [100, 103]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", b""),
        (HEADER, b""),
        (HEADER + row(1), HEADER),
        (HEADER + row(1) + row(2)[:-1], HEADER + row(1)),
        (HEADER + row(1) + row(2, "a\nb") + row(3)[:5], HEADER + row(1) + row(2, "a\nb")),
        (HEADER + row(1) + row(2, 'a\n"b"\n')[:-4], HEADER + row(1)),
        (row(1, "a\nb\nc")[:-4], b""),
    ],
)
def test_cut(data: bytes, expected: bytes) -> None:
    """The last start of a record, never one inside a cell."""
    assert data[: parser().cut(data)] == expected


def test_cut_in_large_data() -> None:
    """Only the end is looked at, but for what quotes there are before it."""
    rows = b"".join(row(i, f'text, "{i}"\nof lines\n') for i in range(40_000))
    assert rows[: parser().cut(rows + row(1)[:9])] == rows
    long = row(1, "x\n" * 5_000_000)
    assert (rows + long)[: parser().cut(rows + long)] == rows


def test_cut_after_damage() -> None:
    """A stray quote far before the end does not move the cut into a cell."""
    rows = b"".join(row(i, f'text, "{i}"\nof lines\n') for i in range(40_000))
    damaged = HEADER + stray(1) + rows
    assert damaged[: parser().cut(damaged + row(1)[:9])] == damaged
    plain = HEADER + stray(1) + row(2) * 40_000
    assert plain[: parser().cut(plain)] == HEADER
    assert plain[len(HEADER) :][: parser().cut(plain[len(HEADER) :])] == plain[len(HEADER) : -len(row(2))]
