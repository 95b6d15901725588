"""The command line: what `--help` says, and what the exit codes mean."""

from __future__ import annotations

import ast
import inspect

import click

from ingest import errors
from ingest.cli import cli
from ingest.errors import ExitCode

_WIDTH = 100

_MEANING = {
    "OK": "All is well.",
    "USAGE": "The command line or the query is wrong; the message says how to fix it.",
    "INTERRUPTED": "Interrupted with Ctrl-C. The store holds the last whole commit; the same command goes on from there.",
}
"""For members of `ExitCode` that have no docstring of their own."""


def commands() -> str:
    """The help of the program and of each command, as printed at a width of 100."""
    settings = {**cli.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    root = click.Context(cli, info_name="ingest", **settings)
    parts = [_help("ingest", cli, root)]
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=name, parent=root)
        parts.append(_help(f"ingest {name}", command, context))
        for inner, below in command.commands.items() if isinstance(command, click.Group) else ():
            parts.append(_help(f"ingest {name} {inner}", below, click.Context(below, info_name=inner, parent=context)))
    return "\n\n".join(parts)


def _help(title: str, command: click.Command, context: click.Context) -> str:
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {title}\n\n```text\n{text}\n```"


def exit_codes() -> str:
    """A table of `ExitCode`; a member's docstring wins over what is said here."""
    told = _MEANING | _member_docs()
    rows = [f"| {code.value} | `{code.name}` | {told[code.name]} |" for code in ExitCode]
    return "\n".join(["| code | name | meaning |", "|---|---|---|", *rows])


def _member_docs() -> dict[str, str]:
    """The strings that stand behind the members in the source: at run time they are gone."""
    module = ast.parse(inspect.getsource(errors))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "ExitCode")
    docs: dict[str, str] = {}
    member = ""
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            member = node.targets[0].id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and member:
            docs[member] = str(node.value.value)
    return docs
