"""`LineParser` against a plain one that goes line by line, and against damage of every kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.parsing.lines.parser import LineParser

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.plugin.registry import Registry
    from tests.parsing.conftest import Content, Read

    ReadPieces = Callable[[LineParser, bytes, int], Content]

LEVELS = "DEBUG|INFO|WARNING|ERROR|CRITICAL"
HEAD = re.compile(
    rf"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)?\|(?:(?!(?:{LEVELS})\|)[^|]*\|)?(?P<level>{LEVELS})\|(?P<pid>\d{{1,18}})\|"
    r"(?:(?P<thread>\d{1,18})\|)?(?:[^| ]+\(\)\|)?(?P<message>.*)".encode(),
    re.DOTALL,
)

HEADS = st.sampled_from(
    [
        b"2021-04-15 22:05:26,715|ERROR|255|139773019682560|stderr: terminate",
        b"2020-05-06 05:50:48,001|ParallelRunStep.User Error|ERROR|17|boom | with | pipes",
        b"2020-05-06 05:50:48,001|ParallelRunStep.Master|DEBUG|17|139773019682560|start()|Start.",
        b'2021-04-13 03:23:05,649|ERROR|334|Failed to process {"id": 3}. Detail: Traceback (most recent call last):',
        b"2021-04-13 03:23:06,000|INFO|334|",
        "2021-04-13 03:23:07|WARNING|334|Größe 日本".encode(),
    ]
)
OTHERS = st.sampled_from(
    [
        b"",
        b"   ",
        b'  File "score.py", line 9, in run',
        b"    go()",
        b"ValueError: No",
        b"2021-04-13 03:2",
        b"2021-04-13 03:23:05,649|INFO|33",
        b"\xff\xfe\x80 not UTF-8",
        b"|INFO|334|",
        b"a line with a lone \r inside",
    ]
)
BREAKS = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"])
LINES = st.tuples(st.one_of(HEADS, HEADS, OTHERS, st.binary(max_size=20)), BREAKS).map(b"".join)
WITH_NUL = st.builds(lambda lines, cut: b"".join(lines)[cut:], st.lists(LINES, max_size=25), st.integers(0, 30))
TEXTS = WITH_NUL.map(lambda text: text.replace(b"\0", b"0"))
"""Texts of heads and other lines, some with a cut start or end, without NUL bytes."""


@pytest.fixture(scope="module")
def parser(registry: Registry) -> LineParser:
    """A parser with events and errors."""
    found = registry.parsers["azureml.worker"]
    assert isinstance(found, LineParser)
    return found


def plainly(text: bytes) -> list[dict[str, Any]]:
    """The records of a text, line by line: line number, level, process, thread, whole message."""
    records: list[dict[str, Any]] = []
    for number, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+$", text), 1):
        if head := HEAD.match(line):
            numbers = {name: int(value) for name in ("pid", "thread") if (value := head[name])}
            records.append({"line_no": number, "level": head["level"].decode(), **numbers, "message": head["message"]})
        elif records:
            records[-1]["message"] += line
        else:
            records.append({"line_no": 1, "message": line})
    if records and "level" not in records[0] and not records[0]["message"].strip():
        records = records[1:]
    for record in records:
        record["message"] = record["message"].rstrip(b"\r\n").decode("utf-8", "replace")
    return records


def essentials(content: Content) -> list[dict[str, Any]]:
    """What `plainly` gives, of parsed rows."""
    wanted = ("line_no", "level", "pid", "thread", "message")
    return [{name: row[name] for name in wanted if name in row} for row in content.of("log_records")]


@settings(max_examples=60)
@given(TEXTS)
def test_same_as_line_by_line(parser: LineParser, read: Read, text: bytes) -> None:
    """The vectorised parser and a plain loop over lines find the same records: nothing is lost, nothing made up."""
    (content,) = read(parser, text)
    assert essentials(content) == plainly(text)
    assert content.records == len(content.of("log_records"))
    assert not content.rejects


@settings(max_examples=60)
@given(WITH_NUL)
def test_records_and_rejects_hold_every_line(parser: LineParser, read: Read, text: bytes) -> None:
    """With NUL bytes too, each line that is not blank is in a record or in a reject."""
    (content,) = read(parser, text)
    held = "\n".join([row["message"] for row in content.of("log_records")])
    held += "\n" + b"\n".join(raw for _, raw, _ in content.rejects).decode("utf-8", "replace")
    for line in text.split(b"\n"):
        head = HEAD.match(line)
        kept = (head["message"] if head else line).rstrip(b"\r").decode("utf-8", "replace")
        if kept.strip("\0 \r\t\v\f"):
            assert kept in held


@settings(max_examples=60)
@given(WITH_NUL, st.data())
def test_cut_anywhere(parser: LineParser, read: Read, text: bytes, data: st.DataObject) -> None:
    """A file cut anywhere never raises; all records before its last one are those of the whole file."""
    (whole,) = read(parser, text)
    (cut,) = read(parser, text[: data.draw(st.integers(0, len(text)), label="cut at")])
    kept = cut.of("log_records")[:-1]
    assert kept == whole.of("log_records")[: len(kept)]


@settings(max_examples=60)
@given(TEXTS, st.binary(max_size=30), TEXTS)
def test_splice(parser: LineParser, read: Read, before: bytes, damage: bytes, after: bytes) -> None:
    """Bytes put into a file change only the record that they fall into; those before and those after it are as they were."""
    (first,), (second,) = read(parser, before), read(parser, after)
    (spliced,) = read(parser, before + damage.replace(b"\0", b"0") + b"\n" + after)
    records = essentials(spliced)
    kept = essentials(first)[:-1]
    assert records[: len(kept)] == kept
    lines = (before + damage.replace(b"\0", b"0") + b"\n").count(b"\n")
    headed = [{**row, "line_no": row["line_no"] + lines} for row in essentials(second) if "level" in row]
    assert records[len(records) - len(headed) :] == headed


@settings(max_examples=60)
@given(st.lists(WITH_NUL, max_size=6))
def test_one_by_one_as_in_a_batch(parser: LineParser, read: Read, texts: list[bytes]) -> None:
    """Files parsed together give what each gives alone, in every table; parsing again gives the same."""
    together = read(parser, *texts)
    assert together == [content for text in texts for content in read(parser, text)]
    assert together == read(parser, *texts)


@settings(max_examples=60)
@given(TEXTS, st.integers(1, 400))
def test_whole_as_in_pieces(parser: LineParser, read: Read, read_pieces: ReadPieces, text: bytes, window: int) -> None:
    """A file in windows of any size, cut where the parser says, gives what the whole file gives."""
    (whole,) = read(parser, text)
    assert read_pieces(parser, text, window) == whole


@settings(max_examples=30)
@given(st.binary(max_size=300))
def test_any_bytes_and_any_parser(registry: Registry, read: Read, raw: bytes) -> None:
    """No parser of lines raises for any bytes."""
    for parser in registry.parsers.values():
        if isinstance(parser, LineParser):
            read(parser, raw, b"", raw)
            assert 0 <= parser.cut(raw) <= len(raw)


def test_more_than_a_chunk(parser: LineParser, read: Read) -> None:
    """Records that lie on the border of two chunks (1 MiB) are whole, and line numbers go on."""
    records = [f"2021-04-13 03:23:05,649|INFO|{i}|{'x' * (i * 7919 % 5_000)}\nmore of {i}\n" for i in range(1_500)]
    text = "".join(records).encode()
    assert len(text) > 3 << 20
    (content,) = read(parser, text)
    assert essentials(content) == plainly(text)


def test_line_longer_than_a_chunk(parser: LineParser, read: Read) -> None:
    """A line of 5 MB is one line of one record (trap 18)."""
    text = b"2021-04-13 03:23:05,649|INFO|1|a\n" + b"x" * 5_000_000 + b"\n2021-04-13 03:23:05,650|INFO|1|b\n"
    (content,) = read(parser, text, text)[1:]
    assert [(row["line_no"], len(row["message"])) for row in content.of("log_records")] == [(1, 5_000_002), (3, 1)]


def test_records_that_are_lines(read: Read) -> None:
    """With `multiline=False` a line is a record or a reject; only empty lines are neither."""
    from ingest.model import LOG_RECORDS

    parser = LineParser(
        name="t",
        kind="t",
        path="t",
        head=r"^(?P<level>\w+): (?P<message>.*)$",
        table=LOG_RECORDS,
        samples=(),
        multiline=False,
    )
    (content,) = read(parser, b"INFO: a\nno head here\r\n\r\n\nWARN: b\r\nlast: c")
    assert essentials(content) == [
        {"line_no": 1, "level": "INFO", "message": "a"},
        {"line_no": 5, "level": "WARN", "message": "b"},
        {"line_no": 6, "level": "last", "message": "c"},
    ]
    assert content.rejects == [(2, b"no head here", "line does not match the format")]
