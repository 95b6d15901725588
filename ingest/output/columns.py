"""Rows to columns of text, a batch at a time, with the search for secrets done once for a whole column of it.

Going column by column lets one encoder run over many values, and lets redaction look at all texts of a column at once
(`Redactor.narrowed`): only where one of its rules concerns the batch are its values looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.output.column_types import Kind, Shape
from ingest.output.encode import Encoder
from ingest.output.key_lines import KeyLines
from ingest.output.redact import MASK, Redactor
from ingest.output.result import Result, Row

MakeEncoder = Callable[[Shape, Redactor | None], Encoder | None]

_MAY_HOLD_SECRETS = (Kind.TEXT, Kind.JSON, Kind.BLOB, Kind.ANY)


@dataclass(slots=True)
class TextColumn:
    """How the values of one column become text."""

    shape: Shape
    make: MakeEncoder
    redactor: Redactor | None = None
    whole: bool = False
    """The column is called `client_secret` or the like: every text in it is masked."""
    _plain: Encoder | None = field(init=False)
    _masked: dict[Redactor, Encoder | None] = field(init=False, default_factory=dict)
    _keys: KeyLines = field(init=False, default_factory=KeyLines)

    def __post_init__(self) -> None:
        self._plain = self.make(self.shape, None)

    def texts(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values' texts, None for NULL; without an encoder the values themselves."""
        if self.redactor is None:
            return _encoded(self._plain, values)
        if self.whole:
            return _encoded(self._plain, [value and MASK for value in values])
        if self.shape.holds(Kind.BLOB):  # base64 hides the anchors
            return _encoded(self._encoder(self.redactor), values)
        if self.shape.kind is Kind.TEXT or (self.shape.kind is Kind.ANY and _are_texts(values)):
            return _encoded(self._plain, self._keys.masked(values, self.redactor))
        texts = _encoded(self._plain, values)
        narrowed = self.redactor.narrowed([text for text in texts if text], exact=False)
        return _encoded(self._encoder(narrowed), values) if narrowed else texts

    def _encoder(self, redactor: Redactor) -> Encoder | None:
        if redactor not in self._masked:
            self._masked[redactor] = self.make(self.shape, redactor)
        return self._masked[redactor]


def text_columns(result: Result, make: MakeEncoder, redactor: Redactor | None) -> list[TextColumn]:
    """Return the columns of a result, their encoders made by `make`, masking where there can be something to mask."""
    columns = []
    for name, shape in zip(result.names, result.shapes, strict=True):
        column = TextColumn(shape, make)
        if redactor is not None and shape.holds(*_MAY_HOLD_SECRETS):
            column.redactor = redactor
            column.whole = shape.kind is Kind.TEXT and redactor.secret_name(name)
        columns.append(column)
    return columns


def columnwise(rows: Sequence[Row], columns: Sequence[TextColumn]) -> Iterator[Sequence[Any]]:
    """Yield the texts of each column of a batch of rows."""
    return (column.texts(values) for column, values in zip(columns, zip(*rows, strict=True), strict=True))


def _are_texts(values: Sequence[Any]) -> bool:
    return all(value is None or isinstance(value, str) for value in values)


def _encoded(encoder: Encoder | None, values: Sequence[Any]) -> Sequence[Any]:
    return values if encoder is None else [None if value is None else encoder(value) for value in values]
