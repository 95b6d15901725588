"""Secrets out of what leaves the machine: SAS signatures, keys, passwords and tokens become `***`.

`redact_text` masks one text. `Redactor` is the same for whole columns: it first looks at all texts of a batch at once
(`narrowed`) for the few rules that concern it, and nearly always there are none.

A text is looked at as it is, as it is seen (without colours and invisible characters), with wrapped tokens joined, and
as it was before it was quoted (`quoted.py`).
What is spread over several texts of a column is found by `KeyLines`.

Masking is by shape, so it is a net and no proof: a secret in a form that no rule knows gets through. The rules, and
what stays legible, are in `secret_rules.py`. Masking twice gives the same as masking once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from ingest.output.hidden import unwrapped, without_hidden
from ingest.output.key_spans import key_spans
from ingest.output.quoted import command_lines, unescaped
from ingest.output.rule_index import RuleIndex, concerns
from ingest.output.secret_columns import column_spans
from ingest.output.secret_rules import ID_RULES, SECRET_RULES, Rule
from ingest.output.trigrams import may_contain

MASK = "***"
_MOST_PASSES = 4
"""How often a text is looked at again in which something was masked: a mask may show another secret around it."""

_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class Redactor:
    """Masks secrets, and with `ids` also subscription and tenant ids, resource groups and workspace names."""

    def __init__(self, *, ids: bool = False) -> None:
        self._ids = ids
        self._all = _index_of_all(ids)
        self._index = self._all
        self._narrowed: dict[tuple[Rule, ...], Redactor] = {}

    @property
    def anchors(self) -> tuple[str, ...]:
        """Literals, in lower case: a text without all of them needs no look."""
        return self._index.shortest

    def narrowed(self, texts: Sequence[str], *, exact: bool) -> Redactor | None:
        """Return a redactor of the rules that concern some texts, all seen together; None if there are none.

        `exact` is for texts as they are: a rule that matches nowhere in them can be left
        out. Without it (for texts inside JSON, whose escapes hide beginnings) only a missing anchor counts.
        """
        sample = "\n".join(texts)
        views = [sample, *(line.text for line in command_lines(sample))]
        if "\\" in sample:
            views += _before_quoting("\n".join([text for text in texts if "\\" in text]))
        seen = [without_hidden(view) for view in views]
        exact = exact and not any(seen) and not any(map(unwrapped, views))
        lowered = [_lowered(hidden.text if hidden else view) for hidden, view in zip(seen, views, strict=True)]
        joined = "\n".join(lowered)
        may_be_in = may_contain(joined)
        rules = tuple(
            rule
            for rule in self._index.rules
            if may_be_in(rule.anchor)
            and concerns(rule, joined)
            and (not exact or any(map(_pattern(rule).search, views if rule.cased else lowered)))
        )
        if not rules and "PRIVATE KEY" not in sample and "Private-Lines" not in sample:
            return None
        if rules not in self._narrowed:
            redactor = self._narrowed[rules] = Redactor(ids=self._ids)
            redactor._index = RuleIndex(rules)
        return self._narrowed[rules]

    def text(self, text: str) -> str:
        """Return the text with what is secret in it as `***`."""
        masked = _masked(text, self._index)
        passes = 1
        while masked != text and passes < _MOST_PASSES:
            text, masked = masked, _masked(masked, self._all)
            passes += 1
        return masked

    def bytes(self, data: bytes) -> bytes:
        """Return binary data with the secrets masked that stand in it as ASCII text."""
        text = data.decode("latin-1")
        masked = self.text(text)
        return data if masked == text else masked.encode("latin-1")

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


def _masked(text: str, rules: RuleIndex) -> str:
    spans = sorted(_secrets(text, rules))
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


def _secrets(text: str, rules: RuleIndex) -> Iterator[tuple[int, int]]:
    """Where secrets are in a text: as it is, as it is seen, and with wrapped tokens joined."""
    yield from _found(text, rules)
    yield from key_spans(text)
    for line in command_lines(text):
        yield from (line.span(*span) for span in _found(line.text, rules.commands))
    if text.isprintable() and "\\" not in text:  # nothing is hidden, nothing wrapped, no lines
        return
    yield from column_spans(text)
    inner = unescaped(text)
    if inner is not None:
        yield from (inner.span(*span) for span in _secrets(inner.text, rules))
    seen = without_hidden(text)
    if seen is not None:
        spans = [*_found(seen.text, rules), *key_spans(seen.text), *column_spans(seen.text)]
        yield from (seen.span(*span) for span in spans)
    plain = seen.text if seen is not None else text
    joined = unwrapped(plain)
    if joined is not None:
        spans = [joined.span(*span) for span in _found(joined.text, rules.wrapping) if joined.has_joint(*span)]
        yield from (seen.span(*span) for span in spans) if seen is not None else spans


def _before_quoting(text: str) -> Iterator[str]:
    """What `_secrets` also looks at: the text without its escapes, and its lists of arguments as command lines."""
    inner = unescaped(text)
    if inner is not None:
        yield inner.text
        yield from (line.text for line in command_lines(inner.text))
        yield from _before_quoting(inner.text)


def _found(text: str, rules: RuleIndex) -> Iterator[tuple[int, int]]:
    lowered = _lowered(text)
    for rule in rules.concerning(lowered):
        pattern = _pattern(rule)
        for match in pattern.finditer(text if rule.cased else lowered):
            for group in _groups(pattern):
                if match.start(group) < match.end(group):
                    yield match.span(group)


def _lowered(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_ASCII_LOWER)  # İ lowers to two characters


@lru_cache(4096)
def _secret_name(name: str, ids: bool) -> bool:
    """Ask the rules themselves: is `name='…'` something to mask?"""
    if len(name) > 64:  # log text, not the name of a field
        return False
    secret, owner = f"{name}='0a1b2c3d4e'", f"{name}='00000000-0000-0000-0000-000000000000'"
    return any(_secrets(secret, _index_of_all(False))) or (ids and any(_secrets(owner, _IDS)))


_IDS = RuleIndex(ID_RULES)


@cache
def _index_of_all(ids: bool) -> RuleIndex:
    return RuleIndex(SECRET_RULES + ID_RULES if ids else SECRET_RULES)


@cache
def _shared(ids: bool) -> Redactor:
    return Redactor(ids=ids)


@cache
def _pattern(rule: Rule) -> re.Pattern[str]:
    return re.compile(rule.pattern, re.ASCII)


@cache
def _groups(pattern: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(group for group in ("s1", "s2", "s3") if group in pattern.groupindex)
