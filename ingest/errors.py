"""Errors that a user can do something about, and the exit codes that tell them apart."""

from __future__ import annotations

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
    """Store locked, damaged or not there."""
    PARTLY_FAILED = 5
    """A night went through, but not all of it: a job or folder could not be read, or a later step failed."""
    NIGHT_FAILED = 6
    """A night could not be finished: the store is locked, damaged or its disk full. The last good state stands."""
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
    """The store is locked, damaged, or not there."""

    exit_code = ExitCode.STORE


class QueryError(IngestError):
    """A query that the database refuses."""


class PluginError(IngestError):
    """A plugin that cannot be used."""
