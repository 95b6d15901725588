"""Places that tables are written to. Each replaces the rows of some jobs in a table, or a table as a whole."""

from __future__ import annotations

import hashlib
import re
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.errors import InputError
from ingest.export.ledger import FILE, Ledger
from ingest.output.atomic import write_atomic
from ingest.quoting import is_one_of, quoted

JOBS_AT_ONCE = 200
"""More would make the conditions long that name them, and need more open files than a process may have."""


class Target(Protocol):
    """A place of one format."""

    def read_ledger(self) -> Ledger | None:
        """What it holds; None if nothing. Raises InputError if it holds what `ingest export` did not write."""

    def write_ledger(self, ledger: Ledger) -> None:
        """Notes what it holds now."""

    def replace_all(self, table: str, rows: pa.RecordBatchReader) -> int:
        """Makes a table anew; gives the number of rows."""

    def replace(self, table: str, jobs: Sequence[str], rows: pa.RecordBatchReader) -> int:
        """Replaces the rows of some jobs in a table that is there; gives the number of new ones."""

    def close(self) -> None:
        """Lets go of it."""


class Folder:
    """What is the same for all that are folders."""

    def __init__(self, place: Path) -> None:
        self.place = place.resolve()

    def read_ledger(self) -> Ledger | None:
        """From its file. A folder that holds something else is refused: it would be mixed with it."""
        file = self.place / FILE
        try:
            names = sorted(one.name for one in self.place.iterdir() if one.name != "writer.lock")
            if not names:
                return None
            ledger = Ledger.of_json(file.read_text(encoding="utf-8")) if file.is_file() else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"{self.place}: cannot be read: {error.strerror}", _ANOTHER) from error
        if ledger is None:
            raise not_ours(self.place, names[0])
        return ledger

    def write_ledger(self, ledger: Ledger) -> None:
        """Whole or not at all."""
        with write_atomic(self.place / FILE) as beside:
            beside.write_text(ledger.as_json(), encoding="utf-8")

    def close(self) -> None:
        """Nothing is open."""


_ANOTHER = "Give a new or an empty folder."


def not_ours(place: Path, what: str) -> InputError:
    """The error for a place that holds something else."""
    return InputError(f"{place}: holds something that ingest export did not write: {what}", _ANOTHER)


class Parquet(Folder):
    """A folder for each table, in it a file for each job."""

    def replace_all(self, table: str, rows: pa.RecordBatchReader) -> int:
        """Also writes a file without rows, so that a table without any has its columns."""
        folder = self.place / table
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        pq.write_table(rows.schema.empty_table(), folder / "columns.parquet")
        return self._write(folder, rows)[0]

    def replace(self, table: str, jobs: Sequence[str], rows: pa.RecordBatchReader) -> int:
        """A file goes by one rename; those of jobs without rows are deleted."""
        folder = self.place / table
        count, written = self._write(folder, rows)
        for job in jobs:
            if job not in written:
                (folder / _file_of(job)).unlink(missing_ok=True)
        return count

    def _write(self, folder: Path, rows: pa.RecordBatchReader) -> tuple[int, set[str]]:
        """Rows come job by job or mixed: of each job one file is written, which grows until all are read.

        Gives the number of rows, and their jobs.
        """
        count = 0
        writers: dict[str, pq.ParquetWriter] = {}
        try:
            for batch in rows:
                count += batch.num_rows
                for job, part in _by_job(batch):
                    if job not in writers:
                        beside = folder / f".{_file_of(job)}.part"
                        writers[job] = pq.ParquetWriter(beside, rows.schema, compression="zstd")
                    writers[job].write_batch(part)
        finally:
            for writer in writers.values():
                writer.close()
        for job in writers:
            (folder / f".{_file_of(job)}.part").replace(folder / _file_of(job))
        return count, set(writers)


def _by_job(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows of each job."""
    import pyarrow.compute as pc

    ids = batch.column("job_id")
    for job in pc.unique(ids).to_pylist():
        yield job, batch.filter(pc.equal(ids, job))


def _file_of(job: str) -> str:
    """The name of a job's file: legible, and of no two jobs the same."""
    legible = re.sub(r"[^A-Za-z0-9-]+", "-", job)[:60].strip("-")
    return f"{legible}-{hashlib.sha256(job.encode()).hexdigest()[:12]}.parquet"


class Delta(Folder):
    """A Delta table for each table: one commit replaces some jobs."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self._delta = library("deltalake", "delta")

    def replace_all(self, table: str, rows: pa.RecordBatchReader) -> int:
        """Older versions of the table stay, until they are vacuumed."""
        counted = _Counted(rows)
        self._delta.write_deltalake(
            str(self.place / table), counted.reader, mode="overwrite", schema_mode="overwrite", name=table
        )
        return counted.rows

    def replace(self, table: str, jobs: Sequence[str], rows: pa.RecordBatchReader) -> int:
        """By the condition that names the jobs."""
        first = next((batch for batch in rows if batch.num_rows), None)
        condition = is_one_of("job_id", jobs)
        if first is None:
            self._delta.DeltaTable(str(self.place / table)).delete(condition)
            return 0

        def all_() -> Iterator[pa.RecordBatch]:
            yield first
            yield from rows

        counted = _Counted(pa.RecordBatchReader.from_batches(rows.schema, all_()))
        self._delta.write_deltalake(str(self.place / table), counted.reader, mode="overwrite", predicate=condition)
        return counted.rows


class Iceberg(Folder):
    """An Iceberg table for each table; their catalog is a file of SQLite beside them."""

    _NAMESPACE = "ingest"

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        sql = library("pyiceberg.catalog.sql", "iceberg")
        self._expressions = library("pyiceberg.expressions", "iceberg")
        self._sql = sql
        self._catalog: Any = None

    def _tables(self) -> Any:
        if self._catalog is None:
            self._catalog = self._sql.SqlCatalog(
                self._NAMESPACE, uri=f"sqlite:///{self.place / 'catalog.sqlite'}", warehouse=self.place.as_uri()
            )
            self._catalog.create_namespace_if_not_exists(self._NAMESPACE)
        return self._catalog

    def replace_all(self, table: str, rows: pa.RecordBatchReader) -> int:
        """A table whose columns are others is dropped; its files are deleted."""
        catalog, name = self._tables(), (self._NAMESPACE, table)
        if catalog.table_exists(name):
            catalog.drop_table(name)
            shutil.rmtree(self.place / table, ignore_errors=True)
        made = catalog.create_table(name, schema=rows.schema, location=(self.place / table).as_uri())
        with _quiet(), made.transaction() as change:
            return self._append(change, rows)

    def replace(self, table: str, jobs: Sequence[str], rows: pa.RecordBatchReader) -> int:
        """In one transaction: out with the old rows, in with the new ones."""
        with _quiet(), self._tables().load_table((self._NAMESPACE, table)).transaction() as change:
            change.delete(self._expressions.In("job_id", tuple(jobs)))
            return self._append(change, rows)

    @staticmethod
    def _append(change: Any, rows: pa.RecordBatchReader) -> int:
        """Some hundred thousand rows at a time: the library wants whole tables."""
        count, held, held_bytes = 0, [], 0
        for batch in rows:
            held.append(batch)
            held_bytes += batch.nbytes
            count += batch.num_rows
            if held_bytes > _APPEND_BYTES:
                change.append(pa.Table.from_batches(held, rows.schema))
                held, held_bytes = [], 0
        if any(batch.num_rows for batch in held):
            change.append(pa.Table.from_batches(held, rows.schema))
        return count

    def close(self) -> None:
        """Closes the catalog."""
        if self._catalog is not None:
            self._catalog.close()


_APPEND_BYTES = 256 << 20


@contextmanager
def _quiet() -> Iterator[None]:
    """The library warns when a job had no rows before."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Delete operation did not match any records")
        yield


class DuckDB:
    """A database in one file. All of an export is one transaction: it is there whole, or not at all."""

    _STATE = "ingest_export"

    def __init__(self, place: Path) -> None:
        import duckdb

        self.place = place
        if place.exists() and not place.is_file():
            raise InputError(f"{place}: is a folder", "Give the name of a file: export.duckdb.")
        self._was_there = place.exists()
        try:
            self._connection = duckdb.connect(str(place), config={"autoinstall_known_extensions": "false"})
        except duckdb.Error as error:
            raise InputError(
                f"{place}: cannot be opened as a DuckDB database; another program may have it open",
                "Close it there, or give the name of a new file.",
            ) from error
        self._connection.execute("BEGIN")

    def read_ledger(self) -> Ledger | None:
        """From a table of it."""
        names = [name for (name,) in self._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        if not names:
            return None
        if self._STATE not in names:
            raise not_ours(self.place, names[0])
        ((text,),) = self._connection.execute(f"SELECT state FROM {self._STATE}").fetchall()
        ledger = Ledger.of_json(text)
        if ledger is None:
            raise not_ours(self.place, self._STATE)
        return ledger

    def write_ledger(self, ledger: Ledger) -> None:
        """Commits."""
        self._connection.execute(f"CREATE OR REPLACE TABLE {self._STATE} (state VARCHAR)")
        self._connection.execute(f"INSERT INTO {self._STATE} VALUES (?)", [ledger.as_json()])
        self._connection.execute("COMMIT")

    def replace_all(self, table: str, rows: pa.RecordBatchReader) -> int:
        """A new table."""
        return self._with(rows, f"CREATE OR REPLACE TABLE {quoted(table)} AS SELECT * FROM given")

    def replace(self, table: str, jobs: Sequence[str], rows: pa.RecordBatchReader) -> int:
        """Out with the old rows, in with the new ones."""
        self._connection.execute(f"DELETE FROM {quoted(table)} WHERE {is_one_of('job_id', jobs)}")
        return self._with(rows, f"INSERT INTO {quoted(table)} SELECT * FROM given")

    def _with(self, rows: pa.RecordBatchReader, statement: str) -> int:
        counted = _Counted(rows)
        self._connection.register("given", counted.reader)
        self._connection.execute(statement)
        self._connection.unregister("given")
        return counted.rows

    def close(self) -> None:
        """What is not committed is as if it had not been."""
        self._connection.close()
        if not self._was_there and self.place.exists() and self.place.stat().st_size <= _EMPTY_DATABASE:
            self.place.unlink()


_EMPTY_DATABASE = 12_288


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: pa.RecordBatchReader) -> None:
        self.rows = 0
        self.reader = pa.RecordBatchReader.from_batches(rows.schema, self._passing(rows))

    def _passing(self, rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            self.rows += batch.num_rows
            yield batch


def library(name: str, extra: str) -> Any:
    """A module of an extra. Raises InputError if it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            f"--to {extra} needs a library that is not installed",
            f"Install it: pip install 'ingest-batch-logs[{extra}]'",
        ) from error


TARGETS: dict[str, Callable[[Path], Target]] = {
    "delta": Delta,
    "iceberg": Iceberg,
    "parquet": Parquet,
    "duckdb": DuckDB,
}
