"""Errors that a user can do something about, and the exit codes that tell them apart."""

from __future__ import annotations

import errno
import os
from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit codes of every command mean; scripts may rely on them."""

    OK = 0
    FAILED_CHECK = 1
    """It finished, but more was rejected than allowed, or a check failed."""
    USAGE = 2
    INPUT = 3
    """Input not found, not readable, or none of it a job."""
    STORE = 4
    """Store locked, damaged or not there, or the disk is full."""
    PARTLY_FAILED = 5
    """A nightly run was done in part: a job or folder could not be read, or a later step failed."""
    NIGHT_FAILED = 6
    """A nightly run failed: the store is locked, damaged or its disk is full. The store holds the last whole commit."""
    CLUSTER = 7
    """The cluster cannot be used, or was lost. The store holds the last whole commit."""
    BUG = 70
    """A bug of ours: a traceback is shown."""
    INTERRUPTED = 130


class IngestError(Exception):
    """Something the user can mend: one line that says what is wrong, one that says what to do. Any other is a bug."""

    exit_code = ExitCode.USAGE

    def __init__(self, wrong: str, remedy: str = "") -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.remedy = remedy


class InputError(IngestError):
    """An argument that cannot be read, or holds no job."""

    exit_code = ExitCode.INPUT


class StoreError(IngestError):
    """The store is locked, damaged, or not there, or a disk is full."""

    exit_code = ExitCode.STORE


class ClusterError(IngestError):
    """The cluster cannot be reached, was lost, or has other versions or files than this machine."""

    exit_code = ExitCode.CLUSTER


class QueryError(IngestError):
    """A query that the database refuses."""


class PluginError(IngestError):
    """A plugin that cannot be used."""


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ROOM_TEXTS = (*map(os.strerror, _NO_ROOM), "max_temp_directory_size")
"""As libraries say it that give no number; the last is the database's word for a disk that it may not fill further."""


_INTERRUPTED = "Query interrupted"
"""What the database says then, as a RuntimeError; the KeyboardInterrupt that a signal's handler raised is lost."""


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or what it came from, says that the disk, a quota or the limit of a file's size is reached."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno in _NO_ROOM:
            return True
        is_of_database = type(link).__module__.lstrip("_").startswith("duckdb")
        if (is_of_database or isinstance(link, OSError)) and any(text in str(link) for text in _NO_ROOM_TEXTS):
            return True
        link = link.__cause__ or link.__context__
    return False


def is_interrupt(error: BaseException) -> bool:
    """Whether an error is how the database tells Ctrl-C, or another signal, that came while it was at work."""
    of_database = (
        type(error).__module__.lstrip("_").startswith("duckdb") and type(error).__name__ == "InterruptException"
    )
    return of_database or (type(error) is RuntimeError and str(error) == _INTERRUPTED)


def disk_full(place: object, what: str, error: BaseException) -> StoreError:
    """The error to raise for one of which `is_disk_full` holds: `what` could not be written at `place`."""
    return StoreError(
        f"{place}: the disk is full: {what} cannot be written: {first_line(error)}",
        "Make room there, and run the same command again. The store holds the last whole commit.",
    )


def first_line(error: BaseException) -> str:
    """What an error says, on one line."""
    return str(error).partition("\n")[0] or repr(error)
