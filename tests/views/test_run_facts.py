"""`run_facts`: ids, compute and queue time of a run, from what the service, the runtime and the launcher say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_what_the_service_says(db: Database) -> None:
    """The lines of executionlogs.txt: the cluster's name goes before the kind of compute."""
    db.event("control", "experiment", "10:00:00", experiment="nightly")
    db.event("control", "run_id", "10:00:00", run_id="r1")
    db.event("control", "run_target", "10:00:00", target="cluster-a")
    db.event("control", "run_ids", "10:00:01", run_id="r1", parent_run_id="p1", target="AmlCompute")
    db.event("control", "execution_status", "10:00:02", status="Queued")
    db.event("control", "execution_status", "10:02:02", status="Queued")
    db.event("control", "execution_status", "10:03:32", status="Running")
    db.event("control", "execution_status", "10:05:32", status="Running")
    assert db.one("SELECT * FROM run_facts") == {
        "job_id": "job",
        "run_id": "r1",
        "parent_run_id": "p1",
        "experiment": "nightly",
        "compute_target": "cluster-a",
        "queue_s": 210.0,
    }


def test_the_facts_reach_the_job(db: Database) -> None:
    """`job_facts`, which is written to `jobs`, has them; the kind of compute stands in for a name that is not told."""
    db.event("control", "run_ids", "10:00:01", run_id="r1", parent_run_id="p1", target="AmlCompute")
    facts = db.one("SELECT * FROM job_facts")
    assert (facts["run_id"], facts["compute_target"], facts["queue_s"]) == ("r1", "AmlCompute", None)


@pytest.mark.parametrize(
    "statuses",
    [
        [("Preparing", "10:00:00"), ("Running", "10:01:00")],
        [("Queued", "10:00:00")],
        [("Running", "10:00:00"), ("Queued", "10:05:00")],
        [("Queued", "10:00:00"), ("Finalizing", "10:05:00")],
    ],
)
def test_queue_time_is_never_guessed(db: Database, statuses: list[tuple[str, str]]) -> None:
    """It needs both a word that the run is queued and a later one that it runs."""
    for status, clock in statuses:
        db.event("control", "execution_status", clock, status=status)
    assert db.rows("SELECT queue_s FROM run_facts") == [(None,)]


def test_the_best_source_of_a_run_id(db: Database) -> None:
    """The launcher is heard where nobody better speaks; a source that tells two ids is not."""
    db.event("driver", "run_id", "10:00:00", run_id="of-the-launcher")
    assert db.rows("SELECT run_id FROM run_facts") == [("of-the-launcher",)]
    db.event("control", "run_id", "10:00:00", run_id="one")
    db.event("control", "job_failed", "10:09:00", run_id="another")
    assert db.rows("SELECT run_id FROM run_facts") == [("of-the-launcher",)]
    db.event("common_runtime", "run_ids", "10:00:00", run_id="of-the-runtime", experiment="nightly")
    assert db.rows("SELECT run_id, experiment FROM run_facts") == [("of-the-runtime", "nightly")]


def test_a_worker_says_nothing_of_the_run(db: Database) -> None:
    """The same event in another kind of log is not asked."""
    db.event("worker", "run_id", "10:00:00", run_id="r9")
    assert db.rows("SELECT * FROM run_facts") == []
