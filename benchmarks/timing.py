"""One measured run: a process of its own, and what the system says of it and its children.

The measuring process must stay small and must not load Arrow or DuckDB: on Linux the peak memory of a new process starts at
that of the one that made it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[1]

_MB = 1e6


class RunError(Exception):
    """A measured command failed; the message holds its standard error."""


@dataclass(frozen=True)
class Timing:
    """What one run cost."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and of all its children that it waited for."""
    peak_mb: float
    """Largest resident memory of any of these processes, MB = 10^6 bytes."""

    @classmethod
    def median(cls, timings: Sequence[Timing]) -> Timing:
        """Of several runs; each figure for itself."""
        return cls(
            median(timing.wall_s for timing in timings),
            median(timing.cpu_s for timing in timings),
            median(timing.peak_mb for timing in timings),
        )


def python(*arguments: str) -> list[str]:
    """A command of this Python."""
    return [sys.executable, *arguments]


def run(command: Sequence[str]) -> tuple[Timing, str]:
    """Runs a command to its end. Returns what it cost and its standard output; raises `RunError`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=REPOSITORY, env=_environment()
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            err.seek(0)
            told = err.read().decode(errors="replace")[-4_000:]
            raise RunError(f"exit code {process.returncode}: {' '.join(command)}\n{told}")
        out.seek(0)
        peak_kib = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
        timing = Timing(wall_s, usage.ru_utime + usage.ru_stime, peak_kib * 1024 / _MB)
        return timing, out.read().decode()


def _environment() -> dict[str, str]:
    """This repository's code, wherever it runs, and no settings of the user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INGEST_")}
    kept["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "plugins")])
    return kept
