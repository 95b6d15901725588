"""The part of a report that tells of many jobs: what needs attention, how they went, and what stands out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest.known_problems import first_step
from ingest.report.blocks import Block, Figure, Findings, Part, Section, Source, Table, Words
from ingest.report.cells import (
    NONE,
    Cell,
    Column,
    count,
    counts,
    days,
    durations,
    frames,
    moment,
    moments,
    percent,
    percents,
    ratios,
    seconds,
    texts,
    words,
)
from ingest.report.charts.style import STATE_SHAPES
from ingest.report.findings import laid_out
from ingest.report.job import COVERAGE, MEMORY, node_column, outcome_column
from ingest.report.questions import Answer, Questions, Row
from ingest.report.trends import trends
from ingest.severity import SEVERITIES

_JOBS_SHOWN = 400


def overview_part(questions: Questions, jobs: Sequence[str], findings: Answer, links: Mapping[str, str]) -> Part:
    """The overview of some jobs; `links` leads to the parts of those that have one on this page."""
    all_of = {"jobs": list(jobs)}
    job = _job_column(links)
    summary = questions.ask("overview/jobs", **all_of)

    def table(name: str, columns: Sequence[Column], nothing: str) -> Block:
        answer = questions.ask(f"overview/{name}", **all_of)
        return Table(columns, answer.rows, Source.of(answer)) if answer.rows else Words(nothing, Source.of(answer))

    has_history = bool(questions.ask("overview/history").rows)
    sections = [Section("attention", "What needs attention", [_findings(findings, links)])]
    if has_history:
        nothing = "No job did worse than usual, as far as there are enough jobs like it to compare with."
        of_groups = "No group of jobs did worse than on the days before it."
        worse = [
            table("regressions", [job, *_REGRESSIONS], nothing),
            table("group_regressions", _GROUP_REGRESSIONS, of_groups),
        ]
        sections.append(Section("regressions", "Worse than usual", worse))
    sections += [
        Section("jobs", "Jobs", list(_jobs(summary, links))),
        Section("trends", "Trends", list(trends(questions, all_of, summary))),
    ]
    if has_history:
        nothing = "No error that earlier jobs did not tell."
        sections.append(Section("errors", "New errors", [table("new_errors", [job, *_ERRORS], nothing)]))
    else:
        sections.append(Section("errors", "Errors", [table("errors", [job, *_ERRORS], "No error was reported.")]))
    inputs = table("inputs", _INPUTS, "")
    if isinstance(inputs, Table):
        sections.append(Section("inputs", "Inputs that keep failing", [inputs]))
    sections += [
        Section("nodes", "Worst nodes", [table("nodes", [job, *_NODES], "No items failed.")]),
        Section("slowest", "Slowest mini-batches", [table("slowest", [job, *_SLOWEST], "No mini-batch has a time.")]),
        Section("memory", "Highest memory", [table("memory", [job, *MEMORY], "No resource samples.")]),
        Section("coverage", "What was read", [table("coverage", COVERAGE, "No files.")]),
    ]
    return Part("overview", "", "", _line(summary.rows), list(_figures(summary.rows)), sections)


def _line(jobs: Sequence[Row]) -> str:
    times = [job["started_at"] for job in jobs if job["started_at"]]
    return f"jobs started {moment(min(times))} to {moment(max(times))} UTC" if times else ""


def _figures(jobs: Sequence[Row]) -> Iterator[Figure]:
    states = [job["state"] for job in jobs]
    told = [f"{states.count(state):,} {state}" for state in STATE_SHAPES if state in states]
    yield Figure("jobs", count(len(jobs)), ", ".join(told), "alarm" if "failed" in states else "")
    batches, failed_batches = _sum(jobs, "mini_batches"), _sum(jobs, "failed_mini_batches")
    yield Figure("mini-batches", count(batches), f"{count(failed_batches)} failed", "alarm" if failed_batches else "")
    items, failed = _sum(jobs, "items"), _sum(jobs, "failed_items")
    yield Figure(
        "items failed",
        f"{count(failed)} of {count(items)}",
        percent(100 * failed / items) if items else "no results seen",
        "alarm" if failed else "",
    )
    wasted = _sum(jobs, "wasted_worker_s")
    yield Figure(
        "retries", count(_sum(jobs, "retries")), f"{seconds(wasted)} in tries that did not decide" if wasted else ""
    )
    idle = _sum(jobs, "nodes_without_work")
    yield Figure("nodes", count(_sum(jobs, "nodes")), f"{count(idle)} did nothing" if idle else "")
    rejects = _sum(jobs, "rejects")
    yield Figure(
        "not understood",
        f"{count(rejects)} lines",
        f"{count(_sum(jobs, 'files_unclaimed'))} files that no parser knows",
    )


def _sum(jobs: Sequence[Row], key: str) -> float:
    return sum(job[key] or 0 for job in jobs)


def _findings(answer: Answer, links: Mapping[str, str]) -> Findings:
    nothing = "No issues found. (This does not mean that the jobs were fast.)"
    return Findings(laid_out(answer.rows, links), Source.of(answer), nothing)


def _jobs(summary: Answer, links: Mapping[str, str]) -> Iterator[Block]:
    rows = summary.rows
    if len(rows) > _JOBS_SHOWN:
        rows = sorted(rows, key=lambda job: (job["state"] != "failed", -(job["failed_items"] or 0)))[:_JOBS_SHOWN]
        more = f"{_JOBS_SHOWN} of {len(summary.rows):,} jobs, failed ones and those with most failed items first."
    else:
        more = ""
    yield Table([_job_column(links), *_JOBS], rows, Source.of(summary), search=True, more=more)


def _job_column(links: Mapping[str, str]) -> Column:
    return Column(
        "job", lambda row: Cell(str(row["job_id"]), str(row["job_id"]).lower(), "id job", links.get(row["job_id"], ""))
    )


_MARKS = {"severe": "■ ", "warning": "▲ "}


def _severity_look(row: Mapping[str, Any]) -> str:
    return f"severity-cell severity-{row['severity'] if row['severity'] in SEVERITIES else 'note'}"


def _state(row: Mapping[str, Any]) -> Cell:
    state = row["state"] if row["state"] in STATE_SHAPES else "unknown"
    return Cell(
        f"{row['state']}{' (partial)' if row['partial'] and state != 'running' else ''}",
        str(row["state"]),
        f"state state-{state}",
    )


def _batches(row: Mapping[str, Any]) -> Cell:
    done, scheduled = row["mini_batches"] or 0, row["scheduled_mini_batches"] or 0
    return Cell(f"{done:,} of {scheduled:,}" if scheduled > done else f"{done:,}", repr(float(done)))


def _items(row: Mapping[str, Any]) -> Cell:
    failed, items = row["failed_items"] or 0, row["items"] or 0
    return Cell(f"{failed:,} of {items:,}" if items else NONE, repr(float(failed)), "alarm" if failed else "")


def _first_error(row: Mapping[str, Any]) -> Cell:
    text = str(row["first_error"] or "").partition("\n")[0]
    if not text:
        return Cell(NONE)
    return Cell(
        f"{text[:110]}{'…' if len(text) > 110 else ''}{' (a symptom)' if row['first_error_is_symptom'] else ''}",
        text.lower(),
        "brief",
    )


_JOBS: Sequence[Column] = (
    Column("state", _state),
    moments("started", "started_at"),
    durations("duration", "duration_s"),
    Column("mini-batches", _batches, numeric=True),
    counts("failed", "failed_mini_batches", alarm=True, hint="mini-batches whose last try did not end well"),
    Column("items failed", _items, numeric=True),
    counts("retries", "retries"),
    durations("wasted", "wasted_worker_s", hint="in tries that did not decide"),
    durations("p95", "p95_elapsed_s", hint="95 % of the mini-batches took up to this"),
    percents("highest memory", "highest_memory_percent", hint="a sample, not a peak"),
    Column("first error", _first_error),
)

_SEVERITY = Column(
    "severity", lambda row: Cell(_MARKS.get(row["severity"], "○ ") + str(row["severity"]), look=_severity_look(row))
)

_GROUP_REGRESSIONS: Sequence[Column] = (
    texts("group", "group_name"),
    texts("of", "group_kind"),
    days("day", "day"),
    _SEVERITY,
    texts("what changed", "sentence", look="message"),
    ratios("of usual", "ratio", hint="value / median of the days compared with"),
    counts("compared with", "compared_days", hint="so many earlier days of the group"),
)

_REGRESSIONS: Sequence[Column] = (
    _SEVERITY,
    texts("what changed", "sentence", look="message"),
    ratios("of usual", "ratio", hint="value / median of the jobs compared with"),
    counts("compared with", "compared_jobs", hint="so many earlier jobs like it"),
    texts("group", "comparison_group"),
)

_ERRORS: Sequence[Column] = (
    moments("first seen", "first_at"),
    counts("count", "occurrences"),
    counts("jobs", "jobs"),
    Column(
        "error",
        lambda row: Cell(words(": ".join(filter(None, (row["exception_type"], row["message"])))), look="message"),
    ),
    frames("frame", "frame"),
    Column("fix", lambda row: Cell(first_step(row["fix"]) if row["fix"] else NONE, look="message")),
    texts("place", "place", look="code"),
)

_INPUTS: Sequence[Column] = (
    texts("input", "input", look="code"),
    texts("experiment", "experiment"),
    counts("jobs", "jobs_failed"),
    counts("failed mini-batches", "failed_mini_batches"),
    counts("inputs together", "inputs_together", hint="inputs of the smallest failed mini-batch that it stood in"),
    days("first", "first_day"),
    days("last", "last_day"),
    texts("last error", "last_error_message", look="message"),
)

_NODES: Sequence[Column] = (
    node_column(),
    counts("items failed", "failed_items", alarm=True),
    counts("items", "items"),
    percents("failure rate", "failure_rate", times=100),
    counts("mini-batches", "mini_batches"),
    counts("failed", "failed_mini_batches", alarm=True),
    counts("retries", "retries"),
    counts("timeouts", "timeouts"),
    counts("exceptions", "exceptions"),
)

_SLOWEST: Sequence[Column] = (
    counts("mini-batch", "mini_batch_id"),
    durations("elapsed", "elapsed_s"),
    ratios("of median", "ratio_to_median"),
    durations("in run()", "run_s"),
    outcome_column(),
    counts("attempts", "attempts"),
    node_column(),
    texts("process", "process", look="id"),
    moments("started", "started_at"),
)
