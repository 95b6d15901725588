"""`ingest compact`: merge small Parquet files, and drop dead rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ingest.cli.options import load_plugins, lock_option, plugin_options, store_option

if TYPE_CHECKING:
    from ingest.store.compact import Compacted as Done


@click.command(short_help="Merge a store's small files.")
@store_option
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be merged.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Format of the output.")
@lock_option
@plugin_options
def compact(
    store: str, dry_run: bool, format_: str, lock_timeout: float, plugin_files: tuple[str, ...], no_plugins: bool
) -> None:
    """Merge a store's small files.

    Each load writes its own Parquet files; a store that is updated every day has many small ones, which makes queries
    slower. They are merged into files of about a hundred jobs or 128 MB. Results stay the same, and concurrent readers
    are not disturbed: the old files are kept for an hour, until the next command that writes after that.
    """
    from ingest.store.catalog import connect_catalog
    from ingest.store.compact import Compacted, to_merge
    from ingest.store.compact import compact as merge
    from ingest.store.maintenance import maintenance
    from ingest.store.paths import Layout

    layout, registry = Layout.of(store), load_plugins(plugin_files, no_plugins)
    if dry_run:
        done = Compacted()
        with connect_catalog(layout) as connection:
            for group in to_merge(connection, registry):
                done.add(group)
    else:
        with maintenance(layout, registry, lock_timeout) as held:
            done = merge(held)
    if format_ == "json":
        told = asdict(done)
        click.echo(
            json.dumps({key: value for key, value in told.items() if not dry_run or "after" not in key}, indent=2)
        )
    else:
        click.echo(_told(done, dry_run, "an hour" if layout.url is None else "a day"), err=True)


def _told(done: Done, dry_run: bool, kept: str) -> str:
    """What was done, in a sentence."""
    if not done.slices:
        return "nothing to merge: no small files, no dead rows"
    from ingest.output.wording import plural, size

    before = f"{done.files_before} files ({size(done.bytes_before)}, {done.dead_rows} dead rows)"
    if dry_run:
        return f"would merge {before} into {done.slices} slice{plural(done.slices)}, a file per table each"
    after = f"{done.files_after} files ({size(done.bytes_after)})"
    return f"merged {before} into {after}; the old ones stay for {kept}, for readers"
