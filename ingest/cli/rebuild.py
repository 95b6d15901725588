"""`ingest rebuild`: the catalog's views, and all that is derived, anew."""

from __future__ import annotations

import click

from ingest.cli.options import cluster_option, load_plugins, lock_option, plugin_choice, plugin_options, store_option
from ingest.output.wording import plural


@click.command(short_help="Derive all jobs of a store again, and rebuild its views.")
@store_option
@lock_option
@cluster_option
@plugin_options
def rebuild(
    store: str, lock_timeout: float, cluster: str | None, plugin_files: tuple[str, ...], no_plugins: bool
) -> None:
    """Derive all jobs of a store again, and rebuild its views: after the store was moved, or to get what this version
    of ingest derives. No log is read.
    """
    from ingest.load.rebuild import rebuild as rebuild_store
    from ingest.store.paths import Layout

    layout = Layout.of(store)
    registry = load_plugins(plugin_files, no_plugins)
    jobs = rebuild_store(layout, registry, plugin_choice(plugin_files, no_plugins), lock_timeout, cluster)
    click.echo(f"{layout}: {jobs} job{plural(jobs)} derived, views rebuilt", err=True)
