"""`ingest problems`: what is known to go wrong, and what to do about it."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ingest.cli.completion import complete_problem
from ingest.cli.options import load_plugins, plugin_options
from ingest.errors import IngestError
from ingest.output.terminal import text_width

if TYPE_CHECKING:
    from ingest.known_problems import ListedProblem

_NO_TEXT = "none: it leaves no text in a log"


@click.command(short_help="List the known problems, with cause and fix.")
@click.argument("problem_id", required=False, metavar="[ID]", shell_complete=complete_problem)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plugin_options
def problems(problem_id: str | None, format_: str, plugin_files: tuple[str, ...], no_plugins: bool) -> None:
    """List the known problems with cause, fix and source, including those that leave no text in a log.

    With ID: all that is known of one, with the pattern that its messages match. They are listed in the order in which
    they are matched. Which of them occur in a job: ingest sql "SELECT * FROM known_problems_seen"
    """
    known = load_plugins(plugin_files, no_plugins).known_problems
    if problem_id is not None:
        known = tuple(one for one in known if one.problem.id == problem_id)
        if not known:
            raise IngestError(f"{problem_id}: no known problem has this id", "All of them: ingest problems")
    if format_ == "json":
        told = [_told(one) for one in known]
        click.echo(json.dumps(told if problem_id is None else told[0], indent=2, ensure_ascii=False))
    else:
        _show(known, whole=problem_id is not None)


def _told(listed: ListedProblem) -> dict[str, Any]:
    """All of one for programs."""
    return {"rank": listed.rank, **asdict(listed.problem), "plugin": listed.plugin}


def _show(known: Sequence[ListedProblem], *, whole: bool) -> None:
    """A paragraph for each."""
    from ingest.output import escape_controls

    for place, (rank, one, plugin) in enumerate(known):
        if place:
            click.echo()
        click.secho(escape_controls(one.id), bold=True)
        lines = {"cause": one.cause, "fix": one.fix, "see": one.reference}
        if whole:
            kind = ", generic: it only says that something failed" if one.generic else ""
            lines |= {"pattern": one.pattern or _NO_TEXT, "sure": f"{one.confidence}{kind}"}
            lines |= {"order": f"matched as number {rank}", "plugin": plugin}
        for name, text in lines.items():
            for line in textwrap.wrap(
                escape_controls(text),
                text_width(sys.stdout),
                initial_indent=f"  {name:<9}",
                subsequent_indent=" " * 11,
                break_on_hyphens=False,
            ):
                click.echo(line)
