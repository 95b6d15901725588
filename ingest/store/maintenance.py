"""Changing a store: one writer, what a killed run left swept away, each step published by one rename, no room lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import StoreError, disk_full, is_disk_full
from ingest.logs import log
from ingest.store.catalog import Draft, Step, connect_catalog, sweep
from ingest.store.lock import writer_lock
from ingest.store.paths import Layout
from ingest.store.signals import swept_before_the_end

_OWN = ("catalog.duckdb", "data", "draft", "writer.", "nightly.", ".")
"""How the names in a store's folder begin; a load that was killed leaves some of them without a catalog."""

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry


@contextmanager
def writing(layout: Layout, lock_timeout_s: float) -> Iterator[None]:
    """Holds the writer's lock of a store, there or yet to be made; all that changes one is done within.

    What a killed run left is swept away first. If something goes wrong, what was begun is swept away too: a full disk needs
    the room. Raises `StoreError` if another holds the lock, or the store cannot be written; a `KeyboardInterrupt` says what
    was committed. A signal that ends the process lets it sweep first.
    """
    _check_place(layout)
    with (
        swept_before_the_end(),
        writer_lock(layout, lock_timeout_s, lambda holder: log().warning("waiting for the store", holder=holder)),
    ):
        sweep(layout)
        before = _committed(layout)
        try:
            yield
        except BaseException as error:
            with suppress(StoreError, OSError):
                sweep(layout)
            if is_disk_full(error) and not isinstance(error, StoreError):
                raise disk_full(layout.root, "the store", error) from error
            if isinstance(error, KeyboardInterrupt):
                raise KeyboardInterrupt(_interrupted(layout, before)) from None
            raise


def _check_place(layout: Layout) -> None:
    """Raises `StoreError` for a folder that holds something else: a store would be mixed with it."""
    try:
        names = sorted(entry.name for entry in layout.root.iterdir()) if not layout.catalog.exists() else []
    except OSError:  # not there yet, or not to be read: that is said when it is written
        return
    if others := [name for name in names if not name.startswith(_OWN)]:
        raise StoreError(
            f"{layout.root}: not a store, and not empty: it holds {others[0]}"
            + (f" and {len(others) - 1} more" if len(others) > 1 else ""),
            "Give a new or an empty folder: --store PATH.",
        )


def _committed(layout: Layout) -> tuple[int, int] | None:
    """Which catalog is the published one; None if none was published yet."""
    try:
        status = layout.catalog.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _interrupted(layout: Layout, before: tuple[int, int] | None) -> str:
    """What a command that was interrupted leaves behind."""
    now = _committed(layout)
    if now is None:
        return "nothing was committed, there is no store yet; the same command starts again"
    if now == before:
        return "nothing was committed, the store is as it was; the same command starts again"
    return "the store holds what was committed until then; the same command goes on from there"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A store that nobody else writes to."""

    layout: Layout
    registry: Registry

    def publish(self, change: Step | None, then: Step | None = None) -> None:
        """Publishes the next catalog: changed first, then by what may read all that its views hold."""
        draft = Draft(self.layout, self.registry.definition())
        if change is not None:
            draft.change(change)
        draft.publish(then)


@contextmanager
def maintenance(
    layout: Layout, registry: Registry, lock_timeout_s: float = 60.0, *, moved: bool = False
) -> Iterator[Maintenance]:
    """Holds the writer's lock of a store that is there, for something else than a load.

    What is to be changed is chosen within: what was chosen before may have changed. Raises `StoreError` if there is no
    store, it is damaged, was moved (unless `moved`), or another holds the lock.
    """
    with connect_catalog(layout, moved=moved):
        pass
    with writing(layout, lock_timeout_s):
        yield Maintenance(layout, registry)
