"""Trees with links, pipes, locked folders and odd names: listed with the reason, never followed, never a crash."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.load.discover import JobTree, discover

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree


def problems(job: JobTree) -> dict[str, str | None]:
    """Path → problem of a job's entries."""
    return {entry.path: entry.problem for entry in job.entries}


def test_loop_of_symlinks(tree: Tree, logs: Logs) -> None:
    """A link to a folder above does not make the walk go round; it is listed."""
    folder = tree({logs.worker: "x"}, "a")
    (folder / "logs/again").symlink_to(folder)
    (folder / "logs/self").symlink_to("self")
    (job,) = discover([str(folder.parent)]).jobs
    assert problems(job) == {
        "logs/again": "symbolic link, not followed",
        "logs/self": "symbolic link, not followed",
        logs.worker: None,
    }


def test_symlink_out_of_the_tree(tree: Tree, logs: Logs, store: StoreUnderTest, tmp_path: Path) -> None:
    """A link that leads out of the tree is not followed; it stands in `files` as ignored, with the reason."""
    secret = tmp_path / "secret.txt"
    secret.write_text(logs.records(7))
    folder = tree({logs.worker: logs.records(1)}, "a")
    link = folder / "logs/sys/node/0/process001.txt"
    link.symlink_to(secret)
    store.load(folder)
    rows = store.rows("SELECT path, status, reason FROM files WHERE status <> 'parsed'")
    assert rows == [("logs/sys/node/0/process001.txt", "ignored", "symbolic link, not followed")]
    assert store.one("SELECT count(*) FROM log_records") == 1
    before = store.state()
    store.load(folder)
    assert store.state() == before


def test_link_to_a_job_as_argument(tree: Tree, logs: Logs, tmp_path: Path) -> None:
    """An argument may be a link: the user chose it. The job bears the name of the folder behind."""
    folder = tree({logs.worker: "x"}, "real")
    (tmp_path / "link").symlink_to(folder)
    (job,) = discover([str(tmp_path / "link")]).jobs
    assert (job.job_id, job.source) == ("real", str(folder))


def test_looping_link_as_argument(tmp_path: Path) -> None:
    """A link to itself is no folder."""
    (tmp_path / "loop").symlink_to("loop")
    (problem,) = discover([str(tmp_path / "loop")]).problems
    assert "loop" in problem.wrong


def test_pipe_and_socket(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A pipe is not opened (that would wait for ever); it is listed."""
    folder = tree({logs.worker: logs.records(1)}, "a")
    os.mkfifo(folder / "logs/sys/node/0/process001.txt")
    assert store.load(folder).rows == 1
    assert store.rows("SELECT status, reason FROM files WHERE rows = 0") == [("ignored", "not a regular file")]


def test_file_that_vanishes(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A file that is gone between listing and reading fails alone, with a reason; what was read of it before stands."""
    folder = tree({logs.worker: logs.records(2), logs.master: logs.records(3)}, "a")
    store.load(folder)
    (folder / logs.worker).write_text(logs.records(9))
    (folder / logs.master).write_text(logs.records(4))

    class Deletes:
        def begin(self, files: int, bytes_: int) -> None:  # noqa: ARG002  # as Progress has it
            (folder / logs.worker).unlink()

        def advance(self, files: int, bytes_: int) -> None:
            pass

        def stage(self, name: str, jobs: int = 0) -> None:
            pass

        def derived(self, jobs: int) -> None:
            pass

    report = store.load(folder, progress=Deletes())
    assert [text.partition(": cannot be read")[0] for text in report.failed_files] == [f"a: {logs.worker}"]
    counts = "SELECT source, count(*) FROM log_records GROUP BY ALL ORDER BY ALL"
    assert store.rows(counts) == [("master", 4), ("worker", 2)]


@pytest.mark.skipif(sys.platform != "linux", reason="gives up privileges in the way of Linux")
def test_unreadable_file_and_folder(tree: Tree, logs: Logs, run_unprivileged: Run, store: StoreUnderTest) -> None:
    """A file without read permission fails alone; a folder that may not be listed is told; exit code 3, the rest is read."""
    folder = tree({logs.worker: logs.records(2), logs.master: logs.records(3), "logs/closed/x.txt": "x"}, "a")
    (folder / logs.master).chmod(0)
    (folder / "logs/closed").chmod(0)
    done = run_unprivileged("--store", store.path, "--no-verdict", folder)
    (folder / "logs/closed").chmod(0o755)  # so that pytest can clean up
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert store.rows("SELECT path, status, reason FROM files ORDER BY path") == [
        ("logs/closed", "ignored", "folder cannot be listed: Permission denied"),
        (logs.master, "failed", "cannot be read: Permission denied"),
        (logs.worker, "parsed", None),
    ]
    (folder / logs.master).chmod(0o644)
    store.load(folder)
    assert store.one("SELECT count(*) FROM log_records") == 5
    assert store.one("SELECT count(*) FROM files WHERE status = 'parsed'") == 2


def test_name_that_is_no_text(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A file whose name is not UTF-8 is read or listed like any other; the load goes on, now and the next time."""
    folder = tree({logs.worker: logs.records(2)}, "a")
    (folder / "logs" / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (folder / "logs/sys/node/0" / os.fsdecode(b"process\xff.txt")).write_text(logs.records(3))
    for _ in range(2):
        done = run("--store", store.path, "--no-verdict", folder)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0
    assert store.one("SELECT count(*) FROM files") == 3
    assert store.one("SELECT count(*) FROM log_records") == 5


def test_time_beyond_reason(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A file dated centuries ahead, or before 1970, is read like any other, and not again."""
    folder = tree({logs.worker: logs.records(2), logs.master: logs.records(1)}, "a")
    os.utime(folder / logs.worker, (14_000_000_000, 14_000_000_000))
    os.utime(folder / logs.master, (-86_400, -86_400))
    assert store.load(folder).rows == 3
    assert store.load(folder).rows == 0


def test_strays_in_the_ledger(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Files outside any job stand in `files` without a job, once, however often they are seen."""
    top = tree({f"a/{logs.worker}": logs.records(1), "list.txt": "1"}, "all")
    for _ in range(2):
        store.load(top)
    rows = store.rows("SELECT job_id, path, status, reason FROM files WHERE job_id IS NULL")
    assert rows == [(None, str(top / "list.txt"), "unclaimed", "outside any job's tree")]
    before = store.state()
    store.load(top)
    assert store.state() == before


def test_stray_that_changed(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A stray file that grew replaces its row."""
    top = tree({f"a/{logs.worker}": logs.records(1), "list.txt": "1"}, "all")
    store.load(top)
    (top / "list.txt").write_text("12345")
    store.load(top)
    assert store.rows("SELECT bytes FROM files WHERE job_id IS NULL") == [(5,)]


def test_folder_without_any_file(tree: Tree, store: StoreUnderTest) -> None:
    """A job whose `logs/` is empty is a job; it is known the second time, and nothing is written again."""
    folder = tree({}, "a")
    (folder / "logs").mkdir()
    store.load(folder)
    assert store.rows("SELECT job_id, files, bytes FROM jobs") == [("a", 0, 0)]
    before = store.state()
    store.load(folder)
    assert store.state() == before
