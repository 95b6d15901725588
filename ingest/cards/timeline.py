"""The timeline of a job, as data: what each node and worker did in each of some equal pieces of time.

All of it comes from the table macro `timeline_bins`; nothing is counted here but totals of a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.store.reader import Store

LINES_BY_PROCESS = 60
"""With more lines than this, a line per node is easier to read than one per process."""
NODES = 100
"""A picture shows so many nodes at most."""

BINS = "SELECT * FROM timeline_bins($job, $since, $until, $bins)"


class By(StrEnum):
    """What a line of the picture stands for."""

    NODE = "node"
    PROCESS = "process"


@dataclass(slots=True)
class Line:
    """A node (`process` None) or a worker process; `cells` are its rows of `timeline_bins` by bin."""

    node: str | None
    process: str | None
    cells: dict[int, dict[str, Any]] = field(default_factory=dict)

    def total(self, column: str) -> float:
        """The sum of a column over all cells."""
        return sum(cell[column] or 0 for cell in self.cells.values())

    @property
    def busy_share(self) -> float | None:
        """Time in tries, of the time that it was there; of a node with four workers, of four times that."""
        there = self.total("there_s")
        if self.process is None:
            there *= max((cell["workers"] or 0 for cell in self.cells.values()), default=0)
        return min(self.total("busy_s") / there, 1) if there else None

    @property
    def memory(self) -> dict[int, float]:
        """The highest memory sample of a node in each bin that has one, in percent."""
        return {
            bin_: cell["highest_memory_percent"]
            for bin_, cell in self.cells.items()
            if cell["highest_memory_percent"] is not None
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """The lines in the order of nodes and processes, each node before its processes; and the time that they cover."""

    lines: Sequence[Line]
    by: By
    bins: int
    since_us: int
    bin_us: float
    nodes_left_out: int = 0

    @property
    def states(self) -> set[str]:
        """The states that occur in it."""
        return {cell["state"] for line in self.lines for cell in line.cells.values()}


def read_timeline(
    store: Store, job_id: str, bins: int, by: By | None, since: datetime | None, until: datetime | None
) -> Timeline | None:
    """The timeline of a job; None if nothing of it has a time. `by` None: by process, if that is not too much to read."""
    cells = store.rows(
        f"SELECT * EXCLUDE (from_at, to_at), epoch_us(from_at) AS from_us, epoch_us(to_at) AS to_us FROM ({BINS})",
        {"job": job_id, "since": since, "until": until, "bins": bins},
    )
    if not cells:
        return None
    lines: dict[tuple[str | None, str | None], Line] = {}
    for cell in cells:
        place = cell["node"], cell["process"]
        lines.setdefault(place, Line(*place)).cells[cell["bin"]] = cell
    nodes = [line for line in lines.values() if line.process is None]
    shown = {line.node for line in _most_telling(nodes)}
    if by is None:
        by = By.PROCESS if len(lines) + len(nodes) <= LINES_BY_PROCESS else By.NODE
    first = cells[0]
    bin_us = first["to_us"] - first["from_us"]
    return Timeline(
        sorted(
            (line for line in lines.values() if line.node in shown and (by is By.PROCESS or line.process is None)),
            key=lambda line: (_in_order(line.node), line.process is not None, _in_order(line.process)),
        ),
        by,
        bins,
        first["from_us"] - first["bin"] * bin_us,
        bin_us,
        len(nodes) - len(shown),
    )


def _most_telling(nodes: Sequence[Line]) -> Sequence[Line]:
    """Of too many nodes those with the most failed tries, then those that were least busy."""
    ordered = sorted(
        nodes,
        key=lambda line: (
            -line.total("failed_attempts") - line.total("failed_inits"),
            line.busy_share or 0,
            _in_order(line.node),
        ),
    )
    return ordered[:NODES]


def _in_order(name: str | None) -> tuple[tuple[int, str], ...]:
    """A key that puts `process10` behind `process9`."""
    parts = re.findall(r"\d{1,18}|\D+|\d+", name or "")
    return tuple((int(part), "") if part.isdecimal() and len(part) < 19 else (-1, part) for part in parts)
