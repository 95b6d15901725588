"""The catalog: which Parquet files count, published by one rename. The catalog is the commit.

It is made beside the published one, as a copy that is then changed, closed, synced, and renamed over it. So a reader sees
either the whole old state or the whole new one, and a writer killed at any instant leaves the last commit standing. Readers
keep the snapshot that they opened; nothing that a published catalog lists is deleted before a grace time is over.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingest.errors import StoreError
from ingest.known_problems import ListedProblem
from ingest.model import Table
from ingest.store.commit import create_ledger, read_meta, set_meta
from ingest.store.known_problems import write_known_problems
from ingest.store.layout import Layout, sync
from ingest.store.quoting import quoted_path
from ingest.store.record_views import no_rows, rows_of
from ingest.views import ViewProblem, create_views, views_digest

_STORAGE_VERSION = "v1.2.0"
"""So that clients older than ours can open the catalog."""

_GRACE_S = 3_600
"""How long a Parquet file that a catalog listed stays on disk after it was dropped: a reader may still scan it."""

FORMAT = "3"
"""Raised when the catalog's own tables change and no load mends that; a store of another format is refused, with a reason."""


@contextmanager
def connect_catalog(layout: Layout, *, moved: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published catalog, read-only; with `moved`, also one whose views name files where the store was before.

    Raises `StoreError` if there is none, or it is damaged or of another format.
    """
    if not layout.catalog.exists():
        raise StoreError(f"{layout.root}: no store there", "Fill one with: ingest <job folders> --store PATH")
    # attached, not opened: a process that has the catalog open would be given that old state again after a rename
    connection = duckdb.connect(config=_CONFIG)
    try:
        connection.execute(f"ATTACH {quoted_path(layout.catalog)} AS catalog (READ_ONLY)")
        connection.execute("USE catalog")
    except duckdb.Error as error:
        connection.close()
        raise StoreError(
            f"{layout.catalog}: cannot be opened: {_first_line(error)}",
            "If the file is damaged: move the store away and ingest the job folders again.",
        ) from error
    try:
        _check(connection, layout, moved)
        yield connection
    finally:
        connection.close()


_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind the user's back
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a name in a query is a table's, never a variable's of this program
}


_DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What the database raises if a file of its own cannot be read or written."""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _check(connection: duckdb.DuckDBPyConnection, layout: Layout, moved: bool) -> None:
    """A catalog of another format, or whose folder was moved, is told as such."""
    try:
        meta = read_meta(connection)
    except duckdb.Error as error:
        raise StoreError(f"{layout.catalog}: not a catalog of ingest", "Choose another place: --store PATH.") from error
    if meta["format"] != FORMAT:
        raise StoreError(
            f"{layout.root}: store of format {meta['format']}, this version of ingest reads {FORMAT}",
            "Use the version that wrote it, or ingest the job folders into a new store.",
        )
    if meta["root"] != str(layout.root) and not moved:
        raise StoreError(
            f"{layout.root}: this store was moved here from {meta['root']}",
            f"Mend its paths with: ingest rebuild --store {layout.root}",
        )


Step = Callable[[duckdb.DuckDBPyConnection], object]
"""Something done to the next catalog before it is published."""


class Draft:
    """The next catalog, in the making: begun as a copy of the published one, then changed and put in its place.

    It can be begun, which takes most of the time, before it is known what will be committed. Whoever makes one holds the
    writer's lock. `anew`: the views are made again even if their texts are those of the published catalog.
    """

    def __init__(
        self,
        layout: Layout,
        tables: Sequence[Table],
        view_folders: Sequence[Path],
        known_problems: Sequence[ListedProblem],
        *,
        anew: bool = False,
    ) -> None:
        self._layout = layout
        self._tables = tables
        self._views = views_digest(view_folders)
        self._problems: list[ViewProblem] = []
        shutil.rmtree(layout.draft.parent, ignore_errors=True)
        with _told(layout):
            layout.draft.parent.mkdir(parents=True)
            begun = layout.catalog.exists()
            if begun:
                shutil.copyfile(layout.catalog, layout.draft)
            self._connection = duckdb.connect(config=_CONFIG)
            self._connection.execute(
                f"ATTACH {quoted_path(layout.draft)} AS catalog (STORAGE_VERSION '{_STORAGE_VERSION}')"
            )
            self._connection.execute("USE catalog")
            if not begun:
                create_ledger(self._connection)
            write_known_problems(self._connection, known_problems)
            if anew or read_meta(self._connection).get("views") != self._views:
                _drop_views(self._connection)
                for table in tables:  # binding the views that answer over empty tables is quick, over files it is not
                    self._connection.execute(f'CREATE OR REPLACE VIEW "{table.name}" AS {no_rows(table)}')
                self._problems = create_views(self._connection, view_folders)

    def publish(self, change: Step | None, then: Step | None = None) -> list[str]:
        """Makes a change (None: nothing but the views is new) and replaces the published catalog by one rename.

        `change` works on the ledger; from it the views over records are made. `then` may read all that tables and views
        hold after that, and write to the catalog's own tables. Returns what is wrong with views of plugins, which are left out.
        """
        layout, connection = self._layout, self._connection
        with _told(layout), connection:
            if change is not None:
                change(connection)
            for table in self._tables:
                connection.execute(f'CREATE OR REPLACE VIEW "{table.name}" AS {rows_of(connection, layout, table)}')
            set_meta(connection, {"format": FORMAT, "root": str(layout.root), "views": self._views})
            if then is not None:
                then(connection)
            connection.execute("USE memory")
            connection.execute("DETACH catalog")
        with _told(layout):
            sync(layout.draft)
        layout.draft.replace(layout.catalog)
        sync(layout.root)
        layout.draft.parent.rmdir()
        return [f"{problem}" for problem in self._problems]


@contextmanager
def _told(layout: Layout) -> Iterator[None]:
    """Says what to do if the catalog cannot be written."""
    try:
        yield
    except (OSError, *_DAMAGE) as error:
        raise StoreError(
            f"{layout.root}: the catalog cannot be written: {_first_line(error)}",
            "The last whole commit stands. Is the disk full? If the store is damaged: move it away and ingest again.",
        ) from error


def _drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Views of files that are gone must go too."""
    names = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE database_name = 'catalog' AND NOT internal"
    ).fetchall()
    for (name,) in names:
        connection.execute(f'DROP VIEW "{name}"')


def sweep(layout: Layout) -> int:
    """Deletes Parquet files that no catalog lists: left by a killed load, or dropped longer ago than the grace time.

    The caller holds the writer's lock. Returns how many were deleted.
    """
    kept: set[str] = set()
    if layout.catalog.exists():
        with connect_catalog(layout, moved=True) as connection:
            listed = connection.execute(
                "SELECT slice FROM ledger.parts UNION SELECT slice FROM ledger.dropped_slices WHERE dropped_at > ?",
                [time.time() - _GRACE_S],
            ).fetchall()
        kept = {slice_ for (slice_,) in listed}
    deleted = 0
    for path in layout.data.glob("*/*.parquet"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted
