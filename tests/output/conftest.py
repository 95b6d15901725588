"""What the tests of output share: a connection, streams that are terminals or not, and one call that writes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.output import Format, Result, select_result, write_result

if TYPE_CHECKING:
    import duckdb

    Written = Callable[..., tuple[str, str]]


class Terminal(io.StringIO):
    """A stream at which a person looks."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to an empty database in memory."""
    import duckdb

    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@pytest.fixture
def hard_types() -> str:
    """The query with every hard type and hostile texts."""
    return Path(__file__).with_name("hard_types.sql").read_text(encoding="utf-8")


@pytest.fixture
def written(con: duckdb.DuckDBPyConnection) -> Written:
    """Writes a query or a result: `written(sql, format, terminal=False, …)` gives what was written, and the notes."""

    def write(source: str | Result, format_: str, *, terminal: bool = False, **options: Any) -> tuple[str, str]:
        result = select_result(con, source) if isinstance(source, str) else source
        stream, notes = Terminal() if terminal else io.StringIO(), io.StringIO()
        write_result(result, Format(format_), stream, notes=notes, **({"redact": False} | options))
        return stream.getvalue(), notes.getvalue()

    return write
