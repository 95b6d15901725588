"""JSON and JSON Lines: always valid, always the same values, harmless to print."""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.output import Format, rows_result, visible_lines, write_result

if TYPE_CHECKING:
    from tests.output.conftest import Written

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(values, values), max_size=5))
def test_values_survive(rows: list[tuple[Any, Any]]) -> None:
    """A JSON reader reads back what was written; nothing in the text could steer a terminal."""
    for format_ in (Format.JSON, Format.JSONL):
        stream = io.StringIO()
        write_result(rows_result(["a", "b"], rows), format_, stream, redact=False)
        text = stream.getvalue()
        objects = json.loads(text) if format_ is Format.JSON else [json.loads(line) for line in text.split("\n")[:-1]]
        assert objects == [{"a": a, "b": b} for a, b in rows]
        assert visible_lines(text) == text


def test_no_rows(written: Written) -> None:
    """Nothing is an empty array, or no line at all."""
    assert written("SELECT 1 AS a WHERE false", "json")[0] == "[]\n"
    assert written("SELECT 1 AS a WHERE false", "jsonl")[0] == ""


def test_array_over_several_batches(written: Written) -> None:
    """An array of more rows than a batch is one array."""
    text, _ = written("SELECT i FROM range(2500) AS t(i)", "json")
    assert [row["i"] for row in json.loads(text)] == list(range(2500))


def test_numbers(written: Written) -> None:
    """All digits of exact numbers are there; what JSON has no number for is null."""
    query = "SELECT 12345678901234567890.12::DECIMAL(38, 2) AS d, 'nan'::DOUBLE AS n, ['inf'::FLOAT, 0.1::FLOAT] AS l"
    assert written(query, "jsonl")[0] == '{"d":12345678901234567890.12,"n":null,"l":[null,0.1]}\n'


def test_repeated_names_and_percent_signs(written: Written) -> None:
    """Names that repeat are numbered, past names that exist already; a % in a name is only a name."""
    text, _ = written('SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS "100%s"', "jsonl")
    assert text == '{"a":1,"a_2":2,"a_1":3,"100%s":4}\n'


@pytest.mark.parametrize("text", ["[1,]", '{"a": NaN}', "[" * 5000 + "]" * 5000, '"\\ud800"', "9" * 5000, ""])
def test_json_that_is_odd(text: str) -> None:
    """What DuckDB takes for JSON and others do not stays readable: as a text, or with null for NaN."""
    from ingest.output.column_types import Kind, Shape
    from ingest.output.encode import json_encoder
    from ingest.output.redact import Redactor

    for redactor in (None, Redactor()):
        value = json.loads(json_encoder(Shape(Kind.JSON), redactor)(text))
        assert value in (text, {"a": None}, "\ud800")


def test_json_lines_never_break(written: Written) -> None:
    """Line breaks inside the JSON type do not break the line."""
    assert written(r"""SELECT E'{"a":\n 1}'::JSON AS j""", "jsonl")[0] == '{"j":{"a":1}}\n'


def test_infinite_floats_of_python() -> None:
    """Values that come from Python follow the same rules."""
    stream = io.StringIO()
    write_result(rows_result(["a"], [(math.inf,), (b"\x00",)]), Format.JSONL, stream, redact=False)
    assert stream.getvalue() == '{"a":null}\n{"a":"AA=="}\n'
