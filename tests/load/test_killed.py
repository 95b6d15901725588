"""`kill -9` at any instant: the store opens, holds a whole commit, the next run finishes, and nothing is left over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Logs, SlowWriter, Start, StoreUnderTest, Tree

KILLED = """
# Does a load in a forked process for each line of stdin: `event ending`, to kill it when Python tells of such a system
# call on a path of the store with such an end, or `timer milliseconds`, to kill it then, in whatever code it may be.
# Says how each ended.
import os, re, signal, sys
import ingest.store.catalog, ingest.load.worker
from ingest.load.pipeline import ingest_jobs

folder, store = sys.argv[1:]

def load(kind, value):
    def kill(event, arguments):
        path = os.fspath(arguments[0]) if arguments and isinstance(arguments[0], (str, os.PathLike)) else ""
        if event == kind and path.startswith(store) and re.search(f"{value}$", path):
            os.kill(os.getpid(), signal.SIGKILL)

    if kind == "timer":
        signal.setitimer(signal.ITIMER_REAL, int(value) / 1000)  # ends a process as kill does: nothing of ours is run
    else:
        sys.addaudithook(kill)
    ingest_jobs([folder], store)

for line in sys.stdin:
    child = os.fork()
    if not child:
        load(*line.split())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else "done", flush=True)
"""

COMMITS_OFTEN = """
# The command, with a commit after each slice.
import ingest.load.pipeline, ingest.cli
ingest.load.pipeline._COMMIT_EVERY_S = 0
ingest.cli.main()
"""

POINTS = {
    "open [.]parquet": "old",  # rows are written
    "open -d0000-\\w+.parquet": "old",  # what is derived of them is written
    "open /draft/catalog.duckdb": "old",  # the next catalog is built
    "os.rename /draft/catalog.duckdb": "old",  # it is on disk
    "open /store": "new",  # it is in place
    "timer 60": "old or new",
    "timer 250": "old or new",
}
"""Where a load is killed, and the state that the store must have then."""


@pytest.fixture
def large(tree: Tree, logs: Logs) -> Callable[[str], list[Path]]:
    """Writes three jobs of 4 MB each, enough for four slices and two workers, all records with a word."""

    def write(word: str) -> list[Path]:
        text = logs.records(1_000, word * (1_000 // len(word))) + logs.error()
        return [tree({f"logs/sys/node/{node}/process000.txt": text for node in range(4)}, f"job{i}") for i in range(3)]

    return write


def assert_whole(store: StoreUnderTest) -> None:
    """What the ledger says of each file is what the tables hold."""
    counted = " UNION ALL ".join(
        f"SELECT file_id FROM {table}" for table in ("log_records", "errors", "progress", "rejects")
    )
    wrong = store.rows(
        f"SELECT path, rows + rejects AS told, n FROM files LEFT JOIN (SELECT file_id, count(*) n FROM ({counted}) GROUP BY 1)"
        " USING (file_id) WHERE told <> coalesce(n, 0)"
    )
    assert not wrong
    assert store.one(f"SELECT count(*) FROM ({counted}) WHERE file_id NOT IN (SELECT file_id FROM files)") == 0


def listed(store: StoreUnderTest) -> set[Path]:
    """The Parquet files that the catalog lists, or keeps for readers for a while."""
    names = store.rows("SELECT name, slice FROM ledger.parts")
    dropped = {slice_ for (slice_,) in store.rows("SELECT slice FROM ledger.dropped_slices")}
    kept = {path for path in store.parquet() if path.stem in dropped}
    return {store.path / "data" / name / f"{slice_}.parquet" for name, slice_ in names} | kept


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_each_step(tree: Tree, logs: Logs, store: StoreUnderTest, start: Start, tmp_path: Path) -> None:
    """Killed at each step of a load, the store holds the tables of before or of after, nothing between; then it finishes."""
    before = tree(logs.job("x"), "monday/dcid.a")
    after = tree(logs.job("y") | {"logs/sys/node/7/process000.txt": logs.records(20)}, "tuesday/dcid.a")
    store.load(before)
    states = {"old": store.tables()}
    shutil.copytree(store.path, tmp_path / "backup")
    store.load(after)
    states["new"] = store.tables()
    process = start("-c", KILLED, after, store.path, stdin=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    for point, expected in POINTS.items():
        shutil.rmtree(store.path)
        shutil.copytree(tmp_path / "backup", store.path)
        print(point, file=process.stdin, flush=True)
        assert process.stdout.readline() == "killed\n", point
        tables = store.tables()
        (state,) = [name for name, state in states.items() if state == tables]
        assert state in expected, point
        if state == "old":
            store.load(after)
            assert store.tables() == states["new"], point
            assert store.parquet() == listed(store), point
            assert {path.name for path in store.path.iterdir()} == {
                "catalog.duckdb",
                "data",
                "writer.lock",
                "writer.pid",
            }


def test_killed_while_workers_work(
    large: Callable[[str], list[Path]], store: StoreUnderTest, other_store: StoreUnderTest, start: Start
) -> None:
    """With two workers and many commits, killed while the files change: always whole, and at the end all is there."""
    catalog = store.path / "catalog.duckdb"
    killed_between_commits = 0
    for turn in range(2):
        folders = large(f"turn-{turn}")
        before = catalog.stat().st_ino if catalog.exists() else None
        process = start("-c", COMMITS_OFTEN, "--store", store.path, "--no-verdict", "-j", 2, *folders)
        while process.poll() is None and (catalog.stat().st_ino if catalog.exists() else None) == before:
            time.sleep(0.01)
        time.sleep(0.1 * turn)
        process.send_signal(signal.SIGKILL)
        _, told = process.communicate()
        assert "Traceback" not in told
        killed_between_commits += process.returncode == -signal.SIGKILL
        assert_whole(store)
    assert killed_between_commits
    store.load(*folders)
    other_store.load(*folders)
    assert store.digest() == other_store.digest()
    assert_whole(store)
    assert store.parquet() == listed(store)


def members(session: int) -> list[str]:
    """The processes of a session that still run."""
    listing = subprocess.run(["ps", "-eo", "sid,stat,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()[1:]]
    return [args for sid, stat, args in rows if sid == str(session) and stat[0] != "Z"]


def test_workers_end_with_their_master(large: Callable[[str], list[Path]], store: StoreUnderTest, start: Start) -> None:
    """After `kill -9` of the main process its workers end by themselves, and the next run is not held up."""
    folders = large("x")
    process = start("-m", "ingest", "--store", store.path, "--no-verdict", "-j", 2, *folders)
    until = time.monotonic() + 20
    while len(members(process.pid)) < 4 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)  # itself, two workers, and Python's keeper of shared resources
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 5
    while (left := members(process.pid)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []
    assert process.returncode == -signal.SIGKILL
    store.load(*folders, lock_timeout_s=0)
    assert store.one("SELECT count(*) FROM log_records") == 12 * 1_001


def test_interrupted_at_the_keyboard(slow_writer: SlowWriter, new_store: StoreUnderTest, tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and one line, not a traceback; the next run does the work."""
    slow_writer.process.send_signal(signal.SIGINT)
    told, error = slow_writer.process.communicate(timeout=20)
    assert (slow_writer.process.returncode, told) == (130, "")
    assert "Traceback" not in error
    told = "interrupted; nothing was committed, there is no store yet; the same command starts again"
    assert error.strip() == told
    new_store.load(tmp_path / "jobs")
    assert new_store.rows("SELECT job_id, path, status FROM files") == [("slow", "logs/slow.txt", "unclaimed")]
