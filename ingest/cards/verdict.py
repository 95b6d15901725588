"""The verdict card: what a load ends with. A few answers over the jobs at hand, and the SQL to go on with.

Every figure is read from a view; the card adds nothing of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from ingest.known_problems import first_step
from ingest.output import escape_controls, redact_text
from ingest.output.wording import duration, plural, shorten, shorten_left, size

if TYPE_CHECKING:
    from ingest.load.pipeline import LoadReport
    from ingest.store.reader import Store

_OF_THESE_JOBS = "list_contains($jobs, job_id)"
_ERRORS_SHOWN = 5
_JOBS_SHOWN = 40
_WIDTH = 100

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
                " FROM slowest_mini_batches WHERE {these} ORDER BY elapsed_s DESC, job_id, mini_batch_id LIMIT 1"
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
            " problem, remedy"
            " FROM first_error WHERE {these} ORDER BY symptom, time NULLS LAST, job_id"
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
    """Writes the verdict as text of at most 100 columns, or as one JSON object. Secrets are masked in both."""
    if as_json:
        stream.write(redact_text(json.dumps(card, indent=2, default=str, ensure_ascii=False)) + "\n")
        return
    for line in _lines(card, store):
        text = escape_controls(redact_text(line))
        stream.write((text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…") + "\n")


def _lines(card: Mapping[str, Any], store: str) -> Iterator[str]:
    load, jobs = card["load"], card["jobs"]
    read = load["files"] - load["files_unchanged"]
    yield (
        f"{load['jobs']} job{plural(load['jobs'])}, {load['files']} files: {read} read"
        f" ({size(load['bytes_read'])}, {load['rows']} rows), {load['files_unchanged']} unchanged,"
        f" in {load['seconds']:.1f} s"
    )
    if changed := len(load["changed_files"]):
        again = "it" if changed == 1 else "them"
        yield f"{changed} file{plural(changed)} changed while being read: the next load reads {again} again"
    yield ""
    yield from _job_table(jobs)
    yield ""
    yield from _answers(card)
    yield f"  {'coverage':<16}{_coverage(card['coverage'])}"
    yield ""
    at = "" if store == "ingest-store" else f" --store {store}"
    yield f"go on: ingest diagnose{at}"
    yield f'       ingest sql{at} "SELECT * FROM failed_items_by_node"    (all views: ingest views)'


def _job_table(jobs: Sequence[Row]) -> Iterator[str]:
    """One line per job."""
    if not jobs:
        return
    width = max(3, *(min(len(job["job_id"]), 36) for job in jobs))
    yield f"  {'job':<{width}}  {'state':<9}  {'time':>9}  {'mini-batches':>12}  {'items failed':>14}  {'retries':>7}"
    for job in jobs[:_JOBS_SHOWN]:
        time = duration(job["duration_s"]) if job["duration_s"] is not None else ""
        batches = f"{job['mini_batches'] or 0}"
        if (job["mini_batches_scheduled"] or 0) > (job["mini_batches"] or 0):  # the rest left no row (yet)
            batches += f" of {job['mini_batches_scheduled']}"
        elif job["mini_batches_open"]:
            batches += f" ({job['mini_batches_open']} open)"
        items = f"{job['failed_items'] or 0} of {job['items']}" if job["items"] else "none seen"
        yield (
            f"  {shorten(job['job_id'], 36):<{width}}  {job['state'] or 'unknown':<9}  {time:>9}  {batches:>12}"
            f"  {items:>14}  {job['retries'] or 0:>7}"
        )
    if len(jobs) > _JOBS_SHOWN:
        yield f"  and {len(jobs) - _JOBS_SHOWN} more: SELECT * FROM job_summary"


def _answers(card: Mapping[str, Any]) -> Iterator[str]:
    node, slow, memory = card["worst_node"], card["slowest_mini_batch"], card["highest_memory"]
    failed = sum(job["failed_items"] or 0 for job in card["jobs"])
    items = sum(job["items"] or 0 for job in card["jobs"])
    yield f"  {'items failed':<16}{failed} of {items}" + (f" ({failed / items:.1%})" if items else "")
    if node:
        yield (
            f"  {'worst node':<16}{node['node']} in {node['job_id']}: {node['failed_items']} of {node['items']} items failed,"
            f" {node['exceptions']} exceptions, {node['timeouts']} timeouts"
        )
    if slow:
        times = f", {slow['ratio_to_median']:.1f}× the median" if slow["ratio_to_median"] else ""
        yield (
            f"  {'slowest':<16}mini-batch {slow['mini_batch_id']} in {slow['job_id']}: {duration(slow['elapsed_s'])}{times},"
            f" {slow['outcome']} on {slow['node']} {slow['process'] or ''}".rstrip()
        )
    if memory:
        gap = f", up to {memory['largest_gap_s']:.0f} s apart" if memory["largest_gap_s"] else ""
        yield (
            f"  {'highest memory':<16}{memory['highest_percent']:.1f} % of node {memory['node']} in {memory['job_id']}"
            f" (highest of {memory['samples']} samples{gap})"
        )
    errors = card["first_errors"]
    for i, error in enumerate(errors[:_ERRORS_SHOWN]):
        kind = f"{error['exception_type']}: " if error["exception_type"] else ""
        message = str(error["exception_message"] or "").partition("\n")[0]
        yield f"  {'first error' if i == 0 else '':<16}{error['job_id']}: {kind}{message}"
        if error["frame"]:
            yield f"  {'':<16}  at {shorten_left(error['frame'], 76)}"
        elif error["symptom"]:
            yield f"  {'':<16}  this is a symptom; the logs at hand do not tell the cause"
        if error["remedy"]:
            yield f"  {'':<16}  → {first_step(error['remedy'])}"
    if len(errors) > _ERRORS_SHOWN:
        yield f"  {'':<16}and {len(errors) - _ERRORS_SHOWN} more jobs: SELECT * FROM first_error"


def _coverage(coverage: Row | None) -> str:
    if not coverage or not coverage["files"]:
        return "no files"
    understood = coverage["bytes_understood_percent"]
    bytes_ = f"{understood:.1f} % of bytes understood" if understood is not None else "nothing to understand"
    files = [f"{coverage[key]} {key}" for key in ("parsed", "ignored", "unclaimed", "failed") if coverage[key]]
    return f"{bytes_}; files: {', '.join(files)}; {coverage['rejects']} reject{plural(coverage['rejects'])}"
