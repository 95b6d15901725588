"""Two different jobs never merge in silence: what happens when names meet, and `--job-id`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.errors import IngestError
from ingest.load.discover import discover

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree


def test_two_folders_of_one_name(tree: Tree, logs: Logs) -> None:
    """Two folders of one name are refused; the error names both and says how to name one."""
    first, second = tree({logs.worker: "x"}, "mon/job"), tree({logs.worker: "y"}, "tue/job")
    with pytest.raises(IngestError) as error:
        discover([str(first), str(second)])
    assert str(first) in error.value.wrong
    assert str(second) in error.value.wrong
    assert "--job-id" in error.value.remedy


def test_folder_equals_name(tree: Tree, logs: Logs) -> None:
    """`--job-id FOLDER=NAME` tells two folders of one name apart."""
    first, second = tree({logs.worker: "x"}, "mon/job"), tree({logs.worker: "y"}, "tue/job")
    found = discover([str(first), str(second)], {str(second): "tuesday"})
    assert [(job.job_id, job.source) for job in found.jobs] == [("job", str(first)), ("tuesday", str(second))]


def test_folder_equals_name_for_a_download(tree: Tree, logs: Logs) -> None:
    """A download may be named by its folder or by its `artifacts/`."""
    folder = tree({f"artifacts/{logs.worker}": "x"}, "job")
    for given in (folder, folder / "artifacts"):
        assert [job.job_id for job in discover([str(folder)], {str(given): "name"}).jobs] == ["name"]


def test_name_of_an_only_job(tree: Tree, logs: Logs) -> None:
    """`--job-id NAME` names the only job found, also deeper in the folder given."""
    folder = tree({f"deep/{logs.worker}": "x"}, "mon")
    assert [job.job_id for job in discover([str(folder)], {"": "monday"}).jobs] == ["monday"]


def test_one_name_for_two_jobs(tree: Tree, logs: Logs) -> None:
    """`--job-id NAME` for two jobs is refused, through one argument or two."""
    first, second = tree({logs.worker: "x"}, "all/a"), tree({logs.worker: "y"}, "all/b")
    for arguments in ([first.parent], [first, second]):
        with pytest.raises(IngestError, match="names one job"):
            discover([str(one) for one in arguments], {"": "monday"})


def test_name_for_a_folder_without_job(tree: Tree, logs: Logs) -> None:
    """A name for a folder that is no job is refused, not passed over."""
    folder = tree({logs.worker: "x"}, "a")
    with pytest.raises(IngestError, match="no job was found in that folder"):
        discover([str(folder)], {str(folder.parent / "b"): "name"})


def test_two_folders_given_one_name(tree: Tree, logs: Logs) -> None:
    """Two folders that are given one name are refused."""
    first, second = tree({logs.worker: "x"}, "a"), tree({logs.worker: "y"}, "b")
    with pytest.raises(IngestError, match="both be job 'n'"):
        discover([str(first), str(second)], {str(first): "n", str(second): "n"})


def test_name_known_from_another_folder(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A name that the store knows from another folder is refused; nothing is written."""
    first, second = tree({logs.worker: logs.records(2)}, "mon/job"), tree({logs.worker: logs.records(3)}, "tue/job")
    store.load(first)
    before = store.state()
    with pytest.raises(IngestError) as error:
        store.load(second)
    assert str(first) in error.value.wrong
    assert str(second) in error.value.wrong
    assert "--job-id" in error.value.remedy
    assert store.state() == before


def test_explicit_name_for_another_folder(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """An explicit name says that it is another job, or the same one moved."""
    first, second = tree({logs.worker: logs.records(2)}, "mon/job"), tree({logs.worker: logs.records(3)}, "tue/job")
    store.load(first)
    store.load(second, job_ids={str(second): "tuesday"})
    query = "SELECT job_id, count(*) FROM log_records GROUP BY ALL ORDER BY ALL"
    assert store.rows(query) == [("job", 2), ("tuesday", 3)]
    store.load(second, job_ids={str(second): "job"})
    assert store.rows(query) == [("job", 3), ("tuesday", 3)]
    assert store.one("SELECT source FROM jobs WHERE job_id = 'job'") == str(second)


def test_run_id_may_come_from_another_folder(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A run id is the job, wherever its folder lies: a second copy of the same files adds nothing."""
    for day in ("mon", "tue"):
        store.load(tree({logs.worker: logs.records(2)}, f"{day}/dcid.run-1"))
    assert store.rows("SELECT job_id, run_id, files FROM jobs") == [("run-1", "run-1", 1)]
    assert store.one("SELECT count(*) FROM log_records") == 2


def test_clash_on_the_command_line(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """Wrong usage, exit code 2, both folders named on stderr; the very words of the remedy then work."""
    first, second = tree({logs.worker: logs.records(1)}, "mon/job"), tree({logs.worker: logs.records(1)}, "tue/job")
    done = run("--store", store.path, first, second)
    assert done.returncode == 2
    assert not done.stdout
    assert str(first) in done.stderr
    assert str(second) in done.stderr
    assert "Traceback" not in done.stderr
    done = run("--store", store.path, "--no-verdict", "--job-id", f"{second}=other", first, second)
    assert (done.returncode, done.stderr) == (0, "")
    assert store.rows("SELECT job_id FROM jobs ORDER BY 1") == [("job",), ("other",)]


def test_malformed_names(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """`--job-id` without a name is wrong usage."""
    folder = tree({logs.worker: "x"}, "a")
    done = run("--store", store.path, "--job-id", f"{folder}=", folder)
    assert done.returncode == 2
    assert "not FOLDER=NAME or NAME" in done.stderr
