"""Which exit codes each command can give, for its help."""

from __future__ import annotations

import click

_STORE = {2: "wrong usage", 4: "store locked, damaged or not there"}
_JOB = {2: "wrong usage", 3: "no such job", 4: "store locked, damaged or not there"}
_CLUSTER = {7: "cluster not usable or lost"}
_WRITES = {2: "wrong usage", 4: "store locked, damaged or not there, or disk full"}
_CODES: dict[str, dict[int, str]] = {
    "load": {1: "more rejected than allowed", 2: "wrong usage", 3: "input not found, not readable or without a job"}
    | {4: "store locked or damaged, or disk full", **_CLUSTER},
    "watch": {1: "a job failed or a finding was waited for", 2: "wrong usage", 3: "something could not be read"}
    | {4: "store locked or damaged, or disk full"},
    "nightly": {1: "something got worse (nightly.fail_on)", 2: "wrong usage", 5: "partly failed"}
    | {6: "failed: store locked or damaged, or disk full; the store keeps its last good state"},
    "diagnose": {1: "a finding as severe as --fail-on", **_JOB},
    "check": {1: "a job did not pass", **_JOB},
    "diff": _JOB,
    "jobs": _JOB,
    "nodes": _JOB,
    "timeline": _JOB,
    "story": _JOB,
    "report": {**_JOB, 4: "store locked, damaged or not there, or disk full"},
    "sql": {2: "wrong usage or a query that is refused", 4: "store locked, damaged or not there"},
    "views": _STORE,
    "connect": _STORE,
    "problems": _STORE,
    "explain": {2: "wrong usage", 3: "file not found or not readable"},
    "show": {2: "wrong usage", 3: "file not found or not readable", 4: "store locked, damaged or not there"},
    "rebuild": _WRITES | _CLUSTER,
    "forget": _JOB | _WRITES,
    "compact": _WRITES,
    "copy": _WRITES,
    "export": _JOB | {3: "place not usable, or no such job"},
    "doctor": {1: "something else does not work", 2: "wrong usage", 3: "source not readable"}
    | {4: "store damaged or cannot be opened"},
    "rehearse": {1: "the contract does not hold, the job failed or a finding is severe", 2: "wrong usage"}
    | {3: "nothing to score", 4: "store locked or damaged, or disk full"},
}
"""Beside 0 (done), 70 (a bug in ingest) and 130 (interrupted), which every command can give."""


def with_exit_codes(command: click.Command) -> click.Command:
    """Adds the codes that a command can give to the end of its help."""
    known = _CODES.get(command.name or "", {2: "wrong usage"})
    codes = {0: "done", **known, 70: "a bug in ingest", 130: "interrupted"}
    command.epilog = f"Exit codes: {', '.join(f'{code} {words}' for code, words in codes.items())}."
    return command
