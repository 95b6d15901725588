"""`memory_peaks`: the highest sample of each node and process, and what ran then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.views.conftest import Database


def check(clock: str, percent: float | None, **more: Any) -> dict[str, Any]:
    """A check of node 0, which has 8,000 MB."""
    used = None if percent is None else percent * 80
    return {
        "node": "0",
        "time": clock,
        "memory_total_mb": 8000.0,
        "memory_used_mb": used,
        "memory_used_percent": percent,
    } | more


def process_check(clock: str, percent: float, process: str = "process000", **more: Any) -> dict[str, Any]:
    """A check of a process of node 0."""
    return {"node": "0", "process": process, "time": clock, "memory_used_percent": percent} | more


def test_highest_sample_of_a_node(db: Database) -> None:
    """Percent, MB and time are of one sample; of equal ones the first."""
    db.insert(
        "node_samples",
        check("10:00:00", 40.0),
        check("10:10:00", 75.0),
        check("10:20:00", 75.0),
        check("10:30:00", 50.0),
    )
    assert db.one("SELECT * FROM memory_peaks") == {
        "job_id": "job",
        "node": "0",
        "scope": "node",
        "process": None,
        "highest_percent": 75.0,
        "highest_mb": 6000.0,
        "highest_at": "10:10:00",
        "samples": 4,
        "largest_gap_s": 600.0,
        "mini_batches_held": None,
        "unexplained_mb": None,
        "caveat": "highest of 4 samples, one every 600 s, largest gap 600 s; not a peak",
    }


def test_a_gap_in_the_checks(db: Database) -> None:
    """An hour without a check shows as the largest gap, whatever the order of rows; one sample has no gap."""
    db.insert("node_samples", check("11:10:00", 41.0), check("10:00:00", 40.0), check("10:10:00", 42.0))
    db.insert("node_samples", check("10:00:00", 10.0, node="1"))
    assert db.rows("SELECT node, samples, largest_gap_s, caveat FROM memory_peaks ORDER BY node") == [
        ("0", 3, 3600.0, "highest of 3 samples, one every 2100 s, largest gap 3600 s; not a peak"),
        ("1", 1, None, "highest of 1 samples; not a peak"),
    ]


def test_highest_sample_of_a_process(db: Database) -> None:
    """Its MB are its percent of the node's memory, and NULL where no node file tells how much that is."""
    db.insert("node_samples", check("10:00:00", 40.0))
    db.insert(
        "process_samples",
        process_check("10:00:00", 5.0),
        process_check("10:10:00", 12.5),
        process_check("10:20:00", 6.0),
    )
    db.insert("process_samples", process_check("10:00:00", 3.0, node="1"))
    columns = "node, process, highest_percent, highest_mb, highest_at, samples, largest_gap_s, caveat"
    assert db.rows(f"SELECT {columns} FROM memory_peaks WHERE scope = 'process' ORDER BY node") == [
        (
            *("0", "process000", 12.5, 1000.0, "10:10:00", 3, 600.0),
            "highest of 3 samples, one every 600 s, largest gap 600 s; not a peak; child processes not counted",
        ),
        (
            "1",
            "process000",
            3.0,
            None,
            "10:00:00",
            1,
            None,
            "highest of 1 samples; not a peak; child processes not counted",
        ),
    ]


def test_mini_batches_held_at_that_time(db: Database) -> None:
    """Those that the process had in work, and for the node those of all its processes; not those before or after."""
    db.insert("node_samples", check("10:10:00", 75.0))
    db.insert("process_samples", process_check("10:10:00", 30.0), process_check("10:10:00", 20.0, "process001"))
    db.attempt(1, "done", "10:00:00", elapsed_s=60.0)
    db.attempt(2, "done", "10:09:50", elapsed_s=60.0)
    db.attempt(3, "open", "10:09:00", process="process001")
    db.attempt(4, "done", "10:11:00")
    db.attempt(5, "done", "10:09:50", elapsed_s=60.0, node="1")
    assert db.rows("SELECT scope, process, mini_batches_held FROM memory_peaks ORDER BY 1, 2") == [
        ("node", None, [2, 3]),
        ("process", "process000", [2]),
        ("process", "process001", [3]),
    ]


def test_a_finished_try_is_not_held_for_ever(db: Database) -> None:
    """TASK_PICKED of a try that ended before the sample does not hold the mini-batch open."""
    db.insert("process_samples", process_check("10:10:00", 30.0))
    db.attempt(1, "open", "10:00:00", source="task_csv")
    db.attempt(1, "done", "10:00:00", source="task_csv")
    assert db.rows("SELECT mini_batches_held FROM memory_peaks") == [(None,)]


def test_memory_that_no_process_explains(db: Database) -> None:
    """What the node uses less what its processes use at that check: here 6,000 - (5 + 5 + 2.5) % of 8,000 MB."""
    db.insert("node_samples", check("10:10:00", 75.0), check("10:20:00", 60.0))
    for process, percent in (("manager", 5.0), ("process000", 5.0), ("process001", 2.5)):
        db.insert(
            "process_samples", process_check("10:09:59", percent, process), process_check("10:20:00", 9.0, process)
        )
    assert db.rows("SELECT unexplained_mb FROM memory_peaks WHERE scope = 'node'") == [(5000.0,)]
    assert db.rows("SELECT DISTINCT unexplained_mb FROM memory_peaks WHERE scope = 'process'") == [(None,)]


def test_samples_without_memory(db: Database) -> None:
    """An empty cell is no sample, and a node without any has no row: not measured is not zero."""
    db.insert("node_samples", check("10:00:00", None), check("10:10:00", 10.0), check("10:00:00", None, node="1"))
    assert db.rows("SELECT node, samples, highest_percent FROM memory_peaks") == [("0", 1, 10.0)]
