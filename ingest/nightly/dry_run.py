"""What a night would do, without doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.load.discover import discover
from ingest.load.plan import make_plan
from ingest.nightly.new_jobs import find_news
from ingest.nightly.retention import plan_house
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.sources.protocol import ALL, SourceOptions
from ingest.store.backend import backend_of
from ingest.store.known_files import read_ledger
from ingest.store.paths import Layout


def dry_run(
    roots: Sequence[str],
    store: str,
    plugins: PluginOptions,
    *,
    labels: Mapping[str, str],
    raw_days: int | None,
    small_files: int,
    sources: SourceOptions = ALL,
) -> dict[str, Any]:
    """What would be read, told and tidied up. Raises `IngestError` for what a night would only tell.

    Nothing is written, and no file of a job is opened: that a job's new files hold other records is not looked at.
    """
    layout = Layout.of(store)
    registry = load_registry(plugins)
    found = discover(list(roots), wanted=sources, schemes=registry.schemes)
    ledger = read_ledger(layout, [job.job_id for job in found.jobs])
    plan = make_plan(found, ledger, registry, labels=labels)
    told = {
        "jobs_found": len(found.jobs),
        "jobs_to_read": sorted(job.job_id for job in plan.jobs),
        "files_to_read": len(plan.work),
        "bytes_to_read": sum(file.size for file in plan.work),
        "files_unchanged": plan.unchanged,
        "jobs_not_told_of_yet": [],
        "house": {},
        "problems": [{"wrong": problem.wrong, "remedy": problem.remedy} for problem in found.problems],
    }
    if backend_of(layout).newest() is not None:
        from ingest.store.reader import open_store

        with open_store(str(layout)) as opened:
            news = find_news(opened.connection)
            told["house"] = plan_house(opened, registry, raw_days=raw_days, small_files=small_files).told()
        told["jobs_not_told_of_yet"] = news.jobs if news.night is None else []
    return told
