"""What stands around the cursor of an unfinished query: enough of SQL to know which names may come next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      (?P<comment>--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))
    | (?P<text>'(?:[^']|'')*(?:'|\Z))
    | (?P<name>"(?:[^"]|"")*(?:"|\Z)|[^\W\d]\w*)
    | (?P<other>[\d.]*\d\w*|\S)
    """,
    re.VERBOSE | re.DOTALL,
)
_FROM = frozenset(("FROM", "JOIN", "DESCRIBE", "SUMMARIZE", "TABLE"))
_CLAUSES = _FROM | {
    *("SELECT", "WHERE", "ON", "USING", "GROUP", "ORDER", "HAVING", "QUALIFY", "LIMIT", "WINDOW", "VALUES", "SET"),
    *("UNION", "INTERSECT", "EXCEPT"),
}
_NO_ALIAS = _CLAUSES | {
    *(
        "LEFT",
        "RIGHT",
        "FULL",
        "INNER",
        "CROSS",
        "NATURAL",
        "ASOF",
        "SEMI",
        "ANTI",
        "POSITIONAL",
        "LATERAL",
        "AS",
        "BY",
    ),
    *("OFFSET", "PIVOT", "UNPIVOT", "TABLESAMPLE", "AT"),
}


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """In upper case, as words of SQL are compared."""
        return self.text.upper()

    @property
    def called(self) -> str:
        """The name that it is, without quotes and in lower case: names are the same in both."""
        return self.text.removeprefix('"').removesuffix('"').replace('""', '"').lower()


@dataclass(frozen=True, slots=True)
class CursorContext:
    """Where the cursor is."""

    typed: str
    """The beginning of the name before the cursor, without a quote."""
    quoted: bool
    """Whether it begins with a quote."""
    is_silent: bool = False
    """In a text, a comment or a number, where no name stands."""
    wants_relation: bool = False
    owner: str | None = None
    """What stands before the dot: a table's name or alias."""
    sources: tuple[tuple[str, str], ...] = ()
    """What the query reads, as (alias, table)."""
    ctes: tuple[str, ...] = ()

    def tables_of(self, owner: str) -> list[str]:
        """The tables that a name before a dot may mean."""
        return [table for alias, table in self.sources if alias == owner] or [owner]


def place_in(text: str, cursor: int) -> CursorContext:
    """Reads the statement in which the cursor is."""
    tokens = [_Token(str(found.lastgroup), found[0], *found.span()) for found in _TOKEN.finditer(text)]
    inside = next((one for one in tokens if one.start < cursor <= one.end), None)
    typed, quoted, at = "", False, cursor
    if inside is not None and _is_silent(inside, cursor):
        return CursorContext("", False, is_silent=True)
    if inside is not None and inside.kind == "name":
        quoted, at = inside.text.startswith('"'), inside.start
        if quoted and (len(inside.text) == 1 or not inside.text.endswith('"')):
            return place_in(f'{text[:cursor]}"{text[cursor:]}', cursor)  # what follows is no part of the name
        typed = text[at + quoted : cursor]
    told = [one for one in tokens if one.kind != "comment"]
    ends = [one.start for one in told if one.text == ";"]
    first = max((end for end in ends if end < at), default=-1)
    last = min((end for end in ends if end >= at), default=len(text))
    told = [one for one in told if first < one.start < last]
    before = [one for one in told if one.end <= at]
    rest = [one for one in told if one is not inside or one.end <= at]
    owner = None
    if before and before[-1].text == "." and before[-1].end == at:
        owner = before[-2].called if len(before) > 1 and before[-2].kind == "name" else ""
    return CursorContext(
        typed,
        quoted,
        wants_relation=_wants_relation(before),
        owner=owner,
        sources=tuple(_sources(rest)),
        ctes=tuple(_ctes(rest)),
    )


def _is_silent(token: _Token, cursor: int) -> bool:
    """Whether the cursor is in something that is no name."""
    if token.kind == "comment":
        return token.text.startswith("--") or cursor < token.end or not token.text.endswith("*/")
    if token.kind == "text":
        return cursor < token.end or len(token.text) == 1 or not token.text.endswith("'")
    return token.kind == "other" and token.text[-1].isalnum()


def _wants_relation(before: Sequence[_Token]) -> bool:
    """Whether a table comes next: after FROM and JOIN, and after a comma in such a list."""
    if not before:
        return False
    if before[-1].kind == "name":
        return before[-1].word in _FROM
    if before[-1].text != ",":
        return False
    depth = 0
    for token in reversed(before):
        depth += {")": 1, "(": -1}.get(token.text, 0)
        if depth < 0:
            return False
        if depth == 0 and token.kind == "name" and token.word in _CLAUSES:
            return token.word in _FROM
    return False


def _sources(tokens: Sequence[_Token]) -> Iterator[tuple[str, str]]:
    """The tables that stand after FROM, JOIN and commas between them, with their aliases."""
    at = 0
    while at < len(tokens):
        if tokens[at].kind != "name" or tokens[at].word not in _FROM:
            at += 1
            continue
        at += 1
        while at < len(tokens) and tokens[at].kind == "name" and tokens[at].word not in _NO_ALIAS:
            table = tokens[at].called
            at += 1
            while at + 1 < len(tokens) and tokens[at].text == "." and tokens[at + 1].kind == "name":
                table = tokens[at + 1].called
                at += 2
            if at < len(tokens) and tokens[at].word == "AS":
                at += 1
            alias = table
            if at < len(tokens) and tokens[at].kind == "name" and tokens[at].word not in _NO_ALIAS:
                alias = tokens[at].called
                at += 1
            yield alias, table
            if at < len(tokens) and tokens[at].text == ",":
                at += 1


def _ctes(tokens: Sequence[_Token]) -> Iterator[str]:
    """The names that a WITH gives to queries."""
    for name, as_, opening in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if name.kind == "name" and as_.word == "AS" and opening.text == "(":
            yield name.called
