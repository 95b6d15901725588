"""The rules that concern a text are found by few searches, and are those that a search for each would find."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.output.rule_index import RuleIndex, concerns
from ingest.output.secret_rules import ID_RULES, SECRET_RULES

RULES = SECRET_RULES + ID_RULES
INDEX = RuleIndex(RULES)
PARTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from([rule.anchor for rule in RULES]),
    st.sampled_from([rule.example.lower() for rule in RULES]),
)


@given(st.lists(PARTS, max_size=5))
def test_the_same_rules(parts: list[str]) -> None:
    """Of anchors that overlap, and lie within each other, none is passed over."""
    text = "".join(parts)
    assert set(INDEX.concerning(text)) == {rule for rule in RULES if concerns(rule, text)}


def test_large_text() -> None:
    """A large text is looked through word by word, with the same outcome."""
    text = "x" * 5_000 + "password=hunter2"
    assert set(INDEX.concerning(text)) == set(INDEX.concerning("password=hunter2")) != set()
