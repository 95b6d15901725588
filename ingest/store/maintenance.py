"""Changing a store outside a load: one writer, what a killed run left swept away, each step published by one rename."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import StoreError
from ingest.logs import log
from ingest.store.catalog import Draft, Step, connect_catalog, sweep
from ingest.store.lock import writer_lock
from ingest.store.paths import Layout

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry


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
    """Holds the writer's lock of a store that is there; if something goes wrong, the room it took is given back.

    Raises `StoreError` if there is no store, it is damaged, was moved (unless `moved`), or another holds the lock.
    """
    with connect_catalog(layout, moved=moved):
        pass
    with writer_lock(layout, lock_timeout_s, lambda holder: log().warning("waiting for the store", holder=holder)):
        sweep(layout)
        try:
            yield Maintenance(layout, registry)
        except StoreError:
            sweep(layout)  # a full disk needs the room
            shutil.rmtree(layout.draft.parent, ignore_errors=True)
            raise
