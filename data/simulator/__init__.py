"""A second, independent source of jobs: a discrete-event model of the parallel driver, with planted causes and known truth.

It was written from the notes on the log formats alone, without the checks at hand, so that what `ingest diagnose` makes of its
jobs says something about the checks. `fleet.jobs` makes many jobs, `tree.write_job` writes one of them as a log tree.
"""

from simulator.fleet import Job, jobs, one_job
from simulator.tree import write_job
from simulator.truth import Truth
from simulator.world import Strength, Version

__all__ = ["Job", "Strength", "Truth", "Version", "jobs", "one_job", "write_job"]
