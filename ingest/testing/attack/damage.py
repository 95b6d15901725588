"""Damaged trees through the real command, and damaged files through the slices of a load."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from ingest.errors import ExitCode
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing.attack.ground import Ground, Outcome, write_job
from ingest.testing.attack.state import changed, faults
from ingest.testing.damage import mutated
from ingest.testing.fuzz.corpus import corpus_of
from ingest.testing.fuzz.rounds import fuzz_round

_FINDINGS = Path("attack-findings")
"""Where what was found is kept."""

_ASKED = (
    *(("diagnose",), ("timeline", "job1"), ("jobs",), ("nodes", "job2"), ("doctor",)),
    *(("sql", "SELECT * FROM coverage"), ("sql", "SELECT * FROM diagnosis")),
)


_JOBS = 8
_MOST_JOBS = 120
"""Of a tree: each is twice as large as the one before, up to so many. A load takes seconds, however little there is to read."""
_WHOLE = 8
"""One job in so many stays as it is."""


def damaged_tree(ground: Ground, random: Random) -> Outcome:
    """Damages all files of most jobs: the command reads what it can and counts it, what is asked of it is answered.

    Of the other jobs every file is read as ever.
    """
    top = ground.folder / "damaged"
    shutil.rmtree(top, ignore_errors=True)
    jobs = min(_MOST_JOBS, _JOBS << ground.trees)
    ground.trees += 1
    whole = {f"job{number}" for number in range(0, jobs, _WHOLE)}
    for number in range(jobs):
        write_job(top / f"job{number}", "first")
    files = sorted(path for path in top.rglob("*") if path.is_file())
    contents = [path.read_bytes() for path in files]
    damaged = 0
    for path, content in zip(files, contents, strict=True):
        if path.relative_to(top).parts[0] not in whole:
            path.write_bytes(mutated(content, random.choice(contents), random)[1])
            damaged += 1
    store = ground.folder / "damaged-store"
    shutil.rmtree(store, ignore_errors=True)
    found: list[str] = []
    load = ("load", top, "--no-verdict", "-q", "-j", random.choice((1, 2)))
    for arguments in (load, *random.sample(_ASKED, 3)):
        ended = ground.commands.run(*arguments, "--store", store)
        if ended.code not in (ExitCode.OK, ExitCode.FAILED_CHECK) or "Traceback" in ended.said:
            found.append(f"{' '.join(map(str, arguments))} ended with {ended.code}: {ended.said}")
    found += faults(store)
    found += changed(store, whole, ground.files)
    if found:
        kept = _FINDINGS / f"{random.getrandbits(32):08x}"
        shutil.copytree(top, kept)
        found = [f"{one}\n  the tree: {kept}" for one in found]
    return Outcome(damaged, found)


def damaged_files(_: Ground, random: Random) -> Outcome:
    """A round of damaged files for every parser, samples of each, read in the slices that a load is made of."""
    outcome = Outcome()
    registry = load_registry()
    for name, files in corpus_of(registry, ()).items():
        tried = fuzz_round(registry.parsers[name], files, f"{random.random()}:{name}", PluginOptions())
        outcome.tries += tried.files
        for finding in tried.findings:
            _FINDINGS.mkdir(exist_ok=True)
            kept = _FINDINGS / f"{name}-{random.getrandbits(32):08x}"
            kept.write_bytes(finding.data)
            outcome.findings.append(f"{name}: {finding.problem}\n  ingest explain {kept} --as {finding.path}")
    return outcome
