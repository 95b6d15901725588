"""All checks of the kit on one parser, without pytest."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence

from ingest.hookspecs import Parser
from ingest.testing import declared, kept, together, told

_CHECKS: tuple[Callable[[Parser], Iterator[str]], ...] = (
    told.records,
    declared.typed,
    told.lines,
    told.line_ends,
    together.again,
    together.batched,
    together.in_pieces,
    kept.cut_anywhere,
    kept.bad_bytes,
    kept.spliced,
)
"""Each gives what is wrong with a parser, in words that say what to do."""


def check_parser(parser: Parser, beside: Sequence[object] = ()) -> list[str]:
    """What is wrong with a parser, each with what to do about it; empty if nothing is.

    `beside`: what else its plugin offers, so that a file that two of them claim is found.
    """
    problems = list(declared.described(parser))
    if problems:  # no use in trying it
        return problems
    problems += declared.claimed(parser, beside)
    for check in _CHECKS:
        try:
            problems += check(parser)
        except (Exception, SystemExit) as error:  # whatever a parser may raise
            place = traceback.extract_tb(error.__traceback__)[-1]
            problems.append(f"parse() raises {error!r} ({place.filename}, line {place.lineno}); it must never raise")
    return problems
