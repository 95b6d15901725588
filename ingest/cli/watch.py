"""`ingest watch`: jobs that run, live."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ingest.cli.completion import complete_path
from ingest.cli.options import (
    SettingOption,
    configure_log,
    lock_option,
    log_options,
    open_configured,
    plugin_choice,
    plugin_options,
    settings,
    store_option,
    store_thresholds,
)
from ingest.cli.source_options import source_options, wanted
from ingest.errors import ExitCode

if TYPE_CHECKING:
    from ingest.watch.loop import Snapshot


@click.command(short_help="Follow running jobs until they end: progress, nodes, errors.")
@click.argument("sources", shell_complete=complete_path, nargs=-1, required=True, metavar="SOURCES...")
@store_option
@click.option(
    "--every",
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="Seconds between two checks, which become less frequent while nothing changes.  [default: 10, of URLs 30]",
)
@click.option(
    "--until-finding",
    type=click.Choice(["severe", "warning", "note"]),
    help="End with exit code 1 at the first finding of this severity or a higher one.",
)
@click.option(
    "-j", "--jobs", "workers", cls=SettingOption, setting="load.jobs", type=click.IntRange(1), help="Worker processes."
)
@source_options
@lock_option
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), help="[default: text on a terminal, else json]"
)
@plugin_options
@log_options
def watch(
    sources: Sequence[str],
    store: str,
    every: float | None,
    until_finding: str | None,
    workers: int | None,
    since: str | None,
    match: str | None,
    workspace: str | None,
    lock_timeout: float,
    format_: str | None,
    plugin_files: tuple[str, ...],
    no_plugins: bool,
    quiet: bool,
    verbose: bool,
    log_format: str | None,
) -> None:
    """Follow running jobs until they end: progress and the time left, nodes, failures, errors with their fixes.

    SOURCES are those of `ingest JOB_DIRS...`. New records are loaded into the store every few seconds, so that all
    other commands work meanwhile. Without a terminal each change is one line of JSON. The summary follows at the end.
    """
    from ingest.watch.loop import WatchOptions
    from ingest.watch.loop import watch as looks

    configure_log(quiet or not verbose, verbose, log_format)
    chosen = {
        "workers": workers,
        "labels": settings().load.labels,
        "thresholds": store_thresholds(),
        "plugins": plugin_choice(plugin_files, no_plugins),
        "lock_timeout_s": lock_timeout,
        "sources": wanted(since, match, workspace),
    }
    snapshots = looks(WatchOptions(sources, store, every, until_finding, chosen))
    as_text = format_ == "text" or (format_ is None and sys.stdout.isatty())
    last = _live(snapshots) if as_text else _lines(snapshots)
    if as_text:
        from ingest.cards.verdict import print_card, verdict

        with open_configured(store) as opened:
            print_card(verdict(opened, last.report), sys.stdout, as_json=False, store=store)
    sys.exit(_exit_code(last))


def _live(snapshots: Iterator[Snapshot]) -> Snapshot:
    """Shows each on one screen, which is gone at the end."""
    from rich.live import Live

    from ingest.cards.watch import screen
    from ingest.output.terminal import console_for

    last = None
    with Live(console=console_for(sys.stdout), auto_refresh=False, transient=True) as live:
        for last in snapshots:
            live.update(screen(last), refresh=True)
    assert last is not None
    return last


def _lines(snapshots: Iterator[Snapshot]) -> Snapshot:
    """A line for the first, for each with something new, and for the last."""
    from ingest.cards.watch import as_json

    last, told = None, None
    for last in snapshots:
        state = (last.jobs, list(last.problems), last.ended)
        if state != told:
            click.echo(as_json(last))
            sys.stdout.flush()
            told = state
    assert last is not None
    return last


def _exit_code(last: Snapshot) -> ExitCode:
    if last.ended == "finding" or any(job.state == "failed" for job in last.jobs):
        return ExitCode.FAILED_CHECK
    return ExitCode.INPUT if last.problems else ExitCode.OK
