"""The end of a night, for a terminal or a mail: what is new, what got worse, what was not done, where to read on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

import click

from ingest.known_problems import first_step
from ingest.nightly.summary import StepFailure, Summary
from ingest.output import escape_controls, redact_text
from ingest.output.wording import plural, shorten

_WIDTH = 100
_SHOWN = 5
_LABEL = 14


def print_card(summary: Summary, stream: TextIO) -> None:
    """Writes the card, at most 100 columns wide. Texts of logs are made harmless, secrets masked."""
    for line in _lines(summary):
        click.echo(shorten(escape_controls(redact_text(line)), _WIDTH), file=stream)


def _lines(summary: Summary) -> Iterator[str]:
    yield f"{_head(summary)}: {summary.outcome}"
    yield ""
    yield _line("jobs", _jobs(summary))
    if summary.days:
        yield _line("days", _days(summary.days))
    if summary.night is not None:
        yield from _several("regressions", summary.regressions, _regression, "none")
        yield from _several("of groups", summary.group_regressions, _group_regression, "")
        worst = [finding for finding in summary.findings if finding["severity"] == "severe"]
        yield from _several("severe", worst, _finding, _warnings(summary))
        yield from _several("new errors", summary.new_errors, _error, "none")
    yield from _several("house", _house(summary.house), str, "")
    yield from _several("not done", summary.troubles, _trouble, "")
    yield _line(
        "report", f"{summary.report['path']} ({summary.report['bytes'] / 1e6:.1f} MB)" if summary.report else "none"
    )
    yield ""
    at = "" if summary.store == "ingest-store" else f" --store {summary.store}"
    yield f'go on: ingest sql{at} "SELECT * FROM daily_trends"'
    yield f"       ingest diagnose{at} JOB"


def _head(summary: Summary) -> str:
    if summary.news or summary.night is None:
        return f"night of {_minute(summary.started_at)}"
    return f"nothing new since the night of {_minute(summary.night)}"


def _minute(stamp: str) -> str:
    return f"{stamp[:16].replace('T', ' ')} UTC"


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{text}"


def _jobs(summary: Summary) -> str:
    parts = [f"{summary.jobs_new} new", f"{summary.jobs_changed} changed"] if summary.news else ["none new or changed"]
    if summary.jobs_failed:
        parts.append(f"{summary.jobs_failed} failed")
    if summary.jobs_partial:
        parts.append(f"{summary.jobs_partial} partial")
    read = summary.load.get("files", 0) - summary.load.get("unchanged", 0)
    return f"{', '.join(parts)}; {summary.jobs_in_store} in the history; {read:g} files read"


def _days(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{len(days)} made again, {days[0]} to {days[-1]}"


def _several(label: str, rows: Sequence[Any], told: Any, without: str) -> Iterator[str]:
    """The first few rows below each other, or a word if there are none."""
    if not rows and without:
        yield _line(label, without)
    for place, row in enumerate(rows[:_SHOWN]):
        first, *more = told(row).split("\n")
        yield _line(label if place == 0 else "", first)
        yield from (_line("", line) for line in more)
    if len(rows) > _SHOWN:
        yield _line("", f"and {len(rows) - _SHOWN} more: see the report or the summary")


def _regression(row: Mapping[str, Any]) -> str:
    return f"{row['job_id']}: {row['sentence']}"


def _group_regression(row: Mapping[str, Any]) -> str:
    group = "all jobs" if row["group_kind"] == "all" else f"{row['group_kind']} {row['group_name']}"
    return f"{group} on {row['day']}: {row['sentence']}"


def _finding(row: Mapping[str, Any]) -> str:
    text = f"{row['job_id']}: {row['finding']}"
    return f"{text}\n  → {first_step(row['remedy'])}" if row["remedy"] else text


def _warnings(summary: Summary) -> str:
    warnings = len(summary.findings)
    return f"none; {warnings} warning{plural(warnings)}" if warnings else "none"


def _error(row: Mapping[str, Any]) -> str:
    return f"{row['example']} (in {row['jobs']} job{plural(row['jobs'])}, first {row['first_job_id']})"


def _house(told: Mapping[str, Any]) -> list[str]:
    return [f"{count} {name.replace('_', ' ')}" for name, count in told.items()]


def _trouble(trouble: StepFailure) -> str:
    text = f"{trouble.step}: {trouble.wrong}"
    return f"{text}\n  → {trouble.remedy}" if trouble.remedy else text
