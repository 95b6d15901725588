"""What a file says is told, once and in its place: counts, lines, line ends."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.hookspecs import Parser
from ingest.testing.damage import with_line_ends
from ingest.testing.damage_checks import files_of
from ingest.testing.reading import Content, read


def records(parser: Parser) -> Iterator[str]:
    """Records and rejects of each sample are as many as the sample says that it holds."""
    for sample in parser.samples:
        (content,) = read(parser, sample.text, path=sample.path)
        found = content.records + len(content.rejects)
        if found != sample.records:
            yield (
                f"{sample.path}: the sample says that it holds {sample.records} records, but {content.records} were understood "
                f"and {len(content.rejects)} rejected{_reasons(content)}. Each record must become rows or a reject; if the "
                "sample's `records` is wrong, change that."
            )
        elif not content.records:
            yield f"{sample.path}: nothing of the sample was understood{_reasons(content)}"


def lines(parser: Parser) -> Iterator[str]:
    """`line_no` is the line on which a record starts, and a reject's offset and length are those of its text."""
    for path, content in files_of(parser):
        (whole,) = read(parser, content, path=path)
        yield from (f"{path}: {fault}" for fault in _misplaced(content, whole))
        ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
        for line, one in enumerate(read(parser, *(content[:end] for end in ends), path=path), 1):
            expected = [start for start in whole.by_line if start <= line]
            if list(one.by_line) != expected:
                yield (
                    f"{path}: records start on the lines {expected} up to line {line}, but if the file ends there, on "
                    f"{list(one.by_line)}. line_no must be the number of the record's first line, from piece.line_no on."
                )
                break


def _misplaced(content: bytes, whole: Content) -> Iterator[str]:
    """Rows and rejects that stand where there is nothing."""
    last = len(content.splitlines())
    if outside := [line for line in whole.by_line if not 1 <= line <= last]:
        yield f"line_no is {outside[0]} in a file of {last} lines"
    for reject in whole.rejects:
        start, size = reject["byte_offset"], reject["bytes"]
        if size <= 0 or content[start : start + size].decode("utf-8", "replace")[:1_000] != reject["text"][:1_000]:
            yield (
                f"the reject at byte {start} of {size} bytes is not what stands there; a Reject's start and end are "
                "positions in batch.data, start the smaller one"
            )


def line_ends(parser: Parser) -> Iterator[str]:
    """A file from Windows (CR LF) and one from Linux (LF) say the same."""
    for path, content in files_of(parser):
        unix, windows = read(parser, with_line_ends(content, b"\n"), with_line_ends(content, b"\r\n"), path=path)
        if _without_cr(unix) != _without_cr(windows):
            yield (
                f"{path}: with CR LF at the ends of its lines it gives {_short(windows)}, with LF {_short(unix)}. "
                "A carriage return before a line break belongs to no value: allow `\\r?` before `$`, or strip it."
            )


def _without_cr(content: Content) -> object:
    """All rows with the line breaks within their texts as LF; rejects by line and reason."""

    def plain(value: object) -> object:
        return value.replace("\r\n", "\n").replace("\\r\\n", "\\n") if isinstance(value, str) else value

    rows = {
        table: [{name: plain(value) for name, value in row.items()} for row in rows]
        for table, rows in content.rows.items()
    }
    return rows, [(reject["line_no"], reject["reason"]) for reject in content.rejects], content.records


def _reasons(content: Content) -> str:
    reasons = sorted({f"line {reject['line_no']}: {reject['reason']}" for reject in content.rejects})
    return f" ({'; '.join(reasons[:3])})" if reasons else ""


def _short(content: Content) -> str:
    text = str(content.rows)
    return text if len(text) <= 300 else f"{text[:300]}…"
