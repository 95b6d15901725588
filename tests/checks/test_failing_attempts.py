"""The checks of failed tries: each failure is told by one of them, and nothing from too little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.conftest import clock, found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database

ERROR = {"error_message": "could not read line 7 of 'a.csv'", "elapsed_s": 5.0}
LATE = {"error_message": "Stop for run() unable to finish within 60 seconds", "elapsed_s": 60.0, "process_s": 1.2}


def fail(db: Database, name: str, mini_batch_id: int, outcome: str = "exception", node: str = "0", tries: int = 1,
         then_done: bool = True, **more: Any) -> None:  # fmt: skip
    """Failed tries at a mini-batch, and a done one on node 1 behind them."""
    told: dict[str, Any] = {"job_id": name, **(LATE if outcome == "timeout" else ERROR), **more}
    for attempt in range(1, tries + 1):
        db.attempt(mini_batch_id, outcome, clock(1000 + 100 * attempt), node=node, attempt=attempt, **told)
    if then_done:
        db.attempt(mini_batch_id, "done", clock(1900), job_id=name, node="1", attempt=tries + 1)


@pytest.fixture
def jobs(db: Database) -> Database:
    """Four jobs of 40 mini-batches that were done at once, half on each of two nodes; `running` runs still."""
    for name in ("fires", "just", "little", "running"):
        job(db, name, "running" if name == "running" else "completed")
        for node in ("0", "1"):
            work(db, name, [10.0] * 20, node=node)
    return db


def test_failures_on_one_node(jobs: Database) -> None:
    """Twenty on one node do not meet there by chance; nine may (2 · 2⁻⁹ is more than 0.002); ten on each say nothing."""
    for number in range(100, 120):
        fail(jobs, "fires", number)
        fail(jobs, "little", number, node=str(number % 2))
    for number in range(100, 109):
        fail(jobs, "just", number)
    (only,) = found(jobs, "failures_on_one_node").items()
    assert only == (
        "fires",
        (
            "warning",
            (
                "Bad node (probable): 20 of 20 failing mini-batches failed on node 0 | it ran 50 % of the "
                "attempts; most frequent error: could not read line # of # | 1 min 40 s of worker time lost"
            ),
        ),
    )
    row = jobs.one("SELECT node, lost_s FROM failures_on_one_node")
    assert row == {"node": "0", "lost_s": 100.0}


def test_items_that_a_node_lost(jobs: Database) -> None:
    """A mini-batch that was never done makes it severe, but not while the job runs."""
    for name in ("fires", "running"):
        for number in range(100, 130):
            fail(jobs, name, number, then_done=number > 100)
    severities = {name: severity for name, (severity, _) in found(jobs, "failures_on_one_node").items()}
    assert severities == {"fires": "severe", "running": "warning"}


def test_timeouts_many(jobs: Database) -> None:
    """Three mini-batches of 43 are a pattern, two are not; a mini-batch counts once, its tries all count as time."""
    for number in range(100, 103):
        fail(jobs, "fires", number, "timeout", tries=2, node=str(number % 2))
    for number in range(100, 102):
        fail(jobs, "just", number, "timeout", node=str(number % 2))
    assert found(jobs, "timeouts_many") == {
        "fires": (
            "warning",
            (
                "Timeout: 3 of 43 mini-batches timed out | 6 attempts of about 1 min; the CPU was idle "
                "meanwhile: run() waits | all completed on a retry; 6 min of worker time lost"
            ),
        )
    }
    assert jobs.rows("SELECT lost_s FROM timeouts_many") == [(360.0,)]


def test_timeouts_that_lost_work(jobs: Database) -> None:
    """Severe if a mini-batch was never done; a running job may do it still."""
    for name in ("fires", "running"):
        for number in range(100, 103):
            fail(jobs, name, number, "timeout", tries=3, node=str(number % 2), then_done=number < 102)
    told = found(jobs, "timeouts_many")
    assert {name: severity for name, (severity, _) in told.items()} == {"fires": "severe", "running": "warning"}
    assert "1 mini-batch never completed" in told["fires"][1]
    assert "1 mini-batch not completed so far" in told["running"][1]


def test_poisoned_mini_batches(jobs: Database) -> None:
    """Each of two or more tries timed out, or the driver gave it up; not where a try helped, or is open."""
    fail(jobs, "fires", 100, "timeout", tries=3, then_done=False)
    fail(jobs, "just", 100, "timeout", tries=3)
    fail(jobs, "little", 100, "timeout", then_done=False)
    fail(jobs, "running", 100, "timeout", tries=2, then_done=False)
    jobs.attempt(100, "open", clock(3000), job_id="running", attempt=3)
    assert found(jobs, "poisoned_mini_batches") == {
        "fires": (
            "severe",
            (
                "Poison mini-batch: 1 mini-batch failed on every attempt | mini-batch 100: 3 attempts on 1 node "
                "| 10 items not processed; 3 min of worker time lost"
            ),
        )
    }


def test_mini_batches_that_end_their_workers(jobs: Database) -> None:
    """Each of two tries ended its worker: no try can finish it. One death, or a try that helped, says nothing."""
    died = "Process abort with unfinished mini batch 100."
    for name, attempts, later in (("fires", 2, "exception"), ("just", 1, "exception"), ("little", 2, "done")):
        for attempt in range(1, attempts + 1):
            message = died if later == "exception" or attempt == 1 else None
            outcome = "exception" if message else later
            started = clock(3000 + attempt)
            jobs.attempt(
                100, outcome, started, job_id=name, attempt=attempt, node="0", elapsed_s=5.0, error_message=message
            )
    assert found(jobs, "poisoned_mini_batches") == {
        "fires": (
            "severe",
            (
                "Poison mini-batch: 1 mini-batch failed on every attempt | mini-batch 100: 2 attempts on 1 node;"
                " each attempt ended its worker process | 10 items not processed; 10.0 s of worker time lost"
            ),
        )
    }


def test_bad_inputs_of_one_job(jobs: Database) -> None:
    """Every try raised the same: the input. Not if a retry helped, if it was tried once, or if many others raised it too."""
    fail(jobs, "fires", 100, tries=3, then_done=False)
    fail(jobs, "just", 100, tries=2)
    fail(jobs, "little", 100, then_done=False)
    for number in range(100, 130):
        fail(jobs, "running", number, tries=3, then_done=False)
    (name, (severity, sentence)), *others = found(jobs, "bad_inputs").items()
    assert (name, severity, others) == ("fires", "severe", [])
    assert sentence.startswith("Bad inputs (probable): 1 mini-batch failed with the same error on every attempt")


def test_inputs_that_fail_in_several_jobs(jobs: Database) -> None:
    """What a check finds in a job does not depend on other jobs: `repeat_offender_inputs` compares them."""
    for name in ("fires", "just"):
        fail(jobs, name, 100, then_done=False, inputs=["a.csv"])
    assert found(jobs, "bad_inputs") == {}
    assert jobs.rows("SELECT input, jobs_failed FROM repeat_offender_inputs") == [("a.csv", 2)]


def test_many_retries(jobs: Database) -> None:
    """Five mini-batches that raised and were done later, and 3 % of the time; fewer, or less time, is no pattern."""
    for number in range(100, 105):
        fail(jobs, "fires", number, node=str(number % 2))
        fail(jobs, "just", number, node=str(number % 2), elapsed_s=2.0)
    for number in range(100, 104):
        fail(jobs, "little", number, node=str(number % 2), elapsed_s=50.0)
    assert found(jobs, "many_retries") == {
        "fires": (
            "warning",
            (
                "Transient errors (probable): 5 of 45 mini-batches failed first and succeeded on a retry | 5 failed "
                "attempts; most frequent error: could not read line # of # | 25.0 s of worker time lost, 5 % of "
                "all"
            ),
        )
    }


def test_a_failure_is_told_once(jobs: Database) -> None:
    """What one node fails is no matter of retries, and what always fails none either."""
    for number in range(100, 130):
        fail(jobs, "fires", number)
    for number in range(100, 106):
        fail(jobs, "just", number, tries=3, then_done=False)
    assert found(jobs, "many_retries") == {}
    assert set(found(jobs, "failures_on_one_node")) == {"fires"}
    assert set(found(jobs, "bad_inputs")) == {"just"}


def test_finished_twice(jobs: Database) -> None:
    """Two done tries at one mini-batch; not a retry of a failed one, nor one that gave nothing."""
    for attempt in (1, 2):
        jobs.attempt(100, "done", clock(1000 * attempt), job_id="fires", attempt=attempt)
    fail(jobs, "just", 100)
    jobs.attempt(100, "done", clock(1000), job_id="little", succeeded=0, failed=10)
    jobs.attempt(100, "done", clock(1100), job_id="little", attempt=2)
    assert found(jobs, "finished_twice") == {
        "fires": (
            "warning",
            (
                "Duplicate results (possible): 1 mini-batch was finished more than once | mini-batch 100: 2 "
                "results | 10 items may appear twice in the output; 10.0 s of worker time lost"
            ),
        )
    }


def test_fewer_results(jobs: Database) -> None:
    """Done with failed items and no error; a timeout, and a V0 result that tells an error, are not meant."""
    jobs.attempt(100, "done", clock(1000), job_id="fires", succeeded=7, failed=3)
    jobs.attempt(101, "done", clock(1000), job_id="fires", succeeded=9, failed=1, node="1")
    fail(jobs, "just", 100, "timeout", then_done=False)
    jobs.attempt(100, "done", clock(1000), job_id="little", succeeded=0, failed=10, error_message="ValueError")
    assert found(jobs, "fewer_results") == {
        "fires": (
            "warning",
            (
                "Missing results: run() returned too few results for 2 mini-batches | no error and no retry; most on "
                "node 0 | 4 items without a result"
            ),
        )
    }
    jobs.connection.execute("UPDATE parts.jobs SET state = 'failed', state_reason = 'Exceeded error threshold.'")
    assert found(jobs, "fewer_results")["fires"][0] == "severe"


def scheduled(db: Database, name: str, total: int, processed: int = 40) -> None:
    """What the progress tells, and a whole mini-batch table."""
    row = {"job_id": name, "time": clock(500), "event": "processed_of", "total": total, "processed": processed}
    db.insert("progress", row)
    db.insert("files", {"job_id": name, "kind": "mini_batches", "status": "parsed", "ends_cut": False})


def test_lost_mini_batches(jobs: Database) -> None:
    """A failed job with fewer results than scheduled; not a running or completed one, one that has them all, or a cut table."""
    for name in ("fires", "just", "little"):
        jobs.connection.execute(
            f"UPDATE parts.jobs SET state = 'failed', state_reason = 'Exceeded.' WHERE job_id = '{name}'"
        )
    scheduled(jobs, "fires", 50)
    jobs.attempt(100, "open", clock(1000), job_id="fires")
    scheduled(jobs, "just", 40)
    scheduled(jobs, "little", 50)
    jobs.connection.execute("UPDATE files SET ends_cut = true WHERE job_id = 'little'")
    scheduled(jobs, "running", 50)
    assert found(jobs, "lost_mini_batches") == {
        "fires": (
            "severe",
            (
                "Lost work: 10 of 50 scheduled mini-batches have no result | the job stopped: Exceeded.; 1 mini-"
                "batch was in progress | 10 mini-batches not processed"
            ),
        )
    }
