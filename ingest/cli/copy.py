"""`ingest copy`: a store at another place."""

from __future__ import annotations

import click

from ingest.cli.options import load_plugins, lock_option, plugin_options


@click.command(short_help="Copy a store to another place, here or on object storage.")
@click.argument("source", metavar="STORE")
@click.argument("target", metavar="COPY")
@lock_option
@plugin_options
def copy(source: str, target: str, lock_timeout: float, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """Copy a store, as it is now, to a place where there is none yet. Both are folders or URLs.

    \b
      ingest copy ingest-store az://CONTAINER/PREFIX
      ingest copy s3://BUCKET/PREFIX ingest-store

    The row counts of both are compared. The store does not change, and may be read and written meanwhile.
    """
    from ingest.output.wording import plural, size
    from ingest.store.copying import copy_store
    from ingest.store.paths import Layout

    registry = load_plugins(plugin_files, no_plugins)
    to = Layout.of(target)
    done = copy_store(Layout.of(source), to, registry, lock_timeout)
    told = f"{done.jobs:,} job{plural(done.jobs)}, {done.files:,} Parquet file{plural(done.files)} ({size(done.bytes)})"
    click.echo(f"{to}: {told}; {done.rows:,} rows in both", err=True)
