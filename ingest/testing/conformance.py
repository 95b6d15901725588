"""The conformance kit as tests for pytest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest

from ingest.hookspecs import Parser
from ingest.testing import batch_checks, contract_checks, damage_checks, record_checks


class ParserConformance:
    """What every parser must hold, as tests: subclass it and name the parsers.

    `parsers` is what `ingest_parsers()` gives, or any list of parsers; files that are only ignored may be in it. Each test is
    run for each parser, against its own samples, damaged in ways that are the same in every run. A test that does not fit
    can be overridden or marked like any other.
    """

    parsers: ClassVar[Iterable[Any]] = ()

    def __init_subclass__(cls) -> None:
        cls.parsers = list(cls.parsers)  # a hook may be a generator

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Runs each test for each parser; pytest calls this."""
        if "parser" in metafunc.fixturenames:
            parsers = [one for one in self.parsers if hasattr(one, "samples") or not hasattr(one, "reason")]
            metafunc.parametrize("parser", parsers, ids=lambda parser: str(getattr(parser, "name", parser)))

    def test_is_described(self, parser: Parser) -> None:
        """It has all parts of a parser, a valid path pattern, free table names, and samples."""
        _expect(contract_checks.described(parser))

    def test_claims_its_samples(self, parser: Parser) -> None:
        """Each sample's path is claimed by this parser and, as specific, by no other that is there."""
        _expect(contract_checks.claimed(parser, list(self.parsers)))

    def test_tells_every_record(self, parser: Parser) -> None:
        """Records and rejects are as many as each sample says."""
        _expect(record_checks.records(parser))

    def test_keeps_to_its_tables(self, parser: Parser) -> None:
        """Tables, columns and types are those declared."""
        _expect(contract_checks.typed(parser))

    def test_numbers_lines(self, parser: Parser) -> None:
        """`line_no` is the first line of a record, and rejects are where they say."""
        _expect(record_checks.lines(parser))

    def test_reads_both_line_ends(self, parser: Parser) -> None:
        """CR LF and LF say the same."""
        _expect(record_checks.line_ends(parser))

    def test_reads_the_same_again(self, parser: Parser) -> None:
        """Reading again gives the same."""
        _expect(batch_checks.again(parser))

    def test_reads_alone_as_in_a_batch(self, parser: Parser) -> None:
        """One file at a time gives what all at once give."""
        _expect(batch_checks.batched(parser))

    def test_reads_in_pieces_as_whole(self, parser: Parser) -> None:
        """A large file comes in pieces, cut by the parser; nothing changes."""
        _expect(batch_checks.in_pieces(parser))

    def test_may_be_cut_anywhere(self, parser: Parser) -> None:
        """A file that is still written: never an exception, and no record lost but the cut one."""
        _expect(damage_checks.cut_anywhere(parser))

    def test_may_hold_bad_bytes(self, parser: Parser) -> None:
        """Bad bytes anywhere: never an exception, and nothing lost before them."""
        _expect(damage_checks.bad_bytes(parser))

    def test_may_be_spliced(self, parser: Parser) -> None:
        """Two files run together: never an exception, and nothing lost of either but at the seam."""
        _expect(damage_checks.spliced(parser))


def _expect(problems: Iterator[str]) -> None:
    """Fails a test with what is wrong; the traceback would only show this kit."""
    if found := list(problems):
        pytest.fail("\n".join(found), pytrace=False)
