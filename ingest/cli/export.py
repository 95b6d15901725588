"""`ingest export`: the tables for other engines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import open_configured, store_option
from ingest.cli.source_options import nanoseconds
from ingest.output.terminal import is_terminal
from ingest.output.wording import plural

if TYPE_CHECKING:
    from ingest.export.run import Progress


@click.command(short_help="Copy tables for other engines: Delta Lake, Iceberg, Parquet, DuckDB.")
@click.argument("place", type=click.Path())
@click.option(
    "--to", required=True, type=click.Choice(["delta", "iceberg", "parquet", "duckdb"]), help="Format of the tables."
)
@store_option
@click.option(
    "--tables",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Only these tables; may be given several times.  [default: all]",
)
@click.option("--since", metavar="TIME", help="Only jobs that started since then: 2024-03-05, or 12h, 7d, 2w ago.")
@click.option(
    "--job",
    "jobs",
    multiple=True,
    metavar="JOB",
    shell_complete=complete_job,
    help="Only this job: an id, its beginning, or a pattern with *; may be given several times.",
)
@click.option("--mask-ids", is_flag=True, help="Mask subscriptions, tenants, resource groups and workspaces too.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on stderr, no progress.")
def export(
    place: str,
    to: str,
    store: str,
    tables: Sequence[str],
    since: str | None,
    jobs: Sequence[str],
    mask_ids: bool,
    quiet: bool,
) -> None:
    """Copy the tables of a store to PLACE, for Spark, Databricks, Fabric, Power BI, or any DuckDB.

    \b
      ingest export --to delta /lake/ingest
      ingest export --to duckdb jobs.duckdb --tables job_summary,findings --since 30d

    PLACE is a folder (for duckdb a file), either new or an earlier export. In an earlier export, only jobs that changed
    are written again, and jobs that are no longer in the store are deleted. Only one export at a time can write to a
    place. Tables of records and tables derived per job keep their names; times are in UTC, with their zone. Signatures,
    keys and tokens are masked, always. Delta Lake and Iceberg need the extras `delta` and `iceberg`.
    """
    from ingest.export import run
    from ingest.store.select_jobs import chosen_jobs

    names = [name.strip() for some in tables for name in some.split(",") if name.strip()] or None
    with open_configured(store) as opened, _progress(show=not quiet) as progress:
        chosen: list[str] | None = chosen_jobs(opened, jobs) if jobs else None
        if since:
            began = run.since(opened, nanoseconds(since))
            chosen = began if chosen is None else [job for job in chosen if job in set(began)]
        done = run.export(opened, to, Path(place), run.Wanted(names, chosen), progress, mask_ids=mask_ids)
    if not quiet:
        gone = f", {done.gone} deleted" if done.gone else ""
        click.echo(
            f"{place}: {done.jobs} job{plural(done.jobs)} written, {done.unchanged} unchanged{gone}; "
            f"{done.rows:,} row{plural(done.rows)}, {done.tables} table{plural(done.tables)}",
            err=True,
        )


class _Silent:
    def begin(self, tables: int) -> None:
        """Nothing is shown."""

    def table(self, name: str, jobs: int) -> None:
        """Nothing is shown."""


@contextmanager
def _progress(*, show: bool) -> Iterator[Progress]:
    """How far it is, on a terminal."""
    if not show or not is_terminal(sys.stderr):
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("tables"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("exporting", total=None)

        class Shown:
            def begin(self, tables: int) -> None:
                bar.update(task, total=tables, completed=-1)

            def table(self, name: str, jobs: int) -> None:
                bar.update(task, description=f"{name}, {jobs:,} job{plural(jobs)}", advance=1)

        yield Shown()
