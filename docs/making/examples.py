"""Examples that run: the commands in the documentation are executed, and their output is what the pages show.

A block is a fenced block with a comment on the line above it:

* `<!-- runnable -->`: run it, as a user at a plain terminal 100 columns wide would (`sh` by bash, `python` by Python);
  `<!-- runnable exit=3 -->` if another exit code than 0 is meant;
* `<!-- run COMMAND -->`, without a block: run it, where the page shows another way to come to the same output;
* `<!-- output -->`: what was printed last, stdout and stderr; written by `docs/generate.py`;
* `<!-- file NAME -->`: a file for the blocks below.

What a block installs with `pip install --target installed` is there for those below it.

All blocks of a page run in one new folder that holds a copy of `data/jobs`, as if it were a clone of the repository.
How long something took ("in 0.4 s") and the ids of files differ from run to run and are not compared.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_WIDTH = 100
_LONGEST_RUN_S = 120

_BLOCK = re.compile(
    r"^<!-- (?P<what>runnable|output|file)(?: (?P<option>\S+))? -->\n```(?P<language>\w+)\n(?P<body>.*?)^```$"
    r"|^<!-- run (?P<command>[^\n]+) -->$",
    re.MULTILINE | re.DOTALL,
)
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_VARYING = re.compile(
    r"\bin \d+(?:\.\d+)? ?s\b"  # how long it took
    r"|\b\d{15,20}\b"  # the id of a file, made from its time too
)


@dataclass(frozen=True, slots=True)
class _Block:
    what: str
    option: str
    language: str
    body: str
    start: int
    end: int
    """Where the body stands in the page."""


def with_outputs(text: str, repository: Path) -> str:
    """The page with the outputs of its examples as they are now. Raises `ValueError` if one fails."""
    blocks = list(_blocks(text))
    if not any(block.what == "runnable" for block in blocks):
        return text
    parts: list[str] = []
    done = 0
    printed = ""
    with tempfile.TemporaryDirectory(prefix="ingest-example-") as folder:
        workspace = Path(folder)
        shutil.copytree(repository / "data" / "jobs", workspace / "data" / "jobs")
        for block in blocks:
            if block.what == "file":
                file = workspace / block.option
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.body, encoding="utf-8")
            elif block.what == "runnable":
                printed = _run(block, workspace).replace(str(workspace.resolve()), "/home/you/ingest")
            elif not _same(block.body, printed):
                parts += text[done : block.start], printed
                done = block.end
    return "".join([*parts, text[done:]])


def _blocks(text: str) -> Iterator[_Block]:
    for found in _BLOCK.finditer(text):
        if found["command"]:
            yield _Block("runnable", "", "sh", found["command"], *found.span("command"))
        else:
            yield _Block(found["what"], found["option"] or "", found["language"], found["body"], *found.span("body"))


def _same(shown: str, printed: str) -> bool:
    """Whether both say the same, but for what differs from run to run."""
    return _VARYING.sub("#", shown) == _VARYING.sub("#", printed)


def _run(block: _Block, workspace: Path) -> str:
    """What a block prints. Raises `ValueError` if it ends with another code than it should."""
    if block.language == "python":
        command = [sys.executable, "-c", block.body]
    else:
        command = ["bash", "-euo", "pipefail", "-c", block.body]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INGEST_")}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(workspace / "installed"), os.environ.get("PYTHONPATH", "")]).rstrip(
            os.pathsep
        ),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "COLUMNS": str(_WIDTH),
        "NO_COLOR": "1",
        "TERM": "dumb",  # without a progress bar and a pager
        "TZ": "UTC",
    }
    code, printed = _in_terminal(command, workspace, environment)
    wanted = int(block.option.removeprefix("exit=") or 0)
    if code != wanted:
        raise ValueError(f"exit code {code}, not {wanted}, of the example\n{block.body}\n{printed}")
    return printed


def _in_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Runs a command with a terminal as its stdout and stderr; its exit code and what it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, _WIDTH, 0, 0))
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, close_fds=True
    )
    os.close(theirs)
    written = bytearray()
    try:
        while chunk := _read(ours):
            written += chunk
        code = process.wait(_LONGEST_RUN_S)
    finally:
        process.kill()
        os.close(ours)
    lines = _COLOUR.sub("", written.decode("utf-8", "replace")).replace("\r\n", "\n").split("\n")
    return code, "\n".join(line.rstrip() for line in lines)


def _read(terminal: int) -> bytes:
    """The next bytes; none when the other side has been closed, which Linux tells as an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""
