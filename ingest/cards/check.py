"""What a gate says: each job, whether it passes, and why not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

import click

from ingest.output.wording import SEVERITY_COLOURS, one_line, plural, shorten

if TYPE_CHECKING:
    from ingest.comparison.gate import GateResult

_WIDTH = 100


def print_check(judged: Sequence[tuple[GateResult, bool]], stream: TextIO) -> None:
    """Writes a paragraph per job, and how many did not pass; each job with whether it fails."""
    for job, fails in judged:
        for line in _paragraph(job, fails):
            click.echo(line, file=stream)
    failed = sum(fails for _, fails in judged)
    click.echo(
        f"{failed} of {len(judged)} job{plural(len(judged))} failed the check" if failed else "passed", file=stream
    )


def _paragraph(job: GateResult, fails: bool) -> Iterator[str]:
    head = click.style("failed" if fails else "passed", fg="red" if fails else "green", bold=True)
    yield f"{head}  {click.style(shorten(one_line(job.job_id), 88), bold=True)}"
    for reason in job.reasons:
        severity = click.style(f"{reason.severity:<8}", fg=SEVERITY_COLOURS[reason.severity])
        lines = textwrap.wrap(one_line(reason.sentence), _WIDTH - 17, break_on_hyphens=False) or [""]
        yield f"        {severity} {lines[0]}"
        yield from (f"{'':<17}{line}" for line in lines[1:])
    for line in textwrap.wrap(_compared(job), _WIDTH - 8, break_on_hyphens=False):
        yield f"{'':<8}{line}"


def _compared(job: GateResult) -> str:
    if not job.compared_with:
        return one_line(job.baseline)
    told = "compared with" if job.reasons else "nothing worse than in"
    return one_line(f"{told} {job.baseline}")
