"""The end of a nightly run, for a terminal or a mail: what is new, what got worse, what was not done, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

import click

from ingest.known_problems import first_step
from ingest.nightly.summary import StepFailure, Summary
from ingest.output.terminal import is_terminal, text_width
from ingest.output.wording import and_more, one_line, plural, some, wrap

_SHOWN = 5
_LABEL = 14
_LINES = 3
_COLOURS = {"fine": "green", "worse": "yellow", "partly failed": "red", "failed": "red"}

Line = str | tuple[str, str]
"""A line as it is, or a label with a text that is yet to be wrapped."""


def print_card(summary: Summary, stream: TextIO) -> None:
    """Writes the card. It fits the terminal; in a mail or a file, texts are whole. Secrets are masked."""
    width, most = text_width(stream), _LINES if is_terminal(stream) else 0
    for line in _lines(summary):
        if isinstance(line, str):
            click.echo(line, file=stream)
            continue
        label, text = line
        for part in wrap(one_line(text), width, f"  {label:<{_LABEL}}", " " * (_LABEL + 2), most):
            click.echo(part, file=stream)


def _lines(summary: Summary) -> Iterator[Line]:
    yield f"{_head(summary)}: {click.style(summary.outcome, fg=_COLOURS[summary.outcome], bold=True)}{_why(summary)}"
    yield ""
    yield _line("jobs", _jobs(summary))
    if summary.days:
        yield _line("days", _days(summary.days))
    if summary.night is not None:
        yield from _several("jobs worse", summary.regressions, _regression, "none")
        yield from _several("groups worse", summary.group_regressions, _group_regression, "")
        worst = [finding for finding in summary.findings if finding["severity"] == "severe"]
        yield from _several("severe", _alike(worst), _finding, _warnings(summary))
        yield from _several("new errors", summary.new_errors, _error, _no_new_errors(summary))
    yield from _several("retention", _house(summary.house), str, "")
    yield from _several("not done", summary.troubles, _trouble, "")
    yield _line(
        "report", f"{summary.report['path']} ({summary.report['bytes'] / 1e6:.1f} MB)" if summary.report else "none"
    )
    yield ""
    at = "" if summary.store == "ingest-store" else f" --store {summary.store}"
    yield f'Next steps: ingest sql{at} "SELECT * FROM daily_trends"'
    yield f"            ingest diagnose{at} JOB"


def _head(summary: Summary) -> str:
    if summary.news or summary.night is None:
        return f"nightly run of {_minute(summary.started_at)}"
    return f"nothing new since the nightly run of {_minute(summary.night)}"


def _minute(stamp: str) -> str:
    return f"{stamp[:16].replace('T', ' ')} UTC"


def _line(label: str, text: str) -> Line:
    return label, text


def _why(summary: Summary) -> str:
    """What the outcome goes by, if something on the card might seem to contradict it."""
    if summary.outcome == "fine" and (summary.severe or summary.worse):
        return f" (it fails on: {', '.join(summary.fails_on) or 'nothing'}; setting nightly.fail_on)"
    return ""


def _jobs(summary: Summary) -> str:
    parts = [f"{summary.jobs_new} new", f"{summary.jobs_changed} changed"] if summary.news else ["none new or changed"]
    if summary.jobs_failed:
        parts.append(f"{summary.jobs_failed} failed")
    if summary.jobs_partial:
        parts.append(f"{summary.jobs_partial} partial")
    read = summary.load.get("files", 0) - summary.load.get("unchanged", 0)
    return f"{', '.join(parts)}; {summary.jobs_in_store} in the history; {read:g} files read"


def _days(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{len(days)} updated, {days[0]} to {days[-1]}"


def _several(label: str, rows: Sequence[Any], told: Any, without: str) -> Iterator[Line]:
    """The first few rows below each other, or a word if there are none."""
    if not rows and without:
        yield _line(label, without)
    for place, row in enumerate(rows[:_SHOWN]):
        first, *more = told(row).split("\n")
        yield _line(label if place == 0 else "", first)
        yield from (_line("", line) for line in more)
    if len(rows) > _SHOWN:
        yield _line("", f"{and_more(len(rows) - _SHOWN)}: see the report or the summary")


def _regression(row: Mapping[str, Any]) -> str:
    return f"{row['job_id']}: {row['sentence']}"


def _group_regression(row: Mapping[str, Any]) -> str:
    group = "all jobs" if row["group_kind"] == "all" else f"{row['group_kind']} {row['group_name']}"
    return f"{group} on {row['day']}: {row['sentence']}"


def _alike(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One finding of each check, with the jobs that have it; what costs most first, then by job."""
    by_check: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        by_check.setdefault(finding["check_id"], []).append(finding)
    return [{**same[0], "jobs": list(dict.fromkeys(one["job_id"] for one in same))} for same in by_check.values()]


def _finding(row: Mapping[str, Any]) -> str:
    jobs = row["jobs"]
    also = f" (the same check in {len(jobs)} jobs: {some(jobs, 5)})" if len(jobs) > 1 else ""
    text = f"{row['job_id']}: {row['headline']}{also}"
    impact = f"\n  impact: {row['impact']}" if row["impact"] else ""
    return f"{text}{impact}\n  → {first_step(row['fix'])}"


def _no_new_errors(summary: Summary) -> str:
    """Nothing is new where there is nothing to compare with."""
    is_first = summary.jobs_in_store <= len(summary.jobs)
    return "not compared: there are no earlier jobs" if is_first else "none"


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
