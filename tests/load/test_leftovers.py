"""What a killed command left is gone after the next that writes, whatever it writes, also if it finds nothing to do."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from tests.load.test_killed import listed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Run, Start, StoreUnderTest, Tree

KILLED_WHILE_MERGING = """
# Merges, and dies when the rows are written and the next catalog stands beside the published one.
import os, signal, sys
import ingest.store.catalog
from ingest.plugin.registry import load_registry
from ingest.store.compact import compact
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout

ingest.store.catalog.Draft.publish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with maintenance(Layout.of(sys.argv[1]), load_registry()) as held:
    compact(held)
"""

COMMANDS = {
    "a load with nothing new": ["load", "JOBS", "--no-verdict"],
    "rebuild": ["rebuild"],
    "compact": ["compact"],
    "forget": ["forget", "a"],
    "nightly": ["nightly", "JOBS"],
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills as POSIX systems do")
def test_after_a_killed_merge(
    tree: Tree, logs: Logs, store: StoreUnderTest, start: Start, run: Run, tmp_path: Path
) -> None:
    """The rows of a merge that was killed, its draft, temporary files: each command that writes takes them away."""
    for name in ("a", "b"):
        store.load(tree({logs.worker: logs.records(5, name)}, name))
    names = {path.name for path in store.path.iterdir()}
    killed = start("-c", KILLED_WHILE_MERGING, store.path)
    assert killed.wait(timeout=60) == -signal.SIGKILL
    (store.path / "draft" / "spilled").mkdir(parents=True)
    (store.path / "draft" / "spilled" / "block.tmp").write_bytes(b"x")
    assert store.parquet() != listed(store)
    store.close()
    shutil.copytree(store.path, tmp_path / "killed")
    for what, (command, *arguments) in COMMANDS.items():
        store.close()
        shutil.rmtree(store.path)
        shutil.copytree(tmp_path / "killed", store.path)
        given = [str(tmp_path / "jobs") if one == "JOBS" else one for one in arguments]
        done = run(command, *given, "--store", store.path)
        assert done.returncode == 0, (what, done.stderr)
        assert store.parquet() == listed(store), what
        assert {path.name for path in store.path.iterdir()} - {"nightly.lock"} == names, what


def test_a_writer_that_waits_takes_nothing_from_one_that_writes(
    tree: Tree, logs: Logs, new_store: StoreUnderTest, slow_writer: object, run: Run
) -> None:
    """Only who has the lock sweeps."""
    done = run("--store", new_store.path, "--lock-timeout", "0", tree({logs.worker: logs.records(3)}, "b"))
    assert done.returncode == 4
    assert slow_writer.let_go() == 0  # type: ignore[attr-defined]
    assert new_store.one("SELECT count(*) FROM log_records") == 2
