"""What a store holds, as one number to compare, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from ingest.errors import IngestError
from ingest.plugin.registry import load_registry
from ingest.store.derived import derived_columns
from ingest.store.paths import Layout
from ingest.store.reader import Store, open_store

_OF_A_LOAD = ("loaded_at", "load_id", "slice", "forgotten_at", "reason")
"""Columns that differ from run to run."""


Files = dict[str, tuple[int, int, int]]
"""Path → inode, bytes and time of change."""


def state(path: Path) -> str:
    """The same for stores whose tables and derived relations have the same rows, in whatever order and files."""
    return examined(path)[0]


def faults(path: Path, *, at_rest: bool = True) -> Iterator[str]:
    """What is wrong with a store: a torn state, rows that are not accounted for and, if nobody writes, what is left over."""
    yield from examined(path, at_rest=at_rest)[1]


def examined(path: Path, *, at_rest: bool = True) -> tuple[str, list[str]]:
    """The state of a store and its faults."""
    layout = Layout.of(path)
    if not layout.catalog.exists():
        return "no store", []
    try:
        with open_store(path) as store:
            now = _state(store)
            found = list(wrong_counts(store))
            kept = {slice_ for (slice_,) in store.sql(_KEPT).fetchall()}
    except IngestError as error:
        return "cannot be read", [error.wrong]
    if at_rest:
        found += [f"left over: {one}" for one in layout.data.glob("*/*.parquet") if one.stem not in kept]
        if layout.draft.parent.exists():
            found.append("left over: a draft")
    return now, found


def _state(store: Store) -> str:
    counted = " UNION ALL ".join(
        f"SELECT '{name}', count(*), sum(hash(t)) FROM"
        f' (SELECT columns(lambda c: c NOT IN {_OF_A_LOAD}) FROM "{name}") t'
        for name in sorted(_relations(store))
    )
    rows = store.connection.execute(counted).fetchall()
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:16]


def _relations(store: Store) -> Iterator[str]:
    yield from ("files", "jobs", "forgotten_jobs")
    yield from (table.name for table in load_registry().tables)
    yield from (name for name, one in derived_columns(store.connection).items() if not one.is_step and name != "jobs")


def is_untouched(path: Path, before: Files, now: Files) -> bool:
    """Whether a store cannot hold another state than before: the same catalog, and every file that it may name is there."""
    layout = Layout.of(path)
    if not before.items() <= now.items():
        return False
    return all(
        Path(name).is_relative_to(layout.data) and name.endswith(".parquet") for name in now.keys() - before.keys()
    )


def files_of(path: Path) -> Files:
    """A store's files as the disk has them, without those of the lock and drafts, which nobody reads."""
    layout = Layout.of(path)
    found = {str(one): one.stat() for one in path.rglob("*") if one.is_file()}
    return {
        name: (about.st_ino, about.st_size, about.st_mtime_ns)
        for name, about in found.items()
        if not Path(name).name.startswith("writer.") and not Path(name).is_relative_to(layout.draft.parent)
    }


def accounts(path: Path, jobs: Collection[str]) -> dict[tuple[str, str], object]:
    """What was counted of each file of some jobs: job and path → status, rows, rejects."""
    with open_store(path) as store:
        rows = store.sql(
            "SELECT job_id, path, (status, records, rows, rejects) FROM files WHERE list_contains(?, job_id)",
            [list(jobs)],
        ).fetchall()
    return {(job, name): counted for job, name, counted in rows}


def changed(path: Path, jobs: Collection[str], expected: Mapping[str, object]) -> Iterator[str]:
    """Files of whole jobs of which something else was counted than if they are alone; `expected`: of each path."""
    if not Layout.of(path).catalog.exists():
        return
    found = accounts(path, jobs)
    for job in jobs:
        for name, counted in expected.items():
            if found.get((job, name)) != counted:
                yield f"{job}/{name} is whole: {counted} was expected, {found.get((job, name))} is counted"


def wrong_counts(store: Store) -> Iterator[str]:
    """Files of which more or fewer rows are stored than were counted when they were read."""
    named = store.connection.execute("SELECT DISTINCT name FROM ledger.parts").fetchall()
    tables = {table.name for table in load_registry().tables} & {name for (name,) in named} or {"rejects"}
    stored = " UNION ALL ".join(f'SELECT file_id FROM "{name}"' for name in tables)
    wrong = store.connection.execute(
        "SELECT path, rows + rejects AS counted, coalesce(n, 0) AS stored FROM files"
        f" FULL JOIN (SELECT file_id, count(*) AS n FROM ({stored}) GROUP BY ALL) USING (file_id)"
        " WHERE coalesce(rows + rejects, 0) <> coalesce(n, 0) LIMIT 3"
    ).fetchall()
    yield from (f"{path}: {counted} rows and rejects counted, {found} stored" for path, counted, found in wrong)


_KEPT = "SELECT slice FROM ledger.parts UNION SELECT slice FROM ledger.dropped_slices"
