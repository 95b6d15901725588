"""Titles that state the answer: what a chart or table shows, in one sentence made from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

from ingest.output.wording import plural, shorten
from ingest.report.cells import percent, seconds
from ingest.report.questions import Row


def some_of(count: int, noun: str) -> str:
    """A number with its noun: 1 node, 3 nodes, 3 mini-batches."""
    return f"{count:,} {noun}{'es' if noun.endswith('ch') and count != 1 else plural(count)}"


def attempts(size: Row) -> str:
    """How the attempts of a job ended."""
    ended, failed = size["attempts"] - size["open"], size["failed"]
    still = f"; {size['open']:,} still open" if size["open"] else ""
    if not failed:
        return f"All {ended:,} finished attempts succeeded{still}" if ended > 1 else f"No attempt failed{still}"
    kinds = [some_of(size[key], key[:-1]) for key in ("exceptions", "timeouts") if size[key]]
    other = failed - size["exceptions"] - size["timeouts"]
    kinds += [f"{other:,} otherwise"] if other else []
    return f"{failed:,} of {some_of(ended, 'attempt')} failed: {', '.join(kinds)}{still}"


def pace(rows: Sequence[Row], step_s: int) -> str:
    """How many mini-batches ended per minute, and the longest time in which none did."""
    times = sorted({row["start_ms"] for row in rows})
    total = sum(row["mini_batches"] for row in rows)
    span_s = (times[-1] - times[0]) / 1000 + step_s
    rate = 60 * total / span_s
    text = f"{rate:,.{1 if rate < 100 else 0}f} mini-batches finished per minute on average"
    gap, before = max(((later - one, one) for one, later in pairwise(times)), default=(0, 0))
    if gap / 1000 - step_s >= max(2 * step_s, 0.15 * span_s):
        text += f"; none from {_clock(before + 1000 * step_s)} to {_clock(before + gap)}"
    return text


def lengths(of: Row) -> str:
    """How long mini-batches took."""
    if of["mini_batches"] == 1:
        return f"The only mini-batch took {seconds(of['max_s'])}"
    times = of["max_s"] / of["p50_s"]
    than = f", {times:.1f} times the median" if times >= 1.05 else ""
    return f"Half of the mini-batches took up to {seconds(of['p50_s'])}; the slowest took {seconds(of['max_s'])}{than}"


def memory(rows: Sequence[Row], key: str = "memory_percent") -> str:
    """The highest sample of memory."""
    top = max((row for row in rows if row[key] is not None), key=lambda row: row[key])
    return f"Highest memory sample: {percent(top[key])} of node {top['node']}, at {_clock(top['at_ms'])}"


def cpu(rows: Sequence[Row], key: str = "cpu_percent") -> str:
    """How busy the CPU was."""
    values = [row[key] for row in rows if row[key] is not None]
    return f"CPU in use: {percent(median(values), 0)} in the median sample, {percent(max(values), 0)} at most"


def errors(rows: Sequence[Row]) -> str:
    """The most frequent cause."""
    causes = [row for row in rows if not row["symptom"]] or list(rows)
    top, total = max(causes, key=lambda row: row["occurrences"] or 0), sum(row["occurrences"] or 0 for row in causes)
    times = top["occurrences"] or 0
    share = f", {times:,} of {total:,} times" if len(causes) > 1 else f", {some_of(times, 'time')}"
    return f"Most frequent: {error_name(top)}{share}"


def error_name(row: Row, width: int = 90) -> str:
    """Type and message of an error on one line."""
    message = str(row["message"] or "").partition("\n")[0]
    return shorten(": ".join(part for part in (row["exception_type"], message) if part), width)


def failed_jobs(days: Sequence[Row]) -> str:
    """How many of the jobs of some days failed."""
    jobs, failed = sum(row["jobs"] for row in days), sum(row["failed"] for row in days)
    return f"{f'{failed:,}' if failed else 'None'} of {some_of(jobs, 'job')} failed"


def against_the_past(rows: Sequence[Row], slower: str) -> str:
    """How many jobs were slower than usual."""
    here = [row for row in rows if row["told_here"]] or list(rows)
    worse = sum(row["verdict"] == "worse" for row in here)
    return f"{f'{worse:,}' if worse else 'None'} of {some_of(len(here), 'job')} {slower}"


def per_job(rows: Sequence[Row], key: str, unit: str) -> str:
    """From the lowest to the highest, and in which job."""
    low, high = min(row[key] for row in rows), max(rows, key=lambda row: row[key])
    if high[key] <= 0:
        return f"None in {some_of(len(rows), 'job')}"
    return f"{_number(low)} to {_number(high[key])} {unit}; most in {high['job_id']}"


def last_day(rows: Sequence[Row], key: str, unit: str) -> str:
    """The last whole day beside what is usual."""
    last = next((row for row in reversed(rows) if row[key] is not None and not row["partial"]), None)
    if last is None:
        return ""
    usual = last[f"usual_{key}"]
    beside = f", usually {_number(usual)}" if usual is not None else ""
    return f"{_number(last[key])} {unit} on {last['day']:%b %d}{beside}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.1f}" if value >= 1 else f"{value:.2g}"


def _clock(at_ms: float) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%H:%M:%S}"
