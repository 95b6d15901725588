"""The writer's lock: who waits gets a turn, and is told who writes now."""

from __future__ import annotations

import os
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from ingest.errors import StoreError
from ingest.store.lock import writer_lock
from ingest.store.paths import Layout

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A store's folder that is not there yet."""
    return Layout.of(tmp_path / "store")


def quiet(_holder: str) -> None:
    """Nobody is told."""


def test_who_comes_again_and_again_passes_nobody(layout: Layout) -> None:
    """Three that take the lock again at once, whenever they let it go, and a fourth: each waits for each other once at most."""
    order: list[str] = []
    waits, done = Event(), Event()

    def greedy(name: str) -> None:
        while not done.is_set():
            with writer_lock(layout, 60, quiet):
                order.append(name)
                done.wait(0.01)

    threads = [Thread(target=greedy, args=(name,)) for name in "abc"]
    with writer_lock(layout, 60, quiet):
        for thread in threads:
            thread.start()
        queue = layout.root / "writer.queue"
        while not queue.exists() or len(list(queue.iterdir())) < 3:
            done.wait(0.01)
        patient = Thread(target=_once, args=(layout, order, waits))
        patient.start()
        waits.wait(10)
        while len(list(queue.iterdir())) < 4:
            done.wait(0.01)
    patient.join(30)
    done.set()
    for thread in threads:
        thread.join(30)
    assert order.index("patient") == 3
    assert sorted(order[:3]) == ["a", "b", "c"]
    assert not queue.exists()


def _once(layout: Layout, order: list[str], waits: Event) -> None:
    with writer_lock(layout, 60, lambda _holder: waits.set()):
        order.append("patient")


def test_tickets_of_the_dead(layout: Layout) -> None:
    """What a killed process left in the queue holds nobody up, and goes."""
    queue = layout.root / "writer.queue"
    queue.mkdir(parents=True)
    (queue / "1").touch()
    with writer_lock(layout, 0, quiet):
        assert not list(queue.iterdir())


def test_who_writes_now(layout: Layout) -> None:
    """The message of one who gave up names the one who writes when it is written, not the one who wrote before."""
    told: list[str] = []
    layout.root.mkdir()
    (layout.root / "writer.pid").write_text("process 1")
    with writer_lock(layout, 0, quiet):
        with pytest.raises(StoreError) as error, writer_lock(layout, 0.1, told.append):
            pass
        assert told[0].startswith(f"process {os.getpid()}, for 0 s")
        assert f"waited for 0.1 s, and another ingest is writing (process {os.getpid()}, for" in error.value.wrong


def test_without_room_for_a_ticket(layout: Layout) -> None:
    """Where no ticket can be had, one waits without."""
    layout.root.mkdir()
    (layout.root / "writer.queue").write_text("in the way")
    with writer_lock(layout, 0, quiet), pytest.raises(StoreError), writer_lock(layout, 0.05, quiet):
        pass
    with writer_lock(layout, 0, quiet):
        pass
