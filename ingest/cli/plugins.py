"""`ingest plugins`: who reads what."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ingest.cli.options import load_plugins, plugin_options
from ingest.output.terminal import text_width

if TYPE_CHECKING:
    from ingest.plugin.registry import Plugin, Registry


@click.command(short_help="List the plugins, their parsers and the files that these read.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plugin_options
def plugins(format_: str, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """List the plugins: where each comes from, its parsers, the kinds of files that they read, the tables that they fill.

    What is wrong with a plugin is reported on stderr. JSON has the path patterns too.
    """
    registry = load_plugins(plugin_files, no_plugins)
    if format_ == "json":
        click.echo(json.dumps(_told(registry), indent=2))
    else:
        _show(registry.plugins)


def _told(registry: Registry) -> dict[str, Any]:
    """All of it for programs."""
    return {
        "plugins": [
            {
                "name": plugin.name,
                "origin": plugin.origin,
                "distribution": plugin.distribution,
                "version": plugin.version,
                "file": plugin.file,
                "parsers": [parser.name for parser in plugin.parsers],
                "kinds": _each(parser.kind for parser in plugin.parsers),
                "tables": _each(table.name for parser in plugin.parsers for table in parser.tables),
                "views": _views(plugin),
                "known_problems": [one.id for one in plugin.known_problems],
            }
            for plugin in registry.plugins
        ],
        "parsers": [
            {
                "parser": parser.name,
                "version": parser.version,
                "plugin": plugin.name,
                "kind": parser.kind,
                "tables": [table.name for table in parser.tables],
                "path": parser.path,
            }
            for plugin in registry.plugins
            for parser in plugin.parsers
        ],
        "ignored": [{"kind": one.kind, "reason": one.reason, "path": one.path} for one in registry.ignored],
        "problems": [asdict(problem) for problem in registry.problems],
    }


def _show(found: Iterable[Plugin]) -> None:
    """A paragraph for each plugin."""
    from ingest.output import escape_controls

    for plugin in found:
        where = plugin.file or f"{plugin.distribution} {plugin.version}"
        click.secho(escape_controls(f"{plugin.name} ({plugin.origin}: {where})"), bold=True)
        width = max((len(parser.name) for parser in plugin.parsers), default=0)
        kinds = max((len(parser.kind) for parser in plugin.parsers), default=0)
        for parser in plugin.parsers:
            tables = ", ".join(table.name for table in parser.tables)
            _line(f"  {parser.name:<{width}}  v{parser.version}  {parser.kind:<{kinds}}  → ", tables)
        for one in plugin.ignored:
            _line("  known and not read: ", f"{one.kind} ({one.reason})")
        if views := _views(plugin):
            _line("  views: ", ", ".join(views))
        if plugin.known_problems:
            _line("  known problems: ", ", ".join(one.id for one in plugin.known_problems))
        if not (plugin.parsers or plugin.ignored or views or plugin.known_problems):
            _line("  nothing: ", "what it offers is left out, see stderr")


def _line(head: str, text: str) -> None:
    """A line, or several of which the further ones are indented below the text of the first."""
    from ingest.output import escape_controls

    indent = " " * min(len(head), text_width(sys.stdout) // 2)
    for line in textwrap.wrap(
        escape_controls(head + text), text_width(sys.stdout), subsequent_indent=indent, drop_whitespace=True
    ):
        click.echo(line)


def _views(plugin: Plugin) -> list[str]:
    """The names of its views."""
    from ingest.views.files import list_views

    found = list_views(plugin.view_folders)
    return [view.name for view in found if any(view.file.is_relative_to(folder) for folder in plugin.view_folders)]


def _each(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
