"""`ingest doctor`: is the installation well, is the store whole?"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ingest.cli.options import configuration, plugin_choice, plugin_options, store_option
from ingest.cli.source_options import wanted, workspace_option
from ingest.errors import ExitCode
from ingest.output.terminal import text_width

if TYPE_CHECKING:
    from ingest.doctor.installation import Health


@click.command(short_help="Check the installation and a store.")
@store_option
@click.option(
    "--source",
    metavar="SOURCE",
    help="Show which identity is used for a folder, archive or URL, and whether it can be listed and read.",
)
@workspace_option
@click.option("--thorough", is_flag=True, help="Read every row of the store.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Format of the output.")
@plugin_options
def doctor(
    store: str,
    source: str | None,
    workspace: str | None,
    thorough: bool,
    format_: str,
    plugin_files: tuple[str, ...],
    no_plugins: bool,
) -> None:
    """Check the installation and a store.

    With --source, only the source is checked. Nothing is changed.
    """
    from ingest.doctor.installation import Status, installation
    from ingest.doctor.store import examine
    from ingest.plugin.registry import load_registry
    from ingest.store.paths import Layout

    registry = load_registry(plugin_choice(plugin_files, no_plugins))
    if source is not None:
        from ingest.doctor.source import examine_source

        found = list(examine_source(source, registry, wanted(None, None, workspace)))
    else:
        found = [*installation(registry, configuration()), *examine(Layout.of(store), registry, thorough=thorough)]
    if format_ == "json":
        from ingest.output import Redactor

        click.echo(json.dumps(Redactor().value([asdict(one) for one in found]), indent=2, ensure_ascii=False))
    else:
        _show(found)
    if any(one.status is Status.DAMAGED or (one.subject, one.status) == ("store", Status.PROBLEM) for one in found):
        sys.exit(ExitCode.STORE)
    sys.exit(ExitCode.FAILED_CHECK if any(one.status is Status.PROBLEM for one in found) else ExitCode.OK)


def _show(found: Sequence[Health]) -> None:
    """A line for each, and what to do."""
    from ingest.doctor.installation import Status
    from ingest.output import escape_controls, redact_text

    colours = {Status.OK: "green", Status.NOTE: "yellow", Status.PROBLEM: "red", Status.DAMAGED: "red"}
    for one in found:
        head = f"{one.status:<8} {one.subject:<10} "
        lines = textwrap.wrap(
            escape_controls(redact_text(one.finding)), text_width(sys.stdout) - len(head), break_on_hyphens=False
        ) or [""]
        click.echo(click.style(head[:8], fg=colours[one.status]) + head[8:] + lines[0])
        for line in lines[1:]:
            click.echo(" " * len(head) + line)
        if one.remedy and one.status is not Status.OK:
            click.echo(" " * len(head) + f"→ {escape_controls(one.remedy)}")
