"""The sample jobs, read by the real command, give the numbers that their generator put in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXPECTED: dict[str, Any] = json.loads((ROOT / "data" / "expected.json").read_text(encoding="utf-8"))
TRUTHS = [(truth["job_id"], truth) for truth in EXPECTED.values()]


def _run(*arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ingest", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def _rows(store: Path, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_run("sql", "--store", store, "--format", "json", query))
    return rows


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All sample jobs, loaded as the README says."""
    path = tmp_path_factory.mktemp("samples") / "store"
    _run(*sorted((ROOT / "data" / "jobs").iterdir()), "--store", path, "--no-verdict")
    return path


@pytest.fixture(scope="module")
def summaries(store: Path) -> dict[str, dict[str, Any]]:
    """`job_summary` by job."""
    return {row["job_id"]: row for row in _rows(store, "SELECT * FROM job_summary")}


def test_all_jobs(summaries: dict[str, dict[str, Any]]) -> None:
    """Eight jobs, none twice, none missing."""
    assert sorted(summaries) == sorted(job for job, _ in TRUTHS)


@pytest.mark.parametrize(("job", "truth"), TRUTHS, ids=[job for job, _ in TRUTHS])
def test_job_summary(summaries: dict[str, dict[str, Any]], job: str, truth: dict[str, Any]) -> None:
    """State, items, failures, tries and restarts of each job are the planted ones.

    Mini-batches still open (the pending ones of V0) are counted by the view, and not by the truth, which knows ends only.
    A job that ran when its logs were downloaded is not said to run years later.
    """
    row = summaries[job]
    truth = {**truth, "state": {"running": "unknown"}.get(truth["state"], truth["state"])}
    got = {
        "state": row["state"],
        "generation": row["generation"],
        "mini_batches": row["mini_batches"] - row["open_mini_batches"],
        "items": row["items"],
        "failed_items": row["failed_items"],
        "attempts": row["attempts"] - row["open_mini_batches"],
        **{key: row[key] for key in ("retries", "timeouts", "exceptions", "poisoned", "restarts")},
    }
    assert got == {key: truth[key] for key in got}


@pytest.mark.parametrize(("job", "truth"), TRUTHS, ids=[job for job, _ in TRUTHS])
def test_open_attempts(store: Path, job: str, truth: dict[str, Any]) -> None:
    """Each try that was begun and not ended is open once: in V0 a table says so, later only the log of its worker."""
    columns = "mini_batch_id, node, process, reported_by"
    got = _rows(store, f"SELECT {columns} FROM attempts WHERE job_id = '{job}' AND outcome = 'open'")
    by_id = sorted(truth["open"], key=lambda one: one["mini_batch_id"])
    assert sorted(got, key=lambda one: one["mini_batch_id"]) == by_id
    assert len(got) == truth["open_attempts"]


@pytest.mark.parametrize(("job", "truth"), TRUTHS, ids=[job for job, _ in TRUTHS])
def test_run(store: Path, job: str, truth: dict[str, Any]) -> None:
    """Run ids, experiment, compute and queue time come from the logs, and do not change what the job is called."""
    columns = "run_id, parent_run_id, experiment, compute_target, queue_s"
    assert _rows(store, f"SELECT {columns} FROM jobs WHERE job_id = '{job}'") == [truth["run"]]


def test_failed_items_by_node(store: Path) -> None:
    """`select * from failed_items_by_node` gives each node's planted failures."""
    got: dict[str, dict[str, Any]] = {}
    for row in _rows(store, "select * from failed_items_by_node"):
        got.setdefault(row["job_id"], {})[row["node"]] = {
            "mini_batches": row["mini_batches"] - row["open_mini_batches"],
            **{key: row[key] for key in ("items", "failed_items", "timeouts", "exceptions")},
        }
    expected = {job: truth["failed_items_by_node"] for job, truth in TRUTHS if truth["failed_items_by_node"]}
    assert got == expected


@pytest.mark.parametrize(("job", "truth"), TRUTHS, ids=[job for job, _ in TRUTHS])
def test_slowest_memory_and_first_error(store: Path, job: str, truth: dict[str, Any]) -> None:
    """The slowest mini-batch, the highest memory sample and the first error of each job are the planted ones."""
    where = f"WHERE job_id = '{job}'"
    if truth["slowest"]:
        (slowest,) = _rows(store, f"SELECT mini_batch_id, elapsed_s FROM slowest_mini_batches {where} LIMIT 1")
        assert slowest == {key: truth["slowest"][key] for key in ("mini_batch_id", "elapsed_s")}
    if truth["memory"]:
        (peak,) = _rows(
            store,
            f"SELECT node, highest_percent FROM memory_peaks {where} AND scope = 'node' ORDER BY 2 DESC, 1 LIMIT 1",
        )
        assert (peak["node"], peak["highest_percent"]) == (truth["memory"]["node"], truth["memory"]["percent"])
    errors = _rows(store, f"SELECT time, node, process, exception_type, exception_message FROM first_error {where}")
    planted = truth["first_error"]
    if planted is None:
        assert errors == []
    else:
        assert (errors[0]["exception_type"], errors[0]["node"]) == (planted["exception_type"], planted["node"])
        assert errors[0]["time"][:19] == planted["time"][:19]


def test_every_byte_is_understood(store: Path) -> None:
    """No file of the samples is unclaimed or failed; only the two cut records of the running job are rejected."""
    assert _rows(store, "SELECT path FROM files WHERE status NOT IN ('parsed', 'ignored')") == []
    assert _rows(store, "SELECT DISTINCT job_id, count(*) AS n FROM rejects GROUP BY job_id") == [
        {"job_id": "still-running", "n": 2}
    ]
