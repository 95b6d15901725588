"""Made-up histories of jobs with noise, the last job of each with or without a fault: to count right and false alarms.

A history is one nightly job of one experiment. Nights differ in input and speed; mini-batches fail, are retried and
time out in clumps; memory wobbles; now and then a night is slow without fault, and its job is left in the past.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

FAULTS = ("slow", "failures", "timeouts", "memory", "new error", "restarts")
Row = dict[str, Any]


@dataclass
class Nightly:
    """What is usual for one job, and how much its nights differ."""

    experiment: str
    luck: random.Random

    def __post_init__(self) -> None:
        luck = self.luck
        self.mini_batches = luck.choice((20, 60, 200, 1000, 5000))
        self.items_each = luck.choice((1, 10, 50))
        self.run_s = math.exp(luck.uniform(math.log(0.5), math.log(60)))
        self.nodes, self.processes = luck.randint(1, 10), luck.randint(1, 8)
        self.size_noise = luck.choice((0.0, 0.03, 0.15))
        self.time_noise = luck.choice((0.02, 0.05, 0.1, 0.15))
        self.failing = luck.choice((0.0, 0.0, 0.0, 0.003, 0.02))
        self.retried = luck.choice((0.0, 0.005, 0.03))
        self.memory = luck.uniform(25, 75)
        self.errors = [f"{self.experiment}-{i}" for i in range(luck.choice((0, 1, 3)))]

    def night(self, number: int, fault: str | None, *, odd: bool = False) -> Row:
        """A row of `job_measures`; `odd` for a slow night without fault."""
        luck = self.luck
        batches = max(5, round(self.mini_batches * math.exp(luck.gauss(0, self.size_noise))))
        speed = math.exp(luck.gauss(0, self.time_noise)) * (luck.uniform(1.3, 1.8) if odd else 1)
        if fault == "slow":
            speed *= luck.uniform(1.0 + max(0.6, 6 * self.time_noise), 3.5)
        run_s = self.run_s * speed
        failed = self._events(batches, self.failing)
        retried = self._events(batches, self.retried)
        timeouts = luck.randint(0, retried)
        memory = min(99.0, self.memory + luck.gauss(0, 2))
        restarts = self._events(10, 0.02)
        errors = [error for error in self.errors if luck.random() < 0.8]
        occurrences = 1 + failed + retried
        if fault == "failures":
            failed += max(10, round(batches * luck.uniform(0.1, 0.4)))
        elif fault == "timeouts":
            timeouts += max(10, round(batches * luck.uniform(0.15, 0.5)))
            retried = max(retried, timeouts)
        elif fault == "memory":
            memory = min(99.0, memory + luck.uniform(18, 30))
        elif fault == "new error":
            errors, occurrences = [*errors, f"{self.experiment}-new"], occurrences + 10
        elif fault == "restarts":
            restarts += luck.randint(10, 40)
        failed = min(failed, batches)
        duration = 120 * math.exp(luck.gauss(0, 0.1)) + batches * run_s * 1.05 / (self.nodes * self.processes)
        started = datetime(2024, 1, 1, 2) + timedelta(days=number, seconds=luck.randint(0, 600))
        attempts = batches + retried
        told = [{"fingerprint": error, "occurrences": occurrences, "example": error} for error in errors]
        return {
            "job_id": f"{self.experiment}-{number:03}",
            "day": started.date(),
            "started_at": started,
            "ended_at": started + timedelta(seconds=duration),
            "state": "completed",
            "partial": False,
            "experiment": self.experiment,
            "source": "odd" if odd else None,
            "duration_s": duration,
            "queue_s": luck.expovariate(1 / 120),
            "scheduled_mini_batches": batches,
            "mini_batches": batches,
            "failed_mini_batches": failed,
            "input_items": batches * self.items_each,
            "items": batches * self.items_each,
            "failed_items": failed * self.items_each,
            "attempts": attempts,
            "retries": retried,
            "timeouts": timeouts,
            "exceptions": retried - timeouts,
            "p50_run_s": run_s,
            "p95_run_s": run_s * 1.6 * math.exp(luck.gauss(0, self.time_noise / 2)),
            "overhead_share": min(0.9, abs(luck.gauss(0.05, 0.01))),
            "nodes": self.nodes,
            "restarts": restarts,
            "node_s": self.nodes * duration,
            "highest_memory_percent": memory,
            "memory_samples": 10,
            "distinct_errors": len(errors),
            "error_fingerprints": sorted(errors),
            "errors": json.dumps(told),
        }

    def _events(self, chances: int, rate: float) -> int:
        """How many of so many chances, in clumps of up to five; some nights have three times the rate."""
        rate *= self.luck.choice((0.3, 1, 1, 1, 3))
        clumps = sum(self.luck.random() < rate / 3 for _ in range(chances))
        return min(chances, sum(self.luck.randint(1, 5) for _ in range(clumps)))


def histories(count: int, seed: int, nights: int = 12) -> Iterator[tuple[list[Row], str | None]]:
    """So many histories and what is wrong with the last night of each: every second one has no fault."""
    for number in range(count):
        luck = random.Random(f"{seed}-{number}")
        nightly = Nightly(f"experiment-{seed}-{number}", luck)
        fault = FAULTS[number // 2 % len(FAULTS)] if number % 2 else None
        rows = [nightly.night(night, None, odd=luck.random() < 0.05) for night in range(nights)]
        yield [*rows, nightly.night(nights, fault)], fault
