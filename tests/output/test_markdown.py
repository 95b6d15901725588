"""Markdown: a table that stays a table, and text that stays text."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ingest.output import Format, escape_controls, rows_result, write_result
from ingest.output.as_markdown import cell

if TYPE_CHECKING:
    from tests.output.conftest import Written


@given(st.lists(st.tuples(st.text("|\\\n\r`<a\x1b"), st.text())))
def test_cells_stay_cells(rows: list[tuple[str, str]]) -> None:
    """Each row is one line of two cells, without control characters."""
    stream = io.StringIO()
    write_result(rows_result(["a", "b"], rows), Format.MARKDOWN, stream, redact=False)
    lines = stream.getvalue().split("\n")[:-1]
    assert len(lines) == 2 + len(rows)
    for line in lines:
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3
        assert escape_controls(line) == line


def test_alignment(written: Written) -> None:
    """Numbers stand to the right, NULL is empty."""
    assert written("SELECT 1 AS n, 'x' AS t, NULL::INTEGER AS e", "markdown")[0] == (
        "| n | t | e |\n| ---: | --- | ---: |\n| 1 | x |  |\n"
    )


def test_markup_is_escaped() -> None:
    """No HTML, image, link, code or emphasis comes out of log text; names and URLs stay readable."""
    assert cell("<img src=x>") == "&lt;img src=x>"
    assert cell("![i](http://x)") == "![i\\](http://x)"
    assert cell("&lt;b> a&b") == "&amp;lt;b> a&b"
    assert cell("`*_x_*`") == r"\`\*\_x\_\*\`"
    assert cell("failed_items_by_node [1, 2]") == "failed_items_by_node [1, 2]"
    assert cell("a\nb\tc") == "a<br>b c"
