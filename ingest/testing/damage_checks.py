"""The good part of a file is never lost: cut anywhere, with bad bytes put in, with another file behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.hookspecs import Parser
from ingest.testing.damage import cuts, inserted
from ingest.testing.reading import Content, read

_AT_ONCE = 300
"""Damaged files that are read in one batch."""


def files_of(parser: Parser) -> Iterator[tuple[str, bytes]]:
    """Path and content of each sample, and of each written three times in a row: most hold few records."""
    for sample in parser.samples:
        once = sample.text.encode()
        yield sample.path, once
        yield sample.path, _ended(once) * 3


def cut_anywhere(parser: Parser) -> Iterator[str]:
    """A file may end anywhere, since jobs are looked at while they write: the records before its last one stay."""
    for path, content in files_of(parser):
        whole, positions = read(parser, content, path=path)[0], cuts(content)
        damaged = [(at, f"cut after byte {at}", content[:at]) for at in positions]
        yield from _first(f"{path}: {fault}" for fault in _faults(parser, path, content, whole, damaged))


def bad_bytes(parser: Parser) -> Iterator[str]:
    """Bytes that belong to no text (NUL, half a character, a stray quote) spoil nothing that stands before them."""
    for path, content in files_of(parser):
        whole = read(parser, content, path=path)[0]
        damaged = [(at, f"with {bad[:12]!r} put in at byte {at}", data) for at, bad, data in inserted(content)]
        yield from _first(f"{path}: {fault}" for fault in _faults(parser, path, content, whole, damaged))


def spliced(parser: Parser) -> Iterator[str]:
    """Two files run together anywhere: the first one's records before the seam are kept, and so is a whole second file."""
    for path, first in files_of(parser):
        whole = read(parser, first, path=path)[0]
        for sample in parser.samples:
            second = sample.text.encode()
            middle = len(second) // 2
            damaged = [
                (at, f"cut after byte {at}, half a file behind it", first[:at] + second[middle:])
                for at in cuts(first, 60)
            ]
            yield from _first(f"{path}: {fault}" for fault in _faults(parser, path, first, whole, damaged))
        yield from _twice(parser, path, _ended(first), whole)


def _twice(parser: Parser, path: str, content: bytes, whole: Content) -> Iterator[str]:
    """The same file twice: the second time all but its first record, which may go on with what is above it."""
    again = whole.moved(content.count(b"\n"), len(content)).by_line
    (both,) = read(parser, content * 2, path=path)
    for line, expected in list(again.items())[1:]:
        found = both.by_line.get(line, {})
        if found != expected:
            yield (
                f"{path}: with the same file once more behind it, the record at line {line} should be {_short(expected)}, "
                f"but is {_short(found)}. What was read so far must not change how later records are read."
            )
            return


def lost(content: bytes, whole: Content, until: int, damaged: Content) -> str | None:
    """Which record of a file is lost if only its bytes before `until` are as they were; None if all are there.

    A record whose first line is whole must be told, as rows or a reject. All but the last of these end before another
    record begins, so they must be as they were; only rows that look beyond their record (errors with a traceback over
    many lines) may differ, if the record has another row.
    """
    broken_line = content.count(b"\n", 0, until) + 1
    before = {line: told for line, told in whole.by_line.items() if line < broken_line}
    after = damaged.by_line
    for line, told in before.items():
        if line not in after:
            return f"nothing tells of the record at line {line}, {_short(told)}"
    for line, told in list(before.items())[:-1]:
        now = after[line]
        same = [table for table in told if now.get(table) == told[table]]
        if not same or any(len(now.get(table, ())) != len(rows) for table, rows in told.items()):
            return f"the record at line {line} was {_short(told)} and now is {_short(now)}"
    return None


def _faults(
    parser: Parser, path: str, content: bytes, whole: Content, damaged: Sequence[tuple[int, str, bytes]]
) -> Iterator[str]:
    """What is wrong with the reading of damaged files, each given as where, how, and what it holds."""
    for start in range(0, len(damaged), _AT_ONCE):
        some = damaged[start : start + _AT_ONCE]
        try:
            contents = read(parser, *(data for _, _, data in some), path=path)
        except (Exception, SystemExit):  # whatever a parser may raise; which file it is, is found below
            yield from _raised(parser, path, some)
            continue
        for (until, how, _), one in zip(some, contents, strict=True):
            if fault := lost(content, whole, until, one):
                yield f"{how}, {fault}. What stands before the damage must be read as it was."


def _raised(parser: Parser, path: str, damaged: Sequence[tuple[int, str, bytes]]) -> Iterator[str]:
    """Which of some files the parser raises on."""
    for _, how, data in damaged:
        try:
            read(parser, data, path=path)
        except (Exception, SystemExit) as error:  # whatever a parser may raise
            yield (
                f"{how}, parse() raises {error!r}. It must not raise for any content: give back a Reject for what cannot be "
                f"read. The file: {data[-200:]!r}"
            )
            return
    yield "parse() raises for several damaged files in one batch, but for none of them alone"


def _first(faults: Iterator[str]) -> Iterator[str]:
    """The first fault, and how many there are: one example says more than a hundred."""
    if first := next(faults, None):
        more = sum(1 for _ in faults)
        yield f"{first} ({more} more like this)" if more else first


def _ended(content: bytes) -> bytes:
    return content if content.endswith(b"\n") else content + b"\n"


def _short(told: object) -> str:
    text = str(told) if told else "gone"
    return text if len(text) <= 300 else f"{text[:300]}…"
