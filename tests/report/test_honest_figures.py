"""Figures of a job's report count what they say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import ingest.report

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest

QUERIES = Path(ingest.report.__file__).parent / "queries"


def test_errors_are_counted_once(sample_jobs: StoreUnderTest) -> None:
    """An error that duplicates another one has no bar of its own."""
    query = (QUERIES / "job" / "errors.sql").read_text()
    duplicates = 0
    for (job_id,) in sample_jobs.rows("SELECT job_id FROM jobs"):
        shown = sample_jobs.opened().rows(query, {"job": job_id})
        of_job = sample_jobs.opened().rows("SELECT retells FROM job_errors WHERE job_id = ?", [job_id])
        duplicates += sum(row["retells"] is not None for row in of_job)
        assert len(shown) == min(25, sum(row["retells"] is None for row in of_job))
    assert duplicates


def test_tiles(sample_jobs: StoreUnderTest) -> None:
    """Mini-batches are those that are finished; nothing done and memory near its limit are in the colour of failures."""
    from ingest.report.job import _figures

    def tiles(job_id: str) -> dict[str, tuple[str, str]]:
        (job,) = sample_jobs.opened().rows("SELECT * FROM job_summary WHERE job_id = ?", [job_id])
        return {figure.name: (figure.value, figure.look) for figure in _figures(job)}

    assert tiles("still-running")["mini-batches finished"] == ("48", "")
    assert tiles("memory-growth")["items failed"] == ("10", "alarm")  # not the 1,200 of which they are
    assert tiles("init-failure-42")["mini-batches finished"] == ("0", "alarm")
    assert tiles("memory-growth")["highest memory"][1] == "alarm"
    assert tiles("clean-v4")["highest memory"][1] == ""
