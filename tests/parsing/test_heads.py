"""Heads: the fast way and the regular expression of formats.md, Appendix A, find the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.parsing.batch import PADDING, Batch
from ingest.parsing.lines.heads import DelimitedHead, Digits, Head, RegexHead, Time, Word

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry

LEVELS = "DEBUG|INFO|WARNING|ERROR|CRITICAL"
SYS = RegexHead(
    r"^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)?)\|"
    rf"(?:(?P<logger>(?!(?:{LEVELS})\|)[^|]*)\|)?(?P<level>{LEVELS})\|(?P<pid>\d{{1,18}})\|"
    r"(?:(?P<thread>\d{1,18})\|)?(?:(?P<func>[^| ]+\(\))\|)?(?P<message>.*)$"
)
"""`SYS` of Appendix A, with the time's fraction as free as other handlers write it, and numbers that fit into a column."""

Found = list[tuple[bytes, dict[str, bytes]]]


@pytest.fixture(scope="module")
def system(registry: Registry) -> Head:
    """The head of the driver's logs."""
    head = registry.parsers["azureml.worker"].head  # type: ignore[attr-defined]  # a LineParser
    assert isinstance(head, DelimitedHead)
    return head


def find(head: Head, lines: list[bytes]) -> Found:
    """The head lines and the values of their parts."""
    data = b"\n".join([*lines, b""]) + PADDING
    lengths = np.array([len(line) for line in lines], np.int64)
    ends = np.cumsum(lengths + 1) - 1
    found = head.find(Batch(data, ()), ends - lengths, ends)
    result: Found = []
    for i, line in enumerate(found.lines.tolist()):
        spans = {name: (int(s[i]), int(e[i])) for name, (s, e) in found.spans.items()}
        result.append((lines[line], {name: data[s:e] for name, (s, e) in spans.items() if s >= 0}))
    return result


REAL = [
    b"2021-04-15 22:05:26,715|ERROR|255|139773019682560|stderr: terminate called without an active exception",
    b"2020-05-06 05:50:48,001|ParallelRunStep.User Error|ERROR|17|boom",
    b"2020-05-06 05:50:48,001|ParallelRunStep.Master|INFO|17|139773019682560|start()|Start scheduling.",
    b'2021-04-13 03:23:05,649|ERROR|334|Failed to process {"id": 3} | with | pipes',
    b"2021-04-13 03:23:05,649|INFO|334|",
    b"2021-04-13 03:23:05,649|INFO|334|5|",
    b"2021-04-13 03:23:05,649|INFO|334|5|6|",
    b"2021-04-13 03:23:05,649|INFO|334|run()|",
    b"2021-04-13 03:23:05,649|INFO|334|()|",
    b"2021-04-13 03:23:05,649||INFO|334|no logger's name",
    b"2021-04-13 03:23:05,649|INFO|INFO|334|a level where the process stands",
    b"2021-04-13 03:23:05,649|INFO|334",
    b"2021-04-13 03:23:05|INFO|334|no fraction",
    b"2021-04-13 03:23:05,6|INFO|334|short fraction",
    b"2021-04-13 03:23:05 later|INFO|334|words behind the time",
    b"2021-04-13 03:23:05,649 |INFO|334|blank behind the time",
    b"2021-04-13T03:23:05,649|INFO|334|other form of time",
    b"2021-04-13 03:23:05,649|INFO|1234567890123456789|too long for a process",
    b"2021-04-13 03:23:05,649|TRACE|334|unknown level",
    b"2021-04-13 03:23:05,649|info|334|level in small letters",
    b" 2021-04-13 03:23:05,649|INFO|334|indented",
    b"2021-04-1",
    b"",
    b"|||||",
]

FIELDS = st.sampled_from(
    [
        "2021-04-15 22:05:26,715",
        "2021-04-15 22:05:26",
        "2021-99-99 99:99:99,999",
        "2021-04-15T22:05:26,715",
        "2021-04-15 22:05:2",
        "INFO",
        "ERROR",
        "CRITICAL",
        "CRITICALLY",
        "INF",
        "ParallelRunStep.User Error",
        "a",
        "17",
        "139773019682560",
        "1234567890123456789",
        "1x",
        "start()",
        "a b()",
        "()",
        "x(",
        "message",
        "",
        "",
    ]
)
LINES = st.one_of(
    st.lists(FIELDS, max_size=8).map(lambda fields: "|".join(fields).encode()),
    st.sampled_from(REAL),
    st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")),
    st.builds(
        lambda line, at, byte: line[:at] + byte + line[at:],
        st.sampled_from(REAL),
        st.integers(0, 60),
        st.sampled_from([b"|", b"0", b"\0", b"\xff", b" ", b"\t"]),
    ),
    st.builds(lambda line, at: line[:at] + line[at + 1 :], st.sampled_from(REAL), st.integers(0, 60)),
)


@given(st.lists(LINES, max_size=12))
@example(REAL)
@example(REAL[::-1])
@example([REAL[0].replace(b"|INFO|", b"|INFO\0|").replace(b"|ERROR|", b"|ERROR\0|")])
def test_fast_heads_are_those_of_the_regex(system: Head, lines: list[bytes]) -> None:
    """On real, damaged and random lines both find the same heads and the same values of all parts."""
    assert find(system, lines) == find(SYS, lines)


@pytest.mark.parametrize("line", REAL, ids=lambda line: line[:60].decode() or "empty")
def test_fast_head_of_one_line(system: Head, line: bytes) -> None:
    """Each line alone, as the only one of a chunk."""
    assert find(system, [line]) == find(SYS, [line])


def test_other_delimiters() -> None:
    """The delimiter, the character inside a time, and the rest's name are the author's choice."""
    level, who = Word("level", ("I", "W")), Word("who", ("me", "you"))
    head = DelimitedHead(
        (Time("time", between="T"), level, Digits("n", optional=True), who), rest="text", delimiter=";"
    )
    lines = [b"2021-04-13T03:23:05.1;W;12;me;a;b", b"2021-04-13T03:23:05.1;I;you;c", b"2021-04-13 03:23:05.1;W;me;c"]
    assert [parts for _, parts in find(head, lines)] == [
        {"time": b"2021-04-13T03:23:05.1", "level": b"W", "n": b"12", "who": b"me", "text": b"a;b"},
        {"time": b"2021-04-13T03:23:05.1", "level": b"I", "who": b"you", "text": b"c"},
    ]


def test_regex_is_anchored_to_each_line() -> None:
    """A pattern with ^ and $ means a line, wherever it stands in the buffer, and never reaches into the next one."""
    head = RegexHead(r"^(?P<a>\w+) (?P<b>[^|]*)$")
    assert find(head, [b"x y", b"no", b"p q r"]) == [
        (b"x y", {"a": b"x", "b": b"y"}),
        (b"p q r", {"a": b"p", "b": b"q r"}),
    ]
