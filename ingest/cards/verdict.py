"""The card that a load ends with: a few answers about the jobs at hand, and commands for the next steps.

Every figure is read from a view; the card adds nothing of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from ingest.known_problems import first_step
from ingest.output import redact_text
from ingest.output.terminal import is_terminal, text_width
from ingest.output.wording import (
    and_more,
    clock,
    duration,
    one_line,
    percent,
    plural,
    shorten,
    shorten_left,
    size,
    some,
    state_in_colour,
    wrap,
)

if TYPE_CHECKING:
    from ingest.load.pipeline import LoadReport
    from ingest.store.reader import Store

_OF_THESE_JOBS = "list_contains($jobs, job_id)"
_ERRORS_SHOWN = 5
_FINDINGS_SHOWN = 3
_JOBS_SHOWN = 40
_LABEL = 18
_LINES = 3

Row = Mapping[str, Any]


def verdict(store: Store, report: LoadReport) -> dict[str, Any]:
    """The answers about the jobs of a load, and what the load did; as data."""
    jobs = list(report.job_ids)

    def ask(query: str) -> list[dict[str, Any]]:
        return store.rows(query.replace("{these}", _OF_THESE_JOBS), {"jobs": jobs})

    return {
        "load": {
            "jobs": report.jobs,
            "files": report.files,
            "files_unchanged": report.unchanged,
            "bytes_read": report.bytes,
            "rows": report.rows,
            "rejects": report.rejects,
            "seconds": round(report.seconds, 2),
            "failed_files": report.failed_files,
            "changed_files": report.changed_files,
        },
        "jobs": ask("SELECT * FROM job_summary WHERE {these} ORDER BY job_id"),
        "worst_node": _first(
            ask(
                "SELECT job_id, node, failed_items, items, timeouts, exceptions FROM failed_items_by_node"
                " WHERE {these} AND failed_items > 0 ORDER BY failed_items DESC, job_id, node LIMIT 1"
            )
        ),
        "slowest_mini_batch": _first(
            ask(
                "SELECT job_id, mini_batch_id, elapsed_s, ratio_to_median, node, process, outcome"
                " FROM slowest_mini_batches WHERE {these} AND rank_in_job = 1"
                " ORDER BY elapsed_s DESC, job_id, mini_batch_id LIMIT 1"
            )
        ),
        "highest_memory": _first(
            ask(
                "SELECT job_id, node, highest_percent, highest_mb, highest_at, samples, largest_gap_s FROM memory_peaks"
                " WHERE {these} AND scope = 'node' AND highest_percent IS NOT NULL"
                " ORDER BY highest_percent DESC, job_id, node LIMIT 1"
            )
        ),
        "first_errors": ask(
            "SELECT job_id, time, exception_type, exception_message, frame, node, process, source, symptom,"
            " problem, fix"
            " FROM first_error WHERE {these} ORDER BY symptom, time NULLS LAST, job_id"
        ),
        "findings": ask(
            "SELECT job_id, finding_id, severity, headline, evidence, impact, fix, query FROM diagnosis"
            " WHERE {these} AND severity = 'severe' AND kind = 'check' ORDER BY job_id, rank"
        ),
        "coverage": _first(
            ask(
                "SELECT count(*) AS files, count(*) FILTER (status = 'parsed') AS parsed,"
                " count(*) FILTER (status = 'ignored') AS ignored, count(*) FILTER (status = 'unclaimed') AS unclaimed,"
                " count(*) FILTER (status = 'failed') AS failed, coalesce(sum(rejects), 0)::BIGINT AS rejects,"
                " 100 * (coalesce(sum(bytes) FILTER (status = 'parsed'), 0) - coalesce(sum(rejected_bytes), 0))"
                " / nullif(sum(bytes) FILTER (status <> 'ignored'), 0) AS bytes_understood_percent"
                " FROM files WHERE {these}"
            )
        ),
    }


def _first(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    return rows[0] if rows else None


def print_card(card: Mapping[str, Any], stream: TextIO, *, as_json: bool, store: str) -> None:
    """Writes the verdict as text that fits the terminal, or as one JSON object. Secrets are masked in both.

    Where there is no terminal, texts are whole.
    """
    if as_json:
        stream.write(redact_text(json.dumps(card, indent=2, default=str, ensure_ascii=False)) + "\n")
        return
    for line in _lines(card, store, text_width(stream), 0 if not is_terminal(stream) else _LINES):
        click.echo(line, file=stream)


def _lines(card: Mapping[str, Any], store: str, width: int, most: int) -> Iterator[str]:
    load, jobs = card["load"], card["jobs"]
    read = load["files"] - load["files_unchanged"]
    yield (
        f"{load['jobs']:,} job{plural(load['jobs'])}, {load['files']:,} files: {read:,} read"
        f" ({size(load['bytes_read'])}, {load['rows']:,} rows), {load['files_unchanged']:,} unchanged,"
        f" in {load['seconds']:.1f} s"
    )
    if changed := len(load["changed_files"]):
        again = "it" if changed == 1 else "them"
        yield f"{changed} file{plural(changed)} changed while being read: the next load reads {again} again"
    yield ""
    yield from _job_table(jobs, width, whole=not most)
    yield ""
    for label, text in _answers(card):
        yield from _labelled(label, text, width, most)
    yield from _labelled("coverage", _coverage(card["coverage"]), width, most)
    yield ""
    at = "" if store == "ingest-store" else f" --store {store}"
    yield f"Next steps: ingest diagnose{at}"
    yield f'            ingest sql{at} "SELECT * FROM failed_items_by_node"'
    yield "            ingest views    (all that can be queried)"


def _labelled(label: str, text: str, width: int, most: int) -> Iterator[str]:
    """A label with its text beside it, wrapped by words; secrets are masked."""
    text = one_line(text)
    if text.startswith("at ") and most:
        text = f"at {shorten_left(text[3:], width - _LABEL - 5)}"
    indent = 2 if text.startswith(("at ", "in ", "→ ")) else 0
    first, rest = f"  {label:<{_LABEL - 2 + indent}}", " " * (_LABEL + indent)
    if text.startswith("at "):
        yield first + text
    else:
        yield from wrap(text, width, first, rest, most, break_words=bool(most))


def _job_table(jobs: Sequence[Row], width: int, *, whole: bool) -> Iterator[str]:
    """One line per job."""
    if not jobs:
        return
    rows = [_cells(job) for job in jobs[: None if whole else _JOBS_SHOWN]]
    titles = ("job", "state", "duration", "mini-batches", "items failed", "retries")
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    if not whole:
        widths[0] = min(widths[0], max(16, width - sum(widths[1:]) - 2 * len(widths)))
    yield "  " + "  ".join(
        f"{title:<{room}}" if number < 2 else f"{title:>{room}}"
        for number, (title, room) in enumerate(zip(titles, widths, strict=True))
    )
    for name, state, *numbers in rows:
        right = "  ".join(f"{text:>{room}}" for text, room in zip(numbers, widths[2:], strict=True))
        yield f"  {shorten(name, widths[0]):<{widths[0]}}  {state_in_colour(state, widths[1])}  {right}"
    if more := and_more(len(jobs) - len(rows)):
        yield f"  {more}: SELECT * FROM job_summary"


def _cells(job: Row) -> list[str]:
    """A job as the cells of its line. Mini-batches: those that are finished, of those that are known."""
    scheduled = max(job["scheduled_mini_batches"] or 0, job["mini_batches"] or 0)
    finished = (job["mini_batches"] or 0) - (job["open_mini_batches"] or 0)
    return [
        one_line(job["job_id"]),
        job["state"] or "unknown",
        "" if job["duration_s"] is None else clock(job["duration_s"]),
        f"{finished:,}" if finished == scheduled else f"{finished:,} of {scheduled:,}",
        f"{job['failed_items'] or 0:,} of {job['items']:,}" if job["items"] else "not recorded",
        f"{job['retries'] or 0:,}",
    ]


def _answers(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The answers, each with its label; a further line of one has none."""
    node, slow, memory = card["worst_node"], card["slowest_mini_batch"], card["highest_memory"]
    failed = sum(job["failed_items"] or 0 for job in card["jobs"])
    items = sum(job["items"] or 0 for job in card["jobs"])
    yield "items failed", f"{failed:,} of {items:,}" + (f" ({percent(failed / items)})" if items else "")
    if node:
        yield (
            "worst node",
            f"{node['node']} in {node['job_id']}: {node['failed_items']:,} of {node['items']:,} items failed,"
            f" {node['exceptions']:,} exceptions, {node['timeouts']:,} timeouts",
        )
    if slow:
        times = f", {slow['ratio_to_median']:.1f}× the median" if slow["ratio_to_median"] else ""
        yield (
            "slowest",
            f"mini-batch {slow['mini_batch_id']} in {slow['job_id']}: {duration(slow['elapsed_s'])}{times},"
            f" {slow['outcome']} on node {slow['node']}" + (f", {slow['process']}" if slow["process"] else ""),
        )
    if memory:
        gap = f", up to {duration(memory['largest_gap_s'])} apart" if memory["largest_gap_s"] else ""
        yield (
            "highest memory",
            f"{memory['highest_percent']:.1f} % of node {memory['node']} in {memory['job_id']}"
            f" (highest of {memory['samples']:,} samples{gap})",
        )
    yield from _findings(card["findings"])
    yield from _first_errors(card["first_errors"])


def _findings(findings: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The severe findings of checks; one that several jobs have once."""
    alike: dict[str, list[Row]] = {}
    for finding in findings:
        alike.setdefault(finding["finding_id"], []).append(finding)
    for number, same in enumerate(list(alike.values())[:_FINDINGS_SHOWN]):
        also = f" (the same check in {len(same)} jobs)" if len(same) > 1 else ""
        yield "" if number else "severe", f"{same[0]['job_id']}: {same[0]['headline']}{also}"
        if same[0]["impact"]:
            yield "", f"impact: {same[0]['impact']}"
        if same[0]["fix"]:
            yield "", f"→ {first_step(same[0]['fix'])}"
    if more := and_more(len(alike) - _FINDINGS_SHOWN, "severe finding"):
        yield "", f"{more}: ingest diagnose"


def _first_errors(errors: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The first error of each job; one that is the same in several jobs once."""
    alike: dict[tuple[object, ...], list[Row]] = {}
    for error in errors:
        frame = str(error["frame"] or "").rpartition("/")[2]
        alike.setdefault((error["exception_type"], error["exception_message"], frame), []).append(error)
    for number, same in enumerate(list(alike.values())[:_ERRORS_SHOWN]):
        error = same[0]
        kind = f"{error['exception_type']}: " if error["exception_type"] else ""
        message = str(error["exception_message"] or "").partition("\n")[0]
        where = error["job_id"] if len(same) == 1 else f"the same in {len(same)} jobs"
        yield "" if number else "first error", f"{where}: {kind}{message}"
        if len(same) > 1:
            yield "", f"in {some([row['job_id'] for row in same], 5)}"
        if error["frame"]:
            yield "", f"at {error['frame']}"
        elif error["symptom"]:
            yield "", "this is a symptom; the logs at hand do not show the cause"
        if error["fix"]:
            yield "", f"→ {first_step(error['fix'])}"
    if more := and_more(len(alike) - _ERRORS_SHOWN, "error"):
        yield "", f"{more}: SELECT * FROM first_error"


def _coverage(coverage: Row | None) -> str:
    if not coverage or not coverage["files"]:
        return "no files"
    understood = coverage["bytes_understood_percent"]
    bytes_ = f"{understood:.1f} % of bytes parsed" if understood is not None else "nothing to parse"
    files = [f"{coverage[key]:,} {key}" for key in ("parsed", "ignored", "unclaimed", "failed") if coverage[key]]
    return f"{bytes_}; files: {', '.join(files)}; {coverage['rejects']} reject{plural(coverage['rejects'])}"
