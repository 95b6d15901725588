"""Log text made fit for a page: no secrets, and nothing that reorders or hides.

Every row of a report comes through here, so charts, tables and prose are masked alike. Markup is not our business: the
page's templates escape it.
"""

from __future__ import annotations

from typing import Any

from ingest.output import visible_lines
from ingest.output.redact import Redactor

_REDACTOR = Redactor()


def cleaned(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a result with all its texts masked and made visible, those inside lists too."""
    return {key: _visible(value) for key, value in _REDACTOR.value(row).items()}


def cleaned_text(text: str) -> str:
    """One text, likewise."""
    return visible_lines(_REDACTOR.text(text))


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return visible_lines(value)
    if isinstance(value, dict):
        return {key: _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value
