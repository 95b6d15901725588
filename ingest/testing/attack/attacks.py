"""The attacks, by name: each does its harm once and says what it found. Here are those on a command that is stopped."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from ingest.errors import ExitCode
from ingest.testing.attack.damage import damaged_files, damaged_tree
from ingest.testing.attack.ground import COMMANDS, Ground, Outcome
from ingest.testing.attack.hostile_report import hostile_report
from ingest.testing.attack.state import faults, files_of, is_untouched, state
from ingest.testing.attack.together import together

_LARGEST = 4_000_000
"""Bytes; a catalog is smaller."""

_KILLS = 25
"""How often a command is killed on one store before it may run to its end."""


def kill(ground: Ground, random: Random) -> Outcome:
    """Kills a command at random instants: the state is that of before or of after, and the next run leads to that of after."""
    command = random.choice(list(COMMANDS))
    after, seconds = ground.after(command)
    path = ground.store()
    outcome = Outcome()
    checked = files_of(path)
    for _ in range(_KILLS):
        ended = ground.commands.run(*ground.arguments(command), stop_after=random.uniform(0, 1.05 * seconds))
        if ended.code != -signal.SIGKILL:
            break
        outcome.tries += 1
        now = files_of(path)
        if is_untouched(path, checked, now):  # most are killed before they change anything that is read
            continue
        checked = now
        if state(path) not in (ground.before, after):
            outcome.findings.append("the store holds a state between before and after")
        outcome.findings += faults(path, at_rest=False)
    outcome.findings = [
        f"{command} killed: {one}" for one in (*outcome.findings, *_finished(ground, command, path, after))
    ]
    return outcome


def _finished(ground: Ground, command: str, path: Path, after: str) -> Iterator[str]:
    again = ground.commands.run(*ground.arguments(command))
    gone = command == "forget" and "no such job" in again.said  # it was done
    if again.code and not gone:
        yield f"the next run ended with {again.code}: {again.said}"
    if gone:
        ground.commands.run("compact", "--store", path)
    if state(path) != after:
        yield "the next run did not lead to the state of after"
    yield from faults(path)


def interrupt(ground: Ground, random: Random) -> Outcome:
    """Stops a command with a signal that it can answer: it says so, and leaves a whole state and nothing else."""
    command = random.choice(list(COMMANDS))
    after, seconds = ground.after(command)
    path = ground.store()
    before = _room(path)
    by = random.choice((signal.SIGINT, signal.SIGTERM))
    ended = ground.commands.run(
        *ground.arguments(command), stop_after=random.uniform(0.1, max(seconds, 0.2)), stop_by=int(by)
    )
    found: list[str] = []
    if ended.code == (ExitCode.INTERRUPTED if by == signal.SIGINT else -by):
        now = state(path)
        if now not in (ground.before, after):
            found.append("the store holds a state between before and after")
        is_silent = by == signal.SIGTERM and not ended.said  # it came before the first or after the last change
        if not is_silent and "commit" not in ended.said:
            found.append(f"it said: {ended.said}")
        if now == ground.before != after and _room(path) != before:
            found.append("it left files behind")
    elif ended.code != 0:
        found.append(f"it ended with {ended.code}: {ended.said}")
    found += faults(path)
    return Outcome(1, [f"{command}, {by.name}: {one}" for one in found])


def full_disk(ground: Ground, random: Random) -> Outcome:
    """Lets no file grow beyond a size: the command says that the disk is full, the state is as before, and so is the room."""
    command = random.choice([name for name in COMMANDS if name != "load by two"])
    after, _ = ground.after(command)
    path = ground.store()
    before = _room(path)
    limit = int(_LARGEST ** random.random())
    ended = ground.commands.run(*ground.arguments(command), limit=limit)
    found: list[str] = []
    if ended.code == 0:
        if state(path) != after:
            found.append("it ended with 0, and did not do its work")
    else:
        if ended.code not in (ExitCode.STORE, ExitCode.NIGHT_FAILED) or "the disk is full" not in ended.said:
            found.append(f"it ended with {ended.code}: {ended.said}")
        elif command != "nightly" and _room(path) != before:
            found.append("it left files behind")
        if state(path) not in (ground.before, after):
            found.append("the store holds a state between before and after")
        found += faults(path)
    return Outcome(1, [f"{command} with files of at most {limit} bytes: {one}" for one in found])


def _room(path: Path) -> dict[str, int]:
    """The files of a store that take room."""
    found = {str(one.relative_to(path)): one.stat().st_size for one in path.rglob("*") if one.is_file()}
    return {name: size for name, size in found.items() if size and not name.startswith("writer.")}


Attack = Callable[[Ground, Random], Outcome]

ATTACKS: dict[str, tuple[Attack, float]] = {
    "kills": (kill, 4),
    "signals": (interrupt, 1),
    "reads beside writers": (together, 3),
    "damaged trees": (damaged_tree, 1),
    "damaged files": (damaged_files, 3),
    "full disk": (full_disk, 1),
    "hostile reports": (hostile_report, 1),
}
"""Name → what does its harm once, and its share of the time."""

IS_SUPPORTED = hasattr(os, "fork")
