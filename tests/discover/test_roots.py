"""Where a job's tree begins, and what the job is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.load.discover import Discovery, discover

if TYPE_CHECKING:
    from tests.conftest import Logs, Tree

RUN_ID = "5131f894-0a2b-4c3d-8e9f-0123456789ab"


def ids(found: Discovery) -> list[str]:
    """The ids of the jobs found."""
    return [job.job_id for job in found.jobs]


def paths(found: Discovery) -> list[str]:
    """The paths of the only job's entries."""
    (job,) = found.jobs
    return sorted(entry.path for entry in job.entries)


@pytest.mark.parametrize("mark", ["logs", "azureml-logs", "user_logs", "system_logs"])
def test_artifact_root(tree: Tree, mark: str) -> None:
    """Each of the four folders makes its parent an artifact root; paths are counted from there."""
    folder = tree({f"{mark}/a/b.txt": "x", "outputs/o.bin": "y"}, "monday")
    found = discover([str(folder)])
    assert ids(found) == ["monday"]
    assert paths(found) == sorted([f"{mark}/a/b.txt", "outputs/o.bin"])
    assert not found.problems
    assert found.jobs[0].run_id is None


def test_download_folder(tree: Tree, logs: Logs) -> None:
    """A download holds the artifacts below `artifacts/`, and what lies beside them keeps its path."""
    folder = tree(
        {f"artifacts/{logs.worker}": "x", "named-outputs/score/predictions.csv": "1", "note.md": "z"}, "monday"
    )
    found = discover([str(folder)])
    assert ids(found) == ["monday"]
    assert paths(found) == [logs.worker, "named-outputs/score/predictions.csv"]
    assert [entry.path for entry in found.files_outside_jobs] == [str(folder / "note.md")]


def test_artifacts_itself(tree: Tree, logs: Logs) -> None:
    """If `artifacts/` itself is given, the job still bears the name of the download."""
    folder = tree({f"artifacts/{logs.worker}": "x"}, "monday")
    found = discover([str(folder / "artifacts")])
    assert ids(found) == ["monday"]
    assert paths(found) == [logs.worker]


def test_artifacts_and_its_parent_are_one_job(tree: Tree, logs: Logs) -> None:
    """A download and its own `artifacts/`, both given, are one job."""
    folder = tree({f"artifacts/{logs.worker}": "x"}, "monday")
    assert ids(discover([str(folder), str(folder / "artifacts")])) == ["monday"]


@pytest.mark.parametrize("level", ["", "ExperimentRun", f"ExperimentRun/dcid.{RUN_ID}"])
def test_prefix_of_blobs(tree: Tree, logs: Logs, level: str) -> None:
    """`ExperimentRun/dcid.<run id>/` names the run, at whichever level it is given."""
    folder = tree({f"ExperimentRun/dcid.{RUN_ID}/{logs.worker}": "x"}, "copied")
    found = discover([str(folder / level)])
    assert ids(found) == [RUN_ID]
    assert found.jobs[0].run_id == RUN_ID
    assert paths(found) == [logs.worker]


def test_many_jobs_in_folders_of_folders(tree: Tree, logs: Logs) -> None:
    """A folder of jobs in any depth and form gives all of them, sorted by id."""
    top = tree({f"2021/{day}/{logs.worker}": "x" for day in ("b", "a")}, "all")
    tree({f"2022/c/artifacts/{logs.worker}": "x", f"2022/dcid.{RUN_ID}/{logs.worker}": "x"}, "all")
    assert ids(discover([str(top)])) == [RUN_ID, "a", "b", "c"]


def test_same_job_through_two_arguments(tree: Tree, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job found through two arguments, absolute and relative, is one job."""
    folder = tree({logs.worker: "x"}, "all/a")
    monkeypatch.chdir(folder)
    assert ids(discover([str(folder.parent), str(folder), "."])) == ["a"]


def test_logs_inside_a_job_are_no_other_job(tree: Tree, logs: Logs) -> None:
    """A `logs/` deeper in a job belongs to that job."""
    folder = tree({logs.worker: "x", f"outputs/{logs.worker}": "y"}, "a")
    found = discover([str(folder)])
    assert ids(found) == ["a"]
    assert paths(found) == [logs.worker, f"outputs/{logs.worker}"]


def test_strays_beside_jobs(tree: Tree, logs: Logs) -> None:
    """Files beside jobs are told, with their whole path, and belong to none."""
    top = tree({f"a/{logs.worker}": "x", "list.txt": "1", "sub/deep/other.txt": "2"}, "all")
    found = discover([str(top)])
    assert sorted(entry.path for entry in found.files_outside_jobs) == [
        str(top / "list.txt"),
        str(top / "sub/deep/other.txt"),
    ]


def test_strays_of_overlapping_arguments_are_told_once(tree: Tree, logs: Logs) -> None:
    """A stray file below two arguments is one stray file."""
    top = tree({f"a/artifacts/{logs.worker}": "x", "a/note.md": "1"}, "all")
    found = discover([str(top), str(top / "a")])
    assert [entry.path for entry in found.files_outside_jobs] == [str(top / "a/note.md")]


def test_one_path_stands_for_one_file(tree: Tree, logs: Logs) -> None:
    """`artifacts/outputs/x` and `outputs/x` of a download are two files with two paths."""
    folder = tree({f"artifacts/{logs.worker}": "x", "artifacts/outputs/x.txt": "1", "outputs/x.txt": "22"}, "a")
    found = paths(discover([str(folder)]))
    assert len(found) == 3
    assert len(set(found)) == 3


def test_blanks_and_other_scripts_in_names(tree: Tree, logs: Logs) -> None:
    """A folder's name is taken as it is."""
    folder = tree({logs.worker: "x"}, "job of Montag, 8 Uhr – größer")
    assert ids(discover([str(folder)])) == [folder.name]


def test_argument_with_a_slash_at_its_end(tree: Tree, logs: Logs) -> None:
    """`jobs/a/` is `jobs/a`."""
    folder = tree({logs.worker: "x"}, "a")
    found = discover([f"{folder}/"])
    assert ids(found) == ["a"]
    assert Path(found.jobs[0].source) == folder
