"""Text as a reader sees it: without colours and invisible characters, and with long tokens that were wrapped joined.

Secrets are looked for in such texts too. `Seen` knows where each of its characters stands in the text as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

_ESCAPE = r"(?:\x1b|\\u001b|\\x1b|\\033|\\e|\x9b)"
_INVISIBLE = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_HIDDEN = re.compile(
    rf"{_ESCAPE}\[[0-?]{{0,40}}[ -/]{{0,4}}[@-~]|\x1b\][^\x07\x1b\n]{{0,400}}(?:\x07|\x1b\\)|\x1b[@-Z\\-_]"
    rf"|[{_INVISIBLE}]+"
)
_SIGN_OF_HIDDEN = re.compile(f"[{_INVISIBLE}\x9b]")
_ESCAPED = ("\\u001b", "\\x1b", "\\033", "\\e[")

_TOKEN = r"[A-Za-z0-9+/=_.%~\-]"
_TOKEN_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_.%~-"
# behind a line break within a token come characters of tokens only, up to the end of the line or of the value
_NEXT = (
    rf"[ \t>|]{{0,16}}(?={_TOKEN}{{4}})(?!\d{{4}}-\d\d-|\d\d:\d\d|-----)"
    rf"(?=(?P<next>{_TOKEN}++)(?:$|[\s&\"'<>,;)\]}}\\]))"
)
_BREAKS = (
    ("\n", "\r\\", re.compile(rf"\n{_NEXT}", re.MULTILINE)),
    ("\\n", "r\\", re.compile(rf"\\n{_NEXT}", re.MULTILINE)),
)
"""A line break, what may stand before it that is no token, and the break with what it is followed by."""
_SHORTEST = 24
"""Characters of a token before its break: nobody wraps a shorter line."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as it is seen."""

    text: str
    _starts: list[int]
    """Where each piece begins in `text`."""
    _shifts: list[int]
    """How much further it begins in the text as it is."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of it stands in the text as it is."""
        return self._place(start), self._place(end - 1) + 1

    def has_joint(self, start: int, end: int) -> bool:
        """Whether something was left out within a part."""
        return end > start and bisect_right(self._starts, start) != bisect_right(self._starts, end - 1)

    def _place(self, at: int) -> int:
        piece = bisect_right(self._starts, at) - 1
        return at + self._shifts[piece] if piece >= 0 else at


def without_hidden(text: str) -> Seen | None:
    """The text without colours and invisible characters; None if it has none."""
    if not _SIGN_OF_HIDDEN.search(text) and not any(escape in text for escape in _ESCAPED):
        return None
    return _without(text, (match.span() for match in _HIDDEN.finditer(text)))


def unwrapped(text: str) -> Seen | None:
    """The text with the line breaks within long tokens taken out; None if there are none."""
    spans: list[tuple[int, int]] = []
    for sign, before, pattern in _BREAKS:
        if sign in text:
            for match in pattern.finditer(text):
                start = match.start()
                head = text[max(0, start - 2) : start].rstrip(before)
                token = text[max(0, start - _SHORTEST - 2) : start].rstrip(before)
                if _is_long_token(token) and looks_random(match["next"]):
                    spans.append((max(0, start - 2) + len(head), match.end()))
    return _without(text, sorted(spans))


def _is_long_token(text: str) -> bool:
    """Whether a text ends in characters of a token only."""
    return len(text) >= _SHORTEST and not text[-_SHORTEST:].strip(_TOKEN_CHARACTERS)


def looks_random(run: str) -> bool:
    """Whether a run of characters is more like a piece of a key than like a word, a path, a name or a number."""
    if run.startswith(("/", "--", "http")) or run.count("/") > 3 or run.isdigit():
        return False
    has_digit = any(one.isdigit() for one in run)
    cases = any(one.isupper() for one in run) + any(one.islower() for one in run)
    if len(run) < 12:
        return (has_digit and cases == 2) or run.endswith("=") or "%" in run
    return has_digit and (cases == 2 or len(run) >= 20) and run.count("_") + run.count("-") <= 1 + len(run) // 12


def _without(text: str, spans: Iterable[tuple[int, int]]) -> Seen | None:
    """A text without some parts of it, which come in order; None if there are no parts."""
    pieces: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    done = length = 0
    for start, end in spans:
        if start < done:
            continue
        starts.append(length)
        shifts.append(done - length)
        pieces.append(text[done:start])
        length += start - done
        done = end
    if not pieces:
        return None
    starts.append(length)
    shifts.append(done - length)
    pieces.append(text[done:])
    return Seen("".join(pieces), starts, shifts)
