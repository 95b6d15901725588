"""Text as it was before it was quoted: JSON and `repr` without their escapes, lists of arguments as command lines.

Secrets are looked for in such texts too. `Unquoted` knows where each of its characters stands in the text as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ESCAPE = re.compile(r"""\\(?:["'/\\nrt]|u(?P<code>[0-9a-fA-F]{4}))""")
_SIGNS_OF_ESCAPES = ('\\"', "\\'", "\\n", "\\u00")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}

_ELEMENT = r"""(?:[bu]?'[^'\n]{0,500}'|[bu]?"[^"\n]{0,500}")"""
_LIST = re.compile(rf"[\[(](?P<words>{_ELEMENT}(?:,\s{{0,40}}{_ELEMENT})++)")
_BETWEEN = re.compile(r"""(?P<q>["']),\s{0,40}[bu]?["']|(?P<blank>[ \t])""")
SIGNS_OF_ARGUMENTS = (" '-", "','-", ' "-', '","-', ' \\"-', '\\",\\"-')
"""One of these is in each list of arguments that has an option, also where it is quoted once more."""
_OPTION = re.compile(r"""["'],\s{0,40}[bu]?["']-""")
_WITHIN = "\xa0"
"""A blank within an argument: no rule takes it for one."""


@dataclass(frozen=True, slots=True)
class Unquoted:
    """A text, or a part of it, in which one character stands for each escape."""

    text: str
    _start: int
    """Where it begins in the text as it is."""
    _at: list[int]
    """Where characters stand in `text` that were longer."""
    _longer: list[int]
    """By how much they were longer, all together up to here."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of it stands in the text as it is."""
        return self._place(start), self._place(end)

    def _place(self, at: int) -> int:
        before = bisect_left(self._at, at)
        return self._start + at + (self._longer[before - 1] if before else 0)


def unescaped(text: str) -> Unquoted | None:
    """The text with its escapes undone once; None if it has none."""
    if "\\" not in text or not any(sign in text for sign in _SIGNS_OF_ESCAPES):
        return None
    return _replaced(text, 0, ((*match.span(), _meant(match)) for match in _ESCAPE.finditer(text)))


def command_lines(text: str) -> Iterator[Unquoted]:
    """Lists of arguments (`['sqlcmd', '-P', 'x']`) as the command lines that they are, one blank between two words."""
    if "'-" not in text and '"-' not in text:
        return
    for words in _LIST.finditer(text):
        if _OPTION.search(words["words"]):
            first = words.start("words") + words["words"].find(words["words"][-1]) + 1
            inner = text[first : words.end() - 1]
            ends = ((*match.span(), " " if match["q"] else _WITHIN) for match in _BETWEEN.finditer(inner))
            yield _replaced(inner, first, ends)


def _meant(escape: re.Match[str]) -> str:
    if escape["code"]:
        return chr(int(escape["code"], 16))
    return _PLAIN.get(escape[0][1], escape[0][1])


def _replaced(text: str, start: int, parts: Iterable[tuple[int, int, str]]) -> Unquoted:
    """A text with a single character in place of some of its parts, which come in order."""
    pieces: list[str] = []
    at: list[int] = []
    longer: list[int] = []
    done = more = 0
    for begin, end, one in parts:
        pieces += text[done:begin], one
        at.append(begin - more)
        more += end - begin - 1
        longer.append(more)
        done = end
    return Unquoted("".join([*pieces, text[done:]]), start, at, longer)
