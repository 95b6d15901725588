"""`ingest timeline`: a picture of a job over time."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import open_configured, store_option
from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.cards.timeline import Timeline
    from ingest.store.reader import Store

_NARROWEST, _USUAL = 60, 100


@click.command(short_help="Draw what each node and worker did over time.")
@click.argument("job", shell_complete=complete_job)
@store_option
@click.option(
    "--by",
    type=click.Choice(["node", "process"]),
    help="A line per node, or one per worker process too.  [default: process, if that is no more than 60 lines]",
)
@click.option(
    "--from", "since", metavar="TIME", help="Start at this time: 2024-03-05T02:00, or 02:00 of the job's first day."
)
@click.option("--to", "until", metavar="TIME", help="End at this time.")
@click.option("--width", type=click.IntRange(_NARROWEST), help="Columns.  [default: those of the terminal, else 100]")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "csv", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="The picture, or the bins that it shows: those of `timeline_bins`.",
)
def timeline(
    job: str, store: str, by: str | None, since: str | None, until: str | None, width: int | None, format_: str
) -> None:
    """Draw what each node and worker of a job did over time: working, failing, waiting, not there; and the memory.

    JOB is a job's id, the beginning of one, or a pattern that fits just one. Each cell is a period of time; the legend
    explains the characters. Times are UTC. A large job is drawn by node.
    """
    from ingest.cards.timeline import BINS, By, read_timeline
    from ingest.cards.timeline_picture import cells_in
    from ingest.store.select_jobs import chosen_job

    columns = width or (shutil.get_terminal_size().columns if sys.stdout.isatty() else _USUAL)
    bins = cells_in(max(columns, _NARROWEST))
    with open_configured(store) as opened:
        job_id = chosen_job(opened, job)
        first, last = (_moment(opened, job_id, text) for text in (since, until))
        if first and last and last <= first:
            raise IngestError("--to is not later than --from", "Swap them.")
        if format_ == "text":
            found = read_timeline(opened, job_id, bins, By(by) if by else None, first, last)
            if found is None:
                click.echo(f"{job_id}: no node or worker left a record with a time", err=True)
            else:
                _show(opened, job_id, found, by)
            return
        from ingest.output import Format, statement_result, write_result

        chosen = f"SELECT * FROM ({BINS})" + (" WHERE process IS NULL" if by == "node" else "")
        result = statement_result(
            opened.connection, chosen, {"job": job_id, "since": first, "until": last, "bins": bins}
        )
        if result is not None:
            write_result(result, Format(format_), sys.stdout, redact=True)


def _moment(store: Store, job_id: str, text: str | None) -> datetime | None:
    """A time as given: a whole one, or a time of day, then the first such after the job began."""
    if text is None:
        return None
    try:
        if not re.fullmatch(r"\d\d?:\d\d(:\d\d(\.\d+)?)?", text):
            return datetime.fromisoformat(text).replace(tzinfo=None)
        clock = datetime.strptime(text, "%H:%M" if text.count(":") == 1 else "%H:%M:%S").time()
    except ValueError as error:
        raise IngestError(f"{text}: not a time", "Write 2024-03-05T02:00:00, or 02:00 (UTC).") from error
    (found,) = store.rows("SELECT started_at FROM jobs WHERE job_id = ?", [job_id])
    began: datetime | None = found["started_at"]
    if began is None:
        raise IngestError(f"{text}: the job has no known day", "Write it with the day: 2024-03-05T02:00:00.")
    moment = datetime.combine(began.date(), clock)
    return moment if moment >= began.replace(second=0, microsecond=0) else moment + timedelta(days=1)


def _show(store: Store, job_id: str, found: Timeline, by: str | None) -> None:
    """The picture with its head on stdout, what was chosen for the user on stderr."""
    from ingest.cards.timeline_picture import draw, glyphs_for
    from ingest.output.shown import shown
    from ingest.output.terminal import console_for, wants_colour
    from ingest.output.wording import duration, state_in_colour

    (about,) = store.rows(
        "SELECT state, strftime(make_timestamp($since), '%Y-%m-%d %H:%M:%S') AS since,"
        " strftime(make_timestamp($until), '%Y-%m-%d %H:%M:%S') AS until FROM jobs WHERE job_id = $job",
        {"job": job_id, "since": found.since_us, "until": round(found.since_us + found.bins * found.bin_us)},
    )
    until = about["until"].removeprefix(about["since"][:11])
    cell = duration(found.bin_us / 1e6)
    took = duration(found.bins * found.bin_us / 1e6)
    if isinstance(sys.stdout.encoding, str) and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    click.echo(f"{shown(job_id)}: {state_in_colour(about['state'])}; a cell is {cell}")
    click.echo(f"{about['since']} to {until} UTC ({took})")
    console = console_for(sys.stdout, 10_000)
    for line in draw(found, glyphs_for(sys.stdout.encoding)):
        line.rstrip()
        if wants_colour(sys.stdout):
            console.print(line, soft_wrap=True)
        else:
            click.echo(line.plain)
    if by is None and found.by == "node":
        click.echo("many workers, so a line is a node: --by process draws each", err=True)
    if found.nodes_left_out:
        click.echo(f"{found.nodes_left_out} more nodes, with fewer failures: --format csv has all", err=True)
