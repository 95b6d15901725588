"""`ingest jobs`: what is in the store."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree


@pytest.fixture(scope="module")
def samples(sample_jobs: StoreUnderTest) -> Path:
    """A store of all sample jobs."""
    return sample_jobs.path


def ids(run: Run, store: Path, *options: str) -> list[str]:
    """The jobs that are listed."""
    done = run("jobs", "--store", store, "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return [row["job_id"] for row in json.loads(done.stdout)]


def test_a_table_for_people(run: Run, samples: Path) -> None:
    """The newest first, in 100 columns; what is known of mini-batches and items, a + at a partial job."""
    done = run("jobs", "--store", samples, "--format", "table")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split("  ") for line in done.stdout.splitlines()]
    rows = {line[0]: [cell.strip() for cell in line[1:] if cell.strip()] for line in lines}
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert rows["init-failure-42"][:-1] == ["failed", "2024-08-07 15:01", "0:04:30", "0 of 40", "-", "0"]
    assert rows["still-running"][2:5] == ["0:07:43+", "48 of 80", "10 of 480"]
    assert rows["memory-growth"][:5] == ["completed", "2022-09-20 02:56", "0:14:42", "120", "10 of 1,200"]
    assert list(rows)[3:6] == ["init-failure-42", "clean-v4", "still-running"]


def test_data(run: Run, samples: Path) -> None:
    """Numbers, not words, in all other formats."""
    (row,) = (
        row
        for row in json.loads(run("jobs", "--store", samples, "--format", "json").stdout)
        if row["job_id"] == "still-running"
    )
    assert (row["duration_s"], row["partial"], row["mini_batches"], row["scheduled_mini_batches"]) == (
        463.383,
        True,
        54,
        80,
    )
    assert run("jobs", "--store", samples).stdout.startswith("job_id,state,started_at,duration_s,")


def test_choosing(run: Run, samples: Path) -> None:
    """By state, by start, by both; a time of another zone is understood."""
    assert ids(run, samples, "--state", "failed") == ["init-failure-42", "era-2020-05"]
    assert ids(run, samples, "--state", "failed", "--state", "unknown", "--since", "2021-01-01") == [
        "init-failure-42",
        "still-running",
    ]
    assert ids(run, samples, "--since", "2024-08-07T15:01:20") == ["init-failure-42"]
    assert ids(run, samples, "--since", "2024-08-07T17:01:20+02:00") == ["init-failure-42"]
    assert ids(run, samples, "--since", "2024-08-07T15:01:21") == []
    assert ids(run, samples, "--since", "7d") == []


def test_so_long_ago(run: Run, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """`2d` and `3h` count from now; a job of which no time is known is not newer than anything."""
    began = datetime.now(UTC) - timedelta(hours=30)
    record = f"{began:%Y-%m-%d %H:%M:%S},000|INFO|334|Got task 1.\n"
    store.load(tree({logs.worker: record}, "yesterday"), tree({logs.unknown: "x"}, "timeless"))
    assert ids(run, store.path) == ["yesterday", "timeless"]
    assert ids(run, store.path, "--since", "2d") == ["yesterday"]
    assert ids(run, store.path, "--since", "3h") == []
    table = run("jobs", "--store", store.path, "--format", "table").stdout
    assert [line.split()[1:] for line in table.splitlines() if line.startswith("timeless")] == [
        ["unknown", "-", "-", "0", "-", "0", "now"]
    ]


def test_wrong_time(run: Run, samples: Path) -> None:
    """A line that says what is wrong, one that says what to do."""
    done = run("jobs", "--store", samples, "--since", "yesterday")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ingest: yesterday: not a time\n  → Write 2024-03-05, 2024-03-05T02:00, 7d or 12h.\n"
