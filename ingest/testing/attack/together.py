"""Readers beside writers: each read sees one whole state, each writer ends well, in the end everything is there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import duckdb

from ingest.errors import ExitCode, IngestError
from ingest.store.reader import Store, open_store
from ingest.testing.attack.forked import Ended
from ingest.testing.attack.ground import Ground, Outcome
from ingest.testing.attack.state import examined, wrong_counts

_READERS = 4
"""How many have the store open at once; each has the state that it opened, some for long."""
_REOPENED = 0.35
"""How often a read is the first of a store just opened."""
_LONG = 0.02
"""How often a read includes long answers."""


class _Reader:
    """Someone who has the store open, and what he saw when he opened it."""

    def __init__(self, path: Path) -> None:
        self.store = open_store(path)
        self.seen = _seen(self.store)

    def wrong(self, random: Random) -> Iterator[str]:
        """Reads the store: what is wrong with its accounts, which must be those of when it was opened."""
        yield from wrong_counts(self.store)
        yield from wrong_jobs(self.store)
        if random.random() < _LONG:
            self.store.rows("SELECT * FROM job_summary")
            self.store.rows("SELECT * FROM diagnosis")
        if _seen(self.store) != self.seen:
            yield "an open store has changed"


def together(ground: Ground, random: Random) -> Outcome:
    """Three writers and some readers at once."""
    path = ground.store()
    outcome = Outcome()
    readers: dict[int, _Reader] = {}
    states = set()
    until = time.monotonic() + ground.round_s
    writing = dict(enumerate(ground.writers))
    for number, writer in writing.items():
        writer.begin(*_something(ground, number, random))
    while writing:
        outcome.tries += 1
        number = random.randrange(_READERS)
        try:
            if number not in readers or random.random() < _REOPENED:
                if number in readers:
                    readers.pop(number).store.close()
                readers[number] = _Reader(path)
                states.add(readers[number].seen)
            outcome.findings += [f"read beside writers: {one}" for one in readers[number].wrong(random)]
        except (IngestError, duckdb.Error) as error:
            outcome.findings.append(f"read beside writers: {error}")
            readers.pop(number, None)
        for number, writer in list(writing.items()):
            if writer.has_ended():
                outcome.findings += _ended(writer.end())
                if time.monotonic() < until:
                    writer.begin(*_something(ground, number, random))
                else:
                    del writing[number]
    outcome.states = len(states)
    for reader in readers.values():
        reader.store.close()
    ground.commands.run("load", ground.jobs, "--no-verdict", "-q", "--reparse", "--store", path)
    held, wrong = examined(path)
    if held != ground.course("load").after:
        outcome.findings.append("after all the writers a load does not lead to the state of a load alone")
    outcome.findings += wrong
    return outcome


def _something(ground: Ground, number: int, random: Random) -> list[str]:
    """A command of the writer of this number: loads of the first job, forgetting and loading the second, merging."""
    store = ["--store", str(ground.path), "--lock-timeout", "120"]
    if number == 0:
        return ["load", str(ground.jobs / "first"), "--reparse", "--no-verdict", "-q", *store]
    if number == 1 and random.random() < 0.5:
        return ["forget", "sec*", *store]
    return ["load", str(ground.jobs / "second"), "--no-verdict", "-q", *store] if number == 1 else ["compact", *store]


def _ended(ended: Ended) -> list[str]:
    """What is wrong with how a writer ended; that there is no job to forget is no fault."""
    fine = ended.code == 0 or (ended.code == ExitCode.INPUT and "no such job" in ended.said)
    return [] if fine else [f"a writer ended with {ended.code}: {ended.said}"]


def _seen(store: Store) -> tuple[object, ...]:
    """What tells one state from another: what was counted of the files, and which Parquet files count."""
    (row,) = store.connection.execute(
        "SELECT count(*), sum(rows), sum(rejects), (SELECT string_agg(slice, ' ' ORDER BY slice, name) FROM ledger.parts)"
        " FROM files"
    ).fetchall()
    return tuple(row)


def wrong_jobs(store: Store) -> Iterator[str]:
    """Jobs of which records are there and what is derived of them is not, or the other way round."""
    wrong = store.connection.execute(
        "SELECT coalesce(a.job_id, b.job_id) FROM jobs a FULL JOIN job_summary b ON a.job_id = b.job_id"
        " WHERE a.job_id IS NULL OR b.job_id IS NULL"
    ).fetchall()
    yield from (f"job {job_id} is half there" for (job_id,) in wrong)
