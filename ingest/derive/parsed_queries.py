"""The queries behind derived relations, parsed once for each version and kept.

Parsing them takes a quarter of the time in which a small job is derived. They are kept as table macros in a database of the
user's cache folder, which whoever derives attaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
import platformdirs

from ingest.derive.compute import PARSED, with_numbers
from ingest.logs import debug
from ingest.quoting import quoted, quoted_path

if TYPE_CHECKING:
    from ingest.views.definition import Definition

MADE_IN = "queries-in-the-making-"
"""How the names of folders begin in which it is made."""


def file_of(definition: Definition) -> Path | None:
    """Where the queries of a definition are kept; None for one with plugins or settings, of which there may be many."""
    if not definition.is_plain:
        return None
    folder = Path(platformdirs.user_cache_dir("ingest", appauthor=False))
    return folder / f"queries-{definition.library.version}-{duckdb.__version__}.duckdb"


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[frozenset[str]]:
    """Attaches the kept queries and gives the names of their relations; none if there are none that can be read."""
    file = file_of(definition)
    names: frozenset[str] = frozenset()
    if file is not None and file.is_file():
        try:
            connection.execute(f"ATTACH {quoted_path(file)} AS {PARSED} (READ_ONLY)")
            found = connection.execute(
                f"SELECT function_name FROM duckdb_functions() WHERE database_name = '{PARSED}'"
            ).fetchall()
            names = frozenset(name for (name,) in found)
        except duckdb.Error as error:  # whatever lies there: the texts do as well
            debug("the kept queries cannot be read", file=str(file), reason=str(error))
    yield names


def keep(connection: duckdb.DuckDBPyConnection, definition: Definition) -> None:
    """Keeps the queries, over a connection in which each derived relation is there: what they name is looked up."""
    file = file_of(definition)
    if file is None or file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(prefix=MADE_IN, dir=file.parent) as folder:
            made = Path(folder) / file.name
            connection.execute(f"ATTACH {quoted_path(made)} AS {PARSED}")
            for view in definition.library.derivation:
                if view.is_derived:
                    text = with_numbers(view.text, definition.library)
                    connection.execute(f"CREATE MACRO {PARSED}.{quoted(view.name)}() AS TABLE {text}")
            connection.execute(f"DETACH {PARSED}")
            made.chmod(0o600)
            made.replace(file)
    except (OSError, duckdb.Error) as error:  # the user's cache may be on a full disk of its own
        debug("the queries cannot be kept", file=str(file), reason=str(error))
        with suppress(duckdb.Error):
            connection.execute(f"DETACH DATABASE IF EXISTS {PARSED}")
