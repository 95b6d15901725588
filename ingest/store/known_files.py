"""What a store knows already: its jobs and the files that were read."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

import duckdb

from ingest.store.backend import backend_of
from ingest.store.fronts import Front, read_fronts
from ingest.store.paths import Layout
from ingest.store.premises import Premises, premises


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last read."""

    size: int
    modified_ns: int
    parser: str | None
    parser_version: int | None
    content_hash: str | None
    status: str
    etag: str | None = None
    front: Front | None = None
    """Of a large file: where a longer version of it can be read on from."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A job that was forgotten for good, as its folder was then."""

    source: str
    files: int
    bytes: int
    at_ns: int
    """When, nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The state of a store before a load."""

    digest: str | None = None
    """The registry's digest at the last commit: if it is another now, claims are made anew."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Job id → folder."""
    files: Mapping[tuple[str | None, str], KnownFile] = field(default_factory=dict)
    """(job id, path) → file."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Job id → its labels, a JSON object."""
    forgotten: Mapping[str, Forgotten] = field(default_factory=dict)
    """Job id → how it was when it was forgotten for good."""
    views: str | None = None
    """The digest of the definition that its views and derived rows were made with."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """What the checks of this store compare with, where not the default."""
    ages_at: Mapping[str, datetime] = field(default_factory=dict)
    """Jobs that were running when they were derived, and from when on (UTC) they have been silent for too long."""
    moved: bool = False
    """The catalog's views name files where the store was before."""
    premises: Premises = field(default_factory=dict)
    """Of a store on object storage: what another writer must not have changed when this load commits."""

    @property
    def aged(self) -> list[str]:
        """Jobs that were running when they were derived, and have been silent for too long since."""
        now = datetime.now(UTC).replace(tzinfo=None)
        return [job_id for job_id, at in self.ages_at.items() if at < now]


def read_ledger(layout: Layout, job_ids: Sequence[str]) -> Ledger:
    """What the catalog says of some jobs (and of files outside any job); empty if there is no catalog."""
    published = backend_of(layout).newest()
    if published is None:
        return Ledger(premises=dict.fromkeys(job_ids if layout.url is not None else (), 0))
    return _ledger(layout, published.state, tuple(job_ids))


@lru_cache(maxsize=1)  # who follows a job asks every few seconds, and mostly nothing is new
def _ledger(layout: Layout, state: Hashable, job_ids: Sequence[str]) -> Ledger:
    """What the catalog of this state says."""
    del state
    from ingest.store.catalog import connect_catalog

    with connect_catalog(layout, moved=True) as connection:
        ages_at = _ages_at(connection)
        meta = dict(connection.execute("SELECT key, value FROM ledger.meta").fetchall())
        sources = dict(connection.execute("SELECT job_id, source FROM ledger.jobs").fetchall())
        labels = dict(connection.execute("SELECT job_id, labels FROM ledger.jobs WHERE labels IS NOT NULL").fetchall())
        gone = connection.execute("SELECT job_id, source, files, bytes, forgotten_at FROM forgotten_jobs").fetchall()
        rows = connection.execute(
            "SELECT file_id, job_id, path, bytes, modified_ns, parser, parser_version, content_hash, status, etag FROM files"
            " WHERE job_id IS NULL OR list_contains($jobs, job_id)",
            {"jobs": list(job_ids)},
        ).fetchall()
        fronts = read_fronts(connection)
        resting = premises(connection, job_ids) if layout.url is not None else {}
    return Ledger(
        meta.get("registry"),
        sources,
        {(row[1], row[2]): KnownFile(*(*row[3:], fronts.get(row[0]))) for row in rows},
        labels,
        {job_id: Forgotten(source, files, size, _ns(moment)) for job_id, source, files, size, moment in gone},
        meta.get("views"),
        json.loads(meta.get("thresholds", "{}")),
        ages_at,
        layout.url is None and meta["root"] != str(layout.root),
        resting,
    )


def _ages_at(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """From when on running jobs have been silent for too long."""
    try:
        return dict(connection.execute(_AGES_AT).fetchall())
    except duckdb.Error:  # of another version, or moved: then all jobs are derived again, or the store is refused
        return {}


_AGES_AT = """
    SELECT job_id, last_record_at + to_seconds(threshold('silent_after_s')) AS ages_at FROM jobs
    WHERE state = 'running' AND last_record_at IS NOT NULL
    ORDER BY job_id
"""


def _ns(moment: datetime) -> int:
    """A time of the catalog, which is UTC, as a file's time."""
    return int(moment.replace(tzinfo=UTC).timestamp() * 1e6) * 1000
