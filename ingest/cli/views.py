"""`ingest views`: what can be asked."""

from __future__ import annotations

import click

from ingest.cli.options import load_plugins, plugin_options


@click.command(short_help="List the views and tables that can be asked.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plugin_options
def views(format_: str, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """List the views and tables that can be asked, each with the question that it answers."""
    from ingest.model import CATALOG_TABLES
    from ingest.views.files import list_macros, list_views

    registry = load_plugins(plugin_files, no_plugins)
    found = list_views(registry.view_folders)
    macros = [macro for macro in list_macros(registry.view_folders) if macro.is_table_macro]
    tables = [(table.name, table.doc) for table in registry.tables]
    tables += [(name, doc) for name, (doc, _) in CATALOG_TABLES.items()]
    if format_ == "json":
        import json

        rows = [{"name": view.name, "kind": "view", "says": view.question, "caveat": view.caveat} for view in found]
        rows += [
            {"name": macro.call, "kind": "macro", "says": macro.question, "caveat": macro.caveat} for macro in macros
        ]
        rows += [
            {"name": name, "kind": "table", "says": f"one row per {doc}", "caveat": ""} for name, doc in sorted(tables)
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(name) for name in [view.name for view in found] + [name for name, _ in tables])
    for folder in dict.fromkeys(view.folder for view in found):
        click.secho(f"views: {folder}", bold=True)
        for view in (view for view in found if view.folder == folder):
            click.echo(f"  {view.name:<{width}}  {view.question}")
    click.secho("macros, asked like a table", bold=True)
    for macro in macros:
        click.echo(f"  {macro.call:<{width}}  {macro.question}")
    click.secho("tables: one row per", bold=True)
    for name, doc in sorted(tables):
        click.echo(f"  {name:<{width}}  {doc}")
