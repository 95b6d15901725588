"""Readers beside writers: each read sees one whole state, each writer ends well, in the end everything is there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

from ingest.errors import ExitCode, IngestError
from ingest.store.reader import Store, open_store
from ingest.testing.attack.forked import Commands, Ended
from ingest.testing.attack.ground import Ground, Outcome
from ingest.testing.attack.state import faults, state, wrong_counts

_SECONDS = 45.0
_WRITERS = 3


def together(ground: Ground, random: Random) -> Outcome:
    """Three writers and a reader at once."""
    path = ground.store()
    outcome = Outcome()
    with ExitStack() as stack:
        writers = [stack.enter_context(Commands()) for _ in range(_WRITERS)]
        for number, writer in enumerate(writers):
            writer.begin(*_something(ground, number, random))
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            outcome.tries += 1
            outcome.findings += [f"read beside writers: {one}" for one in _read(path, random)]
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


def _read(path: Path, random: Random) -> Iterator[str]:
    """Reads a store: its accounts, now and then long answers, and the accounts again, which must be the same."""
    try:
        with open_store(path) as store:
            yield from wrong_counts(store)
            before = _counts(store)
            if random.random() < 0.2:
                store.rows("SELECT * FROM job_summary")
                store.rows("SELECT * FROM diagnosis")
            if _counts(store) != before:
                yield "an open store has changed"
            yield from wrong_jobs(store)
    except IngestError as error:
        yield error.wrong


def _counts(store: Store) -> object:
    return store.rows("SELECT count(*), sum(rows), sum(rejects) FROM files")


def wrong_jobs(store: Store) -> Iterator[str]:
    """Jobs of which records are there and what is derived of them is not, or the other way round."""
    wrong = store.rows(
        "SELECT job_id FROM jobs ANTI JOIN (SELECT job_id FROM job_summary) USING (job_id)"
        " UNION ALL SELECT job_id FROM (SELECT job_id FROM job_summary) ANTI JOIN jobs USING (job_id)"
    )
    yield from (f"job {job_id} is half there" for (job_id,) in wrong)
