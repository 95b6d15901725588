"""`timeline_bins(job, since, until, bins)`: what each node and worker did in each piece of time."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from ingest.model import Type
from tests.views.test_hostile_rows import CELLS

if TYPE_CHECKING:
    from tests.views.conftest import Database


def bins(db: Database, columns: str, where: str = "process IS NOT NULL", span: str = "NULL, NULL, 4") -> list[Any]:
    """Some columns of the bins of the job."""
    return db.rows(f"SELECT {columns} FROM timeline_bins('job', {span}) WHERE {where}")


def test_seconds_of_each_bin(db: Database) -> None:
    """Forty seconds in four bins: a try over three of them, a failed one in two; what is left was waiting."""
    db.attempt(0, "done", "10:00:00", elapsed_s=22.0)
    db.attempt(1, "exception", "10:00:28", elapsed_s=12.0)
    assert bins(db, "bin, from_at, to_at, there_s, busy_s, failed_s, tries, failed_attempts, state") == [
        (0, "10:00:00", "10:00:10", 10.0, 10.0, 0.0, 0, 0, "busy"),
        (1, "10:00:10", "10:00:20", 10.0, 10.0, 0.0, 0, 0, "busy"),
        (2, "10:00:20", "10:00:30", 10.0, 4.0, 2.0, 1, 0, "failed"),
        (3, "10:00:30", "10:00:40", 10.0, 10.0, 10.0, 1, 1, "failed"),
    ]


def test_states(db: Database) -> None:
    """How much of the time in tries was lost decides; a timeout is told apart from other failures."""
    db.insert("process_samples", {"node": "0", "process": "process000", "time": "09:59:50"})
    for number, (outcome, started_at, seconds) in enumerate(
        [
            ("done", "10:00:05", 5.0),
            ("done", "10:00:10", 9.0),
            ("exception", "10:00:19", 0.5),
            ("done", "10:00:20", 5.0),
            ("exception", "10:00:25", 4.0),
            ("timeout", "10:00:30", 9.0),
            ("open", "10:00:50", None),
        ]
    ):
        db.attempt(number, outcome, started_at, elapsed_s=seconds)
    db.insert("process_samples", {"node": "0", "process": "process000", "time": "10:01:00"})
    span = "'2024-03-01 09:59:50', '2024-03-01 10:01:00', 7"
    assert [state for (state,) in bins(db, "state", span=span)] == [
        "starting",
        "busy",
        "few failed",
        "some failed",
        "timed out",
        "waiting",
        "open",
    ]


def test_a_node_is_the_sum_of_its_workers(db: Database) -> None:
    """Its manager is no worker; the node is there as long as any sign of it, its memory is its own."""
    db.attempt(0, "done", "10:00:00", elapsed_s=10.0)
    db.attempt(1, "done", "10:00:00", elapsed_s=20.0, process="process001")
    db.insert("log_records", {"source": "worker", "node": "0", "process": "_main", "time": "10:00:40"})
    db.insert("node_samples", {"node": "0", "time": "10:00:12", "memory_used_percent": 30.0})
    db.insert("node_samples", {"node": "0", "time": "10:00:18", "memory_used_percent": 50.0})
    db.insert("node_samples", {"node": "1", "time": "10:00:18", "memory_used_percent": 9.0})
    told = "bin, there_s, busy_s, workers, highest_memory_percent, memory_samples"
    assert bins(db, told, "process IS NULL AND node = '0'") == [
        (0, 10.0, 20.0, 2, None, None),
        (1, 10.0, 10.0, 2, 50.0, 2),
        (2, 10.0, 0.0, 2, None, None),
        (3, 10.0, 0.0, 2, None, None),
    ]
    assert {process for (process,) in bins(db, "process")} == {"process000", "process001"}
    assert bins(db, "bin, state, highest_memory_percent", "node = '1'") == [(1, "waiting", 9.0)]


def test_a_replaced_worker(db: Database) -> None:
    """It is there from its first sign on; the one that it replaced is not there any more."""
    db.attempt(0, "exception", "10:00:00", elapsed_s=19.0)
    db.attempt(1, "done", "10:00:00", process="process001", elapsed_s=40.0)
    db.attempt(2, "done", "10:00:25", process="process002", elapsed_s=15.0)
    assert bins(db, "process, bin, restarts", "process <> 'process001'") == [
        ("process000", 0, 0),
        ("process000", 1, 0),
        ("process002", 2, 1),
        ("process002", 3, 0),
    ]
    assert bins(db, "bin, restarts", "process IS NULL") == [(0, 0), (1, 0), (2, 1), (3, 0)]


def test_init_that_fails(db: Database) -> None:
    """Workers that never have a try, because init() fails, are shown as failing."""
    event = {"node": "0", "process": "process000", "event": "init", "outcome": "exception"}
    db.insert("script_events", {**event, "time": "10:00:00", "elapsed_s": 40.0})
    assert bins(db, "bin, state, starting_s, init_failed_s, failed_inits, tries") == [
        (number, "failed", 10.0, 10.0, int(number == 3), 0) for number in range(4)
    ]


def test_a_part_of_the_time(db: Database) -> None:
    """Only what lies between the two times is told; a try that goes on beyond has not ended there."""
    db.attempt(0, "done", "10:00:00", elapsed_s=60.0)
    span = "'2024-03-01 10:00:20', '2024-03-01 10:00:40', 2"
    assert bins(db, "from_at, busy_s, tries", span=span) == [("10:00:20", 10.0, 0), ("10:00:30", 10.0, 0)]
    assert bins(db, "*", span="'2024-03-01 11:00:00', '2024-03-01 12:00:00', 2") == []


def test_nothing_to_tell(db: Database) -> None:
    """A job without a time, and one that is not there, have no bins."""
    db.attempt(0, "done", None)
    db.insert("log_records", {"source": "worker", "node": "0", "process": "process000"})
    assert bins(db, "*", "true") == []
    assert db.rows("SELECT * FROM timeline_bins('none', NULL, NULL, 9)") == []


def test_places_that_are_not_told(db: Database) -> None:
    """A try that tells no node or process has a line of its own."""
    db.attempt(0, "done", "10:00:00", node=None, process=None)
    db.attempt(1, "done", "10:00:00", process=None)
    assert set(bins(db, "node, process", "true")) == {(None, ""), (None, None), ("0", ""), ("0", None)}


def test_hostile_rows(db: Database) -> None:
    """Whatever the times and seconds are, it answers, and no bin is fuller than it is long."""
    for number, (seconds, at) in enumerate(product(CELLS[Type.FLOAT], CELLS[Type.TIME])):
        node, outcome = str(number % 3), ("done", "open", "timeout")[number % 3]
        row = {"mini_batch_id": number, "node": node, "started_at": at, "elapsed_s": seconds, "outcome": outcome}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        db.connection.execute(
            f"INSERT INTO attempt_reports (job_id, process, {names}) VALUES ('job', 'process000', {marks})",
            list(row.values()),
        )
        db.connection.execute(
            "INSERT INTO node_samples (job_id, node, time, memory_used_percent) VALUES ('job', ?, ?, ?)",
            [node, at, seconds],
        )
    for count in (1, 7, 500):
        told = db.connection.execute(f"SELECT bin, there_s FROM timeline_bins('job', NULL, NULL, {count})").fetchall()
        assert {0 <= bin_ < count for bin_, _ in told} == {True}
