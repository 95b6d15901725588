"""`ingest nodes`: what each node of a job did."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from ingest.cli.completion import complete_job
from ingest.cli.options import chosen_output, format_option, open_configured, output_option, store_option

_NODES = (
    "SELECT s.* FROM node_summary AS s WHERE list_contains($jobs, job_id)"
    " ORDER BY list_position($jobs, job_id), try_cast(node AS BIGINT) NULLS LAST, node"
)
_FAILED = (
    "SELECT node, count(*) AS attempts FROM attempts WHERE job_id = ? AND outcome NOT IN ('done', 'open') GROUP BY node"
)
_HEADERS = (
    "node",
    "mini-batches",
    "failed items",
    "failed attempts",
    "busy",
    "wasted",
    "workers",
    "restarts",
    "memory",
    "samples",
)
_NARROW = 90
"""Columns of the terminal below which restarts and samples are left out, so that the rest is a table."""


@click.command(short_help="Show what each node of a job did.")
@click.argument("jobs", shell_complete=complete_job, nargs=-1, required=True, metavar="JOB...")
@store_option
@format_option()
@output_option
def nodes(jobs: tuple[str, ...], store: str, format_: str | None, output: str | None) -> None:
    """Show what each node of a job did: its mini-batches, failures, retries, time, workers and memory.

    JOB is a job's id, the beginning of one, or a pattern ('night-*'). Mini-batches and items count for the node of their final
    attempt, attempts for the node where they ran. `busy` is the time of all attempts of all workers together, `wasted` of
    those that were not final; memory is the highest sample, not the peak. All formats but the table have the columns of the
    view `node_summary`.
    """
    from ingest.output import Format, rows_result, select_result, write_result
    from ingest.output.shown import shown
    from ingest.output.terminal import width_of
    from ingest.store.select_jobs import chosen_jobs

    wanted, target = chosen_output(format_, output)
    with open_configured(store) as opened:
        chosen = chosen_jobs(opened, jobs)
        if wanted is Format.TABLE and target is sys.stdout:
            for place, job_id in enumerate(chosen):
                if len(chosen) > 1:
                    click.secho("\n" * bool(place) + shown(job_id), bold=True)
                failed = {row["node"]: row["attempts"] for row in opened.rows(_FAILED, [job_id])}
                headers = _HEADERS if width_of(sys.stdout) >= _NARROW else _HEADERS[:7] + _HEADERS[8:9]
                found = opened.rows(_NODES, {"jobs": [job_id]})
                rows = [
                    dict(zip(_HEADERS, _for_eyes(node, failed.get(node["node"], 0)), strict=True)) for node in found
                ]
                shown_rows = [[row[name] for name in headers] for row in rows]
                write_result(rows_result(headers, shown_rows, figures=headers[1:]), wanted, sys.stdout, redact=True)
            return
        result = select_result(opened.connection, _NODES, {"jobs": chosen})
        write_result(result, wanted, target, redact=True)


def _for_eyes(node: Mapping[str, Any], failed_attempts: int) -> Sequence[object]:
    """A node in a few short cells."""
    from ingest.output.wording import clock

    memory = node["highest_memory_percent"]
    return (
        node["node"],
        node["mini_batches"],
        f"{node['failed_items']} of {node['items']}" if node["items"] else None,
        "no attempts" if node["did_nothing"] else f"{failed_attempts} of {node['attempts']}",
        None if node["busy_worker_s"] is None else clock(node["busy_worker_s"]),
        clock(node["wasted_worker_s"]) if node["wasted_worker_s"] else None,
        node["processes"],
        node["restarts"],
        None if memory is None else f"{memory:.0f} %",
        node["memory_samples"],
    )
