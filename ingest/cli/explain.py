"""`ingest explain`: why a file is read the way it is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ingest.cli.options import load_plugins, plugin_options

if TYPE_CHECKING:
    from ingest.explain import Explanation


@click.command(short_help="Say which parser reads a file and why, and what it could not understand.")
@click.argument("path")
@click.option(
    "--as", "as_path", metavar="PATH", help="Where the file would lie below a job's folder, if it lies in none."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plugin_options
def explain(path: str, as_path: str | None, format_: str, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """Say which parser reads a file and why, who else would, and the first lines that it could not understand.

    PATH is a file, or a job's folder for all its files. Nothing is stored.
    """
    from ingest.explain import explain as explanations
    from ingest.output import redact_text

    registry = load_plugins(plugin_files, no_plugins)
    found = list(explanations(path, registry, as_path))
    if format_ == "json":
        click.echo(redact_text(json.dumps([asdict(one) for one in found], indent=2)))
    elif len(found) == 1:
        _tell_one(found[0])
    else:
        _tell_many(found)


def _tell_one(one: Explanation) -> None:
    """Everything about one file."""
    from ingest.output import redact_text, visible

    click.echo(visible(one.path))
    if one.ignored is not None:
        click.echo(f"  not read: {one.ignored} (kind {one.kind}, pattern {one.pattern})")
    elif one.parser is None:
        click.echo(
            "  no parser knows a file at this path; it is listed as unclaimed (ingest plugins lists the patterns)"
        )
    else:
        click.echo(f"  read by   {one.parser} as {one.kind}")
        click.echo(f"  because   its path matches {one.pattern}")
        if one.groups:
            click.echo(f"  path says {visible(', '.join(f'{key} = {value}' for key, value in one.groups.items()))}")
        if one.others:
            click.echo(f"  also      {', '.join(one.others)}: less specific")
        rows = ", ".join(f"{count} in {table}" for table, count in one.rows.items())
        click.echo(f"  gives     {one.records} records, {one.rejects} rejects; rows: {rows or 'none'}")
        for misfit in one.misfits:
            click.echo(f"  line {misfit.line_no}: {visible(redact_text(f'{misfit.reason}: {misfit.text}'))}")


def _tell_many(found: list[Explanation]) -> None:
    """A line per kind, and the files that nobody knows or that gave rejects."""
    from ingest.output import redact_text, visible

    kinds: dict[str, list[Explanation]] = {}
    for one in found:
        kinds.setdefault(one.kind or "unclaimed", []).append(one)
    for kind, files in sorted(kinds.items()):
        by = files[0].parser or files[0].ignored or "no parser knows these"
        records = sum(one.records for one in files)
        rejects = sum(one.rejects for one in files)
        click.echo(f"{kind:<20} {len(files):>6} files {records:>9} records {rejects:>6} rejects  {by}")
    for one in found:
        if one.parser is None and one.ignored is None:
            click.echo(f"unclaimed: {visible(one.path)}")
        for misfit in one.misfits:
            said = visible(redact_text(f"{misfit.reason}: {misfit.text}"))
            click.echo(f"{visible(one.path)}:{misfit.line_no}: {said[:120]}")
