"""What a gate says: each job, whether it passes, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

import click

from ingest.output.terminal import text_width
from ingest.output.wording import SEVERITY_COLOURS, one_line, plural, wrap

if TYPE_CHECKING:
    from ingest.comparison.gate import GateResult


def print_check(judged: Sequence[tuple[GateResult, bool]], stream: TextIO) -> None:
    """Writes a paragraph per job, and how many did not pass; each job with whether it fails."""
    for job, fails in judged:
        for line in _paragraph(job, fails, text_width(stream)):
            click.echo(line, file=stream)
    failed = sum(fails for _, fails in judged)
    click.echo(
        f"{failed} of {len(judged)} job{plural(len(judged))} failed the check" if failed else "passed", file=stream
    )


def _paragraph(job: GateResult, fails: bool, width: int) -> Iterator[str]:
    head = click.style("failed" if fails else "passed", fg="red" if fails else "green", bold=True)
    yield f"{head}  {click.style(one_line(job.job_id), bold=True)}"
    for reason in job.reasons:
        severity = click.style(f"{reason.severity:<8}", fg=SEVERITY_COLOURS[reason.severity])
        lines = wrap(one_line(reason.sentence), width - 17)
        yield f"        {severity} {lines[0]}"
        yield from (f"{'':<17}{line}" for line in lines[1:])
        for name, text in reason.parts.items():
            yield from wrap(one_line(text), width, f"{'':<17}{name:<10}", f"{'':<27}", break_words=name != "query")
    yield from wrap(_compared(job), width, " " * 8, " " * 8)


def _compared(job: GateResult) -> str:
    if not job.compared_with:
        return one_line(job.baseline)
    told = "compared with" if job.reasons else "nothing worse than in"
    return one_line(f"{told} {job.baseline}")
