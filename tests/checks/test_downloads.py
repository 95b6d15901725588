"""`no_worker_logs` and `incomplete_download`: what the logs at hand lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def file(db: Database, name: str, kind: str, *, cut: bool = False) -> None:
    """A file of some kind, whole or cut."""
    db.insert("files", {"job_id": name, "path": f"logs/{kind}", "kind": kind, "status": "parsed", "ends_cut": cut})


def test_no_worker_logs(db: Database) -> None:
    """A table and no log of a worker; not if there is one, if the job runs, or if nothing was tried."""
    for name in ("fires", "whole", "running", "nothing tried"):
        job(db, name, "running" if name == "running" else "completed")
        file(db, name, "mini_batches")
        if name != "nothing tried":
            work(db, name, [10.0])
    file(db, "whole", "worker")
    ((name, (severity, _)),) = found(db, "no_worker_logs").items()
    assert (name, severity) == ("fires", "note")


def test_incomplete_download(db: Database) -> None:
    """Files cut in a job that ended; what a script prints may end without a line break, and a running job's files do."""
    for name, kind in (("table", "mini_batches"), ("log", "worker"), ("printed", "user_stream"), ("running", "worker")):
        job(db, name, "running" if name == "running" else "failed")
        file(db, name, kind, cut=True)
    assert found(db, "incomplete_download") == {
        "table": (
            "warning",
            (
                "Incomplete download: 1 file ends in the middle of a line | the job has ended; logs/mini_batches"
                " | counts of mini-batches are too low"
            ),
        ),
        "log": (
            "note",
            (
                "Incomplete download: 1 file ends in the middle of a line | the job has ended; logs/worker | the"
                " last records of these files are missing"
            ),
        ),
    }
