"""`ingest plugins`: who reads what."""

from __future__ import annotations

import json
from typing import Any

import click

from ingest.cli.options import plugin_choice, plugin_options


@click.command(short_help="List the parsers and what they claim.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@plugin_options
def plugins(format_: str, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """List the parsers, the kinds of files that they read, and the tables that they fill."""
    from ingest.registry import load_registry

    registry = load_registry(plugin_choice(plugin_files, no_plugins))
    rows: list[dict[str, Any]] = [
        {
            "parser": parser.name,
            "version": parser.version,
            "plugin": registry.plugin_of[parser.name],
            "kind": parser.kind,
            "tables": [table.name for table in parser.tables],
            "path": parser.path,
        }
        for parser in registry.parsers.values()
    ]
    ignored = [{"kind": one.kind, "reason": one.reason, "path": one.path} for one in registry.ignored]
    if format_ == "json":
        problems = [{"plugin": one.plugin, "reason": one.reason} for one in registry.problems]
        click.echo(json.dumps({"parsers": rows, "ignored": ignored, "problems": problems}, indent=2))
        return
    width = max(len(row["parser"]) for row in rows)
    kinds = max(len(row["kind"]) for row in rows)
    for row in rows:
        click.echo(f"{row['parser']:<{width}}  v{row['version']}  {row['kind']:<{kinds}}  → {', '.join(row['tables'])}")
    click.echo("known and not read:")
    for one in ignored:
        click.echo(f"  {one['kind']:<{kinds}}  {one['reason']}")
    for problem in registry.problems:
        click.echo(f"ingest: plugin {problem.plugin}: {problem.reason}", err=True)
