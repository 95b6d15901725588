"""Sides of a comparison, run in turn: A B A B …, so that a busy machine is unfair to both alike."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Ratio
from benchmarks.timing import Timing, run


@dataclass(frozen=True)
class Side:
    """One way to do the work. `command` gets a folder that does not exist yet, to write into."""

    name: str
    command: Callable[[Path], Sequence[str]]


Runs = Mapping[str, Sequence[Timing]]


def in_turn(sides: Sequence[Side], scratch: Path, repeats: int) -> Runs:
    """The timings of each side."""
    runs: dict[str, list[Timing]] = {side.name: [] for side in sides}
    for turn in range(repeats):
        for side in sides:
            target = scratch / "output"
            timing, _ = run(side.command(target))
            shutil.rmtree(target, ignore_errors=True)
            runs[side.name].append(timing)
            print(f"  {turn + 1}/{repeats} {side.name}: {_told(timing)}", file=sys.stderr, flush=True)
    return runs


def ratio(runs: Runs, above: str, below: str, target: str = "", of: str = "wall") -> Ratio:
    """How many times longer `above` took than `below`; the target is for the wall times, or those `of` the processor."""
    upper, lower = Timing.median(runs[above]), Timing.median(runs[below])
    each = [one.wall_s / other.wall_s for one, other in zip(runs[above], runs[below], strict=True)]
    name = f"{above} / {below}"
    return Ratio(name, upper.wall_s / lower.wall_s, upper.cpu_s / lower.cpu_s, min(each), max(each), target, of)


def _told(timing: Timing) -> str:
    return f"{timing.wall_s:.2f} s, {timing.cpu_s:.2f} s of processor, {timing.peak_mb:.0f} MB"
