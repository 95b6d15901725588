"""Whether a parser takes twice as long for twice as much, whatever it is that there is much of."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from ingest.hookspecs import Parser
from ingest.parsing.batch import Batch
from ingest.testing.fuzz.corpus import File
from ingest.testing.fuzz.rounds import Finding
from ingest.testing.reading import source_file

_SIZE = 128 << 10
_TOO_MUCH = 3.0
"""Times as long for twice as much: linear is 2, quadratic 4."""

_NOTICED_S = 0.25
"""Less than this for half a megabyte is no harm, however it grows."""

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


def growth(parser: Parser, files: Sequence[File]) -> Iterator[Finding]:
    """Files that repeat one thing, put behind the start of a real one or making up all of it, for which time grows too fast."""
    for unit in (*_UNITS, *(content for _, content in files[:4])):
        for start in (b"", *(_start(content) for _, content in files[:2])):
            try:
                times = [
                    _cpu_s(parser, start + unit * (size // len(unit) + 1)) for size in (_SIZE, 2 * _SIZE, 4 * _SIZE)
                ]
            except (Exception, SystemExit) as error:  # whatever a parser may raise
                yield Finding(
                    parser.name,
                    files[0][0],
                    f"raised {error!r} for much of {unit[:40]!r}",
                    start + unit * (_SIZE // len(unit)),
                )
                continue
            if times[2] > _NOTICED_S and times[1] > _TOO_MUCH * times[0] and times[2] > _TOO_MUCH * times[1]:
                told = ", ".join(f"{one:.2f} s" for one in times)
                problem = f"{told} for 128, 256 and 512 KiB of {unit[:40]!r} behind {start[-40:]!r}"
                yield Finding(parser.name, files[0][0], problem, start + unit * 100)


def _start(content: bytes) -> bytes:
    """A file's first lines, and half of the next."""
    third = content.find(b"\n", content.find(b"\n") + 1) + 1
    return content[: third + (len(content) - third) // 2]


def _cpu_s(parser: Parser, data: bytes) -> float:
    """Processor time of parsing a file and of looking for its last record; the least of two, if it is much."""
    batch = Batch.of((source_file(parser), data))
    least = float("inf")
    for _ in range(2):
        started = time.process_time()
        parser.parse(batch)
        parser.cut(data)
        least = min(least, time.process_time() - started)
        if least < _NOTICED_S / 8:
            break
    return least
