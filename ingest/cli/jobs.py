"""`ingest jobs`: what is in the store."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from ingest.cli.options import chosen_output, format_option, open_configured, output_option, store_option
from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.output import Result

_STATES = ["completed", "failed", "running", "stalled", "unknown"]
_JOBS = (
    "SELECT job_id, coalesce(s.state, 'unknown') AS state, s.started_at, s.duration_s,"
    " s.mini_batches, s.scheduled_mini_batches, s.failed_mini_batches, s.open_mini_batches, s.items, s.failed_items,"
    " s.attempts, s.retries,"
    " s.nodes, s.highest_memory_percent, s.first_error, s.partial, j.source, j.loaded_at"
    " FROM job_summary AS s JOIN jobs AS j USING (job_id)"
    " WHERE ($states IS NULL OR list_contains($states, coalesce(s.state, 'unknown')))"
    " AND ($since IS NULL OR s.started_at >= $since)"
    " ORDER BY s.started_at DESC NULLS LAST, job_id"
)
_HEADERS = ("job", "state", "started", "duration", "mini-batches", "failed items", "retries", "loaded")
_NARROW = 105
"""Columns of the terminal below which the last two and the time of day are left out, so that the rest is a table."""


@click.command(short_help="List the jobs in the store.")
@store_option
@click.option(
    "--state",
    "states",
    type=click.Choice(_STATES),
    multiple=True,
    help="Only jobs in this state; may be given several times.",
)
@click.option("--since", metavar="TIME", help="Only jobs that started then or later: 2024-03-05, or 7d, 12h ago.")
@format_option()
@output_option
def jobs(store: str, states: tuple[str, ...], since: str | None, format_: str | None, output: str | None) -> None:
    """List the jobs in the store, the newest first: state, start, duration, mini-batches, failed items, retries.

    Mini-batches are those that are finished, of those that were scheduled. A duration with a + is that of a partial job: it was
    running, or a file was cut, when it was loaded, and its figures will grow. `loaded` is how long ago that was; a narrow
    terminal leaves it out. Times are UTC. All formats but table and markdown have more columns, with plain numbers.
    """
    from ingest.output import Format, is_terminal, rows_result, select_result, write_result
    from ingest.output.terminal import width_of

    asked = {"states": list(states) or None, "since": None if since is None else _moment(since)}
    wanted, target = chosen_output(format_, output)
    with open_configured(store) as opened:
        result: Result | None
        if wanted in (Format.TABLE, Format.MARKDOWN):
            narrow = target is sys.stdout and width_of(sys.stdout) < _NARROW and is_terminal(sys.stdout)
            headers = _HEADERS[:-2] if narrow else _HEADERS
            rows = [_for_eyes(row, narrow=narrow)[: len(headers)] for row in opened.rows(_JOBS, asked)]
            result = rows_result(headers, rows, figures=headers[2:])
        else:
            result = select_result(opened.connection, _JOBS, asked)
        write_result(result, wanted, target, redact=True)


def _for_eyes(job: Mapping[str, Any], *, narrow: bool) -> Sequence[object]:
    """A job in a few short cells."""
    from ingest.output.wording import clock

    scheduled = max(job["scheduled_mini_batches"] or 0, job["mini_batches"] or 0)
    finished = (job["mini_batches"] or 0) - (job["open_mini_batches"] or 0)
    items = job["items"]
    return (
        job["job_id"],
        job["state"],
        None if job["started_at"] is None else f"{job['started_at']:%Y-%m-%d{'' if narrow else ' %H:%M'}}",
        None if job["duration_s"] is None else clock(job["duration_s"]) + ("+" if job["partial"] else ""),
        f"{finished:,} of {scheduled:,}" if scheduled > finished else f"{finished:,}",
        f"{job['failed_items']:,} of {items:,}" if items else None,
        job["retries"],
        None if job["loaded_at"] is None else _age(job["loaded_at"]),
    )


def _age(moment: datetime) -> str:
    """How long ago it was, in its largest unit."""
    seconds = (datetime.now(UTC).replace(tzinfo=None) - moment).total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return "now"


def _moment(text: str) -> datetime:
    """A day or time as written, or so many days or hours ago."""
    if ago := re.fullmatch(r"(\d{1,4})([dh])", text):
        length = timedelta(days=int(ago[1])) if ago[2] == "d" else timedelta(hours=int(ago[1]))
        return datetime.now(UTC).replace(tzinfo=None) - length
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise IngestError(f"{text}: not a time", "Write 2024-03-05, 2024-03-05T02:00, 7d or 12h.") from error
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
