"""Rows to columns of text, a batch at a time, with the search for secrets done once for a whole column of it.

Going column by column lets one encoder run over many values, and lets redaction look at all texts of a column at once
(`Redactor.suspects`): only a batch with an anchor of some rule in it is looked at value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.output.encode import Encoder
from ingest.output.redact import MASK, Redactor
from ingest.output.result import Result, Row
from ingest.output.shapes import Kind, Shape

MakeEncoder = Callable[[Shape, Redactor | None], Encoder | None]

_MAY_HOLD_SECRETS = (Kind.TEXT, Kind.JSON, Kind.BLOB, Kind.ANY)


@dataclass(frozen=True, slots=True)
class TextColumn:
    """How the values of one column become text."""

    plain: Encoder | None
    masked: Encoder | None
    redactor: Redactor | None
    always: bool = False

    def texts(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values' texts, None for NULL; without an encoder the values themselves."""
        if self.always and self.masked:
            return _encoded(self.masked, values)
        texts = _encoded(self.plain, values)
        if self.masked is None or self.redactor is None:
            return texts
        suspects, masked = self.redactor.suspects, self.masked
        if not suspects("\n".join([text for text in texts if text])):
            return texts
        return [
            masked(value) if text and suspects(text) else text for value, text in zip(values, texts, strict=True)
        ]


def text_columns(result: Result, make: MakeEncoder, redactor: Redactor | None) -> list[TextColumn]:
    """Return the columns of a result, their encoders made by `make`, masking where there is something to mask."""
    columns = []
    for name, shape in zip(result.names, result.shapes, strict=True):
        plain = make(shape, None)
        if redactor is None or not shape.holds(*_MAY_HOLD_SECRETS):
            columns.append(TextColumn(plain, None, None))
        elif shape.kind is Kind.TEXT and redactor.secret_name(name):
            columns.append(TextColumn(plain, _whole(make), redactor, always=True))
        else:
            # base64 hides the anchors, so bytes are always looked into
            columns.append(TextColumn(plain, make(shape, redactor), redactor, always=shape.holds(Kind.BLOB)))
    return columns


def columnwise(rows: Sequence[Row], columns: Sequence[TextColumn]) -> Iterator[Sequence[Any]]:
    """Yield the texts of each column of a batch of rows."""
    return (column.texts(values) for column, values in zip(columns, zip(*rows, strict=True), strict=True))


def _encoded(encoder: Encoder | None, values: Sequence[Any]) -> Sequence[Any]:
    return values if encoder is None else [None if value is None else encoder(value) for value in values]


def _whole(make: MakeEncoder) -> Encoder:
    encoder = make(Shape(Kind.TEXT), None)
    return lambda value: (encoder(MASK if value else "") if encoder else MASK if value else "")
