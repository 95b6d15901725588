"""Failures that are reported in words, without a traceback: messages of shells, interpreters, tools and services."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.parsing.lines.tracebacks import Failure

_LONGEST = 8_192
"""Bytes that a failure's text may have."""

_NAMED_GROUP = re.compile(r"\(\?P<\w+>")


@dataclass(frozen=True)
class FailureText:
    """A form of failure: a pattern of Python's `re` that matches the whole text of it, from a record's start.

    The pattern may go over several lines: these are then one error. The groups `message` (what people read, else the
    first line), `type` and `code` fill those columns. `$` matches at a line's end.
    """

    name: str
    pattern: str
    prefix: str = ""
    """What stands before each further line in this kind of file, and is no part of the text."""

    @cached_property
    def text(self) -> re.Pattern[str]:
        """The pattern for decoded text."""
        return re.compile(self.pattern, re.MULTILINE)

    def read(self, text: str) -> Failure | None:
        """What a text of this form says."""
        found = self.text.match(text)
        if not found:
            return None
        groups = found.groupdict()
        whole = self._plain(found.group()).rstrip()
        message = self._plain(groups.get("message") or whole.partition("\n")[0]).strip()
        return Failure(groups.get("type"), message, None, whole, groups.get("code"))

    def _plain(self, text: str) -> str:
        """The text without the prefixes of its lines."""
        return re.sub(rf"^(?:{self.prefix})", "", text, flags=re.MULTILINE) if self.prefix else text


@dataclass(frozen=True)
class FailureTexts:
    """Several forms, looked for together; the first that matches counts."""

    forms: Sequence[FailureText]

    @cached_property
    def _any(self) -> re.Pattern[bytes]:
        parts = "|".join(f"(?:{_NAMED_GROUP.sub('(?:', form.pattern)})" for form in self.forms)
        return re.compile(parts.encode(), re.MULTILINE)

    def end(self, data: bytes, start: int, limit: int) -> int:
        """Where the failure that starts at a position ends; -1 if none starts there."""
        found = self._any.match(data, start, min(limit, start + _LONGEST))
        return found.end() if found else -1

    def read(self, text: str) -> Failure | None:
        """What a text says that starts with one of the forms."""
        return next((failure for form in self.forms if (failure := form.read(text)) is not None), None)
