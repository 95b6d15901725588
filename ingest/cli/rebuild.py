"""`ingest rebuild`: the catalog's views anew."""

from __future__ import annotations

import click

from ingest.cli.options import load_plugins, lock_option, plugin_options, store_option


@click.command(short_help="Make a store's views anew, after it was moved or ingest was updated.")
@store_option
@lock_option
@plugin_options
def rebuild(store: str, lock_timeout: float, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """Make a store's views anew: after the store was moved, or to have the views of this version of ingest."""
    from ingest.store.layout import Layout
    from ingest.store.maintenance import maintenance

    layout = Layout.of(store)
    registry = load_plugins(plugin_files, no_plugins)
    with maintenance(layout, registry, lock_timeout, moved=True) as opened:
        opened.publish(None, anew=True)
    click.echo(f"{layout.root}: views made anew", err=True)
