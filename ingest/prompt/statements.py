"""Where one statement ends and the next begins, told by the database's own tokenizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def split(text: str) -> list[str]:
    """The statements of a text, without the `;` between them; pieces of nothing but blanks and comments are left out.

    A `;` in a string, a quoted name or a comment ends nothing. Text that cannot be parsed is split too: its good
    statements can be run up to the bad one.
    """
    encoded = text.encode()
    pieces, start, filled = [], 0, False
    for offset, kind in _tokens(text):
        if encoded[offset : offset + 1] == b";":
            if filled:
                pieces.append(encoded[start:offset].decode().strip())
            start, filled = offset + 1, False
        elif "comment" not in kind:
            filled = True
    if filled:
        pieces.append(encoded[start:].decode().strip())
    return pieces


def is_ended(text: str) -> bool:
    """Whether the last thing in the text, comments aside, is a `;`."""
    encoded = text.encode()
    for offset, kind in reversed(_tokens(text)):
        if "comment" not in kind:
            return encoded[offset : offset + 1] == b";"
    return False


def has_result(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Whether a statement is one that gives rows to show: SELECT, not SET. Raises `duckdb.Error` if it is none."""
    found = [one for one in connection.extract_statements(statement) if not str(one.type).endswith("CREATE")]
    return any("QUERY_RESULT" in str(kind) for one in found for kind in one.expected_result_type)


def is_setting(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Whether a statement sets a variable or an option of the connection."""
    return all(str(one.type).endswith("SET") for one in connection.extract_statements(statement))


def _tokens(text: str) -> list[tuple[int, str]]:
    """Where each token begins, in bytes, and its kind. DuckDB 1.5 gives no comments and no unclosed string."""
    import duckdb

    return [(offset, str(kind)) for offset, kind in duckdb.tokenize(text)]
