"""`ingest check`: a gate for pipelines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import format_option, open_configured, store_option, tell
from ingest.errors import ExitCode, IngestError, InputError
from ingest.output.check_formats import CHECK_FORMATS, CheckedJob, check_text

if TYPE_CHECKING:
    from ingest.comparison.gate import GateResult
    from ingest.output import Result
    from ingest.store.reader import Store

_LAST_GOOD = "last-good"


@click.command(short_help="Fail if a job did worse than those before it: a gate for pipelines.")
@click.argument("jobs", shell_complete=complete_job, nargs=-1, metavar="[JOB...]")
@store_option
@click.option(
    "--baseline",
    metavar="N|last-good|JOB",
    default="10",
    show_default=True,
    help="Compare with the last N similar jobs, with the last good one of these, or with a given job.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["severe", "warning"]),
    default="warning",
    show_default=True,
    help="Exit with 1 for a reason of this severity or a higher one.",
)
@click.option(
    "--max-failure-rate", metavar="N%|N", help="Also fail if more than this share of the items failed: 1% or 0.01."
)
@click.option(
    "--fail-on-findings", is_flag=True, help="Also fail if the diagnosis of a job has a finding of that severity."
)
@click.option("--require-baseline", is_flag=True, help="Also fail if a baseline is too small to compare with.")
@format_option("text", *CHECK_FORMATS)
def check(
    jobs: Sequence[str],
    store: str,
    baseline: str,
    fail_on: str,
    max_failure_rate: str | None,
    fail_on_findings: bool,
    require_baseline: bool,
    format_: str,
) -> None:
    """Fail if a job failed, or did worse than similar jobs before it: a gate for pipelines.

    JOB is a job's id, the beginning of one, or a pattern; without any, the jobs of the last load, of several runs of
    one experiment only the last. A job is compared with completed jobs of the same experiment (or the same name without
    numbers) and about as much input. Severe findings of a job are listed as notes; --fail-on-findings lets them fail
    the check.

    Formats for pipelines: junit (a test case per job), github (annotations of GitHub Actions), sarif (code scanning).
    A job passes, with a note, if there are too few jobs to compare with.

    \b
      ingest downloads/night-07 && ingest check
      ingest check night-07 --baseline last-good --fail-on severe
      ingest check 'night-*' --max-failure-rate 1% --format json
      ingest check --format junit > check.xml
    """
    from ingest.cards.check import print_check
    from ingest.comparison.gate import judge, newest_jobs
    from ingest.output import Format, write_result
    from ingest.store.select_jobs import chosen_jobs

    most_failures = _share(max_failure_rate)
    count = int(baseline) if baseline.isascii() and baseline.isdigit() else None
    with open_configured(store, {"comparable_jobs": count} if count is not None else None) as opened:
        chosen = chosen_jobs(opened, jobs) if jobs else newest_jobs(opened)
        if not chosen:
            raise InputError("no job in the store to check", "Load one: ingest JOB_DIRS...")
        if not jobs:
            tell(f"checking {', '.join(chosen[:5])}{' ...' if len(chosen) > 5 else ''}: the newest of the last load")
        other = None if count is not None else _baseline(opened, baseline)
        if count is not None:
            _is_enough(opened, count)
        judged = [
            (one, one.fails(fail_on, require_baseline=require_baseline))
            for one in judge(opened, chosen, other, most_failures, findings=fail_on if fail_on_findings else None)
        ]
    if format_ == "text":
        print_check(judged, sys.stdout)
    elif format_ in CHECK_FORMATS:
        click.echo(check_text([_checked(job, fails) for job, fails in judged], format_), nl=False)
    else:
        write_result(_data(judged), Format(format_), sys.stdout, redact=True)
    sys.exit(ExitCode.FAILED_CHECK if any(fails for _, fails in judged) else ExitCode.OK)


def _share(text: str | None) -> float | None:
    """`1%` or `0.01` as a share."""
    if text is None:
        return None
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise IngestError(f"--max-failure-rate {text}: not a share", "Examples: 1%, 0.01, 0")
    return share


def _is_enough(store: Store, count: int) -> None:
    """So many jobs must be enough to compare with, else the gate would never close."""
    (row,) = store.rows("SELECT threshold('compared_jobs_needed')::BIGINT AS needed")
    if count < row["needed"]:
        raise IngestError(
            f"--baseline {count}: {row['needed']} jobs are needed to compare with",
            "Give more, or the threshold compared_jobs_needed in ingest.toml, or compare with one job: --baseline JOB",
        )


def _baseline(store: Store, given: str) -> str:
    """The job to compare with, or `last-good`."""
    from ingest.store.select_jobs import chosen_job

    return given if given == _LAST_GOOD else chosen_job(store, given)


def _checked(job: GateResult, fails: bool) -> CheckedJob:
    reasons = [(one.severity, one.measure, one.text) for one in job.reasons]
    return CheckedJob(job.job_id, not fails, job.baseline, reasons)


_COLUMNS = ("job_id", "passed", "severity", "measure", "sentence", "value", "usual", "compared_with", "baseline")


def _data(judged: Sequence[tuple[GateResult, bool]]) -> Result:
    """A row per reason; one without reason for a job that has none."""
    from ingest.output import rows_result

    rows: list[tuple[object, ...]] = []
    for job, fails in judged:
        end = (job.compared_with, job.baseline)
        rows += [
            (job.job_id, not fails, one.severity, one.measure, one.sentence, one.value, one.usual, *end)
            for one in job.reasons
        ] or [(job.job_id, not fails, None, None, None, None, None, *end)]
    return rows_result(_COLUMNS, rows)
