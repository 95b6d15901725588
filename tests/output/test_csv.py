"""CSV: what any reader of RFC 4180 reads back is what the query gave."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ingest.output import Format, rows_result, write_result

if TYPE_CHECKING:
    from tests.output.conftest import Written


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text("\r\n,\"' a"))))
def test_texts_survive(rows: list[tuple[str, str]]) -> None:
    """Every text comes back as it was, with any quotes, line breaks and control characters in it."""
    stream = io.StringIO()
    write_result(rows_result(["a", "b"], rows), Format.CSV, stream, redact=False)
    assert [tuple(row) for row in csv.reader(io.StringIO(stream.getvalue(), newline=""))] == [("a", "b"), *rows]


def test_line_ends_are_lf(written: Written) -> None:
    """Records end with LF only; a bare CR in a field is quoted."""
    assert written(r"SELECT E'a\rb' AS x, 1 AS y", "csv")[0] == 'x,y\n"a\rb",1\n'


def test_header_without_rows(written: Written) -> None:
    """The header is written even if no row follows."""
    assert written("SELECT 1 AS a, 2 AS b WHERE false", "csv") == ("a,b\n", "")


def test_formulas_are_left_alone(written: Written) -> None:
    """A text that a spreadsheet would take for a formula is data like any other."""
    assert written("SELECT '=1+1' AS a, '@x' AS b, '-2' AS c", "csv")[0] == "a,b,c\n=1+1,@x,-2\n"


def test_control_characters_only_off_a_terminal(written: Written) -> None:
    """A pipe gets the exact bytes, a terminal gets escapes, in the header too; line breaks stay."""
    query = r"""SELECT E'\x1b[2J\nx' AS "a" """
    assert written(query, "csv")[0] == 'a\n"\x1b[2J\nx"\n'
    assert written(query, "csv", terminal=True)[0] == 'a\n"\\x1b[2J\nx"\n'
    assert written('SELECT 1 AS "\x1b[2J"', "csv", terminal=True)[0] == "\\x1b[2J\n1\n"
