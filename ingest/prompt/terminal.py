"""Reading what is typed: with editing, colours, Tab and history where the terminal can do it, else line by line."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import Output
from prompt_toolkit.output.defaults import create_output
from prompt_toolkit.utils import is_dumb_terminal
from pygments.lexers.sql import SqlLexer

from ingest.artifact_root import is_text
from ingest.prompt.history import MaskedHistory
from ingest.prompt.statements import is_ended

PROMPT = "ingest> "
MORE = "   ...> "
Read = Callable[[], str]


def reader(
    completer: Completer,
    history: Path,
    tell: Callable[[str], None],
    *,
    input: Input | None = None,
    output: Output | None = None,
) -> Read:
    """What gives the next input, whole: a command, or SQL up to its `;`.

    It raises EOFError on Ctrl-D and KeyboardInterrupt on Ctrl-C.
    """
    if is_dumb_terminal() and input is None:
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")  # before anything is read
        return _read_lines
    session: PromptSession[str] = PromptSession(
        PROMPT,
        multiline=True,
        prompt_continuation=lambda _width, _line, wraps: " " * len(MORE) if wraps else MORE,
        lexer=PygmentsLexer(SqlLexer),
        completer=completer,
        complete_while_typing=False,
        history=MaskedHistory(history, tell),
        key_bindings=_keys(),
        search_ignore_case=True,
        enable_suspend=True,
        input=input,
        output=output or create_output(always_prefer_tty=True),  # stdout may be a file: results go there, no prompt
    )
    return session.prompt


def is_whole(text: str) -> bool:
    """Whether a text can be answered: a command, SQL up to its end, or nothing."""
    line = text.strip()
    return not line or line.startswith(".") or line.lower() in BARE or not is_text(text) or is_ended(text)


BARE = {"exit": ".quit", "quit": ".quit", "help": ".help", "\\q": ".quit", "?": ".help"}
"""Words that people try, and what they mean by them."""


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        """Takes the chosen completion, sends what is whole, else begins a line."""
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
        elif is_whole(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return keys


def _read_lines() -> str:
    """For terminals that cannot move the cursor."""
    text = ""
    while True:
        print(MORE if text else PROMPT, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            print(file=sys.stderr)
            raise EOFError
        text += line
        if is_whole(text):
            return text
