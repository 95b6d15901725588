"""Private keys, tokens and tables that are spread over the rows of a result.

A job that prints a key prints it line by line, and each line becomes a record: no record by itself looks like a key.
`KeyLines` therefore remembers, from one text of a column to the next, whether a key was begun, or a table with a column
of secrets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.output.hidden import looks_random
from ingest.output.key_spans import BEGIN, END, body_spans
from ingest.output.redact import MASK, Redactor
from ingest.output.secret_columns import SecretColumns, may_begin

_PUBLIC = re.compile(r"-----(?:BEGIN|END) (?:CERTIFICATE|[A-Z ]{0,20}PUBLIC KEY|CERTIFICATE REQUEST|X509 CRL)-----")
_KEY_LINE = re.compile(
    r"^[ \t]{0,40}(?:[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{70}|[A-Za-z0-9+/]{76})[ \t\r]{0,4}$", re.MULTILINE
)
_TOKEN_ONLY = re.compile(r"\s{0,40}[A-Za-z0-9+/=_.%~\-]{12,}\s{0,4}")
_MOST_ROWS = 300
"""Texts after the begin of a key in which its lines are looked for: records of other processes may lie between."""


class KeyLines:
    """Masks, in texts that follow each other, what belongs to a key or token that an earlier one began."""

    def __init__(self) -> None:
        self._left = 0
        """In how many more texts lines of a key may come; 0: none was begun."""
        self._public = False
        self._open_token = False
        self._columns = SecretColumns()

    @property
    def is_open(self) -> bool:
        """Whether the next texts may go on with what was begun."""
        return bool(self._left) or self._public or self._open_token or self._columns.is_open

    def masked(self, texts: Sequence[str | None], redactor: Redactor) -> Sequence[str | None]:
        """The texts, in their order, without secrets: the lines of keys, and what the redactor finds in each text."""
        joined = "\n".join([text for text in texts if text])
        if self._left or self._public or "PRIVATE KEY" in joined or _may_be_key(joined):
            texts = [text and self._one(text) for text in texts]
        if self._columns.is_open or may_begin(joined):
            texts = [text and self._row(text) for text in texts]
        narrowed = redactor.narrowed([text for text in texts if text], exact=True)
        if narrowed is None and not self._open_token:
            return texts
        return self._continued(texts, [text and narrowed.text(text) for text in texts] if narrowed else texts)

    def _row(self, text: str) -> str:
        """A text without secrets if it is a row of a table whose line of names came before."""
        line = text.rstrip("\r\n")
        if "\n" in line:  # a table by itself, or none
            return text
        for start, end in reversed(self._columns.spans(line)):
            text = text[:start] + MASK + text[end:]
        return text

    def _one(self, text: str) -> str:
        if _PUBLIC.search(text):
            self._public = text.rfind("BEGIN") > text.rfind("END")
            return text
        begin = max((match.end() for match in BEGIN.finditer(text)), default=-1)
        end = max((match.end() for match in END.finditer(text)), default=-1)
        was_open, self._left = self._left, max(0, self._left - 1)
        if begin > end:
            self._left = _MOST_ROWS
            return text
        if end >= 0:
            self._left = 0
            first = END.search(text)
            return _masked(text, 0, first.start()) if was_open and first and begin < 0 else text
        if was_open:
            return _masked(text, 0, len(text))
        if not self._public and _KEY_LINE.fullmatch(text) and _is_key_line(text.strip()):
            return MASK
        return text

    def _continued(self, texts: Sequence[str | None], masked: Sequence[str | None]) -> Sequence[str | None]:
        """The masked texts, and masked too those that go on with a token whose mask ends the text before."""
        result = list(masked)
        for at, (text, seen) in enumerate(zip(texts, masked, strict=True)):
            if not text or seen is None:
                continue
            goes_on = bool(self._open_token and _TOKEN_ONLY.fullmatch(text) and looks_random(text.strip()))
            if goes_on:
                result[at] = MASK
            self._open_token = goes_on or (seen != text and seen.rstrip().endswith(MASK))
        return result


class LineMasker:
    """Masks the lines of a file, one after the other."""

    def __init__(self) -> None:
        self._keys = KeyLines()
        self._redactor = Redactor()

    def masked(self, line: str) -> str:
        """The next line without secrets."""
        return self._keys.masked([line], self._redactor)[0] or ""


def _masked(text: str, start: int, stop: int) -> str:
    parts: list[str] = []
    done = 0
    for begin, end in sorted(body_spans(text, start, stop)):
        if begin >= done:
            parts += text[done:begin], MASK
            done = end
    return "".join([*parts, text[done:]])


def _may_be_key(joined: str) -> bool:
    return any(_is_key_line(match[0]) for match in _KEY_LINE.finditer(joined))


def _is_key_line(line: str) -> bool:
    """A line of base64 as keys are written: no hash in hexadecimal digits, no number, no word."""
    return (
        any(one.isdigit() for one in line)
        and sum(one.isupper() for one in line) >= 8
        and sum(one.islower() for one in line) >= 8
    )
