"""Ends the processes of a rehearsal whose driver was killed. Standard library only; a process of its own.

Reads lines `+GROUP` and `-GROUP` from stdin, and `end` when the driver has ended all itself. When stdin ends without that,
every process of the groups that are left is killed: a worker's children too, which the kernel would not end with it.
Then the end is recorded in the logs, as the platform around a driver does: `argv` has the run id and the two files.
"""

import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime


def main() -> None:
    """Waits for the driver's end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        if line.startswith("end"):
            return
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    kill_of_run(sys.argv[1])
    for path, text in zip(sys.argv[2:], (EXIT.format(code=137), STATUS.format(status="Failed")), strict=True):
        with suppress(OSError), open(path, "a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}  INFO {text}\n")


def kill_of_run(run_id: str) -> int:
    """Kills what a script started in a session of its own: on Linux it is known by its environment. Gives how many."""
    mark, killed = b"AZUREML_RUN_ID=" + run_id.encode() + b"\0", 0
    with suppress(OSError):
        for name in os.listdir("/proc"):
            with suppress(OSError, ValueError):
                if int(name) != os.getpid() and mark in _read(f"/proc/{name}/environ"):
                    os.kill(int(name), signal.SIGKILL)
                    killed += 1
    return killed


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


EXIT = (
    "Execution::wait_for_completion: execution_wrapper::execution: Gathered execution result for rank 0 process_rank=0 "
    'exit_code={code} stderr_path=Some("user_logs/std_log_0.txt")'
)
STATUS = "run_lifecycler:exit_capabilities: lifecycler::lifecycle: job_status: {status}"

if __name__ == "__main__":
    main()
