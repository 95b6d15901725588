"""Which parser gets a file: the one whose path pattern spells out most.

A pattern's *specificity* is the number of characters that every path it matches must have, letter for letter: 9 for
`^logs/sys/`, 12 for `^logs/(?:sys|user)/a\\.\\w+$` (of alternatives the shortest counts; what may be missing does not).
The highest one gets the file. Among equals the plugin nearer to the user wins (`--plugin` before installed before
built-in), then the name that comes first in the alphabet: never the order in which something happened to be loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.hookspecs import Ignored, Parser

_GAP = "\0"
"""Stands where a pattern does not spell out what the path has."""

_TOKEN = re.compile(
    r"(?P<group>\((?:\?:|\?P<\w+>|(?!\?)))"
    r"|(?P<aside>\(\?)"  # look-around, flags, conditions: nothing is spelled out by them
    r"|(?P<end>\))"
    r"|(?P<bar>\|)"
    r"|(?P<optional>(?:[*?]|\{0*(?:,\d*)?\})[?+]?)"
    r"|(?P<repeated>(?:\+|\{\d+(?:,\d*)?\})[?+]?)"
    r"|(?P<open>\[\^?\]?(?:\\.|[^\]\\])*\]|\\(?:x\w\w|u\w{4}|U\w{8}|N\{[^}]*\}|\d+|\w)|[.^$])"
    r"|\\?(?P<literal>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A parser (or note to ignore) whose pattern matches a path, and what the path says."""

    parser: Parser | None
    ignored: Ignored | None
    groups: Mapping[str, str]
    specificity: int = 0

    @property
    def claimant(self) -> Parser | Ignored:
        """Whichever of the two it is."""
        one = self.parser or self.ignored
        assert one is not None
        return one


@dataclass(frozen=True)
class Claims:
    """All that may claim a path. `distance`: how far from the user a parser's plugin is, by the parser's name."""

    parsers: Sequence[Parser]
    ignored: Sequence[Ignored]
    distance: Mapping[str, int]

    def of(self, path: str) -> Iterator[Claim]:
        """Everyone whose pattern matches a path, the one that gets the file first."""
        for needle, pattern, parser, ignored, specificity in self._in_order:
            if needle in path and (found := pattern.search(path)):  # the first look spares most of the searches
                groups = {key: value for key, value in found.groupdict().items() if value is not None}
                yield Claim(parser, ignored, groups, specificity)

    def ties(self) -> Iterator[tuple[Parser, Parser, str]]:
        """Pairs of parsers of which neither is more specific: the one that gets the file, the other, and a path or pattern."""
        first_with: dict[str, Parser] = {}
        for _, pattern, parser, _, _ in self._in_order:
            if parser and first_with.setdefault(pattern.pattern, parser) is not parser:
                yield first_with[pattern.pattern], parser, pattern.pattern
        for path in (sample.path for parser in self.parsers for sample in parser.samples):
            claims = [claim for claim in self.of(path) if claim.parser]
            for other in claims[1:]:
                if other.specificity == claims[0].specificity and claims[0].parser and other.parser:
                    yield claims[0].parser, other.parser, path

    @cached_property
    def _in_order(self) -> list[tuple[str, re.Pattern[str], Parser | None, Ignored | None, int]]:
        everyone: list[tuple[str, Parser | None, Ignored | None]] = [
            *((parser.name, parser, None) for parser in self.parsers),
            *(("", None, ignored) for ignored in self.ignored),
        ]
        ordered = []
        for name, parser, ignored in everyone:
            claimant = parser or ignored
            assert claimant is not None
            specificity, needle = spelled_out(claimant.path)
            rank = (-specificity, parser is None, self.distance.get(name, 0), name, claimant.path)
            ordered.append((rank, (needle, re.compile(claimant.path), parser, ignored, specificity)))
        return [entry for _, entry in sorted(ordered, key=lambda one: one[0])]


def spelled_out(pattern: str) -> tuple[int, str]:
    """A path pattern's specificity, and the longest text that every path it matches holds.

    >>> spelled_out(r"^logs/(?P<node>[^/]+)/usage\\.csv$")
    (15, '/usage.csv')
    """
    flags = re.compile(pattern).flags
    if flags & re.VERBOSE:
        return 0, ""  # blanks and comments: not what the path has
    certain, count = _read(_TOKEN.finditer(pattern))
    return count, "" if flags & re.IGNORECASE else max(certain.split(_GAP), key=len)


def _read(tokens: Iterator[re.Match[str]]) -> tuple[str, int]:
    """A group up to its end: the text that is certain, with gaps, and how many characters are spelled out."""
    alternatives: list[tuple[str, int]] = []
    parts: list[tuple[str, int]] = []
    for token in tokens:
        match token.lastgroup:
            case "literal":
                parts.append((token["literal"], 1))
            case "group":
                parts.append(_read(tokens))
            case "aside":
                _read(tokens)
                parts.append((_GAP, 0))
            case "optional":
                parts[-1:] = [(_GAP, 0)]
            case "bar":
                alternatives.append(_joined(parts))
                parts = []
            case "end":
                break
            case _:
                parts.append((_GAP, 0))
    alternatives.append(_joined(parts))
    return alternatives[0] if len(alternatives) == 1 else (_GAP, min(count for _, count in alternatives))


def _joined(parts: Sequence[tuple[str, int]]) -> tuple[str, int]:
    return "".join(text for text, _ in parts), sum(count for _, count in parts)
