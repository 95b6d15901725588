"""`ingest report`: one file, whole or not at all, with what was asked for in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run

JOBS = Path(__file__).resolve().parents[2] / "data" / "jobs"


@pytest.mark.parametrize("job", sorted(one.name for one in JOBS.iterdir()))
def test_every_sample_job_has_a_report(job: str, sample_store: Path, tmp_path: Path) -> None:
    """A page for each, of all forms and generations, below 5 MB."""
    from ingest import open_store
    from ingest.report.html import write_report

    with open_store(sample_store) as opened:
        [found] = [row["job_id"] for row in opened.rows("SELECT job_id FROM jobs WHERE source LIKE $1", [f"%{job}%"])]
        write_report(opened, tmp_path / "report.html", jobs=[found])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"<h1>{found}</h1>" in page
    assert len(page) < 5_000_000


def test_overview(sample_store: Path, tmp_path: Path, run: Run) -> None:
    """Without a job: all of them in a table; nothing but the file is written."""
    done = run("report", "--store", sample_store, "-o", tmp_path / "all.html")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<tr[^>]* data-state=", page)) == len(list(JOBS.iterdir()))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["all.html", "cwd"]
    assert done.stdout == ""
