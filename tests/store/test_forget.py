"""`ingest forget`: what goes, what stays, and what comes back."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from ingest.plugin.registry import load_registry
from ingest.store.forget import forget, older_than
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout
from ingest.store.reader import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Run, StoreUnderTest, Tree


def drop(store: StoreUnderTest, *jobs: str, **options: object) -> None:
    """Forgets jobs, in this process."""
    with maintenance(Layout.of(store.path), load_registry()) as held:
        forget(held, jobs, **options)  # type: ignore[arg-type]


@pytest.fixture
def folders(tree: Tree, logs: Logs) -> list[Path]:
    """Three jobs, which one load writes into one slice."""
    return [tree(logs.job(name), name) for name in ("a", "b", "c")]


def ids(store: StoreUnderTest, table: str) -> list[str]:
    """The jobs that a table knows."""
    return [job for (job,) in store.rows(f"SELECT DISTINCT job_id FROM {table} WHERE job_id IS NOT NULL ORDER BY 1")]


def test_as_if_never_read(folders: list[Path], store: StoreUnderTest, other_store: StoreUnderTest) -> None:
    """A forgotten job has no row in any table of records, `jobs` or `files`; the others are as if it had never been read."""
    store.load(*folders)
    other_store.load(folders[0], folders[2])
    drop(store, "b")
    assert store.tables() == other_store.tables()
    assert store.one("SELECT count(*) FROM ledger.dead_files") == 4  # of its files with rows, in a slice that lives on


def test_whole_slices_go(folders: list[Path], store: StoreUnderTest) -> None:
    """Where a slice has no other job, its Parquet files go from the list, and from the disk after the grace time."""
    for folder in folders:
        store.load(folder)
    parts = store.one("SELECT count(*) FROM ledger.parts")
    drop(store, "a", "c", also_history=True)
    assert store.one("SELECT count(*) FROM ledger.parts") == parts / 3
    assert store.one("SELECT count(*) FROM ledger.dead_files") == 0
    assert len(store.parquet()) == parts
    drop(store, "b")
    assert [rows for rows in store.tables().values() if rows] == []
    assert not store.answers()["job_summary"]


def test_measures_stay(folders: list[Path], store: StoreUnderTest) -> None:
    """What was measured of a job stays, also if it was never measured before; with `also_history` it goes."""
    store.load(*folders)
    drop(store, "b")
    assert ids(store, "job_measures") == ["a", "b", "c"]
    assert store.one("SELECT started_at FROM job_measures WHERE job_id = 'b'") is not None
    drop(store, "a", also_history=True)
    assert ids(store, "job_measures") == ["b", "c"]
    assert ids(store, "jobs") == ["c"]


def test_comes_back(folders: list[Path], store: StoreUnderTest) -> None:
    """The next load of the same folder reads it again; all is as before."""
    store.load(*folders)
    before = store.tables()
    drop(store, "a", "b")
    assert store.load(*folders).unchanged == 5
    assert store.tables() == before


def test_for_good(folders: list[Path], store: StoreUnderTest, logs: Logs) -> None:
    """Forgotten for good, it is not read again, but with `reparse`, or when its logs change."""
    store.load(*folders)
    before = store.tables()
    drop(store, "a", "b", for_good="too old")
    assert store.rows("SELECT job_id, reason, files FROM forgotten_jobs ORDER BY 1") == [
        ("a", "too old", 5),
        ("b", "too old", 5),
    ]
    state = store.state()
    report = store.load(*folders)
    assert (report.forgotten, report.job_ids, report.rows) == (["a", "b"], ["c"], 0)
    assert store.state() == state
    with (folders[0] / logs.worker).open("a") as log:
        log.write(logs.records(1))
    assert store.load(*folders).forgotten == ["b"]
    assert ids(store, "jobs") == ["a", "c"]
    assert ids(store, "forgotten_jobs") == ["b"]
    assert store.load(*folders, reparse=True).forgotten == []
    assert ids(store, "forgotten_jobs") == []
    (folders[0] / logs.worker).write_text(logs.job("a")[logs.worker])
    store.load(*folders)
    assert {name: len(rows) for name, rows in store.tables().items()} == {
        name: len(rows) for name, rows in before.items()
    }


def test_written_again_at_the_same_size(folders: list[Path], store: StoreUnderTest, logs: Logs) -> None:
    """A log that was written again after its job was forgotten is another one, also if it is as long."""
    store.load(*folders)
    drop(store, "a", for_good="too old")
    (folders[0] / logs.worker).write_text(logs.job("x")[logs.worker])
    later = time.time_ns() + 10**9
    os.utime(folders[0] / logs.worker, ns=(later, later))
    assert store.load(*folders).forgotten == []


def test_by_age(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A job is as old as its last record; without any, as its latest file."""
    old, new = logs.records(2), logs.records(2).replace("2021-04-13", "2999-01-01")
    store.load(tree({logs.worker: old}, "old"), tree({logs.worker: old + new}, "new"))
    store.load(tree({logs.unknown: "x"}, "no-time"))
    with open_store(store.path) as opened:
        assert older_than(opened, 30) == ["old"]
        assert older_than(opened, 0) == ["no-time", "old"]
        assert older_than(opened, 100_000) == []


def test_command(folders: list[Path], store: StoreUnderTest, run: Run) -> None:
    """The jobs are listed on stdout; `--dry-run` changes nothing; what fits nothing is no error."""
    store.load(*folders)
    state = store.state()
    done = run("forget", "a", "b*", "--dry-run", "--store", store.path, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "2 jobs would be forgotten\n")
    assert [row["job_id"] for row in json.loads(done.stdout)] == ["a", "b"]
    assert store.state() == state
    done = run("forget", "--older-than", 30, "--state", "completed", "--store", store.path)
    assert (done.returncode, done.stderr) == (0, "0 jobs forgotten\n")
    shutil.rmtree(folders[0])
    done = run("forget", "--older-than", 30, "a", "--store", store.path)
    assert (done.returncode, done.stderr) == (
        0,
        "1 job forgotten; the logs of 1 are gone, so that they cannot be read again\n",
    )
    assert ids(store, "jobs") == ["b", "c"]
    done = run("forget", "--for-good", "b", "--store", store.path)
    assert done.returncode == 0
    done = run(folders[1], folders[2], "--store", store.path)
    assert done.returncode == 0
    assert "1 job was forgotten for good and not read again" in done.stderr
    assert ids(store, "jobs") == ["c"]
    done = run(folders[1], "--store", store.path)  # nothing but forgotten jobs
    assert (done.returncode, done.stdout) == (0, "")


def test_wrong_use(folders: list[Path], store: StoreUnderTest, run: Run) -> None:
    """Without any choice nothing is dropped; a name that fits no job and a store that is not there are told."""
    store.load(*folders)
    for arguments, code in (
        ((), 2),
        (("nobody",), 3),
        (("--state", "gone"), 2),
        (("--older-than", "nan"), 2),
        (("--older-than", "inf"), 2),
    ):
        done = run("forget", "--store", store.path, *arguments)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert "Traceback" not in done.stderr
    done = run("forget", "a", "--store", store.path / "nothing")
    assert done.returncode == 4
    assert ids(store, "jobs") == ["a", "b", "c"]
