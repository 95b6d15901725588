"""Several processes at one store: writers wait for each other, readers notice nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, SlowWriter, Start, StoreUnderTest, Tree


def test_second_writer_waits(
    slow_writer: SlowWriter, tree: Tree, logs: Logs, start: Start, new_store: StoreUnderTest
) -> None:
    """The second of two writers says on stderr for whom it waits; then both loads are in."""
    folder = tree({logs.worker: logs.records(3)}, "b")
    second = start("-m", "ingest", "--store", new_store.path, "--no-verdict", folder)
    assert second.stderr
    line = second.stderr.readline()
    assert "waiting for the store" in line
    assert f"process {slow_writer.process.pid}" in line
    assert second.poll() is None
    assert slow_writer.let_go() == 0
    assert second.wait(timeout=30) == 0
    assert new_store.rows("SELECT job_id, count(*) FROM log_records GROUP BY ALL ORDER BY ALL") == [
        ("b", 3),
        ("slow", 2),
    ]


def test_second_writer_gives_up(
    slow_writer: SlowWriter, tree: Tree, logs: Logs, run: Run, new_store: StoreUnderTest
) -> None:
    """With a short `--lock-timeout` the second writer fails with 4, names the first, and changes nothing."""
    folder = tree({logs.worker: logs.records(3)}, "b")
    done = run("--store", new_store.path, "--lock-timeout", "0.2", folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert f"another ingest is writing (process {slow_writer.process.pid}, for " in done.stderr
    assert "--lock-timeout" in done.stderr
    assert "Traceback" not in done.stderr
    assert slow_writer.let_go() == 0
    assert new_store.rows("SELECT job_id FROM jobs") == [("slow",)]


def test_lock_of_a_dead_writer(slow_writer: SlowWriter, tree: Tree, logs: Logs, new_store: StoreUnderTest) -> None:
    """A killed writer's lock is free at once."""
    slow_writer.process.kill()
    slow_writer.process.wait()
    assert new_store.load(tree({logs.worker: logs.records(3)}, "b"), lock_timeout_s=0).rows == 3


WRITES = """
# Six commits: in each, three jobs get as many records as each other, and a file of each is replaced.
import sys
from pathlib import Path
from ingest import ingest_jobs
top, store = map(Path, sys.argv[1:])
for turn in range(1, 7):
    for job in "abc":
        file = top / job / "logs/sys/node/0/process000.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("2021-04-13 03:23:05,649|INFO|334|Got task.\\n" * turn)
    ingest_jobs([top], store)
"""

READS = """
# Opens the store again and again until six commits are in; each look must see one whole commit, none older than the last one.
import sys, time
from pathlib import Path
from ingest import open_store
store, looks, last = Path(sys.argv[1]), 0, 0
while last < 6:
    if not (store / "catalog.duckdb").exists():
        time.sleep(0.01)
        continue
    with open_store(store) as opened:
        counts = opened.sql("SELECT count(*) FROM log_records GROUP BY job_id").fetchall()
        told = opened.sql("SELECT rows FROM files").fetchall()
        loads = opened.sql("SELECT count(*) FROM loads").fetchall()
    assert counts == told == loads * 3, (counts, told, loads)
    assert loads[0][0] >= last, (loads, last)
    looks, last = looks + 1, loads[0][0]
print(looks)
"""


def test_readers_in_a_loop(start: Start, new_store: StoreUnderTest, tmp_path: Path) -> None:
    """Readers that open the store again and again while a writer commits: never an error, never two states at once."""
    readers = [start("-c", READS, new_store.path) for _ in range(2)]
    writer = start("-c", WRITES, tmp_path / "top", new_store.path)
    for process in (writer, *readers):
        told, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (0, ""), error
        assert process is writer or int(told) > 3


HOLDS = """
# Opens the store, tells what is in it whenever it is asked.
import sys
from ingest import open_store
with open_store(sys.argv[1]) as opened:
    for line in sys.stdin:
        print(opened.sql("SELECT count(*), min(message), max(message) FROM log_records").fetchall(), flush=True)
"""


def test_reader_keeps_its_snapshot(tree: Tree, logs: Logs, start: Start, store: StoreUnderTest) -> None:
    """A reader that stays open sees the state it opened, and can still scan it when all of it was replaced."""
    folder = tree({logs.worker: logs.records(3, "first")}, "a")
    store.load(folder)
    reader = start("-c", HOLDS, store.path, stdin=subprocess.PIPE)
    assert reader.stdin
    assert reader.stdout

    def seen() -> str:
        print(file=reader.stdin, flush=True)
        assert reader.stdout
        return reader.stdout.readline()

    first = seen()
    assert first == "[(3, 'Got first 0.', 'Got first 2.')]\n"
    for turn in range(3):
        (folder / logs.worker).write_text(logs.records(5, f"turn-{turn}"))
        store.load(folder)
        assert seen() == first
    assert store.one("SELECT min(message) FROM log_records") == "Got turn-2 0."


def test_snapshot_within_one_process(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """The same in one process, as in a notebook: what is open stays as it was, what is opened anew is new."""
    from ingest import open_store

    folder = tree({logs.worker: logs.records(3)}, "a")
    store.load(folder)
    query = "SELECT count(*) FROM log_records"
    with open_store(store.path) as before:
        assert before.sql(query).fetchall() == [(3,)]
        (folder / logs.worker).write_text(logs.records(5))
        store.load(folder)
        assert before.sql(query).fetchall() == [(3,)]
        with open_store(store.path) as after:
            assert after.sql(query).fetchall() == [(5,)]
        assert before.sql(query).fetchall() == [(3,)]
