"""Resource CSVs of V1 and later: node, disk, processes (formats.md §§10.1–10.3)."""

from __future__ import annotations

from treegen.files.clock import iso_time
from treegen.files.job import Job
from treegen.files.tree import Row, Tree
from treegen.model.plan import Generation
from treegen.model.resources import NodeSample, ProcessSample

NODE_HEADER = (
    "Utc Time",
    "Cpu Percent",
    "Memory Total (MB)",
    "Memory Available (MB)",
    "Memory Used (MB)",
    "Memory Used Percent",
    "Disk Io Read Count",
    "Disk Io Write Count",
    "Disk Io Read (MB)",
    "Disk Io Write (MB)",
    "Network Sent (MB)",
    "Network Recv (MB)",
    "# of TCP Connections",
    "# of UDP Connections",
)
DISK_HEADER = (
    "Utc Time",
    "Disk (/) Total (MB)",
    "Disk (/) Used (MB)",
    "Disk (/) Free (MB)",
    "Disk (/) Used Percent",
)
PROCESS_HEADER = (
    "Utc Time",
    "Name",
    "Cpu Percent",
    "Cpu Time User",
    "Cpu Time System",
    "Memory Used Percent",
    "Disk Io Read Count",
    "Disk Io Write Count",
    "Disk Io Read (MB)",
    "Disk Io Write (MB)",
    "Thread Num",
)
_DISK_TOTAL_MB = 100664.22


def write_resource_csvs(job: Job, tree: Tree) -> None:
    """Three files per node; the rows of one check lie within half a second, disk last."""
    if job.generation is Generation.V0:
        return
    for node in job.history.nodes:
        until = job.history.horizon(node)
        checks = job.samples.nodes.get(node.name, [])
        node_rows: list[Row] = [(s.at, _node_cells(job, s)) for s in checks]
        disk_rows: list[Row] = [(s.at + 0.0002, _disk_cells(job, s)) for s in checks]
        process_rows: list[Row] = [
            (check[0].at, _process_cells(job, sample))
            for check in job.samples.processes.get(node.name, [])
            for sample in check
        ]
        for name, header, rows in (
            ("node_resource_usage.csv", NODE_HEADER, node_rows),
            ("node_disk_usage.csv", DISK_HEADER, disk_rows),
            ("processes_resource_usage.csv", PROCESS_HEADER, process_rows),
        ):
            if rows:
                path = job.paths.performance(node.name, name)
                tree.table(path, header, rows, until, sort=False)


def _node_cells(job: Job, sample: NodeSample) -> tuple[object, ...]:
    """The counters are cumulative since the VM's boot, so they start high (formats.md §10.1)."""
    busy = sample.busy_s
    return (
        iso_time(job.at(sample.at)),
        sample.cpu_percent,
        job.plan.node_memory_mb,
        sample.available_mb,
        sample.used_mb,
        sample.memory_percent,
        100811 + int(2.3 * busy),
        157662 + int(4.1 * busy),
        round(881.71 + 0.09 * busy, 2),
        round(215358.14 + 0.31 * busy, 2),
        round(2185350.59 + 0.11 * busy, 2),
        round(32436.03 + 2.7 * busy, 2),
        sample.tcp,
        16,
    )


def _disk_cells(job: Job, sample: NodeSample) -> tuple[object, ...]:
    return (
        iso_time(job.at(sample.at + 0.0002)),
        _DISK_TOTAL_MB,
        sample.disk_used_mb,
        sample.disk_free_mb,
        sample.disk_percent,
    )


def _process_cells(job: Job, sample: ProcessSample) -> tuple[object, ...]:
    busy = sample.busy_s
    return (
        iso_time(job.at(sample.at)),
        sample.name,
        sample.cpu_percent,
        sample.user_s,
        sample.system_s,
        sample.memory_percent,
        520 + int(95 * busy**0.5),
        5 + int(6 * busy),
        round(0.08 * busy, 2),
        round(0.0002 * busy, 2),
        sample.threads,
    )
