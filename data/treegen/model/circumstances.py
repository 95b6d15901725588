"""Faults of the whole job or of its machines, which no single attempt can express.

The simulation and the writers ask for them by type with :func:`find`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

from treegen.model.faults import Fault
from treegen.model.plan import JobPlan

F = TypeVar("F", bound=Fault)


@dataclass(frozen=True)
class GhostNode(Fault):
    """A node that is there, samples its resources, and never gets a mini-batch (#957)."""

    node: int


@dataclass(frozen=True)
class Preempted(Fault):
    """A low-priority node is lost when this share of the mini-batches is picked."""

    node: int
    at_share: float = 0.5


@dataclass(frozen=True)
class Stalled(Fault):
    """The queue gives nothing for a while; with infinite seconds the job dies of no progress."""

    at_share: float = 0.5
    seconds: float = math.inf


@dataclass(frozen=True)
class StillRunning(Fault):
    """Downloaded while running: after this share of mini-batches, right as an attempt fails.

    Without any exception in the plan it is the next attempt that ends. Files end in cut lines.
    """

    at_share: float = 0.5


@dataclass(frozen=True)
class MasterFailover(Fault):
    """The master role moves to the second node: new overview and master files (formats.md §2.1)."""

    at_share: float = 0.5


@dataclass(frozen=True)
class SamplingGap(Fault):
    """No resource check on a node between two shares of the job's duration."""

    node: int
    from_share: float = 0.4
    to_share: float = 0.7


@dataclass(frozen=True)
class DiskFilling(Fault):
    """The disk of a node fills up to this percentage at the job's end."""

    node: int
    percent: float = 97.0


@dataclass(frozen=True)
class RepeatedHeaders(Fault):
    """V0: a second writer adds its header inside ``sys.csv`` (formats.md §10.5, trap 9)."""


def find(plan: JobPlan, kind: type[F]) -> list[F]:
    """The plan's faults of one kind."""
    return [fault for fault in plan.faults if isinstance(fault, kind)]
