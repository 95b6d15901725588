"""A command run with a terminal as its output."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNSET = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PAGER", "LESS")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class _Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(*arguments: object, columns: int = 80, environment: Mapping[str, str] | None = None) -> str:
    """What `ingest` writes to a terminal of that width, run in this process; without a pager."""
    from ingest.cli import main

    out, error = (_Terminal(io.BytesIO(), encoding="utf-8") for _ in range(2))
    given = {"COLUMNS": str(columns), "LINES": "500", "TERM": "xterm-256color", **(environment or {})}
    with pytest.MonkeyPatch.context() as patch:
        for name in _UNSET:
            patch.delenv(name, raising=False)
        for name, value in given.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["ingest", *map(str, arguments)])
        for name, stream in (("stdout", out), ("stderr", error)):
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit):
            main()
    out.flush()
    out.seek(0)
    return out.read()


def in_terminal(
    *arguments: object, columns: int = 80, lines: int = 500, environment: Mapping[str, str] | None = None
) -> str:
    """What `ingest` writes to a terminal of that size; stdin is one too."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in _UNSET}
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**inherited, "TERM": "xterm-256color", **(environment or {})},
    )
    os.close(theirs)
    written = bytearray()
    while chunk := _read(ours):
        written += chunk
    process.wait(60)
    os.close(ours)
    return written.decode("utf-8", "replace").replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """The next bytes; none when the other side is closed, which Linux reports as an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def plain(text: str) -> str:
    """The text without colours."""
    return COLOUR.sub("", text)
