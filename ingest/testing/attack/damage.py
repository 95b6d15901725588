"""Damaged trees through the real command, and damaged files through the slices of a load."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

from ingest.errors import ExitCode
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing.attack.ground import Files, Ground, Outcome, sample_files, write_job
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

_AT_ONCE = 100
"""Damaged files of one parser in one slice."""

_JOBS = 8
"""Of a tree. To derive a job takes as long as to read a hundred small files, so there are few jobs of many files."""
_FILES = 80
_MOST_FILES = 640
"""Of a job: in each tree twice as many as in the one before, up to so many."""


def damaged_tree(ground: Ground, random: Random) -> Outcome:
    """Damages all files of all jobs but one: the command reads what it can and counts it, what is asked of it is answered.

    Of that one job every file is read as ever.
    """
    top, store = ground.folder / "damaged", ground.folder / "damaged-store"
    for one in (top, store):
        shutil.rmtree(one, ignore_errors=True)
    damaged = 0
    for number in range(1, _JOBS):
        files = _more(sample_files(), min(_MOST_FILES, _FILES << ground.trees), random)
        texts = [text.encode() for text in files.values()]
        write_job(top / f"job{number}", "first", dict.fromkeys(files, ""))
        for path, text in zip(files, texts, strict=True):
            (top / f"job{number}" / path).write_bytes(mutated(text, random.choice(texts), random)[1])
        damaged += len(files)
    write_job(top / "job0", "first")
    ground.trees += 1
    found: list[str] = []
    load = ("load", top, "--no-verdict", "-q", "-j", random.choice((1, 2)))
    for arguments in (load, *random.sample(_ASKED, 3)):
        ended = ground.commands.run(*arguments, "--store", store)
        if ended.code not in (ExitCode.OK, ExitCode.FAILED_CHECK) or "Traceback" in ended.said:
            found.append(f"{' '.join(map(str, arguments))} ended with {ended.code}: {ended.said}")
    found += faults(store)
    found += changed(store, ["job0"], ground.counted_alone)
    if found:
        kept = _FINDINGS / f"{random.getrandbits(32):08x}"
        shutil.copytree(top, kept)
        found = [f"{one}\n  the tree: {kept}" for one in found]
    return Outcome(damaged, found)


def _more(files: Files, count: int, random: Random) -> Files:
    """More files: the same texts below paths with other numbers that the same parser claims."""
    registry = load_registry()
    more = dict(files)
    while len(more) < count:
        path, text = random.choice(list(files.items()))
        number = random.choice(re.findall(r"\d+", path) or [""])
        other = path.replace(number, str(random.randrange(10 ** min(4, len(number) + 1))).zfill(len(number)), 1)
        ours, theirs = registry.claim(path), registry.claim(other)
        if number and ours and theirs and ours.parser is theirs.parser:
            more.setdefault(other, text)
    return more


def damaged_files(_: Ground, random: Random) -> Outcome:
    """A round of damaged files for every parser, samples of each, read in the slices that a load is made of."""
    outcome = Outcome()
    registry = load_registry()
    for name, files in corpus_of(registry, ()).items():
        tried = fuzz_round(registry.parsers[name], files, f"{random.random()}:{name}", PluginOptions(), _AT_ONCE)
        outcome.tries += tried.files
        for finding in tried.findings:
            _FINDINGS.mkdir(exist_ok=True)
            kept = _FINDINGS / f"{name}-{random.getrandbits(32):08x}"
            kept.write_bytes(finding.data)
            outcome.findings.append(f"{name}: {finding.problem}\n  ingest explain {kept} --as {finding.path}")
    return outcome
