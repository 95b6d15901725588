"""Figures of a job's report count what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ingest.report
from ingest.report import charts, headings
from ingest.report.cells import breakable, with_code
from ingest.report.findings import Places, laid_out

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


def test_a_finding_of_several_jobs_mixes_no_counts(sample_jobs: StoreUnderTest) -> None:
    """It shows the count, node and times of the latest job, and the sum of all jobs as such."""
    query = (QUERIES / "overview" / "findings.sql").read_text()
    jobs = [job for (job,) in sample_jobs.rows("SELECT job_id FROM jobs")]
    merged = [row for row in sample_jobs.opened().rows(query, {"jobs": jobs}) if len(row["jobs_with_it"]) > 1]
    assert merged
    for row in merged:
        of = "SELECT job_id, occurrences FROM diagnosis WHERE fingerprint = ? AND severity = ?"
        counts = {
            one["job_id"]: one["occurrences"]
            for one in sample_jobs.opened().rows(of, [row["fingerprint"], row["severity"]])
        }
        assert row["occurrences"] == counts[row["job_id"]] < row["all_occurrences"]
        assert row["all_occurrences"] == sum(counts[job] for job in row["jobs_with_it"])
        [told] = laid_out([row], Places(), with_job=True)
        text = " · ".join(fact.text for fact in told.facts)
        assert f"in all of them {row['all_occurrences']} times" in text
        assert f"({row['occurrences']} times)" in told.headline


def test_findings_of_one_cause_are_one(sample_jobs: StoreUnderTest) -> None:
    """What a finding explains, and the error whose message it has, are listed below it."""
    query = (QUERIES / "job" / "findings.sql").read_text()
    rows = sample_jobs.opened().rows(query, {"job": "init-failure-42"})
    first, *others = laid_out(rows, Places())
    assert first.finding_id == "init_failing"
    assert {one.finding_id for one in first.same} >= {"FileNotFoundError", "error"}
    assert 1 + len(first.same) + sum(1 + len(one.same) for one in others) == len(rows)  # none is lost


def test_axes_begin_at_zero(sample_jobs: StoreUnderTest) -> None:
    """Percents of memory and CPU go to 100 however idle a job was."""
    query = (QUERIES / "job" / "resources.sql").read_text()
    rows = sample_jobs.opened().rows(query, {"job": "clean-v4", "step_s": 1})
    for key in ("memory_percent", "cpu_percent"):
        text = json.dumps(charts.resource(rows, [], key, key, (0, 1), "").spec)
        assert '"domainMin": 0' in text
        assert '"domainMax": 100' in text


@pytest.mark.parametrize(
    ("longest", "usual", "width", "end"),
    [(55.9, 52.4, 2, 56), (60, 50, 2, 62), (0.8, 0.7, 0.05, 0.85), (3600, 30, 2, 62), (1e6, 9e5, 50_000, 1_050_000)],
)
def test_bins_of_durations(longest: float, usual: float, width: float, end: float) -> None:
    """Round widths from 0 on; all is in them, but for what takes far more than is usual, which is one bin."""
    assert charts.bins(longest, usual) == pytest.approx((width, end))


def test_titles_state_the_answer() -> None:
    """In plain words, with counts that are right in number."""
    size = {"attempts": 12, "open": 2, "failed": 3, "timeouts": 1, "exceptions": 1}
    assert headings.attempts(size) == "3 of 10 attempts failed: 1 exception, 1 timeout, 1 otherwise; 2 still open"
    assert headings.attempts({**size, "open": 0, "failed": 0}) == "All 12 finished attempts succeeded"
    minutes = [{"start_ms": 60_000 * minute, "mini_batches": 5} for minute in (0, 1, 2, 7)]
    assert (
        headings.pace(minutes, 60) == "2.5 mini-batches finished per minute on average; none from 00:03:00 to 00:07:00"
    )
    assert headings.lengths({"mini_batches": 9, "p50_s": 10, "max_s": 40}) == (
        "Half of the mini-batches took up to 10.0 s; the slowest took 40.0 s, 4.0 times the median"
    )


def test_no_raw_markdown_and_no_broken_words() -> None:
    """Code in backticks is code, escaped all the same; a path breaks between its parts, an id not at all."""
    assert with_code("Raise `a<b`, <i>") == "Raise <code>a&lt;b</code>, &lt;i&gt;"
    assert breakable("logs/user<1>/error_1.txt") == "logs/<wbr>user&lt;1&gt;/<wbr>error_<wbr>1.<wbr>txt"
    assert breakable("3f9d1c52-7f0e-4a5e-9c55-2b8d0c6ab501", 40) == "3f9d1c52-7f0e-4a5e-9c55-2b8d0c6ab501"
