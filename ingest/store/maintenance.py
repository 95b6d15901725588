"""Changing a store: one writer, what a killed run left swept away, each step published by one rename, no room lost."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import StoreError, disk_full, is_disk_full, is_interrupt
from ingest.logs import log
from ingest.store.backend import Published, backend_of, committed
from ingest.store.catalog import Draft, Step, connect_catalog, sweep
from ingest.store.interrupts import ctrl_c_ends_queries
from ingest.store.paths import Layout
from ingest.store.signals import swept_before_the_end

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
        ctrl_c_ends_queries(),
        backend_of(layout).writing(
            lock_timeout_s, lambda holder: log().warning("waiting for the store", holder=holder)
        ),
    ):
        sweep(layout)
        before = _state(layout)
        try:
            yield
        except BaseException as error:
            with suppress(StoreError, OSError):
                sweep(layout)
            if is_disk_full(error) and not isinstance(error, StoreError):
                raise disk_full(layout.root, "the store", error) from error
            if isinstance(error, KeyboardInterrupt) or is_interrupt(error):
                raise KeyboardInterrupt(_interrupted(layout, before)) from None
            raise


def _check_place(layout: Layout) -> None:
    """Raises `StoreError` for a folder that holds something else: a store would be mixed with it."""
    backend = backend_of(layout)
    if backend.newest() is None and (others := backend.strange_names()):
        raise StoreError(
            f"{layout}: not a store, and not empty: it holds {others[0]}"
            + (f" and {len(others) - 1} more" if len(others) > 1 else ""),
            "Give a new or an empty folder: --store PATH.",
        )


def _interrupted(layout: Layout, before: Hashable) -> str:
    """What a command that was interrupted leaves behind."""
    now = _state(layout)
    if now is None:
        return "nothing was committed, there is no store yet; the same command starts again"
    if now == before:
        return "nothing was committed, the store is as it was; the same command starts again"
    return "the store holds what was committed until then; the same command goes on from there"


def _state(layout: Layout) -> Hashable:
    """What tells the published catalog from the next one; None if none was published yet."""
    published: Published | None = backend_of(layout).newest()
    return published.state if published is not None else None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A store that nobody else writes to."""

    layout: Layout
    registry: Registry

    def publish(self, change: Step | None, then: Step | None = None) -> None:
        """Publishes the next catalog: changed first, then by what may read all that its views hold.

        Both are done again, on another catalog, if another writer to an object store was first.
        """

        def attempt() -> None:
            draft = Draft(self.layout, self.registry.definition())
            if change is not None:
                draft.change(change)
            draft.publish(then)

        committed(self.layout, attempt)


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
