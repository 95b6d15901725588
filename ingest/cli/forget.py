"""`ingest forget`: drop jobs from the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import (
    chosen_output,
    format_option,
    load_plugins,
    lock_option,
    open_configured,
    plugin_options,
    store_option,
)
from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.store.reader import Store

_STATES = ["completed", "failed", "running", "stalled", "unknown"]
_MOST_DAYS = 36_500


@click.command(short_help="Drop jobs from the store; their measures stay.")
@click.argument("jobs", shell_complete=complete_job, nargs=-1, metavar="[JOB]...")
@store_option
@click.option(
    "--older-than", type=click.FloatRange(0, _MOST_DAYS), metavar="DAYS", help="Only jobs whose last record is older."
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(_STATES),
    help="Only jobs in this state; may be given several times.",
)
@click.option("--for-good", is_flag=True, help="Do not load them again as long as their logs do not change.")
@click.option("--also-history", is_flag=True, help="Drop their measures too: trends will not include them.")
@click.option("-n", "--dry-run", is_flag=True, help="Only list the jobs.")
@format_option()
@lock_option
@plugin_options
def forget(
    jobs: Sequence[str],
    store: str,
    older_than: float | None,
    states: Sequence[str],
    for_good: bool,
    also_history: bool,
    dry_run: bool,
    format_: str | None,
    lock_timeout: float,
    plugin_files: tuple[str, ...],
    no_plugins: bool,
) -> None:
    """Drop jobs from the store, and list them.

    JOB is a job's id, the beginning of one, or a pattern with *. --older-than and --state select among these jobs, or
    among all.

    Records, files and rejects are dropped; the measures of each job (`job_measures`) are kept, for trends. The logs
    themselves are not touched: the next load of the same folder restores the jobs, unless they were forgotten for good.
    Disk space is freed an hour later, by the next command that writes, and by: ingest compact
    """
    from ingest.output import select_result, write_result
    from ingest.quoting import is_one_of
    from ingest.store.forget import LAST_SIGN
    from ingest.store.forget import forget as drop
    from ingest.store.maintenance import maintenance
    from ingest.store.paths import Layout

    if not jobs and older_than is None and not states:
        raise IngestError("which jobs?", "Name them, or say --older-than DAYS or --state STATE; all of them: '*'")
    if older_than is not None and math.isnan(older_than):
        raise IngestError("--older-than nan: not a number of days", "Example: --older-than 90")
    with ExitStack() as stack:
        if dry_run:
            opened = stack.enter_context(open_configured(store))
            chosen = _chosen(opened, jobs, older_than, states)
        else:
            registry = load_plugins(plugin_files, no_plugins)
            with maintenance(Layout.of(store), registry, lock_timeout) as held:
                opened = stack.enter_context(open_configured(store))
                chosen = _chosen(opened, jobs, older_than, states)  # while nobody else can change what there is
                reason = "ingest forget --for-good" if for_good else None
                drop(held, chosen, for_good=reason, also_history=also_history)
        these = is_one_of("job_id", chosen)  # asked of the store as it was
        result = select_result(
            opened.connection,
            f"SELECT job_id, state, {LAST_SIGN} AS last_sign, files, bytes FROM jobs WHERE {these}"
            " ORDER BY last_sign, job_id",
        )
        write_result(result, *chosen_output(format_, None), redact=True)
        lost = sum(not Path(row["source"]).is_dir() for row in opened.rows(f"SELECT source FROM jobs WHERE {these}"))
    done = "would be forgotten" if dry_run else "forgotten"
    some = "1 job" if len(chosen) == 1 else f"{len(chosen)} jobs"
    gone = f"; the logs of {lost} are gone, so that they cannot be read again" if lost else ""
    click.echo(f"{some} {done}{gone}", err=True)


def _chosen(store: Store, jobs: Sequence[str], older_than: float | None, states: Sequence[str]) -> list[str]:
    """The jobs that fit all that was asked."""
    from ingest.store.forget import older_than as those_older_than
    from ingest.store.select_jobs import chosen_jobs

    chosen = chosen_jobs(store, jobs)
    if older_than is not None:
        old = set(those_older_than(store, older_than))
        chosen = [job_id for job_id in chosen if job_id in old]
    if states:
        state = {row["job_id"]: row["state"] for row in store.rows("SELECT job_id, state FROM jobs")}
        chosen = [job_id for job_id in chosen if state[job_id] in states]
    return chosen
