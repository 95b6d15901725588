"""Faults to plant, each a small object that bends one aspect of the simulation.

They compose: every fault sees the draft of every attempt in the order of ``JobPlan.faults``, and
changes what it is about. Node arguments are indexes (0 is the first node), ``None`` means all.
Chances are drawn per mini-batch, not per event, so adding one fault does not reshuffle the others.
"""

# ruff: noqa: D102, ARG002 — overrides are described by their class; no-op hooks ignore their arguments

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from treegen.model.errors import (
    BAD_NUMBER,
    CORRUPT_FILE,
    MISSING_COLUMN,
    NO_MODEL_FILE,
    ScriptError,
    vary,
)
from treegen.model.plan import JobPlan

WORKER_MB = 143.0
"""Resident size of an idle worker: 2.05 % of 6969.8 MB in the real sample (formats.md §10.3)."""
NODE_BASE_MB = 1361.0
"""Total − available of an idle node in the real sample (formats.md §10.1)."""


@dataclass(slots=True)
class Draft:
    """An attempt before it is played: what it would do if nothing stood in its way."""

    plan: JobPlan
    rng: Random
    lot: Callable[[str], float]
    """A number in [0, 1) that is fixed for this label and mini-batch."""
    mini_batch_id: int
    attempt: int
    node: int
    progress: float
    """Share of the job's mini-batches picked so far, 0..1."""
    worker_lot: float
    """A number in [0, 1) that is fixed for the worker."""
    worker_busy_s: float
    run_s: float
    overhead_s: float
    cpu_share: float
    failed_items: int = 0
    error: ScriptError | None = None
    fails_after_share: float = 1.0
    """With ``error``: the share of ``run_s`` after which it is raised."""
    aborts_after_s: float = math.inf
    """Seconds until the worker is killed under it."""
    reappears_after_s: float = math.inf
    """Seconds until the queue shows the mini-batch again although this attempt still runs."""


class Fault:
    """Base of all faults: does nothing. Override what the fault is about."""

    def bend(self, draft: Draft) -> None:
        """Change an attempt before it is played."""

    def init_error(self, node: int) -> ScriptError | None:
        """Error that ``init()`` raises on this node."""
        return None

    def init_seconds(self, node: int, seconds: float) -> float:
        """Duration of ``init()`` on this node."""
        return seconds

    def grown_mb(self, node: int, busy_s: float) -> float:
        """Memory that a worker holds in addition after so many busy seconds."""
        return 0.0


def _here(wanted: int | None, node: int) -> bool:
    return wanted is None or wanted == node


@dataclass(frozen=True)
class Exceptions(Fault):
    """``run()`` raises: ``error`` mostly, ``rare`` in some cases."""

    share: float = 0.3
    node: int | None = None
    error: ScriptError = BAD_NUMBER
    rare: ScriptError = MISSING_COLUMN
    rare_share: float = 0.15
    sticky: bool = False
    """Whether a mini-batch that raises once raises in each retry on that node."""

    def bend(self, draft: Draft) -> None:
        lot = draft.lot("raises") if self.sticky else draft.rng.random()
        if _here(self.node, draft.node) and lot < self.share:
            rare = draft.lot("rare") < self.rare_share
            draft.error = self.rare if rare else vary(self.error, draft.rng)
            draft.fails_after_share = draft.rng.uniform(0.1, 0.9)


@dataclass(frozen=True)
class BadInputs(Fault):
    """Mini-batches that always raise; with equal input names a repeat offender over jobs."""

    mini_batches: Sequence[int]
    error: ScriptError = CORRUPT_FILE

    def bend(self, draft: Draft) -> None:
        if draft.mini_batch_id in self.mini_batches:
            draft.error = self.error
            draft.fails_after_share = 0.3


@dataclass(frozen=True)
class FailedItems(Fault):
    """``run()`` returns fewer items than it got: done, but with failed items (formats.md §11.3)."""

    share: float = 0.1
    node: int | None = None

    def bend(self, draft: Draft) -> None:
        if _here(self.node, draft.node) and draft.lot("fewer") < self.share:
            draft.failed_items = 1 + int(draft.lot("how many") * (draft.plan.items - 1) / 2)


@dataclass(frozen=True)
class Timeouts(Fault):
    """``run()`` hangs until ``run_invocation_timeout``; a part succeeds on a later try."""

    share: float = 0.15
    recovers: float = 0.6
    node: int | None = None

    def bend(self, draft: Draft) -> None:
        if not _here(self.node, draft.node) or draft.lot("hangs") >= self.share:
            return
        recovers = draft.lot("recovers") < self.recovers
        hanging_tries = 1 + int(draft.lot("tries") * draft.plan.max_retries) if recovers else 99
        if draft.attempt <= hanging_tries:
            draft.run_s = math.inf


@dataclass(frozen=True)
class Poison(Fault):
    """Mini-batches that no try can finish; V0 calls them poisoned at the fourth pick (§9.5)."""

    mini_batches: Sequence[int]

    def bend(self, draft: Draft) -> None:
        if draft.mini_batch_id in self.mini_batches:
            draft.run_s = math.inf


@dataclass(frozen=True)
class FinishedTwice(Fault):
    """A slow attempt finishes although the queue has given the mini-batch to another worker (§9.5).

    The second attempt ends later, so its result stands.
    """

    mini_batches: Sequence[int]

    def bend(self, draft: Draft) -> None:
        if draft.mini_batch_id in self.mini_batches and draft.attempt == 1:
            draft.reappears_after_s = draft.run_s * 1.8
            draft.run_s *= 2.2


@dataclass(frozen=True)
class SlowNode(Fault):
    """Everything takes longer on one node."""

    node: int
    factor: float = 3.0

    def bend(self, draft: Draft) -> None:
        if draft.node == self.node:
            draft.run_s *= self.factor
            draft.overhead_s *= self.factor


@dataclass(frozen=True)
class RunRising(Fault):
    """The entry script slows down: run time reaches ``factor`` × at the job's end."""

    factor: float = 3.0

    def bend(self, draft: Draft) -> None:
        draft.run_s *= 1 + (self.factor - 1) * draft.progress


@dataclass(frozen=True)
class StorageSlowing(Fault):
    """Storage slows down: elapsed rises, run time does not."""

    extra_seconds: float = 10.0
    """Overhead at the job's end."""

    def bend(self, draft: Draft) -> None:
        draft.overhead_s += self.extra_seconds * draft.progress * draft.rng.uniform(0.9, 1.1)


@dataclass(frozen=True)
class LongTail(Fault):
    """The last mini-batches take far longer than the rest."""

    share: float = 0.02
    factor: float = 15.0

    def bend(self, draft: Draft) -> None:
        if draft.mini_batch_id >= draft.plan.mini_batches * (1 - self.share):
            draft.run_s *= self.factor


@dataclass(frozen=True)
class CpuShare(Fault):
    """CPU idle (0.05: the script waits) or oversubscribed (several cores per worker)."""

    share: float = 0.05

    def bend(self, draft: Draft) -> None:
        draft.cpu_share = self.share


@dataclass(frozen=True)
class MemoryGrowth(Fault):
    """Workers leak while they work until the node is nearly full, die, and are replaced (§7)."""

    mb_per_second: float = 4.0
    limit_percent: float = 96.0
    node: int | None = None

    def bend(self, draft: Draft) -> None:
        if _here(self.node, draft.node):
            plan = draft.plan
            room = plan.node_memory_mb * self.limit_percent / 100 - NODE_BASE_MB
            limit = (room / plan.processes - WORKER_MB) * (0.88 + 0.12 * draft.worker_lot)
            draft.aborts_after_s = max(limit / self.mb_per_second - draft.worker_busy_s, 0.5)

    def grown_mb(self, node: int, busy_s: float) -> float:
        return busy_s * self.mb_per_second if _here(self.node, node) else 0.0


@dataclass(frozen=True)
class InitFails(Fault):
    """``init()`` raises in every worker (of a node)."""

    error: ScriptError = NO_MODEL_FILE
    node: int | None = None

    def init_error(self, node: int) -> ScriptError | None:
        return self.error if _here(self.node, node) else None


@dataclass(frozen=True)
class SlowInit(Fault):
    """``init()`` takes long, e.g. a big model."""

    seconds: float = 120.0
    node: int | None = None

    def init_seconds(self, node: int, seconds: float) -> float:
        return self.seconds if _here(self.node, node) else seconds
