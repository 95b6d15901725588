"""How grave a finding is."""

from __future__ import annotations

SEVERITIES = ("severe", "warning", "note")
"""The words for it, the gravest first."""


def is_at_least(severity: str, wanted: str) -> bool:
    """Whether a severity is the wanted one or a graver one."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(wanted)
