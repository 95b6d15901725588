"""Tables and records: readable in the width there is, and nothing in them acts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ingest.output import Format, escape_controls, rows_result, write_result
from ingest.output.as_table import _short
from ingest.output.table_layout import folded, header_lines

if TYPE_CHECKING:
    from tests.output.conftest import Written

cells = (
    st.none() | st.text(max_size=60) | st.integers() | st.sampled_from(["你好" * 30, "[red]x[/red]", "a\tb\nc" * 20])
)


@given(st.lists(st.lists(cells, min_size=4, max_size=4), max_size=4), st.integers(30, 120))
def test_never_wider_than_asked(rows: list[list[object]], width: int) -> None:
    """No line is wider than asked, and no control character is in it, whatever the data are."""
    stream, notes = io.StringIO(), io.StringIO()
    result = rows_result(["id", "a_long_column_name", "b c", "\x1b[31m"], rows)
    write_result(result, Format.TABLE, stream, redact=False, width=width, notes=notes)
    for line in stream.getvalue().split("\n"):
        assert cell_len(line) <= width
        assert escape_controls(line) == line


def test_markup_is_text(written: Written) -> None:
    """Square brackets, emoji names and links in the data stay what they are."""
    text, _ = written("SELECT '[red]x[/red] :smile: [link=http://e]y[/link] https://e' AS a", "table", terminal=True)
    assert "[red]x[/red] :smile: [link=http://e]y[/link] https://e" in text
    assert "\x1b]8" not in text


def test_more_rows_than_shown(written: Written) -> None:
    """The first thousand rows are shown, and stderr says how many there are more and how to get them."""
    text, notes = written("SELECT i FROM range(2345) AS t(i)", "table")
    assert len(text.splitlines()) == 2 + 1000
    assert notes == "1,345 more rows left out: --limit N shows more, --format csv all\n"
    assert written("SELECT i FROM range(2345) AS t(i)", "table", limit=2345)[1] == ""


def test_very_many_rows_are_not_all_counted(written: Written) -> None:
    """Counting what is left out ends somewhere: nobody waits for it."""
    _, notes = written("SELECT i FROM range(300_000) AS t(i)", "markdown", limit=1)
    assert notes.startswith("more than 100,")


def test_limit_of_data_formats(written: Written) -> None:
    """A limit holds for every format, and is told as well."""
    assert written("SELECT i FROM range(5) AS t(i)", "csv", limit=2) == (
        "i\n0\n1\n",
        "3 more rows left out: a higher --limit writes more\n",
    )


def test_no_rows(written: Written) -> None:
    """The columns are shown even when there is no row."""
    assert written("SELECT 1 AS a, 2 AS b WHERE false", "table") == ("a  b\n────\n", "no rows\n")


def test_too_many_columns_become_records(written: Written) -> None:
    """What does not fit as a table is shown record by record, with every value."""
    columns = ", ".join(f"repeat('x', 30) || {i} AS column_{i}" for i in range(12))
    text, _ = written(f"SELECT {columns} FROM range(2)", "table")
    assert text.startswith("── 1 ───")
    assert "\n── 2 ───" in text
    assert all(f"column_{i}" in text and "x" * 30 + str(i) in text for i in range(12))
    assert written(f"SELECT {columns}", "table", width=500)[0].startswith("column_0")


def test_few_rows_may_be_tall(written: Written) -> None:
    """A single plan or traceback is shown whole, not three lines of it."""
    text, notes = written("SELECT repeat(E'a line of it\n', 30) AS message, repeat('x', 90) AS y", "table")
    assert text.count("a line of it") == 30
    assert notes == ""


@pytest.mark.parametrize("width", [60, 400])
def test_huge_text_is_said_to_be_cut(written: Written, width: int) -> None:
    """A text too long to show is never cut in silence, however wide the terminal is."""
    text, notes = written("SELECT repeat('x', 100_000) AS t", "table", width=width)
    assert text.rstrip().endswith("…")
    assert notes.startswith("long texts are cut")


def test_dim_nulls_on_a_terminal(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a NULL is dim, so that it differs from a dash in the data; elsewhere there is no colour."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    query = "SELECT NULL::VARCHAR AS a, '-' AS b"
    lines = written(query, "table", terminal=True)[0].splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("\x1b[2m-\x1b[0m")
    assert lines[2].endswith("-")
    assert "\x1b" not in written(query, "table")[0]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (1 / 3, "0.333"), (2.0, "2"), (-1.5, "-1.5"), (0.0001, "0.0001"), (1e20, "1e+20"), ("nan", "nan")],
)
def test_short_floats(number: float | str, text: str) -> None:
    """At most three decimals, none that say nothing, and small numbers do not become 0."""
    assert _short(number) == text


def test_points_stand_below_each_other(written: Written) -> None:
    """Floats of one column have equally many decimals."""
    text, _ = written("SELECT unnest([1.5, 20, 0.125]::DOUBLE[]) AS x", "table")
    assert text.splitlines()[2:] == [" 1.500", "20.000", " 0.125"]


@given(st.text("ab 你⏎", max_size=80), st.integers(2, 20), st.integers(1, 5))
def test_folding_loses_nothing(text: str, width: int, lines: int) -> None:
    """Folded lines fit, and hold all but blanks, unless they say that they were cut."""
    folds, cut = folded(text, width, lines)
    assert len(folds) <= max(1, lines)
    assert all(cell_len(line) <= width for line in folds)
    if cut:
        assert folds[-1].endswith("…")
    else:
        assert "".join(folds).replace(" ", "") == text.replace(" ", "")


def test_headers_break_at_underscores() -> None:
    """A name too wide for its column is folded where its words end."""
    assert header_lines("mean_duration_s", 9) == ["mean_", "duration_", "s"]
    assert header_lines("mean_duration_s", 20) == ["mean_duration_s"]
    assert header_lines("x" * 9, 4) == ["xxxx", "xxxx", "x"]
