"""`idle_nodes` and `pre_empted_nodes`: nodes that did nothing, and nodes that went away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import clock, found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def sampled(db: Database, name: str, node: str, until: float, since: float = 0) -> None:
    """A check of a node each minute."""
    for second in range(int(since), int(until) + 1, 60):
        db.insert("node_samples", {"job_id": name, "node": node, "time": clock(second), "memory_used_percent": 30.0})


def worked(db: Database, name: str, node: str = "0", mini_batches: int = 40) -> None:
    """A node with checks, and a worker with mini-batches of 15 s."""
    sampled(db, name, node, 15 * mini_batches)
    work(db, name, [15.0] * mini_batches, node=node)


def test_a_node_that_did_nothing(db: Database) -> None:
    """It was there all the time; a node that has just begun, and one whose init() failed, are not told."""
    for name in ("fires", "just begun", "init"):
        job(db, name)
        worked(db, name)
        sampled(db, name, "1", 600, 540 if name == "just begun" else 0)
    row = {"job_id": "init", "node": "1", "process": "process000", "time": clock(9), "event": "init"}
    db.insert("script_events", {**row, "outcome": "exception"})
    assert found(db, "idle_nodes") == {
        "fires": ("warning", "Node 1 did nothing for 10 min, while 1 other worked on 40 mini-batches.")
    }
    assert db.rows("SELECT node, lost_s FROM idle_nodes") == [("1", 600.0)]


def test_too_little_to_call_a_node_idle(db: Database) -> None:
    """Fewer mini-batches than workers could take, no work at all, or other names for nodes in table and files."""
    job(db, "few")
    for node in ("0", "1", "2"):
        sampled(db, "few", node, 600)
    work(db, "few", [500.0], node="0")
    job(db, "nothing")
    sampled(db, "nothing", "0", 600)
    job(db, "names")
    sampled(db, "names", "0", 600)
    work(db, "names", [15.0] * 40, node="10.0.0.4")
    assert found(db, "idle_nodes") == {}


def test_a_node_that_went_away(db: Database) -> None:
    """Its checks stop with a mini-batch in work, which was taken up elsewhere; the others go on for minutes."""
    job(db, "fires")
    worked(db, "fires")
    sampled(db, "fires", "1", 240)
    db.attempt(99, "open", clock(230), job_id="fires", node="1")
    db.attempt(99, "done", clock(400), job_id="fires", attempt=2)
    assert found(db, "pre_empted_nodes") == {
        "fires": (
            "warning",
            "Node 1 gave no sign any more for the last 6 min of the job, as if taken away; 1 mini-batch was in work"
            " there and taken up elsewhere.",
        )
    }


def test_work_that_went_with_the_node(db: Database) -> None:
    """Severe if nobody took it up, unless the job runs still."""
    for name in ("completed", "running"):
        job(db, name, name)
        worked(db, name)
        sampled(db, name, "1", 240)
        db.attempt(99, "open", clock(230), job_id=name, node="1")
    severities = {name: severity for name, (severity, _) in found(db, "pre_empted_nodes").items()}
    assert severities == {"completed": "severe", "running": "warning"}


def test_a_node_that_is_only_done(db: Database) -> None:
    """Silent for a minute less, silent without checks that others made, or the only node."""
    job(db, "end")
    worked(db, "end")
    sampled(db, "end", "1", 545)
    job(db, "no checks")
    work(db, "no checks", [15.0] * 40)
    work(db, "no checks", [15.0] * 10, node="1")
    job(db, "alone")
    worked(db, "alone")
    db.attempt(99, "open", clock(230), job_id="alone")
    assert found(db, "pre_empted_nodes") == {}
