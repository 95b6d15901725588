"""The queries behind derived relations, parsed once for each version and kept, with the macros that they call.

Parsing them, and making the macros and the tables of relations without rows, takes a third of the time in which a small job
is derived. They are kept in a database of the user's cache folder, which whoever derives attaches.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb

from ingest.derive.compute import CREATE_MACRO, PARSED, with_numbers
from ingest.logs import debug
from ingest.quoting import quoted, quoted_path
from ingest.store.paths import cache_folder
from ingest.views.create import together

if TYPE_CHECKING:
    from ingest.views.definition import Definition
    from ingest.views.library import Library

MADE_IN = "making-"
"""How the names of folders in the cache folder begin in which something is made."""


def file_of(definition: Definition) -> Path | None:
    """Where the queries of a definition are kept; None for one with plugins or settings, of which there may be many."""
    if not definition.is_plain:
        return None
    return cache_folder() / f"queries-2-{definition.library.version}-{duckdb.__version__}.duckdb"


def attach(connection: duckdb.DuckDBPyConnection, definition: Definition) -> bool:
    """Attaches what is kept, and looks names up there before the catalog; whether there is something that can be read."""
    file = file_of(definition)
    if file is None or not file.is_file():
        return False
    try:
        attach_file(connection, file)
        connection.execute(f"SET search_path = '{PARSED}.main,catalog.main'")
    except duckdb.Error as error:  # whatever lies there: the texts do as well
        debug("the kept queries cannot be read", file=str(file), reason=str(error))
        return False
    return True


def attach_file(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Attaches a file of parsed queries."""
    connection.execute(f"ATTACH {quoted_path(file)} AS {PARSED} (READ_ONLY)")


def keep(connection: duckdb.DuckDBPyConnection, definition: Definition) -> None:
    """Keeps them, over a connection in which each derived relation is there: what they name is looked up."""
    file = file_of(definition)
    if file is None or file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(prefix=MADE_IN, dir=file.parent) as folder:
            made = Path(folder) / file.name
            write_file(connection, definition.library, made)
            made.chmod(0o600)
            made.replace(file)
    except (OSError, duckdb.Error) as error:  # the user's cache may be on a full disk of its own
        debug("the queries cannot be kept", file=str(file), reason=str(error))
        with suppress(duckdb.Error):
            connection.execute(f"DETACH DATABASE IF EXISTS {PARSED}")


def write_file(connection: duckdb.DuckDBPyConnection, library: Library, file: Path) -> None:
    """Writes a new file of parsed queries, over a connection as for `keep`."""
    connection.execute(f"ATTACH {quoted_path(file)} AS {PARSED}")
    with together(connection):
        for view in library.derivation:
            text = with_numbers(view.text, library)
            if view.is_macro:
                connection.execute(CREATE_MACRO.sub(f"CREATE MACRO {PARSED}.", text, count=1))
            elif view.is_derived:
                name = quoted(view.name)
                connection.execute(f"CREATE MACRO {PARSED}.{name}() AS TABLE {text}")
                connection.execute(f"CREATE TABLE {PARSED}.{name} AS FROM temp.{name} LIMIT 0")
    connection.execute(f"DETACH {PARSED}")
