"""The verdict that a load ends with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree

SAMPLES = Path(__file__).parents[2] / "data/jobs"


def test_json(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """`--format json` is one JSON object, with the counts of this load and the answers about its jobs."""
    folders = tree(logs.job("x"), "a"), tree(logs.job("y"), "b")
    done = run(*folders, "--store", store.path, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["load"] | {"seconds": 0, "bytes_read": 0} == {
        "jobs": 2,
        "files": 10,
        "files_unchanged": 0,
        "bytes_read": 0,
        "rows": 32,
        "rejects": 0,
        "seconds": 0,
        "failed_files": [],
        "changed_files": [],
    }
    assert [job["job_id"] for job in told["jobs"]] == ["a", "b"]
    assert [error["exception_type"] for error in told["first_errors"]] == ["ValueError", "ValueError"]
    assert told["coverage"]["files"] == 10
    assert told["coverage"]["unclaimed"] == 2
    again = json.loads(run(folders[0], "--store", store.path, "--format", "json").stdout)
    assert (again["load"]["files_unchanged"], again["load"]["rows"]) == (5, 0)
    assert [job["job_id"] for job in again["jobs"]] == ["a"]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample jobs are not there")
def test_sample_jobs(run: Run, store: StoreUnderTest) -> None:
    """The jobs that come with the repository: all found and read, in one command; a second one reads nothing."""
    done = run(SAMPLES, "--store", store.path, "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["load"]["jobs"] >= 7
    assert told["coverage"]["failed"] == 0
    assert store.rows("SELECT DISTINCT job_id FROM rejects") == [("still-running",)]  # its last lines are cut
    done = run("sql", "--store", store.path, "SELECT * FROM failed_items_by_node")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 7
    again = json.loads(run(SAMPLES, "--store", store.path, "--format", "json").stdout)
    assert again["load"]["files_unchanged"] == told["load"]["files"]
    assert {**again, "load": None} == {**told, "load": None}


def test_secrets_are_masked(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A signature in an error's text stands neither in the card nor in its JSON."""
    signature = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI="
    url = f"https://acc.blob.core.windows.net/c/x?sv=2020-08-04&sig={signature.replace('=', '%3D')}&se=2023-01-01"
    folder = tree({logs.worker: logs.error(f"OSError: cannot open {url}")}, "a")
    for format_ in ("text", "json"):
        done = run(folder, "--store", store.path, "--format", format_)
        assert done.returncode == 0
        assert "OSError" in done.stdout
        assert signature[:12] not in done.stdout
