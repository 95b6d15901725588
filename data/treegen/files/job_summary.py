"""The job summary: one sentence that says how many mini-batches and items went how."""

from __future__ import annotations

from treegen.files.job import Job
from treegen.model.history import Outcome, State


def summary_sentence(job: Job) -> str:
    """Text of formats.md §6; [source] for V0, taken over for later generations."""
    history, plan = job.history, job.plan
    finals = [a for i, a in history.finals().items() if i in history.processed_at]
    succeeded = sum(a.succeeded for a in finals if a.outcome is Outcome.DONE)
    items = sum(a.total for a in finals)
    return (
        f"There are {plan.mini_batches} mini batches with {plan.total_items} items."
        f" Processed {len(finals)} mini batches containing {items} items,"
        f" {succeeded} succeeded, {items - succeeded} failed."
        f" The error threshold is {plan.error_threshold}. "
    )


def verdict_sentence(job: Job) -> str:
    """The summary with what the driver says before it."""
    if job.history.state is State.COMPLETED:
        return f"The ParallelRunStep processed all mini batches. {summary_sentence(job)}"
    return f"The ParallelRunStep failed to process all mini batches. {summary_sentence(job)}"
