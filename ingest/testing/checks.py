"""All checks of the kit on one parser, without pytest."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence

from ingest.hookspecs import Parser
from ingest.testing import batch_checks, contract_checks, damage_checks, record_checks

CHECKS: tuple[Callable[[Parser], Iterator[str]], ...] = (
    record_checks.records,
    contract_checks.typed,
    record_checks.lines,
    record_checks.line_ends,
    batch_checks.again,
    batch_checks.batched,
    batch_checks.in_pieces,
    damage_checks.cut_anywhere,
    damage_checks.bad_bytes,
    damage_checks.spliced,
)
"""Each gives what is wrong with a parser, in words that say what to do."""


def check_parser(parser: Parser, beside: Sequence[object] = ()) -> list[str]:
    """What is wrong with a parser, each with what to do about it; empty if nothing is.

    `beside`: what else its plugin offers, so that a file that two of them claim is found.
    """
    problems = list(contract_checks.described(parser))
    if problems:  # no use in trying it
        return problems
    problems += contract_checks.claimed(parser, beside)
    for check in CHECKS:
        try:
            problems += check(parser)
        except (Exception, SystemExit) as error:  # whatever a parser may raise
            place = traceback.extract_tb(error.__traceback__)[-1]
            problems.append(f"parse() raises {error!r} ({place.filename}, line {place.lineno}); it must never raise")
    return problems
