"""`ingest diff`: what differs between two jobs, or between a job and what is usual."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.terminal import on_terminal, plain
from tests.comparison.conftest import SAMPLES, errors, night, put

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Run, StoreUnderTest, Tree


def test_two_jobs(run: Run, compared_store: Path) -> None:
    """Times, failures, retries and errors of two sample jobs, as their own cards tell them; within 100 columns."""
    done = run("diff", "clean-v4", "timeouts-retries", "--store", compared_store)
    assert (done.returncode, done.stderr) == (0, "")
    told = {title: cells for title, *cells in (re.split(r"\s{2,}", line) for line in done.stdout.splitlines())}
    assert told["duration"] == ["0:29:29", "0:09:09", "-0:20:20 (-69 %)", "better"]
    assert told["items failed"] == ["0", "44", "+44"]
    assert told["share of items failed"] == ["0.0 %", "9.2 %", "+9.2 points", "worse"]
    assert told["retries"] == ["0", "13", "+13", "worse"]
    assert told["log format"] == ["V4", "V2", "changed"]
    assert "new error    16×         Stop for run() unable to finish within 60 seconds" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_better_for_its_input(run: Run, sample_jobs: StoreUnderTest) -> None:
    """The same time for a quarter more items is better, though the figures do not show it: a mark leads to the reason."""
    done = run("diff", "timeouts-retries", "exceptions-one-node", "--store", sample_jobs.path)
    told = {title: cells for title, *cells in (re.split(r"\s{2,}", line) for line in done.stdout.splitlines())}
    assert told["duration"] == ["0:09:09", "0:09:07", "-0:00:02 (0 %)", "better *"]
    assert told["retries"][-1] == "worse"
    note = " ".join(done.stdout.split("\n* ")[1].split())
    assert note.startswith("Durations and counts are judged per item of input: A has 480 items, B 600.")


def test_long_texts_are_whole(run: Run, sample_jobs: StoreUnderTest) -> None:
    """Two paths that differ at the start are told apart: each has a line of its own."""
    done = run("diff", "timeouts-retries", "exceptions-one-node", "--store", sample_jobs.path)
    lines = [line.strip() for line in done.stdout.splitlines()]
    at = next(number for number, line in enumerate(lines) if line.startswith("input_folder"))
    assert lines[at + 1].startswith("A  /mnt/batch/tasks/shared/LS_root/jobs/")
    assert lines[at + 2] == "B  /mnt/azureml/cr/j/*/mounts/daily_input"
    assert "…" not in "".join(lines[at : at + 3])


def test_a_job_and_itself(run: Run, compared_store: Path) -> None:
    """Nothing differs."""
    told = run("diff", "clean-v4", "clean-v4", "--store", compared_store).stdout
    assert told.endswith("no difference that matters\n")
    assert "+" not in told


def rows(run: Run, *arguments: Any) -> dict[str, dict[str, Any]]:
    """The data of a comparison by measure."""
    done = run("diff", *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    return {row["measure"]: row for row in json.loads(done.stdout)}


def test_with_what_is_usual(run: Run, compared_store: Path) -> None:
    """A is the median of the jobs before it; a slow night among them hides nothing."""
    told = rows(run, "slow", "--baseline", "--store", compared_store)
    assert (told["duration_s"]["a"], told["duration_s"]["b"], told["duration_s"]["verdict"]) == (600, 1260, "worse")
    assert (told["duration_s"]["change"], told["duration_s"]["change_percent"]) == (660, 110)
    assert (told["common"]["a"], told["common"]["b"], told["common"]["fingerprint"]) == (9, 5, "old")


def test_with_the_last_few(run: Run, compared_store: Path) -> None:
    """--baseline N names how many; with fewer than are needed for a verdict there is none."""
    done = run("diff", "slow", "--baseline", "3", "--store", compared_store)
    assert "A  median of 3 comparable jobs before it, the last one first:\n   fine, churn-7, churn-6\n" in done.stdout
    assert "worse" not in done.stdout


def test_new_and_gone_errors(run: Run, compared_store: Path) -> None:
    """By fingerprint, with an example; of what is usual, in how many jobs."""
    told = rows(run, "lossy", "--baseline", "--store", compared_store)
    assert (told["new"]["fingerprint"], told["new"]["a"], told["new"]["b"]) == ("new", None, 5)
    assert (told["gone"]["fingerprint"], told["gone"]["a"], told["gone"]["b"]) == ("old", 10, None)
    card = run("diff", "lossy", "--baseline", "--store", compared_store).stdout
    assert "gone error   in 10 of 10  KeyError: 'old'" in card
    assert "\x1b" not in card


def test_csv_is_whole(run: Run, compared_store: Path) -> None:
    """Every fact in a row, texts and numbers in columns of their own."""
    told = list(
        csv.DictReader(io.StringIO(run("diff", "fine", "slow", "--store", compared_store, "--format", "csv").stdout))
    )
    (state,) = (row for row in told if row["measure"] == "state")
    assert (state["a"], state["a_text"], state["b_text"], state["verdict"]) == ("", "completed", "completed", "")


def test_parquet(run: Run, compared_store: Path, tmp_path: Path) -> None:
    """Numbers stay numbers."""
    import pyarrow.parquet as pq

    target = tmp_path / "diff.parquet"
    done = run("diff", "fine", "slow", "--store", compared_store, "--format", "parquet", "-o", target)
    assert done.returncode == 0, done.stderr
    assert str(pq.read_schema(target).field("a").type) == "double"


def test_node_by_node(run: Run, store: StoreUnderTest) -> None:
    """Where both ran on nodes of the same names, what differs on each."""
    samples = ("exceptions-one-node", "clean-v4")
    store.load(*(SAMPLES / name for name in samples))
    told = run("diff", *samples, "--store", store.path).stdout
    assert "node 1: mini-batches 11 → 20, items failed 20 → 0, retries 14 → 0, exceptions 33 → 0" in told


def test_settings(run: Run, store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Only what both tell and differs is marked; the card leaves out the rest."""
    store.load(tree(logs.job()))
    put(
        store.path,
        night("a", 0, settings='{"mini_batch_size": "10", "max_attempts": "3", "nodes": "2"}'),
        night("b", 1, settings='{"mini_batch_size": "20", "max_attempts": "3"}'),
    )
    told = rows(run, "a", "b", "--store", store.path)
    assert [told[name]["verdict"] for name in ("mini_batch_size", "max_attempts", "nodes")] == ["changed", None, None]
    card = run("diff", "a", "b", "--store", store.path).stdout
    assert re.search(r"^mini_batch_size +10 +20 +changed$", card, re.MULTILINE)
    assert "max_attempts" not in card


def test_a_failed_job_is_not_quick(run: Run, store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Its short time is no gain, and the next job's is no loss."""
    store.load(tree(logs.job()))
    put(store.path, night("a", 0, state="failed", duration_s=60.0), night("b", 1, duration_s=6000.0))
    assert rows(run, "a", "b", "--store", store.path)["duration_s"]["verdict"] is None
    told = rows(run, "b", "a", "--store", store.path)
    assert (told["duration_s"]["verdict"], told["state"]["verdict"]) == (None, "worse")


def test_more_input_takes_longer(run: Run, store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Three times the items in three times the time is no regression."""
    store.load(tree(logs.job()))
    put(store.path, night("a", 0), night("b", 1, input_items=3000, items=3000, duration_s=1800.0))
    assert rows(run, "a", "b", "--store", store.path)["duration_s"]["verdict"] is None


def test_many_errors(run: Run, store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """In a pipe all are shown; a terminal shows some and counts the rest."""
    store.load(tree(logs.job()))
    put(store.path, night("a", 0), night("b", 1, **errors(**{f"e{i}": f"ValueError: {i}" for i in range(20)})))
    assert run("diff", "a", "b", "--store", store.path).stdout.count("new error") == 20
    assert "and 12 more new errors: --format json" in plain(on_terminal("diff", "a", "b", "--store", store.path))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("slow",), 2, "Give two jobs, or one job and --baseline."),
        (("slow", "fine", "--baseline"), 2, "Give two jobs, or one job and --baseline."),
        (("slow", "nothing"), 3, "nothing: no such job in the store"),
        (("slow", "churn-*"), 3, "churn-*: fits 8 jobs"),
        (("alone", "--baseline"), 3, "alone: no job before it to compare with"),
    ],
)
def test_wrong_usage(run: Run, compared_store: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    """What is wrong, and what to do; nothing on stdout."""
    done = run("diff", *arguments, "--store", compared_store)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
