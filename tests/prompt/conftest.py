"""What the tests of the prompt share: a store, what is typed, and a terminal of bytes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import environment

if TYPE_CHECKING:
    from ingest.prompt.session import Session
    from tests.conftest import Keep, Logs, StoreUnderTest

    Typed = Callable[..., tuple[str, str]]
    Open = Callable[..., "Terminal"]

_STEERING = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r")
_LONGEST_S = 60


@pytest.fixture(scope="module")
def shared(kept: Keep, logs: Logs) -> StoreUnderTest:
    """A store with a job of nine records and an error."""
    return kept({logs.worker: logs.records(9) + logs.error()})[0]


@pytest.fixture
def session(shared: StoreUnderTest) -> Iterator[Session]:
    """A prompt's session at that store."""
    from ingest import open_store
    from ingest.output import Format
    from ingest.prompt.session import Session

    session = Session(lambda: open_store(shared.path), Format.TABLE)
    yield session
    session.close()


@pytest.fixture
def typed(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Typed:
    """Types at a prompt, through the real editor; Ctrl-D follows. Gives what stands on stdout and on stderr."""
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    from ingest.prompt.loop import run_prompt

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def type_(*lines: str) -> tuple[str, str]:
        with create_pipe_input() as keys:
            keys.send_bytes(("".join(f"{line}\r" for line in lines) + "\x04").encode("utf-8", "surrogateescape"))
            run_prompt(session, input=keys, output=DummyOutput())
        told = capsys.readouterr()
        return told.out, told.err

    return type_


class Terminal:
    """`ingest sql` in a terminal: what is typed goes in as bytes, what it shows comes out."""

    def __init__(self, arguments: list[str], columns: int, env: dict[str, str], stdout: Path | None) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        with (stdout or Path(os.devnull)).open("wb") as redirected:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ingest", "sql", *arguments],
                stdin=theirs,
                stdout=redirected if stdout else theirs,
                stderr=theirs,
                env=env,
                preexec_fn=_own_terminal,
            )
        os.close(theirs)
        self.shown = ""
        self._seen = 0

    def type(self, text: str) -> Terminal:
        """Presses keys."""
        os.write(self._ours, text.encode("utf-8", "surrogateescape"))
        return self

    def ask(self, text: str) -> Terminal:
        """Types a line at the next prompt. Before it is there, keys may be lost: the terminal is in another mode."""
        self.expect("ingest>")
        return self.type(f"{text}\r")

    def interrupt(self) -> Terminal:
        """Presses Ctrl-C, again and again, as people do; whether the query has begun cannot be seen."""
        self._seen = len(self.shown)
        until = time.monotonic() + _LONGEST_S
        while "interrupted" not in self.shown[self._seen :]:
            assert time.monotonic() < until, self.shown
            self.type("\x03\x03")
            time.sleep(0.3)
            self._read()
        return self

    def expect(self, text: str) -> str:
        """Waits until a text is shown that was not yet when the last one was; gives what was shown up to it."""
        until = time.monotonic() + _LONGEST_S
        while text not in self.shown[self._seen :]:
            assert time.monotonic() < until, self.shown
            if not self._read():
                raise AssertionError(f"it ended, and never said {text!r}: {self.shown}")
        start, self._seen = self._seen, self.shown.index(text, self._seen) + len(text)
        return self.shown[start : self._seen]

    def leave(self, keys: str = "\x04") -> int:
        """Leaves, and gives the exit code."""
        if keys:
            self.expect("ingest>")
            self.type(keys)
        until = time.monotonic() + _LONGEST_S
        while self._read():
            assert time.monotonic() < until, self.shown
        return self.process.wait(timeout=_LONGEST_S)

    def end(self) -> None:
        """Ends it, in whatever state it is."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self) -> bool:
        """More of what is shown; False if it ended."""
        ready, _, _ = select.select([self._ours], [], [], 0.2)
        if not ready:
            return self.process.poll() is None
        try:
            more = os.read(self._ours, 65_536)
        except OSError:  # how Linux tells that the other side was closed
            return False
        self.shown += _STEERING.sub("", more.decode("utf-8", "replace"))
        return bool(more)


def _own_terminal() -> None:
    """So that Ctrl-C reaches the process, as in a shell."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    """Opens the prompt at a store, in a terminal of its own."""
    opened: list[Terminal] = []

    def start(store: Path, *arguments: str, columns: int = 100, stdout: Path | None = None, **more: str) -> Terminal:
        env = environment(TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1", XDG_STATE_HOME=str(tmp_path / "state")) | more
        opened.append(Terminal(["--store", str(store), *arguments], columns, env, stdout))
        return opened[-1]

    yield start
    for one in opened:
        one.end()
