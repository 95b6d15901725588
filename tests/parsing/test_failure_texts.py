"""Failures in words: which lines are one, where their text ends, and what in good jobs only looks like one."""

from __future__ import annotations

import pytest

from ingest import Batch, SourceFile
from ingest_azureml.envelopes import read_control, read_runtime
from ingest_azureml.platform import DRIVER, IMAGE_BUILD
from ingest_azureml.user_output import USER_STREAM


def errors(content: str, parser: object = DRIVER, path: str = "user_logs/std_log.txt") -> list[tuple[object, ...]]:
    """Line, type, message and code of each error."""
    parsed = parser.parse(Batch.of((SourceFile(path), content.encode())))  # type: ignore[attr-defined]
    rows = parsed.tables["errors"].select(["line_no", "exception_type", "exception_message", "code"]).to_pylist()
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bash: line 7: mpirun: command not found", "bash: line 7: mpirun: command not found"),
        ("/bin/sh: 1: ./go.sh: Permission denied", "/bin/sh: 1: ./go.sh: Permission denied"),
        ("/opt/python3.9: can't open file 'a.py'", "/opt/python3.9: can't open file 'a.py'"),
        ("usage: a.py [-h]\n            --rate RATE\na.py: error: the following arguments are required: --rate",) * 1
        + ("a.py: error: the following arguments are required: --rate",),
        ("Usage: a.py [OPTIONS]\n\nError: Missing option '--rate'.", "Error: Missing option '--rate'."),
        ("Killed", "Killed"),
        (
            "terminate called after throwing an instance of 'X'\n  what():  no device\nAborted (core dumped)",
            "no device",
        ),
        ('Exception in thread "main" a.B: no heap\n\tat a.C.d(C.java:3)', "no heap"),
        (
            "Error Code: ScriptExecution.StreamAccess.NotFound\nNative Error: x\n\tY(Z)\n=> a\n"
            "Error Message: It was not found.| session_id=1",
            "It was not found.",
        ),
        ("Process Exiting with Code:  139", "Exit code 139: segmentation fault (signal 11, SIGSEGV)"),
        ("Command finished with return code 7", "Exit code 7"),
    ],
)
def test_one_error(text: str, message: str) -> None:
    """The whole block is one error; the lines around it are none, and a prefix of the stream changes nothing."""
    assert [row[2] for row in errors(f"going\n{text}\n\nmore\n")] == [message]
    prefixed = "".join(f"[stderr]{line}\n" for line in text.split("\n"))
    assert [(row[0], row[2]) for row in errors(f"going\n{prefixed}")] == [(2, message)]


@pytest.mark.parametrize(
    "text",
    [
        "bash: no job control in this shell",
        "bash: cannot set terminal process group (-1): Inappropriate ioctl for device",
        "bash: /opt/lib/libtinfo.so.6: no version information available (required by bash)",
        "bash: warning: setlocale: LC_ALL: cannot change locale (C.UTF-8)",
        "all: error: rate 0.1",
        "2025-01-01 00:00:00.000001: E core/a.cc:3] no accelerator",
        "Process Exiting with Code:  0",
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    sys.exit(0)\nSystemExit: 0',
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    sys.exit()\nSystemExit',
    ],
)
def test_none(text: str) -> None:
    """What stands in good jobs too is no error."""
    assert errors(f"going\n{text}\n") == []


def test_an_exception_that_introduces_its_traceback() -> None:
    """One error: of the traceback, or of the line above it where the traceback is cut."""
    intro = "a.b.DriverException: It ended. Details follow:\n"
    trace = 'Traceback (most recent call last):\n  File "a.py", line 3, in run\n    go()\n'
    assert errors(intro + trace + "ValueError: no\n") == [(1, "ValueError", "no", None)]
    assert errors(intro + trace) == [(1, "a.b.DriverException", "It ended. Details follow:", None)]
    assert errors(trace) == [(1, None, "Traceback cut at a.py:3 in run", None)]


@pytest.mark.parametrize(
    ("end", "type_", "message"),
    [
        ("SystemExit: 42", "SystemExit", "42"),
        ("SystemExit: 4", "SystemExit", "4"),
        ("SystemExit: ", "SystemExit", ""),
        ("Syst", "Syst", ""),
        ("", None, "Traceback cut at a.py:3 in run"),
        ('  File "b.p', None, "Traceback cut at a.py:3 in run"),
    ],
)
def test_a_traceback_that_is_cut_at_the_end_of_the_file(end: str, type_: str | None, message: str) -> None:
    """Wherever it is cut it is an error; before its code a `SystemExit` is not known to be a good end."""
    trace = f'Traceback (most recent call last):\n  File "a.py", line 3, in run\n    go()\n{end}'
    assert errors(f"going\n{trace}") == [(2, type_, message, None)]


def test_image_build() -> None:
    """What a package manager says is the cause; lines of its text lose what stands before them."""
    log = (
        "2025-01-14T07:21:02: #8 30.10 ResolvePackageNotFound: \n2025-01-14T07:21:02: #8 30.11   - tinylib=7\n"
        "2025-01-14T07:21:05: Building docker image failed with exit code: 1\n"
    )
    found = errors(log, IMAGE_BUILD, "azureml-logs/20_image_build_log.txt")
    assert [row[:3] for row in found] == [
        (1, "ResolvePackageNotFound", "- tinylib=7"),
        (3, None, "Building docker image failed with exit code: 1"),
    ]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ('{"Error": {"Code": "UserError", "Message": "No such data."}}', "UserError", "No such data."),
        (
            '{"Error": {"Code": "UserError", "Message": "x", "InnerError": {"Code": "Gone", "Message": "The pool is gone"}}}',
            "Gone",
            "Gone: The pool is gone",
        ),
        ('{\n "Error": {\n  "Code" "UserError",\n  "Message": "cut in the mid', "UserError", "cut in the mid"),
        (
            '{"Error": {"Code": "UserError", "Message": "AzureMLCompute job failed.\\nSetupFailed: no shell\\n\\terr: y"}}',
            "UserError",
            "SetupFailed: no shell",
        ),
    ],
)
def test_control_plane(error: str, code: str, message: str) -> None:
    """The innermost message is what people read, also of JSON over several lines, broken or cut."""
    failure = read_control(f"Job failed, job RunId is r-1. Error: {error}")
    assert failure is not None
    assert (failure.code, failure.message) == (code, message)


def test_nothing_told() -> None:
    """`null` tells no cause; other records are no envelopes."""
    assert read_control("Job failed, job RunId is r-1. Error: null") is None
    assert read_control("Job is running") is None
    assert read_runtime("failed to send heartbeat") is None


FORMS = [
    "bash: line 7: mpirun: command not found",
    "run.sh: line 3:   77 Killed                  python score.py",
    "Segmentation fault (core dumped)",
    "zsh: killed     python score.py",
    "/opt/python3.9: can't open file 'a.py'",
    "cp: cannot stat '/data/in.csv': No such file or directory",
    "/usr/bin/env: 'python3': No such file or directory",
    "curl: (6) Could not resolve host: models.example",
    "usage: a.py [-h]\n            --rate RATE\na.py: error: the following arguments are required: --rate",
    "Usage: a.py [OPTIONS]\n\nError: Missing option '--rate'.",
    'Fatal Python error: Aborted\n\nCurrent thread 0x00007f (most recent call first):\n  File "a.py", line 3 in run',
    "Error in readRDS(path) : cannot open file\nExecution halted",
    'Exception in thread "main" a.B: no heap\n\tat a.C.d(C.java:3)',
    "Error: Unable to access jarfile score.jar",
    "panic: runtime error: index out of range",
    "a.out: error while loading shared libraries: libx.so.1: cannot open shared object file",
    "exec /usr/bin/python: exec format error",
    "terminate called after throwing an instance of 'X'\n  what():  no device",
    "free(): invalid pointer",
    "[12345.678] Memory cgroup out of memory: Killed process 77 (python) total-vm:9kB",
    "Mar  1 10:00:00 node0 kernel: [12345.678] Out of memory: Killed process 77 (python)",
    "python invoked oom-killer: gfp_mask=0x6200ca, order=0",
    "slurmstepd: error: Detected 1 oom-kill event(s) in step 7",
    "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.78 GiB total capacity)",
    "RuntimeError: CUDA error: device-side assert triggered",
    "*** Process received signal ***",
    "Process 77 exited with exit code 137",
    "The worker process 77 was terminated by signal SIGKILL",
    "Subprocess failed with status 3",
    "exit code: 139",
    "Error Code: ScriptExecution.StreamAccess.NotFound\nNative Error: x\nError Message: It was not found.| session_id=1",
    "X.StreamError was caused by Y.",
    "CondaError: Run 'conda init' first",
    "ERROR: No matching distribution found for tinylib==7",
]
"""A text of most forms; each is a whole block."""


@pytest.mark.parametrize("text", FORMS)
def test_output_of_a_worker(text: str) -> None:
    """What a worker's stdout or stderr holds is read as the launcher's is: one error, the block whole."""
    content = f"scoring\n{text}\n\nmore\n"
    parsed = USER_STREAM.parse(Batch.of((SourceFile("logs/user/stderr/0/process000.stderr.txt"), content.encode())))
    rows = parsed.tables["errors"].to_pylist()
    assert [(row["line_no"], row["traceback"]) for row in rows] == [(2, text)]
    assert [row[0] for row in errors(content)] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "python: 3.8.10",
        "python: /opt/env/bin/python",
        "process 3 of 8 finished with code review",
        "Process Exiting with Code:  0",
        "worker returned status 0",
        "job 7: 12 items, 3 failed",
        "the signal is killed by noise",
        "Traceback ahead",
        "no CUDA out of the box",
        "usage: 37 % of the disk",
    ],
)
def test_no_failure_in_output(text: str) -> None:
    """What scripts print in good jobs."""
    parsed = USER_STREAM.parse(Batch.of((SourceFile("logs/user/stdout/0/process000.stdout.txt"), f"{text}\n".encode())))
    assert parsed.tables["errors"].num_rows == 0
    assert errors(f"{text}\n") == []
