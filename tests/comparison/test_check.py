"""`ingest check`: a gate for pipelines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Run, StoreUnderTest, Tree


def test_as_usual(run: Run, compared_store: Path) -> None:
    """A job like those before it passes, and what it was compared with is said."""
    done = run("check", "fine", "--store", compared_store)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "passed  fine\n        nothing worse than in the last 8 comparable jobs (experiment churn)\npassed\n"
    )


def test_worse(run: Run, compared_store: Path) -> None:
    """A job that took twice as long does not; another job of the same command does."""
    done = run("check", "slow", "fine", "--store", compared_store)
    assert done.returncode == 1
    assert (
        "failed  slow\n"
        "        severe   duration: 21 min, 2.1 times the usual 10 min (median of the last 9 comparable jobs)\n"
        "        compared with the last 9 comparable jobs (experiment churn)\n"
        "passed  fine\n" in done.stdout
    )
    assert done.stdout.endswith("1 of 2 jobs failed the check\n")


def test_data(run: Run, compared_store: Path) -> None:
    """A row per reason, whole and with numbers; control characters are escaped."""
    done = run("check", "lossy", "fine", "--format", "json", "--store", compared_store)
    assert done.returncode == 1
    told = {row["measure"]: row for row in json.loads(done.stdout)}
    assert told["failure_rate"]["severity"] == "severe"
    assert (told["failure_rate"]["passed"], told["failure_rate"]["value"], told["failure_rate"]["usual"]) == (
        False,
        0.12,
        0.0,
    )
    assert told["failure_rate"]["compared_with"][0] == "slow"
    assert "\x1b" not in done.stdout
    assert "new" in told["new_errors"]["sentence"]
    assert (told[None]["job_id"], told[None]["passed"]) == ("fine", True)


def test_hostile_texts_stay_text(run: Run, compared_store: Path) -> None:
    """Nothing of a log steers the terminal."""
    told = run("check", "lossy", "--store", compared_store).stdout
    assert "\x1b" not in told
    assert "sig=\\x1b[31mAAAA" in told
    assert max(map(len, told.splitlines())) <= 100


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("broken",), 1, "severe   the job failed: job result: Failed."),
        (("running",), 1, "warning  the logs do not tell that the job ended (state: running)"),
        (("running", "--fail-on", "severe"), 0, "not compared: the job is still running, or its files are truncated"),
        (("alone",), 0, "baseline too small: 0 comparable jobs, 5 required"),
        (("alone", "--require-baseline"), 1, "baseline too small: 0 comparable jobs, 5 required"),
        (("lossy", "--max-failure-rate", "10%"), 1, "120 of 1,000 items failed (12.0%), 10.0% are allowed"),
        (("slow", "--baseline", "last-good"), 1, "duration: 21 min, 10 min 20 s in fine"),
        (("fine", "--baseline", "last-good"), 0, "nothing worse than in churn-6"),
        (("slow", "--baseline", "churn-7"), 0, "nothing worse than in churn-7"),
        (("lossy", "--baseline", "fine"), 1, "1 new error, not seen in fine: ValueError: sig="),
        (("alone", "--baseline", "last-good"), 0, "no completed comparable job before it"),
        (("timeouts-retries", "--baseline", "clean-v4"), 1, "failed items: 44 of 480 (9.2%), 0.0% in clean-v4"),
    ],
)
def test_what_is_said(run: Run, compared_store: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    """The sentence, and the exit code."""
    done = run("check", *arguments, "--store", compared_store)
    assert said in done.stdout
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("no-such-job",), 3, "no-such-job: no such job in the store"),
        (("fine", "--baseline", "no-such-job"), 3, "no-such-job: no such job"),
        (("fine", "--baseline", "churn-*"), 3, "fits 8 jobs"),
        (("fine", "--baseline", "4"), 2, "--baseline 4: 5 jobs are needed to compare with"),
        (("fine", "--max-failure-rate", "much"), 2, "--max-failure-rate much: not a share"),
        (("fine", "--max-failure-rate", "nan"), 2, "not a share"),
    ],
)
def test_wrong_usage(run: Run, compared_store: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    """Two lines on stderr, nothing on stdout."""
    done = run("check", *arguments, "--store", compared_store)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_newest_of_the_last_load(run: Run, store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Without a job: those of the last load; of two nights of one name the later one; a load without news changes nothing."""
    early, late = logs.job(), {path: text.replace("2021-04-13", "2021-04-14") for path, text in logs.job().items()}
    folders = [tree(early, "night-1"), tree(late, "night-2"), tree(early, "other")]
    store.load(tree(early, "before"))
    store.load(*folders)
    store.load(*folders)
    done = run("check", "--store", store.path, "--fail-on", "severe")
    assert done.stderr == "ingest: checking night-2, other: the newest of the last load\n"
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith(("passed ", "failed "))] == [
        "night-2",
        "other",
    ]


def test_an_empty_store(run: Run, tmp_path: Path) -> None:
    """There is none: two lines."""
    done = run("check", "--store", tmp_path / "none")
    assert (done.returncode, done.stdout) == (4, "")
    assert "no store there" in done.stderr
