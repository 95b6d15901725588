"""`ingest report`: one HTML file to look at, to send, to keep."""

from __future__ import annotations

import io
import sys

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import SettingOption, open_configured, store_option


@click.command(short_help="Write a report as one HTML file.")
@click.argument("jobs", shell_complete=complete_job, nargs=-1, metavar="[JOB...]")
@store_option
@click.option(
    "-o",
    "--output",
    cls=SettingOption,
    setting="report.output",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="The file; - is stdout.  [default: report.html]",
)
@click.option("--title", help="The report's title.  [default: the job, or how many there are]")
def report(jobs: tuple[str, ...], store: str, output: str | None, title: str | None) -> None:
    """Write a report as one HTML file: findings with fixes, charts, tables, and SQL for further queries.

    \b
      ingest report                     the overview of all jobs, and the worst of them
      ingest report my-job              timeline, memory, durations, errors, the worst mini-batches
      ingest report 'night-*' -o night.html

    JOB is a job's id, the beginning of one, or a pattern. Each of up to 12 named jobs gets a section of its own. The
    file works offline, so it can be mailed or archived as it is; signatures, keys and tokens in the logs are masked. It
    requires libraries that are not installed by default: pip install 'ingest-batch-logs[report]'.
    """
    from ingest.report import write_report
    from ingest.store.select_jobs import chosen_jobs

    target = output or "report.html"
    with open_configured(store) as opened:
        chosen = chosen_jobs(opened, jobs) if jobs else None
        if target == "-":
            page = io.StringIO()
            write_report(opened, page, jobs=chosen, title=title)
            sys.stdout.buffer.write(page.getvalue().encode())
        else:
            write_report(opened, target, jobs=chosen, title=title)
            click.echo(f"{target}: written", err=True)
