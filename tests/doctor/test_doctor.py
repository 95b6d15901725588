"""`ingest doctor`: each thing that can be wrong is seen, with what to do; a store that is well is called so."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from ingest.config import read_configuration
from ingest.doctor.installation import Status, installation
from ingest.doctor.store import examine
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.store.paths import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Keep, Logs, Run, SlowWriter, StoreUnderTest, Tree, Write


def told(store: StoreUnderTest, **options: Any) -> dict[str, tuple[Status, str]]:
    """What is said of each subject of a store; the worst, if there is more than one."""
    found = examine(Layout.of(store.path), load_registry(), **options)
    order = list(Status)
    return {one.subject: (one.status, one.finding) for one in sorted(found, key=lambda one: order.index(one.status))}


@pytest.fixture(scope="module")
def kept_store(kept: Keep, logs: Logs) -> StoreUnderTest:
    """A store with a job."""
    return kept(logs.job())[0]


@pytest.fixture
def lent(kept_store: StoreUnderTest, tmp_path: Path) -> Iterator[StoreUnderTest]:
    """The same, which may be damaged: it is put back afterwards."""
    shutil.copytree(kept_store.path, tmp_path / "backup")
    yield kept_store
    shutil.rmtree(kept_store.path)
    shutil.copytree(tmp_path / "backup", kept_store.path)


def test_well(kept_store: StoreUnderTest) -> None:
    """A store that is well is ok in every respect, also if every row is read, and nothing of it is changed."""
    state = kept_store.state()
    for thorough in (False, True):
        found = told(kept_store, thorough=thorough)
        assert {status for subject, (status, _) in found.items() if subject != "disk"} == {Status.OK}
        assert "1 job" in found["store"][1]
    assert kept_store.state() == state


def test_parquet_file_is_gone(lent: StoreUnderTest) -> None:
    """A lost Parquet file is damage, named with its table."""
    path = min(lent.parquet())
    path.unlink()
    status, finding = told(lent)["rows"]
    assert (status, finding) == (Status.DAMAGED, f"{path.relative_to(lent.path)}: it is gone")


def test_parquet_file_is_cut(lent: StoreUnderTest) -> None:
    """So is one that is shorter than what was written, or no Parquet file any more."""
    path = min(lent.parquet())
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    assert f"{len(content) - 5} bytes, {len(content)} were written" in told(lent)["rows"][1]
    path.write_bytes(b"x" * len(content))
    assert told(lent)["rows"][0] is Status.DAMAGED


def test_parquet_file_is_rotten(lent: StoreUnderTest) -> None:
    """Bytes that changed in the middle are found by reading every row."""
    path = max(lent.parquet(), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[4:400] = bytes(396)
    path.write_bytes(content)
    assert told(lent)["rows"][0] is Status.OK
    status, finding = told(lent, thorough=True)["rows"]
    assert status is Status.DAMAGED
    assert "cannot be read" in finding


def test_ledger_and_rows_differ(lent: StoreUnderTest) -> None:
    """Rows that the ledger tells of and no Parquet file holds are damage."""
    with duckdb.connect(str(lent.path / "catalog.duckdb")) as connection:
        connection.execute("UPDATE files SET rows = rows + 100 WHERE slice IS NOT NULL")
    assert told(lent)["ledger"] == (Status.DAMAGED, "1 slice with fewer rows than the files in them gave")


def test_catalog_is_damaged_or_moved(lent: StoreUnderTest) -> None:
    """A catalog that cannot be opened, or was moved, is told with its remedy; what else can be looked at, is."""
    catalog = lent.path / "catalog.duckdb"
    with duckdb.connect(str(catalog)) as connection:
        connection.execute("UPDATE ledger.meta SET value = '/elsewhere' WHERE key = 'root'")
    status, finding = told(lent)["store"]
    assert (status, "moved here from /elsewhere" in finding) == (Status.PROBLEM, True)
    catalog.write_bytes(b"no database" * 1_000)
    found = told(lent)
    assert (found["store"][0], set(found)) == (Status.PROBLEM, {"store", "lock", "disk"})


def test_views_of_another_version(lent: StoreUnderTest) -> None:
    """Views that are not those of this version are noted; one that cannot be asked is a problem."""
    with duckdb.connect(str(lent.path / "catalog.duckdb")) as connection:
        connection.execute("UPDATE ledger.meta SET value = 'older' WHERE key = 'views'")
    assert told(lent)["views"][0] is Status.NOTE
    with duckdb.connect(str(lent.path / "catalog.duckdb")) as connection:
        connection.execute("DROP TABLE known_problems")
    assert Status.PROBLEM in {one.status for one in examine(Layout.of(lent.path), load_registry())}


def test_leftovers(lent: StoreUnderTest) -> None:
    """Parquet files that no catalog lists are noted; those kept for readers are as they should be."""
    path = min(lent.parquet())
    shutil.copy(path, path.with_name("killed.parquet"))
    status, finding = told(lent)["leftovers"]
    assert status is Status.NOTE
    assert finding.startswith("1 Parquet file (")
    path.with_name("killed.parquet").unlink()
    lent.load(*(lent.path.parent / "a",), reparse=True)
    status, finding = told(lent)["leftovers"]
    assert (status, "kept an hour for readers" in finding) == (Status.OK, True)


def test_somebody_writes(slow_writer: SlowWriter, new_store: StoreUnderTest) -> None:
    """Who writes now is told; a store that is being made is not there yet."""
    found = told(new_store)
    status, said = found["lock"]
    assert status is Status.NOTE
    assert said.startswith(f"an ingest is writing (process {slow_writer.process.pid}, for ")
    assert found["store"][0] is Status.PROBLEM


def test_times_in_the_future(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Records of tomorrow are noted: some clock is wrong."""
    store.load(tree({logs.worker: logs.records(2).replace("2021-04-13", "2999-01-01")}, "a"))
    assert told(store)["clock"] == (Status.NOTE, "1 job with records more than a day in the future")


def test_installation(plugin: Write) -> None:
    """Versions, and a plugin that cannot be loaded."""
    well = {one.subject: one for one in installation(load_registry(), read_configuration())}
    assert f"duckdb {duckdb.__version__}" in well["versions"].finding
    assert {one.status for one in well.values()} == {Status.OK}
    broken = load_registry(PluginOptions(standing_files=(plugin("broken", "import nothing_of_that_name"),)))
    (problem,) = [one for one in installation(broken, read_configuration()) if one.subject == "plugins"]
    assert problem.status is Status.PROBLEM
    assert "nothing_of_that_name" in problem.finding


def test_command(lent: StoreUnderTest, run: Run) -> None:
    """0 if all is well, 4 if the store is damaged or not there; as text with what to do, or as JSON."""
    done = run("doctor", "--store", lent.path)
    assert done.returncode == 0, done.stdout
    assert "ok       rows" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100 + len(str(lent.path))
    min(lent.parquet()).unlink()
    done = run("doctor", "--store", lent.path, "--format", "json")
    assert done.returncode == 4
    (damage,) = [one for one in json.loads(done.stdout) if one["status"] == "damaged"]
    assert damage["remedy"]
    done = run("doctor", "--store", lent.path / "nothing")
    assert done.returncode == 4
    assert "→ Fill one with" in done.stdout
