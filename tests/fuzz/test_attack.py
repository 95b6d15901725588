"""The attacks find a store that is torn, and what a command leaves behind; each of them runs."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from ingest.testing.attack.forked import Commands
from ingest.testing.attack.state import faults, state

if TYPE_CHECKING:
    from tests.conftest import Logs, Start, StoreUnderTest, Tree


def test_states(tree: Tree, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest) -> None:
    """Stores of the same logs are in the same state, however they came to it; one row more makes it another."""
    folder = tree(logs.job("x"), "a")
    store.load(folder)
    (folder / logs.worker).write_text(logs.job("y")[logs.worker])
    other_store.load(folder)
    assert state(store.path) != state(other_store.path)
    store.load(folder)
    assert state(store.path) == state(other_store.path)
    assert list(faults(store.path)) == []


def test_faults(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Rows that are gone, rows left over and a draft left over are found."""
    store.load(tree(logs.job("x"), "a"))
    one = min(path for path in store.parquet() if path.parent.name == "log_records")
    (store.path / "draft").mkdir()
    (one.parent / "other.parquet").write_bytes(one.read_bytes())
    assert sorted(fault.partition(":")[0] for fault in faults(store.path)) == ["left over", "left over"]
    store.close()
    one.unlink()
    (wrong,) = faults(store.path)
    assert "cannot be read" in wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_a_change(tree: Tree, logs: Logs, new_store: StoreUnderTest) -> None:
    """A signal aimed at a change of a file comes upon it, long before the command ends; nobody else gets one."""
    load = ("load", tree(logs.job("x"), "a"), "--no-verdict", "-q", "--store", new_store.path)
    with Commands() as commands:
        killed = commands.run(*load, watched=[new_store.path], stop_at=1, stop_after=0)
        assert killed.code == -signal.SIGKILL
        assert 1 <= killed.changes <= 5  # it goes on until the signal is there
        assert state(new_store.path) == "no store"
        ended = commands.run(*load, watched=[new_store.path], stop_at=10_000, stop_after=0)
    assert ended.code == 0
    assert ended.changes > 1
    assert list(faults(new_store.path)) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_an_attack(start: Start) -> None:
    """The program attacks, reports and ends with 0 where nothing is found."""
    process = start("-m", "ingest.testing.attack", "--minutes", "0", "--only", "full disk", "--seed", "1")
    report, notes = process.communicate(timeout=240)
    assert process.returncode == 0, notes
    assert report.splitlines()[1].split()[:4] == ["full", "disk", "1", "0"]
    assert re.search(r"seed 1: 0 findings\na command took at most \d+ MB", report)
