"""What is derived does not depend on the order in which rows were read, nor on who read them: to the last bit."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import ingest.load.pipeline
from ingest.derive.compute import compute
from ingest.model import Type
from ingest.store.derived import derived_columns
from ingest.store.reader import open_store
from tests.conftest import ROOT, StoreUnderTest

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.plugin.registry import Registry

JOBS = ("memory-growth", "timeouts-retries")


def derived(store: StoreUnderTest) -> dict[str, list[str]]:
    """The rows of every derived relation, in an order of their own; floats as they are to the last bit."""
    connection = store.opened().connection
    found = {}
    for name in derived_columns(connection):
        if connection.execute("SELECT 1 FROM duckdb_views() WHERE view_name = ?", [name]).fetchall():
            rows = connection.execute(f"SELECT columns(lambda c: c <> 'loaded_at') FROM \"{name}\"").fetchall()
            found[name] = sorted(map(repr, rows))
    return found


def test_workers_order_and_parts(
    store: StoreUnderTest, other_store: StoreUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read at once by one process; by two; and job by job, the last files of each first: every derived row is the same."""
    source = ROOT / "data" / "jobs"
    top = tmp_path / "jobs"
    for job in JOBS:
        shutil.copytree(source / job, top / job)
    store.load(top, workers=1)
    once = derived(store)
    assert sum(map(len, once.values())) > 500
    by_two = StoreUnderTest(tmp_path / "by-two")
    with monkeypatch.context() as patch:
        patch.setattr(ingest.load.pipeline, "_IN_PROCESS_BYTES", 0)
        patch.setattr("ingest.load.plan._SLICE_BYTES", (20_000, 20_000))
        patch.setattr("ingest.derive.run._TASK_JOBS", 1)
        by_two.load(top, workers=2)
    assert by_two.one("SELECT count(DISTINCT slice) FROM files") > 4
    assert_same(derived(by_two), once)
    shutil.rmtree(top)
    for job in reversed(JOBS):
        files = sorted(path.relative_to(source) for path in (source / job).rglob("*") if path.is_file())
        for part in (files[len(files) // 2 :], files):
            for path in part:
                (top / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / path, top / path)
            other_store.load(top)
    assert_same(derived(other_store), once)


@pytest.mark.parametrize("step", ["1 microsecond", "1 minute", "1 hour"])
def test_rows_in_any_order(step: str, sample_jobs: StoreUnderTest, registry: Registry) -> None:
    """Worked out of records in three orders, every derived relation and every check of all sample jobs has the same rows;
    also where the logs tell times in coarse steps, so that much happens at one time.
    """
    definition = registry.definition()
    found = []
    for order in ("job_id, file_id, line_no", "hash(file_id, line_no)", "hash(line_no + 1, file_id, 7)"):
        with open_store(sample_jobs.path) as store:
            connection = store.connection
            connection.execute("SET threads = 1")
            connection.execute(
                f"CREATE TEMP TABLE loaded_jobs AS FROM catalog.ledger.jobs ORDER BY hash(job_id, '{order}')"
            )
            for table in definition.tables:
                times = [column.name for column in table.columns if column.type is Type.TIME]
                coarse = ", ".join(f"time_bucket(INTERVAL '{step}', {name}) AS {name}" for name in times)
                columns = f"* REPLACE ({coarse})" if times else "*"
                rows = f"SELECT {columns} FROM catalog.main.{table.name} ORDER BY {order}"
                connection.execute(f"CREATE TEMP TABLE {table.name} AS {rows}")
            assert not compute(connection, definition.library).problems
            names = [view.name for view in definition.library.derivation if view.is_derived]
            rows_of = {name: connection.execute(f'SELECT * FROM temp."{name}"').fetchall() for name in names}
        found.append({name: sorted(map(repr, some)) for name, some in rows_of.items()})
    assert sum(map(len, found[0].values())) > 1_000
    assert_same(found[1], found[0])
    assert_same(found[2], found[0])


def assert_same(one: dict[str, list[str]], other: dict[str, list[str]]) -> None:
    """Names the first row that differs."""
    assert one.keys() == other.keys()
    for name, rows in one.items():
        wrong = [pair for pair in zip(rows, other[name], strict=False) if pair[0] != pair[1]]
        assert not wrong, (name, len(wrong), *_differing(*wrong[0]))
        assert len(rows) == len(other[name]), name


def _differing(one: str, other: str) -> tuple[str, str]:
    """Two texts around the place where they differ."""
    place = next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    return one[max(place - 80, 0) : place + 80], other[max(place - 80, 0) : place + 80]
