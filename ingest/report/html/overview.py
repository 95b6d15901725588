"""The part of a report that tells of many jobs: what needs attention, how they went, and what stands out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest.report.html import charts
from ingest.report.html.blocks import Block, Drawing, Figure, Findings, Part, Section, Source, Table, Words
from ingest.report.html.cells import (
    NONE,
    Cell,
    Column,
    count,
    counts,
    durations,
    moment,
    moments,
    percent,
    percents,
    ratios,
    seconds,
    texts,
)
from ingest.report.html.charts.style import STATE_SHAPES
from ingest.report.html.findings import told_findings
from ingest.report.html.job import COVERAGE, MEMORY, node_column, outcome_column
from ingest.report.html.questions import Answer, Questions, Row

_JOBS_SHOWN = 400


def overview_part(questions: Questions, jobs: Sequence[str], links: Mapping[str, str]) -> Part:
    """The overview of some jobs; `links` leads to the parts of those that have one on this page."""
    all_of = {"jobs": list(jobs)}
    summary = questions.ask("overview/jobs", **all_of)
    sections = [
        Section("attention", "What needs attention", [_findings(questions, all_of, links)]),
        Section("jobs", "Jobs", list(_jobs(summary, links))),
        Section("trends", "Trends", list(_trends(summary))),
        Section("errors", "Errors", [_table(questions, "overview/errors", all_of, _ERRORS, "No error was reported.")]),
        Section(
            "nodes",
            "Worst nodes",
            [_table(questions, "overview/nodes", all_of, [_job_column(links), *_NODES], "No items failed.")],
        ),
        Section(
            "slowest",
            "Slowest mini-batches",
            [
                _table(
                    questions, "overview/slowest", all_of, [_job_column(links), *_SLOWEST], "No mini-batch has a time."
                )
            ],
        ),
        Section(
            "memory",
            "Highest memory",
            [_table(questions, "overview/memory", all_of, [_job_column(links), *MEMORY], "No resource samples.")],
        ),
        Section("coverage", "What was read", [_table(questions, "overview/coverage", all_of, COVERAGE, "No files.")]),
    ]
    return Part("overview", "", "", _line(summary.rows), list(_figures(summary.rows)), sections)


def _line(jobs: Sequence[Row]) -> str:
    times = [job["started_at"] for job in jobs if job["started_at"]]
    return f"jobs started {moment(min(times))} to {moment(max(times))} UTC" if times else ""


def _figures(jobs: Sequence[Row]) -> Iterator[Figure]:
    states = [job["state"] for job in jobs]
    told = [f"{states.count(state):,} {state}" for state in STATE_SHAPES if state in states]
    yield Figure("jobs", count(len(jobs)), ", ".join(told), "alarm" if "failed" in states else "")
    batches, failed_batches = _sum(jobs, "mini_batches"), _sum(jobs, "mini_batches_failed")
    yield Figure("mini-batches", count(batches), f"{count(failed_batches)} failed", "alarm" if failed_batches else "")
    items, failed = _sum(jobs, "items"), _sum(jobs, "failed_items")
    yield Figure(
        "items failed",
        f"{count(failed)} of {count(items)}",
        percent(100 * failed / items) if items else "no results seen",
        "alarm" if failed else "",
    )
    wasted = _sum(jobs, "wasted_s")
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


def _findings(questions: Questions, all_of: dict[str, list[str]], links: Mapping[str, str]) -> Findings:
    answer = questions.ask("overview/findings", **all_of)
    nothing = "Nothing was found: no check and no error speaks of these jobs."
    return Findings(told_findings(answer.rows, links), Source.of(answer), nothing)


def _jobs(summary: Answer, links: Mapping[str, str]) -> Iterator[Block]:
    rows = summary.rows
    if len(rows) > _JOBS_SHOWN:
        rows = sorted(rows, key=lambda job: (job["state"] != "failed", -(job["failed_items"] or 0)))[:_JOBS_SHOWN]
        more = f"{_JOBS_SHOWN} of {len(summary.rows):,} jobs, failed ones and those with most failed items first."
    else:
        more = ""
    yield Table([_job_column(links), *_JOBS], rows, Source.of(summary), search=True, more=more)


def _trends(summary: Answer) -> Iterator[Block]:
    rows = [row for row in summary.rows if row["start_ms"] is not None]
    if len(rows) < 2:
        yield Words("Trends need at least two jobs with a start.", Source.of(summary))
        return
    for key, title, times in (
        ("duration_s", "duration, minutes", 1 / 60),
        ("failure_rate", "items failed, %", 100),
        ("p95_elapsed_s", "95 % of mini-batches took up to, seconds", 1),
    ):
        told = [row | {key: round(row[key] * times, 3)} for row in rows if row[key] is not None]
        if len(told) >= 2:
            yield Drawing(
                charts.jobs_over_time(told, key, title, f"{title} of each job by its start."),
                Source.of(summary),
                title.capitalize(),
            )


def _table(
    questions: Questions, name: str, all_of: dict[str, list[str]], columns: Sequence[Column], nothing: str
) -> Block:
    answer = questions.ask(name, **all_of)
    return Table(columns, answer.rows, Source.of(answer)) if answer.rows else Words(nothing, Source.of(answer))


def _job_column(links: Mapping[str, str]) -> Column:
    return Column(
        "job", lambda row: Cell(str(row["job_id"]), str(row["job_id"]).lower(), "id job", links.get(row["job_id"], ""))
    )


def _state(row: Mapping[str, Any]) -> Cell:
    state = row["state"] if row["state"] in STATE_SHAPES else "unknown"
    return Cell(
        f"{row['state']}{' (partial)' if row['partial'] and state != 'running' else ''}",
        str(row["state"]),
        f"state state-{state}",
    )


def _batches(row: Mapping[str, Any]) -> Cell:
    done, scheduled = row["mini_batches"] or 0, row["mini_batches_scheduled"] or 0
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
    counts("failed", "mini_batches_failed", alarm=True, hint="mini-batches whose last try did not end well"),
    Column("items failed", _items, numeric=True),
    counts("retries", "retries"),
    durations("wasted", "wasted_s", hint="in tries that did not decide"),
    durations("p95", "p95_elapsed_s", hint="95 % of the mini-batches took up to this"),
    percents("highest memory", "highest_memory_percent", hint="a sample, not a peak"),
    Column("first error", _first_error),
)

_ERRORS: Sequence[Column] = (
    moments("first seen", "first_at"),
    counts("count", "occurrences"),
    counts("jobs", "jobs"),
    texts("type", "exception_type", look="code"),
    texts("message", "message", look="message"),
    texts("frame", "frame", look="code"),
    texts("remedy", "remedy", look="message"),
    texts("example in", "example_job_id", look="id"),
    texts("place", "place", look="code"),
)

_NODES: Sequence[Column] = (
    node_column(),
    counts("items failed", "failed_items", alarm=True),
    counts("items", "items"),
    percents("failure rate", "failure_rate", times=100),
    counts("mini-batches", "mini_batches"),
    counts("failed", "mini_batches_failed", alarm=True),
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
    counts("tries", "attempts"),
    node_column(),
    texts("process", "process", look="id"),
    moments("started", "started_at"),
)
