"""`ingest show`: a record at its place in the raw file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from ingest.cli.options import open_configured, plugin_choice, store_option
from ingest.errors import IngestError, InputError

if TYPE_CHECKING:
    from ingest.store.raw_lines import FileLine

_LINES_BEFORE = 200
"""Lines above the first that is shown which are read too: a key may have been begun there."""


@click.command(short_help="Show a record at its place in the raw file.")
@click.argument("ref")
@store_option
@click.option("-C", "--context", type=click.IntRange(0), default=3, show_default=True, help="Lines before and after.")
@click.option("--show-secrets", is_flag=True, help="Do not mask signatures, keys and tokens.")
def show(ref: str, store: str, context: int, show_secrets: bool) -> None:
    """Show a record at its place in the raw file, with the lines around it.

    REF is FILE_ID:LINE as in any table (file_id, line_no), or JOB:PATH:LINE with a path below the artifact root. The
    record's lines are marked with >. What the store has about it is shown on stderr.
    """
    from ingest.load.reopen import reopened
    from ingest.output import escape_controls
    from ingest.output.key_lines import LineMasker
    from ingest.plugin.registry import load_registry
    from ingest.store.raw_lines import find, lines_in

    parts = re.fullmatch(r"(?P<file>.+):(?P<line>[0-9]{1,15})", ref, re.DOTALL)
    wanted = int(parts["line"]) if parts else 0
    if parts is None or not wanted:
        raise IngestError(f"{ref}: not FILE_ID:LINE or JOB:PATH:LINE", "Example: ingest show 123456789:42")
    with open_configured(store) as opened:
        place = find(opened, parts["file"], wanted)
    if place is None:
        raise InputError(
            f"{ref}: no such file in the store", 'Look it up: ingest sql "SELECT file_id, job_id, path FROM files"'
        )
    _tell(place)
    last = place.last_line
    reached = 0
    masker = None if show_secrets else LineMasker()
    first = max(wanted - context, 1)
    with reopened(place, load_registry(plugin_choice((), False)).schemes) as (content, changed):
        if changed:
            click.echo("the file has changed since it was read: this line may be another one", err=True)
        for line in lines_in(content, max(first - _LINES_BEFORE, 1), last + context):
            text = line.start.decode("utf-8", "replace")
            text = masker.masked(text) if masker else text
            if line.number < first:
                continue
            reached = line.number
            more = f" … {line.more_bytes} more bytes" if line.more_bytes else ""
            click.echo(f"{'>' if wanted <= reached <= last else ' '} {reached:>7}  {escape_controls(text)}{more}")
    if reached < wanted:
        remedy = "Load the job again." if changed else f"Its last record starts at line {place.above}."
        raise InputError(f"{ref}: the file ends before this line", remedy)


def _tell(place: FileLine) -> None:
    """Which file it is, and what the store has of the line."""
    from ingest.output.shown import shown

    file = place.file
    read_by = f"{file['kind']}, read by {file['parser']} v{file['parser_version']}" if file["parser"] else "not read"
    click.echo(shown(f"{file['job_id'] or 'outside any job'}: {file['path']} ({read_by})"), err=True)
    for reason in place.rejected:
        click.echo(f"line {place.line_no} is a reject: {shown(reason)}", err=True)
    if place.tables:
        click.echo(f"line {place.line_no} is a record of {', '.join(place.tables)}", err=True)
    elif not place.rejected and place.above is not None:
        click.echo(f"no record starts at line {place.line_no}; the one above starts at line {place.above}", err=True)
