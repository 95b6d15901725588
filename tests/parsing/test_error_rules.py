"""Which records report errors, wherever in a batch they stand, and what is read of one that holds no whole traceback."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest import Batch, ErrorRules, LineParser, Sample, SourceFile
from ingest.model import LOG_RECORDS
from ingest.parsing.lines.tracebacks import read_failure

PLAIN = LineParser(
    name="test.plain",
    kind="plain",
    path=r"\.txt$",
    head=r"^(?:\[(?P<time>[^\]]+)\] )?(?P<message>.*\S.*)$",
    table=LOG_RECORDS,
    multiline=False,
    errors=ErrorRules(also=r"^Failed\.", facts=(r"mini batch (?P<mini_batch_id>\d+)",)),
    samples=[Sample("a.txt", "Failed. No\n", records=1)],
)
TRACEBACK = b'Traceback (most recent call last):\n  File "score.py", line 9, in run\n    go()\nValueError: No\n'


def errors(*contents: bytes) -> list[tuple[int, int, str | None, str]]:
    """Piece, line, exception type and message of each error of files in one batch."""
    parsed = PLAIN.parse(Batch.of(*((SourceFile("a.txt"), content) for content in contents)))
    rows = parsed.tables["errors"].select(["piece", "line_no", "exception_type", "exception_message"]).to_pylist()
    return [tuple(row.values()) for row in rows]


def test_pattern_at_the_start_of_any_record() -> None:
    """`^` is the start of a record's text: in the first file of a batch, in others, and in the middle of a file."""
    assert errors(
        b"Failed. a\nfine\nFailed. b\n", b"Failed. c\nNot Failed.\n", b"[2024-03-05 01:02:03] Failed. d\n"
    ) == [
        (0, 1, None, "Failed. a"),
        (0, 3, None, "Failed. b"),
        (1, 1, None, "Failed. c"),
        (2, 1, None, "Failed. d"),
    ]


@pytest.mark.parametrize(
    ("text", "type_", "message"),
    [
        ("UserError: no such dataset\nmore", "UserError", "no such dataset"),
        ("a.b.ParallelTaskException: Run failed: boom", "a.b.ParallelTaskException", "Run failed: boom"),
        ("Failed. UserError: no such dataset", None, "Failed. UserError: no such dataset"),
        ('worker 3: Traceback (most recent call last):\n  File "a.py", line 9, in run\n    go(', None, "worker 3:"),
    ],
)
def test_without_a_whole_traceback(text: str, type_: str | None, message: str) -> None:
    """A line `dotted.Name: text` is an exception; of a traceback cut before its exception what stands before it is kept."""
    failure = read_failure(text)
    assert (failure.exception_type, failure.message) == (type_, message)


def test_window_ends_before_an_open_traceback() -> None:
    """A large file is not cut within a traceback, nor behind one that another may be chained to."""
    line = b"working\n"
    assert PLAIN.cut(line * 3) == 24
    assert PLAIN.cut(line + TRACEBACK) == 8
    assert PLAIN.cut(line + TRACEBACK[:60] + b"\n") == 8
    assert PLAIN.cut(line + TRACEBACK + line) == len(line + TRACEBACK + line)
    chained = (
        line + TRACEBACK + b"\nDuring handling of the above exception, another exception occurred:\n\n" + TRACEBACK
    )
    assert PLAIN.cut(chained) == 8
    assert PLAIN.cut(TRACEBACK) == 0


def test_lines_of_a_traceback_are_no_errors_of_their_own() -> None:
    """Where each line is a record, its last line may match what makes an error; the failure is one all the same."""
    parser = replace(PLAIN, errors=ErrorRules(also=r"^\S*Error: "))
    parsed = parser.parse(Batch.of((SourceFile("a.txt"), b"working\n" + TRACEBACK + b"KeyError: 'x'\n")))
    rows = parsed.tables["errors"].select(["line_no", "exception_type"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [(2, "ValueError"), (6, "KeyError")]


def test_many_line_breaks_at_the_end() -> None:
    """A file that a crash filled up with line breaks is read in the time that its bytes take."""
    (whole,) = errors(b"Failed. a\nfine\nFailed. b" + b"\r\n" * 100_000)[1:]
    assert whole == (0, 3, None, "Failed. b")
