"""The stage `derive`: what follows from the records of a job is worked out once, and replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import open_store
from ingest.derive import task
from ingest.derive.compute import compute
from ingest.derive.parsed_queries import file_of
from ingest.derive.task import narrow
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.store.catalog import connect_catalog
from ingest.store.paths import Layout
from ingest.views.files import list_views
from ingest.views.library import load_library
from tests.conftest import ROOT
from tests.views.conftest import Database

if TYPE_CHECKING:
    from ingest.store.slice_ledger import Part
    from tests.conftest import Begin, Logs, Run, StoreUnderTest, Tree, Write

SAMPLES = ROOT / "data" / "jobs"
JOBS = sorted(path.name for path in SAMPLES.iterdir() if path.name != "ExperimentRun")
THREE = ("memory-growth", "timeouts-retries", "init-failure-42")


def derived(store: StoreUnderTest, where: str = "") -> dict[str, list[str]]:
    """The rows of every derived relation, less what tells when they were loaded."""
    told = {}
    for view in list_views():
        if view.is_derived:
            left_out = " EXCLUDE (loaded_at)" if view.name in ("jobs", "job_measures") else ""
            told[view.name] = sorted(map(repr, store.rows(f"SELECT *{left_out} FROM {view.name} {where}")))
    return told


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> StoreUnderTest:
    """A store of three sample jobs, loaded at once."""
    store = begin(tmp_path_factory.mktemp("together") / "store")
    store.load(*(SAMPLES / name for name in THREE))
    return store


def test_one_after_the_other(together: StoreUnderTest, store: StoreUnderTest) -> None:
    """Jobs that are loaded one by one have the derived rows of jobs that are loaded together."""
    for name in reversed(THREE):
        store.load(SAMPLES / name)
    assert derived(store) == derived(together)


def test_a_job_too_large_for_memory(
    together: StoreUnderTest, store: StoreUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its steps go to a file, and its rows are the same; the file is gone afterwards."""
    monkeypatch.setattr("ingest.derive.task._HELD_BYTES", 0)
    seen: list[list[Path]] = []
    write = task._write

    def watched(*arguments: Any) -> Iterator[Part]:
        seen.append(list(store.path.rglob("steps.duckdb")))
        return write(*arguments)

    monkeypatch.setattr(task, "_write", watched)
    store.load(*(SAMPLES / name for name in THREE))
    assert [len(files) for files in seen] == [1]
    assert derived(store) == derived(together)
    assert not list(store.path.rglob("spilled-*"))


def test_estimated_quantiles(together: StoreUnderTest, store: StoreUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a job that is larger still are estimates, and say so; the fastest and the slowest are exact."""
    monkeypatch.setattr("ingest.derive.task._EXACT_BYTES", 0)
    store.load(*(SAMPLES / name for name in THREE))
    quantiles = (
        "SELECT job_id, scope, node, process, measure, mini_batches, min_s, max_s, p50_s, caveat FROM duration_quantiles"
        " ORDER BY ALL"
    )
    estimates, exact = store.rows(quantiles), together.rows(quantiles)
    assert [row[:8] for row in estimates] == [row[:8] for row in exact]
    assert all("quantiles are estimates" in row[9] for row in estimates)
    assert not any("estimates" in (row[9] or "") for row in exact)
    apart = [
        abs(ours[8] - theirs[8]) / theirs[8] for ours, theirs in zip(estimates, exact, strict=True) if theirs[8] > 0.1
    ]
    assert sorted(apart)[len(apart) // 2] < 0.1
    found = "SELECT job_id, check_id FROM findings ORDER BY ALL"
    assert store.rows(found) == together.rows(found)


def test_a_changed_job_is_replaced_as_a_whole(together: StoreUnderTest, store: StoreUnderTest, tmp_path: Path) -> None:
    """Its rows of before are gone, those of other jobs stand as they were."""
    job = tmp_path / "memory-growth"
    (job / "logs").mkdir(parents=True)
    for file in ("job_progress_overview.txt",):
        (job / "logs" / file).write_text("")
    store.load(SAMPLES / "timeouts-retries", SAMPLES / "init-failure-42", job)
    assert store.rows("SELECT mini_batches FROM job_summary WHERE job_id = 'memory-growth'") == [(0,)]
    before = store.parquet()
    store.load(SAMPLES / "memory-growth", job_ids={str(SAMPLES / "memory-growth"): "memory-growth"})
    of_it = "WHERE job_id = 'memory-growth'"
    told, expected = derived(store, of_it), derived(together, of_it)
    for name in ("job_summary", "attempts", "findings", "node_summary"):
        assert told.get(name) == expected.get(name), name
    assert before <= store.parquet()  # readers may still scan them
    assert derived(store, "WHERE job_id <> 'memory-growth'") == derived(together, "WHERE job_id <> 'memory-growth'")


def test_conditions_hold_where_there_are_rows(sample_jobs: StoreUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file names behind `when:` holds in every job of which its relation has rows, though it is left unasked here."""
    definition, layout = load_registry().definition({}), Layout.of(sample_jobs.path)
    with connect_catalog(layout) as connection:
        narrow(connection, layout, definition, JOBS)
        with monkeypatch.context() as asked_all:
            asked_all.setattr("ingest.derive.compute._may_have_rows", lambda *_: True)
            assert not compute(connection, definition.library).problems
        told = [view for view in definition.library.derivation if view.when]
        tables = connection.execute(
            "SELECT DISTINCT table_name FROM duckdb_columns() WHERE database_name = 'temp' AND column_name = 'job_id'"
            " AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE temporary)"
        ).fetchall()
        wrong = []
        for job in JOBS:
            connection.begin()
            for (name,) in tables:
                connection.execute(f'DELETE FROM temp."{name}" WHERE job_id IS DISTINCT FROM ?', [job])
            for view in told:
                has_rows = connection.execute(f'SELECT 1 FROM temp."{view.name}" LIMIT 1').fetchall()
                if has_rows and connection.execute(f"SELECT {view.when}").fetchall() != [(True,)]:
                    wrong.append((job, view.name))
            connection.rollback()
        assert (wrong, len(told) > 20) == ([], True)


def test_queries_that_are_kept(
    begin: Begin, tree: Tree, logs: Logs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs have the same derived rows whether the parsed queries are made, are there, or cannot be read."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder, told = tree(logs.job(), "a"), []
    file = file_of(load_registry(PluginOptions(installed=False)).definition())
    assert file is not None
    for number, content in enumerate((None, None, b"no database")):
        if content is not None:
            file.write_bytes(content)
        store = begin(tmp_path / f"store-{number}")
        store.load(folder, plugins=PluginOptions(installed=False))
        told.append(derived(store))
        store.close()
        assert file.exists()
    assert told[1:] == told[:1] * 2
    assert told[0]["error_reports"]
    assert [path.name for path in file.parent.iterdir() if path.is_dir()] == []


def test_rebuild(together: StoreUnderTest, run: Run) -> None:
    """`ingest rebuild` derives all jobs again, reads no log, and gives the same rows."""
    before, files = derived(together), together.rows("SELECT * FROM files ORDER BY ALL")
    done = run("rebuild", "--store", together.path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "3 jobs derived" in done.stderr
    assert derived(together) == before
    assert together.rows("SELECT * FROM files ORDER BY ALL") == files


def test_thresholds_of_the_settings(store: StoreUnderTest) -> None:
    """A threshold that is changed in ingest.toml derives all jobs again at the next load, without reading a log."""
    store.load(SAMPLES / "timeouts-retries")
    asked = "SELECT count(*) FROM findings WHERE check_id = 'timeouts_many'"
    was = store.one(asked)
    loads = store.one("SELECT count(DISTINCT load_id) FROM files")
    report = store.load(SAMPLES / "timeouts-retries", thresholds={"timeouts_share": 0.99} if was else {})
    assert report.unchanged == report.files
    assert store.one("SELECT value FROM thresholds WHERE name = 'timeouts_share'") == (0.99 if was else None)
    assert store.one("SELECT count(DISTINCT load_id) FROM files") == loads
    store.load(SAMPLES / "timeouts-retries")  # they stay until others are given
    assert store.one("SELECT value FROM thresholds WHERE name = 'timeouts_share'") == (0.99 if was else None)


def test_other_thresholds_of_a_session(together: StoreUnderTest) -> None:
    """Checks are worked out again for who asks with other thresholds, of all jobs or of one; the store stays as it is."""
    told = "SELECT job_id, finding_id, severity, headline FROM diagnosis ORDER BY job_id, rank"
    with open_store(together.path) as usual:
        halves = {name: value / 2 for name, value in usual.sql("SELECT name, value FROM thresholds").fetchall()}
        before = usual.rows(told)
    with open_store(together.path, thresholds=halves) as other:
        assert other.rows(told) != before
        assert other.rows("SELECT count(*) AS jobs FROM jobs") == [{"jobs": 3}]
    with open_store(together.path) as usual:
        assert usual.rows(told) == before


PLUGIN = """
from ingest import hookimpl

@hookimpl
def ingest_views():
    return [{folder!r}]
"""


def test_relations_of_a_plugin(store: StoreUnderTest, tmp_path: Path, run: Run, plugin: Write) -> None:
    """A file of SQL in a folder `derive` is worked out for each job; a check beside it is found, a broken one is told."""
    folder = tmp_path / "sql"
    for name, text in {
        "derive/longest": "-- Which try took longest?\n-- One row per job.\nselect job_id, max(elapsed_s) as longest_s"
        " from attempts group by job_id",
        "derive/broken": "-- What?\n-- None.\nselect no_such_column from attempts",
        "derive/all_jobs": "-- All?\n-- All.\n-- scope: all jobs\nselect job_id from attempts",
        "answers/very_long": "-- Which jobs?\n-- None.\nselect * from longest where longest_s > 1",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.sql").write_text(text)
    given = plugin("longest", PLUGIN.format(folder=str(folder)))
    done = run(SAMPLES / "timeouts-retries", "--store", store.path, "--plugin", given, "--no-verdict")
    assert done.returncode == 0
    assert "no_such_column" in done.stderr
    assert "one job at a time" in done.stderr
    assert store.one("SELECT longest_s FROM longest") > 60
    assert store.one("SELECT count(*) FROM very_long") == 1
    assert len(list((store.path / "data" / "longest").glob("*.parquet"))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("state", ["completed", "failed", "running", "stalled", "unknown"])
def test_what_is_not_asked_has_no_rows(state: str) -> None:
    """A relation over empty tables alone is not worked out. None of these has a row, whatever is said of the job itself."""
    db = Database()
    db.insert("jobs", {"state": state, "started_at": "10:00:00", "ended_at": "11:00:00"})
    db.insert("files", {"path": "logs/sys/master.txt", "status": "parsed", "ends_cut": True, "bytes": 5, "file_id": 1})
    db.insert("loaded_jobs", {"source": "x"})
    library = load_library()
    assert not compute(db.connection, library, given={"jobs"}).problems
    every = {view.name for view in library.derivation if view.is_of_every_job}
    for view in library.derivation:
        if view.is_derived and view.name not in every and library.sources(view):
            assert db.connection.execute(f'SELECT count(*) FROM temp."{view.name}"').fetchall() == [(0,)], view.name
    db.close()
