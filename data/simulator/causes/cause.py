"""What a cause is: the shape of job that it needs, how it is planted, and what then is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from simulator.world import Strength, Version, World

T = TypeVar("T")

ALL = (Version.V0, Version.V1, Version.V2, Version.V3, Version.V4)
SINCE_V1 = ALL[1:]


@dataclass(frozen=True)
class Shape:
    """Ranges from which a job is drawn so that the cause can show at all."""

    nodes: tuple[int, int] = (1, 4)
    processes: tuple[int, int] = (1, 4)
    per_worker: tuple[int, int] = (8, 16)
    """Mini-batches for each worker."""
    run_s: tuple[float, float] = (12, 45)
    least: int = 24
    """Mini-batches at least."""


@dataclass
class Planted:
    """What is true of a job because a cause was planted."""

    checks: frozenset[str] = frozenset()
    """Any of these checks names the cause."""
    errors: tuple[str, ...] = ()
    """So does an error whose text matches one of these patterns."""
    implied: frozenset[str] = frozenset()
    """Checks that are right too: what follows from the cause."""
    true_errors: tuple[str, ...] = field(default=())
    """Patterns of errors that are right too, but not the cause."""


@dataclass(frozen=True)
class Cause:
    """One thing that goes wrong."""

    name: str
    plant: Callable[[World, Strength], Planted]
    shape: Shape = Shape()
    versions: tuple[Version, ...] = ALL


def by_strength(strength: Strength, clear: T, moderate: T, weak: T) -> T:
    """The value for a strength."""
    return {Strength.CLEAR: clear, Strength.MODERATE: moderate, Strength.WEAK: weak}[strength]


def planted(
    *checks: str, errors: tuple[str, ...] = (), implied: tuple[str, ...] = (), true_errors: tuple[str, ...] = ()
) -> Planted:
    """Short for `Planted`."""
    return Planted(frozenset(checks), errors, frozenset(implied), true_errors)
