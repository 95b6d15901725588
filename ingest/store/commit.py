"""What a commit changes in the catalog's own tables: `jobs`, `loads`, `files`, and the schema `ledger`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.model import CATALOG_TABLES, Column
from ingest.quoting import quoted
from ingest.store.fronts import add_fronts, keep_fronts
from ingest.store.slice_ledger import add_parts, create_slice_ledger, drop_empty_slices

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from ingest.store.fronts import Front
    from ingest.store.slice_ledger import Part


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit adds. A file of (job, path) replaces the one of that name; a job or load replaces its own row."""

    files: pa.Table
    jobs: pa.Table
    """`job_id`, `source`, `labels`, `run_id` where the path tells it, `loaded_at`; the rest is derived."""
    load: pa.Table
    parts: Sequence[Part]
    digest: str
    read_on: pa.Table
    """Files that were read on, see `READ_ON`."""
    fronts: Sequence[Front] = ()
    """Where large files can be read on from the next time."""

    def apply(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Replaces files and jobs, adds parts, and drops slices of which no file is left."""
        apply_commit(connection, self)


def create_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """The catalog's own tables, empty."""
    for name, (_, columns) in CATALOG_TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({_definition(columns)})")
    connection.execute("CREATE SCHEMA ledger")
    connection.execute("CREATE SCHEMA parts")
    connection.execute("CREATE TABLE ledger.meta (key VARCHAR, value VARCHAR)")
    connection.execute(
        "CREATE TABLE ledger.jobs (job_id VARCHAR, source VARCHAR, run_id VARCHAR, labels VARCHAR, loaded_at TIMESTAMP)"
    )
    create_slice_ledger(connection)
    connection.execute("CREATE TABLE ledger.days (day DATE, digest VARCHAR)")
    connection.execute(
        "CREATE TABLE ledger.seen_jobs (job_id VARCHAR, loaded_at TIMESTAMP, content VARCHAR, night VARCHAR)"
    )


def _definition(columns: Sequence[Column]) -> str:
    return ", ".join(f"{quoted(column.name)} {column.type}" for column in columns)


def apply_commit(connection: duckdb.DuckDBPyConnection, commit: Commit) -> None:
    """Replaces files and jobs, adds parts, and drops slices of which no file is left."""
    for name, rows in (("new_files", commit.files), ("new_jobs", commit.jobs), ("new_load", commit.load)):
        connection.register(name, rows)
    connection.execute(  # the same bytes with another time: the rows stand
        "UPDATE files SET modified_at = new.modified_at, modified_ns = new.modified_ns, etag = new.etag FROM new_files new"
        " WHERE new.reason = 'unchanged' AND files.job_id = new.job_id AND files.path = new.path"
    )
    connection.execute(  # a file that cannot be read any more: what was read of it stands
        "CREATE TEMP TABLE replacing AS SELECT new.* FROM new_files new LEFT JOIN files old"
        " ON old.job_id = new.job_id AND old.path = new.path AND old.status = 'parsed'"
        " WHERE new.reason IS DISTINCT FROM 'unchanged' AND NOT (new.file_id = 0 AND old.path IS NOT NULL)"
    )
    keep_fronts(connection, commit.read_on)
    connection.execute(
        "INSERT INTO ledger.dead_files SELECT old.file_id, old.slice, false FROM files old JOIN replacing new"
        " ON old.job_id IS NOT DISTINCT FROM new.job_id AND old.path = new.path"
        " LEFT JOIN ledger.older_rows kept ON kept.stored_id = old.file_id AND kept.slice = old.slice"
        " WHERE old.slice IS NOT NULL AND old.slice IS DISTINCT FROM new.slice AND kept.slice IS NULL"
    )
    connection.execute(
        "DELETE FROM files USING replacing new"
        " WHERE files.job_id IS NOT DISTINCT FROM new.job_id AND files.path = new.path"
    )
    connection.execute("INSERT INTO files BY NAME SELECT * FROM replacing")
    add_fronts(connection, commit.fronts)
    connection.execute("DELETE FROM loads WHERE load_id IN (SELECT load_id FROM new_load)")
    connection.execute("INSERT INTO loads BY NAME SELECT * FROM new_load")
    connection.execute("DELETE FROM forgotten_jobs WHERE job_id IN (SELECT job_id FROM new_jobs)")
    connection.execute("DELETE FROM ledger.jobs WHERE job_id IN (SELECT job_id FROM new_jobs)")
    connection.execute("INSERT INTO ledger.jobs BY NAME SELECT * FROM new_jobs")
    add_parts(connection, commit.parts)
    drop_empty_slices(connection)
    set_meta(connection, {"registry": commit.digest})


def read_meta(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the catalog says of itself: its format, its place, the registry and the views it was made with."""
    return dict(connection.execute("SELECT key, value FROM ledger.meta").fetchall())


def set_meta(connection: duckdb.DuckDBPyConnection, values: dict[str, str]) -> None:
    """Replaces some of it."""
    for key, value in values.items():
        connection.execute("DELETE FROM ledger.meta WHERE key = ?", [key])
        connection.execute("INSERT INTO ledger.meta VALUES (?, ?)", [key, value])
