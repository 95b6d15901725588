"""Each rule for secrets masks its example, leaves its near-miss alone, and is in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.output import redact_text
from ingest.output.secret_rules import ID_RULES, SECRET_RULES, Rule

PAGE = Path(__file__).parents[2] / "docs/reference/secrets.md"


@pytest.mark.parametrize("rule", SECRET_RULES + ID_RULES, ids=lambda rule: rule.name)
def test_example_and_near_miss(rule: Rule) -> None:
    """The example is masked by this very rule, so that no rule is there in vain."""
    from ingest.output.redact import Redactor
    from ingest.output.rule_index import RuleIndex

    alone = Redactor()
    alone._index = alone._all = RuleIndex((rule,))
    masked = alone.text(rule.example)
    assert "***" in masked
    assert alone.text(masked) == masked
    assert redact_text(rule.near_miss, ids=rule in ID_RULES) == rule.near_miss


def test_names_are_unique_in_their_family() -> None:
    """A rule can be named in a message or a question."""
    names = [(rule.family, rule.name) for rule in SECRET_RULES]
    assert sorted(names) == sorted(set(names))


def test_every_rule_is_documented() -> None:
    """The page lists each rule, and shows no example unmasked."""
    page = PAGE.read_text(encoding="utf-8")
    for rule in SECRET_RULES:
        assert rule.name.replace("|", "\\|") in page, rule.name
    assert [rule.name for rule in SECRET_RULES if rule.example in page] == []
