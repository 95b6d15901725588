"""Rows of texts as JSON objects, by whole columns."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ingest.parsing.columns import Array

_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
_NEEDS_ESCAPE = r'["\\\x00-\x1f]'


def json_objects(names: Sequence[str], columns: Sequence[Array]) -> Array:
    """An object `{"name": "text"}` of each row's texts; nulls are left out, and the object is null if all are."""
    members = [
        pc.binary_join_element_wise(f", {json.dumps(name, ensure_ascii=False)}: ", _quoted(cells), "")
        for name, cells in zip(_distinct(names), columns, strict=True)
    ]
    # not null_handling="skip": pyarrow 26 then loses the rows in which all are null
    joined = pc.binary_join_element_wise(*members, "", null_handling="replace", null_replacement="")
    objects = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 2), "}", "")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), objects)


def _quoted(cells: Array) -> Array:
    if pc.any(pc.match_substring_regex(cells, _NEEDS_ESCAPE)).as_py():
        escaped = cells
        for char, escape in _ESCAPES:
            escaped = pc.replace_substring(escaped, char, escape)
        if pc.any(pc.match_substring_regex(escaped, r"[\x00-\x1f]")).as_py():
            texts = [None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in cells.to_pylist()]
            return pa.array(texts, pa.string())
        cells = escaped
    return pc.binary_join_element_wise('"', cells, '"', "")


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, a repeated one with a number."""
    distinct: dict[str, None] = {}
    for name in names:
        unlike, number = name, 1
        while unlike in distinct:
            number += 1
            unlike = f"{name} ({number})"
        distinct[unlike] = None
    return list(distinct)
