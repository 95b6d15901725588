"""Failures in words: which lines are one, where their text ends, and what in good jobs only looks like one."""

from __future__ import annotations

import pytest

from ingest import Batch, SourceFile
from ingest_azureml.envelopes import read_control, read_runtime
from ingest_azureml.platform import DRIVER, IMAGE_BUILD


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
