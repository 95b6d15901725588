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
        "fires": (
            "warning",
            (
                "Idle nodes: 1 node did no work while 1 worked | node 1, present for 10 min; the others processed "
                "40 mini-batches | 10 min of node time lost"
            ),
        )
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
            (
                "Pre-empted (probable): node 1 silent for the last 6 min of the job | 6 resource samples missed; "
                "1 mini-batch was in progress there | 1 mini-batch retried elsewhere; 6 min of node time lost"
            ),
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


def checked(db: Database, name: str, node: str, shift: float, checks: int = 12) -> None:
    """Checks of a node each 30 s and a worker at work all the time, by a clock that is wrong by `shift` seconds."""
    for number in range(checks):
        row = {"job_id": name, "node": node, "time": clock(600 + shift + 30 * number), "memory_used_percent": 30.0}
        db.insert("node_samples", row)
    work(db, name, [30.0] * (checks - 1), start=600 + shift, node=node)


def test_a_wrong_clock_is_no_lost_node(db: Database) -> None:
    """A clock is slow by three minutes, another fast; of two nodes nobody knows which one is wrong."""
    for name, shifts in (("slow", (0, -180, 2)), ("fast", (0, 1, 240, -3)), ("pair", (0, 200)), ("fine", (0, 20, -8))):
        job(db, name)
        for number, shift in enumerate(shifts):
            checked(db, name, str(number), shift)
    assert found(db, "clock_skew") == {
        "slow": (
            "warning",
            (
                "Wrong clock: node 1 is 3 min slow | it has as many resource samples as the other nodes, all "
                "shifted by the same time | times of these nodes cannot be compared with those of other nodes"
            ),
        ),
        "fast": (
            "warning",
            (
                "Wrong clock: node 2 is 4 min fast | it has as many resource samples as the other nodes, all "
                "shifted by the same time | times of these nodes cannot be compared with those of other nodes"
            ),
        ),
        "pair": (
            "warning",
            (
                "Wrong clock: the clocks of both nodes differ by 3 min 20 s | both have as many resource samples,"
                " all shifted by the same time | times of these nodes cannot be compared with those of other "
                "nodes"
            ),
        ),
    }
    assert found(db, "pre_empted_nodes") == {}


def test_a_node_that_came_and_went_early_is_no_wrong_clock(db: Database) -> None:
    """It came earlier, but made fewer checks, or left a mini-batch in work."""
    for name, checks in (("fewer", 9), ("left open", 12)):
        job(db, name)
        checked(db, name, "0", 0)
        checked(db, name, "2", 2)
        checked(db, name, "1", -180, checks)
    db.attempt(99, "open", clock(720), job_id="left open", node="1")
    db.attempt(99, "done", clock(800), job_id="left open", attempt=2)
    assert found(db, "clock_skew") == {}
    assert set(found(db, "pre_empted_nodes")) == {"fewer", "left open"}


def test_a_clock_that_the_master_contradicts(db: Database) -> None:
    """Tries before the master scheduled any, tries done after it counted them all, and errors told by both."""
    for name in ("early", "late", "errors", "zone"):
        job(db, name)
        db.insert("progress", {"job_id": name, "time": clock(600), "event": "start"})
        db.insert("progress", {"job_id": name, "time": clock(1000), "event": "all_done"})
        work(db, name, [30.0] * 10, start=300 if name == "zone" else 610, node="0")
    work(db, "early", [30.0] * 10, start=400, node="1")
    work(db, "late", [30.0] * 10, start=900, node="1")
    work(db, "zone", [30.0] * 10, start=300, node="1")
    for number in range(3):
        for source, shift in (("job_error", 0), ("user_error", 150)):
            row = {"source": source, "time": clock(700 + 50 * number + shift), "fingerprint": "f"}
            db.insert("errors", {"job_id": "errors", "node": "1", "process": "process000", **row})
    assert db.rows("SELECT job_id, node, offset_s, estimated_from FROM clock_offsets ORDER BY job_id") == [
        ("early", "1", -200.0, "schedule"),
        ("errors", "1", 150.0, "errors"),
        ("late", "1", 200.0, "schedule"),
    ]
