"""`ingest config`: what is set, and where."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from ingest.cli.config_trust import trust
from ingest.cli.options import SettingOption, configuration, lock_option, log_options, store_option, value_of
from ingest.errors import ExitCode


@click.group(
    invoke_without_command=True,
    short_help="Show, check or write the settings.",
)
@click.option("--show", "what", flag_value="show", default="show", help="Every setting with its value and origin.")
@click.option("--check", "what", flag_value="check", help="Report all mistakes; exit code 2 if there are any.")
@click.option("--example", "what", flag_value="example", help="An ingest.toml of all settings, commented out.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Format of --show.")
@store_option
@lock_option
@log_options
@click.pass_context
def config(context: click.Context, /, what: str, format_: str, **_given: Any) -> None:
    """Show, check or write the settings.

    \b
      ingest config                             the settings in effect here
      ingest config --example > ingest.toml     a file to start with
      ingest config trust                       ./ingest.toml is mine: use it

    An option overrides an environment variable, which overrides ingest.toml, which overrides the default. Settings
    are read from the file that --config or INGEST_CONFIG names, else from ./ingest.toml if it is trusted, else from
    ingest.toml in your configuration folder. Secrets are masked.
    """
    if context.invoked_subcommand is not None:
        return
    if what == "example":
        from ingest.config.template import template

        click.echo(template(), nl=False)
        return
    if what == "show":
        rows = _rows(context)
        if format_ == "json":
            click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        else:
            _show(rows)
    if _tell_problems():
        sys.exit(ExitCode.USAGE)
    if what == "check":
        _tell_good()


config.add_command(trust)


def _rows(context: click.Context) -> list[dict[str, Any]]:
    """Every setting: its value as in a file, and where it comes from."""
    from ingest.config.settings import all_settings
    from ingest.output import Redactor

    held = configuration()
    flags = {
        one.setting.key: (one.opts[0], context.params[one.name])
        for one in context.command.params
        if isinstance(one, SettingOption)
        and one.name
        and context.get_parameter_source(one.name) is click.core.ParameterSource.COMMANDLINE
    }
    rows = []
    for key, setting in all_settings().items():
        origin, value = flags.get(key, (held.origins.get(key, "default"), value_of(held.settings, key)))
        plain = dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        rows.append({"setting": key, "value": plain, "from": origin, "variable": setting.variable})
    masked = Redactor().value(rows)
    assert isinstance(masked, list)
    return masked


def _show(rows: list[dict[str, Any]]) -> None:
    """A line for each setting."""
    from ingest.output import escape_controls

    held = configuration()
    click.echo(escape_controls(f"settings from {held.file or 'no file'}"), err=True)
    width = max(len(row["setting"]) for row in rows)
    shown = [_shown(row["value"]) for row in rows]
    values = min(max(map(len, shown)), 40)
    for row, value in zip(rows, shown, strict=True):
        click.echo(escape_controls(f"{row['setting']:<{width}}  {value:<{values}}  {row['from']}"))


def _shown(value: Any) -> str:
    """As it would be written in the file; `-` if it is not set."""
    if value is None:
        return "-"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_shown(one)}' for key, one in value.items())} }}" if value else "{}"
    return json.dumps(value, ensure_ascii=False)


def _tell_problems() -> bool:
    """All that is wrong, on stderr; whether anything is."""
    from ingest.output import escape_controls, redact_text

    held = configuration()
    for note in held.notes:
        click.echo(f"note: {escape_controls(note)}", err=True)
    for problem in held.problems:
        click.echo(f"ingest: {escape_controls(redact_text(problem.wrong))}", err=True)
        click.echo(f"  → {escape_controls(problem.remedy)}", err=True)
    return bool(held.problems)


def _tell_good() -> None:
    held = configuration()
    from ingest.output import escape_controls

    click.echo(
        escape_controls(f"{held.file or 'no ingest.toml here'}: {len(held.origins)} settings, all good"), err=True
    )
