"""`ingest explain`: why a file is read the way it is."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ingest.cli.completion import complete_path
from ingest.cli.options import load_plugins, plugin_options
from ingest.cli.source_options import source_options, wanted
from ingest.errors import ExitCode
from ingest.output.terminal import text_width
from ingest.output.wording import shorten

if TYPE_CHECKING:
    from ingest.load.explain import Explanation
    from ingest.plugin.registry import Registry

_LONGEST_VALUE = 60


@click.command(short_help="Show which parser reads a file and why, and what it could not parse.")
@click.argument("path", shell_complete=complete_path)
@click.option("--as", "as_path", metavar="PATH", help="Path of the file below a job's folder, if it is not in one.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@source_options
@plugin_options
def explain(
    path: str,
    as_path: str | None,
    since: str | None,
    match: str | None,
    workspace: str | None,
    format_: str,
    plugin_files: tuple[str, ...],
    no_plugins: bool,
) -> None:
    """Show which parser reads a file and why, which others match, and the first lines that it could not parse.

    PATH is a file, or a folder, an archive or a URL for all files in it. Nothing is stored. Signatures, keys and tokens
    are masked.
    """
    from ingest.load.explain import explain as explanations
    from ingest.output import Redactor

    registry = load_plugins(plugin_files, no_plugins)
    found = list(explanations(path, registry, as_path, wanted(since, match, workspace)))
    if format_ == "json":
        told = Redactor().value([asdict(one) for one in found])
        click.echo(json.dumps(told, indent=2, default=str))
    elif len(found) == 1:
        _tell_one(found[0], registry)
        if found[0].problem is not None:
            sys.exit(ExitCode.INPUT)
    else:
        _tell_many(found)


def _tell_one(one: Explanation, registry: Registry) -> None:
    """Everything about one file."""
    from ingest.load.explain import closest

    click.echo(_safe(one.path))
    if one.parser is not None:
        _line("read by", f"{one.parser} v{one.version} as {one.kind} (plugin {one.plugin})")
    elif one.ignored is not None:
        _line("not read", f"{one.ignored} (kind {one.kind})")
    elif one.problem is None:
        _line("unclaimed", "no parser knows a file at this path")
        if found := closest(one.path, registry):
            path, parser = found
            _line("closest", f"{path}, which {parser.name} reads; its pattern is {parser.path}")
    if one.pattern is not None:
        _line("because", f"its path matches {one.pattern}, specificity {one.specificity}")
    if one.groups:
        _line("path says", ", ".join(f"{key} = {value}" for key, value in one.groups.items()))
    for other in one.others:
        less = "less specific" if other.specificity < (one.specificity or 0) else "as specific"
        _line(
            "also", f"{other.parser or 'known and not read'}: {other.pattern}, specificity {other.specificity}, {less}"
        )
    if one.problem is not None:
        _line("problem", one.problem)
    elif one.parser is not None:
        _tell_content(one)


def _tell_content(one: Explanation) -> None:
    """What the parser made of the file."""
    rows = ", ".join(f"{count} in {table}" for table, count in one.rows.items())
    _line("gives", f"{one.records} records, {one.rejects} rejects; rows: {rows or 'none'}")
    if one.bytes_left:
        _line("", f"the last {one.bytes_left} bytes were not looked at")
    for table, row in one.first_rows.items():
        _line("first row", f"{table}: {_row(row)}")
    for misfit in one.misfits:
        click.echo(f"  line {misfit.line_no}: {_safe(f'{misfit.reason}: {misfit.text}')}")


def _row(row: Mapping[str, Any]) -> str:
    """`a = 1, b = x; nothing in c, d`."""
    told = [f"{name} = {_cut(value)}" for name, value in row.items() if value is not None]
    empty = [name for name, value in row.items() if value is None]
    return ", ".join(told) + (f"; nothing in {', '.join(empty)}" if empty else "")


def _cut(value: object) -> str:
    return shorten(_safe(str(value)), _LONGEST_VALUE)  # masked before it is cut: half a secret may pass for none


def _tell_many(found: Iterable[Explanation]) -> None:
    """A line per kind, and the files that nobody reads, though somebody should, or that gave rejects."""
    kinds: dict[tuple[str, str], list[Explanation]] = {}
    for one in found:
        by = one.parser or one.ignored or ("cannot be read" if one.problem else "no parser knows these")
        kinds.setdefault((one.kind or ("" if one.problem else "unclaimed"), by), []).append(one)
    for (kind, by), files in sorted(kinds.items()):
        records = sum(one.records for one in files)
        rejects = sum(one.rejects for one in files)
        click.echo(f"{kind:<20} {len(files):>6} files {records:>9} records {rejects:>6} rejects  {by}")
    for one in found:
        where = f"{one.job}:{one.path}" if one.job else one.path
        if one.problem is not None:
            click.echo(f"{_safe(where)}: {_safe(one.problem)}")
        elif one.kind is None:
            click.echo(f"{_safe(where)}: unclaimed")
        for misfit in one.misfits:
            said = _safe(f"{misfit.reason}: {misfit.text}")
            click.echo(f"{_safe(where)}:{misfit.line_no}: {shorten(said, 120)}")


def _line(head: str, text: str) -> None:
    """A line with a heading, or several of them, no longer than 100 characters where the text has blanks."""
    lines = textwrap.wrap(_safe(text), text_width(sys.stdout) - 12, break_long_words=False, break_on_hyphens=False)
    for i, line in enumerate(lines):
        click.echo(f"  {'' if i else head:<9} {line}")


def _safe(text: str) -> str:
    """Text from files for a terminal: no secrets, nothing that steers."""
    from ingest.output import escape_controls, redact_text

    return escape_controls(redact_text(text))
