"""`ingest story`: what happened to one mini-batch."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingest.cli.options import open_configured, output_option, store_option
from ingest.errors import InputError
from ingest.output import Format


@click.command(short_help="Tell what happened to one mini-batch.")
@click.argument("job")
@click.argument("mini_batch", type=click.IntRange(0, 2**63 - 1))
@store_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", *(one.value for one in Format)]),
    help="[default: text on a terminal, else csv]",
)
@output_option
def story(job: str, mini_batch: int, store: str, format_: str | None, output: str | None) -> None:
    """Tell what happened to one mini-batch: its tries, and what was logged, printed, reported and measured meanwhile.

    JOB is a job's id, the beginning of one, or a pattern that fits just one. MINI_BATCH is the mini-batch's number. What
    has no time stands where it can be placed, or is counted. All of it as data: the columns of the table macro
    `mini_batch_story`.
    """
    from ingest.cards.story import STORY, story_lines
    from ingest.output import is_terminal, select_result, write_result
    from ingest.store.select_jobs import chosen_job

    target = Path(output) if output else sys.stdout
    wanted = format_ or ("text" if output is None and is_terminal(sys.stdout) else "csv")
    if wanted == "text" and output is not None:
        raise click.UsageError("--format text is for reading; --output wants another format.")
    with open_configured(store) as opened:
        job_id = chosen_job(opened, job)
        asked = {"job": job_id, "mini_batch": mini_batch}
        found = opened.rows("SELECT * FROM mini_batches WHERE job_id = $job AND mini_batch_id = $mini_batch", asked)
        if not found:
            (of_job,) = opened.rows(
                "SELECT min(mini_batch_id) AS low, max(mini_batch_id) AS high FROM mini_batches WHERE job_id = ?",
                [job_id],
            )
            there = "no mini-batch has" if of_job["low"] is None else f"{of_job['low']} to {of_job['high']} have"
            raise InputError(f"{job_id}: no try at a mini-batch {mini_batch} is told", f"In this job {there} any.")
        if wanted == "text":
            rows = opened.rows(STORY, asked)
            ids = [row["file_id"] for row in rows]
            files = opened.rows("SELECT file_id, path FROM files WHERE list_contains($ids, file_id)", {"ids": ids})
            for line in story_lines(found[0], rows, {file["file_id"]: file["path"] for file in files}):
                click.secho(line, bold=line.startswith(("mini-batch ", "try ", "of no one try")))
        else:
            result = select_result(opened.connection, STORY, asked)
            write_result(result, Format(wanted), target, redact=True)
