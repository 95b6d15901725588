"""Child runs that a job started and whose logs are not in the store: where they are, and how they are had.

The names of children come from logs. Only those that look like run ids are used, in paths and in commands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.load.pipeline import LoadReport
    from ingest.store.reader import Store

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")
_GENERATIONS = 5
"""How deep children of children are followed."""

_MISSING = """
    SELECT c.job_id, c.child_run_id, j.source FROM job_children c JOIN jobs j USING (job_id)
    WHERE list_contains($jobs, c.job_id) AND c.logs_of IS NULL
        AND NOT EXISTS (SELECT 1 FROM jobs k WHERE k.job_id = c.child_run_id)
    ORDER BY c.job_id, c.submitted_at NULLS LAST, c.child_run_id
"""


@dataclass(frozen=True, slots=True)
class MissingChild:
    """A child run without logs in the store."""

    job_id: str
    """The job that started it."""
    run_id: str
    beside: str | None
    """Where its logs are if they are beside those of the job: a path or URL; None if that cannot be said."""

    @property
    def prefix(self) -> str:
        """Its prefix in the container of the workspace (formats.md §2)."""
        return f"ExperimentRun/dcid.{self.run_id}"

    @property
    def command(self) -> str:
        """How its logs are downloaded."""
        return f"az ml job download --name {self.run_id} --all"


def missing_children(store: Store, job_ids: Sequence[str]) -> list[MissingChild]:
    """The children of some jobs whose logs the store has not."""
    return [
        MissingChild(row["job_id"], row["child_run_id"], _beside(row["source"] or "", row["child_run_id"]))
        for row in store.rows(_MISSING, {"jobs": list(job_ids)})
        if _RUN_ID.fullmatch(row["child_run_id"])
    ]


def read_children(
    find: Callable[[Sequence[str]], Sequence[MissingChild]],
    load: Callable[[Sequence[str]], LoadReport],
    job_ids: Sequence[str],
) -> list[str]:
    """Loads the children that lie beside their parents, then theirs; gives the ids of the jobs that this added.

    `find` gives the missing children of jobs, `load` loads sources. Children that are not there are no problem of a load.
    """
    added: list[str] = []
    tried: set[str] = set()
    for _ in range(_GENERATIONS):
        wanted = {child.beside for child in find(job_ids) if child.beside is not None} - tried
        if not wanted:
            break
        tried |= wanted
        job_ids = load(sorted(wanted)).job_ids
        added += job_ids
    return added


def _beside(source: str, run_id: str) -> str | None:
    """Where a child would be beside a job: `.../dcid.PARENT` → `.../dcid.CHILD`, `.../PARENT` → `.../CHILD`."""
    folder, slash, name = source.rpartition("/")
    if not slash or "!/" in source:
        return None  # a whole archive was looked through already
    return f"{folder}/dcid.{run_id}" if name.startswith("dcid.") else f"{folder}/{run_id}"
