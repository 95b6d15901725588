"""Secrets in Arrow columns: the same as masking each text in Python, at any depth, on slices too."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.output import Redactor
from ingest.output.redact_arrow import redact_batch, redact_column

texts = st.none() | st.text(max_size=5) | st.sampled_from(["?a=1&sig=xyz&b", "password='x'", "key", "//u:p@h", "Grüße"])
NESTED = pa.struct(
    [("t", pa.string()), ("n", pa.int32()), ("l", pa.list_(pa.string())), ("f", pa.list_(pa.string(), 2))]
)
structs = st.none() | st.fixed_dictionaries(
    {
        "t": texts,
        "n": st.none() | st.integers(0, 9),
        "l": st.none() | st.lists(texts, max_size=3),
        "f": st.none() | st.lists(texts, min_size=2, max_size=2),
    }
)


@pytest.mark.parametrize(
    "type_", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
@given(values=st.lists(texts, max_size=8), start=st.integers(0, 3))
def test_texts(type_: Any, values: list[str | None], start: int) -> None:
    """Each kind of text column is masked like its texts, and keeps its type."""
    redactor = Redactor()
    column = pa.array(values, pa.string()).cast(type_).slice(start)
    masked = redact_column(column, redactor)
    assert masked.type == type_
    assert masked.to_pylist() == [redactor.value(value) for value in values[start:]]


@given(values=st.lists(structs, max_size=6), start=st.integers(0, 3))
def test_nested(values: list[Any], start: int) -> None:
    """Structs and lists are taken apart and put together again, with their NULLs, also on slices."""
    redactor = Redactor()
    for type_, wrapped in [
        (NESTED, values),
        (pa.list_(NESTED), [[value, value] if value else value for value in values]),
    ]:
        column = pa.array(wrapped, type_)
        for part in (column, column.slice(start), column.slice(start, 2)):
            masked = redact_column(part, redactor)
            assert masked.type == type_
            assert masked.validate(full=True) is None
            assert masked.to_pylist() == redactor.value(part.to_pylist())


@given(
    st.lists(st.none() | st.dictionaries(st.sampled_from(["a", "password"]), texts, max_size=2), max_size=5),
    st.integers(0, 2),
)
def test_maps(values: list[Any], start: int) -> None:
    """In a map the key says what its value is."""
    redactor = Redactor()
    column = pa.array([value and list(value.items()) for value in values], pa.map_(pa.string(), pa.string())).slice(
        start
    )
    masked = redact_column(column, redactor)
    assert masked.to_pylist() == [
        value and [(k, redactor.value({k: v})[k]) for k, v in value] for value in column.to_pylist()
    ]


def test_batch() -> None:
    """A batch keeps its schema; a column of secrets is masked whole; clean columns are the same objects."""
    batch = pa.record_batch(
        {"client_secret": ["a", "", None], "message": ["?a&sig=x", None, "ok"], "b": [b"&sig=x", None, b"\xff"]}
    )
    masked = redact_batch(batch, Redactor())
    assert masked.schema == batch.schema
    assert masked.to_pydict() == {
        "client_secret": ["***", "", None],
        "message": ["?a&sig=***", None, "ok"],
        "b": [b"&sig=***", None, b"\xff"],
    }
    clean = pa.array(["a key", "b", None])
    assert redact_column(clean, Redactor()) is clean
    table = pa.table({"message": pa.chunked_array([["a"], ["?&sig=x"]])})
    assert redact_batch(table, Redactor()).to_pydict() == {"message": ["a", "?&sig=***"]}
