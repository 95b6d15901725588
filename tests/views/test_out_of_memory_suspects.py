"""`out_of_memory_suspects`: the last samples before a worker ended, and how far they explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.views.test_restarts import exited

if TYPE_CHECKING:
    from tests.views.conftest import Database

SUSPICION = "SELECT process, suspicion, reason FROM out_of_memory_suspects"


def death(db: Database, code: int | None = -9, more: str = "") -> None:
    """process001 of node 0 ends at 10:10:30 with mini-batch 7 in work, and process002 takes its place."""
    db.attempt(1, "done", "10:00:00", elapsed_s=900.0)
    text = "Process abort with unfinished mini batch 7." + more
    db.attempt(7, "exception", "10:00:00", process="process001", elapsed_s=630.0, error_message=text)
    if code is not None:
        exited(db, "process001", "10:10:30", code)
    db.attempt(8, "done", "10:10:35", process="process002")


def samples(db: Database, *percents: float) -> None:
    """Node 0, of 8,000 MB, and process001, checked every minute so that the last check is at 10:10:00."""
    for number, percent in enumerate(percents):
        clock = f"10:{10 - len(percents) + 1 + number:02}:00"
        db.insert(
            "node_samples", {"node": "0", "time": clock, "memory_used_percent": percent, "memory_total_mb": 8000.0}
        )
        row = {"node": "0", "process": "process001", "time": clock, "memory_used_percent": percent / 2}
        db.insert("process_samples", row)


def test_killed_while_memory_was_high(db: Database) -> None:
    """Samples of the node and the process before the end, what it gained, and the mini-batch."""
    death(db)
    samples(db, 20.0, 50.0, 90.0)
    row = db.one("SELECT * FROM out_of_memory_suspects")
    assert {name: row[name] for name in ("process", "replaced_by", "mini_batch_id", "attempt", "time", "suspicion")} == {
        "process": "process001", "replaced_by": "process002", "mini_batch_id": 7, "attempt": 1, "time": "10:10:30",
        "suspicion": "high",
    }  # fmt: skip
    assert (row["node_percent"], row["sampled_s"], row["process_percent"]) == (90.0, 30.0, 45.0)
    assert (row["process_mb"], row["grown_mb"], row["process_samples"]) == (3600.0, 2800.0, 3)
    assert "killed by signal 9" in row["reason"]
    assert "node at 90 % in the sample 30 s before; rising towards 100 %" in row["reason"]
    assert row["caveat"].startswith("last sample 30 s before; a sample is not a peak")


def test_killed_and_no_sample(db: Database) -> None:
    """Signal 9 alone is a medium suspicion."""
    death(db)
    assert db.rows(SUSPICION) == [
        (
            "process001",
            "medium",
            "killed by signal 9, typical of the OOM killer; no earlier sample of the node",
        )
    ]


def test_killed_right_after_a_low_sample(db: Database) -> None:
    """A low sample half a minute before speaks against it."""
    death(db)
    samples(db, 20.0, 20.0)
    assert [row[1] for row in db.rows(SUSPICION)] == ["low"]


def test_died_for_no_reason_told(db: Database) -> None:
    """High memory makes it a medium suspicion, low memory a low one."""
    death(db, None)
    samples(db, 86.0, 86.0)
    assert [row[1] for row in db.rows(SUSPICION)] == ["medium"]
    db.connection.execute("UPDATE node_samples SET memory_used_percent = 30")
    assert [row[1] for row in db.rows(SUSPICION)] == ["low"]


def test_died_on_a_full_node_after_it_had_grown(db: Database) -> None:
    """Two signs of memory, of node and process, are as good as a signal."""
    death(db, None)
    samples(db, 86.0, 86.0)
    for clock, percent in (("10:00:00", 10.0), ("10:10:00", 30.0)):
        row = {"node": "0", "process": "process001", "time": clock, "memory_used_percent": percent}
        db.insert("process_samples", row)
    assert [row[1] for row in db.rows(SUSPICION)] == ["high"]


def test_a_text_says_it(db: Database) -> None:
    """Words near the end, of the worker or of the node's manager, are as good as a signal; those of a GPU are not."""
    death(db, None)
    cuda = {"node": "0", "process": "process001", "time": "10:10:29", "exception_message": "CUDA out of memory"}
    db.insert("errors", cuda)
    assert [row[1] for row in db.rows(SUSPICION)] == ["low"]
    said = {"node": "0", "process": "_main", "time": "10:10:31", "level": "WARNING", "message": "oom-kill: python"}
    db.insert("log_records", said)
    assert [row[1] for row in db.rows(SUSPICION)] == ["high"]


def test_an_error_that_the_worker_survived(db: Database) -> None:
    """A MemoryError is a row of its own, with the mini-batch; told by two files within a minute it is one."""
    db.attempt(3, "exception", "10:00:00", error_message="MemoryError: no room")
    for source in ("worker", "user_error"):
        error = {"source": source, "node": "0", "process": "process000", "time": "10:00:10"}
        db.insert("errors", {**error, "exception_type": "MemoryError", "exception_message": "no room"})
    assert db.rows("SELECT event, process, mini_batch_id, suspicion FROM out_of_memory_suspects") == [
        ("logged", "process000", 3, "high")
    ]


def test_timeouts_and_init_are_no_suspects(db: Database) -> None:
    """A worker that was stopped for a timeout (code 71), or whose init() failed, is none."""
    db.attempt(1, "done", "10:00:00", elapsed_s=900.0)
    db.attempt(7, "timeout", "10:00:00", process="process001", elapsed_s=60.0)
    exited(db, "process001", "10:01:00", 71)
    db.attempt(8, "done", "10:01:35", process="process002")
    samples(db, 95.0, 95.0)
    assert db.rows(SUSPICION) == []
