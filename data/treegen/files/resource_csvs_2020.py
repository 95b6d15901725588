"""Resource CSVs of early 2020: ``sys.csv``, and ``<proc>.csv`` per process (formats.md §10.5)."""

from __future__ import annotations

from treegen.files.clock import iso_time
from treegen.files.job import Job
from treegen.files.tree import Row, Tree
from treegen.model import circumstances
from treegen.model.plan import Generation
from treegen.model.resources import NodeSample, ProcessSample

NODE_HEADER = (
    "TIME_STAMP",
    "CPU_PERCENT",
    "MEMORY_TOTAL",
    "MEMORY_AVAILABLE",
    "MEMORY_USED",
    "MEMORY_USED_PERCENT",
    "DISK_IO_READ_COUNT",
    "DISK_IO_WRITE_COUNT",
    "DISK_IO_READ_BYTES",
    "DISK_IO_WRITE_BYTES",
    "NETWORK_BYTES_SENT",
    "NETWORK_BYTES_RECV",
)
PROCESS_HEADER = (
    "TIME_STAMP",
    "CPU_PERCENT",
    "CPU_TIMES_USER",
    "CPU_TIMES_SYSTEM",
    "MEMORY_PERCENT",
    "DISK_IO_READ_COUNT",
    "DISK_IO_WRITE_COUNT",
    "DISK_IO_READ_BYTES",
    "DISK_IO_WRITE_BYTES",
    "THREAD_NUM",
)
_MB = 2**20


def write_resource_csvs_2020(job: Job, tree: Tree) -> None:
    """Bytes where later files have megabytes; the header can repeat (trap 9)."""
    if job.generation is not Generation.V0:
        return
    repeats = bool(circumstances.find(job.plan, circumstances.RepeatedHeaders))
    for node in job.history.nodes:
        until = job.history.horizon(node)
        rows: list[Row] = []
        for number, sample in enumerate(job.samples.nodes.get(node.name, [])):
            if repeats and number == 2:
                rows.append((sample.at, NODE_HEADER))
            rows.append((sample.at, _node_cells(job, sample)))
        if rows:
            path = job.paths.performance(node.name, "sys.csv")
            tree.table(path, NODE_HEADER, rows, until, sort=False)
        by_process: dict[str, list[Row]] = {}
        for check in job.samples.processes.get(node.name, []):
            for process in check:
                name = "MainProcess" if process.name == "manager" else process.name
                row = (process.at, _process_cells(job, process))
                by_process.setdefault(name, []).append(row)
        for name, process_rows in by_process.items():
            path = job.paths.performance(node.name, f"{name}.csv")
            tree.table(path, PROCESS_HEADER, process_rows, until, sort=False)


def _node_cells(job: Job, sample: NodeSample) -> tuple[object, ...]:
    busy = sample.busy_s
    return (
        iso_time(job.at(sample.at)),
        sample.cpu_percent,
        int(job.plan.node_memory_mb * _MB),
        int(sample.available_mb * _MB),
        int(sample.used_mb * _MB),
        sample.memory_percent,
        100811 + int(2.3 * busy),
        157662 + int(4.1 * busy),
        int((881.71 + 0.09 * busy) * _MB),
        int((215358.14 + 0.31 * busy) * _MB),
        int((4350.59 + 0.11 * busy) * _MB),
        int((32436.03 + 2.7 * busy) * _MB),
    )


def _process_cells(job: Job, sample: ProcessSample) -> tuple[object, ...]:
    busy = sample.busy_s
    return (
        iso_time(job.at(sample.at)),
        sample.cpu_percent,
        sample.user_s,
        sample.system_s,
        sample.memory_percent,
        520 + int(95 * busy**0.5),
        5 + int(6 * busy),
        int(0.08 * busy * _MB),
        int(0.0002 * busy * _MB),
        sample.threads,
    )
