"""Resource tables and process snapshots (formats.md §10)."""

from __future__ import annotations

from simulator.history import History, Process, Sample
from simulator.world import Version, World
from simulator.writers import layout
from simulator.writers.files import Files, iso

_NODE = (
    "Utc Time,Cpu Percent,Memory Total (MB),Memory Available (MB),Memory Used (MB),Memory Used Percent,Disk Io Read Count,"
    "Disk Io Write Count,Disk Io Read (MB),Disk Io Write (MB),Network Sent (MB),Network Recv (MB),# of TCP Connections,"
    "# of UDP Connections"
)
_DISK = "Utc Time,Disk (/) Total (MB),Disk (/) Used (MB),Disk (/) Free (MB),Disk (/) Used Percent"
_PROCESSES = (
    "Utc Time,Name,Cpu Percent,Cpu Time User,Cpu Time System,Memory Used Percent,Disk Io Read Count,Disk Io Write Count,"
    "Disk Io Read (MB),Disk Io Write (MB),Thread Num"
)
_V0_NODE = (
    "TIME_STAMP,CPU_PERCENT,MEMORY_TOTAL,MEMORY_AVAILABLE,MEMORY_USED,MEMORY_USED_PERCENT,DISK_IO_READ_COUNT,"
    "DISK_IO_WRITE_COUNT,DISK_IO_READ_BYTES,DISK_IO_WRITE_BYTES,NETWORK_BYTES_SENT,NETWORK_BYTES_RECV"
)
_V0_PROCESS = (
    "TIME_STAMP,CPU_PERCENT,CPU_TIMES_USER,CPU_TIMES_SYSTEM,MEMORY_PERCENT,DISK_IO_READ_COUNT,DISK_IO_WRITE_COUNT,"
    "DISK_IO_READ_BYTES,DISK_IO_WRITE_BYTES,THREAD_NUM"
)
_MB = 1024 * 1024
_SNAPSHOTS = 5


def write_resources(files: Files, world: World, history: History) -> None:
    """One row for each check; `sample_gaps` leaves some out."""
    gaps = world.traits.get("sample_gaps")
    written: dict[str, int] = {}
    for sample in kept_samples(world, history):
        if world.version == Version.V0:
            _write_v0(files, world, sample)
            continue
        _write_node(files, world, sample)
        _write_disk(files, world, sample)
        _write_processes(files, world, sample)
        if not gaps and written.setdefault(sample.node.key, 0) < _SNAPSHOTS and world.traits.get("wording") in {0, 3}:
            written[sample.node.key] += 1
            _write_snapshot(files, world, sample)


def kept_samples(world: World, history: History) -> list[Sample]:
    """The checks that were written, in the order of time."""
    share = world.traits.get("sample_gaps")
    if not isinstance(share, float):
        return history.samples
    return [sample for number, sample in enumerate(history.samples) if (number * 0.618) % 1 >= share]


def _counters(sample: Sample) -> list[float]:
    """Cumulative since the machine's boot: disk counts, disk MiB, network MiB."""
    time, base = sample.time, 1000 * (1 + sample.node.index)
    return [
        base + round(time * 3),
        base + round(time * 5),
        800 + time * 0.4,
        9000 + time * 1.2,
        2000 + time * 2,
        300 + time * 3,
    ]


def _header(files: Files, path: str, header: str) -> None:
    if path not in files.paths():
        files.line_ends(path, "\r\n")
        files.line(path, -1, header)


def _write_node(files: Files, world: World, sample: Sample) -> None:
    path = f"{layout.perf(world.version, sample.node)}/node_resource_usage.csv"
    _header(files, path, _NODE)
    total = sample.node.memory_mb
    used = sample.memory_used_mb
    reads, writes, *amounts = _counters(sample)
    cells = [
        iso(world.time(sample.time, sample.node)),
        sample.cpu_percent,
        total,
        round(total - used, 2),
        round(used * 0.94, 2),
        sample.memory_percent,
        int(reads),
        int(writes),
        *(round(amount, 2) for amount in amounts),
        90 + len(sample.processes) * 6,
        16,
    ]
    files.line(path, sample.time, ",".join(map(str, cells)))


def _write_disk(files: Files, world: World, sample: Sample) -> None:
    path = f"{layout.perf(world.version, sample.node)}/node_disk_usage.csv"
    _header(files, path, _DISK)
    total, used = sample.node.disk_total_mb, sample.disk_used_mb
    free = total * 0.949 - used
    percent = round(100 * used / (used + free), 1)
    moment = iso(world.time(sample.time + 0.0003, sample.node))
    files.line(path, sample.time, f"{moment},{total},{round(used, 2)},{round(free, 2)},{percent}")


def _write_processes(files: Files, world: World, sample: Sample) -> None:
    path = f"{layout.perf(world.version, sample.node)}/processes_resource_usage.csv"
    _header(files, path, _PROCESSES)
    for number, seen in enumerate(sample.processes):
        name = layout.process_name(world.version, seen.process) if seen.process else "manager"
        cells = [
            iso(world.time(sample.time - 0.4 + 0.0002 * number, sample.node)),
            name,
            seen.cpu_percent,
            round(seen.cpu_s * 0.9, 2),
            round(seen.cpu_s * 0.1, 2),
            round(seen.memory_percent, 9),
            600 + int(sample.time),
            40 + int(sample.time / 3),
            round(sample.time * 0.05, 2),
            round(sample.time * 0.01, 2),
            10 if seen.process else 18,
        ]
        files.line(path, sample.time + 0.0001 * number, ",".join(map(str, cells)))


def _write_v0(files: Files, world: World, sample: Sample) -> None:
    folder = layout.perf(world.version, sample.node)
    moment = iso(world.time(sample.time, sample.node))
    path = f"{folder}/sys.csv"
    _header(files, path, _V0_NODE)
    total, used = int(sample.node.memory_mb * _MB), int(sample.memory_used_mb * _MB)
    reads, writes, *amounts = _counters(sample)
    cells = [moment, sample.cpu_percent, total, total - used, int(used * 0.94), sample.memory_percent]
    cells += [int(reads), int(writes), *(int(amount * _MB) for amount in amounts)]
    files.line(path, sample.time, ",".join(map(str, cells)))
    for seen in sample.processes:
        name = layout.process_name(world.version, seen.process) if seen.process else "MainProcess"
        path = f"{folder}/{name}.csv"
        _header(files, path, _V0_PROCESS)
        times = [round(seen.cpu_s * 0.9, 2), round(seen.cpu_s * 0.1, 2)]
        cells = [moment, seen.cpu_percent, *times, round(seen.memory_percent, 6), 60, 4, 5 * _MB, 0, 10]
        files.line(path, sample.time, ",".join(map(str, cells)))


def _write_snapshot(files: Files, world: World, sample: Sample) -> None:
    moment = world.time(sample.time, sample.node)
    folder = "processes_cpu_memory_usage" if world.version == Version.V1 else "os"
    names = ("cpu", "memory") if world.version == Version.V1 else ("processes",)
    for name in names:
        path = f"{layout.perf(world.version, sample.node)}/{folder}/{moment:%Y%m%d%H}/{name}_{moment:%M}"
        if path in files.paths():
            continue
        files.text(path, "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND")
        files.text(
            path,
            f"root       138  2.7  1.3 749084 99260 ?        Sl   {moment:%H:%M}   0:02 /mnt/wd/prs_prod/bin/python driver/amlbi_main.py",
        )
        for seen in sample.processes:
            if seen.process:
                files.text(path, _ps(seen.process, seen.memory_percent, seen.cpu_percent, sample, f"{moment:%H:%M}"))


def _ps(process: Process, memory_percent: float, cpu_percent: float, sample: Sample, started: str) -> str:
    rss = int(memory_percent / 100 * sample.node.memory_mb * 1024)
    return (
        f"root     {process.pid:>5} {cpu_percent:>4} {memory_percent:>4.1f} {rss * 2} {rss} ?        SNl  {started}   "
        f"{int(process.cpu_s(sample.time)) // 60}:{int(process.cpu_s(sample.time)) % 60:02} /azureml-envs/azureml_7d/bin/python -u worker.py"
    )
