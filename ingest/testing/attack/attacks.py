"""The attacks, by name: each does its harm once and says what it found. Here are those on a command that is stopped."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from ingest.errors import ExitCode
from ingest.testing.attack.damage import damaged_files, damaged_tree
from ingest.testing.attack.forked import Ended
from ingest.testing.attack.ground import COMMANDS, Ground, Outcome
from ingest.testing.attack.hostile_report import hostile_report
from ingest.testing.attack.state import examined, files_of, is_untouched
from ingest.testing.attack.together import together

_LARGEST = 4_000_000
"""Bytes; a catalog is smaller."""


def kill(ground: Ground, random: Random) -> Outcome:
    """Kills a command at random instants: the state is that of before or of after, and the next run leads to that of after.

    The next run starts from what the killed one left, and is mostly killed as well; after one that came to its end the
    store is looked at, and a fresh one taken. Each command gets the same time, so a short one is killed more often.
    """
    command = random.choice(list(COMMANDS))
    course = ground.course(command)
    path = ground.store()
    outcome = Outcome()
    checked = files_of(path)
    until = time.monotonic() + ground.round_s
    is_changed = is_over = False
    while not is_over:
        is_over = time.monotonic() > until
        stop = {} if is_over else course.stop(random, is_changed=is_changed)
        ended = ground.commands.run(*ground.arguments(command), watched=ground.watched, **stop)
        if is_over or ended.code != -signal.SIGKILL:
            outcome.findings += _at_its_end(ground, command, path, ended)
            course.seconds[is_changed] = ended.seconds
            path = ground.store()
            checked = files_of(path)
            is_changed = False
            continue
        outcome.tries += 1
        now = files_of(path)
        if is_untouched(path, checked, now):  # most are killed before they change anything that is read
            continue
        checked = now
        is_changed = True
        held, wrong = examined(path, at_rest=False)
        if held not in (ground.before, course.after):
            outcome.findings.append("the store holds a state between before and after")
        outcome.findings += wrong
    outcome.findings = [f"{command} killed: {one}" for one in outcome.findings]
    return outcome


def _at_its_end(ground: Ground, command: str, path: Path, ended: Ended) -> Iterator[str]:
    """What is wrong after a run that came to its end, on a store on which others may have been killed."""
    gone = command == "forget" and "no such job" in ended.said  # a killed one had done it
    if ended.code and not gone:
        yield f"the next run ended with {ended.code}: {ended.said}"
    if gone:
        ground.commands.run("compact", "--store", path)
    held, wrong = examined(path)
    if held != ground.course(command).after:
        yield "the next run did not lead to the state of after"
    yield from wrong


def interrupt(ground: Ground, random: Random) -> Outcome:
    """Stops a command with a signal that it can answer: it says so, and leaves a whole state and nothing else."""
    command = random.choice(list(COMMANDS))
    course = ground.course(command)
    path = ground.store()
    before = _room(path)
    by = random.choice((signal.SIGINT, signal.SIGTERM))
    stop = course.stop(random, earliest=0.1)  # before that it is not yet ready to answer
    ended = ground.commands.run(*ground.arguments(command), watched=ground.watched, stop_by=int(by), **stop)
    now, wrong = examined(path)
    found: list[str] = []
    if ended.code == (ExitCode.INTERRUPTED if by == signal.SIGINT else -by):
        if now not in (ground.before, course.after):
            found.append("the store holds a state between before and after")
        is_silent = by == signal.SIGTERM and not ended.said  # it came before the first or after the last change
        if not is_silent and "commit" not in ended.said:
            found.append(f"it said: {ended.said}")
        if now == ground.before != course.after and _room(path) != before:
            found.append("it left files behind")
    elif ended.code != 0:
        found.append(f"it ended with {ended.code}: {ended.said}")
    return Outcome(1, [f"{command}, {by.name}: {one}" for one in (*found, *wrong)])


def full_disk(ground: Ground, random: Random) -> Outcome:
    """Lets no file grow beyond a size: the command says that the disk is full, the state is as before, and so is the room."""
    command = random.choice([name for name in COMMANDS if name != "load by two"])
    after = ground.course(command).after
    path = ground.store()
    before = _room(path)
    limit = int(_LARGEST ** random.random())
    ended = ground.commands.run(*ground.arguments(command), limit=limit)
    now, wrong = examined(path)
    found: list[str] = []
    if ended.code == 0:
        if now != after:
            found.append("it ended with 0, and did not do its work")
    else:
        if ended.code not in (ExitCode.STORE, ExitCode.NIGHT_FAILED) or "the disk is full" not in ended.said:
            found.append(f"it ended with {ended.code}: {ended.said}")
        elif command != "nightly" and _room(path) != before:
            found.append("it left files behind")
        if now not in (ground.before, after):
            found.append("the store holds a state between before and after")
        found += wrong
    return Outcome(1, [f"{command} with files of at most {limit} bytes: {one}" for one in found])


def _room(path: Path) -> dict[str, int]:
    """The files of a store that take room."""
    found = {str(one.relative_to(path)): one.stat().st_size for one in path.rglob("*") if one.is_file()}
    return {name: size for name, size in found.items() if size and not name.startswith("writer.")}


Attack = Callable[[Ground, Random], Outcome]

ATTACKS: dict[str, tuple[Attack, float]] = {
    "kills": (kill, 20),
    "signals": (interrupt, 2),
    "reads beside writers": (together, 20),
    "damaged trees": (damaged_tree, 6),
    "damaged files": (damaged_files, 4),
    "full disk": (full_disk, 2),
    "hostile reports": (hostile_report, 1),
}
"""Name → what does its harm once, and its share of the time."""

IS_SUPPORTED = hasattr(os, "fork")
