"""The attacks: each does its harm once and says what it found."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

from ingest.errors import ExitCode, IngestError
from ingest.store.reader import open_store
from ingest.testing.attack.forked import Commands, Ended
from ingest.testing.attack.ground import COMMANDS, Ground, Outcome, write_job
from ingest.testing.attack.state import faults, state
from ingest.testing.damage import mutated

_LARGEST = 4_000_000
"""Bytes; a catalog is smaller."""

_TOGETHER_S = 20.0


_KILLS = 6
"""How often a command is killed on one store before it may run to its end."""


def kill(ground: Ground, random: Random) -> Outcome:
    """Kills a command at random instants: the state is that of before or of after, and the next run leads to that of after."""
    command = random.choice(list(COMMANDS))
    after, seconds = ground.after(command)
    path = ground.store()
    outcome = Outcome()
    for _ in range(_KILLS):
        ended = ground.commands.run(*ground.arguments(command), kill_after=random.uniform(0, 1.05 * seconds))
        if ended.code != -signal.SIGKILL:
            break
        outcome.tries += 1
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


def damaged_tree(ground: Ground, random: Random) -> Outcome:
    """Damages a third of a job's files: the command reads what it can and counts it, and what is asked of it is answered."""
    job = ground.folder / "damaged" / "job"
    shutil.rmtree(job.parent, ignore_errors=True)
    write_job(job, "damaged")
    files = sorted(path for path in job.rglob("*") if path.is_file())
    for path in random.sample(files, len(files) // 3):
        _, content = mutated(path.read_bytes(), random.choice(files).read_bytes(), random)
        path.write_bytes(content)
    store = ground.folder / "damaged-store"
    shutil.rmtree(store, ignore_errors=True)
    found: list[str] = []
    for arguments in (("load", job), ("diagnose",), ("timeline", "job"), ("sql", "SELECT * FROM coverage")):
        ended = ground.commands.run(*arguments, "--store", store)
        if ended.code not in (ExitCode.OK, ExitCode.FAILED_CHECK) or "Traceback" in ended.said:
            found.append(f"{arguments[0]} ended with {ended.code}: {ended.said}")
    found += faults(store)
    if found:
        kept = Path(f"attack-findings/{random.getrandbits(32):08x}")
        shutil.copytree(job, kept)
        found = [f"{one}\n  the tree: {kept}" for one in found]
    return Outcome(1, found)


def together(ground: Ground, random: Random) -> Outcome:
    """Three writers and a reader at once: each read sees one whole state, each command ends well, in the end all is there."""
    path = ground.store()
    outcome = Outcome()
    with ExitStack() as stack:
        writers = [stack.enter_context(Commands()) for _ in range(3)]
        for number, writer in enumerate(writers):
            writer.begin(*_something(ground, number, random))
        until = time.monotonic() + _TOGETHER_S
        while time.monotonic() < until:
            outcome.tries += 1
            outcome.findings += [f"read beside writers: {one}" for one in (*faults(path, at_rest=False), *_asked(path))]
            for number, writer in enumerate(writers):
                if writer.has_ended():
                    outcome.findings += _ended(writer.end())
                    writer.begin(*_something(ground, number, random))
        for writer in writers:
            outcome.findings += _ended(writer.end())
    ground.commands.run("load", ground.jobs, "--no-verdict", "-q", "--reparse", "--store", path)
    if state(path) != ground.after("load")[0]:
        outcome.findings.append("after all the writers a load does not lead to the state of a load alone")
    outcome.findings += faults(path)
    return outcome


def _something(ground: Ground, number: int, random: Random) -> list[str]:
    """A command of the writer of this number: loads of the first job, forgetting and loading the second, merging."""
    store = ["--store", str(ground.folder / "store"), "--lock-timeout", "120"]
    if number == 0:
        return ["load", str(ground.jobs / "first"), "--reparse", "--no-verdict", "-q", *store]
    if number == 1 and random.random() < 0.5:
        return ["forget", "sec*", *store]
    return ["load", str(ground.jobs / "second"), "--no-verdict", "-q", *store] if number == 1 else ["compact", *store]


def _ended(ended: Ended) -> list[str]:
    """What is wrong with how a writer ended; that there is no job to forget is no fault."""
    fine = ended.code == 0 or (ended.code == ExitCode.INPUT and "no such job" in ended.said)
    return [] if fine else [f"a writer ended with {ended.code}: {ended.said}"]


def _asked(path: Path) -> Iterator[str]:
    try:
        with open_store(path) as store:
            store.rows("SELECT * FROM job_summary")
            store.rows("SELECT * FROM diagnosis")
    except IngestError as error:
        yield error.wrong


Attack = Callable[[Ground, Random], Outcome]

ATTACKS: dict[str, Attack] = {
    "kills": kill,
    "readers and writers": together,
    "damaged trees": damaged_tree,
    "full disk": full_disk,
}

IS_SUPPORTED = hasattr(os, "fork")
