"""Nothing vanishes: what a file holds, counted here without any parser's help, is in a row or in a reject of it.

Three counts, for every parser and text that hypothesis thinks up. Marks: each line ends in a word of its own, whatever
else is wrong with it, and the word must come out again. Records: a table of any cells, as Python's own writer of CSV
writes it, and a log of any lines, have as many records and rejects as were put in. Bytes: files of a tree are listed, each
once, with all its bytes.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing.damage import BAD_BYTES
from ingest.testing.reading import Content, read, read_in_pieces

if TYPE_CHECKING:
    from ingest.hookspecs import Parser
    from tests.conftest import Begin

PARSERS = load_registry(PluginOptions(installed=False)).parsers
SAMPLES = {
    name: [sample.text.encode().splitlines(keepends=True) for sample in parser.samples]
    for name, parser in PARSERS.items()
}
EVERYBODYS = [line for samples in SAMPLES.values() for lines in samples for line in lines]
WORDS = [
    *(b"a", b"b c", b"0", b"-1.5", b"nan", b"[", b"{", b'"', b"'", b"\\", b"|", b",", b"=", b"#", b"\t", b" ", b"\xff"),
    *(
        "é\u2028🎉".encode(),
        b"2021-04-13 03:23:05,649",
        b"INFO",
        b"Traceback (most recent call last):",
        b"ValueError: no",
    ),
]
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def is_table(parser: Parser) -> bool:
    """Whether its files have a header and cells."""
    return parser.path.endswith(r"\.csv$")


# --- marks ------------------------------------------------------------

LINES = st.one_of(
    st.sampled_from(EVERYBODYS),
    st.lists(st.sampled_from(WORDS), max_size=6).map(b"".join),
    st.binary(max_size=24),
)
DAMAGE = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from((*BAD_BYTES, b"")), st.sampled_from((0, 0, 1, 5, 60))),
    max_size=2,
)


@st.composite
def marked_files(draw: st.DrawFn, name: str) -> bytes:
    """Lines of the parser's samples, of others', of nobody's, mostly under a header, each with a mark at its end; damaged."""
    own = [line for lines in SAMPLES[name] for line in lines]
    head = draw(st.sampled_from([b"", *(lines[0] for lines in SAMPLES[name])]))
    lines = draw(st.lists(st.one_of(st.sampled_from(own), LINES), min_size=1, max_size=9))
    end = draw(st.sampled_from((b"\n", b"\r\n")))
    content = head + b"".join(line.rstrip(b"\r\n") + b"mark%dend" % i + end for i, line in enumerate(lines))
    for place, put_in, gone in draw(DAMAGE):
        at = int(place * (len(content) + 1))
        content = content[:at] + put_in + content[at + gone :]
    return content.lstrip(b"\xff\xfe")


def marks(text: str) -> set[str]:
    """The marks that are whole."""
    return set(re.findall(r"mark\d+end", text))


def header_of(content: bytes) -> str:
    """A table's first record, and those equal to it, as Python's own reader finds them."""
    text = content.decode("utf-8", "replace").replace("\0", " ")
    records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
    return " ".join(cell for record in records if record == records[0] for cell in record)


def told(content: bytes, found: Content) -> str:
    """All that stands in rows, and the bytes that rejects are said to be."""
    rejected = [content[one["byte_offset"] :][: one["bytes"]].decode("utf-8", "replace") for one in found.rejects]
    return repr(found.rows) + " ".join(rejected)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=15)
@given(data=st.data())
def test_marks(name: str, data: st.DataObject) -> None:
    """Each mark comes out again, also of a file that comes in windows; a header may be told by the names it gives alone."""
    parser, content = PARSERS[name], data.draw(marked_files(name))
    (whole,) = read(parser, content)
    readings = [whole]
    if not content.startswith(b"\xef\xbb\xbf"):
        readings.append(read_in_pieces(parser, content, max(1, len(content) // data.draw(st.integers(2, 5)))))
    for found in readings:
        wanted = marks(content.decode("utf-8", "replace"))
        if is_table(parser):  # a header tells names; of a table with an unknown name, that name
            wanted -= marks(header_of(content))
        assert wanted <= marks(told(content, found))


# --- records ------------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(
        ["", "1", "-1.5", "x", "N/A", "RUN_DONE", "10.0.0.4", "2020-05-06T05:50:49", "0:02:00", "99999999999999999999"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
TABLES = [name for name, parser in PARSERS.items() if is_table(parser)]


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=15)
@given(data=st.data())
def test_records_of_tables(name: str, data: st.DataObject) -> None:
    """Of a table of any cells each record is a row, on the line on which it was written, or within the bytes of a reject."""
    header = next(csv.reader([SAMPLES[name][0][0].decode()]))
    cells = (
        CELLS if name != "azureml.override_tasks" else CELLS.filter(lambda cell: "\n" not in cell)
    )  # it has no quotes
    row = st.lists(cells, min_size=len(header), max_size=len(header)) | st.lists(
        cells, min_size=1, max_size=len(header) + 2
    )
    records = data.draw(st.lists(row, max_size=8))
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator=data.draw(st.sampled_from(("\n", "\r\n"))))
    writer.writerow(header)
    starts = {}  # line -> byte
    for record in records:
        if "".join(record).strip():
            starts[written.getvalue().count("\n") + 1] = len(written.getvalue().encode())
            writer.writerow(record)
    (found,) = read(PARSERS[name], written.getvalue())
    rows = [line for line, one in found.by_line.items() if "rejects" not in one]
    ends = [(one["byte_offset"], one["byte_offset"] + one["bytes"]) for one in found.rejects]
    rejected = [line for line, at in starts.items() if any(start <= at < end for start, end in ends)]
    assert sorted(rows + rejected) == list(starts)
    assert found.records == len(rows)
    assert len(found.rejects) <= len(rejected)


TIME = rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"
HEADS = {
    "azureml.overview": rb"%b(?:\.\d{6})? " % TIME,
    "azureml.job_error": rb"%b(?:\.\d{6})? " % TIME,
    **dict.fromkeys(
        ["azureml.master", "azureml.master_level", "azureml.worker", "azureml.worker_level", "azureml.user_error"],
        rb"%b,\d{3}\|(?:[^|]*\|)?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\|" % TIME,
    ),
    "azureml.reinforcement": rb"\[?%b(?:[.,]\d+)?Z?\]\[[A-Z][a-z]+\]" % TIME,
}
"""How a record begins, by kind of log; lines that do not begin so go on with the record above them."""
ONE_LINE = ["azureml.user_stream", "azureml.child_stream", "azureml.poison_list"]
"""Kinds in which each line is a record."""
LOG_LINES = st.one_of(
    st.sampled_from(
        [b"", b" ", b"  further text", b'  File "a.py", line 1, in f', b"ValueError: no", b"| a | b |", b"2021-04-15"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12).map(str.encode),
)


@pytest.mark.parametrize("name", [*HEADS, *ONE_LINE])
@settings(max_examples=15)
@given(data=st.data())
def test_records_of_logs(name: str, data: st.DataObject) -> None:
    """Of a log each line that begins as records of its kind do is one, and so is what stands before the first of them."""
    own = [line.rstrip(b"\r\n") for lines in SAMPLES[name] for line in lines]
    lines = data.draw(st.lists(st.one_of(st.sampled_from(own), LOG_LINES), max_size=12))
    full = [number for number, line in enumerate(lines, 1) if line.strip()]
    if name in ONE_LINE:
        expected = full
    else:
        heads = [number for number, line in enumerate(lines, 1) if re.match(HEADS[name], line)]
        has_text_before = any(number < min(heads, default=len(lines) + 1) for number in full)
        expected = [1, *heads] if has_text_before else heads
    (found,) = read(PARSERS[name], b"".join(line + b"\n" for line in lines))
    assert list(found.by_line) == expected
    assert found.records + len(found.rejects) == len(expected)


# --- bytes ------------------------------------------------------------

PATHS = st.sampled_from(sorted(PARSERS[name].samples[0].path for name in PARSERS if "system_logs" not in name))
STRANGE = st.sampled_from(
    ["logs/notes.txt", "logs/a/b.bin", "logs/user/stdout/0/x", "outputs/part.csv", "logs/sys/node/0/x.gz"]
)


@settings(max_examples=4)
@given(
    files=st.dictionaries(
        PATHS | STRANGE, st.one_of(st.binary(max_size=200), st.sampled_from(EVERYBODYS)), min_size=1, max_size=9
    )
)
def test_bytes_of_trees(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> None:
    """Each file of a job is listed once, with its size; lines of those that are parsed are rows or rejects."""
    top = tmp_path_factory.mktemp("tree")
    for path, content in {**files, "logs/job_error.txt": b"2023-03-01T12:12:56.643844 No.\n"}.items():
        (top / "job" / path).parent.mkdir(parents=True, exist_ok=True)
        (top / "job" / path).write_bytes(content)
    sizes = {
        path.relative_to(top / "job").as_posix(): path.stat().st_size
        for path in (top / "job").rglob("*")
        if path.is_file()
    }
    store = begin(top / "store")
    store.load(top / "job")
    assert dict(store.rows("SELECT path, bytes FROM files")) == sizes
    assert store.one("SELECT count(*) FROM files") == len(sizes)
    silent = store.rows("SELECT path FROM files WHERE status = 'parsed' AND rows + rejects = 0")
    told = {path: (top / "job" / path).read_bytes() for (path,) in silent}
    assert not [
        path
        for path, content in told.items()
        if not path.endswith(".csv") and content.strip() and not is_header(content)
    ]
    assert store.rows("SELECT path FROM files WHERE rejected_bytes > bytes") == []


def is_header(content: bytes) -> bool:
    """Whether a file is nothing but the header of a list of processes."""
    return content.split()[:2] in ([b"USER", b"PID"], [b"Image", b"Name"])
