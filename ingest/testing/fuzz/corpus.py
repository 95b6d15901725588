"""What is damaged: files of real jobs, and the samples of parsers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from ingest.load.discover import Discovery, discover
from ingest.plugin.registry import Registry

_LONGEST = 24_000
"""Bytes of a file that are taken: most damage shows in a few records, and short files make for many tries."""

_MOST = 40
"""Files of a parser that are taken."""

File = tuple[str, bytes]
"""Path below the artifact root, and content."""

Corpus = Mapping[str, Sequence[File]]
"""Parser → its files."""


def corpus_of(registry: Registry, job_dirs: Sequence[str]) -> Corpus:
    """The samples of every parser, and files of the jobs in these folders."""
    files: dict[str, list[File]] = {
        name: [(sample.path, sample.text.encode()) for sample in parser.samples]
        for name, parser in registry.parsers.items()
    }
    found = discover(job_dirs) if job_dirs else Discovery()
    for problem in found.problems:
        raise problem
    for entry in (entry for job in found.jobs for entry in job.entries if entry.problem is None):
        claim = registry.claim(entry.path)
        if claim and claim.parser and entry.size:
            content = Path(entry.location).read_bytes()[:_LONGEST]
            files[claim.parser.name].append((entry.path, content[: content.rfind(b"\n") + 1] or content))
    return {name: Random(name).sample(own, min(_MOST, len(own))) for name, own in files.items()}
