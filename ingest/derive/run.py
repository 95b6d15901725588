"""Bringing the derived rows of a catalog in the making up to date with its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.derive.task import Derived, DeriveTask
from ingest.quoting import is_one_of
from ingest.store.commit import read_meta
from ingest.store.derived import add_derived, set_derived_columns, stale_jobs

if TYPE_CHECKING:
    import duckdb

    from ingest.store.catalog import Draft
    from ingest.views.definition import Definition
    from ingest.views.files import ViewProblem

TASK_BYTES = 48 << 20
"""Logs of the jobs that are derived together; a larger job is derived alone."""

_TASK_JOBS = 400

Derive = Callable[[Sequence[DeriveTask], Path], Iterable[Derived]]
"""Derives jobs of a catalog, in this process or in others."""


def bring_up_to_date(
    draft: Draft, definition: Definition, changed: Sequence[str], name: str, derive: Derive, *, anew: bool = False
) -> list[ViewProblem]:
    """Derives the jobs that changed, and those whose rows were made by other SQL; with `anew`, or if views would be others,
    the views are made again too.

    `name` is the beginning of the names of slices. Returns what is wrong with files of plugins.
    """
    other = anew or read_meta(draft.connection).get("views") != definition.digest
    jobs = stale_jobs(draft.connection, definition.version, changed)
    tasks = [
        DeriveTask(f"{name}-d{number:04d}", group, not other)
        for number, group in enumerate(_groups(draft.connection, jobs))
    ]
    if other:
        draft.remake()
        tasks = tasks or [DeriveTask(f"{name}-d0000", [], False)]  # tells what columns there are
    if not tasks:
        return []
    with draft.closed() as catalog:
        results = list(derive(tasks, catalog))

    def add(connection: duckdb.DuckDBPyConnection) -> None:
        if other:
            relations = {name: relation for result in results for name, relation in result.relations.items()}
            set_derived_columns(connection, relations)
        add_derived(
            connection,
            definition.version,
            [one for result in results for one in result.derivations],
            [part for result in results for part in result.parts],
        )

    draft.change(add)
    problems = list(dict.fromkeys(problem for result in results for problem in result.problems))
    draft.leave_out(problems)
    return problems


def _groups(connection: duckdb.DuckDBPyConnection, jobs: Sequence[str]) -> Iterator[list[str]]:
    """The jobs, as many together as may be held in memory."""
    sizes = dict(
        connection.execute(
            f"SELECT job_id, sum(bytes)::BIGINT FROM files WHERE {is_one_of('job_id', jobs)} GROUP BY job_id"
        ).fetchall()
    )
    held: list[str] = []
    held_bytes = 0
    for job_id in jobs:
        size = sizes.get(job_id) or 0
        if held and (held_bytes + size > TASK_BYTES or len(held) >= _TASK_JOBS):
            yield held
            held, held_bytes = [], 0
        held.append(job_id)
        held_bytes += size
    if held:
        yield held
