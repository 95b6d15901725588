"""The part of a report that is about many jobs: what needs attention, how they went, and what stands out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ingest.known_problems import first_step
from ingest.output.wording import shorten
from ingest.report import headings
from ingest.report.blocks import (
    Block,
    Figure,
    Filters,
    Findings,
    Part,
    Section,
    Source,
    Table,
    Words,
    without_empty,
)
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
from ingest.report.findings import Places, laid_out
from ingest.report.job import COVERAGE, MEMORY, coverage_answer, node_column, outcome_column
from ingest.report.questions import Answer, Questions, Row
from ingest.report.trends import trends
from ingest.severity import SEVERITIES

_JOBS_SHOWN = 5000
"""Rows of the table of jobs; a file of more would open slowly."""

_FINDINGS_OPEN = 8
_ROWS_OPEN = 12
"""Rows of what got worse; more are behind a line that counts them."""


def overview_part(questions: Questions, jobs: Sequence[str], findings: Answer, links: Mapping[str, str]) -> Part:
    """The overview of some jobs; `links` leads to the parts of those that have one on this page."""
    all_of = {"jobs": list(jobs)}
    summary = questions.ask("overview/jobs", **all_of)
    for place, row in enumerate(summary.rows, 1):
        row["anchor"] = f"job-row-{place}"
    rows = {row["job_id"]: row["anchor"] for row in summary.rows}
    job = _job_column({**rows, **links})

    def table(name: str, columns: Sequence[Column], nothing: str) -> Block:
        answer = questions.ask(f"overview/{name}", **all_of)
        return Table(columns, answer.rows, Source.of(answer)) if answer.rows else Words(nothing, Source.of(answer))

    has_history = bool(questions.ask("overview/history").rows)
    sections = [Section("attention", "What needs attention", [_findings(findings, {**rows, **links})])]
    if has_history:
        nothing = "Worse than usual: no job, as far as there are enough jobs like it to compare with."
        of_groups = "Worse than usual: no group of jobs, compared with the days before."
        worse = [
            table("regressions", [job, *_REGRESSIONS], nothing),
            table("group_regressions", _GROUP_REGRESSIONS, of_groups),
        ]
        sections.append(Section("regressions", "Worse than usual", worse, _worse(worse)))
    sections += [
        Section("jobs", "Jobs", list(_jobs(summary, links))),
        Section("trends", "Trends", list(trends(questions, all_of, summary)), wide=False),
    ]
    if has_history:
        errors = table("new_errors", [job, *_ERRORS], "New errors: none that earlier jobs did not have.")
        sections.append(_closed("errors", "New errors", errors, _errors_answer))
    else:
        errors = table("errors", [job, *_ERRORS], "Errors: none was reported.")
        sections.append(_closed("errors", "Errors", errors, _errors_answer))
    sections += [
        _closed("inputs", "Inputs that keep failing", table("inputs", _INPUTS, ""), _inputs_answer),
        _closed("nodes", "Worst nodes", table("nodes", [job, *_NODES], "Worst nodes: no items failed."), _nodes_answer),
        _closed(
            "slowest",
            "Slowest mini-batches",
            table("slowest", [job, *_SLOWEST], "Slowest mini-batches: none has a time."),
            _slowest_answer,
        ),
        _closed(
            "memory",
            "Highest memory",
            table("memory", [job, *MEMORY], "Highest memory: no resource samples."),
            _memory_answer,
        ),
        _closed("coverage", "What was read", table("coverage", COVERAGE, "What was read: no files."), coverage_answer),
    ]
    sections = without_empty(sections, "overview")
    figures, filters = list(_figures(summary.rows)), _filters(summary.rows)
    return Part("overview", "", "", _line(summary.rows), figures, sections, filters=filters)


def _closed(anchor: str, title: str, block: Block, answer: Callable[[Sequence[Row]], str]) -> Section:
    """A section behind the line that says what is in it."""
    return Section(anchor, title, [block], answer(block.rows) if isinstance(block, Table) else "")


def _worse(blocks: Sequence[Block]) -> str:
    jobs = {row["job_id"] for block in blocks[:1] if isinstance(block, Table) for row in block.rows}
    groups = {row["group_name"] for block in blocks[1:] if isinstance(block, Table) for row in block.rows}
    if sum(len(block.rows) for block in blocks if isinstance(block, Table)) <= _ROWS_OPEN:
        return ""
    parts = [headings.some_of(len(jobs), "job")] if jobs else []
    return " and ".join([*parts, *([headings.some_of(len(groups), "group") + " of jobs"] if groups else [])])


def _errors_answer(rows: Sequence[Row]) -> str:
    return f"{len(rows)}; the newest: {headings.error_name(rows[0])}"


def _inputs_answer(rows: Sequence[Row]) -> str:
    return f"{headings.some_of(len(rows), 'input')}; {rows[0]['input']} in {headings.some_of(rows[0]['jobs_failed'], 'job')}"


def _nodes_answer(rows: Sequence[Row]) -> str:
    return f"{count(rows[0]['failed_items'])} of {count(rows[0]['items'])} items failed on {_node_of(rows[0])}"


def _slowest_answer(rows: Sequence[Row]) -> str:
    return f"{seconds(rows[0]['elapsed_s'])}: mini-batch {rows[0]['mini_batch_id']} of {rows[0]['job_id']}"


def _memory_answer(rows: Sequence[Row]) -> str:
    return f"{percent(rows[0]['highest_percent'])} on {_node_of(rows[0])}"


def _node_of(row: Row) -> str:
    return f"node {row['node'] or 'unknown'} of {row['job_id']}"


def _filters(jobs: Sequence[Row]) -> Filters | None:
    """What the jobs can be chosen by; nothing where there is only one."""
    if len(jobs) < 2:
        return None
    facets = {
        job["job_id"]: (
            str(job["experiment"] or ""),
            str(job["state"]),
            f"{job['started_at']:%Y-%m-%d}" if job["started_at"] else "",
        )
        for job in jobs
    }
    experiments, states, days = (sorted({facet[place] for facet in facets.values()} - {""}) for place in range(3))
    return Filters(experiments, states, days[0] if days else "", days[-1] if days else "", facets)


def _line(jobs: Sequence[Row]) -> str:
    times = [job["started_at"] for job in jobs if job["started_at"]]
    return f"jobs started {moment(min(times))} to {moment(max(times))} UTC" if times else ""


def _figures(jobs: Sequence[Row]) -> Iterator[Figure]:
    states = [job["state"] for job in jobs]
    told = {state: f"{states.count(state):,} {state}" for state in STATE_SHAPES if state in states}
    bad = ", ".join(told.pop(state) for state in ("failed", "stalled") if state in told)
    yield Figure("jobs", count(len(jobs)), ", ".join(told.values()), bad=bad)
    finished, failed_batches = (
        _sum(jobs, "mini_batches") - _sum(jobs, "open_mini_batches"),
        _sum(jobs, "failed_mini_batches"),
    )
    yield Figure(
        "mini-batches finished", count(finished), bad=f"{count(failed_batches)} failed" if failed_batches else ""
    )
    items, failed = _sum(jobs, "items"), _sum(jobs, "failed_items")
    yield Figure(
        "items failed",
        count(failed),
        percent(100 * failed / items) if items else "no results recorded",
        "alarm" if failed else "",
        f" of {count(items)}",
    )
    wasted = _sum(jobs, "wasted_worker_s")
    lost = f"{seconds(wasted)} of worker time in failed attempts" if wasted else ""
    yield Figure("retries", count(_sum(jobs, "retries")), lost)
    nodes = sorted({job["nodes"] or 0 for job in jobs}) or [0]
    idle = sum(bool(job["nodes_without_work"]) for job in jobs)
    yield Figure(
        "nodes per job",
        count(nodes[0]) if len(nodes) == 1 else f"{count(nodes[0])} to {count(nodes[-1])}",
        bad=f"idle nodes in {headings.some_of(idle, 'job')}" if idle else "",
    )
    rejects = _sum(jobs, "rejects")
    yield Figure(
        "not understood",
        headings.some_of(int(rejects), "line"),
        f"{headings.some_of(int(_sum(jobs, 'files_unclaimed')), 'file')} that no parser reads",
    )


def _sum(jobs: Sequence[Row], key: str) -> float:
    return sum(job[key] or 0 for job in jobs)


def _findings(answer: Answer, links: Mapping[str, str]) -> Findings:
    nothing = "No issues found. (This does not mean that the jobs were fast.)"
    told = laid_out(answer.rows, Places(links), with_job=True)
    return Findings(told, Source.of(answer), nothing, open_=_FINDINGS_OPEN)


def _jobs(summary: Answer, links: Mapping[str, str]) -> Iterator[Block]:
    rows = summary.rows
    if len(rows) > _JOBS_SHOWN:
        rows = sorted(rows, key=lambda job: (job["state"] != "failed", -(job["failed_items"] or 0)))[:_JOBS_SHOWN]
        more = f"{_JOBS_SHOWN:,} of {len(summary.rows):,} jobs, failed ones and those with most failed items first."
    else:
        more = ""
    yield Table([_job_column(links), *_JOBS], rows, Source.of(summary), more=more)


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
    done, scheduled = (row["mini_batches"] or 0) - (row["open_mini_batches"] or 0), row["scheduled_mini_batches"] or 0
    return Cell(f"{done:,} of {scheduled:,}" if scheduled > done else f"{done:,}", repr(float(done)))


def _items(row: Mapping[str, Any]) -> Cell:
    failed, items = row["failed_items"] or 0, row["items"] or 0
    return Cell(f"{failed:,} of {items:,}" if items else NONE, repr(float(failed)), "alarm" if failed else "")


def _first_error(row: Mapping[str, Any]) -> Cell:
    text = str(row["first_error"] or "").partition("\n")[0]
    if not text:
        return Cell(NONE)
    return Cell(
        f"{shorten(text, 110)}{' (a symptom)' if row['first_error_is_symptom'] else ''}",
        text.lower(),
        "brief",
    )


_JOBS: Sequence[Column] = (
    Column("state", _state),
    moments("started", "started_at"),
    durations("duration", "duration_s"),
    Column("mini-batches", _batches, numeric=True),
    counts("failed", "failed_mini_batches", alarm=True, hint="mini-batches whose final attempt failed"),
    Column("items failed", _items, numeric=True),
    counts("retries", "retries"),
    percents("memory", "highest_memory_percent", hint="the highest sample"),
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
    ratios("vs. baseline", "ratio", hint="value / median of the days compared with"),
    counts("compared with", "compared_days", hint="so many earlier days of the group"),
)

_REGRESSIONS: Sequence[Column] = (
    _SEVERITY,
    texts("what changed", "sentence", look="message"),
    ratios("vs. baseline", "ratio", hint="value / median of the jobs compared with"),
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
    counts("inputs together", "inputs_together", hint="inputs of the smallest failed mini-batch that it was in"),
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
