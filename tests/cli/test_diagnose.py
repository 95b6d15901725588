"""`ingest diagnose`: the findings as cards and as data, and an exit code for pipelines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Begin, Logs, Run, StoreUnderTest, Tree

SAMPLES = ROOT / "data" / "jobs"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> Path:
    """A store of three sample jobs."""
    store = tmp_path_factory.mktemp("diagnosed") / "store"
    begin(store).load(*(SAMPLES / name for name in ("clean-v4", "init-failure-42", "exceptions-one-node")))
    return store


def test_cards(run: Run, samples: Path) -> None:
    """A card per job with findings: what, where, what to do, and the query; a clean job is named; all in 100 columns."""
    done = run("diagnose", "--store", samples)
    assert (done.returncode, done.stderr) == (0, "")
    assert "init-failure-42  failed, 4 min 30 s, 0 mini-batches" in done.stdout
    assert "severe   FileNotFoundError: [Errno 2] No such file" in done.stdout
    assert "model_store.py:9 in load_model" in done.stdout
    assert "ValueError: could not convert string to float" in done.stdout
    assert "No issues found in: clean-v4" in done.stdout
    assert "SystemExit: 42" not in done.stdout
    lines = [line for line in done.stdout.splitlines() if "SELECT" not in line and "/azureml/" not in line]
    assert max(map(len, lines)) <= 100


def test_notes(run: Run, samples: Path) -> None:
    """Symptoms are shown when asked for, behind the cause."""
    told = run("diagnose", "init", "--notes", "--store", samples).stdout
    assert 0 < told.index("FileNotFoundError") < told.index("SystemExit: 42")
    assert "exceptions-one-node" not in told


def test_data(run: Run, samples: Path) -> None:
    """JSON has the columns of the view; the query of each finding runs and gives rows."""
    rows = json.loads(run("diagnose", "init*", "exc*", "--format", "json", "--store", samples).stdout)
    assert [row["job_id"] for row in rows] == sorted(row["job_id"] for row in rows)
    assert {row["severity"] for row in rows} <= {"severe", "warning", "note"}
    assert rows[0]["rank"] == 1
    for query in {row["query"] for row in rows}:
        assert json.loads(run("sql", query, "--format", "json", "--store", samples).stdout)


@pytest.mark.parametrize(
    ("job", "fail_on", "code"),
    [("init", "severe", 1), ("init", "note", 1), ("clean-v4", "severe", 0), ("clean-v4", "warning", 0)],
)
@pytest.mark.parametrize("format_", ["text", "csv"])
def test_fail_on(run: Run, samples: Path, job: str, fail_on: str, code: int, format_: str) -> None:
    """The exit code says whether there is anything so severe, in every format."""
    done = run("diagnose", job, "--fail-on", fail_on, "--format", format_, "--store", samples)
    assert (done.returncode, done.stderr) == (code, "")


def test_list(run: Run) -> None:
    """What is looked for, with thresholds and known problems, those too that leave no text; no store is needed."""
    done = run("diagnose", "--list")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("missing_code_or_env", "progress_timeout", "leave no text"):
        assert word in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    listed = json.loads(run("diagnose", "--list", "--format", "json").stdout)
    assert listed.keys() == {"checks", "thresholds", "known_problems"}
    assert all(check["fix"] for check in listed["checks"])


def test_wrong_words(run: Run, samples: Path) -> None:
    """A job or threshold that there is not, and a value that is no number, are told in two lines."""
    for arguments, code, word in (
        (["zzz"], 3, "no such job"),
        (["--threshold", "nonsense=1"], 2, "no threshold of this name"),
        (["--threshold", "nonsense"], 2, "not NAME=VALUE"),
    ):
        done = run("diagnose", *arguments, "--store", samples)
        assert (done.returncode, done.stdout) == (code, "")
        assert word in done.stderr
        assert len(done.stderr.splitlines()) == 2


def test_hostile_words_of_a_log(run: Run, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Signatures are masked, escape sequences are shown as text."""
    secret = "https://x.blob.core.windows.net/c?sv=2021&sig=abcdefghijklmnopqrstuvwxyz0123456789%3D"
    message = f"OSError: \x1b[31mred\x1b[0m {secret}"
    store.load(tree({logs.worker: logs.error(message)}, "a"))
    for format_ in ("text", "json", "csv"):
        done = run("diagnose", "--notes", "--format", format_, "--store", store.path)
        assert "OSError" in done.stdout
        assert "abcdefghij" not in done.stdout
        assert format_ != "text" or "\x1b[31mred" not in done.stdout


def test_a_job_without_tries(run: Run, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Nothing found is not said of a job whose logs tell of no work."""
    store.load(tree({logs.master: "2021-04-13 03:23:05,649|INFO|334|Hello.\n"}, "a"))
    assert "No attempts in the logs to judge by: a" in run("diagnose", "--store", store.path).stdout
