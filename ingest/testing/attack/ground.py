"""Where attacks take place: trees of logs made of the parsers' samples, and a store of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

from ingest.plugin.registry import load_registry
from ingest.store.paths import Layout
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

Files = dict[str, str]
"""Path below a job's folder → text."""

_FILES = 10
"""Of a job of the store: a tenth of a second more for each command means hundreds of kills less in a night."""

_JUST_AFTER_S = 0.01


@dataclass
class Outcome:
    """What an attack tried and found."""

    tries: int = 0
    findings: list[str] = field(default_factory=list)
    states: int = 0
    """How many states readers saw."""


@dataclass(slots=True)
class Course:
    """How a command goes if nobody disturbs it."""

    after: str
    """The state that it leads to."""
    changes: int
    """How often the catalog, the next one, or the folder of all is seen to change."""
    seconds: dict[bool, float]
    """How long it takes; True: on a store that a killed one has changed."""

    def stop(self, random: Random, *, is_changed: bool = False, earliest: float = 0.0) -> dict[str, float]:
        """When to send a signal: as likely at any time as just after a change."""
        if self.changes and random.random() < 0.5:
            return {"stop_at": random.randint(1, self.changes), "stop_after": random.uniform(0, _JUST_AFTER_S)}
        return {"stop_after": max(earliest, random.uniform(0, 1.05 * self.seconds[is_changed]))}


class Ground:
    """A store of two jobs, and trees in which a third is new and a file of the second has changed.

    Jobs have some of the samples' files, by chance. `round_s`: for how many seconds one command is killed again and again,
    or a store is read beside writers, before something else comes.
    """

    def __init__(
        self, folder: Path, commands: Commands, writers: Sequence[Commands], random: Random, round_s: float
    ) -> None:
        self.round_s = round_s
        self.folder = folder
        self.jobs = folder / "jobs"
        self.path = folder / "store"
        self.commands = commands
        self.writers = writers
        self.trees = 0
        self._base = folder / "base"
        self.renew(random)

    def renew(self, random: Random) -> None:
        """Other files in the jobs, and the store of them."""
        for one in (self.jobs, self.path, self._base):
            shutil.rmtree(one, ignore_errors=True)
        self._courses: dict[str, Course] = {}
        files = dict(random.sample(sorted(sample_files().items()), _FILES))
        for job in ("first", "second"):
            write_job(self.jobs / job, job, files)
            self._load(self.jobs / job, self.path)
        write_job(self.jobs / "third", "third", files)
        changed = self.jobs / "second" / max(files)
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

    def course(self, command: str) -> Course:
        """How a command goes if nobody disturbs it."""
        if command not in self._courses:
            path = self.store()
            ended = self.commands.run(*self.arguments(command), watched=self.watched)
            if ended.code:
                raise RuntimeError(f"{command} ended with {ended.code}: {ended.said}")
            seconds = dict.fromkeys((False, True), ended.seconds)
            self._courses[command] = Course(state(path), ended.changes, seconds)
        return self._courses[command]

    @property
    def watched(self) -> list[Path]:
        """The files of the store whose changes are a commit, or its preparation."""
        layout = Layout.of(self.path)
        draft = layout.draft
        return [layout.catalog, draft, draft.with_name(f"{draft.name}.wal"), draft.parent, layout.data]

    @cached_property
    def counted_alone(self) -> dict[str, object]:
        """What is counted of each file of a job of all samples that is loaded alone."""
        folder, store = self.folder / "alone", self.folder / "alone-store"
        write_job(folder / "job", "first")
        self._load(folder, store)
        return {name: counted for (_, name), counted in accounts(store, ["job"]).items()}

    def _load(self, jobs: Path, store: Path) -> None:
        ended = self.commands.run("load", jobs, "--no-verdict", "-q", "--store", store)
        if ended.code:
            raise RuntimeError(f"the first load ended with {ended.code}: {ended.said}")


def sample_files() -> Files:
    """A file for each sample of each parser."""
    samples = [sample for parser in load_registry().parsers.values() for sample in parser.samples]
    return {sample.path: sample.text for sample in samples if ".." not in Path(sample.path).parts}


def write_job(folder: Path, name: str, files: Files | None = None) -> None:
    """A job that has these files; without, one for each sample of each parser."""
    for path, text in (sample_files() if files is None else files).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text.replace("sample", name), encoding="utf-8")
