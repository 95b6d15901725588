"""`ingest story`: what happened to one mini-batch."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import chosen_output, open_configured, output_option, store_option
from ingest.errors import InputError
from ingest.output import Format


@click.command(short_help="Show what happened to one mini-batch.")
@click.argument("job", shell_complete=complete_job)
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
    """Show what happened to one mini-batch: its attempts, and what was logged, printed, reported and measured meanwhile.

    JOB is a job's id, the beginning of one, or a pattern that fits just one. MINI_BATCH is the mini-batch's number.
    Records without a time are shown where they can be placed, or counted. As data, the columns are those of the table
    macro `mini_batch_story`.
    """
    from ingest.cards.story import STORY, story_lines
    from ingest.output import is_terminal, select_result, write_result
    from ingest.output.terminal import text_width
    from ingest.store.select_jobs import chosen_job

    target = Path(output) if output else sys.stdout
    wanted = format_ or ("text" if output is None and is_terminal(sys.stdout) else chosen_output(None, output)[0].value)
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
            there = "It has none." if of_job["low"] is None else f"It has {of_job['low']} to {of_job['high']}."
            raise InputError(f"{job_id}: the job has no mini-batch {mini_batch}", there)
        if wanted == "text":
            rows = opened.rows(STORY, asked)
            ids = [row["file_id"] for row in rows]
            files = opened.rows("SELECT file_id, path FROM files WHERE list_contains($ids, file_id)", {"ids": ids})
            paths = {file["file_id"]: file["path"] for file in files}
            width, whole = text_width(sys.stdout), not is_terminal(sys.stdout)
            for line in story_lines(found[0], rows, paths, width, whole=whole):
                click.secho(line, bold=line.startswith(("mini-batch ", "attempt ", "not tied to")))
        else:
            result = select_result(opened.connection, STORY, asked)
            write_result(result, Format(wanted), target, redact=True)
