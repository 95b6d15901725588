"""`ingest report`: one file, whole or not at all, of whatever there is in a store."""

from __future__ import annotations

import io
import re
import shutil
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import ingest_jobs, open_store
from ingest.errors import IngestError, InputError
from ingest.report import write_report
from tests.conftest import put_rows

if TYPE_CHECKING:
    from tests.conftest import Run, StoreUnderTest, Tree
    from tests.report.conftest import Report

JOBS = Path(__file__).resolve().parents[2] / "data" / "jobs"
LARGEST = 5_000_000
NAMES = ("Timeline", "Durations", "Memory and CPU", "Errors", "The worst mini-batches", "Nodes", "What was read")


def sections(page: str) -> list[str]:
    """The headings of a page."""
    return re.findall(r"<h2>(.*?)</h2>", page.partition("</main>")[0])


@pytest.mark.parametrize("job", sorted(one.name for one in JOBS.iterdir()))
def test_every_sample_job_has_a_report(job: str, sample_store: Path, tmp_path: Path) -> None:
    """A page for each, of all forms and generations: whole, below 5 MB."""
    with open_store(sample_store) as opened:
        [found] = [row["job_id"] for row in opened.rows("SELECT job_id FROM jobs WHERE source LIKE $1", [f"%{job}%"])]
        write_report(opened, tmp_path / "report.html", jobs=[found])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"<h1>{found}</h1>" in page
    shown, every = sections(page), ["What needs attention", *NAMES]
    left_out = [name for name in NAMES if name not in shown]
    assert shown == [name for name in every if name in shown] + (["Nothing to show"] if left_out else [])
    assert [name for name in left_out if f'<p class="words">{name}: ' not in page] == []  # each says why
    assert page.rstrip().endswith("</html>")
    assert len(page) < LARGEST


def test_overview(sample_store: Path, tmp_path: Path) -> None:
    """Without a job: all of them in a table, the three that need attention first in full, and nothing but the file."""
    write_report(sample_store, tmp_path / "all.html")
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    jobs = page.partition('<section id="jobs"')[2].partition("</section>")[0]
    assert len(re.findall(r"<tr[^>]* data-job=", jobs)) == len(list(JOBS.iterdir()))
    assert "In full: the 3 jobs that need attention first" in page
    assert re.findall(r'<article id="([^"]+)"', page) == ["overview", "job-1", "job-2", "job-3"]
    assert [one.name for one in tmp_path.iterdir()] == ["all.html"]


def test_the_command(sample_store: Path, tmp_path: Path, run: Run) -> None:
    """Writes the file that is named, says so on stderr, and nothing on stdout."""
    done = run("report", "init-failure", "--store", sample_store, "-o", tmp_path / "one.html", "--title", "The one")
    assert done.returncode == 0, done.stderr
    assert "<h1>The one</h1>" in (tmp_path / "one.html").read_text(encoding="utf-8")
    assert "one.html: written" in done.stderr
    assert done.stdout == ""


def test_stdout(sample_store: Path, run: Run) -> None:
    """`-o -` writes the page and nothing else to stdout, as UTF-8 whatever the terminal's."""
    done = run("report", "memory-gr", "--store", sample_store, "-o", "-")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!doctype html>")
    assert done.stdout.rstrip().endswith("</html>")


def test_the_file_is_replaced_whole(sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a disk is full the report that was there stands, and nothing is left beside it."""
    target = tmp_path / "report.html"
    target.write_text("yesterday")

    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_report(sample_store, target, jobs=["clean-v4"])
    assert target.read_text() == "yesterday"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there(sample_store: Path, tmp_path: Path, run: Run) -> None:
    """Two lines that say what to do."""
    done = run("report", "clean-v4", "--store", sample_store, "-o", tmp_path / "no" / "report.html")
    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_job_that_is_not_there(sample_store: Path, tmp_path: Path) -> None:
    """It is named, and no file is made."""
    with pytest.raises(InputError, match="nobody"):
        write_report(sample_store, tmp_path / "report.html", jobs=["clean-v4", "nobody"])
    assert not list(tmp_path.iterdir())


def test_without_the_extra(sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is said before any work is done."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(IngestError, match="vl_convert") as error:
        write_report(sample_store, tmp_path / "report.html")
    assert error.value.remedy == "Install it: pip install 'ingest-batch-logs[report]'"


def test_empty_store(store: StoreUnderTest, tmp_path: Path) -> None:
    """A store without a job has an overview that says so, and no error."""
    from ingest.plugin.registry import load_registry
    from ingest.store.catalog import Draft
    from ingest.store.paths import Layout

    Draft(Layout.of(str(store.path)), load_registry().definition()).publish()
    write_report(store.path, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No issues found" in page
    assert "What was read: no files." in page


def test_a_job_with_nothing_known(store: StoreUnderTest, tree: Tree, tmp_path: Path) -> None:
    """One file that no parser knows: every section says what is missing, none invents a zero."""
    store.load(tree({"logs/mine/notes.txt": "hello\n", "logs/job_error.txt": ""}))
    write_report(store.path, tmp_path / "report.html", jobs=["job"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for said in (
        "Timeline: no attempt at a mini-batch left a record with a time.",
        "Durations: no mini-batch has a time.",
        "Memory and CPU: no resource samples.",
        "Errors: no error was reported in any file.",
        "The worst mini-batches: none failed, lost an item or needed a second attempt.",
        "start not recorded",
    ):
        assert said in page, said


def test_many_tries_are_put_together(sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a number of bars the timeline has cells; with that number lowered the sample job has them too."""
    monkeypatch.setattr("ingest.report.job._BARS", 50)
    page = io.StringIO()
    write_report(sample_store, page, jobs=["memory-growth"])
    assert "When was each node busy, and when did its attempts fail?" in page.getvalue()
    assert "share-0" in page.getvalue()


@pytest.mark.slow
def test_a_large_job_stays_small(tmp_path: Path) -> None:
    """5,000 mini-batches on 20 nodes: cells and bins, no rows of tries, far below 5 MB."""
    from generate import main

    main(["scale", "--out", str(tmp_path / "jobs"), "--jobs", "1", "--nodes", "20", "--mini-batches", "5000"])
    [job] = (tmp_path / "jobs").iterdir()
    ingest_jobs([job], tmp_path / "store")
    page = io.StringIO()
    write_report(tmp_path / "store", page, jobs=[job.name])
    assert "5,000" in page.getvalue()
    assert len(page.getvalue()) < 2_000_000


def history(store: Path, jobs: Sequence[dict[str, Any]]) -> None:
    """Puts jobs into the history, in place of those of the same ids, and makes the days of it."""
    from ingest.nightly.aggregates import refresh
    from ingest.plugin.registry import load_registry
    from ingest.store.catalog import Draft
    from ingest.store.paths import Layout

    def fill(connection: Any) -> None:
        put_rows(connection, "job_measures", *jobs)
        refresh(connection)

    Draft(Layout.of(str(store)), load_registry().definition()).publish(fill)


def test_a_night(sample_store: Path, tmp_path: Path) -> None:
    """With a history: what got worse, days beside their usual, and the worst jobs of the night in full."""
    shutil.copytree(sample_store, tmp_path / "store")
    before = [
        {
            "job_id": f"memory-growth-{night}",
            "day": date(2022, 9, 1) + timedelta(days=night),
            "started_at": f"2022-09-{1 + night:02} 03:00:00",
            "state": "completed",
            "partial": False,
            "duration_s": 400.0 + night,
            "input_items": 1200,
            "items": 1200,
            "failed_items": 0,
            "experiment": "scoring",
            "mini_batches": 120,
            "attempts": 120,
            "error_fingerprints": [],
        }
        for night in range(12)
    ]
    tonight = {**before[0], "job_id": "memory-growth", "day": date(2022, 9, 20), "started_at": "2022-09-20 02:56:50"}
    history(tmp_path / "store", [*before, {**tonight, "duration_s": 1200.0, "failed_items": 600}])
    write_report(tmp_path / "store", tmp_path / "n.html", jobs=["memory-growth"], title="Tonight", overview=True)
    page = (tmp_path / "n.html").read_text(encoding="utf-8")
    assert "<h1>Tonight</h1>" in page
    assert {"Worse than usual", "Trends", "Timeline"} <= set(sections(page))
    assert "New errors: none that earlier jobs did not have." in page
    assert "duration: 20 min" in page
    assert "failed items: 600 of 1,200 (50.0 %), usually none (median of the last 10 comparable jobs)" in page
    for days in (12, 16):  # of its experiment, and of all jobs
        assert f"failed items: 600 of 1,200 (50.0 %), usually none (median of the last {days} days)" in page
    assert "Jobs per day, by the day of their start." in page
    assert 'id="job-1"' in page


def test_the_query_that_is_shown_can_be_run(sample_store: Path, report: Report) -> None:
    """Each query on a page of all jobs and of one runs as it stands there."""
    from html import unescape

    text = report(sample_store, "memory-growth", "clean-v4").read_text(encoding="utf-8")
    queries = {unescape(one) for one in re.findall(r"<pre><code>(.*?)</code></pre></div></details>", text, re.DOTALL)}
    assert len(queries) > 30
    with open_store(sample_store) as opened:
        for query in queries:
            opened.rows(f"SELECT count(*) FROM ({query})")
