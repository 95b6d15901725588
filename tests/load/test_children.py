"""Children of a pipeline or batch endpoint: which of their logs are not here is told; those at hand are read if wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree

CONTROL = "logs/azureml/executionlogs.txt"


def submitted(*children: str) -> str:
    """What a parent's log says of its children."""
    named = ",".join(f"0a0b0c0d:{child}" for child in children)
    return f"[2023-09-05 06:00:01Z] Submitting {len(children)} runs, first five are: {named}\n"


def test_missing_children_are_told(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """The prefix and the command for each whose logs are not here; nothing once they are."""
    parent = tree({CONTROL: submitted("child-1", "child-2")}, "parent")
    done = run(parent, tree({logs.worker: logs.records(1)}, "child-2"), "--store", store.path)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "ingest: parent started child-1, whose logs are not here: ExperimentRun/dcid.child-1",
        "  → az ml job download --name child-1 --all",
    ]
    assert "child-1" not in run(tree({logs.worker: "x"}, "child-1"), parent, "--store", store.path).stderr


@pytest.mark.parametrize("dcid", ["", "dcid."])
def test_children_beside_their_parent(dcid: str, tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """With `--with-children` they are read from the same folder, and theirs too; without it they are not."""
    parent = tree({CONTROL: submitted("child-1", "child-2")}, f"{dcid}parent")
    tree({CONTROL: submitted("grandchild")}, f"{dcid}child-1")
    tree({logs.worker: logs.records(3)}, f"{dcid}grandchild")
    assert run(parent, "--store", store.path, "--no-verdict").returncode == 0
    assert store.rows("SELECT job_id FROM jobs") == [("parent",)]
    done = run(parent, "--store", store.path, "--with-children")
    assert done.returncode == 0
    assert sorted(store.rows("SELECT job_id FROM jobs")) == [("child-1",), ("grandchild",), ("parent",)]
    assert done.stdout.startswith("3 jobs")
    assert [line for line in done.stderr.splitlines() if "started" in line] == [
        "ingest: parent started child-2, whose logs are not here: ExperimentRun/dcid.child-2"
    ]


def test_names_that_are_no_run_ids(tree: Tree, run: Run, store: StoreUnderTest) -> None:
    """What a log calls a child is used in no path and no command unless it looks like a run id."""
    tree({CONTROL: submitted("x")}, "secret/logs")
    parent = tree({CONTROL: submitted("../secret", "a;rm -rf ~", "..", "$(x)")}, "parent")
    done = run(parent, "--store", store.path, "--with-children")
    assert done.returncode == 0
    assert "whose logs" not in done.stderr
    assert store.rows("SELECT job_id FROM jobs") == [("parent",)]
