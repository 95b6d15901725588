"""`ingest nightly`: everything that a scheduler should do, in one command."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ingest.cli.completion import complete_path
from ingest.cli.options import (
    SettingOption,
    cluster_option,
    configure_log,
    lock_option,
    log_options,
    plugin_choice,
    plugin_options,
    settings,
    store_option,
)
from ingest.cli.source_options import source_options, wanted
from ingest.errors import IngestError


@click.command(short_help="Load what is new, compare it with the past, report: for a scheduler.")
@click.argument("roots", shell_complete=complete_path, nargs=-1, metavar="[ROOTS...]")
@store_option
@click.option(
    "--report",
    cls=SettingOption,
    setting="report.output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the report there, as one HTML file.",
)
@click.option(
    "--summary",
    cls=SettingOption,
    setting="nightly.summary",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a summary for programs there, as one JSON object.",
)
@click.option(
    "--notify-command",
    cls=SettingOption,
    setting="nightly.notify_command",
    metavar="COMMAND",
    help="Run this at the end, with the summary on its stdin. If it fails, that is reported, and changes nothing else.",
)
@click.option(
    "--notify-file",
    cls=SettingOption,
    setting="nightly.notify_file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Send a message to the services in this file: an Apprise URL per line (Slack, Teams, mail). Extra: notify.",
)
@click.option("--notify-shell", is_flag=True, help="Run the command in a shell, so that it may contain pipes.")
@click.option(
    "--notify-timeout",
    type=click.FloatRange(0, min_open=True),
    default=30,
    show_default=True,
    help="Seconds that the command may take.",
)
@click.option(
    "-j", "--jobs", "workers", cls=SettingOption, setting="load.jobs", type=click.IntRange(1), help="Workers."
)
@cluster_option
@click.option("--dry-run", is_flag=True, help="Show what would be read and cleaned up; write nothing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Format of the output.")
@source_options
@lock_option
@click.option(
    "--log-file",
    cls=SettingOption,
    setting="log.file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Add log lines to this file too, as JSON, also with --quiet.",
)
@plugin_options
@log_options
def nightly(
    roots: Sequence[str],
    store: str,
    report: str | None,
    summary: str | None,
    notify_command: str | None,
    notify_file: str | None,
    notify_shell: bool,
    notify_timeout: float,
    workers: int | None,
    cluster: str | None,
    dry_run: bool,
    format_: str,
    since: str | None,
    match: str | None,
    workspace: str | None,
    lock_timeout: float,
    log_file: str | None,
    plugin_files: tuple[str, ...],
    no_plugins: bool,
    quiet: bool,
    verbose: bool,
    log_format: str | None,
) -> None:
    """Load what is new, compare it with the past, clean up, and report: for a scheduler.

    ROOTS are folders with jobs, archives or URLs, as for `ingest JOB_DIRS...`; without any, those of `[nightly] roots`
    in ingest.toml. A second run changes nothing. A run makes up for missed ones: days are those of the jobs. What
    cannot be read or done is reported, and the rest is done nevertheless; the next run finishes one that was killed.
    """
    configure_log(quiet, verbose, log_format, log_file)
    chosen = settings()
    folders = list(roots) or list(chosen.nightly.roots)
    if not folders:
        raise IngestError(
            "no folders to read", "Give them: ingest nightly ROOTS..., or as `[nightly] roots` in ingest.toml."
        )
    plugins = plugin_choice(plugin_files, no_plugins)
    labels = {**chosen.load.labels, **chosen.nightly.labels}
    kept = chosen.retention
    sources = wanted(since, match, workspace)
    if dry_run:
        from ingest.nightly.dry_run import dry_run as would_do
        from ingest.output import redact_text

        would = would_do(
            folders,
            store,
            plugins,
            labels=labels,
            raw_days=kept.raw_days,
            small_files=kept.small_files,
            sources=sources,
        )
        if format_ == "json":
            click.echo(redact_text(json.dumps(would, indent=2, default=str, ensure_ascii=False)))
        else:
            from ingest.cards.dry_run import print_dry_run

            print_dry_run(would, sys.stdout)
        return
    from ingest.cards.nightly import print_card
    from ingest.load.progress import load_progress
    from ingest.nightly.run import NightlyOptions, run_night

    with load_progress(show=not quiet) as progress:
        night = run_night(
            NightlyOptions(
                folders,
                store,
                workers=workers,
                cluster=cluster,
                labels=labels,
                plugins=plugins,
                thresholds=chosen.thresholds,
                fail_on=chosen.nightly.fail_on,
                report=Path(report) if report else None,
                summary=Path(summary) if summary else None,
                notify_command=notify_command,
                notify_shell=notify_shell,
                notify_file=Path(notify_file) if notify_file else None,
                notify_timeout_s=notify_timeout,
                lock_timeout_s=lock_timeout,
                progress=progress,
                sources=sources,
                raw_days=kept.raw_days,
                small_files=kept.small_files,
            )
        )
    if format_ == "json":
        click.echo(night.as_json(), nl=False)
    else:
        print_card(night, sys.stdout)
    sys.exit(night.exit_code)
