"""Log text made fit for a page: no secrets, and nothing that reorders or hides.

Every row of a report comes through here, so charts, tables and prose are masked alike. Markup is not our business: the
page's templates escape it.
"""

from __future__ import annotations

from typing import TypeVar

from ingest.output import visible_lines
from ingest.output.redact import Redactor

_REDACTOR = Redactor()

Value = TypeVar("Value")


def cleaned(value: Value) -> Value:
    """A value of a result, or a whole row of it, with all its texts masked and made visible."""
    return _visible(_REDACTOR.value(value))  # type: ignore[no-any-return]  # same shape as it was


def _visible(value):  # type: ignore[no-untyped-def]  # any shape
    if isinstance(value, str):
        return visible_lines(value)
    if isinstance(value, dict):
        return {key: _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value
