"""Every file of the sample trees is read, or left alone for a reason, and every line of it is accounted for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import StoreUnderTest
from tests.coverage.accounting import unexplained

if TYPE_CHECKING:
    from tests.conftest import Tree

JOBS = Path(__file__).resolve().parents[2] / "data" / "jobs"
TREES = sorted(path.name for path in JOBS.iterdir())


@pytest.fixture(scope="module")
def samples(sample_jobs: StoreUnderTest) -> StoreUnderTest:
    """All sample trees in one store."""
    return sample_jobs


def _files(tree: str) -> set[str]:
    """The files of a tree, as paths below `data/jobs`."""
    return {path.relative_to(JOBS).as_posix() for path in (JOBS / tree).rglob("*") if path.is_file()}


def _roots(store: StoreUnderTest) -> dict[str, Path]:
    """The artifact root of each job, below its source."""
    found = {}
    for job, source in store.rows("SELECT job_id, source FROM jobs"):
        folder = Path(source)
        found[job] = folder / "artifacts" if (folder / "artifacts").is_dir() else folder
    return found


@pytest.mark.parametrize("tree", TREES)
def test_every_file_is_listed(samples: StoreUnderTest, tree: str) -> None:
    """The ledger has each file of the folder, and no other; named outputs lie beside the artifacts."""
    listed = set()
    for job, root in _roots(samples).items():
        for (path,) in samples.rows(f"SELECT path FROM files WHERE job_id = '{job}'"):
            place = root.parent if path.startswith("named-outputs/") else root
            listed.add((place / path).relative_to(JOBS).as_posix())
    assert {path for path in listed if path.startswith(f"{tree}/")} == _files(tree)


def test_claimed_or_ignored_for_a_reason(samples: StoreUnderTest) -> None:
    """No file is unclaimed, failed or without a job; those that are ignored say why."""
    assert samples.rows("SELECT DISTINCT status FROM files ORDER BY 1") == [("ignored",), ("parsed",)]
    assert (
        samples.rows("SELECT path FROM files WHERE job_id IS NULL OR (status = 'ignored') <> (reason IS NOT NULL)")
        == []
    )
    assert samples.rows("SELECT DISTINCT kind FROM files WHERE status = 'ignored' ORDER BY 1") == [
        ("output",),
        ("profile",),
        ("readme",),
    ]


def test_coverage_view_says_so(samples: StoreUnderTest) -> None:
    """0 unexplained bytes in every job; all rejected bytes are those of the running job's cut records."""
    told = samples.rows(
        "SELECT job_id, sum(unexplained_bytes), sum(rejects), sum(rejected_bytes) FROM coverage GROUP BY 1 ORDER BY 1"
    )
    assert {(unexplained_bytes, rejects) for job, unexplained_bytes, rejects, _ in told if job != "still-running"} == {
        (0, 0)
    }
    ((_, bytes_, rejects, rejected),) = (row for row in told if row[0] == "still-running")
    assert (bytes_, rejects) == (0, 2)
    assert rejected == samples.one("SELECT sum(bytes) FROM rejects")
    assert samples.one(
        "SELECT sum(bytes) = sum(bytes_understood) + sum(rejected_bytes) FROM coverage WHERE status = 'parsed'"
    )


def test_records_and_rejects_account_for_each_line(samples: StoreUnderTest) -> None:
    """Counted from the bytes of each file, not by its parser: nothing is left over."""
    assert unexplained(samples.path, _roots(samples)) == []


def test_files_without_a_record_hold_none(samples: StoreUnderTest) -> None:
    """A parsed file with bytes gives a record or a reject."""
    assert (
        samples.rows("SELECT job_id, kind, files_without_records FROM coverage WHERE files_without_records > 0") == []
    )


def test_the_count_can_fail(tree: Tree, store: StoreUnderTest, tmp_path: Path) -> None:
    """The accounting sees a line that no row tells: here lines that came after the load."""
    folder = tree({"logs/user/stdout/0/process000.stdout.txt": "one\n", "logs/perf/0/node_disk_usage.csv": DISK})
    store.load(folder)
    other = shutil.copytree(folder, tmp_path / "later")
    for path, more in (
        ("user/stdout/0/process000.stdout.txt", "two\n\n"),
        ("perf/0/node_disk_usage.csv", f"{ROW}{ROW}"),
    ):
        with (other / "logs" / path).open("a") as file:
            file.write(more)
    assert unexplained(store.path, {"job": folder}) == []
    assert [(line.number, line.text) for line in unexplained(store.path, {"job": other})] == [
        (3, ROW.strip()),
        (4, ROW.strip()),
        (2, "two"),
    ]


ROW = "2024-03-01T10:00:30.100000,1000.5,200.25,700.25,22.2\r\n"
DISK = "Utc Time,Disk (/) Total (MB),Disk (/) Used (MB),Disk (/) Free (MB),Disk (/) Used Percent\r\n" + ROW
