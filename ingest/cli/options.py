"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ingest.registry import PluginOptions, Problem, Registry

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
    """`--plugin`, and `INGEST_PLUGINS`, and `--no-plugins`."""
    command = click.option(
        "--no-plugins",
        is_flag=True,
        help="Only the built-in parsers and --plugin files; neither installed plugins nor INGEST_PLUGINS.",
    )(command)
    return click.option(
        "--plugin",
        "plugin_files",
        multiple=True,
        type=click.Path(),
        metavar="FILE",
        help="A Python file with further parsers; may be given several times. Those that INGEST_PLUGINS lists "
        f"(FILE{os.pathsep}FILE...) are used too.",
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
    from ingest.registry import PluginOptions

    listed = "" if no_plugins else os.environ.get("INGEST_PLUGINS", "")
    standing = tuple(file for file in listed.split(os.pathsep) if file)
    return PluginOptions(plugin_files, not no_plugins, standing)


def load_plugins(plugin_files: tuple[str, ...], no_plugins: bool) -> Registry:
    """The registry that the options ask for; what is wrong with plugins is told on stderr."""
    from ingest.registry import load_registry

    registry = load_registry(plugin_choice(plugin_files, no_plugins))
    tell_plugin_problems(registry.problems)
    return registry


def tell_plugin_problems(problems: Iterable[Problem]) -> None:
    """A line on stderr for each."""
    from ingest.output import visible

    for problem in problems:
        click.echo(f"ingest: plugin {visible(problem.plugin)}: {visible(problem.reason)}", err=True)
