"""What a night did, for programs: one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.errors import ExitCode, IngestError
from ingest.output import redact_text

FORMAT = 1
"""Raised when a field of the summary is taken away or changes its meaning; more fields may come at any time."""


@dataclass(frozen=True, slots=True)
class StepFailure:
    """Something that could not be done; the rest of the night was."""

    step: str
    """store, read, compare, house, report, notify, summary."""
    wrong: str
    remedy: str = ""
    fatal: bool = False
    """The night ended with it."""

    @classmethod
    def of(cls, step: str, error: Exception, *, fatal: bool = False) -> StepFailure:
        """What an exception says. One that is no `IngestError` is a bug of ours, and told as such."""
        if isinstance(error, IngestError):
            return cls(step, error.wrong, error.remedy, fatal)
        told = f"{type(error).__name__}: {error}".partition("\n")[0]
        return cls(step, f"a bug in ingest: {told}", "Please report it, with the log of the night.", fatal)


@dataclass(slots=True)
class Summary:
    """A night. Lists are of the jobs of this night; if nothing is new, of the night before that had some."""

    store: str
    started_at: str
    """UTC; the night's name if it found something new."""
    roots: Sequence[str] = ()
    news: bool = False
    """False: no job is new or changed since the last night; the lists below are that night's."""
    night: str | None = None
    """The night that the lists are of; null while no night has found any job."""
    jobs_new: int = 0
    jobs_changed: int = 0
    jobs_partial: int = 0
    """Of the night's jobs: still running, or cut. They are replaced when they are whole."""
    jobs_failed: int = 0
    jobs_in_store: int = 0
    jobs: Sequence[str] = ()
    """Ids of the night's jobs."""
    load: Mapping[str, Any] = field(default_factory=dict)
    """Files, bytes, rows and rejects of what was read."""
    days: Sequence[str] = ()
    """Days whose aggregates were made again."""
    regressions: Sequence[Mapping[str, Any]] = ()
    """What each of these jobs did worse than the jobs before it."""
    group_regressions: Sequence[Mapping[str, Any]] = ()
    """What each group of them did worse on its day than on the days before."""
    findings: Sequence[Mapping[str, Any]] = ()
    """Severe findings and warnings, severe first."""
    new_errors: Sequence[Mapping[str, Any]] = ()
    """Errors that no job before the night's had told."""
    house: Mapping[str, Any] = field(default_factory=dict)
    """Jobs whose records were dropped for their age, Parquet files that were merged."""
    report: Mapping[str, Any] | None = None
    """Path and bytes; null if none was written."""
    troubles: list[StepFailure] = field(default_factory=list)
    fails_on: Sequence[str] = ("regressions",)
    """What makes the exit code 1."""
    seconds: float = 0.0

    @property
    def worse(self) -> int:
        """Regressions of jobs and of groups."""
        return len(self.regressions) + len(self.group_regressions)

    @property
    def severe(self) -> int:
        """Severe findings."""
        return sum(finding["severity"] == "severe" for finding in self.findings)

    @property
    def exit_code(self) -> ExitCode:
        """What could not be done weighs more than what got worse."""
        if any(trouble.fatal for trouble in self.troubles):
            return ExitCode.NIGHT_FAILED
        if any(trouble.step != "notify" for trouble in self.troubles):
            return ExitCode.PARTLY_FAILED
        return ExitCode.FAILED_CHECK if self._got_worse() else ExitCode.OK

    def _got_worse(self) -> bool:
        found = {
            "regressions": bool(self.worse),
            "severe": bool(self.severe),
            "warning": bool(self.findings),
            "rejects": bool(self.load.get("rejects")),
        }
        return any(found.get(name, False) for name in self.fails_on)

    @property
    def outcome(self) -> str:
        """The exit code in a word."""
        return {
            ExitCode.OK: "fine",
            ExitCode.FAILED_CHECK: "worse",
            ExitCode.PARTLY_FAILED: "partly failed",
            ExitCode.NIGHT_FAILED: "failed",
        }[self.exit_code]

    def as_json(self) -> str:
        """The summary as one JSON object, secrets masked."""
        told = {"format": FORMAT, "outcome": self.outcome, "exit_code": int(self.exit_code), **asdict(self)}
        return redact_text(json.dumps(told, indent=2, default=str, ensure_ascii=False)) + "\n"
