"""Secrets in the columns of a table that is text: a line of names, one of them `password`, and lines of values below it.

Tables of Markdown, of databases and of boxes (`|`, `│`), files of CSV, TSV and semicolons, and columns that blanks align.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SIGN = re.compile(r"passw|pwd|passphrase|kennwort|secret|token|[_\-. ]?key\b", re.IGNORECASE)
_STRONG = re.compile(r"(?:[\w.\-]{1,40}[_\-. ])?(?:password|passwd|pwd|passphrase|passwort|kennwort)", re.I | re.A)
_WEAK = re.compile(
    r"(?:[\w.\-]{1,40}[_\-. ])?(?:secret|token|(?:api|access|secret|account|storage|private|auth|client|shared)"
    r"[_\-. ]?(?:access[_\-. ]?)?(?:key|secret|token))",
    re.I | re.A,
)
"""Such columns have other things too, as tokens of words: a value there must look like a secret."""
_NAME = re.compile(r"[\"']?(?:[A-Za-z_#][\w.\-#/()% ]{0,40})?[\"']?", re.A)
_RULER = re.compile(r"[\s|+:=\-\u2500-\u257f]*[|+=\-\u2500-\u257f]{2}[\s|+:=\-\u2500-\u257f]*")
_BARS = re.compile("[|│┃┆]")
_CELLS = {
    "|": re.compile(r"(?P<cell>[^|│┃┆\n]*)(?:[|│┃┆]|$)"),
    **{sign: re.compile(rf"""(?P<cell>[ ]*"(?:[^"\n]|"")*"[ ]*|[^{sign}\n]*)(?:{sign}|$)""") for sign in "\t;,"},
    "  ": re.compile(r"(?P<cell>\S+(?: \S+)*)(?:[ ]*)"),
}
"""Cells by what is between them."""
_STATE = re.compile(
    r"yes|no|true|false|none|null|nil|nan|n/?a|(?:not )?set|unset|empty|ok|required|optional|expired?|wrong|(?:in)?valid"
    r"|missing|(?:un)?changed|unknown|hidden|masked|redacted|enabled|disabled|default|pass(?:ed)?|fail(?:ed)?"
    r"|string|text|str|bytes|varchar|char|object|int(?:eger)?|bool(?:ean)?|float|double|date|timestamp"
    r"|[\d.,:%+\-]{1,12}|<[^<>]*>|\[[^\[\]]*\]|\([^()]*\)|\{\{?[^{}]*\}\}?|\$[({]?\w+[)}]?|%\w+%|x{3,}|\W*"
    r"|[\w.]{0,40}(?:password|secret|token|key)",
    re.I | re.A,
)
"""What says something of a secret, and is none."""
_CHOSEN = re.compile(r"(?=\S*[A-Za-z])(?=\S*[\d!@#$^*~])\S{6,256}")
_RANDOM = re.compile(r"(?:[\w.\-+/=~]{0,60}?(?:\d[A-Za-z]|[A-Za-z]\d)){2}[\w.\-+/=~]*")
_LONGEST = 4_000
"""Characters of a line of a table."""
_LINE = re.compile(r"(?P<line>(?:(?!(?:\\r)?\\n)[^\n])*+)(?:\n|(?:\\r)?\\n|\Z)")
"""A line, also of a text that is quoted in JSON."""


@dataclass(frozen=True, slots=True)
class _Table:
    sign: str
    cells: int
    secret: tuple[tuple[int, int, int, bool], ...]
    """Of each column of secrets: its number, where its name stands, and whether a value must look like a secret."""
    named: bool
    """Whether the first cell is a name too, and not what stands before each line of a log."""


class SecretColumns:
    """Finds the values of secret columns in lines that follow each other."""

    def __init__(self) -> None:
        self._table: _Table | None = None
        self._ruled = False
        """Whether a ruler was seen beside the line of names."""
        self._after_ruler = False

    @property
    def is_open(self) -> bool:
        """Whether the next line may be one of the table's."""
        return self._table is not None

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where secrets are in the next line."""
        line = line.rstrip("\r")
        if len(line) > _LONGEST:
            self._table = None
            return []
        if _RULER.fullmatch(line):
            self._ruled = self._after_ruler = True
            return []
        found = self._row(line) if self._table else None
        if found is None:
            self._table = _header(line)
            self._ruled = self._after_ruler
        self._after_ruler = False
        return found or []

    def _row(self, line: str) -> list[tuple[int, int]] | None:
        """Secrets of a row; None if the line is no row of the table."""
        table = self._table
        assert table is not None
        cells = _cells(line, table.sign)
        aligned = table.sign == "  "
        if not table.named and not self._ruled:
            return None
        if len(cells) != table.cells and not (aligned and len(cells) == table.cells + 1):
            return None
        found = []
        for number, start, end, weak in table.secret:
            inside = [cell for cell in cells if cell[0] < end and cell[1] > start] if aligned else [cells[number]]
            if len(inside) == 1 and _is_secret(line[slice(*inside[0])], table.sign, weak, self._ruled):
                start, end = inside[0]
                quoted = end - start > 2 and line[start] == line[end - 1] and line[start] in "\"'`"
                found.append((start + quoted, end - quoted))
        return found


def column_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the values of secret columns are in a text of several lines."""
    if "\n" not in text and "\\n" not in text:
        return
    done = 0
    for sign in _SIGN.finditer(text):
        if sign.start() < done:
            continue
        escaped = text.rfind("\\n", done, sign.start())
        start = max(text.rfind("\n", done, sign.start()) + 1, escaped + 2 if escaped >= 0 else done)
        field = text.rfind('": "', start, sign.start())
        start = field + 4 if field >= 0 else start  # a text in a field of JSON
        columns = SecretColumns()
        least = max(0, start - 400)  # a ruler above the names is no longer
        above = max(
            text.rfind("\n", least, max(0, start - 1)) + 1,
            text.rfind("\\n", least, max(0, start - 2)) + 2 * (start > 2),
        )
        if ruler := _LINE.search(text, max(least, above), start):
            columns.spans(ruler["line"])
        for line in _LINE.finditer(text, start):
            for begin, end in columns.spans(line["line"]):
                yield line.start() + begin, line.start() + end
            done = line.end()
            if not columns.is_open:
                break


def may_begin(text: str) -> bool:
    """Whether a line of a text may be one of names, of which one is a secret's."""
    return any(_header(line) for line in text.split("\n") if _SIGN.search(line) and len(line) < _LONGEST)


def _header(line: str) -> _Table | None:
    if not _SIGN.search(line):
        return None
    sign = "|" if _BARS.search(line) else next((sign for sign in "\t;," if sign in line), "  ")
    cells = _cells(line, sign)
    names = [line[start:end].strip("\"'") for start, end in cells]
    if len([name for name in names if name]) < 2 or not all(_NAME.fullmatch(name) for name in names[sign == "|" :]):
        return None
    if sign in ",;" and any(" " in name for name in names):
        return None
    secret = tuple(
        (number, *cells[number], _STRONG.fullmatch(name) is None)
        for number, name in enumerate(names)
        if _STRONG.fullmatch(name) or _WEAK.fullmatch(name)
    )
    return _Table(sign, len(cells), secret, _NAME.fullmatch(names[0]) is not None) if secret else None


def _cells(line: str, sign: str) -> list[tuple[int, int]]:
    """Where the cells of a line are, without the blanks around them."""
    found = []
    for match in _CELLS[sign].finditer(line):
        start, end = match.span("cell")
        cell = match["cell"]
        found.append((start + len(cell) - len(cell.lstrip()), max(start, end - len(cell) + len(cell.rstrip()))))
        if match.end() == len(line):
            break
    return found


def _is_secret(cell: str, sign: str, weak: bool, ruled: bool) -> bool:
    value = cell.strip("\"'`")
    if not value or _STATE.fullmatch(value):
        return False
    if weak:
        return len(value) >= 12 and _RANDOM.fullmatch(value) is not None
    return bool(_CHOSEN.fullmatch(value)) if sign == "  " or (sign == "|" and not ruled) else len(value) >= 3
