"""What a terminal can show, decided in one place: its width, and whether it wants colour.

Colour follows the conventions of https://no-color.org and https://force-color.org: `NO_COLOR` turns it off, `FORCE_COLOR` turns
it on where there is no terminal, `TERM=dumb` is a terminal without colour. The first of them that is set decides.
"""

from __future__ import annotations

import os
import shutil
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100
"""Columns where there is no terminal: in a pipe, a file or a mail."""

NARROWEST = 80
"""Columns that every card fits in; a narrower terminal breaks lines itself."""

WIDEST_TEXT = 120
"""Columns beyond which lines of prose are hard to read."""


def is_terminal(stream: Any) -> bool:
    """Whether a person looks at this stream: only then are width, colour and control characters a matter."""
    isatty = getattr(stream, "isatty", None)
    try:
        return bool(isatty is not None and isatty())
    except ValueError:  # a closed stream
        return False


def has_cursor(stream: Any) -> bool:
    """Whether what is written to this stream can be written over: a terminal, and none that says it is dumb."""
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def width_of(stream: Any) -> int:
    """The columns of the terminal that the stream is; `WIDTH` if it is none."""
    if not is_terminal(stream):
        return WIDTH
    return shutil.get_terminal_size((WIDTH, 24)).columns


def text_width(stream: Any) -> int:
    """The columns for a card: those of the terminal, between `NARROWEST` and `WIDEST_TEXT`."""
    return min(max(width_of(stream), NARROWEST), WIDEST_TEXT)


def colour_choice() -> bool | None:
    """Whether colour is forced (True) or forbidden (False) by the environment; None leaves it to the stream."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def wants_colour(stream: Any) -> bool:
    """Whether colour is to be written to this stream."""
    choice = colour_choice()
    return is_terminal(stream) if choice is None else choice


def console_for(stream: IO[str], width: int | None = None, *, colour: bool | None = None) -> Console:
    """A console of rich on the stream, which draws what it is given and takes none of it for markup.

    `colour` says whether colour is wanted, where the stream itself does not show it.
    """
    from rich.console import Console

    colour = wants_colour(stream) if colour is None else colour
    return Console(
        file=stream,
        width=width,
        height=None if width is None else 25,  # with both, a dumb terminal has the width that was asked for
        markup=False,
        highlight=False,
        emoji=False,
        no_color=not colour,
        color_system="auto" if colour and is_terminal(stream) else "standard" if colour else None,
        force_terminal=True if colour else None,
    )
