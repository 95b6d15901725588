"""Where attacks take place: trees of logs made of the parsers' samples, and a store of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.plugin.registry import load_registry
from ingest.testing.attack.forked import Commands
from ingest.testing.attack.state import accounts, state

COMMANDS: dict[str, Sequence[str]] = {
    "load": ("load", "JOBS", "--no-verdict", "-q"),
    "load by two": ("load", "JOBS", "--no-verdict", "-q", "-j", "2"),
    "rebuild": ("rebuild",),
    "compact": ("compact",),
    "forget": ("forget", "first"),
    "nightly": ("nightly", "JOBS", "-q"),
}
"""Every command that writes to a store."""


@dataclass
class Outcome:
    """What an attack tried and found."""

    tries: int = 0
    findings: list[str] = field(default_factory=list)


class Ground:
    """A store of two jobs, and trees in which a third is new and a file of the second has changed."""

    def __init__(self, folder: Path, commands: Commands) -> None:
        self.folder = folder
        self.jobs = folder / "jobs"
        self.path = folder / "store"
        self.commands = commands
        self._base = folder / "base"
        self._after: dict[str, tuple[str, float]] = {}
        for job in ("first", "second"):
            write_job(self.jobs / job, job)
            ended = commands.run("load", self.jobs / job, "--no-verdict", "-q", "--store", self.path)
            if ended.code:
                raise RuntimeError(f"the first load ended with {ended.code}: {ended.said}")
        self.files = {name: counted for (_, name), counted in accounts(self.path, ["first"]).items()}
        self.trees = 0
        write_job(self.jobs / "third", "third")
        changed = max((self.jobs / "second").rglob("*.txt"))
        changed.write_bytes(changed.read_bytes() * 2)
        self.before = state(self.path)
        shutil.move(self.path, self._base)

    def store(self) -> Path:
        """A copy of the store to do harm to, where it was made: it knows its place."""
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(self._base, self.path)
        return self.path

    def arguments(self, command: str) -> list[str]:
        """A command's arguments, for a store of this ground."""
        given = [str(self.jobs) if word == "JOBS" else word for word in COMMANDS[command]]
        return [*given, "--store", str(self.path)]

    def after(self, command: str) -> tuple[str, float]:
        """The state that a command leads to if nobody disturbs it, and how long it takes."""
        if command not in self._after:
            path = self.store()
            ended = self.commands.run(*self.arguments(command))
            if ended.code:
                raise RuntimeError(f"{command} ended with {ended.code}: {ended.said}")
            self._after[command] = state(path), ended.seconds
        return self._after[command]


def write_job(folder: Path, name: str) -> None:
    """A job that has a file for each sample of each parser."""
    for parser in load_registry().parsers.values():
        for sample in parser.samples:
            path = folder / sample.path
            if ".." not in path.parts:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(sample.text.replace("sample", name), encoding="utf-8")
