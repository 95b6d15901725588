"""Log text made safe to look at: every character that could steer a terminal or hide is shown as an escape.

Log lines are untrusted. Printed raw, ESC moves the cursor, recolours or retitles the terminal, a carriage return
overwrites what stood on the line, bidi controls reorder it, zero-width characters hide in it. Shown as `\\x1b` or
`\\u202e` they are harmless and seen. The mapping is for eyes and not reversible (a text that really holds a backslash
and `x1b` looks the same); data for programs goes through the CSV and JSON writers, which keep it exact.
"""

from __future__ import annotations

import re

NEWLINE_SIGN = "⏎"
TAB_SIGN = "→"

# C0 with DEL, C1, soft hyphen, Arabic letter mark, Mongolian vowel separator, zero-width and bidi marks, line and
# paragraph separators, invisible operators and isolates, byte order mark, interlinear marks, lone surrogates, tags.
# Every one of them is unprintable for `str.isprintable`, which is the fast way out for clean text.
_STEERING = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e0fff"
)
_HOSTILE = re.compile(f"[{_STEERING}]")
_HOSTILE_OR_SPACE = re.compile(rf"[{_STEERING}\t\n]")


def escape_controls(text: str) -> str:
    """Return the text on one line: newlines as ⏎, tabs as →, everything that steers or hides as an escape.

    >>> print(visible("a\\x1b[31mb\\n\\u202ec"))
    a\\x1b[31mb⏎\\u202ec
    """
    return text if text.isprintable() else _HOSTILE_OR_SPACE.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Return the text as `escape_controls` does, but with its newlines and tabs kept (CSV on a terminal, long messages)."""
    return text if text.isprintable() else _HOSTILE.sub(_escape, text)


def json_escaped(quoted: str) -> str:
    """Return a JSON string literal with the hostile characters as `\\uXXXX`: the same value, safe to print."""
    return quoted if quoted.isprintable() else _HOSTILE.sub(_json_escape, quoted)


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char == "\n":
        return NEWLINE_SIGN
    if char == "\t":
        return TAB_SIGN
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
