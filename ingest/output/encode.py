"""Values as text: `json_encoder` gives a value's JSON, `text_encoder` what stands in a cell of CSV or of a table.

One form for each type, wherever it stands:

* TIMESTAMP `2021-04-15T22:05:26.715`, with a zone `2021-04-15T22:05:26.715+00:00`; DATE, TIME, INTERVAL (`1 day
  00:00:03`), UUID and BIT as DuckDB prints them;
* DECIMAL and HUGEINT as JSON numbers of all their digits (a reader with 64-bit floats may round them);
* NaN and infinities: `null` in JSON, which has no word for them; `nan`, `inf` in a cell;
* BLOB as base64; UNION and VARIANT as DuckDB's text;
* LIST, STRUCT and MAP (keys as text) as JSON, in a cell too; the JSON type as it is in a cell.

An encoder is made once for a column and called for every value that is not NULL.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from ingest.output.column_types import Kind, Shape
from ingest.output.escape import json_escaped
from ingest.output.redact import MASK, Redactor

Encoder = Callable[[Any], str]

NO_NUMBER = frozenset(("nan", "inf", "-inf"))


def text_encoder(shape: Shape, redactor: Redactor | None) -> Encoder | None:
    """Return the function from a value to the text of its cell; None if the value is fetched as that text."""
    match shape.kind:
        case Kind.TEXT:
            return redactor.text if redactor else None
        case Kind.PLAIN | Kind.NUMBER | Kind.SINGLE:
            return None
        case Kind.JSON:
            return _json_as_it_is(redactor) if redactor else None
        case Kind.INTEGER:
            return str
        case Kind.FLOAT:
            return repr
        case Kind.TIMESTAMP:
            return _iso
        case Kind.BLOB:
            return _base64(redactor)
        case Kind.ANY:
            return lambda value: _any_text(redactor.value(value) if redactor else value)
    return json_encoder(shape, redactor)


def json_encoder(shape: Shape, redactor: Redactor | None) -> Encoder:
    """Return the function from a value to its JSON, in which nothing can steer a terminal."""
    match shape.kind:
        case Kind.INTEGER:
            return str
        case Kind.FLOAT:
            return lambda value: repr(value) if math.isfinite(value) else "null"
        case Kind.SINGLE | Kind.NUMBER:
            return lambda value: "null" if value in NO_NUMBER else value
        case Kind.BOOLEAN:
            return lambda value: "true" if value else "false"
        case Kind.TIMESTAMP:
            return lambda value: f'"{_iso(value)}"'
        case Kind.BLOB:
            base64 = _base64(redactor)
            return lambda value: f'"{base64(value)}"'
        case Kind.JSON | Kind.ANY:
            return _free_form(redactor, parse=shape.kind is Kind.JSON)
        case Kind.LIST:
            item = _nullable(json_encoder(shape.fields[0][1], redactor))
            return lambda values: f"[{','.join(map(item, values))}]"
        case Kind.STRUCT:
            return _struct_encoder(shape, redactor)
        case Kind.MAP:
            return _map_encoder(shape.fields[0][1], redactor)
    if redactor and shape.kind is Kind.TEXT:
        mask = redactor.text
        return lambda value: json_string(mask(value))
    return json_string


def json_string(text: str) -> str:
    """Return the text as a JSON string: not ASCII only, but without control, bidi and zero-width characters."""
    return json_escaped(encode_basestring(text))


def _nullable(encoder: Encoder) -> Encoder:
    return lambda value: "null" if value is None else encoder(value)


def _iso(text: str) -> str:
    """`2021-04-15 22:05:26+00` of DuckDB as ISO 8601; `infinity` and dates before Christ stay as they are."""
    text = text.replace(" ", "T", 1)
    return text + ":00" if text[-3:-2] in ("+", "-") else text


def _base64(redactor: Redactor | None) -> Encoder:
    if redactor:
        mask = redactor.bytes
        return lambda value: b64encode(mask(value)).decode()
    return lambda value: b64encode(value).decode()


def _struct_encoder(shape: Shape, redactor: Redactor | None) -> Encoder:
    fields = []
    for name, part in shape.fields:
        encoder = json_encoder(part, redactor)
        if redactor and part.kind is Kind.TEXT and redactor.secret_name(name):
            encoder = _masked_whole
        fields.append((name, f"{json_string(name)}:", _nullable(encoder)))
    return lambda value: "{" + ",".join([key + encoder(value[name]) for name, key, encoder in fields]) + "}"


def _map_encoder(part: Shape, redactor: Redactor | None) -> Encoder:
    encoder = _nullable(json_encoder(part, redactor))
    if redactor is None:
        return lambda value: "{" + ",".join([f"{json_string(k)}:{encoder(v)}" for k, v in value.items()]) + "}"
    mask, secret, is_text = redactor.text, redactor.secret_name, part.kind is Kind.TEXT
    whole = _nullable(_masked_whole)

    def encode(value: dict[str, Any]) -> str:
        pairs = (
            f"{json_string(mask(key))}:{(whole if is_text and secret(key) else encoder)(item)}"
            for key, item in value.items()
        )
        return "{" + ",".join(pairs) + "}"

    return encode


def _masked_whole(value: str) -> str:
    return f'"{MASK}"' if value else '""'


def _json_as_it_is(redactor: Redactor) -> Encoder:
    """Masking JSON goes by its names and its texts; its layout is kept where there was nothing to mask."""

    def encode(text: str) -> str:
        try:
            value = json.loads(text)
            masked = redactor.value(value)
            return text if masked == value else any_json(masked)
        except (ValueError, RecursionError):
            return redactor.text(text)

    return encode


def _free_form(redactor: Redactor | None, *, parse: bool) -> Encoder:
    """JSON text, and Python's own values: written anew, because DuckDB's JSON may hold NaN, and line breaks."""

    def encode(value: Any) -> str:
        try:
            loaded = json.loads(value) if parse else value
            return any_json(redactor.value(loaded) if redactor else loaded)
        except (ValueError, RecursionError):  # trailing commas, which DuckDB takes for JSON; a thousand brackets
            return json_string(redactor.text(value) if redactor else value)

    return encode


def any_json(value: Any) -> str:
    """Return the JSON of a value made of dicts, lists, texts, numbers, booleans and None; of others, their text."""
    if isinstance(value, dict):
        return "{" + ",".join([f"{json_string(str(key))}:{any_json(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(any_json, value))}]"
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "null"
    return json_string(b64encode(value).decode() if isinstance(value, bytes) else str(value))


def _any_text(value: Any) -> str:
    return value if isinstance(value, str) else any_json(value)
