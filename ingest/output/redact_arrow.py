"""Secrets out of Arrow columns, for Parquet: one search by Arrow over all texts, Python only for those it finds.

Nested columns are taken apart down to their texts and put together again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.output.key_lines import KeyLines
from ingest.output.redact import MASK, Redactor

_SPREAD = (
    r"PRIVATE KEY|Private-Lines|^\s*[A-Za-z0-9+/]{64,76}\s*$|eyJ"
    r"|(?i:(?:passw(?:or)?d|passphrase|pwd)[\"' ]*(?:[,;|│┆\t]|  |$))"  # the name of a column of secrets
)


def redact_batch(batch: Any, redactor: Redactor, keys: dict[int, KeyLines] | None = None) -> Any:
    """Return a `RecordBatch` or `Table` with the secrets in its texts masked, its schema as it was.

    `keys` remembers, for each column, a key that one batch began and the next goes on with.
    """
    keys = {} if keys is None else keys
    columns = [
        redact_column(
            _without_key_lines(batch.column(at), keys.setdefault(at, KeyLines()), redactor), redactor, field.name
        )
        for at, field in enumerate(batch.schema)
    ]
    return type(batch).from_arrays(columns, schema=batch.schema)


def _without_key_lines(column: Any, keys: KeyLines, redactor: Redactor) -> Any:
    """A column of text, masked row by row if keys may be spread over its rows."""
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return column
    if not keys.is_open and not pc.any(pc.match_substring_regex(column.cast(pa.large_string()), _SPREAD)).as_py():
        return column
    before = column.to_pylist()
    after = list(keys.masked(before, redactor))
    if before == after:
        return column
    return pa.chunked_array([after], kind) if isinstance(column, pa.ChunkedArray) else pa.array(after, kind)


def redact_column(column: Any, redactor: Redactor, name: str = "") -> Any:
    """Return an `Array` or `ChunkedArray` with its secrets masked.

    `name` is that of the column: all texts of one called `client_secret` are masked whole.
    """
    if isinstance(column, pa.ChunkedArray):
        return pa.chunked_array([redact_column(part, redactor, name) for part in column.chunks], column.type)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _whole(column) if redactor.secret_name(name) else _texts(column, redactor)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _bytes(column, redactor)
    if pa.types.is_string_view(kind):
        return redact_column(column.cast(pa.large_string()), redactor, name).cast(kind)
    if pa.types.is_dictionary(kind):
        values = redact_column(column.dictionary, redactor, name)
        return column if values is column.dictionary else pa.DictionaryArray.from_arrays(column.indices, values)
    if isinstance(column, pa.ExtensionArray):
        stored = redact_column(column.storage, redactor, name)
        return pa.ExtensionArray.from_storage(kind, stored)
    return _nested(column, redactor) if pa.types.is_nested(kind) and may_hold_text(kind) else column


def may_hold_text(kind: Any) -> bool:
    """Whether text or binary stands anywhere in an Arrow type."""
    if pa.types.is_nested(kind):
        return any(may_hold_text(kind.field(at).type) for at in range(kind.num_fields))
    return not (pa.types.is_primitive(kind) or pa.types.is_null(kind) or pa.types.is_decimal(kind))


def _texts(column: Any, redactor: Redactor) -> Any:
    hits = pc.fill_null(pc.match_substring_regex(column, _anchors(redactor.anchors), ignore_case=True), False)
    narrowed = redactor.narrowed(column.filter(hits).to_pylist(), exact=True)
    return _replaced(column, hits, narrowed.text) if narrowed else column


def _bytes(column: Any, redactor: Redactor) -> Any:
    return _replaced(column, pc.is_valid(column), redactor.bytes)


def _whole(column: Any) -> Any:
    hits = pc.fill_null(pc.not_equal(column, ""), False)
    return _replaced(column, hits, lambda _: MASK)


def _replaced(column: Any, hits: Any, mask: Callable[[Any], Any]) -> Any:
    before = column.filter(hits).to_pylist()
    after = list(map(mask, before))
    return column if before == after else pc.replace_with_mask(column, hits, pa.array(after, column.type))


def _nested(column: Any, redactor: Redactor) -> Any:
    kind, nulls = column.type, column.is_null()
    if pa.types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        parts = [
            redact_column(part, redactor, field.name) for part, field in zip(column.flatten(), fields, strict=True)
        ]
        return pa.StructArray.from_arrays(parts, fields=fields, mask=nulls)
    if pa.types.is_fixed_size_list(kind):  # its values are not sliced with it
        values = column.values.slice(column.offset * kind.list_size, len(column) * kind.list_size)
        return pa.FixedSizeListArray.from_arrays(redact_column(values, redactor), type=kind, mask=nulls)
    if column.offset:  # offsets that do not begin at 0 take no mask: a copy has none
        column = column.take(pa.array(range(len(column)), pa.int64()))
    if pa.types.is_map(kind):
        keys, items = redact_column(column.keys, redactor), redact_column(column.items, redactor)
        items = _items_of_secret_keys(column.keys, items, redactor)
        return pa.MapArray.from_arrays(column.offsets, keys, items, type=kind, mask=nulls)
    values = redact_column(column.values, redactor)
    return type(column).from_arrays(column.offsets, values, type=kind, mask=nulls)


def _items_of_secret_keys(keys: Any, items: Any, redactor: Redactor) -> Any:
    if not (pa.types.is_string(keys.type) and pa.types.is_string(items.type)):
        return items
    secret = [key for key in pc.unique(keys).to_pylist() if redactor.secret_name(key)]
    if not secret:
        return items
    hits = pc.and_(pc.is_in(keys, pa.array(secret)), pc.fill_null(pc.not_equal(items, ""), False))
    return _replaced(items, hits, lambda _: MASK)


@cache
def _anchors(anchors: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, anchors))
