"""Which of many rules concern a text: found by one search for the words without which no rule matches anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from ingest.output.secret_shapes import Rule

_LARGE = 4_096
"""Characters above which a search for each word is quicker than one that stops at every place."""


class RuleIndex:
    """Some rules, by the words that they need."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)

    @cached_property
    def wrapping(self) -> RuleIndex:
        """The rules for tokens that may be wrapped over lines."""
        return RuleIndex(rule for rule in self.rules if rule.wraps)

    def concerning(self, lowered: str) -> Sequence[Rule]:
        """The rules whose words are in a text in lower case: nearly always there are none."""
        if len(lowered) > _LARGE:
            return [rule for rule in self.rules if concerns(rule, lowered)]
        beginnings = {match[1] for match in self._beginnings.finditer(lowered)}
        return [rule for one in beginnings for rule in self._by_beginning[one] if concerns(rule, lowered)]

    @cached_property
    def _by_beginning(self) -> dict[str, list[Rule]]:
        """Rules by the shortest anchor with which theirs begins: where theirs is, that one is too."""
        anchors = {rule.anchor for rule in self.rules}
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            shortest = next(rule.anchor[:end] for end in range(1, len(rule.anchor) + 1) if rule.anchor[:end] in anchors)
            found.setdefault(shortest, []).append(rule)
        return found

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        """Matches wherever one of these anchors begins, also within another one."""
        return re.compile(f"(?=({any_word(self._by_beginning)}))")


def concerns(rule: Rule, lowered: str) -> bool:
    """Whether the words that a rule needs are in a text in lower case."""
    return rule.anchor in lowered and rule.also in lowered


_Node = dict[str, "_Node"]


def any_word(words: Iterable[str]) -> str:
    """An expression for one of some words, by their common beginnings, so that each place is looked at once.

    >>> any_word(["key", "keys", "kind"])
    'k(?:ey|ind)'
    """
    root: _Node = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _expression(root) if root else r"(?!)"


def _expression(node: _Node) -> str:
    if "" in node:  # a word ends here: what goes on from it need not be looked for
        return ""
    parts = [re.escape(character) + _expression(below) for character, below in sorted(node.items())]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
