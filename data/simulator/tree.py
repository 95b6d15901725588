"""Writes a simulated job as a log tree."""

from __future__ import annotations

from pathlib import Path

from simulator.download import save
from simulator.fleet import Job
from simulator.truth import Truth, truth_of
from simulator.world import Version
from simulator.writers.files import Files
from simulator.writers.launcher import write_launcher
from simulator.writers.progress import write_progress
from simulator.writers.resources import write_resources
from simulator.writers.system import write_system
from simulator.writers.tables import write_tables
from simulator.writers.user import write_user


def write_job(folder: Path, job: Job) -> Truth:
    """Writes the job's tree below `folder`, in a folder of its name, and gives what is true of it."""
    world, history = job.world, job.history
    files = Files()
    for write in (write_progress, write_tables, write_system, write_user, write_resources, write_launcher):
        write(files, world, history)
    if world.version >= Version.V1:
        files.text("logs/readme.txt", "This folder contains the logs of the parallel job.")
    root = folder / world.name
    if world.version == Version.V4 and world.traits["wording"] in {0, 2, 4}:
        root = root / "artifacts"
    root.mkdir(parents=True)
    return truth_of(job, missing=save(files, world, root))
