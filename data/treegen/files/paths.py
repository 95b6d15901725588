"""Where each kind of file lies below the artifact root, by generation (formats.md §2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from treegen.model.plan import Generation


@dataclass(frozen=True)
class Paths:
    """Paths of one generation, with ``/`` separators."""

    generation: Generation

    @property
    def _old(self) -> bool:
        return self.generation is Generation.V0

    def overview(self, first: datetime) -> str:
        """Stamp: the day in V0, yyyymmddhh later except in V2 (formats.md §2.1, §17.2)."""
        match self.generation:
            case Generation.V0:
                return f"logs/overview.{first:%Y-%m-%d}.txt"
            case Generation.V2:
                return "logs/job_progress_overview.txt"
            case _:
                return f"logs/job_progress_overview.{first:%Y%m%d%H}.txt"

    def master(self, first: datetime) -> str:
        """V1 has one file per failover round."""
        match self.generation:
            case Generation.V0:
                return "logs/sys/master.txt"
            case Generation.V1:
                return f"logs/sys/master_role.{first:%Y%m%d%H}.txt"
            case _:
                return "logs/sys/master_role.txt"

    def master_level(self, level: str, node: str, first: datetime) -> str:
        """Warnings or errors of the master, which later runs on a node like any other role."""
        if self._old:
            return f"logs/sys/{level}.txt"
        return f"logs/sys/{level}/{node}/{self.master(first).removeprefix('logs/sys/')}"

    def worker(self, node: str, process: str) -> str:
        """System log of a worker process."""
        return f"logs/sys/{'worker' if self._old else 'node'}/{node}/{process}.txt"

    def node_manager(self, node: str) -> str:
        """System log of the process that keeps a node's workers alive."""
        return self.worker(node, self.manager_name)

    @property
    def manager_name(self) -> str:
        """``MainProcess`` or ``_main``."""
        return "MainProcess" if self._old else "_main"

    def worker_level(self, level: str, node: str, process: str) -> str:
        """Twin with only warnings or errors; the manager's later ones lack ``.txt`` (§2.1)."""
        bare = process == "_main" and self.generation is Generation.V2
        return f"logs/sys/{level}/{node}/{process}{'' if bare else '.txt'}"

    def user_error(self, node: str, process: str) -> str:
        """Errors of the entry script in one process."""
        return f"logs/user/error/{node}/{process}.txt"

    def user_stream(self, stream: str, node: str, process: str) -> str:
        """What the entry script prints; V0 keeps only stdout."""
        if self._old:
            return f"logs/user/{node}/{process}.{stream}.txt"
        return f"logs/user/{stream}/{node}/{process}.{stream}.txt"

    def entry_script_log(self, node: str, process: str) -> str:
        """Records of ``EntryScript().logger``."""
        if self._old:
            return f"logs/user/{node}/{process}.txt"
        return f"logs/user/entry_script_log/{node}/{process}.log.txt"

    def performance(self, node: str, name: str) -> str:
        """Resource files: ``logs/sys/perf`` in 2020, ``logs/perf`` since."""
        folder = "logs/sys/perf" if self.generation.number <= 1 else "logs/perf"
        return f"{folder}/{node}/{name}"

    def snapshots(self, node: str, at: datetime) -> list[str]:
        """Process snapshots of one check: two files in V1, one since V2, none in V0."""
        hour, minute = f"{at:%Y%m%d%H}", f"{at:%M}"
        match self.generation:
            case Generation.V0:
                return []
            case Generation.V1:
                names = [f"{sort}_{minute}" for sort in ("cpu", "memory")]
                folder = f"processes_cpu_memory_usage/{hour}"
            case _:
                names, folder = [f"processes_{minute}"], f"os/{hour}"
        return [self.performance(node, f"{folder}/{name}") for name in names]

    def profile(self, node: str, process: str) -> str:
        """Binary dump of cProfile."""
        return f"logs/sys/{'worker' if self._old else 'node'}/{node}/{process}.profile"
