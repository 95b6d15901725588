"""Columns of secrets in tables that are text: within one text, and over the rows of a result."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ingest.output.key_lines import KeyLines
from ingest.output.redact import Redactor, redact_text
from ingest.output.redact_arrow import redact_batch

WORD = "Moor9!huhn"
OTHER = "Kauz4#wald"
TABLES = {
    "Markdown": ["| user | password |", "|---|---|", f"| bob | {WORD} |", f"| eve | {OTHER} |"],
    "a database": [" user | password", "------+----------", f" bob  | {WORD}", f" eve  | {OTHER}"],
    "CSV": ["user,password,active", f"bob,{WORD},1", f'eve,"{OTHER}",0'],
    "semicolons": ["user;pwd", f"bob;{WORD}", f"eve;{OTHER}"],
    "tabs": ["user\tpassphrase", f"bob\t{WORD}", f"eve\t{OTHER}"],
    "blanks": ["user   password     node", f"bob    {WORD}   7", f"eve    {OTHER}   8"],
    "a box": ["│ user ┆ pwd        │", "╞══════╪════════════╡", f"│ bob  ┆ {WORD} │", f"│ eve  ┆ {OTHER} │"],
}
STATES = {
    "states": ["| user | password |", "|---|---|", "| bob | expired |", "| eve | not set |"],
    "tokens of words": ["token,count", "huhn,12", "wald,7"],
    "a schema": ["column,type", "password,varchar", "token,text"],
    "prose": ["user and password", "were not checked", "because nobody asked"],
    "counts": ["node   tokens   key", "7      5120     a1"],
}


def rows_masked(rows: list[str], size: int) -> list[str]:
    """The rows of a result, each a line, that come in batches of some size."""
    keys: dict[int, KeyLines] = {}
    redactor = Redactor()
    batches = [pa.record_batch({"line": rows[at : at + size]}) for at in range(0, len(rows), size)]
    return [text for batch in batches for text in redact_batch(batch, redactor, keys).column(0).to_pylist()]


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("size", [1, 3, 9])
def test_table_over_rows(rows: list[str], size: int) -> None:
    """Values are masked in whichever batch they come; names and other columns stay."""
    masked = rows_masked(rows, size)
    assert masked == [row.replace(WORD, "***").replace(OTHER, "***") for row in rows]


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
def test_table_in_one_text(rows: list[str]) -> None:
    """The same lines in one message."""
    text = "\n".join(["before it", *rows, "", "behind it"])
    assert redact_text(text) == text.replace(WORD, "***").replace(OTHER, "***")


@pytest.mark.parametrize("rows", STATES.values(), ids=STATES)
def test_tables_without_secrets(rows: list[str]) -> None:
    """States, counts and words stay, over rows and in one text."""
    assert rows_masked(rows, 2) == rows
    assert redact_text("\n".join(rows)) == "\n".join(rows)


def test_a_table_ends() -> None:
    """A row of another shape ends the table; what looks like a row of it later is none."""
    rows = ["user,password", f"bob,{WORD}", "The import is done.", "left,Right2!side"]
    assert rows_masked(rows, 9) == ["user,password", "bob,***", "The import is done.", "left,Right2!side"]


def test_rows_between_are_not_the_tables() -> None:
    """An empty or missing row does not show the next one."""
    batch = pa.record_batch({"line": ["user;pwd", None, f"bob;{WORD}"], "other": [WORD, None, "x"]})
    assert redact_batch(batch, Redactor(), {}).to_pydict() == {
        "line": ["user;pwd", None, "bob;***"],
        "other": [WORD, None, "x"],
    }
