"""Tables and records for eyes, drawn by rich, never wider than asked.

A result whose columns fit stands as a table: numbers to the right, floats with three decimals, long texts folded and
then cut with `…`. One with more columns than fit is shown as records, a line for each field (`\\x` of psql). Log text
is text: nothing in it is taken for markup, links or control codes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.output.column_types import Kind, Shape
from ingest.output.columns import columnwise, text_columns
from ingest.output.encode import Encoder, text_encoder
from ingest.output.escape import escape_controls
from ingest.output.redact import Redactor
from ingest.output.result import Result, Row
from ingest.output.table_layout import GAP, TableColumn, folded, header_lines, widths
from ingest.output.terminal import console_for, is_terminal, wants_colour
from ingest.output.wording import SEVERITY_COLOURS, STATE_COLOURS

LINES_PER_CELL = 3
LINES_PER_FIELD = 12
LINES_PER_RESULT = 40  # a result of few rows may show more of each: about one screen
NULL_SIGN = "-"

_COLOURS: Mapping[str, Mapping[str, str | None]] = {"state": STATE_COLOURS, "severity": SEVERITY_COLOURS}
"""Columns by name, with the colour of each value."""

_NUMBERS = frozenset((Kind.INTEGER, Kind.FLOAT, Kind.SINGLE, Kind.NUMBER))
_FLOATS = frozenset((Kind.FLOAT, Kind.SINGLE))
_NEVER_CUT = _NUMBERS | {Kind.BOOLEAN, Kind.PLAIN, Kind.TIMESTAMP}


def write_table(
    result: Result, batches: Iterable[Sequence[Row]], redactor: Redactor | None, stream: TextIO, width: int
) -> bool:
    """Write all rows as a table, or as records if that is too wide; return whether a text was cut."""
    columns = _columns(result, batches, redactor, LINES_PER_RESULT * width + 1)  # more than is ever shown
    drawn = stream if is_terminal(stream) else io.StringIO()
    console = console_for(drawn, width, colour=wants_colour(stream))
    plan = widths(columns, width)
    cut = _draw_records(console, columns, width) if plan is None else _draw_table(console, columns, plan)
    if isinstance(drawn, io.StringIO) and drawn is not stream:  # without the blanks that rich puts at line ends
        stream.writelines(line.rstrip() + "\n" for line in drawn.getvalue().splitlines())
    return cut


def _columns(
    result: Result, batches: Iterable[Sequence[Row]], redactor: Redactor | None, most: int
) -> list[TableColumn]:
    """Return the columns with their texts up to `most` characters: a cell may hold a log line of 5 MB."""
    encoders = text_columns(result, _cell_encoder, redactor)
    cells: list[list[str | None]] = [[] for _ in encoders]
    for rows in batches:
        for column, texts in zip(cells, columnwise(rows, encoders), strict=True):
            column.extend(text if text is None else escape_controls(text[:most]) for text in texts)
    cells = [
        _with_points_aligned(column) if shape.kind in _FLOATS else column
        for column, shape in zip(cells, result.shapes, strict=True)
    ]
    headers = [escape_controls(redactor.text(name) if redactor else name) for name in result.names]
    return [
        TableColumn(
            header,
            [NULL_SIGN if text is None else text for text in column],
            nulls=frozenset(at for at, text in enumerate(column) if text is None),
            is_text=shape.kind not in _NEVER_CUT and name not in result.figures,
            is_number=shape.kind in _NUMBERS or name in result.figures,
        )
        for header, name, column, shape in zip(headers, result.names, cells, result.shapes, strict=True)
    ]


def _draw_table(console: Console, columns: Sequence[TableColumn], plan: Sequence[int]) -> bool:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0), border_style="dim")
    for column, width in zip(columns, plan, strict=True):
        header = Text("\n".join(header_lines(column.header, width)))
        table.add_column(header, width=width, no_wrap=True, justify="right" if column.is_number else "left")
    cut = False
    rows = len(columns[0].cells)
    most = max(LINES_PER_CELL, LINES_PER_RESULT // max(1, rows))
    for row in range(rows):
        cells = []
        for column, width in zip(columns, plan, strict=True):
            lines, was_cut = folded(column.cells[row], width, most)
            cut = cut or was_cut
            cells.append(Text("\n".join(lines), style=_style(column, row)))
        table.add_row(*cells)
    console.print(table)
    return cut


def _draw_records(console: Console, columns: Sequence[TableColumn], width: int) -> bool:
    names = [header_lines(column.header, max(8, width // 3)) for column in columns]
    name_width = max(len(line) for lines in names for line in lines)
    value_width = max(8, width - name_width - GAP)
    cut = False
    rows = len(columns[0].cells)
    most = max(LINES_PER_FIELD, LINES_PER_RESULT // max(1, rows))
    for row in range(rows):
        title = f"── {row + 1} "
        console.print(Text(title + "─" * (width - len(title)), style="dim"), no_wrap=True)
        for name, column in zip(names, columns, strict=True):
            lines, was_cut = folded(column.cells[row], value_width, most)
            cut = cut or was_cut
            for at in range(max(len(name), len(lines))):
                value = Text(lines[at] if at < len(lines) else "", style=_style(column, row))
                label = Text((name[at] if at < len(name) else "").ljust(name_width + GAP), style="bold")
                console.print(label + value, no_wrap=True, overflow="ignore", crop=False)
    return cut


def _style(column: TableColumn, row: int) -> str:
    """Dim for NULL; states of jobs and severities in the colours that they have everywhere."""
    if row in column.nulls:
        return "dim"
    return _COLOURS.get(column.header, {}).get(column.cells[row]) or ""


def _cell_encoder(shape: Shape, redactor: Redactor | None) -> Encoder | None:
    if shape.kind in _FLOATS:
        return _short
    return text_encoder(shape, redactor)


def _with_points_aligned(cells: list[str | None]) -> list[str | None]:
    """Give the floats of a column equally many decimals; not those in scientific notation, NaN and infinities."""
    plain = [text is not None and text[-1].isdigit() and "e" not in text for text in cells]
    decimals = max(
        (len(str(text).partition(".")[2]) for text, is_plain in zip(cells, plain, strict=True) if is_plain), default=0
    )
    return [
        f"{float(text):.{decimals}f}" if text and is_plain else text
        for text, is_plain in zip(cells, plain, strict=True)
    ]


def _short(value: float | str) -> str:
    """A float for eyes: at most three decimals; very small and very large ones in scientific notation.

    >>> [_short(number) for number in (1 / 3, 2.0, 1234567.0, 0.00001234, 1e300)]
    ['0.333', '2', '1234567', '1.23e-05', '1e+300']
    """
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    if number and not 0.0005 <= abs(number) < 1e15:
        return f"{number:.3g}"
    return f"{number:.3f}".rstrip("0").rstrip(".")
