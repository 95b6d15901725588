"""Damaged trees through the real command, and damaged files through the slices of a load."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from ingest.errors import ExitCode
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing.attack.ground import Ground, Outcome, write_job
from ingest.testing.attack.state import faults
from ingest.testing.damage import mutated
from ingest.testing.fuzz.corpus import corpus_of
from ingest.testing.fuzz.rounds import fuzz_round

_FINDINGS = Path("attack-findings")
"""Where what was found is kept."""

_ASKED = (
    *(("diagnose",), ("timeline", "job"), ("jobs",), ("nodes", "job"), ("doctor",)),
    *(("sql", "SELECT * FROM coverage"), ("sql", "SELECT * FROM diagnosis")),
)


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
    for arguments in (("load", job), *random.sample(_ASKED, 3)):
        ended = ground.commands.run(*arguments, "--store", store)
        if ended.code not in (ExitCode.OK, ExitCode.FAILED_CHECK) or "Traceback" in ended.said:
            found.append(f"{' '.join(map(str, arguments))} ended with {ended.code}: {ended.said}")
    found += faults(store)
    if found:
        kept = _FINDINGS / f"{random.getrandbits(32):08x}"
        shutil.copytree(job, kept)
        found = [f"{one}\n  the tree: {kept}" for one in found]
    return Outcome(1, found)


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
