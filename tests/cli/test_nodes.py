"""`ingest nodes`: what each node of a job did."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Begin, Logs, Run, StoreUnderTest, Tree

SAMPLES = ROOT / "data" / "jobs"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> Path:
    """A store of two sample jobs."""
    store = tmp_path_factory.mktemp("nodes") / "store"
    begin(store).load(*(SAMPLES / name for name in ("init-failure-42", "exceptions-one-node")))
    return store


def test_one_job(run: Run, samples: Path) -> None:
    """A line per node in 100 columns; failed attempts of all attempts."""
    done = run("nodes", "exc", "--store", samples, "--format", "table")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[3].split("  ")[0] == "0"
    assert " ".join(lines[4].split()) == "1 11 20 of 110 33 of 42 0:10:37 0:06:04 2 0 29 % 3"
    assert len(lines) == 6


def test_several_jobs(run: Run, samples: Path) -> None:
    """A table each, under the job's id; a node that had no try says so."""
    done = run("nodes", "init*", "exc*", "--store", samples, "--format", "table")
    lines = done.stdout.splitlines()
    assert [line for line in lines if "-" in line and " " not in line] == ["init-failure-42", "exceptions-one-node"]
    assert " ".join(lines[5].split()) == "2 0 - no attempts - - 0 0 22 % 5"


def test_data(run: Run, samples: Path) -> None:
    """The columns of the view, the jobs in the order given."""
    rows = list(csv.DictReader(StringIO(run("nodes", "init*", "exc*", "--store", samples).stdout)))
    assert [(row["job_id"], row["node"]) for row in rows] == [
        (job, node) for job in ("init-failure-42", "exceptions-one-node") for node in "012"
    ]
    assert rows[0]["did_nothing"] == "true"


def test_nodes_in_the_order_of_their_numbers(run: Run, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Node 10 behind node 9, addresses behind numbers; hostile names harm nobody."""
    names = ("10", "9", "10.0.0.4", "\x1b[31m")
    store.load(tree({f"logs/sys/node/{name}/process000.txt": logs.records(1) for name in names}, "a"))
    lines = run("nodes", "a", "--store", store.path, "--format", "table").stdout.splitlines()[3:]
    assert [line.split()[0] for line in lines] == ["9", "10", r"\x1b[31m", "10.0.0.4"]


def test_no_such_job(run: Run, samples: Path) -> None:
    """It names those that are like it: exit code 3."""
    done = run("nodes", "init-failure-43", "--store", samples)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Did you mean: init-failure-42" in done.stderr
