"""One notation of durations, shares and lists, and text that wraps between words."""

from __future__ import annotations

import pytest

from ingest.output.wording import clock, duration, percent, shorten, some, wrap


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (12.54, "12.5 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (223, "3 min 43 s"),
        (600, "10 min"),
        (3599.6, "1 h"),
        (3720, "1 h 2 min"),
        (86_400, "24 h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    """Units are words, and no two notations are mixed."""
    assert duration(seconds) == text


def test_others() -> None:
    """Tables have one form of times; shares have a blank before the sign."""
    assert clock(223) == "0:03:43"
    assert percent(0.026) == "2.6 %"
    assert (some(["a", "b"], 2), some(["a", "b", "c"], 2)) == ("a, b", "a, b and 1 more")


def test_wrap() -> None:
    """By words, in as many lines as are wanted; long words are broken only where that is wanted."""
    assert wrap("one two-three four", 12, "- ", "  ") == ["- one", "  two-three", "  four"]
    assert wrap("a b c d e f", 3, lines=2) == ["a b", "c …"]
    assert wrap("abcdefgh", 4) == ["abcd", "efgh"]
    assert wrap("abcdefgh", 4, break_words=False) == ["abcdefgh"]
    assert wrap("", 10, "x: ") == ["x:"]


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("it fits", 7, "it fits"),
        ("cut between two words", 14, "cut between …"),
        ("cut between two words", 16, "cut between …"),
        ("a-name-without-a-blank", 8, "a-name-…"),
        ("at /a/path/that/is/longer/than/thirty/characters", 44, "at /a/path/that/is/longer/than/thirty/chara…"),
    ],
)
def test_shorten(text: str, width: int, short: str) -> None:
    """By words; of a word that is too long for it its beginning."""
    assert shorten(text, width) == short
    assert len(short) <= width
