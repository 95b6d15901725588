"""What a store holds, as one number to compare, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import IngestError
from ingest.plugin.registry import load_registry
from ingest.store.derived import derived_columns
from ingest.store.paths import Layout
from ingest.store.reader import Store, open_store

_OF_A_LOAD = ("loaded_at", "load_id", "slice", "forgotten_at", "reason")
"""Columns that differ from run to run."""


def state(path: Path) -> str:
    """The same for stores whose tables and derived relations have the same rows, in whatever order and files."""
    if not Layout.of(path).catalog.exists():
        return "no store"
    digest = hashlib.sha256()
    with open_store(path) as store:
        for name in sorted(_relations(store)):
            rows = f'SELECT columns(lambda c: c NOT IN {_OF_A_LOAD}) FROM "{name}"'
            ((count, total),) = store.sql(f"SELECT count(*), sum(hash(t)) FROM ({rows}) t").fetchall()
            digest.update(f"{name} {count} {total}\n".encode())
    return digest.hexdigest()[:16]


def _relations(store: Store) -> Iterator[str]:
    yield from ("files", "jobs", "forgotten_jobs")
    yield from (table.name for table in load_registry().tables)
    yield from (name for name, one in derived_columns(store.connection).items() if not one.is_step and name != "jobs")


def faults(path: Path, *, at_rest: bool = True) -> Iterator[str]:
    """What is wrong with a store: a torn state, rows that are not accounted for and, if nobody writes, what is left over."""
    layout = Layout.of(path)
    if not layout.catalog.exists():
        return
    try:
        with open_store(path) as store:
            yield from wrong_counts(store)
            kept = {slice_ for (slice_,) in store.sql(_KEPT).fetchall()}
    except IngestError as error:
        yield f"{error.wrong}"
        return
    if at_rest:
        yield from (f"left over: {one}" for one in layout.data.glob("*/*.parquet") if one.stem not in kept)
        if layout.draft.parent.exists():
            yield "left over: a draft"


def wrong_counts(store: Store) -> Iterator[str]:
    """Files of which more or fewer rows are stored than were counted when they were read."""
    tables = [table.name for table in load_registry().tables]
    stored = " UNION ALL ".join(f'SELECT file_id FROM "{name}"' for name in tables)
    wrong = store.sql(
        "SELECT path, rows + rejects AS counted, coalesce(n, 0) AS stored FROM files"
        f" FULL JOIN (SELECT file_id, count(*) AS n FROM ({stored}) GROUP BY ALL) USING (file_id)"
        " WHERE coalesce(rows + rejects, 0) <> coalesce(n, 0) LIMIT 3"
    ).fetchall()
    yield from (f"{path}: {counted} rows and rejects counted, {found} stored" for path, counted, found in wrong)


_KEPT = "SELECT slice FROM ledger.parts UNION SELECT slice FROM ledger.dropped_slices"
