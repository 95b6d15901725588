"""`ingest show`: a record at its place in the raw file."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.cli.options import store_option
from ingest.discover import DOWNLOAD_ROOT
from ingest.errors import IngestError, InputError

_LINE_AT_MOST = 2_000


@click.command(short_help="Show a record at its place in the raw file.")
@click.argument("ref")
@store_option
@click.option("-C", "--context", type=click.IntRange(0), default=3, show_default=True, help="Lines before and after.")
@click.option("--show-secrets", is_flag=True, help="Do not mask signatures, keys and tokens.")
def show(ref: str, store: str, context: int, show_secrets: bool) -> None:
    """Show a record at its place in the raw file, with the lines around it.

    REF is FILE_ID:LINE as in any table (file_id, line_no), or JOB:PATH:LINE with a path below the artifact root.
    """
    from ingest.output import redact_text, visible
    from ingest.store.reading import open_store

    head, _, line = ref.rpartition(":")
    if not head or not line.isdigit():
        raise IngestError(f"{ref}: not FILE_ID:LINE or JOB:PATH:LINE", "Example: ingest show 123456789:42")
    with open_store(store) as opened:
        columns = "SELECT f.job_id, f.path, j.source FROM files f JOIN jobs j USING (job_id)"
        if head.isdigit():
            rows = opened.rows(f"{columns} WHERE file_id = $1", [int(head)])
        else:
            job, _, path = head.partition(":")
            rows = opened.rows(f"{columns} WHERE f.job_id = $1 AND f.path = $2", [job, path])
    if not rows:
        raise InputError(
            f"{ref}: no such file in the store", 'Look it up: ingest sql "SELECT file_id, job_id, path FROM files"'
        )
    found = rows[0]
    location = _location(Path(found["source"]), found["path"])
    click.echo(f"{visible(found['job_id'])}: {visible(found['path'])}", err=True)
    wanted = int(line)
    with location.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            if number > wanted + context:
                break
            if number >= wanted - context:
                text = raw[:_LINE_AT_MOST].decode("utf-8", "replace").rstrip("\r\n")
                text = text if show_secrets else redact_text(text)
                click.echo(f"{'>' if number == wanted else ' '} {number:>7}  {visible(text)}")


def _location(source: Path, path: str) -> Path:
    """Where a job's file lies: below its folder, or below the `artifacts` of a download."""
    for candidate in (source / DOWNLOAD_ROOT / path, source / path, source / path.removeprefix("../")):
        if candidate.is_file():
            return candidate
    raise InputError(
        f"{source / path}: the file is gone", "The store keeps what was read of it; only the raw text is not there."
    )
