"""Rows of texts as JSON objects, by whole columns."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.parsing.columns import Array

_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def json_objects(names: Sequence[str], columns: Sequence[Array]) -> Array:
    """An object `{"name": "text"}` of each row's texts; nulls are left out, and the object is null if all are."""
    keys = [f"{json.dumps(name, ensure_ascii=False)}: " for name in _distinct(names)]
    cells = [_escaped(column) for column in columns]
    quote, end, nothing = _scalars(['"', "}", ""])
    if not any(column.null_count for column in cells):
        between = _scalars([f'{", " if i else "{"}{key}"' for i, key in enumerate(keys)])
        parts = [part for key, column in zip(between, cells, strict=True) for part in (key, column, quote)]
        return pc.binary_join_element_wise(*parts, end, nothing)
    before = _scalars([f', {key}"' for key in keys])
    members = [
        pc.binary_join_element_wise(key, column, quote, nothing) for key, column in zip(before, cells, strict=True)
    ]
    # not null_handling="skip": pyarrow 26 then loses the rows in which all are null
    joined = pc.binary_join_element_wise(*members, "", null_handling="replace", null_replacement="")
    objects = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 2), "}", "")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), objects)


def _scalars(texts: Sequence[str]) -> list[pa.Scalar]:
    """Texts as Arrow's values: of each plain one it would ask whether pandas is there, which takes its time."""
    return list(pa.array(texts, pa.string()))


def _escaped(cells: Array) -> Array:
    """The texts as they stand between the quotes of a JSON text."""
    _, _, values = cells.buffers()
    every_byte = np.frombuffer(values or b"", np.uint8)
    if not ((every_byte < ord(" ")) | (every_byte == ord('"')) | (every_byte == ord("\\"))).any():
        return cells
    escaped = cells
    for char, escape in _ESCAPES:
        escaped = pc.replace_substring(escaped, char, escape)
    if pc.any(pc.match_substring_regex(escaped, r"[\x00-\x1f]")).as_py():
        texts = [None if cell is None else json.dumps(cell, ensure_ascii=False)[1:-1] for cell in cells.to_pylist()]
        return pa.array(texts, pa.string())
    return escaped


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, a repeated one with a number."""
    distinct: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for name in names:
        unlike, number = name, numbers.get(name, 1)  # not from 1 again: thousands of equal names are one file's header
        while unlike in distinct:
            number += 1
            unlike = f"{name} ({number})"
        distinct[unlike] = None
        numbers[name] = number
    return list(distinct)
