"""Deriving all jobs of a store again, from the records that it holds."""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.derive.run import bring_up_to_date
from ingest.load.pool import Workers
from ingest.logs import log
from ingest.store.catalog import Draft, connect_catalog
from ingest.store.commit import read_meta
from ingest.store.maintenance import maintenance

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
        draft = Draft(layout, definition := registry.definition(thresholds))
        jobs = [job_id for (job_id,) in draft.connection.execute("SELECT job_id FROM ledger.jobs").fetchall()]
        limits = tuple(sorted(thresholds.items()))
        wrong = bring_up_to_date(
            draft,
            definition,
            jobs,
            f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
            lambda tasks, catalog: pool.derive(tasks, limits, catalog),
            anew=True,
        )
        for problem in dict.fromkeys([*map(str, wrong), *draft.publish()]):
            log().warning("view left out", problem=problem)
    return len(jobs)
