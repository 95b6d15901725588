"""What is true of a simulated job: its counts, its attempts, and which findings are right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from simulator.causes.failures import told
from simulator.consequences import true_checks
from simulator.fleet import Job
from simulator.history import Attempt, History
from simulator.script_errors import ScriptError
from simulator.world import Version, World
from simulator.writers.endings import end_texts
from simulator.writers.layout import process_name
from simulator.writers.resources import kept_samples
from simulator.writers.tables import in_table

_FAILED = (
    "SystemExit",
    "exited with",
    "status code",
    "xiting with [Cc]ode",
    "exit.code",
    "raised exception for",
    "failed to process all",
    "job failed",
    "experiment failed",
    "Execution failed",
)


@dataclass(frozen=True)
class AttemptTruth:
    """One attempt, as its files tell it."""

    mini_batch_id: int
    attempt: int
    node: str
    process: str
    outcome: str
    started_at: datetime
    elapsed_s: float
    run_s: float
    total: int
    succeeded: int
    in_table: bool
    """False: only a log tells of it, without number and times."""


@dataclass(frozen=True)
class Truth:
    """What a reader of the job's files should say of it."""

    job_id: str
    version: Version
    state: str
    cause: str | None
    strength: str | None
    oddities: tuple[str, ...]
    checks: frozenset[str]
    """Any of these checks, or an error that matches one of `errors`, names the cause."""
    errors: tuple[str, ...]
    true_checks: frozenset[str]
    """All checks that are right of this job."""
    true_errors: tuple[str, ...]
    """Patterns of all errors that are right of this job."""
    numbers: dict[str, float | int | None]
    """Columns of `job_summary`; empty where files are missing that tell them."""
    attempts: tuple[AttemptTruth, ...]
    missing: tuple[str, ...]
    """Files that did not arrive, or not whole."""


def truth_of(job: Job, missing: list[str]) -> Truth:
    """Everything that is true of a job of whose files some are missing."""
    world, history, planted = job.world, job.history, job.planted
    whole = history.reason != "setup" and not any(_counts(path) for path in missing)
    raised = {told(error) for error in _raised(world, history)}
    return Truth(
        job_id=world.name,
        version=world.version,
        state="completed" if history.completed else "failed",
        cause=job.cause,
        strength=job.strength.value if job.strength else None,
        oddities=job.oddities,
        checks=planted.checks,
        errors=planted.errors,
        true_checks=planted.checks | planted.implied | true_checks(world, history, missing),
        true_errors=(
            *planted.errors,
            *planted.true_errors,
            *sorted(raised),
            *_of_the_end(world, history),
            *_of_attempts(history),
        ),
        numbers=_numbers(world, history) if whole else {},
        attempts=tuple(_attempt(world, attempt) for attempt in history.attempts) if whole else (),
        missing=tuple(missing),
    )


def _counts(path: str) -> bool:
    """Whether exact counts need a file; output of the script tells none."""
    return not path.startswith("logs/user/")


def _ended(history: History) -> list[Attempt]:
    return [attempt for attempt in history.attempts if attempt.outcome != "open" and not attempt.lost]


def _raised(world: World, history: History) -> list[ScriptError]:
    errors = [attempt.error for attempt in history.attempts if attempt.error]
    errors += [process.init_error for process in history.processes if process.init_error]
    handled = world.traits.get("handled_traceback")
    return [*errors, *([handled] if isinstance(handled, ScriptError) else [])]


def _of_attempts(history: History) -> tuple[str, ...]:
    """What the driver says of attempts that did not raise, and did not end well."""
    outcomes = {attempt.outcome for attempt in history.attempts}
    timeouts = ("unable to finish", "did not finish", "had timeout") if "timeout" in outcomes else ()
    deaths = ("Process abort", "exited", "exit code", "signal") if "death" in outcomes else ()
    return (*timeouts, *deaths, *(("oison",) if "poisoned" in outcomes else ()))


def _of_the_end(world: World, history: History) -> tuple[str, ...]:
    """Words that repeat the end of a failed job, and counts of what was raised."""
    if history.completed:
        return ("raised exception for",) if any(attempt.error for attempt in history.attempts) else ()
    exception = end_texts(world, history).exception if history.reason not in {"setup", "stopped"} else ""
    words = exception.split("\n")[0].split(": ", 1)[-1]
    return (*_FAILED, *([told(ScriptError("Exception", words))] if words else []))


def _attempt(world: World, attempt: Attempt) -> AttemptTruth:
    outcome = "exception" if attempt.outcome == "death" else attempt.outcome
    picked = (
        outcome == "open" and world.version == Version.V0
    )  # a row of zeros tells that it was picked (formats.md §9.1)
    return AttemptTruth(
        mini_batch_id=attempt.mini_batch.id,
        attempt=attempt.pick,
        node=attempt.process.node.key,
        process=process_name(world.version, attempt.process),
        outcome=outcome,
        started_at=world.time(attempt.started, attempt.process.node),
        elapsed_s=0.0 if outcome == "open" else round(attempt.elapsed_s, 6),
        run_s=round(attempt.run_ended_s, 6),
        total=0 if picked else attempt.mini_batch.items,
        succeeded=attempt.succeeded,
        in_table=picked or in_table(world, attempt),
    )


def _numbers(world: World, history: History) -> dict[str, float | int | None]:
    ended, final = _ended(history), history.final()
    outcomes = [attempt.outcome for attempt in history.attempts]
    samples = kept_samples(world, history)
    elapsed = [attempt.elapsed_s for attempt in final.values()]
    numbers: dict[str, float | int | None] = {
        "scheduled_mini_batches": len(world.mini_batches)
        if len(history.scheduled) == len(world.mini_batches)
        else None,
        "mini_batches": len({attempt.mini_batch.id for attempt in history.attempts}),
        "open_mini_batches": len({attempt.mini_batch.id for attempt in history.attempts} - final.keys()),
        "failed_mini_batches": sum(attempt.outcome != "done" for attempt in final.values()),
        "items": sum(attempt.mini_batch.items for attempt in final.values()),
        "failed_items": sum(attempt.failed for attempt in final.values()),
        "attempts": len(history.attempts),
        "retries": sum(attempt.pick > 1 for attempt in history.attempts),
        "timeouts": outcomes.count("timeout"),
        "exceptions": outcomes.count("exception") + outcomes.count("death"),
        "poisoned": outcomes.count("poisoned"),
        "restarts": sum(process.replaces is not None for process in history.processes),
        "processes": len(history.processes),
        "highest_memory_percent": max((sample.memory_percent for sample in samples), default=None),
    }
    if elapsed and all(in_table(world, attempt) for attempt in ended):
        numbers |= {
            "max_elapsed_s": round(max(elapsed), 6),
            "p50_elapsed_s": round(median(elapsed), 6),
            "wasted_worker_s": round(sum(attempt.elapsed_s for attempt in ended) - sum(elapsed), 6),
        }
    return {name: number for name, number in numbers.items() if number is not None}
