"""CSV by RFC 4180: a header always, LF line ends, UTF-8, fields quoted where they must be, NULL as an empty field.

To a pipe or a file the data stay exact, but for secrets when redaction is asked. On a terminal, control characters are
shown as escapes. Texts that a spreadsheet would take for a formula (`=`, `+`, `-`, `@` in front) are *not* altered:
that would corrupt the data for every other reader. Import the file as text if the logs come from somebody else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from ingest.output.column_types import Kind, Shape
from ingest.output.columns import columnwise, text_columns
from ingest.output.encode import Encoder, text_encoder
from ingest.output.escape import visible_lines
from ingest.output.redact import Redactor
from ingest.output.result import Result, Row


class _Lines(list[str]):
    """Takes records from `csv.writer`, which writes each in one call, and ends them with LF.

    The writer itself is told CRLF: it quotes a field for the line end it knows, and a bare CR must be quoted too.
    """

    def write(self, record: str) -> None:
        self.append(record[:-2] + "\n")


def csv_chunks(
    result: Result, batches: Iterable[Sequence[Row]], redactor: Redactor | None, *, terminal: bool
) -> Iterator[str]:
    """Yield the CSV of the result: its header, then the records of a batch at a time."""
    make = _shown_encoder if terminal else _field_encoder
    columns = text_columns(result, make, redactor)
    names = [redactor.text(name) if redactor else name for name in result.names]
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([visible_lines(name) for name in names] if terminal else names)
    for rows in batches:
        yield "".join(lines)
        lines.clear()
        writer.writerows(zip(*columnwise(rows, columns), strict=True))
    yield "".join(lines)


def _field_encoder(shape: Shape, redactor: Redactor | None) -> Encoder | None:
    """`csv.writer` writes numbers as `str` and `repr` would."""
    return None if shape.kind in (Kind.INTEGER, Kind.FLOAT) else text_encoder(shape, redactor)


def _shown_encoder(shape: Shape, redactor: Redactor | None) -> Encoder | None:
    encoder = text_encoder(shape, redactor)
    if encoder is None:
        return visible_lines
    return lambda value: visible_lines(encoder(value))
