"""`cpu_idle` and `cpu_oversubscribed`: what the workers did with the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def samples(db: Database, job: str, percent: float, count: int = 3) -> None:
    """So many checks of a node's CPU, one a minute from 10:01 on."""
    for minute in range(1, count + 1):
        db.insert("node_samples", {"job_id": job, "node": "0", "time": f"10:{minute:02}:00", "cpu_percent": percent})


def test_idle(db: Database) -> None:
    """A tenth of the time is found, as a note without samples; not a quarter, too few, a busy node or GPU, a short run()."""
    for job, cpu_s in {"idle": 1.0, "children": 1.0, "few samples": 1.0, "quarter": 2.5}.items():
        work(db, job, [10.0] * 60, process_s=cpu_s)
    work(db, "gpu", [10.0] * 60, process_s=1.0)
    for gpu, percent in ((0, 80.0), (1, 0.0)):
        db.insert("gpu_samples", {"job_id": "gpu", "time": "10:05:00", "gpu": gpu, "busy_percent": percent})
    samples(db, "idle", 12.0)
    samples(db, "children", 50.0)
    samples(db, "few samples", 90.0, count=2)
    work(db, "few", [10.0] * 19, process_s=1.0)
    work(db, "storage", [10.0] * 20, process_s=1.0, run_s=2.0)
    work(db, "not recorded", [10.0] * 20)
    told = found(db, "cpu_idle")
    assert told == {
        "idle": (
            "warning",
            (
                "CPU idle (the script may be waiting): workers used the CPU for 10 % of their time | 10 % of the"
                " time inside run(); nodes 12 % busy, child processes included | 9 min of worker time without "
                "CPU use"
            ),
        ),
        "few samples": (
            "note",
            (
                "CPU idle (the script may be waiting): workers used the CPU for 10 % of their time | 10 % of the"
                " time inside run(); too few resource samples to tell what child processes did | 9 min of worker"
                " time without CPU use"
            ),
        ),
    }
    assert db.rows("SELECT lost_s FROM cpu_idle WHERE job_id = 'idle'") == [(540.0,)]


def test_oversubscribed(db: Database) -> None:
    """Two cores for each of two workers on a full node; not for one worker, on a node with room, or at 1.2 cores."""
    for job, cpu_s in {"full": 20.0, "unknown": 20.0, "room": 20.0, "at the bound": 12.0, "few": 20.0}.items():
        for process in ("process000", "process001"):
            work(db, job, [10.0] * (5 if job == "few" else 20), process_s=cpu_s, process=process)
    work(db, "alone", [10.0] * 40, process_s=40.0)
    samples(db, "full", 90.0)
    samples(db, "room", 89.0)
    assert found(db, "cpu_oversubscribed") == {
        "full": (
            "warning",
            (
                "CPU oversubscribed: up to 2 workers on a node, each using 2.0 cores | 4.0 cores in use at one "
                "time; nodes 90 % busy"
            ),
        ),
        "unknown": (
            "note",
            (
                "CPU oversubscribed (possible): up to 2 workers on a node, each using 2.0 cores | 4.0 cores in "
                "use at one time; too few resource samples to tell whether the nodes were full"
            ),
        ),
    }
    assert db.rows("SELECT DISTINCT lost_s FROM cpu_oversubscribed") == [(None,)]
