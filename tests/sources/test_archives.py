"""A job in an archive is the job that it is in a folder: the same id, the same rows, not read twice, shown from there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.load.discover import discover
from ingest.sources.protocol import SourceOptions

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree
    from tests.sources.conftest import Pack

KINDS = ["zip", "tar", "tar.gz", "tar.zst"]


def rows_of(store: StoreUnderTest) -> dict[str, list[Any]]:
    """The rows of all tables of records, less the number of the file, in which its time is."""
    from ingest.model import RECORD_TABLES

    return {
        table.name: sorted(map(repr, store.rows(f"SELECT * EXCLUDE (file_id) FROM {table.name}")))
        for table in RECORD_TABLES
    }


@pytest.mark.parametrize("kind", KINDS)
def test_same_rows_as_from_a_folder(
    kind: str, tree: Tree, pack: Pack, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest
) -> None:
    """Whatever a job lies in, its id, rows and files are the same, and a second load reads nothing."""
    store.load(tree(logs.job(), "monday"))
    archive = pack(logs.job(), f"monday.{kind}")
    report = other_store.load(archive)
    assert not report.problems
    assert not report.failed_files
    assert rows_of(other_store) == rows_of(store)
    files = "SELECT job_id, path, kind, parser, bytes, records, rows, status, content_hash FROM files ORDER BY path"
    assert other_store.rows(files) == store.rows(files)
    assert other_store.rows("SELECT job_id, source FROM jobs") == [("monday", str(archive))]
    before = other_store.state()
    assert other_store.load(archive).unchanged == len(logs.job())
    assert other_store.state() == before


@pytest.mark.parametrize("kind", KINDS)
def test_told_by_content_not_by_name(kind: str, pack: Pack, logs: Logs) -> None:
    """An archive of any name is one; its suffix is no part of the job's name."""
    archive = pack({logs.worker: "x"}, f"monday.{kind}")
    (job,) = discover([str(archive.rename(archive.with_name("a.bin")))]).jobs
    assert (job.job_id, [entry.path for entry in job.entries]) == ("a.bin", [logs.worker])


def test_studio_download(pack: Pack, store: StoreUnderTest) -> None:
    """What the studio downloads is read as it comes, and bears the job's name, the second download of it too."""
    files = {"user_logs/std_log_0.txt": "hello\n", "system_logs/lifecycler/lifecycler.log": "x\n"}
    for name in ("Job_brave_pen_4_OutputsAndLogs.zip", "Job_brave_pen_4_OutputsAndLogs (1).zip"):
        (job,) = discover([str(pack(files, name))]).jobs
        assert job.job_id == "brave_pen_4"
    assert not store.load(pack(files, "Job_brave_pen_4_OutputsAndLogs.zip")).problems
    assert store.rows("SELECT job_id, path, status FROM files ORDER BY path DESC") == [
        ("brave_pen_4", "user_logs/std_log_0.txt", "parsed"),
        ("brave_pen_4", "system_logs/lifecycler/lifecycler.log", "parsed"),
    ]


def test_several_jobs_in_one_archive(pack: Pack, logs: Logs, store: StoreUnderTest) -> None:
    """Blobs, downloads and artifact roots in one archive are all found; `match` and `since` narrow them down."""
    archive = pack(
        {
            f"ExperimentRun/dcid.1b2c/{logs.worker}": logs.records(1),
            f"ExperimentRun/dcid.9d8e/{logs.worker}": logs.records(2),
            f"downloads/monday/artifacts/{logs.worker}": logs.records(3),
            "downloads/monday/named-outputs/score/predictions.csv": "1",
            "notes.txt": "x",
        },
        "all.zip",
    )
    store.load(archive)
    found = store.rows(
        "SELECT job_id, source, (SELECT count(*) FROM log_records r WHERE r.job_id = j.job_id) FROM jobs j"
    )
    assert sorted(found) == [
        ("1b2c", f"{archive}!/ExperimentRun/dcid.1b2c", 1),
        ("9d8e", f"{archive}!/ExperimentRun/dcid.9d8e", 2),
        ("monday", f"{archive}!/downloads/monday", 3),
    ]
    assert store.rows("SELECT path FROM files WHERE job_id IS NULL") == [(f"{archive}/notes.txt",)]

    (again,) = discover([f"{archive}!/ExperimentRun/dcid.1b2c"]).jobs
    assert (again.job_id, again.source) == ("1b2c", f"{archive}!/ExperimentRun/dcid.1b2c")
    assert "no job found" in discover([f"{archive}!/ExperimentRun/dcid.1b2c/logs/sys"]).problems[0].wrong

    def ids(**wanted: Any) -> list[str]:
        return [job.job_id for job in discover([str(archive)], wanted=SourceOptions(**wanted)).jobs]

    assert ids(match="ExperimentRun/dcid.1*") == ["1b2c"]
    assert ids(match="downloads") == ["monday"]
    assert ids(since_ns=1_700_000_000_000_000_000) == ["1b2c", "9d8e", "monday"]
    found_none = discover([str(archive)], wanted=SourceOptions(since_ns=1_800_000_000_000_000_000))
    assert not found_none.jobs
    assert "3 were left out" in found_none.problems[0].wrong


def test_large_member(pack: Pack, logs: Logs, store: StoreUnderTest, tree: Tree, other_store: StoreUnderTest) -> None:
    """A member that is larger than what is held in memory is read in windows, as a large file is."""
    files = {logs.worker: logs.records(180_000)}
    assert len(files[logs.worker]) > 8 << 20
    other_store.load(tree(files, "a"))
    store.load(pack(files, "a.zip"))
    assert store.rows("SELECT count(*), max(line_no) FROM log_records") == [(180_000, 180_000)]
    assert store.one("SELECT content_hash FROM files") == other_store.one("SELECT content_hash FROM files")


@pytest.mark.parametrize("kind", KINDS)
def test_show_and_explain(kind: str, pack: Pack, logs: Logs, store: StoreUnderTest, run: Run) -> None:
    """A record is shown from the archive again, and a file of it is explained; an archive that changed is told."""
    files = {f"dcid.12/{path}": content for path, content in logs.job().items()}
    archive = pack(files, f"runs.{kind}")
    store.load(archive)
    done = run("show", f"12:{logs.worker}:2", "--store", store.path, "-C", 0)
    assert done.stdout.endswith("Got task 1.\n")
    assert "changed" not in done.stderr
    done = run("explain", archive)
    assert done.returncode == 0
    assert f"12:{logs.unknown}: unclaimed" in done.stdout
    pack({**files, f"dcid.12/{logs.worker}": logs.records(3, "other")}, f"runs.{kind}")
    done = run("show", f"12:{logs.worker}:2", "--store", store.path, "-C", 0)
    assert "Got other 1." in done.stdout
    assert "the file has changed" in done.stderr
    archive.unlink()
    assert run("show", f"12:{logs.worker}:2", "--store", store.path).returncode == 3


def test_member_that_changed(pack: Pack, logs: Logs, store: StoreUnderTest) -> None:
    """Of an archive packed again only the members that changed are read, those of the same size and time too."""
    files = {logs.worker: logs.records(1, "one"), logs.master: logs.records(2)}
    store.load(pack(files, "a.zip"))
    report = store.load(pack({**files, logs.worker: logs.records(1, "two")}, "a.zip"))
    assert (report.files, report.unchanged) == (2, 1)
    assert store.one("SELECT message FROM log_records WHERE job_id = 'a' AND message LIKE 'Got t%o 0.'") == "Got two 0."


def test_large_archives_are_read_by_workers(pack: Pack, logs: Logs, store: StoreUnderTest, spools: Path) -> None:
    """Worker processes open the members themselves, those of a spooled archive too; the spool is gone afterwards."""
    files = {f"{name}/logs/sys/node/{i}/process000.txt": logs.records(30_000) for name in "ab" for i in range(4)}
    report = store.load(pack(files, "many.tar.gz"), workers=2)
    assert not report.failed_files
    assert store.one("SELECT count(*) FROM log_records") == 240_000
    assert not list(spools.iterdir())


def test_nightly_reads_archives(pack: Pack, logs: Logs, run: Run, tmp_path: Path) -> None:
    """An archive is a root of a nightly run too."""
    archive = pack(logs.job(), "monday.tar.gz")
    assert "monday" in run("nightly", archive, "--store", tmp_path / "s", "--dry-run").stdout
    done = run("nightly", archive, "--store", tmp_path / "s", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert '"jobs_new": 1' in done.stdout
