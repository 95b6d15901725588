"""Arguments that hold no job: what is wrong is said, what to do is said, the others are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import InputError
from ingest.load.discover import discover

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree


def only_problem(argument: Path | str) -> InputError:
    """What is wrong with an argument."""
    found = discover([str(argument)])
    assert not found.jobs
    (problem,) = found.problems
    return problem


def test_missing_path(tmp_path: Path) -> None:
    """A path that is not there is named."""
    problem = only_problem(tmp_path / "nowhere")
    assert problem.wrong == f"{tmp_path / 'nowhere'}: no such folder"
    assert problem.remedy


def test_file_for_a_folder(tree: Tree) -> None:
    """A file is no folder."""
    problem = only_problem(tree({"a.txt": "x"}) / "a.txt")
    assert "is a file" in problem.wrong
    assert "logs/" in problem.remedy


def test_path_below_a_file(tree: Tree) -> None:
    """A path that goes on below a file is not there."""
    assert "no such folder" in only_problem(tree({"a.txt": "x"}) / "a.txt" / "b").wrong


def test_path_longer_than_the_system_allows() -> None:
    """A text that cannot be a path is an argument that cannot be read, not a bug."""
    assert "aaa" in only_problem("a" * 5_000).wrong


def test_folder_without_logs(tree: Tree) -> None:
    """What was looked for is said, and how many files were seen instead."""
    problem = only_problem(tree({"x/y.txt": "1", "z.txt": "2"}))
    for mark in ("logs/", "azureml-logs/", "user_logs/", "system_logs/"):
        assert mark in problem.wrong
    assert "2 other files" in problem.wrong
    assert "az ml job download" in problem.remedy


def test_empty_folder(tree: Tree) -> None:
    """An empty folder holds no job."""
    assert "no job found" in only_problem(tree({})).wrong


def test_jobs_that_are_links(tree: Tree, logs: Logs) -> None:
    """Links below an argument are not followed; the way round it is named."""
    folder = tree({}, "links")
    (folder / "monday").symlink_to(tree({logs.worker: "x"}, "job"))
    problem = only_problem(folder)
    assert "no job found, but 1 symbolic link, which is not followed" in problem.wrong
    assert problem.remedy == f"Give the links as arguments: ingest {folder}/*"


def test_logs_itself(tree: Tree, logs: Logs) -> None:
    """If `logs/` itself was given, its parent is named."""
    folder = tree({logs.worker: "x"}, "a")
    problem = only_problem(folder / "logs")
    assert "logs/ folder itself" in problem.wrong
    assert str(folder) in problem.remedy


def test_parent_of_a_batch_endpoint(tree: Tree) -> None:
    """Predictions without logs are the download of an endpoint's parent job (formats.md §2.3, trap 20)."""
    for number, path in enumerate(
        ("score/predictions.csv", "named-outputs/score/predictions.csv", "parallel_run_step.txt")
    ):
        problem = only_problem(tree({path: "1"}, f"p{number}"))
        assert "predictions, but no logs" in problem.wrong
        assert "batchscoring" in problem.remedy


def test_wrong_among_right(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """The good arguments are read, each bad one is told in two lines, and the exit code is 3."""
    good = tree({logs.worker: logs.records(2)}, "good")
    done = run("--store", store.path, "--no-verdict", good, "nowhere", tree({"x": "1"}, "empty"))
    assert done.returncode == 3
    assert [line.strip()[:1] for line in done.stderr.splitlines()] == ["i", "→", "i", "→"]
    assert "nowhere: no such folder" in done.stderr
    assert store.one("SELECT count(*) FROM log_records") == 2


def test_nothing_right(run: Run, new_store: StoreUnderTest) -> None:
    """Without any job there is no verdict, no store, and the exit code is 3."""
    done = run("--store", new_store.path, "nowhere")
    assert (done.returncode, done.stdout) == (3, "")
    assert not new_store.path.exists()


def test_archives_in_a_folder(tree: Tree) -> None:
    """Archives that nobody named are not opened: how many there are, and the first, is told."""
    (problem,) = discover([str(tree({f"{name}.zip": "PK" for name in "abcde"}))]).problems
    assert "a.zip, b.zip, c.zip and 2 more: archives are read only if named" in problem.wrong
    assert problem.remedy.endswith("/a.zip")
    (problem,) = discover([str(tree({"a.tar.gz": "x"}, "one"))]).problems
    assert "a.tar.gz: an archive is read only if named" in problem.wrong


def test_archive_beside_a_job(tree: Tree, logs: Logs, run: Run, tmp_path: Path) -> None:
    """One that lies beside jobs is in `files` and told of when it is new, not each time."""
    folder = tree({**{f"job/{path}": text for path, text in logs.job().items()}, "old.zip": "PK"}, "jobs")
    first, second = (run(folder, "--store", tmp_path / "s", "--no-verdict") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "archive not read" in first.stderr
    assert "archive not read" not in second.stderr
    asked = run("sql", "--store", tmp_path / "s", "--format", "csv", "SELECT reason FROM files WHERE job_id IS NULL")
    assert "an archive: read only if it is named as an argument" in asked.stdout
