"""Options that several commands share, and the settings that stand behind them.

An option with a setting takes its value from its flag, else from the environment, else from `ingest.toml`: `config_option`,
which every command has, hands those on as click's `default_map`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from ingest.config import Configuration, Settings, read_configuration
from ingest.config.file_access import apply_file_access
from ingest.errors import IngestError
from ingest.output import Format, default_format, format_of_file
from ingest.store.caching import Caching, set_caching

if TYPE_CHECKING:
    from ingest.plugin.registry import PluginOptions, Problem, Registry
    from ingest.store.reader import Store

Command = Callable[..., Any]
_KEPT = "ingest.configuration"


class SettingOption(click.Option):
    """An option behind which a setting stands: `cls=SettingOption, setting="load.jobs"`."""

    def __init__(self, *arguments: Any, setting: str, **more: Any) -> None:
        from ingest.config.settings import all_settings

        self.setting = all_settings()[setting]
        super().__init__(*arguments, **{"envvar": self.setting.variable, "show_envvar": True, **more})


def with_config(command: click.Command) -> click.Command:
    """Gives a command the option `--config`, which is looked at before all others."""
    option = click.Option(
        ["--config"],
        type=click.Path(dir_okay=False),
        metavar="FILE",
        envvar="INGEST_CONFIG",
        show_envvar=True,
        is_eager=True,
        expose_value=False,
        callback=_configure,
        help="Settings file.  [default: ./ingest.toml if it is trusted, else the one in your configuration folder]",
    )
    command.params.append(option)
    return command


def _configure(context: click.Context, _option: click.Parameter, file: str | None) -> None:
    """Reads the settings and makes them the defaults of the command's options."""
    if context.resilient_parsing:
        return
    from_variable = context.get_parameter_source("config") is click.core.ParameterSource.ENVIRONMENT
    found = read_configuration(None if from_variable else file)
    context.meta[_KEPT] = found
    if context.command.name == "config":  # it shows itself what is wrong
        return
    for note in found.notes:
        tell(note)
    found.checked()
    apply_file_access(found.settings.file_access)
    set_caching(Caching(int(found.settings.cache.max_gb * 1e9), found.settings.cache.files == "whole"))
    options = [one for one in context.command.params if isinstance(one, SettingOption)]
    set_ = {one.name: value_of(found.settings, one.setting.key) for one in options if one.setting.key in found.origins}
    context.default_map = {**(context.default_map or {}), **{name: value for name, value in set_.items() if name}}


def value_of(settings: Settings, key: str) -> Any:
    """A setting's value by its key."""
    value: Any = settings
    for name in key.split("."):
        value = getattr(value, name)
    return value


def configuration() -> Configuration:
    """What holds for the command that runs."""
    context = click.get_current_context(silent=True)
    kept = context.meta.get(_KEPT) if context else None
    return kept if isinstance(kept, Configuration) else read_configuration().checked()


def settings() -> Settings:
    """The settings that hold for the command that runs; its own flags weigh more."""
    return configuration().settings


def open_configured(store: str, thresholds: Mapping[str, float] | None = None) -> Store:
    """Opens a store for reading with the price and the thresholds of the settings. `thresholds`: flags, which weigh more.

    They hold for views that compare jobs; what was derived of each job stands as it was loaded.
    """
    from ingest.store.reader import open_store
    from ingest.views.checks import set_thresholds

    opened = open_store(store, price_per_node_hour=settings().cost.price_per_node_hour)
    try:
        if others := differing_thresholds(opened):
            names = ", ".join(sorted(others))
            tell(
                f"the store was loaded with other thresholds than the settings say ({names}); the next load applies them"
            )
        if numbers := {**store_thresholds(), **(thresholds or {})}:
            set_thresholds(opened.connection, numbers)
    except IngestError:
        opened.close()
        raise
    return opened


def differing_thresholds(store: Store) -> dict[str, float]:
    """The thresholds of the settings that what is derived in a store was not made with.

    Raises IngestError for one that there is not.
    """
    from ingest.views.checks import check_thresholds

    given = store_thresholds()
    if not given:
        return {}
    rows = store.rows("SELECT name, coalesce(setting, value) AS value, used_by FROM threshold_heads")
    try:
        check_thresholds({row["name"]: row["value"] for row in rows}, given)
    except IngestError as error:
        raise IngestError(f"{configuration().origins.get('thresholds')}: {error.wrong}", error.remedy) from None
    derived = {row["name"] for row in store.rows(_DERIVED)}
    return {
        row["name"]: given[row["name"]]
        for row in rows
        if row["name"] in given and row["used_by"] in derived and row["value"] != given[row["name"]]
    }


_DERIVED = "SELECT DISTINCT name FROM ledger.derived_columns UNION SELECT id FROM check_heads"


def store_thresholds() -> dict[str, float]:
    """What `[thresholds]` of the settings say: what the checks of a store compare with once jobs are loaded into it."""
    return dict(settings().thresholds)


def store_option(command: Command) -> Command:
    """`--store`, or `INGEST_STORE`."""
    return click.option(
        "--store",
        cls=SettingOption,
        setting="store",
        type=click.Path(file_okay=False),
        default="ingest-store",
        show_default=True,
        help="The store's folder, or its URL: az://CONTAINER/PREFIX, s3://BUCKET/PREFIX.",
    )(command)


def format_option(*also: str) -> Callable[[Command], Command]:
    """`--format`: those of all results, and one that is not a result's (`text`), which then is the default."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice([*also, *(one.value for one in Format)]),
        default=also[0] if also else None,
        show_default=bool(also),
        help=None if also else "[default: table on a terminal, else csv]",
    )


def output_option(command: Command) -> Command:
    """`-o`, `--output`."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False),
        help="Write to a file instead of stdout; without --format, its suffix names the format.",
    )(command)


def chosen_output(format_: str | None, output: str | None) -> tuple[Format, TextIO | Path]:
    """In which format a result is wanted, and where: what `--format` and `--output` say."""
    default = format_of_file(Path(output)) if output else default_format(sys.stdout)
    return Format(format_) if format_ else default, Path(output) if output else sys.stdout


def lock_option(command: Command) -> Command:
    """`--lock-timeout`, for commands that write."""
    return click.option(
        "--lock-timeout",
        cls=SettingOption,
        setting="load.lock_timeout",
        type=click.FloatRange(0),
        default=60,
        show_default=True,
        help="Seconds to wait for another writer.",
    )(command)


def cluster_option(command: Command) -> Command:
    """`--cluster`, for commands that parse or derive."""
    return click.option(
        "--cluster",
        cls=SettingOption,
        setting="load.cluster",
        metavar="ADDRESS",
        help="Let a cluster do the work: a Dask scheduler (tcp://HOST:8786), local for one that is started here, or "
        "module:function that returns a concurrent.futures.Executor. Its machines must reach the store.",
    )(command)


def plugin_options(command: Command) -> Command:
    """`--plugin`, and `INGEST_PLUGINS`, and `--no-plugins`."""
    command = click.option(
        "--no-plugins",
        is_flag=True,
        help="Only the built-in parsers and --plugin files; neither installed plugins nor those of the settings.",
    )(command)
    return click.option(
        "--plugin",
        "plugin_files",
        multiple=True,
        type=click.Path(),
        metavar="FILE",
        help="A Python file with more parsers; may be given several times. Those listed in INGEST_PLUGINS "
        f"(FILE{os.pathsep}FILE...) or ingest.toml are used too.",
    )(command)


def log_options(command: Command) -> Command:
    """`--quiet`, `--verbose`, `--log-format`."""
    command = click.option("-q", "--quiet", is_flag=True, help="Only errors on stderr, no progress.")(command)
    command = click.option("-v", "--verbose", is_flag=True, help="More on stderr.")(command)
    return click.option(
        "--log-format",
        cls=SettingOption,
        setting="log.format",
        type=click.Choice(["console", "json"]),
        help="Format of log lines on stderr.  [default: console on a terminal, else json]",
    )(command)


def configure_log(quiet: bool, verbose: bool, log_format: str | None, log_file: str | None = None) -> None:
    """Sets up our own log as the options say."""
    from ingest.logs import LogFormat, configure

    level = "error" if quiet else "debug" if verbose else "info"
    configure(level, LogFormat(log_format) if log_format else None, log_file)


def plugin_choice(plugin_files: tuple[str, ...], no_plugins: bool) -> PluginOptions:
    """The plugin options as one value."""
    from ingest.plugin.registry import PluginOptions

    return PluginOptions(plugin_files, not no_plugins, () if no_plugins else settings().plugins)


def load_plugins(plugin_files: tuple[str, ...], no_plugins: bool) -> Registry:
    """The registry that the options ask for; what is wrong with plugins is told on stderr."""
    from ingest.plugin.registry import load_registry

    registry = load_registry(plugin_choice(plugin_files, no_plugins))
    tell_plugin_problems(registry.problems)
    return registry


def tell_plugin_problems(problems: Iterable[Problem]) -> None:
    """A line on stderr for each."""
    for problem in problems:
        tell(f"plugin {problem.plugin}: {problem.reason}")


def tell(text: str) -> None:
    """A line on stderr; nothing in it can steer the terminal."""
    from ingest.output.shown import shown

    click.echo(f"ingest: {shown(text)}", err=True)
