"""`ingest completion`: the script that completes our commands in a shell, and what it completes besides their names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.store.reader import Store

_SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_INGEST_COMPLETE"


@click.command(short_help="Print a script for completion in bash, zsh or fish.")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, paths, ids of jobs and names of views in your shell.

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
    return _completed(context, query, incomplete)


def complete_view(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of views and tables that begin so, each with its question."""
    query = """
        SELECT view_name AS value, split_part(coalesce(comment, ''), chr(10), 1) AS help
        FROM duckdb_views() WHERE database_name = 'catalog' AND schema_name = 'main' AND NOT internal
        ORDER BY value
    """
    return _completed(context, query, incomplete)


def complete_path(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files and folders: the shell completes these itself."""
    return [CompletionItem(incomplete, type="file")]


def _completed(context: click.Context, query: str, incomplete: str) -> list[CompletionItem]:
    """Rows of a store as completions; none where no store can be opened, since a prompt is no place for errors."""
    from ingest.output.shown import shown

    try:
        with _opened(context) as store:
            rows = store.rows(query)
    except IngestError:
        return []
    return [
        CompletionItem(shown(row["value"]), help=shown(row["help"]))
        for row in rows
        if row["value"].startswith(incomplete)
    ]


def _opened(context: click.Context) -> Store:
    from ingest.store.reader import open_store

    return open_store(context.params.get("store") or os.environ.get("INGEST_STORE") or "ingest-store")
