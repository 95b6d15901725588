"""Secrets out of what leaves the machine: SAS signatures, keys, passwords and tokens become `***`.

`redact_text` masks one text. `Redactor` is the same for whole columns: it first asks, with a few substring searches
over all of a batch, whether there can be anything to mask, and nearly always there cannot.

Masking is by shape, so it is a net and no proof: a secret in a form that no rule knows gets through. The rules, and
what stays legible, are in `secret_rules.py`. Masking twice gives the same as masking once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from ingest.output.secret_rules import ID_RULES, SECRET_RULES, Rule

MASK = "***"

_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class Redactor:
    """Masks secrets, and with `ids` also subscription and tenant ids, resource groups and workspace names."""

    def __init__(self, *, ids: bool = False) -> None:
        self._rules: tuple[Rule, ...] = SECRET_RULES + ID_RULES if ids else SECRET_RULES
        self.anchors: tuple[str, ...] = tuple(dict.fromkeys(rule.anchor for rule in self._rules))
        self._ids = ids

    def suspects(self, text: str) -> bool:
        """Whether the text holds an anchor of any rule: if not, there is nothing to mask in it or in any part of it."""
        lowered = text.lower()
        return any(anchor in lowered for anchor in self.anchors)

    def text(self, text: str) -> str:
        """Return the text with what is secret in it as `***`."""
        spans = sorted(_secrets(text, self._rules))
        if not spans:
            return text
        parts: list[str] = []
        done = 0
        start, end = spans[0]
        for next_start, next_end in spans[1:]:
            if next_start <= end:  # two rules saw the same secret, or one inside the other
                end = max(end, next_end)
                continue
            parts += text[done:start], MASK
            done, start, end = end, next_start, next_end
        parts += text[done:start], MASK, text[end:]
        return "".join(parts)

    def bytes(self, data: bytes) -> bytes:
        """Return binary data with the secrets masked that stand in it as ASCII text."""
        text = data.decode("latin-1")
        masked = self.text(text)
        return data if masked is text else masked.encode("latin-1")

    def secret_name(self, name: str) -> bool:
        """Whether a field of this name (`client_secret`) is masked whole, whatever its value looks like."""
        return _secret_name(name, self._ids)

    def value(self, value: Any) -> Any:
        """Return a nested value (dicts, lists, texts, as of JSON) with its secrets masked, by name or by shape."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.bytes(value)
        if isinstance(value, dict):
            return {
                self.value(key): MASK
                if isinstance(item, str) and item and isinstance(key, str) and self.secret_name(key)
                else self.value(item)
                for key, item in value.items()
            }
        return [self.value(item) for item in value] if isinstance(value, (list, tuple)) else value


def redact_text(text: str, *, ids: bool = False) -> str:
    """Return the text with its secrets masked; `ids` also masks whose subscription and workspace it was.

    >>> redact_text("GET https://acc.blob.core.windows.net/c/b?sv=2021&sig=AbC%2F1%3D&se=2022")
    'GET https://acc.blob.core.windows.net/c/b?sv=2021&sig=***&se=2022'
    """
    return _shared(ids).text(text)


def _secrets(text: str, rules: tuple[Rule, ...]) -> Iterator[tuple[int, int]]:
    lowered = text.lower()
    if len(lowered) != len(text):  # İ lowers to two characters: positions must be those of the text
        lowered = text.translate(_ASCII_LOWER)
    for rule in rules:
        if rule.anchor in lowered and rule.also in lowered:
            pattern = _compiled(rule.pattern)
            groups = [group for group in ("s1", "s2", "s3") if group in pattern.groupindex]
            for match in pattern.finditer(text if rule.cased else lowered):
                yield next(match.span(group) for group in groups if match.start(group) >= 0)


@lru_cache(4096)
def _secret_name(name: str, ids: bool) -> bool:
    """Ask the rules themselves: is `name='…'` something to mask?"""
    if len(name) > 64:  # log text, not the name of a field
        return False
    secret, owner = f"{name}='0a1b2c3d4e'", f"{name}='00000000-0000-0000-0000-000000000000'"
    return any(_secrets(secret, SECRET_RULES)) or (ids and any(_secrets(owner, ID_RULES)))


@cache
def _shared(ids: bool) -> Redactor:
    return Redactor(ids=ids)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
