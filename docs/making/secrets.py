"""What is masked: the rules for secrets by family, each with its example as it comes out."""

from __future__ import annotations

from ingest.output import redact_text
from ingest.output.secret_rules import SECRET_RULES
from making.tables import cell


def secrets() -> str:
    """A table for each family."""
    families = dict.fromkeys(rule.family for rule in SECRET_RULES)
    return "\n\n".join(_family(family) for family in families)


def _family(family: str) -> str:
    rows = [f"| {cell(rule.name)} | `{cell(_shown(rule.example))}` |" for rule in SECRET_RULES if rule.family == family]
    return "\n".join([f"### {family[0].upper()}{family[1:]}", "", "| rule | comes out as |", "|---|---|", *rows])


def _shown(example: str) -> str:
    """An example on one line, masked, as a cell can hold it."""
    return redact_text(example).replace("\n", "⏎").replace("`", "'")
