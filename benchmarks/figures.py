"""What was measured, as it is kept in `figures.json`."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.timing import REPOSITORY, Timing


@dataclass(frozen=True)
class Ratio:
    """A named quotient of two medians, and what it should be."""

    name: str
    wall: float
    cpu: float
    lowest: float
    """Smallest and largest wall ratio of runs of the same turn."""
    highest: float
    target: str = ""
    """`>= 2`, `<= 5`; empty if the figure is only shown."""
    of: str = "wall"
    """What the target is for, `wall` or `cpu`: the latter where another process does part of the work, such as a server."""

    @property
    def met(self) -> bool | None:
        """Whether these times keep the target."""
        return _holds(self.cpu if self.of == "cpu" else self.wall, self.target)


@dataclass(frozen=True)
class Limit:
    """A measured value that must stay below a bound."""

    name: str
    value: float
    unit: str
    target: str = ""

    @property
    def met(self) -> bool | None:
        """Whether it does."""
        return _holds(self.value, self.target)


@dataclass(frozen=True)
class Figures:
    """The outcome of one benchmark."""

    name: str
    title: str
    compared: str
    """What was compared with what, in a few sentences."""
    sizes: Mapping[str, int]
    runs: Mapping[str, Sequence[Timing]]
    """The runs of each side, in the order of the turns."""
    ratios: Sequence[Ratio] = ()
    limits: Sequence[Limit] = ()
    rates: Sequence[str] = ()
    """Sizes of which the page tells how many a second each side did."""
    checked: str = ""
    """What was made sure of before anything was timed."""
    date: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    revision: str = field(default_factory=lambda: _revision())
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))
    """Processes that wanted a processor in the last minute of the measurement, ours among them."""

    @property
    def missed(self) -> list[str]:
        """The names of what missed its target."""
        every: list[Ratio | Limit] = [*self.ratios, *self.limits]
        return [one.name for one in every if one.met is False]

    def as_json(self) -> dict[str, Any]:
        """Plain data, with medians and verdicts."""
        return {
            "title": self.title,
            "compared": self.compared,
            "checked": self.checked,
            "date": self.date,
            "revision": self.revision,
            "load": self.load,
            "sizes": dict(self.sizes),
            "rates": list(self.rates),
            "runs": {side: [_rounded(asdict(one)) for one in runs] for side, runs in self.runs.items()},
            "medians": {side: _rounded(asdict(Timing.median(runs))) for side, runs in self.runs.items()},
            "ratios": [_rounded(asdict(ratio)) | {"met": ratio.met} for ratio in self.ratios],
            "limits": [_rounded(asdict(limit)) | {"met": limit.met} for limit in self.limits],
        }


def keep(file: Path, measured: Sequence[Figures]) -> dict[str, Any]:
    """Writes the figures into a file, in place of older ones of the same benchmarks. Returns all that it holds."""
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    benchmarks = kept.get("benchmarks", {}) | {figures.name: figures.as_json() for figures in measured}
    kept = {"machine": machine(), "benchmarks": benchmarks}
    file.write_text(json.dumps(kept, indent=1) + "\n")
    return kept


def machine() -> dict[str, Any]:
    """Where it was measured."""
    return {
        "processors": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "pyarrow": version("pyarrow"),
        "numpy": version("numpy"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _revision() -> str:
    """The commit that was measured, with a `+` if the code under measurement was changed since."""
    git = ("git", "-C", str(REPOSITORY))
    told = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "ingest", "plugins", "sql"], check=False)
    return told.stdout.strip() + ("+" if changed.returncode == 1 else "")


def _holds(value: float, target: str) -> bool | None:
    if not target:
        return None
    sign, bound = target.split()[:2]
    return {">=": value >= float(bound), "<=": value <= float(bound), "<": value < float(bound)}[sign]


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}
