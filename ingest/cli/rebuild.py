"""`ingest rebuild`: the catalog's views anew."""

from __future__ import annotations

import click

from ingest.cli.options import load_plugins, plugin_options, store_option
from ingest.errors import StoreError


@click.command(short_help="Make a store's views anew, after it was moved or ingest was updated.")
@store_option
@plugin_options
def rebuild(store: str, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """Make a store's views anew: after the store was moved, or to have the views of this version of ingest."""
    from ingest.logs import log
    from ingest.store.catalog import Draft, connect_catalog
    from ingest.store.layout import Layout
    from ingest.store.lock import writer_lock

    layout = Layout.of(store)
    if not layout.catalog.exists():
        raise StoreError(f"{layout.root}: no store there", "Fill one with: ingest <job folders> --store PATH")
    registry = load_plugins(plugin_files, no_plugins)
    with connect_catalog(layout, moved=True):
        pass  # a damaged or foreign catalog is told as such
    with writer_lock(layout, 60.0, lambda holder: log().warning("waiting for the store", holder=holder)):
        offered = registry.tables, registry.view_folders, registry.known_problems
        problems = Draft(layout, *offered, anew=True).publish(None)
    for problem in problems:
        log().warning("view left out", problem=problem)
    click.echo(f"{layout.root}: views made anew", err=True)
