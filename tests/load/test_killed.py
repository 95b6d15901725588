"""`kill -9` at any instant: the store opens, holds a whole commit, the next run finishes, and nothing is left over."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Start, StoreUnderTest, Tree

KILLED_AT_CALLS = """
# Loads `before` whole, then `after` in processes that kill themselves: at the n-th system call on the store that Python
# tells of (an audit event), or when a timer of so many milliseconds goes off, in whatever code that may be.
import os, signal, sys
import ingest.store.catalog, ingest.slices
from ingest.pipeline import ingest_jobs

before, after, stores, *points = sys.argv[1:]

def killed(store, kind, point):
    ingest_jobs([before], store)
    left = [int(point)]

    def count(event, arguments):
        told = os.fspath(arguments[0]) if arguments and isinstance(arguments[0], (str, os.PathLike)) else ""
        if event.split(".")[0] in ("open", "os", "shutil") and told.startswith(store):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    if kind == "call":
        sys.addaudithook(count)
    else:
        signal.setitimer(signal.ITIMER_REAL, left[0] / 1000)
    ingest_jobs([after], store)

for point in points:
    child = os.fork()
    if not child:
        killed(os.path.join(stores, point), *point.split("-"))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(point, os.WTERMSIG(status) if os.WIFSIGNALED(status) else "done", flush=True)
"""

SMALL_STEPS = """
# The command, with small slices, two workers from the start, and a commit after each slice.
import ingest.pipeline, ingest.plan, ingest.cli
ingest.plan._SLICE_BYTES, ingest.pipeline._IN_PROCESS_BYTES, ingest.pipeline._COMMIT_EVERY_S = 100_000, 0, 0
ingest.cli.main()
"""

POINTS = [f"call-{n}" for n in range(1, 16)] + [f"timer-{ms}" for ms in (2, 20, 40, 60, 80, 100)]


def assert_whole(store: StoreUnderTest) -> None:
    """What the ledger says of each file is what the tables hold."""
    counted = " UNION ALL ".join(f"SELECT file_id FROM {table}" for table in ("log_records", "errors", "progress", "rejects"))
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
    (tmp_path / "stores").mkdir()
    store.load(before)
    old = store.tables()
    store.load(after)
    new = store.tables()
    process = start("-c", KILLED_AT_CALLS, before, after, tmp_path / "stores", *POINTS)
    told, error = process.communicate(timeout=60)
    assert not error
    ends = dict(line.split() for line in told.splitlines())
    assert list(ends) == POINTS
    assert str(signal.SIGKILL.value) in ends.values()
    assert str(signal.SIGALRM.value) in ends.values()
    seen = []
    for point in POINTS:
        store.path = tmp_path / "stores" / point
        tables = store.tables()
        assert tables in (old, new), point
        seen.append(tables == new)
        store.load(after)
        assert store.tables() == new, point
        store.load(after, reparse=True)  # a load that writes sweeps
        assert store.parquet() == listed(store), point
        assert sorted(path.name for path in store.path.iterdir()) == ["catalog.duckdb", "data", "writer.lock", "writer.pid"]
    assert set(seen) == {True, False}  # some were killed before the commit, some after it


def test_killed_while_workers_work(tree: Tree, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest, start: Start) -> None:
    """With two workers and many commits, killed again and again while the files grow: always whole, at the end all is there."""
    folders = [tree({f"logs/sys/node/{node}/process000.txt": "" for node in range(4)}, f"job{i}") for i in range(3)]
    commits = set()
    for turn in range(5):
        for folder in folders:
            for file in folder.rglob("*.txt"):
                file.write_text(file.read_text() + logs.records(1_500, f"turn-{turn}") + logs.error())
        process = start("-c", SMALL_STEPS, "--store", store.path, "--no-verdict", "-j", 2, *folders)
        time.sleep(0.7 + 0.25 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (store.path / "catalog.duckdb").exists():
            assert_whole(store)
            commits.add(store.one("SELECT count(*) FROM files"))
    assert commits, "never killed after a commit: the test's delays are too short for this machine"
    store.load(*folders)
    other_store.load(*folders)
    assert store.tables() == other_store.tables()
    assert_whole(store)
    assert store.parquet() == listed(store)


def members(session: int) -> list[str]:
    """The processes of a session that still run, less Python's own keeper of shared resources, which cleans up behind them."""
    listing = subprocess.run(["ps", "-eo", "sid,stat,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()[1:]]
    return [args for sid, stat, args in rows if sid == str(session) and stat[0] != "Z"]


def test_workers_end_with_their_master(tree: Tree, logs: Logs, store: StoreUnderTest, start: Start) -> None:
    """After `kill -9` of the main process its workers end by themselves, and the next run is not held up."""
    folder = tree({f"logs/sys/node/{node}/process000.txt": logs.records(2_000) for node in range(4)}, "job")
    process = start("-c", SMALL_STEPS, "--store", store.path, "--no-verdict", "-j", 2, folder)
    until = time.monotonic() + 20
    while len(members(process.pid)) < 3 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 5
    while (left := members(process.pid)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []
    store.load(folder, lock_timeout_s=0)
    assert store.one("SELECT count(*) FROM log_records") == 8_000


SLOW = """
import os, time
from dataclasses import replace
from pathlib import Path
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

class Slow(LineParser):
    def parse(self, batch):
        Path(os.environ["HERE"]).touch()
        while not Path(os.environ["GO"]).exists():
            time.sleep(0.01)
        return super().parse(batch)

@hookimpl
def ingest_parsers():
    return [Slow(name="mine.slow", kind="slow", path=r"^logs/slow\\.txt$", head=r"^(?P<message>.+)$", table=LOG_RECORDS,
                 samples=[Sample("logs/slow.txt", "a\\n", 1)])]
"""


def test_interrupted_at_the_keyboard(tree: Tree, logs: Logs, store: StoreUnderTest, start: Start, tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and one line, not a traceback; the next run does the work."""
    (tmp_path / "slow.py").write_text(SLOW)
    folder = tree(logs.job() | {"logs/slow.txt": "a\nb\n"}, "a")
    here, go = tmp_path / "here", tmp_path / "go"
    process = start("-m", "ingest", "--store", store.path, "--plugin", tmp_path / "slow.py", folder, HERE=str(here), GO=str(go))
    while not here.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    told, error = process.communicate(timeout=20)
    assert (process.returncode, told) == (130, "")
    assert "Traceback" not in error
    assert len(error.splitlines()) == 1
    assert store.load(folder).rows > 0
    assert_whole(store)
