"""The commands as a group: in sections, with suggestions for names that are misspelt."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem
from click_default_group import DefaultGroup

from ingest.errors import ExitCode

SECTIONS = (
    ("Load jobs", ("load", "watch", "nightly")),
    ("Understand jobs", ("diagnose", "jobs", "nodes", "timeline", "story", "diff", "check", "report")),
    ("Query the store", ("sql", "views", "problems", "connect", "export")),
    ("Look into files", ("explain", "show")),
    ("Maintain the store", ("rebuild", "forget", "compact", "copy", "doctor")),
    ("Try a script before it runs", ("rehearse",)),
    ("Set up", ("config", "plugins", "completion")),
)

_ELSEWHERE = {
    "help": "--help",
    "version": "--version",
    "list": "jobs",
    "ls": "jobs",
    "query": "sql",
    "ingest": "load",
    "remove": "forget",
    "delete": "forget",
    "rm": "forget",
    "settings": "config",
    "compare": "diff",
}
"""What people type for another command or option."""


class Commands(DefaultGroup):  # type: ignore[misc]  # the library has no types
    """The commands; `ingest JOB_DIRS...` is the main job."""

    def invoke(self, ctx: click.Context) -> Any:
        """Ends quietly when the reader of our output has seen enough, as in `ingest ... | head`."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(ExitCode.OK) from None
        return result

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Says so if the first word is neither a command nor something to load, and names the command that was meant."""
        if args and not ctx.resilient_parsing:
            self._check_name(ctx, args)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def _check_name(self, ctx: click.Context, args: Sequence[str]) -> None:
        name = args[0]
        if not name.replace("-", "").replace("_", "").isalnum() or name.startswith("-"):
            return
        if name in self.commands or Path(name).exists():
            return
        meant = [_ELSEWHERE[name]] if name in _ELSEWHERE else get_close_matches(name, self.commands, n=1, cutoff=0.7)
        if meant:
            raise click.UsageError(
                f"'{name}' is neither a command nor a folder. Did you mean: ingest {meant[0]}?", ctx=ctx
            )
        if {"-h", "--help"} & set(args):
            raise click.UsageError(f"'{name}' is neither a command nor a folder.", ctx=ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # as click has it
        """The commands in their sections; what a section does not name comes last."""
        named = {name for _, names in SECTIONS for name in names}
        others = tuple(name for name in self.commands if name not in named)
        for title, names in (*SECTIONS, ("Others", others)):
            rows = [
                (f"{name}*" if name == self.default_cmd_name else name, command.get_short_help_str(100))
                for name in names
                if (command := self.commands.get(name)) is not None and not command.hidden
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and paths: the first word may be a folder to load."""
        items: list[CompletionItem] = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            return items
        return [*items, CompletionItem(incomplete, type="file")]
