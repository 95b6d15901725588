"""Headers and paths of the old and the new layouts (formats.md §2, §9, §10), and files made of them."""

from __future__ import annotations

TASK_CSV = "logs/sys/worker/10.0.0.4/Process-1.task.csv"
MINI_BATCHES = "logs/sys/job_report/processed_mini-batches.csv"
PROCESSED_TASKS = "logs/sys/report/processed_tasks.csv"
OVERRIDE_TASKS = "logs/sys/report/override_tasks.csv"

TASK_HEADER = (
    "Task Id,Dequeue Count,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds,"
    "Status,Error"
)
MINI_BATCH_HEADER = (
    "Mini-batch Id,Picked Count,Ip Address,Process,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,"
    "Run Method Seconds,Status,Error Category,Error Message,Mini-batch Detail"
)
REPORT_HEADER = (
    "Task Id,Ip Address,Process Id,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds"
)
NODE_HEADER = (
    "Utc Time,Cpu Percent,Memory Total (MB),Memory Available (MB),Memory Used (MB),Memory Used Percent,Disk Io Read Count,"
    "Disk Io Write Count,Disk Io Read (MB),Disk Io Write (MB),Network Sent (MB),Network Recv (MB),# of TCP Connections,"
    "# of UDP Connections"
)
NODE_HEADER_V0 = (
    "TIME_STAMP,CPU_PERCENT,MEMORY_TOTAL,MEMORY_AVAILABLE,MEMORY_USED,MEMORY_USED_PERCENT,DISK_IO_READ_COUNT,"
    "DISK_IO_WRITE_COUNT,DISK_IO_READ_BYTES,DISK_IO_WRITE_BYTES,NETWORK_BYTES_SENT,NETWORK_BYTES_RECV"
)
PROCESS_HEADER = (
    "Utc Time,Name,Cpu Percent,Cpu Time User,Cpu Time System,Memory Used Percent,Disk Io Read Count,Disk Io Write Count,"
    "Disk Io Read (MB),Disk Io Write (MB),Thread Num"
)


def table(*lines: str, end: str = "\r\n") -> str:
    """A CSV file as the driver's `csv.writer` makes it."""
    return "".join(f"{line}{end}" for line in lines)


def mini_batch(
    number: int,
    status: str = "RUN_DONE",
    *,
    attempt: int = 1,
    node: str = "0",
    process: str = "process000",
    at: str = "10:00:00.000001",
    succeeded: int | None = None,
    error: str = "",
    detail: str = "",
) -> str:
    """A row of the mini-batch table: 10 items in 5 s, all good if the status ends in DONE."""
    good = succeeded if succeeded is not None else 10 if status.endswith("DONE") else 0
    return (
        f"{number},{attempt},{node},{process},2024-03-01T{at},10,{good},{10 - good},5.0,1.0,4.5,{status},"
        f"{'User' if error else ''},{error},{detail}"
    )
