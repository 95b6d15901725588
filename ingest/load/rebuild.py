"""Deriving all jobs of a store again, from the records that it holds."""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.derive.kept import Kept
from ingest.derive.run import bring_up_to_date
from ingest.load.pool import Workers
from ingest.logs import log
from ingest.store.backend import committed
from ingest.store.catalog import Draft, connect_catalog
from ingest.store.commit import read_meta
from ingest.store.maintenance import maintenance
from ingest.store.premises import premises

if TYPE_CHECKING:
    from ingest.load.engine import Cluster
    from ingest.plugin.registry import PluginOptions, Registry
    from ingest.store.paths import Layout


def rebuild(
    layout: Layout,
    registry: Registry,
    plugins: PluginOptions,
    lock_timeout_s: float = 60.0,
    cluster: Cluster | None = None,
) -> int:
    """Derives all jobs with the thresholds of the store, and makes all views; gives the number of jobs.

    Raises `StoreError` if there is no store, it is damaged, or another holds its lock, `ClusterError` if the cluster cannot be
    used or is lost.
    """
    with (
        maintenance(layout, registry, lock_timeout_s, moved=True),
        Workers(layout, plugins, os.cpu_count() or 1, cluster) as pool,
    ):
        with connect_catalog(layout, moved=True) as catalog:
            thresholds = json.loads(read_meta(catalog).get("thresholds", "{}"))
        definition = registry.definition(thresholds)
        limits = tuple(sorted(thresholds.items()))
        derived = Kept(lambda tasks, catalog: pool.derive(tasks, limits, catalog))

        def attempt() -> tuple[int, list[str]]:
            draft = Draft(layout, definition)
            jobs = [job_id for (job_id,) in draft.connection.execute("SELECT job_id FROM ledger.jobs").fetchall()]
            derived.rest_on(premises(draft.connection, jobs) if layout.url is not None else {})
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
            wrong = bring_up_to_date(draft, definition, jobs, name, derived, anew=True)
            return len(jobs), [*map(str, wrong), *draft.publish()]

        jobs, problems = committed(layout, attempt)
        for problem in dict.fromkeys(problems):
            log().warning("view left out", problem=problem)
    return jobs
