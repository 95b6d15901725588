"""Exports, read back by each format's own reader: the store's rows and types, masked, and only what changed written again."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from ingest.export.rows import portable
from ingest.output.redact import MASK
from ingest.output.result import select_result
from tests.conftest import write_tree

if TYPE_CHECKING:
    from tests.conftest import Begin, Logs, Run, StoreUnderTest

FORMATS = ("delta", "iceberg", "parquet", "duckdb")
TABLES = ("log_records", "errors", "files", "jobs", "job_summary", "diagnosis", "node_skew", "worker_processes")
"""Some of each kind: records, ledger, derived; `node_skew` has no rows here, `worker_processes` has lists."""

SECRET = "sig=AbCdEf0123456789%2FAbCdEf0123456789AbCdEf01%3D"
"""The signature of a URL, in a record and in a job's name."""


class Exported:
    """A store and a place of one format, and its tables as the format's own reader gives them."""

    def __init__(self, format_: str, store: StoreUnderTest, top: Path, run: Run) -> None:
        self.format, self.store, self._run = format_, store, run
        top.mkdir(exist_ok=True)
        self.place = top / ("place.duckdb" if format_ == "duckdb" else "place")

    def export(self, *more: str) -> str:
        """Exports; gives what was said."""
        given = ("--to", self.format, self.place, "--store", self.store.path, "--tables", ",".join(TABLES), *more)
        done = self._run("export", *given)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def table(self, name: str) -> pa.Table:
        """All rows of a table."""
        if self.format == "delta":
            return pytest.importorskip("deltalake").DeltaTable(str(self.place / name)).to_pyarrow_table()
        if self.format == "iceberg":
            sql = pytest.importorskip("pyiceberg.catalog.sql")
            catalog = sql.SqlCatalog("ingest", uri=f"sqlite:///{self.place}/catalog.sqlite")
            try:
                return catalog.load_table(("ingest", name)).scan().to_arrow()
            finally:
                catalog.close()
        if self.format == "parquet":
            return ds.dataset(str(self.place / name), format="parquet").to_table()
        with duckdb.connect(str(self.place), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.sql(f"SELECT * FROM {name}").to_arrow_table()

    def texts(self) -> bytes:
        """All that lies in the place, and what is packed in it."""
        rows = "".join(repr(self.table(name).to_pylist()) for name in TABLES)
        files = [self.place] if self.place.is_file() else [one for one in self.place.rglob("*") if one.is_file()]
        return b"".join(one.read_bytes() for one in files) + rows.encode()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, begin: Begin, logs: Logs) -> tuple[StoreUnderTest, Path]:
    """Two jobs, a secret in a record of one and in the other's name."""
    top = tmp_path_factory.mktemp("export")
    secret = f"2021-04-13 03:24:00,649|INFO|334|GET https://acc.blob.core.windows.net/c/b?sv=2021&{SECRET}&se=2022\n"
    first = logs.job("a")
    write_tree(top / "jobs/a", {**first, logs.worker: first[logs.worker] + secret})
    write_tree(top / "jobs/b", logs.job("b"))
    store = begin(top / "store")
    store.load(top / "jobs/a")
    store.load(top / "jobs/b", job_ids={"": f"b?{SECRET}"})
    return store, top / "jobs"


def is_installed(format_: str) -> bool:
    """Whether the libraries of a format are there."""
    library = {"delta": "deltalake", "iceberg": "pyiceberg"}.get(format_)
    return library is None or importlib.util.find_spec(library) is not None


def wanted(store: StoreUnderTest, name: str) -> tuple[list[str], list[pa.DataType], list[dict[str, Any]]]:
    """Names, types and rows of a table, as they must be in an export."""
    connection = store.opened().connection
    result = select_result(connection, f'SELECT * FROM "{name}"')
    table = result.arrow().read_all()
    kinds = [portable(kind) for kind in table.schema.types]
    columns = [column.cast(kind) for column, kind in zip(table.columns, kinds, strict=True)]
    rows = pa.table(dict(zip(result.names, columns, strict=True))).to_pylist()
    return list(result.names), kinds, rows


def plain(kind: pa.DataType) -> str:
    """A type without what Arrow alone tells apart: how long a text may be, how the items of a list are called."""
    text = str(kind).replace("large_", "").replace("string_view", "string").replace("Etc/UTC", "UTC")
    for item in ("element", "l", "item"):
        text = text.replace(f"list<{item}: ", "list<")
    return text.replace(" not null", "")


def masked(text: str) -> str:
    """What is to be in the place of a text."""
    return text.replace(SECRET.removeprefix("sig="), MASK)


def assert_like(exported: Exported) -> None:
    """Every table has the store's rows, cell by cell."""
    for name in TABLES:
        rows = wanted(exported.store, name)[2]
        assert sorted(map(repr, exported.table(name).to_pylist())) == sorted(masked(repr(row)) for row in rows), name


@pytest.mark.parametrize("format_", FORMATS)
def test_rows_and_types(format_: str, loaded: tuple[StoreUnderTest, Path], tmp_path: Path, run: Run) -> None:
    """Every table has the store's rows, cell by cell, and types; times are in UTC; no secret is anywhere in the place."""
    if not is_installed(format_):
        pytest.skip("the extra is not installed")
    exported = Exported(format_, loaded[0], tmp_path, run)
    assert "2 jobs written, 0 unchanged; " in exported.export()
    for name in TABLES:
        names, kinds, _ = wanted(exported.store, name)
        found = exported.table(name)
        assert found.schema.names == names, name
        assert [plain(kind) for kind in found.schema.types] == [plain(kind) for kind in kinds], name
    assert_like(exported)
    assert exported.table("log_records").num_rows > 10
    assert exported.table("node_skew").num_rows == 0
    assert SECRET.encode() not in exported.texts()
    assert exported.table("log_records").schema.field("time").type.tz in ("UTC", "Etc/UTC")


def test_only_what_changed(
    loaded: tuple[StoreUnderTest, Path], logs: Logs, tmp_path: Path, begin: Begin, run: Run
) -> None:
    """Again: nothing is written. One job changed: its rows alone. A job gone from the store: its rows are deleted."""
    store, jobs = begin(tmp_path / "store"), tmp_path / "jobs"
    shutil.copytree(loaded[1], jobs)
    store.load(jobs / "a")
    store.load(jobs / "b", job_ids={"": f"b?{SECRET}"})
    all_ = [Exported(format_, store, tmp_path / format_, run) for format_ in FORMATS if is_installed(format_)]

    def say(what: str) -> None:
        for one in all_:
            assert what in one.export(), one.format
            assert_like(one)

    say("2 jobs written, 0 unchanged; ")
    say("0 jobs written, 2 unchanged; 0 rows")
    write_tree(jobs / "a", {logs.worker: logs.records(4, "other")})
    store.load(jobs / "a")
    say("1 job written, 1 unchanged; ")
    assert run("forget", "a", "--store", store.path, "--also-history").returncode == 0
    say("0 jobs written, 1 unchanged, 1 deleted; ")


def test_refused(loaded: tuple[StoreUnderTest, Path], run: Run, tmp_path: Path) -> None:
    """A place that holds something else, another format, a table that there is not, a file, an address: one line each."""
    store, _ = loaded
    other = write_tree(tmp_path / "other", {"mine.txt": "x"})
    database = tmp_path / "mine.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    place = tmp_path / "place"
    assert run("export", "--to", "parquet", place, "--store", store.path, "--tables", "jobs").returncode == 0
    cases = [
        ("parquet", other, (), "holds something that ingest export did not write: mine.txt"),
        ("parquet", store.path, (), "holds something that ingest export did not write: "),
        ("duckdb", database, (), "holds something that ingest export did not write: mine"),
        ("duckdb", place, (), "is a folder"),
        ("parquet", database, (), "is a file"),
        ("parquet", place, ("--mask-ids",), "was exported without --mask-ids"),
        ("parquet", place, ("--tables", "job_sumary"), "job_sumary: no table that can be exported"),
        ("parquet", "az://container/place", (), "not a path"),
    ]
    for format_, where, more, wrong in cases:
        done = run("export", "--to", format_, where, "--store", store.path, *more)
        assert (done.returncode, done.stdout) == (3, ""), wrong
        assert wrong in done.stderr
    assert sorted(path.name for path in other.iterdir()) == ["mine.txt"]
    with duckdb.connect(str(database)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("mine",)]


def test_some_jobs_and_tables(loaded: tuple[StoreUnderTest, Path], run: Run, tmp_path: Path) -> None:
    """`--job`, `--since` and `--tables` add to a place what they name, and leave the rest of it."""
    store, _ = loaded
    place = tmp_path / "some.duckdb"

    def counts(*more: str) -> dict[str, int]:
        done = run("export", "--to", "duckdb", place, "--store", store.path, *more)
        assert done.returncode == 0, done.stderr
        with duckdb.connect(str(place), read_only=True) as connection:
            names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name <> 'ingest_export'")
            return {
                name: connection.execute(f"SELECT count(DISTINCT job_id) FROM {name}").fetchall()[0][0]
                for (name,) in names.fetchall()
            }

    assert counts("--tables", "jobs", "--job", "a") == {"jobs": 1}
    assert counts("--tables", "jobs,errors", "--since", "2035-01-01") == {"jobs": 1, "errors": 0}
    assert counts("--tables", "errors", "--since", "2000-01-01") == {"jobs": 1, "errors": 2}
    assert counts("--tables", "jobs") == {"jobs": 2, "errors": 2}


def test_delta_can_be_read_by_old_readers(loaded: tuple[StoreUnderTest, Path], run: Run, tmp_path: Path) -> None:
    """Times have a zone, so nothing asks for a reader newer than that of 2020; one commit for each change."""
    pytest.importorskip("deltalake")
    store, _ = loaded
    assert run("export", "--to", "delta", tmp_path / "d", "--store", store.path, "--tables", "jobs").returncode == 0
    log = sorted((tmp_path / "d/jobs/_delta_log").glob("*.json"))
    assert len(log) == 1
    (protocol,) = [one["protocol"] for one in map(json.loads, log[0].read_text().splitlines()) if "protocol" in one]
    assert (protocol["minReaderVersion"], protocol["minWriterVersion"]) == (1, 2)
