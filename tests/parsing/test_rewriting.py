"""What is taken out of a log before it is read moves no line and no byte of what is told."""

from __future__ import annotations

from dataclasses import replace

from ingest import Batch, LineParser, Rewrite, SourceFile
from ingest.model import LOG_RECORDS

PREFIXED = LineParser(
    name="test.prefixed",
    kind="prefixed",
    path=r"^logs/.*$",
    head=r"^good (?P<message>.*)$",
    table=LOG_RECORDS,
    multiline=False,
    rewrite=Rewrite(r"^\[stderr\]"),
    samples=[],
)
JOINED = replace(PREFIXED, name="test.joined", kind="joined", rewrite=Rewrite(r"<END>", by="\n"))


def test_rejects_stand_where_they_stand_in_the_file() -> None:
    """A reject is the line with its prefix, also behind other prefixes and in the second file."""
    first = b"[stderr]good one\nbad\n[stderr]bad too\ngood two\n"
    second = b"[stderr]\n[stderr]worse\n[stderr]good"
    batch = Batch.of((SourceFile("logs/a"), first), (SourceFile("logs/b"), second))
    parsed = PREFIXED.parse(batch)
    assert [batch.data[one.start : one.end] for one in parsed.rejects] == [
        *(b"bad", b"[stderr]bad too", b"[stderr]worse", b"[stderr]good"),
    ]
    rows = parsed.tables["log_records"].select(["piece", "line_no", "message"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [(0, 1, "one"), (0, 4, "two")]
    assert parsed.records is not None
    assert parsed.records.tolist() == [2, 0]


def test_records_of_one_line() -> None:
    """Each is a record, of the line that it stands on in the file."""
    content = b"good 1<END>good 2<END>bad<END>\ngood 3\ngood 4<END>good 5"
    batch = Batch.of((SourceFile("logs/a"), content), (SourceFile("logs/b"), content))
    parsed = JOINED.parse(batch)
    rows = parsed.tables["log_records"].select(["piece", "line_no", "message"]).to_pylist()
    one = [(1, "1"), (1, "2"), (2, "3"), (3, "4"), (3, "5")]
    assert [tuple(row.values()) for row in rows] == [(0, *row) for row in one] + [(1, *row) for row in one]
    assert [batch.data[one.start : one.end] for one in parsed.rejects] == [b"bad"] * 2
