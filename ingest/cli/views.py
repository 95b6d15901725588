"""`ingest views`: what can be queried."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

import click

from ingest.cli.completion import complete_view
from ingest.cli.options import load_plugins, plugin_options

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry


@click.command(short_help="List the views and tables that you can query, or the columns of one.")
@click.argument("name", shell_complete=complete_view, required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plugin_options
def views(name: str | None, format_: str, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """List the views and tables that you can query, each with the question that it answers.

    With a NAME: its caveats, and the meaning of each of its columns. No store is needed.
    """
    registry = load_plugins(plugin_files, no_plugins)
    listed = relations(registry)
    if name is not None:
        _show_one(registry, listed, name, format_)
    elif format_ == "json":
        _print_json([one.as_json() for one in listed])
    else:
        _list(listed)


class Relation(NamedTuple):
    """A view, macro or table."""

    name: str
    call: str
    kind: str
    says: str
    caveat: str
    example: str
    place: str

    def as_json(self) -> dict[str, str]:
        """For programs, without the example."""
        return {"name": self.call, "kind": self.kind, "says": self.says, "caveat": self.caveat}


def relations(registry: Registry) -> list[Relation]:
    """What can be queried: views, table macros and tables, in this order."""
    from ingest.model import CATALOG_TABLES
    from ingest.views.files import list_macros, list_views

    found = [
        Relation(
            view.name, view.name, "view", view.question, view.caveat, dict(view.keys).get("example", ""), view.folder
        )
        for view in list_views(registry.view_folders)
    ]
    found += [
        Relation(macro.name, macro.call, "macro", macro.question, macro.caveat, dict(macro.keys).get("example", ""), "")
        for macro in list_macros(registry.view_folders)
        if macro.is_table_macro
    ]
    tables = {table.name: table.doc for table in registry.tables} | {
        name: doc for name, (doc, _) in CATALOG_TABLES.items()
    }
    return found + [
        Relation(name, name, "table", f"one row per {doc}", "", "", "") for name, doc in sorted(tables.items())
    ]


def _list(listed: list[Relation]) -> None:
    width = max(len(one.name) for one in listed if one.kind != "macro")
    views = [one for one in listed if one.kind == "view"]
    groups = {
        f"views: {place}": [one for one in views if one.place == place]
        for place in dict.fromkeys(v.place for v in views)
    }
    groups["macros, queried like a table"] = [one for one in listed if one.kind == "macro"]
    groups["tables: one row per"] = [one for one in listed if one.kind == "table"]
    for title, members in groups.items():
        click.secho(title, bold=True)
        for one in members:
            click.echo(f"  {one.call:<{width}}  {one.says.removeprefix('one row per ')}")
    click.echo("The meaning of each column: ingest views NAME")


def _show_one(registry: Registry, listed: list[Relation], name: str, format_: str) -> None:
    from ingest.derive.columns import columns_of

    wanted = name.strip('"').lower()
    found = next((one for one in listed if one.name == wanted), None)
    if found is None:
        near = get_close_matches(wanted, [one.name for one in listed], n=3)
        hint = f" Did you mean: {', '.join(near)}?" if near else " All of them: ingest views"
        raise click.UsageError(f"{name}: no such view or table.{hint}")
    columns = [] if found.kind == "macro" else columns_of(registry.definition(), found.name)
    if format_ == "json":
        _print_json(found.as_json() | {"example": found.example, "columns": [column._asdict() for column in columns]})
        return
    click.secho(found.call, bold=True)
    click.echo(found.says)
    if found.caveat:
        click.echo(f"\n{found.caveat}")
    if columns:
        names = max(len(column.name) for column in columns)
        types = min(max(len(column.type) for column in columns), 16)
        click.secho("\ncolumns", bold=True)
        for column in columns:
            click.echo(f"  {column.name:<{names}}  {column.type:<{types}}  {column.meaning}".rstrip())
    if found.example:
        click.secho("\nexample", bold=True)
        click.echo(f"  {found.example}")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
