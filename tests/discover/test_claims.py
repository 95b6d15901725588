"""Which of several patterns gets a file: the one that spells out most; and the quick way to find it changes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import LineParser, Sample
from ingest.model import LOG_RECORDS
from ingest.plugin.claims import Claims, spelled_out
from ingest.plugin.registry import PluginOptions, load_registry

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry

BUILT_IN = load_registry(PluginOptions(installed=False))
PATTERNS = [parser.path for parser in BUILT_IN.parsers.values()] + [ignored.path for ignored in BUILT_IN.ignored]
HARD_PATTERNS = [
    r"a\.b+c",
    r"^logs/(?:sys|user)/(?P<node>\d+)/x{0,2}y{2}\.txt$",
    r"(?i)^LOGS/abc",
    r"(?x) ^ logs /",
    r"^(?!logs/old)logs/(a|bc|)(?=d)d",
    r"[]a]b[^]c]\x41\u0042c??d",
    r"\(\?P<x>\[a\]",
    r"(?P<half>ab)(?P=half)c",
    r"(?:(?:ab)?cd)*?e",
]


def parser(name: str, path: str, sample: str = "logs/a.txt") -> LineParser:
    """A parser of which only name and paths matter."""
    samples = [Sample(sample, "a\n", 1)]
    return LineParser(name=name, kind="k", path=path, head=r"^(?P<message>.+)$", table=LOG_RECORDS, samples=samples)


@pytest.mark.parametrize(
    ("pattern", "specificity", "needle"),
    [
        (r"^logs/sys/", 9, "logs/sys/"),
        (r"^logs/(?P<node>[^/]+)/usage\.csv$", 15, "/usage.csv"),
        (r"^logs/(?:sys|user)/a\.\w+$", 11, "logs/"),
        (r"^logs/(?:sys/)?perf/", 10, "logs/"),
        (r"ab+c", 3, "ab"),
        (r"ab{0,3}c", 2, "a"),
        (r"a|bc", 1, ""),
        (r"(?i)abc", 3, ""),
        (r"(?x) a b", 0, ""),
        (r".*", 0, ""),
    ],
)
def test_specificity(pattern: str, specificity: int, needle: str) -> None:
    """It is what every path must have: the shortest alternative counts, what may be missing does not."""
    assert spelled_out(pattern) == (specificity, needle)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [*PATTERNS, *HARD_PATTERNS])
@given(data=st.data())
def test_specificity_is_no_more_than_what_paths_have(pattern: str, data: st.DataObject) -> None:
    """Whatever a pattern matches is as long as its specificity at least, and holds its needle."""
    path = data.draw(st.from_regex(pattern))
    specificity, needle = spelled_out(pattern)
    assert len(path) >= specificity
    assert needle in path


FOLDERS = sorted(
    {part for one in BUILT_IN.parsers.values() for sample in one.samples for part in sample.path.split("/")}
)
PATHS = st.lists(st.sampled_from([*FOLDERS, "logs", "sys", "0", "x.txt", ""]), min_size=1, max_size=6).map("/".join)
SAMPLES = st.sampled_from([sample.path for one in BUILT_IN.parsers.values() for sample in one.samples])


@given(path=PATHS | SAMPLES)
def test_claims_are_those_of_all_patterns(path: str) -> None:
    """The quick look before each search loses nobody, and the most specific comes first."""
    claims = list(BUILT_IN.claims(path))
    told = {(claim.parser or claim.ignored).path for claim in claims}  # type: ignore[union-attr]  # one of them is there
    assert told == {pattern for pattern in PATTERNS if re.search(pattern, path)}
    assert claims == sorted(claims, key=lambda claim: -claim.specificity)
    first = BUILT_IN.claim(path)
    assert first == (claims[0] if claims else None)


def test_built_in_parsers_share_no_file(registry: Registry) -> None:
    """No sample of ours is claimed by two parsers alike, and each is claimed by its own parser first."""
    assert not list(registry.ties())
    for one in registry.parsers.values():
        for sample in one.samples:
            claim = registry.claim(sample.path)
            assert claim
            assert claim.parser is one


def test_rule_among_equals() -> None:
    """The plugin nearer to the user gets the file, then the name that comes first; whatever the order."""
    ours, theirs, other = (
        parser(name, rf"^logs/{dot}\.txt$") for name, dot in (("b", "."), ("a", r"\w"), ("c", "[a]"))
    )
    for order in ([ours, theirs, other], [other, theirs, ours]):
        distance = {"b": 0, "a": 2, "c": 0}
        claims = Claims(order, [], distance)
        assert [claim.parser for claim in claims.of("logs/a.txt")] == [ours, other, theirs]
        assert {(winner.name, loser.name) for winner, loser, _ in claims.ties()} == {("b", "c"), ("b", "a")}
