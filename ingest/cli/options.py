"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ingest.registry import PluginOptions

Command = Callable[..., Any]


def store_option(command: Command) -> Command:
    """`--store`, or `INGEST_STORE`."""
    return click.option(
        "--store",
        type=click.Path(file_okay=False),
        default="ingest-store",
        envvar="INGEST_STORE",
        show_default=True,
        show_envvar=True,
        help="The store's folder.",
    )(command)


def plugin_options(command: Command) -> Command:
    """`--plugin` and `--no-plugins`."""
    command = click.option(
        "--no-plugins", is_flag=True, help="Only the built-in parsers; installed plugins are left out."
    )(command)
    return click.option(
        "--plugin",
        "plugin_files",
        multiple=True,
        type=click.Path(),
        envvar="INGEST_PLUGINS",
        help="A Python file with further parsers; may be given several times.",
    )(command)


def log_options(command: Command) -> Command:
    """`--quiet`, `--verbose`, `--log-format`."""
    command = click.option("-q", "--quiet", is_flag=True, help="Only errors on stderr, no progress.")(command)
    command = click.option("-v", "--verbose", is_flag=True, help="More on stderr.")(command)
    return click.option(
        "--log-format",
        type=click.Choice(["console", "json"]),
        help="Form of log lines on stderr.  [default: console on a terminal, else json]",
    )(command)


def configure_log(quiet: bool, verbose: bool, log_format: str | None) -> None:
    """Sets up our own log as the options say."""
    from ingest.logs import LogFormat, configure

    level = "error" if quiet else "debug" if verbose else "info"
    configure(level, LogFormat(log_format) if log_format else None)


def plugin_choice(plugin_files: tuple[str, ...], no_plugins: bool) -> PluginOptions:
    """The plugin options as one value."""
    return PluginOptions(files=plugin_files, installed=not no_plugins)
