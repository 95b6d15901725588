"""Real runs: the example scripts in `data/scripts` are rehearsed, and what is true of each run is known from its driver."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import timing
from benchmarks.bench import load
from benchmarks.scoring import JobScore, score
from ingest.rehearse.driver import Driver, Outcome, Try
from ingest.rehearse.plan import Settings, mini_batches
from simulator import Strength, Truth
from simulator.truth import AttemptTruth
from simulator.world import Version

_SCRIPTS = timing.REPOSITORY / "data" / "scripts"
_FILES = 40
_OUTCOMES = {"RUN_DONE": "done", "RUN_EXCEPTION": "exception", "RUN_TIMEOUT": "timeout"}


@dataclass(frozen=True)
class _Run:
    """A script, what its inputs hold, and what a reader should say of it."""

    script: str
    special: Mapping[int, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    cause: str | None = None
    checks: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ()
    true_checks: frozenset[str] = frozenset()


_DEATHS = frozenset({"poisoned_mini_batches", "worker_deaths"})
_ENDS = frozenset({"lost_mini_batches"})
_RUNS = (
    _Run("good"),
    _Run("good", settings={"nodes": 3}),
    _Run("good", settings={"processes": 4, "mini_batch_size": 1}),
    _Run("children", settings={"mini_batch_size": 20}),
    _Run("careless"),
    _Run("slow_init"),  # 1.5 s: the contract's card names it, no finding of a job should
    _Run("bad_file", {7: "seven"}, cause="bad input", errors=("ValueError",)),
    _Run(
        "bad_file", {0: "zero", 9: "9.5", 31: ""}, {"nodes": 2, "max_retries": 1}, "bad input", errors=("ValueError",)
    ),
    _Run(
        "bad_file",
        {0: "zero", 9: "x"},
        {"error_threshold": 3, "max_retries": 0},
        "bad input",
        frozenset(),
        ("ValueError",),
        _ENDS,
    ),
    _Run(
        "hanging",
        {3: "hang"},
        {"run_timeout_s": 1.5, "max_retries": 1},
        "hanging input",
        frozenset({"poisoned_mini_batches"}),
        ("did not finish in", "unable to finish within"),
        _DEATHS,
    ),
    _Run("wrong_type", settings={"max_retries": 0}, cause="wrong return type", errors=("run\\(\\) returned dict",)),
    _Run("too_few", cause="too few results", checks=frozenset({"fewer_results"})),
    _Run("dying", {12: "SIGSEGV"}, {"max_retries": 1}, "crash", _DEATHS, ("Process abort",)),
    _Run("dying", {5: "SIGKILL", 33: "SIGKILL"}, {"max_retries": 1}, "killed", _DEATHS, ("Process abort",)),
    _Run("secret", settings={"max_retries": 0}, cause="raises for one file", errors=("cannot reach storage",)),
)


def measure(scratch: Path) -> list[JobScore]:
    """Rehearses all, loads their logs into a new store and scores what it says."""
    truths = [_rehearsed(run, scratch / f"{number:02}-{run.script}") for number, run in enumerate(_RUNS)]
    timing.run(load(scratch, scratch / "store"))
    return score(scratch / "store", truths)


def _rehearsed(run: _Run, folder: Path) -> Truth:
    inputs = folder.parent / f"{folder.name} inputs"
    for made in (folder, inputs):
        made.mkdir(parents=True)
    for number in range(_FILES):
        (inputs / f"part-{number:03}.txt").write_text(run.special.get(number, str(number)))
    usual = {"mini_batch_size": 5, "sample_interval_s": 0.5, "max_retries": 2, "python": sys.executable}
    script = _SCRIPTS / f"{run.script}.py"
    settings = Settings(script, _SCRIPTS, (inputs,), folder, **{**usual, **run.settings})
    batches = mini_batches(settings)[0]
    print(f"  {folder.name}", file=sys.stderr, flush=True)
    outcome = Driver(settings, batches).run()
    return Truth(
        job_id=folder.name,
        version=Version.V4,
        state="completed" if outcome.reason == "all" else "failed",
        cause=run.cause,
        strength=Strength.CLEAR.value if run.cause else None,
        oddities=(),
        checks=run.checks,
        errors=run.errors,
        true_checks=run.checks | run.true_checks | ({"bad_inputs"} if run.errors else set()),
        true_errors=(*run.errors, *(("SystemExit", "exit code", "error threshold") if outcome.reason != "all" else ())),
        numbers=_numbers(outcome, len(batches)),
        attempts=(*map(_attempt, outcome.tries), *(_unfinished(*one) for one in outcome.unfinished)),
        missing=(),
    )


def _numbers(outcome: Outcome, scheduled: int) -> dict[str, float | int | None]:
    """Columns of `job_summary`, by what the driver counted."""
    final = {one.id: one for one in outcome.tries}
    statuses = Counter(one.status for one in outcome.tries)
    unfinished = outcome.unfinished
    return {
        "scheduled_mini_batches": scheduled,
        "mini_batches": len({*final, *(id_ for id_, *_ in unfinished)}),
        "failed_mini_batches": sum(one.status != "RUN_DONE" for one in final.values()),
        "items": sum(one.items for one in final.values()),
        "failed_items": sum(one.items - one.succeeded for one in final.values()),
        "attempts": len(outcome.tries) + len(unfinished),
        "retries": sum(one.pick > 1 for one in outcome.tries) + sum(pick > 1 for _, pick, _, _ in unfinished),
        "timeouts": statuses["RUN_TIMEOUT"],
        "exceptions": statuses["RUN_EXCEPTION"],
    }


def _attempt(one: Try) -> AttemptTruth:
    return AttemptTruth(
        mini_batch_id=one.id,
        attempt=one.pick,
        node=one.node,
        process=one.process,
        outcome=_OUTCOMES[one.status],
        started_at=one.started,
        elapsed_s=round(one.elapsed_s, 4),
        run_s=round(one.run_s, 4),
        total=one.items,
        succeeded=one.succeeded,
        in_table=True,
    )


def _unfinished(id_: int, pick: int, node: str, process: str) -> AttemptTruth:
    """Only the worker's log tells that it began."""
    return AttemptTruth(id_, pick, node, process, "open", datetime.min, 0.0, 0.0, 0, 0, in_table=False)
