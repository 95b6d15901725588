"""How wide each column of a table becomes, and what of a text fits into it; measured in terminal cells.

Numbers, times and other short forms are never cut. Text gives way first, down to a width at which it can still be
read; when even that does not fit, there is no table (`widths` says None) and the records are shown one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells, set_cell_size

from ingest.output.escape import NEWLINE_SIGN

GAP = 2
READABLE = 20
CUT_SIGN = "…"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column as it will be shown: header and cells are one-line texts, safe to print; `nulls` are rows."""

    header: str
    cells: Sequence[str]
    nulls: frozenset[int] = frozenset()
    is_text: bool = True
    is_number: bool = False


def widths(columns: Sequence[TableColumn], total: int) -> list[int] | None:
    """Return the width of each column so that all stand in `total` cells; None if they cannot."""
    longest = [max(map(cell_len, column.cells), default=0) for column in columns]
    headers = [cell_len(column.header) for column in columns]
    smallest = [
        max(min(_longest_part(column.header), READABLE), min(cells, READABLE) if column.is_text else cells)
        for column, cells in zip(columns, longest, strict=True)
    ]
    wanted = [max(pair) for pair in zip(longest, headers, strict=True)]
    room = total - GAP * (len(columns) - 1)
    if sum(smallest) > room:
        return None
    # the widest limit that fits: all columns may grow to it, none beyond what it needs
    low, high = 0, total
    while low < high:
        limit = (low + high + 1) // 2
        if sum(_within(limit, smallest, wanted)) <= room:
            low = limit
        else:
            high = limit - 1
    return _within(low, smallest, wanted)


def folded(text: str, width: int, lines: int) -> tuple[list[str], bool]:
    """Fold the text to lines of `width` cells, at its own line breaks (⏎) and else at blanks if it can.

    Returns at most `lines` lines, and whether there were more.
    """
    if cell_len(text) <= width:
        return [text], False
    result: list[str] = []
    rest = text
    while rest and len(result) < lines:
        line = chop_cells(rest[: width + 1], width)[0]
        if (sign := line.find(NEWLINE_SIGN)) >= 0:
            line = line[: sign + 1]
            rest = rest[len(line) :]  # with the indentation of the next line
        else:
            if len(line) < len(rest) and rest[len(line)] != " " and (blank := line.rfind(" ")) > len(line) // 2:
                line = line[:blank]
            rest = rest[len(line) :].lstrip(" ")
        result.append(line.rstrip(" "))
    if rest:
        result[-1] = set_cell_size(result[-1], min(cell_len(result[-1]), width - 1)) + CUT_SIGN
    return result, bool(rest)


def header_lines(name: str, width: int) -> list[str]:
    """Fold a column's name to `width`, after underscores, hyphens and blanks where it has them."""
    lines = [""]
    for part in _parts(name):
        if cell_len(lines[-1] + part) <= width or not lines[-1]:
            lines[-1] += part
        else:
            lines.append(part)
    return [piece.rstrip() for line in lines for piece in (chop_cells(line, width) or [""])]


def _within(limit: int, smallest: Sequence[int], wanted: Sequence[int]) -> list[int]:
    return [max(small, min(limit, want)) for small, want in zip(smallest, wanted, strict=True)]


def _longest_part(name: str) -> int:
    return max(map(cell_len, _parts(name)), default=0)


def _parts(name: str) -> list[str]:
    return re.findall(r"[^_ -]*[_ -]+|[^_ -]+", name)
