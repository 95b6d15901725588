"""`ingest completion`: the script that completes our commands in a shell, and what it completes besides their names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry
    from ingest.store.reader import Store

_SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_INGEST_COMPLETE"


@click.command(short_help="Print a script for completion in bash, zsh or fish.")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, paths and the names of jobs, views and known problems in your shell.

    \b
      ingest completion bash > ~/.local/share/bash-completion/completions/ingest
      ingest completion zsh > ~/.zfunc/_ingest        with fpath+=~/.zfunc before compinit in ~/.zshrc
      ingest completion fish > ~/.config/fish/completions/ingest.fish

    Jobs and views are those of the store that --store or INGEST_STORE names, else of ./ingest-store.
    """
    found = get_completion_class(shell)
    assert found is not None, shell  # click has these three
    click.echo(found(context.find_root().command, {}, "ingest", _VARIABLE).source())


def complete_job(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the store's jobs that begin so, each with its state."""
    query = "SELECT job_id AS value, coalesce(state, 'unknown') AS help FROM jobs ORDER BY started_at DESC NULLS LAST"
    try:
        with _opened(context) as store:
            rows = store.rows(query)
    except IngestError:
        return []  # a prompt is no place for errors
    return _beginning(((row["value"], row["help"]) for row in rows), incomplete)


def complete_view(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of views, macros and tables that begin so, each with its question; no store is needed."""
    from ingest.cli.views import relations

    return _beginning(((one.name, one.says) for one in relations(_plugins(context))), incomplete)


def complete_problem(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the known problems that begin so, each with its cause."""
    registry = _plugins(context)
    return _beginning(((one.problem.id, one.problem.cause) for one in registry.known_problems), incomplete)


def complete_path(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files and folders: the shell completes these itself."""
    return [CompletionItem(incomplete, type="file")]


def _beginning(names: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    """Names that begin so, each with a line about it."""
    from ingest.output.shown import shown

    return [CompletionItem(shown(name), help=shown(about)) for name, about in names if name.startswith(incomplete)]


def _plugins(context: click.Context) -> Registry:
    """The plugins, with those that the command line names; what is wrong with one is not for a prompt."""
    from ingest.cli.options import plugin_choice
    from ingest.plugin.registry import load_registry

    return load_registry(
        plugin_choice(context.params.get("plugin_files") or (), bool(context.params.get("no_plugins")))
    )


def _opened(context: click.Context) -> Store:
    from ingest.store.reader import open_store

    return open_store(context.params.get("store") or os.environ.get("INGEST_STORE") or "ingest-store")
