"""The part of a report that tells of one job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ingest.errors import InputError
from ingest.report import charts, headings
from ingest.report.blocks import (
    Block,
    Drawing,
    Figure,
    Findings,
    Fold,
    Part,
    Section,
    Source,
    Stories,
    Table,
    Words,
    without_empty,
)
from ingest.report.cells import (
    Cell,
    Column,
    count,
    counts,
    durations,
    frames,
    moment,
    moments,
    percent,
    percents,
    ratios,
    seconds,
    sizes,
    texts,
)
from ingest.report.charts.style import OUTCOMES
from ingest.report.clean import cleaned_text
from ingest.report.findings import Places, laid_out
from ingest.report.questions import Answer, Questions, Row
from ingest.report.stories import story_anchor, told_stories

_MEMORY_NEAR_LIMIT = 90
"""Percent of a node's memory; the default of the check `memory_near_limit`."""
_BARS = 4000
"""So many attempts are drawn as a bar each; more are put together in steps of time."""

_STEPS = 120
_CELLS = 6000
_ROUND_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


def job_part(questions: Questions, job_id: str, anchor: str, *, closed: bool = False) -> Part:
    """Everything about a job, the most important first; closed: behind its headline, below an overview."""
    summary = questions.ask("job/summary", job=job_id).first()
    if not summary:
        raise InputError(f"{job_id}: no such job in the store", "The jobs that there are: ingest jobs")
    nodes = questions.ask("job/nodes", job=job_id)
    span = questions.ask("job/span", job=job_id).first()
    first = span["first_ms"] or 0
    axis = (first, max(span["last_ms"] or 0, first + 1000))
    errors = questions.ask("job/errors", job=job_id)
    worst = questions.ask("job/worst", job=job_id)
    for place, row in enumerate(nodes.rows, 1):
        row["anchor"] = f"{anchor}-node-{place}"
    for row in errors.rows:
        row["anchor"] = f"{anchor}-error-{row['rank']}"
    places = Places(
        nodes={row["node"]: row["anchor"] for row in nodes.rows if row["node"] is not None},
        mini_batches={row["mini_batch_id"]: story_anchor(anchor, row["mini_batch_id"]) for row in worst.rows},
        errors={row["fingerprint"]: row["anchor"] for row in errors.rows},
    )
    sections = [
        Section(f"{anchor}-findings", "What needs attention", [_findings(questions, job_id, places)]),
        Section(f"{anchor}-timeline", "Timeline", list(_times(questions, job_id, axis))),
        Section(f"{anchor}-durations", "Durations", list(_durations(questions, job_id))),
        Section(f"{anchor}-resources", "Memory and CPU", list(_resources(questions, job_id, axis))),
        Section(f"{anchor}-errors", "Errors", list(_errors(errors))),
        Section(f"{anchor}-worst", "The worst mini-batches", list(_worst(questions, job_id, worst, anchor))),
        Section(f"{anchor}-nodes", "Nodes", [_nodes(nodes)]),
        _coverage(questions, job_id, anchor),
    ]
    return Part(
        anchor,
        cleaned_text(job_id),
        summary["state"] or "unknown",
        _line(summary),
        list(_figures(summary)),
        without_empty(sections, anchor),
        tuple(row["node"] for row in nodes.rows if row["node"] is not None),
        closed=closed,
    )


def _line(job: Row) -> str:
    parts = [f"started {moment(job['started_at'])} UTC" if job["started_at"] else "start not recorded"]
    if job["state_reason"]:
        parts.append(str(job["state_reason"]))
    if job["partial"]:
        parts.append("partial: numbers will grow")
    return " · ".join(parts)


def _figures(job: Row) -> Iterator[Figure]:
    yield Figure("duration", seconds(job["duration_s"]), "until the last record" if job["partial"] else "")
    scheduled = max(job["scheduled_mini_batches"] or 0, job["mini_batches"] or 0)
    finished = (job["mini_batches"] or 0) - (job["open_mini_batches"] or 0)
    failed = job["failed_mini_batches"] or 0
    notes = [f"{job['open_mini_batches']:,} open"] if job["open_mini_batches"] else []
    rest = f" of {scheduled:,}" if scheduled > finished else ""
    none_done = job["state"] == "failed" and not finished and scheduled
    yield Figure(
        "mini-batches finished",
        count(finished),
        ", ".join(notes),
        "alarm" if none_done else "",
        rest,
        f"{failed:,} failed" if failed else "",
    )
    items = job["items"] or 0
    rate = percent(100 * job["failure_rate"]) if job["failure_rate"] is not None else "no results recorded"
    failed_items = count(job["failed_items"]) if items else "–"
    look, rest = "alarm" if job["failed_items"] else "", f" of {count(items)}" if items else ""
    yield Figure("items failed", failed_items, rate, look, rest)
    yield Figure(
        "retries",
        count(job["retries"]),
        f"{seconds(job['wasted_worker_s'])} in failed attempts" if job["wasted_worker_s"] else "",
    )
    yield Figure(
        "slowest",
        seconds(job["max_elapsed_s"]),
        f"median {seconds(job['p50_elapsed_s'])}, p95 {seconds(job['p95_elapsed_s'])}" if job["p50_elapsed_s"] else "",
    )
    idle = f"{job['nodes_without_work']} did nothing" if job["nodes_without_work"] else ""
    restarts = f"{job['restarts']:,} restarts" if job["restarts"] else ""
    notes = [f"{count(job['processes'])} processes", *([restarts] if restarts else [])]
    yield Figure("nodes", count(job["nodes"]), ", ".join(notes), bad=idle)
    samples = f"highest of {job['memory_samples']:,} samples" if job["memory_samples"] else "no samples"
    is_near_limit = (job["highest_memory_percent"] or 0) >= _MEMORY_NEAR_LIMIT
    yield Figure("highest memory", percent(job["highest_memory_percent"]), samples, "alarm" if is_near_limit else "")


def _findings(questions: Questions, job_id: str, places: Places) -> Findings:
    answer = questions.ask("job/findings", job=job_id)
    nothing = "No issues found. (This does not mean that the job was fast.)"
    return Findings(laid_out(answer.rows, places), Source.of(answer), nothing)


def _times(questions: Questions, job_id: str, axis: charts.Span) -> Iterator[Block]:
    size = questions.ask("job/size", job=job_id)
    about = size.first()
    if not about["attempts"] or about["first_at"] is None:
        yield Words("Timeline: no attempt at a mini-batch left a record with a time.", Source.of(size))
        return
    says = f"Attempts of {about['processes']} worker processes on {about['nodes']} nodes over time, by outcome."
    title = headings.attempts(about)
    if about["attempts"] <= _BARS:
        answer = questions.ask("job/timeline", job=job_id)
        yield Drawing(
            charts.timeline(answer.rows, axis, says),
            Source.of(answer),
            title,
            f"{answer.question} Thick bars are failed attempts.",
        )
    else:
        step = _step(about["first_at"], about["last_at"], min(_STEPS, _CELLS // max(1, min(100, about["nodes"]))))
        answer = questions.ask("job/timeline_in_steps", job=job_id, step_s=step)
        note = f"{answer.question} A cell is {seconds(step)}; paler means less busy."
        yield Drawing(charts.timeline_in_steps(answer.rows, axis, says), Source.of(answer), title, note)
    step = _step(about["first_at"], about["last_at"], max(8, min(60, about["attempts"] // 5)))
    answer = questions.ask("job/throughput", job=job_id, step_s=step)
    if answer.rows:
        yield Drawing(
            charts.throughput(answer.rows, axis, step, "Mini-batches that ended in each step of time."),
            Source.of(answer),
            headings.pace(answer.rows, step),
            answer.question,
        )


def _step(first: datetime, last: datetime, steps: int) -> int:
    """The shortest round step, in seconds, that divides a time into no more than so many."""
    span = max(1.0, (last - first).total_seconds())
    return next((step for step in _ROUND_STEPS if span / step <= steps), int(span / steps) + 1)


def _durations(questions: Questions, job_id: str) -> Iterator[Block]:
    quantiles = questions.ask("job/quantiles", job=job_id)
    of = quantiles.first()
    if not of["mini_batches"]:
        yield Words("Durations: no mini-batch has a time.", Source.of(quantiles))
        return
    width, end = charts.bins(of["max_s"], of["p95_s"])
    answer = questions.ask("job/durations", job=job_id, width_s=width, end_s=end)
    note = f"{of['mini_batches']:,} mini-batches: 95 % took up to {seconds(of['p95_s'])}, 99 % up to {seconds(of['p99_s'])}."
    longer = sum(row["mini_batches"] for row in answer.rows if row["is_last"])
    if longer:
        note += f" {headings.some_of(longer, 'mini-batch')} above {seconds(end)}: the last bar."
    yield Drawing(charts.durations(answer.rows, of, end, note), Source.of(answer), headings.lengths(of), note)
    slowest = questions.ask("job/slowest", job=job_id)
    first = slowest.first()
    title = f"The {len(slowest.rows)} slowest: mini-batch {first['mini_batch_id']} first" if first else ""
    yield Fold(title, Table(_SLOWEST, slowest.rows, Source.of(slowest)))


def _resources(questions: Questions, job_id: str, axis: charts.Span) -> Iterator[Block]:
    size = questions.ask("job/memory_size", job=job_id)
    about = size.first()
    if not about["samples"]:
        yield Words(
            "Memory and CPU: no resource samples. The job left no resource files, or they are not in this download.",
            Source.of(size),
        )
        return
    many = about["samples"] > _BARS
    step = _step(about["first_at"], about["last_at"], max(40, _BARS // about["nodes"])) if many else 1
    answer = questions.ask("job/resources", job=job_id, step_s=step)
    restarts = questions.ask("job/restarts", job=job_id).rows
    note = (
        f"▼ {len(restarts)} worker process{'' if len(restarts) == 1 else 'es'} replaced another one."
        if restarts
        else ""
    )
    for key, heading, title in (
        ("memory_percent", headings.memory, "memory in use, %"),
        ("cpu_percent", headings.cpu, "CPU, %"),
    ):
        if any(row[key] is not None for row in answer.rows):
            says = f"{title} of each of {about['nodes']} nodes, {about['samples']:,} samples."
            drawn = charts.resource(answer.rows, restarts, key, title, axis, says)
            yield Drawing(drawn, Source.of(answer), heading(answer.rows), note)
    memory = questions.ask("job/memory", job=job_id)
    if memory.rows:
        yield Fold("Highest memory of each node", Table(MEMORY, memory.rows, Source.of(memory)))


def _nodes(answer: Answer) -> Block:
    if not answer.rows:
        return Words("Nodes: the logs name no node.")
    return Table(_NODES, answer.rows, Source.of(answer))


def _errors(answer: Answer) -> Iterator[Block]:
    if not answer.rows:
        yield Words("Errors: no error was reported in any file.", Source.of(answer))
        return
    if len(answer.rows) > 1:
        yield Drawing(
            charts.error_counts(answer.rows, "Occurrences of each distinct error."),
            Source.of(answer),
            headings.errors(answer.rows),
            answer.question,
        )
    yield Table(_ERRORS, answer.rows, Source.of(answer))


def _worst(questions: Questions, job_id: str, answer: Answer, anchor: str) -> Iterator[Block]:
    if not answer.rows:
        yield Words("The worst mini-batches: none failed, lost an item or needed a second attempt.", Source.of(answer))
        return
    yield Stories(told_stories(questions, job_id, answer.rows, anchor), Source.of(answer))


def _coverage(questions: Questions, job_id: str, anchor: str) -> Section:
    answer = questions.ask("job/coverage", job=job_id)
    blocks: list[Block] = [Table(COVERAGE, answer.rows, Source.of(answer))]
    rejects = questions.ask("job/rejects", job=job_id)
    if rejects.rows:
        rejected = Table(
            [
                texts("place", "place", look="code"),
                texts("parser", "parser"),
                texts("why", "reason"),
                texts("text", "text", look="code"),
            ],
            rejects.rows,
            Source.of(rejects),
        )
        blocks.append(rejected)
    return Section(f"{anchor}-coverage", "What was read", blocks, coverage_answer(answer.rows))


def coverage_answer(rows: Sequence[Row]) -> str:
    """How much was read, of how many files, and how many lines were not understood."""
    files, rejected = (sum(row[key] or 0 for row in rows) for key in ("files", "rejects"))
    unknown = sum(row["files"] or 0 for row in rows if row["status"] == "unclaimed")
    parts = [headings.some_of(files, "file"), f"{headings.some_of(rejected, 'line')} not understood"]
    return ", ".join([*parts, *([f"{headings.some_of(unknown, 'file')} that no parser reads"] if unknown else [])])


def node_column(title: str = "node", key: str = "node") -> Column:
    """A column that names a node."""
    return texts(title, key, look="id node")


def outcome_column() -> Column:
    """A column of outcomes, with a mark in the colour of the charts."""
    return Column(
        "outcome",
        lambda row: Cell(str(row["outcome"] or "–"), str(row["outcome"]), f"outcome outcome-{_known(row['outcome'])}"),
    )


def _known(outcome: Any) -> str:
    return outcome if outcome in OUTCOMES else "other"


_NODES: Sequence[Column] = (
    node_column(),
    counts("mini-batches", "mini_batches"),
    counts("failed", "failed_mini_batches", alarm=True, hint="mini-batches whose final attempt failed"),
    counts("items", "items"),
    counts("items failed", "failed_items", alarm=True),
    percents("failure rate", "failure_rate", times=100),
    counts("attempts", "attempts"),
    counts("retries", "retries"),
    counts("timeouts", "timeouts"),
    counts("exceptions", "exceptions"),
    durations("busy", "busy_worker_s"),
    durations("lost", "wasted_worker_s", hint="worker time in attempts that were not the final one"),
    counts("restarts", "restarts"),
    percents("highest memory", "highest_memory_percent", hint="a sample, not a peak"),
    counts("samples", "memory_samples"),
)

_SLOWEST: Sequence[Column] = (
    counts("mini-batch", "mini_batch_id"),
    durations("elapsed", "elapsed_s"),
    ratios("of median", "ratio_to_median"),
    durations("in run()", "run_s"),
    durations("overhead", "overhead_s"),
    ratios("CPU share", "cpu_share"),
    outcome_column(),
    counts("attempts", "attempts"),
    node_column(),
    texts("process", "process", look="id"),
    moments("started", "started_at"),
    counts("items", "items"),
    counts("failed", "failed_items", alarm=True),
)

MEMORY: Sequence[Column] = (
    node_column(),
    percents("highest sample", "highest_percent"),
    Column(
        "memory",
        lambda row: Cell(
            "–" if row["highest_mb"] is None else f"{row['highest_mb']:,.0f} MB", repr(row["highest_mb"] or 0.0)
        ),
        numeric=True,
    ),
    moments("when", "highest_at"),
    counts("samples", "samples"),
    durations("largest gap", "largest_gap_s", hint="the longest time without a sample: it may have been higher then"),
    texts("mini-batches in progress then", "mini_batches_held"),
)

_ERRORS: Sequence[Column] = (
    counts("#", "rank"),
    counts("count", "occurrences"),
    Column("kind", lambda row: Cell("symptom" if row["symptom"] else "cause")),
    texts("type", "exception_type", look="code"),
    texts("message", "message", look="message"),
    frames("frame", "frame"),
    counts("nodes", "nodes"),
    counts("processes", "processes"),
    moments("first", "first_at"),
    moments("last", "last_at"),
    texts("place", "place", look="code"),
)

COVERAGE: Sequence[Column] = (
    texts("kind of file", "kind"),
    texts("status", "status"),
    counts("files", "files"),
    sizes("size", "bytes"),
    counts("rows", "rows"),
    counts("rejects", "rejects", alarm=True),
    percents("understood", "bytes_understood_percent"),
    sizes("not read", "unexplained_bytes"),
    texts("why", "reasons"),
)
