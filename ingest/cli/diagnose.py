"""`ingest diagnose`: what is wrong with each job, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import (
    differing_thresholds,
    format_option,
    load_plugins,
    open_configured,
    plugin_options,
    store_option,
)
from ingest.errors import ExitCode, IngestError
from ingest.severity import SEVERITIES, is_at_least

_WANTED = "SELECT *, concat_ws('; ', headline, evidence) AS finding, fix AS remedy FROM diagnosis"
"""With a finding as one text, under the names by which scripts know it."""


@click.command(short_help="Show what is wrong with jobs, and how to fix it.")
@click.argument("jobs", shell_complete=complete_job, nargs=-1, metavar="[JOB...]")
@store_option
@format_option("text")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 if there is a finding of this severity or a higher one.",
)
@click.option("--notes", is_flag=True, help="Show notes too: symptoms, noise, and what costs little.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="NAME=VALUE",
    help="Override a threshold of the checks for this run; may be given several times.",
)
@click.option(
    "--list", "list_", is_flag=True, help="List what jobs are checked for, with all thresholds; needs no store."
)
@plugin_options
def diagnose(
    jobs: Sequence[str],
    store: str,
    format_: str,
    fail_on: str | None,
    notes: bool,
    thresholds: Sequence[str],
    list_: bool,
    plugin_files: tuple[str, ...],
    no_plugins: bool,
) -> None:
    """Show what is wrong with jobs, the most important first, and how to fix it.

    JOB is a job's id, the beginning of one, or a pattern ('night-*'); without any, all jobs of the store. Findings are
    errors, causes before symptoms, and checks of the tuning guide: what slowed the job down, wasted time, or came close
    to a limit. A job with too few records to judge by has no findings.

    \b
      ingest diagnose                              all jobs
      ingest diagnose night-07 --notes             one job, including notes
      ingest diagnose --format json --fail-on severe
      ingest diagnose --list                       what is looked for

    As data, the columns are those of the view `diagnosis`, and two more for
    scripts that read a finding as one text: `finding` (headline and evidence)
    and `remedy` (the fix).
    """
    if list_:
        from ingest.cards.checks import print_checks

        print_checks(load_plugins(plugin_files, no_plugins), as_json=format_ != "text", stream=sys.stdout)
        return
    from ingest.cards.diagnosis import print_diagnosis
    from ingest.derive.again import derive_again
    from ingest.output import Format, select_result, write_result
    from ingest.quoting import is_one_of
    from ingest.store.select_jobs import chosen_jobs

    with open_configured(store) as opened:
        chosen = chosen_jobs(opened, jobs)
        if given := {**differing_thresholds(opened), **_numbers(thresholds)}:
            derive_again(opened.connection, load_plugins(plugin_files, no_plugins).definition(given), given, chosen)
        wanted = f"{_WANTED} WHERE {is_one_of('job_id', chosen)}" if jobs else _WANTED
        found = opened.sql(f"{wanted} ORDER BY job_id, rank").to_arrow_table()
        if format_ == "text":
            print_diagnosis(opened, chosen, found.to_pylist(), sys.stdout, notes=notes)
        else:
            opened.connection.register("found", found)
            result = select_result(opened.connection, "SELECT * FROM found")
            write_result(result, Format(format_), sys.stdout, redact=True)
    failing = fail_on is not None and any(is_at_least(one, fail_on) for one in found.column("severity").to_pylist())
    sys.exit(ExitCode.FAILED_CHECK if failing else ExitCode.OK)


def _numbers(given: Sequence[str]) -> dict[str, float]:
    """`NAME=VALUE` as name → value."""
    values = {}
    for one in given:
        name, _, value = one.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError:
            raise IngestError(
                f"--threshold {one}: not NAME=VALUE", "The names and their values: ingest diagnose --list"
            ) from None
    return values
