"""Whether a parser takes four times as long for four times as much, whatever it is that there is much of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from ingest.hookspecs import Parser
from ingest.parsing.batch import Batch
from ingest.testing.fuzz.corpus import File
from ingest.testing.fuzz.rounds import Finding
from ingest.testing.reading import source_file

_SMALL, _LARGE = 64 << 10, 256 << 10
"""Bytes; a file comes in windows of 8 MiB, so that what is noticed here hurts there."""

_TOO_MUCH = 9.0
"""Times as long for four times as much: linear is 4, quadratic 16."""

_NOTICED_S = 0.05
"""Less than this for the large one is not looked at: other things decide such times."""

_SLOW_S = 1.0
"""A quarter of a megabyte may take no longer: a window would take half a minute."""

_UNITS = (
    *(
        b'"',
        b'""',
        b'",\n"',
        b'"\n',
        b",",
        b',"',
        b"\0",
        b"x",
        b" ",
        b"1",
        b"{",
        b'{"',
        b"[",
        b"|",
        b"\\",
        b"\n",
        b"\r",
        b"\r\n",
    ),
    *(b"a: ", b": ", b"a\n", b"* Error 'a' occurred 3 times.\n", b"Error: a\n", b"\xff", b"'", b"(", b"2021-04-15"),
    *(
        b"Traceback (most recent call last):\n",
        b'  File "a.py", line 1, in f\n',
        b"a.B: c\n",
        b"2021-04-15 22:05:26,715|",
    ),
)


SHAPES: Mapping[str, Callable[[int], bytes]] = {
    "names of a header": lambda size: _numbered("name {}", size) + b"\n1,2\n",
    "equal names of a header": lambda size: b"name," * (size // 5) + b"\n1,2\n",
    "cells of a row": lambda size: b"a,b,c\n" + _numbered("{}", size) + b"\n",
    "quoted cells": lambda size: b"a,b,c\n" + b'"x ""y""",' * (size // 10) + b"\n",
    "one cell": lambda size: b'a,b,c\n"' + b"x" * size + b'"\n',
    "short lines": lambda size: b"x\n" * (size // 2),
    "one line": lambda size: b"x y " * (size // 4) + b"\n",
    "open brackets": lambda size: b'a: {"b": ' + b"[" * size + b"\n",
    "nested objects": lambda size: b'a: {"b": ' + b'{"a":' * (size // 6) + b"1" + b"}" * (size // 6) + b"}\n",
    "names of one object": lambda size: b"{" + b", ".join(b'"n%d": 1' % i for i in range(size // 12)) + b"}\n",
    "settings": lambda size: b"args: " + b"--name=value " * (size // 13) + b"\n",
}
"""What may come in any number, one thing each: what a file of so many bytes of it holds."""


def _numbered(name: str, size: int) -> bytes:
    return ",".join(name.format(i) for i in range(size // (len(name) + 4))).encode()


def growth_of_shapes(parser: Parser) -> Iterator[str]:
    """The shapes for which a parser's time grows faster than what it is given."""
    for name, make in SHAPES.items():
        long, short = _times(parser, make(_LARGE), make(_SMALL))
        if long > _TOO_MUCH * short:
            yield f"{name}: {short:.3f} s for 64 KiB, {long:.3f} s for 256 KiB"


def growth(parser: Parser, files: Sequence[File]) -> Iterator[Finding]:
    """Files made of one thing, alone or behind as much of a real file, for which time grows faster than they do."""
    contents = sorted((content for _, content in files), key=len)[:2]
    for unit in (*_UNITS, *contents):
        for before in (b"", *contents):
            try:
                long, short = _growth(parser, before, unit)
            except (Exception, SystemExit) as error:  # whatever a parser may raise
                problem = f"raised {error!r} for much of {unit[:40]!r}"
                yield Finding(parser.name, files[0][0], problem, _much(before, unit, _LARGE))
                continue
            if long > _TOO_MUCH * short or long > _SLOW_S:
                problem = (
                    f"{short:.3f} s for 64 KiB of {unit[:40]!r} behind {before[-40:]!r}, and {long:.3f} s for 256 KiB"
                )
                yield Finding(parser.name, files[0][0], problem, _much(before, unit, _LARGE))


def _growth(parser: Parser, before: bytes, unit: bytes) -> tuple[float, float]:
    """Processor time for much and for less of something; what looks bad is measured once more."""
    return _times(parser, _much(before, unit, _LARGE), _much(before, unit, _SMALL))


def _times(parser: Parser, large: bytes, small: bytes) -> tuple[float, float]:
    long = _cpu_s(parser, large)
    if long < _NOTICED_S:
        return 0.0, 0.0
    short = min(_cpu_s(parser, small) for _ in range(2))
    if long > _TOO_MUCH * short:
        long = min(long, _cpu_s(parser, large))
    return long, short


def _much(before: bytes, unit: bytes, size: int) -> bytes:
    """A file of two halves, many times one thing and many times the other; or of the second only."""
    half = size // 2 if before else 0
    return before * (half // max(len(before), 1)) + unit * ((size - half) // len(unit))


def _cpu_s(parser: Parser, data: bytes) -> float:
    """Processor time of parsing a file and of looking for its last record."""
    batch = Batch.of((source_file(parser), data))
    started = time.process_time()
    parser.parse(batch)
    parser.cut(data)
    return time.process_time() - started
