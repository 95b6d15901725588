"""Thirty nights of three experiments, with faults planted on known nights, and what the nights should say of them.

    PYTHONPATH=data python tests/nightly/thirty_nights.py FOLDER

does them one by one, as a scheduler would: writes each night's jobs, runs `ingest nightly`, and compares what it says with
what was planted. One night is left out, one job still runs when it is read first. Everything is seeded.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from treegen.model.circumstances import Preempted, StillRunning
from treegen.model.errors import CORRUPT_FILE
from treegen.model.faults import BadInputs, Exceptions, FailedItems, Fault, MemoryGrowth
from treegen.model.plan import JobPlan
from treegen.writing import write_job

NIGHTS = 30
MISSED, RUNNING = 12, 16
"""The night that is left out, and the one whose job of `churn` is read while it runs."""

EXPERIMENTS = {
    "churn": JobPlan(name="", mini_batches=120, run_seconds=12.0, nodes=2),
    "risk": JobPlan(name="", mini_batches=150, run_seconds=5.0, nodes=2, faults=(FailedItems(share=0.03),)),
    "images": JobPlan(name="", mini_batches=60, run_seconds=20.0, nodes=3, monitor_seconds=30),
}


@dataclass(frozen=True)
class Planted:
    """A fault, and the measures of which at least one must tell it."""

    what: str
    measures: frozenset[str]
    faults: tuple[Fault, ...] = ()
    slower: float = 1.0


def _told(*measures: str) -> frozenset[str]:
    return frozenset(measures)


PLANTED: Mapping[tuple[int, str], Planted] = {
    (10, "risk"): Planted("raises now and then", _told("new_errors", "retries"), (Exceptions(share=0.3),)),
    (14, "churn"): Planted("slower script", _told("p50_run_s"), slower=1.6),
    (18, "risk"): Planted("failing items", _told("failure_rate"), (FailedItems(share=0.5),)),
    (22, "images"): Planted("memory growth", _told("highest_memory"), (MemoryGrowth(mb_per_second=16.0),)),
    (25, "churn"): Planted("lost node", _told("duration_s", "retries"), (Preempted(node=1, at_share=0.3),)),
    (28, "images"): Planted("new error", _told("new_errors"), (BadInputs((3, 7), CORRUPT_FILE),)),
}


def plan(night: int, experiment: str) -> JobPlan:
    """The job of an experiment on a night: as always but for noise, and what is planted."""
    usual = EXPERIMENTS[experiment]
    planted = PLANTED.get((night, experiment))
    wobble = (night * 7919 + len(experiment) * 104729) % 9 - 4
    return replace(
        usual,
        name=f"{experiment}-{night:02}",
        experiment=experiment,
        seed=1000 * night + len(experiment),
        start=datetime(2024, 3, 1, 2, 0, 0) + timedelta(days=night - 1, minutes=17 * len(experiment)),
        mini_batches=usual.mini_batches + wobble,
        run_seconds=usual.run_seconds * (1 + wobble / 100) * (planted.slower if planted else 1.0),
        faults=usual.faults + (planted.faults if planted else ()),
        extras=False,
    )


def write_nights(folder: Path, nights: Iterable[int]) -> None:
    """Writes the jobs of some nights."""
    for night in nights:
        for experiment in EXPERIMENTS:
            write_job(folder, plan(night, experiment))


@dataclass(frozen=True)
class Score:
    """What was found of what was planted."""

    found: list[tuple[int, str]]
    missed: list[tuple[int, str]]
    invented: list[tuple[int, str, str]]

    @property
    def precision(self) -> float:
        """Share of the alarms' jobs in which something was planted."""
        jobs = {(night, experiment) for night, experiment, _ in self.invented}
        return len(self.found) / max(len(self.found) + len(jobs), 1)

    @property
    def recall(self) -> float:
        """Share of what was planted that was told, by a measure that means it."""
        return len(self.found) / len(PLANTED)


def score(alarms: Iterable[tuple[int, str, str]]) -> Score:
    """Alarms (night, experiment, measure) beside what was planted."""
    told = list(alarms)
    found = [
        place
        for place, planted in PLANTED.items()
        if any((night, experiment) == place and measure in planted.measures for night, experiment, measure in told)
    ]
    return Score(
        sorted(found),
        sorted(set(PLANTED) - set(found)),
        sorted(alarm for alarm in told if alarm[:2] not in PLANTED),
    )


def alarm(job_id: str, measure: str) -> tuple[int, str, str]:
    """A regression as an alarm of its job's night."""
    experiment, _, night = job_id.rpartition("-")
    return int(night), experiment, measure


def main(folder: Path) -> int:
    """Thirty nights, one by one."""
    from ingest.nightly.run import NightlyOptions, run_night

    jobs, store = folder / "jobs", folder / "store"
    wishes = NightlyOptions([str(jobs)], str(store))
    alarms: set[tuple[int, str, str]] = set()
    began = time.perf_counter()
    for night in range(1, NIGHTS + 1):
        write_nights(jobs, [night])
        if night == RUNNING:
            shutil.rmtree(jobs / plan(night, "churn").name)
            running = plan(night, "churn")
            write_job(jobs, replace(running, faults=(*running.faults, StillRunning())))
        if night == RUNNING + 1:
            shutil.rmtree(jobs / plan(RUNNING, "churn").name)
            write_job(jobs, plan(RUNNING, "churn"))
        if night == MISSED:
            continue
        summary = run_night(wishes)
        told = {alarm(row["job_id"], row["measure"]) for row in summary.regressions}
        late = {one for one in told if one[0] != night and not (night == MISSED + 1 and one[0] == MISSED)}
        print(
            night,
            summary.outcome,
            summary.jobs_new,
            summary.jobs_changed,
            summary.jobs_partial,
            sorted(told),
            flush=True,
        )
        assert not late, f"told on another night: {late}"
        alarms |= told
    result = score(alarms)
    print(f"{NIGHTS} nights in {time.perf_counter() - began:.0f} s; {result}")
    print(f"precision {result.precision:.2f}, recall {result.recall:.2f}")
    return 0 if result.precision == result.recall == 1.0 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
