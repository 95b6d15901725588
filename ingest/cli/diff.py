"""`ingest diff`: what differs between two jobs, or between a job and what is usual."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import format_option, open_configured, output_option, store_option
from ingest.errors import InputError

if TYPE_CHECKING:
    from ingest.comparison.differences import JobComparison
    from ingest.output import Result
    from ingest.store.reader import Store

_COLUMNS = (
    "section", "measure", "node", "a", "b", "change", "change_percent", "unit", "verdict", "a_text", "b_text", "fingerprint"
)  # fmt: skip


@click.command(short_help="Compare two jobs, or a job with its baseline.")
@click.argument(
    "jobs", shell_complete=complete_job, nargs=-1, required=True, metavar="JOB_A JOB_B | JOB --baseline [N]"
)
@store_option
@click.option(
    "--baseline",
    is_flag=False,
    flag_value=10,
    type=click.IntRange(1),
    metavar="[N]",
    help="Compare one job with the median of the last N similar jobs before it.  [default of N: 10]",
)
@format_option("text")
@output_option
def diff(jobs: Sequence[str], store: str, baseline: int | None, format_: str, output: str | None) -> None:
    """Show what differs between two jobs: outcome, settings, times, failures, errors, memory, and each node.

    Changes are from A to B. `worse` and `better` mark changes that are large enough to matter: by the minimum changes
    in `comparison_rules`, and with --baseline also by how much the earlier jobs differ from each other.

    \b
      ingest diff night-06 night-07
      ingest diff night-07 --baseline        with the median of the last 10 similar jobs
      ingest diff night-06 night-07 --format csv
    """
    from ingest.cards.diff import print_diff
    from ingest.output import Format, write_result

    if len(jobs) != (1 if baseline else 2):
        raise click.UsageError("Give two jobs, or one job and --baseline.")
    with open_configured(store, {"comparable_jobs": baseline} if baseline else None) as opened:
        compared = _compared(opened, jobs)
    if format_ != "text":
        write_result(_data(compared), Format(format_), Path(output) if output else sys.stdout, redact=True)
    elif output:
        with Path(output).open("w", encoding="utf-8") as stream:
            print_diff(compared, stream)
    else:
        print_diff(compared, sys.stdout)


def _compared(store: Store, jobs: Sequence[str]) -> JobComparison:
    """The comparison that was asked for. Raises InputError for jobs that are not there, or nothing to compare with."""
    from ingest.comparison.differences import two_jobs, with_usual
    from ingest.store.select_jobs import chosen_job

    chosen = [chosen_job(store, given) for given in jobs]
    if len(chosen) == 2:
        return two_jobs(store, *chosen)
    compared = with_usual(store, chosen[0])
    if compared is None:
        raise InputError(
            f"{chosen[0]}: no job before it to compare with",
            "Such a job has the same experiment (or a name that differs in numbers only), about as much input, and is"
            " completed. Compare with any job: ingest diff JOB_A JOB_B",
        )
    return compared


def _data(compared: JobComparison) -> Result:
    from ingest.output import rows_result

    return rows_result(_COLUMNS, [[getattr(one, name) for name in _COLUMNS] for one in compared.differences])
