"""`ingest report`: one HTML file to look at, to send, to keep."""

from __future__ import annotations

import sys

import click

from ingest.cli.options import store_option


@click.command(short_help="Write a report as one HTML file.")
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@store_option
@click.option(
    "-o",
    "--output",
    default="report.html",
    show_default=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    help="The file; - is stdout.",
)
@click.option("--title", help="The report's title.  [default: the job, or how many there are]")
def report(jobs: tuple[str, ...], store: str, output: str, title: str | None) -> None:
    """Write a report as one HTML file that needs no network: findings with remedies, charts, tables, and the SQL to go on.

    \b
      ingest report                     the overview of all jobs
      ingest report my-job              one job: timeline, memory, durations, errors, the worst mini-batches
      ingest report 'night-*' -o night.html

    JOB is an id, the beginning of one, or a pattern. Up to 12 jobs that are named each get a part of their own. Needs
    pip install 'ingest[report]'. Signatures, keys and tokens in the logs are masked.
    """
    from ingest.report.html import write_report
    from ingest.store.jobs import chosen_jobs
    from ingest.store.reading import open_store

    with open_store(store) as opened:
        chosen = chosen_jobs(opened, jobs) if jobs else None
        if output == "-":
            write_report(opened, sys.stdout, jobs=chosen, title=title)
        else:
            write_report(opened, output, jobs=chosen, title=title)
    if output != "-":
        click.echo(f"{output}: written", err=True)
