"""Which of many rules concern a text: found by the words without which no rule matches anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from ingest.output.quoted import SIGNS_OF_ARGUMENTS
from ingest.output.secret_shapes import Rule

_OTHERS = ("private key", "private-lines", "\x1b", "u001b", "x1b", "\u200b", "\xad", *SIGNS_OF_ARGUMENTS)
"""What begins a key, and what may stand within an anchor, so that the anchor is not seen."""

_LARGE = 4_096
"""Characters above which a search for each word is quicker than one that stops at many places."""

_FROM_RARE = "+~\\q=jx(zyvkwg_h89765b4-.mpud:3f/12lcinoast0re "
"""Characters from those that are rare in logs to those that are not; others are rarer still."""


class RuleIndex:
    """Some rules, by the words that they need."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)

    @cached_property
    def wrapping(self) -> RuleIndex:
        """The rules for tokens that may be wrapped over lines."""
        return RuleIndex(rule for rule in self.rules if rule.wraps)

    @cached_property
    def commands(self) -> RuleIndex:
        """The rules for command lines."""
        return RuleIndex(rule for rule in self.rules if rule.family == "command lines")

    @cached_property
    def shortest(self) -> tuple[str, ...]:
        """Literals of which each text with a secret has one: anchors in which no other is, and what may stand within one."""
        words = dict.fromkeys([*(rule.anchor for rule in self.rules), *_OTHERS])
        return tuple(word for word in words if not any(other in word for other in words if other != word))

    def concerning(self, lowered: str) -> Sequence[Rule]:
        """The rules whose words are in a text in lower case: nearly always there are none."""
        if len(lowered) > _LARGE:
            return [rule for rule in self.rules if concerns(rule, lowered)]
        signs = {match[0] for match in self._beginnings.finditer(lowered)}
        return [
            rule
            for sign in signs
            for beginning in self._by_sign[sign]
            if beginning in lowered
            for rule in self._by_beginning[beginning]
            if concerns(rule, lowered)
        ]

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        """Matches the sign of a beginning wherever there is one: a search that stops at rare characters only."""
        return re.compile("|".join(_around(sign, words) for sign, words in self._by_sign.items()) or r"(?!)")

    @cached_property
    def _by_sign(self) -> dict[str, list[str]]:
        """Beginnings by the rarest of their characters, their sign."""
        found: dict[str, list[str]] = {}
        for beginning in self._by_beginning:
            found.setdefault(min(beginning, key=_FROM_RARE.find), []).append(beginning)
        return found

    @cached_property
    def _by_beginning(self) -> dict[str, list[Rule]]:
        """Rules by an anchor that lies within theirs and holds no other: where theirs is, that one is too."""
        anchors = {rule.anchor for rule in self.rules}
        least = [word for word in anchors if not any(other in word for other in anchors if other != word)]
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            within = min((word for word in least if word in rule.anchor), key=_rareness)
            found.setdefault(within, []).append(rule)
        return found


def _rareness(word: str) -> tuple[int, str]:
    """How common the rarest character of a word is in logs; a word is told from others as rare by its letters."""
    return min(map(_FROM_RARE.find, word)), word


def concerns(rule: Rule, lowered: str) -> bool:
    """Whether the words that a rule needs are in a text in lower case."""
    return rule.anchor in lowered and rule.also in lowered


def _around(sign: str, words: Iterable[str]) -> str:
    """An expression for a character where one of some words is around it, of which it is one.

    >>> _around("y", ["key", "eyj"])
    'y(?:(?<=key)|(?<=ey)(?=j))'
    """
    places: list[str] = []
    for word in words:
        before, _, behind = word.partition(sign)
        first = f"(?<={re.escape(before + sign)})" if before else ""
        places.append(first + (f"(?={re.escape(behind)})" if behind else ""))
    return f"{re.escape(sign)}(?:{'|'.join(places)})"
