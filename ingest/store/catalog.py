"""The catalog: which Parquet files count, published by one rename. The catalog is the commit.

It is made beside the published one, as a copy that is then changed, closed, synced, and renamed over it. So a reader sees
either the whole old state or the whole new one, and a writer killed at any instant leaves the last commit standing. Readers
keep the snapshot that they opened; nothing that a published catalog lists is deleted before a grace time is over.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path

import duckdb

from ingest.errors import StoreError, first_line
from ingest.quoting import quoted, quoted_path
from ingest.store.backend import backend_of
from ingest.store.commit import create_ledger, read_meta, set_meta
from ingest.store.derived import DerivedRelation, derived_columns, derived_views
from ingest.store.disk import as_store_error, as_unreadable
from ingest.store.interrupts import interruptible
from ingest.store.known_problems import write_known_problems
from ingest.store.paths import Layout
from ingest.store.record_views import derived_rows, empty, listed, rows_of
from ingest.views.create import comment_columns, create_view, create_views, together
from ingest.views.definition import Definition
from ingest.views.files import ViewProblem
from ingest.views.library import Library

_STORAGE_VERSION = "v1.2.0"
"""So that clients older than ours can open the catalog."""

_GRACE_S = 3_600
"""How long a Parquet file that a catalog listed stays on disk after it was dropped: a reader may still scan it."""

FORMAT = "9"
"""Raised when the catalog's own tables change and no load mends that; a store of another format is refused, with a reason."""


@contextmanager
def connect_catalog(layout: Layout, *, moved: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published catalog, read-only; with `moved`, also one whose views name files where the store was before.

    Raises `StoreError` if there is none, or it is damaged or of another format, and for a query that fails within because
    rows of the store cannot be read.
    """
    backend = backend_of(layout)
    published = backend.newest()
    if published is None:
        raise StoreError(f"{layout}: no store there", "Fill one with: ingest <job folders> --store PATH")
    # attached, not opened: a process that has the catalog open would be given that old state again after a rename
    connection = interruptible(duckdb.connect(config=_CONFIG))
    try:
        with as_unreadable(layout):
            _attach(connection, published.catalog)
            _check(connection, layout, moved)
            with backend.serving(connection):
                yield connection
    finally:
        connection.close()


def _attach(connection: duckdb.DuckDBPyConnection, catalog: Path) -> None:
    try:
        connection.execute(f"ATTACH {quoted_path(catalog)} AS catalog (READ_ONLY)")
        connection.execute("USE catalog")
    except duckdb.Error as error:
        raise StoreError(
            f"{catalog}: cannot be opened: {first_line(error)}",
            "If the file is damaged: move the store away and ingest the job folders again.",
        ) from error


_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind the user's back
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a name in a query is a table's, never a variable's of this program
}


def _check(connection: duckdb.DuckDBPyConnection, layout: Layout, moved: bool) -> None:
    """A catalog of another format, or whose folder was moved, is told as such."""
    try:
        meta = read_meta(connection)
    except duckdb.Error as error:
        raise StoreError(
            f"{layout.catalog if layout.url is None else layout}: not a catalog of ingest",
            "Choose another place: --store PATH.",
        ) from error
    if meta["format"] != FORMAT:
        raise StoreError(
            f"{layout}: store of format {meta['format']}, this version of ingest reads {FORMAT}",
            "Use the version that wrote it, or ingest the job folders into a new store.",
        )
    if layout.url is None and meta["root"] != str(layout.root) and not moved:
        raise StoreError(
            f"{layout.root}: this store was moved here from {meta['root']}",
            f"Fix its paths with: ingest rebuild --store {layout.root}",
        )


Step = Callable[[duckdb.DuckDBPyConnection], object]
"""Something done to the next catalog before it is published."""


class Draft:
    """The next catalog, in the making: begun as a copy of the published one, then changed and put in its place.

    Whoever makes one holds the writer's lock. Its tables and views are those of `definition` once `remake` was called on
    it; until then it stays with those of the published catalog, which its derived rows fit. `template` gives an empty
    catalog that a new store begins with.
    """

    def __init__(
        self, layout: Layout, definition: Definition, template: Callable[[], Path | None] = lambda: None
    ) -> None:
        self._layout = layout
        self._backend = backend_of(layout)
        self._base = self._backend.newest()
        self._definition = definition
        self._library: Library | None = None
        shutil.rmtree(layout.draft.parent, ignore_errors=True)
        self._connection = interruptible(duckdb.connect(config=_CONFIG))
        with self._changing():
            layout.draft.parent.mkdir(parents=True)
            begun = self._base.catalog if self._base is not None else template()
            if begun:
                shutil.copyfile(begun, layout.draft)
            self._attach()
            if not begun:
                create_ledger(self._connection)
                set_meta(self._connection, {"format": FORMAT})
            self._serving = ExitStack()
            self._serving.enter_context(self._backend.serving(self._connection))
            self._before = _parts(self._connection) if self._base is not None else set()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """To look into it."""
        return self._connection

    def change(self, step: Step) -> None:
        """Changes the tables of the ledger, wholly or not at all."""
        with self._changing(), together(self._connection):
            step(self._connection)

    @contextmanager
    def closed(self) -> Iterator[Path]:
        """Its file, for others to read meanwhile."""
        with self._changing():
            self._detach()
        yield self._layout.draft
        with self._changing():
            self._attach()

    def remake(self) -> None:
        """From now on its derived rows, tables and views are those of the definition."""
        self._library = self._definition.library
        with self._changing():
            write_known_problems(self._connection, self._definition.known_problems)

    def leave_out(self, problems: Sequence[ViewProblem]) -> None:
        """Files of plugins that nothing can be derived with: no views are made of them."""
        if self._library is not None:
            self._library = self._library.without(problems)

    def publish(self, then: Step | None = None) -> list[str]:
        """Replaces the published catalog at once. Raises `HeadMovedError` if it is not the one that this was begun with.

        `then` may read all that tables and views hold, and write to the catalog's own tables. Returns what is wrong with
        views of plugins, which are left out.
        """
        layout, connection = self._layout, self._connection
        problems: list[ViewProblem] = []
        with self._changing(), connection:
            derived = {name: one for name, one in derived_columns(connection).items() if not one.is_step}
            if self._library is not None:
                problems = self._make_views(self._library, derived)
            ledger = listed(connection)
            had_rows = {name for name, _ in self._before}
            with together(connection):
                for table in self._definition.tables:
                    if table.name in ledger.parts or table.name in had_rows:
                        _make_part(connection, table.name, rows_of(ledger, layout, table))
                for name, relation in derived.items():
                    if name in ledger.parts or name in had_rows:
                        rows = derived_rows(ledger, layout, name, relation.columns, with_forgotten=relation.is_history)
                        _make_part(connection, name, rows)
            set_meta(connection, {"root": str(layout)})
            if then is not None:
                then(connection)
            added = {name for name, _ in _parts(connection) - self._before}
            self._detach()
        with as_store_error(layout, "the catalog"):
            self._backend.swap_head(self._base, added)
        shutil.rmtree(layout.draft.parent, ignore_errors=True)
        return [f"{problem}" for problem in problems]

    def _make_views(self, library: Library, derived: Mapping[str, DerivedRelation]) -> list[ViewProblem]:
        """Makes all views; bound over empty relations, which is quicker than over files."""
        connection, definition = self._connection, self._definition
        with together(connection):
            _drop_views(connection)
            for table in definition.tables:
                columns = [(column.name, str(column.type)) for column in table.columns]
                _make_part(connection, table.name, empty(columns))
                connection.execute(f"CREATE VIEW {quoted(table.name)} AS SELECT * FROM parts.{quoted(table.name)}")
            for name, relation in derived.items():
                _make_part(connection, name, empty(relation.columns))
            for view in derived_views(library, derived):
                create_view(connection, view)
            set_meta(connection, {"views": definition.digest})
        problems = create_views(connection, library)
        comment_columns(connection)
        return problems

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Tells what goes wrong as `StoreError`; then the draft is closed, since a file that is open keeps its room."""
        with as_store_error(self._layout, "the catalog"):
            try:
                yield
            except BaseException:
                self._connection.close()
                raise

    def _attach(self) -> None:
        path = quoted_path(self._layout.draft)
        self._connection.execute(f"ATTACH {path} AS catalog (STORAGE_VERSION '{_STORAGE_VERSION}')")
        self._connection.execute("USE catalog")

    def _detach(self) -> None:
        self._connection.execute("USE memory")
        self._connection.execute("DETACH catalog")


def _parts(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """The Parquet files that a catalog lists: table and slice."""
    return set(connection.execute("SELECT name, slice FROM ledger.parts").fetchall())


def _make_part(connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> None:
    """Says which Parquet files are the rows of a table or derived relation; the view that people ask reads this one."""
    connection.execute(f"CREATE OR REPLACE VIEW parts.{quoted(name)} AS {rows}")


def _drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Views of files that are gone must go too."""
    names = connection.execute(
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'catalog' AND NOT internal"
    ).fetchall()
    for schema, name in names:
        connection.execute(f"DROP VIEW {quoted(schema)}.{quoted(name)}")


def sweep(layout: Layout) -> int:
    """Deletes what no catalog needs: drafts and Parquet files of a killed command, files dropped before the grace time.

    The caller holds the writer's lock. Returns how many files were deleted. In an object store whoever made something may be
    at work still: there only what is older than a day goes.
    """
    if layout.url is not None:
        from ingest.store.remote.sweep import sweep_remote

        return sweep_remote(layout)
    shutil.rmtree(layout.draft.parent, ignore_errors=True)
    published = backend_of(layout).newest()
    since = time.time() - _GRACE_S
    known = _slices(layout, published.state) if published is not None else ()
    kept = {slice_ for slice_, dropped_at in known if dropped_at is None or dropped_at > since}
    deleted = 0
    for path in layout.data.glob("*/*.parquet"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


@lru_cache(maxsize=1)  # who follows a job sweeps every few seconds
def _slices(layout: Layout, state: Hashable) -> list[tuple[str, float | None]]:
    """The slices of the catalog of this state; those that were dropped, with when."""
    del state
    with connect_catalog(layout, moved=True) as connection:
        return connection.execute(
            "SELECT DISTINCT slice, NULL FROM ledger.parts UNION ALL SELECT slice, dropped_at FROM ledger.dropped_slices"
        ).fetchall()
