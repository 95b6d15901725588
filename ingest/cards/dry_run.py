"""What a nightly run would do, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import click

from ingest.output.terminal import is_terminal, text_width
from ingest.output.wording import one_line, plural, size, some, wrap

_LABEL = 18
_JOBS_SHOWN = 10


def print_dry_run(would: Mapping[str, Any], stream: TextIO) -> None:
    """Writes what would be read and cleaned up; nothing was done."""
    width, most = text_width(stream), _JOBS_SHOWN if is_terminal(stream) else 1_000_000_000
    click.echo("dry run: nothing is written", file=stream)
    for label, text in _lines(would, most):
        for line in wrap(one_line(text), width, f"  {label:<{_LABEL - 2}}", " " * _LABEL):
            click.echo(line, file=stream)


def _lines(would: Mapping[str, Any], most: int) -> Iterator[tuple[str, str]]:
    jobs, to_read = would["jobs_found"], would["jobs_to_read"]
    yield "jobs", f"{jobs:,} found, {len(to_read):,} to read" + (f": {some(to_read, most)}" if to_read else "")
    files = would["files_to_read"]
    yield "files", f"{files:,} to read ({size(would['bytes_to_read'])}), {would['files_unchanged']:,} unchanged"
    if pending := would["jobs_not_told_of_yet"]:
        yield "not reported yet", f"{len(pending):,} job{plural(len(pending))}: {some(pending, most)}"
    cleanup = [f"{count:,} {name.replace('_', ' ')}" for name, count in would["house"].items() if count]
    yield "cleanup", ", ".join(cleanup) or "nothing"
    for problem in would["problems"]:
        yield "cannot be read", f"{problem['wrong']} → {problem['remedy']}"
