"""An export: of each table the jobs that changed since the last one to the same place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from ingest.errors import InputError, disk_full, is_disk_full
from ingest.export.ledger import Ledger
from ingest.export.rows import Rows
from ingest.export.targets import JOBS_AT_ONCE, TARGETS, DuckDB, Target
from ingest.output.redact import Redactor

if TYPE_CHECKING:
    from ingest.store.reader import Store


class Progress(Protocol):
    """Is told how an export goes on."""

    def begin(self, tables: int) -> None:
        """So many tables are looked at."""

    def table(self, name: str, jobs: int) -> None:
        """This one now, with so many jobs to write."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did."""

    tables: int
    rows: int
    jobs: int
    """Whose rows were written."""
    unchanged: int
    gone: int
    """Jobs that the store does not have any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tables, and which jobs; None is all."""

    tables: Sequence[str] | None = None
    jobs: Sequence[str] | None = None


def export(
    store: Store, to: str, place: Path, wanted: Wanted, progress: Progress, *, mask_ids: bool = False
) -> Exported:
    """Brings a place up to date with a store.

    Raises InputError for a place that holds something else or that another writes to, and for a table that there is not.
    """
    tables = _tables(store, wanted.tables)
    redactor = Redactor(ids=mask_ids)
    states, ids = _states(store, redactor)
    chosen = set(states) if wanted.jobs is None else {redactor.text(job) for job in wanted.jobs} & set(states)
    with _place(to, place) as target:
        ledger = target.read_ledger() or Ledger(to, mask_ids)
        _check(ledger, to, place, mask_ids)
        rows = Rows(store, redactor, ids)
        progress.begin(len(tables))
        written, gone_jobs, count = set[str](), set[str](), 0
        now = {job: state for job, state in states.items() if job in chosen}
        for table in tables:
            stale = ledger.stale(table, now)
            gone = ledger.gone(table, states) if wanted.jobs is None else []
            schema = str(rows.schema(table))
            is_new = table not in ledger.schemas
            if not is_new and ledger.schemas[table] != schema:
                if wanted.jobs is not None:
                    raise InputError(
                        f"{table}: has other columns than when it was exported",
                        "Export all jobs once, without --job and --since.",
                    )
                is_new = True
            progress.table(table, len(now) if is_new else len(stale))
            if is_new:
                stale, gone = list(now), []
                ledger.jobs.pop(table, None)
                count += target.replace_all(table, rows.of(table, stale[:JOBS_AT_ONCE]))
            for jobs in _some(stale[JOBS_AT_ONCE:] if is_new else stale):
                count += target.replace(table, jobs, rows.of(table, jobs))
            for jobs in _some(gone):
                target.replace(table, jobs, rows.of(table, []))
            written.update(stale)
            gone_jobs.update(gone)
            ledger.schemas[table] = schema
            ledger.note(table, now, gone)
        target.write_ledger(ledger)
    return Exported(len(tables), count, len(written), len(chosen - written), len(gone_jobs))


def _some(jobs: Sequence[str]) -> Iterator[Sequence[str]]:
    return (jobs[at : at + JOBS_AT_ONCE] for at in range(0, len(jobs), JOBS_AT_ONCE))


def _tables(store: Store, wanted: Sequence[str] | None) -> list[str]:
    """The tables of records and what is derived of each job, by their public names; and `files`."""
    there = [row["name"] for row in store.rows(_TABLES)]
    if wanted is None:
        return there
    for name in wanted:
        if name not in there:
            near = get_close_matches(name, there, n=3)
            raise InputError(
                f"{name}: no table that can be exported",
                f"Did you mean {', '.join(near)}?" if near else f"There are: {', '.join(there)}.",
            )
    return [name for name in there if name in wanted]


_TABLES = (
    "SELECT view_name AS name FROM duckdb_views() WHERE database_name = 'catalog' AND schema_name = 'parts'"
    " UNION SELECT 'files' ORDER BY 1"
)


def _states(store: Store, redactor: Redactor) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Of each job what its rows are made from: the derivation, and its files. By masked ids, with the ids behind them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in store.rows(_STATES):
        found.setdefault(redactor.text(row["job_id"]), []).append((row["job_id"], row["state"]))
    states = {
        masked: hashlib.sha256("\0".join(state for _, state in sorted(jobs)).encode()).hexdigest()[:16]
        for masked, jobs in found.items()
    }
    return states, {masked: [job_id for job_id, _ in jobs] for masked, jobs in found.items()}


_STATES = """
    SELECT job_id, concat_ws('/', string_agg(DISTINCT derivation || coalesce(forgotten, false)::VARCHAR), any_value(seen))
        AS state
    FROM (SELECT job_id, derivation, forgotten FROM ledger.derived UNION ALL SELECT job_id, NULL, NULL FROM ledger.jobs)
    LEFT JOIN (
        SELECT job_id, bit_xor(hash(path, bytes, modified_ns, file_id, status, reason)) AS seen FROM files GROUP BY job_id
    ) USING (job_id)
    GROUP BY job_id
    ORDER BY job_id
"""


def _check(ledger: Ledger, to: str, place: Path, mask_ids: bool) -> None:
    if ledger.to != to:
        raise InputError(f"{place}: holds an export to {ledger.to}", f"Give another place, or --to {ledger.to}.")
    if ledger.ids_masked != mask_ids:
        was = "with" if ledger.ids_masked else "without"
        raise InputError(f"{place}: was exported {was} --mask-ids", "Export to another place, or as before.")


@contextmanager
def _place(to: str, place: Path) -> Iterator[Target]:
    """The place, for one writer."""
    if re.match(r"[a-z][a-z0-9+.-]+:/", str(place)):  # a path has one of the two slashes
        raise InputError(f"{place}: not a path", "Export to a folder, and copy that; URLs are not supported.")
    if to != "duckdb" and place.exists() and not place.is_dir():
        raise InputError(f"{place}: is a file", "Give a folder.")
    lock: FileLock | None = None
    try:
        target = TARGETS[to](place)
        if not isinstance(target, DuckDB):
            target.read_ledger()  # refuses before anything is written
            place.mkdir(parents=True, exist_ok=True)
            lock = FileLock(place / "writer.lock", timeout=0)
        with closing(target), lock or nullcontext():
            yield target
    except Timeout:
        raise InputError(f"{place}: another export writes there", "Wait for it; one at a time writes.") from None
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(place, "the export", error) from error
        raise InputError(f"{place}: cannot be written: {error.strerror or error}", "Give another place.") from error


def since(store: Store, ns: int) -> list[str]:
    """The jobs that began since a time, in ns since 1970; of those that do not tell, the ones that were loaded since."""
    rows = store.rows(
        f"SELECT job_id FROM jobs WHERE coalesce(started_at, loaded_at) >= make_timestamp({ns // 1000}) ORDER BY job_id"
    )
    return [row["job_id"] for row in rows]
