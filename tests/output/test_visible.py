"""Log text on a terminal: nothing in it steers or hides."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.output import escape_controls, visible_lines
from ingest.output.encode import json_string

HIDING = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x61C, 0xAD, 0xFEFF, 0x2028, 0xE0041]


@given(st.text(st.characters()))
def test_no_control_character_is_left(text: str) -> None:
    """No control, format or surrogate character is in the result, and printable text is untouched."""
    shown = escape_controls(text)
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cs") or ord(char) in HIDING]
    if all(char.isprintable() for char in text):
        assert shown == text
    assert escape_controls(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc", "a⏎b→c"),
        ("a\rb", "a\\x0db"),
        ("\x7f\x80\x9b", "\\x7f\\x80\\x9b"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("Grüße 你好 🎉 \xa0", "Grüße 你好 🎉 \xa0"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    """Escapes look like those of Python, newlines and tabs are signs."""
    assert escape_controls(text) == shown


def test_lines_are_kept() -> None:
    """`visible_lines` keeps line breaks and tabs, for messages of several lines."""
    assert visible_lines("a\n\tb\x1b") == "a\n\tb\\x1b"


@given(st.text(st.characters()))
def test_json_strings(text: str) -> None:
    """A JSON string is the same text to a reader, and safe to print."""
    quoted = json_string(text)
    assert json.loads(quoted) == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert escape_controls(quoted) == quoted
