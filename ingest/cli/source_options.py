"""Options of the commands that read sources: which jobs of them are wanted."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ingest.cli.options import Command, SettingOption, settings
from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.sources.protocol import SourceOptions

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def source_options(command: Command) -> Command:
    """`--since`, `--match`, `--workspace`."""
    command = click.option(
        "--match",
        metavar="GLOB",
        help="Only jobs at such a path below the source, a part for each folder: 'ExperimentRun/dcid.2024*'.",
    )(command)
    command = workspace_option(command)
    return click.option(
        "--since",
        metavar="TIME",
        help="Only jobs with a file written since then: 2024-03-05, 2024-03-05T02:00 (UTC), or 90m, 12h, 7d, 2w ago.",
    )(command)


def workspace_option(command: Command) -> Command:
    """`--workspace`."""
    return click.option(
        "--workspace",
        cls=SettingOption,
        setting="sources.workspace",
        metavar="WORKSPACE",
        help="Azure ML workspace of run ids and azureml:// addresses: SUBSCRIPTION/GROUP/NAME, or its config.json.",
    )(command)


def wanted(since: str | None, match: str | None, workspace: str | None) -> SourceOptions:
    """What the options and the settings say. Raises `IngestError` for a time that is none."""
    from ingest.sources.archive.limits import ArchiveLimits
    from ingest.sources.protocol import SourceOptions

    limits = settings().archives
    bounds = ArchiveLimits(limits.max_ratio, limits.max_total_gb)
    return SourceOptions(match, nanoseconds(since) if since else None, bounds, workspace)


def nanoseconds(text: str) -> int:
    """The time that `--since` names, in ns since 1970. Raises IngestError for a text that is none."""
    if ago := re.fullmatch(r"(\d{1,6})([mhdw])", text):
        return int((time.time() - int(ago[1]) * _SECONDS[ago[2]]) * 1e9)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise IngestError(
            f"--since {text}: not a time", "Examples: --since 2024-03-05, --since 2024-03-05T02:00, --since 7d"
        ) from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e9)
