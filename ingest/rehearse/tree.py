"""The artifacts of a rehearsal, in the layout of today's jobs: every line is on disk as soon as it is written."""

from __future__ import annotations

import csv
import io
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.rehearse import guard

_MINI_BATCHES = (
    "Mini-batch Id,Picked Count,Node Id,Process,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,"
    "Run Method Seconds,Status,Error Category,Error Message,Mini-batch Detail"
)
_HEADERS = {
    "processed_mini-batches.csv": _MINI_BATCHES,
    "progress.csv": "Datetime,Total Tasks,Scheduled Tasks,Completed Tasks,Failed Tasks,Elapsed Time,"
    "Estimated Remaining Time",
    "node_summary.csv": "Node Id,Mini-batches,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds",
    "process_summary.csv": "Node Id,Process,Mini-batches,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,"
    "Run Method Seconds",
    "node_resource_usage.csv": "Utc Time,Cpu Percent,Memory Total (MB),Memory Available (MB),Memory Used (MB),"
    "Memory Used Percent,Disk Io Read Count,Disk Io Write Count,Disk Io Read (MB),Disk Io Write (MB),"
    "Network Sent (MB),Network Recv (MB),# of TCP Connections,# of UDP Connections",
    "node_disk_usage.csv": "Utc Time,Disk (/) Total (MB),Disk (/) Used (MB),Disk (/) Free (MB),Disk (/) Used Percent",
    "processes_resource_usage.csv": "Utc Time,Name,Cpu Percent,Cpu Time User,Cpu Time System,Memory Used Percent,"
    "Disk Io Read Count,Disk Io Write Count,Disk Io Read (MB),Disk Io Write (MB),Thread Num",
}
_README = """This folder holds the logs of one job.
  user/      what the entry script printed and logged, and the errors it raised
  sys/       logs of the job itself: the master, one folder per node, reports
  perf/      resource usage of nodes and processes
"""
_NOTICE = (
    "This file shows errors in loading, calling init() and calling run() of the entry script. An error here may not impact "
    'the job result. Please check "job_result.txt" for the job result.'
)
LIFECYCLER = "system_logs/lifecycler/lifecycler.log"
WRAPPER = "system_logs/lifecycler/execution-wrapper.log"
OVERVIEW = "logs/job_progress_overview.{stamp}.txt"


class Tree:
    """Writes into the artifact root of a rehearsal. Times are UTC."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, io.TextIOWrapper] = {}
        self._stamp = f"{datetime.now(UTC):%Y%m%d%H}"
        self.text("logs/readme.txt", _README.rstrip("\n"))

    def path(self, name: str) -> Path:
        """A file of the tree, its folder made."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def last_line(self, name: str) -> str:
        """The last line of a file, at most 300 characters; empty if there is none."""
        lines = (
            self.path(name).read_bytes()[-300:].decode(errors="replace").split("\n") if self.path(name).exists() else []
        )
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def text(self, name: str, text: str) -> None:
        """Appends a record to a file of text."""
        self._open(name).write(text + "\n")
        self._files[name].flush()

    def row(self, name: str, cells: Iterable[object]) -> None:
        """Appends a row to a table, whose header is written first."""
        file, buffer = self._open(name), io.StringIO()
        if not file.tell():
            buffer.write(_HEADERS[Path(name).name] + "\r\n")
        csv.writer(buffer).writerow(list(cells))
        file.write(buffer.getvalue())
        file.flush()

    def _open(self, name: str) -> io.TextIOWrapper:
        if name not in self._files:
            self._files[name] = self.path(name).open("a", encoding="utf-8", errors="backslashreplace", newline="")
        return self._files[name]

    def close(self) -> None:
        """Closes all files; what a full disk does not take is lost."""
        for file in self._files.values():
            with suppress(OSError):
                file.close()
        self._files.clear()

    def overview(self, text: str) -> None:
        """A line of the progress overview."""
        self.text(OVERVIEW.format(stamp=self._stamp), f"{iso()} {text}")

    def master(self, level: str, text: str) -> None:
        """A record of the master."""
        self._record("logs/sys/master_role.txt", "0", "master_role", level, text, os.getpid(), thread=True)

    def manager(self, node: str, level: str, text: str) -> None:
        """A record of a node's manager."""
        self._record(f"logs/sys/node/{node}/_main.txt", node, "_main", level, text, os.getpid(), thread=True)

    def worker(self, node: str, name: str, pid: int, level: str, text: str) -> None:
        """A record of a worker process."""
        self._record(f"logs/sys/node/{node}/{name}.txt", node, name, level, text, pid)

    def _record(
        self, file: str, node: str, name: str, level: str, text: str, pid: int, *, thread: bool = False
    ) -> None:
        middle = f"|{threading.get_ident()}|" if thread else "|"
        line = f"{asctime()}|{level}|{pid}{middle}{text}"
        self.text(file, line)
        if level in {"ERROR", "WARNING"}:
            self.text(f"logs/sys/{level.lower()}/{node}/{name}.txt", line)

    def user_error(self, node: str, name: str, pid: int, function: str, last: str, traceback: str) -> None:
        """What the script raised, in the file of its process and in the merged one."""
        text = f"Entry script {function} failed for {last}. Details {traceback}"
        self.text(f"logs/user/error/{node}/{name}.txt", f"{asctime()}|ERROR|{pid}|{text}")
        if "logs/job_error.txt" not in self._files:
            self.text("logs/job_error.txt", f"{iso()} {_NOTICE}")
        self.text("logs/job_error.txt", f"{iso()} The {name} on node {node} failed with error: {traceback}")

    def mini_batch(self, cells: Iterable[object]) -> None:
        """A row of the mini-batch table."""
        self.row("logs/sys/job_report/processed_mini-batches.csv", cells)

    def launcher(self, text: str) -> None:
        """A line of the launcher's output."""
        self.text("user_logs/std_log_0.txt", text)

    def exit(self, code: int, status: str) -> None:
        """How the platform says that the job ended."""
        if code not in {0, 137}:
            self.launcher(
                'Traceback (most recent call last):\n  File "driver/amlbi_main.py", line 275, in <module>\n    main()\n'
                '  File "driver/amlbi_main.py", line 226, in main\n    sys.exit(exitcode_candidate)\n'
                f"SystemExit: {code}"
            )
        self.text(WRAPPER, f"{iso_z()}  INFO {guard.EXIT.format(code=code)}")
        self.text(LIFECYCLER, f"{iso_z()}  INFO {guard.STATUS.format(status=status)}")


def now() -> datetime:
    """Naive, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def iso(time: datetime | None = None) -> str:
    """As tables and the overview have it."""
    return (time or now()).isoformat()


def iso_z() -> str:
    """As the common runtime has it."""
    return now().isoformat(timespec="microseconds") + "Z"


def asctime() -> str:
    """As Python's logging has it."""
    time = now()
    return time.strftime("%Y-%m-%d %H:%M:%S,") + f"{time.microsecond // 1000:03}"


def span(seconds: float) -> str:
    """`H:MM:SS`."""
    return str(timedelta(seconds=max(0, round(seconds))))
