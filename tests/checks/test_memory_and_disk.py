"""The checks of memory, of workers that end, and of disks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.conftest import clock, found, job, work
from tests.views.test_out_of_memory_suspects import death, samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.views.conftest import Database


def node_memory(db: Database, name: str, percents: Sequence[float]) -> None:
    """A check of node 0 each minute."""
    for number, percent in enumerate(percents):
        row = {"job_id": name, "node": "0", "time": clock(60 * number), "memory_used_percent": percent}
        db.insert("node_samples", row)


def process_memory(db: Database, name: str, process: str, percents: Sequence[float]) -> None:
    """A check of a process each minute."""
    for number, percent in enumerate(percents):
        row = {
            "job_id": name,
            "node": "0",
            "process": process,
            "time": clock(60 * number),
            "memory_used_percent": percent,
        }
        db.insert("process_samples", row)


def test_out_of_memory(db: Database) -> None:
    """One worker that was killed while memory was high; the mini-batch was done later, so nothing is lost."""
    job(db, "job")
    death(db)
    samples(db, 20.0, 50.0, 90.0)
    db.attempt(7, "done", "10:20:00", attempt=2)
    ((severity, sentence),) = found(db, "out_of_memory").values()
    assert severity == "warning"
    assert sentence == (
        "Out of memory (probable): 1 worker killed on node 0 | first: killed by signal 9, typical of the"
        " OOM killer; node at 90 % in the sample 30 s before; rising towards 100 %; the process grew by 35 %"
        " of the node's memory; highest sample before: 90 % of node memory | 1 mini-batch interrupted; "
        "10 min 30 s of worker time lost"
    )
    assert db.rows("SELECT node, process, mini_batch_id, lost_s FROM out_of_memory") == [("0", "process001", 7, 630.0)]


def test_work_lost_to_memory(db: Database) -> None:
    """Severe if no later try was done."""
    job(db, "job")
    death(db)
    samples(db, 20.0, 50.0, 90.0)
    db.attempt(7, "exception", "10:20:00", attempt=2, error_message="Process abort with unfinished mini batch 7.")
    assert [severity for severity, _ in found(db, "out_of_memory").values()] == ["severe"]


def test_one_death_without_a_sign_of_memory(db: Database) -> None:
    """One suspicion of middle height is not enough."""
    job(db, "job")
    death(db)
    assert db.rows("SELECT suspicion FROM out_of_memory_suspects") == [("medium",)]
    assert found(db, "out_of_memory") == {}


@pytest.mark.parametrize(("ends", "finds"), [(3, {"job"}), (1, {"job"})])
def test_worker_deaths(db: Database, ends: int, finds: set[str]) -> None:
    """A worker that crashes in native code is told, be it one."""
    job(db, "job")
    work(db, "job", [3000.0], node="0")
    for number in range(1, ends + 1):
        since = 100.0 * number
        more = {
            "process": f"process{number:03}",
            "error_message": f"Process abort with unfinished mini batch {number}.",
        }
        db.attempt(number, "exception", clock(since), job_id="job", elapsed_s=50.0, **more)
        place = {"job_id": "job", "node": "0", "process": "_main", "message": "exited with code -11"}
        db.event("worker", "worker_exited", clock(since + 51), place, worker=more["process"], exit_code="-11")
    assert set(found(db, "worker_deaths")) == finds
    assert all("exit code -11" in sentence for _, sentence in found(db, "worker_deaths").values())


def test_memory_near_limit(db: Database) -> None:
    """From 90 % on and with three samples; below, or with two, nothing is said."""
    node_memory(db, "fires", [40.0, 70.0, 90.0])
    node_memory(db, "just", [40.0, 70.0, 89.9])
    node_memory(db, "little", [95.0, 95.0])
    assert found(db, "memory_near_limit") == {
        "fires": (
            "warning",
            (
                "Memory nearly full: node 0 at 90 % | highest of 3 samples; it rose from 40 to 90 % over the job"
                " | risk of running out of memory"
            ),
        )
    }


def test_memory_growing(db: Database) -> None:
    """Twelve samples on a line to 15 % more; not what fills up and stops, grows little, or has few samples."""
    process_memory(db, "fires", "process000", [5 + number * 1.4 for number in range(12)])
    process_memory(db, "stops", "process000", [5, 10, 15, 20, 25, 25, 25, 25, 25, 25, 25, 25])
    process_memory(db, "little", "process000", [5 + number * 0.5 for number in range(12)])
    process_memory(db, "few", "process000", [5 + number * 3 for number in range(7)])
    process_memory(db, "manager", "manager", [5 + number * 1.4 for number in range(12)])
    for process in ("process000", "process001", "process002"):
        grows = 1.4 if process == "process000" else 0
        process_memory(db, "one of three", process, [5 + number * grows for number in range(12)])
    assert found(db, "memory_growing") == {
        "fires": (
            "warning",
            (
                "Memory leak suspected: 1 of 1 worker process grows steadily | about 84.0 % of node memory per "
                "hour; most: process000 on node 0, by 15 % | risk of running out of memory: the largest process "
                "reached 20 % of node memory"
            ),
        )
    }


def test_memory_growing_beneath_a_sawtooth(db: Database) -> None:
    """What a mini-batch takes and gives back hides no leak, and is none."""
    for number in range(2):
        process_memory(db, "leak", f"process00{number}", [5 + 0.5 * check + 6 * (check % 2) for check in range(24)])
        process_memory(db, "even", f"process00{number}", [5 + 6 * (check % 2) for check in range(24)])
    assert list(found(db, "memory_growing")) == ["leak"]


def test_memory_growing_in_many_processes(db: Database) -> None:
    """Three percent each is little for one process and much for four of a node."""
    for number in range(4):
        process_memory(db, "many", f"process00{number}", [5 + 0.27 * check for check in range(12)])
    process_memory(db, "one", "process000", [5 + 0.27 * check for check in range(12)])
    assert list(found(db, "memory_growing")) == ["many"]
    assert '"most_grown_of_node_percent":11.88' in db.one("SELECT numbers FROM memory_growing")["numbers"]


def disk(db: Database, name: str, percents: Sequence[float]) -> None:
    """A check of the root disk of node 0 every ten minutes."""
    for number, percent in enumerate(percents):
        row = {"job_id": name, "node": "0", "mount": "/", "time": clock(600 * number), "used_percent": percent}
        db.insert("disk_samples", row)


def test_disk_filling(db: Database) -> None:
    """High and risen, or nearly full; a disk that is high and stays, rises low, or has two samples is not told."""
    disk(db, "fires", [50.0, 70.0, 90.0])
    disk(db, "full", [98.0, 98.0, 98.0])
    disk(db, "stays", [90.0, 91.0, 92.0])
    disk(db, "low", [10.0, 40.0, 84.0])
    disk(db, "little", [50.0, 99.0])
    assert found(db, "disk_filling") == {
        "fires": (
            "warning",
            (
                "Disk filling up: node 0 at 90 % | /: 90 % full in the last sample, 50 % in the first | full in "
                "5 min at this rate"
            ),
        ),
        "full": (
            "warning",
            "Disk filling up: node 0 at 98 % | /: 98 % full in the last sample | writes will fail when it is full",
        ),
    }


def test_no_space_left(db: Database) -> None:
    """An error says it, with or without samples."""
    error = {"job_id": "job", "node": "1", "time": "10:00:00", "exception_type": "OSError"}
    db.insert("errors", {**error, "exception_message": "[Errno 28] No space left on device"})
    assert found(db, "disk_filling") == {
        "job": (
            "severe",
            ("Disk full: 1 out-of-space error on node 1 | OSError: [Errno 28] No space left on device | writes failed"),
        )
    }


def test_free_space_alone(db: Database) -> None:
    """A log that tells no more than the free bytes: fallen to 40 MB in a failed job, to 1 GB in a good one; not 1 GB always."""
    for name, state, space in (
        ("full", "failed", (60000, 20000, 40)),
        ("falls", "completed", (60000, 20000, 1000)),
        ("small", "completed", (1100, 1050, 1000)),
        ("room", "completed", (60000, 20000, 9000)),
    ):
        job(db, name, state)
        for number, free in enumerate(space):
            row = {"job_id": name, "time": clock(150 * number), "mount": "/mnt", "free_mb": float(free)}
            db.insert("disk_samples", row)
    assert found(db, "disk_filling") == {
        "full": (
            "severe",
            (
                "Disk filling up: 40 MB free | /mnt: 40 MB free in the last sample, 60000 MB in the first | "
                "writes will fail when it is full"
            ),
        ),
        "falls": (
            "warning",
            (
                "Disk filling up: 1000 MB free | /mnt: 1000 MB free in the last sample, 60000 MB in the first | "
                "writes will fail when it is full"
            ),
        ),
    }
