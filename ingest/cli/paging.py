"""A pager for output that is longer than the terminal."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ingest.output.terminal import has_cursor, wants_colour

_OPTION = "no_pager"


class _Page(io.StringIO):
    """What would go to a terminal; it says of itself that it is one, so that the same is written to it."""

    def __init__(self, terminal: io.TextIOBase) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.terminal.encoding or "utf-8"

    def fileno(self) -> int:
        return self.terminal.fileno()


def with_pager(command: click.Command) -> click.Command:
    """Gives a command the option `--no-pager`, and lets what it writes to a terminal go through a pager if it is long."""
    command.params.append(
        click.Option(
            ["--no-pager"],
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help="Do not page long output on a terminal.",
        )
    )
    callback = command.callback
    assert callback is not None

    def paged(*arguments: object, **options: object) -> object:
        context = click.get_current_context()
        with _paged(wanted=not context.meta.get(_OPTION, False)):
            return callback(*arguments, **options)

    paged.__doc__ = callback.__doc__
    command.callback = paged
    return command


def _keep(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.meta[_OPTION] = value


@contextmanager
def unpaged() -> Iterator[None]:
    """Gives the terminal back to a command that talks with people: what it asks must be seen before its end."""
    page = sys.stdout
    if isinstance(page, _Page):
        sys.stdout = page.terminal
    try:
        yield
    finally:
        sys.stdout = page


@contextmanager
def _paged(*, wanted: bool) -> Iterator[None]:
    """Holds back what is written to the terminal, and shows it at the end; also what came before an error."""
    terminal = sys.stdout
    if not (wanted and has_cursor(terminal) and sys.stdin.isatty() and os.environ.get("PAGER") != "cat"):
        yield
        return
    page = _Page(terminal)  # type: ignore[arg-type]
    sys.stdout = page
    try:
        yield
    finally:
        sys.stdout = terminal
        _show(page.getvalue())


def _show(text: str) -> None:
    """Shows a text at once if it fits on the screen, else with the pager that `PAGER` names, or less or more."""
    if text.count("\n") < shutil.get_terminal_size().lines:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    os.environ.setdefault("LESS", "FRX")  # as git does it: colours, no clearing of the screen
    click.echo_via_pager(text.removesuffix("\n"), color=wants_colour(sys.stdout))
