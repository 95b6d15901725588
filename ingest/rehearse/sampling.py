"""Resource tables of a rehearsal, by psutil: what this machine and the workers, their children counted, take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from ingest.rehearse.process import Process
from ingest.rehearse.tree import Tree, iso

try:
    import psutil
except ImportError:  # the extra `rehearse`
    psutil = None

_MB = 1 << 20


def can_sample() -> bool:
    """Whether psutil is there; without it there are no resource tables."""
    return psutil is not None


class Sampler:
    """Takes samples. Each node of a rehearsal is this machine."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._seen: dict[int, Any] = {}

    def take(self, processes: Sequence[Process], nodes: int) -> Iterator[tuple[Process, int, int]]:
        """Writes a row for each node, disk and process; gives bytes and children of each process."""
        if psutil is None:
            return
        machine = self._machine()
        for node in map(str, range(nodes)):
            folder = f"logs/perf/{node}"
            for process in processes:
                if process.node == node and (usage := self._usage(process)):
                    cells, memory, children = usage
                    self.tree.row(f"{folder}/processes_resource_usage.csv", [iso(), process.name, *cells])
                    yield process, memory, children
            self.tree.row(f"{folder}/node_resource_usage.csv", [iso(), *machine])
            disk = psutil.disk_usage("/")
            cells = [round(value / _MB, 2) for value in (disk.total, disk.used, disk.free)]
            self.tree.row(f"{folder}/node_disk_usage.csv", [iso(), *cells, disk.percent])

    def _machine(self) -> list[object]:
        memory, io, net = psutil.virtual_memory(), psutil.disk_io_counters(), psutil.net_io_counters()
        counters = (
            [io.read_count, io.write_count, io.read_bytes / _MB, io.write_bytes / _MB] if io else [0, 0, 0.0, 0.0]
        )
        counters += [net.bytes_sent / _MB, net.bytes_recv / _MB] if net else [0.0, 0.0]
        connections: list[int] = []
        for kind in ("tcp", "udp"):
            try:
                connections.append(len(psutil.net_connections(kind)))
            except (psutil.Error, OSError):
                connections.append(0)
        amounts = [round(value / _MB, 2) for value in (memory.total, memory.available, memory.used)]
        shown = [round(value, 2) for value in counters]
        return [psutil.cpu_percent(), *amounts, memory.percent, *shown, *connections]

    def _usage(self, process: Process) -> tuple[list[object], int, int] | None:
        """Cells of a process and its children together, their bytes, and how many children there are."""
        with suppress(psutil.Error):
            top = self._seen.setdefault(process.pid, psutil.Process(process.pid))
            family = [top]
            for child in top.children(recursive=True):
                family.append(self._seen.setdefault(child.pid, child))
            cpu = user = system = memory = threads = 0.0
            io = [0.0] * 4
            for member in family:
                with suppress(psutil.Error):
                    times = member.cpu_times()
                    cpu, user, system = cpu + member.cpu_percent(), user + times.user, system + times.system
                    memory, threads = memory + member.memory_info().rss, threads + member.num_threads()
                    if hasattr(member, "io_counters"):
                        seen = member.io_counters()
                        io = [a + b for a, b in zip(io, seen[:4], strict=True)]
            percent = 100 * memory / psutil.virtual_memory().total
            counts = [int(io[0]), int(io[1]), round(io[2] / _MB, 2), round(io[3] / _MB, 2)]
            cells: list[object] = [
                round(cpu, 1),
                round(user, 2),
                round(system, 2),
                round(percent, 6),
                *counts,
                int(threads),
            ]
            return cells, int(memory), len(family) - 1
        return None
