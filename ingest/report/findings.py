"""Findings with their remedies, told as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingest.output.wording import shorten_left
from ingest.report.blocks import Finding
from ingest.report.cells import seconds, spell
from ingest.report.questions import Row
from ingest.severity import SEVERITIES


def told_findings(rows: Sequence[Row], links: Mapping[str, str] | None = None) -> list[Finding]:
    """Rows of `diagnosis` as findings. With `links` each names its job, which leads to its part of the page."""
    return [_finding(row, links) for row in rows]


def _finding(row: Row, links: Mapping[str, str] | None) -> Finding:
    return Finding(
        row["severity"] if row["severity"] in SEVERITIES else "note",
        row["finding"] or row["finding_id"],
        row["finding_id"],
        row["job_id"] if links is not None else None,
        links.get(row["job_id"]) if links is not None else None,
        list(_facts(row)),
        row["cause"],
        row["remedy"],
        _link(row["reference"]),
        row["query"],
        shorten_left(row["frame"], 76) if row["frame"] else None,
        row["place"],
    )


def _facts(row: Row) -> Iterator[str]:
    others = [job for job in row.get("jobs_with_it") or () if job != row["job_id"]]
    if others:
        more = f" and {len(others) - 4:,} more" if len(others) > 4 else ""
        yield f"{len(others) + 1:,} jobs: also {', '.join(others[:4])}{more}"
    if row["explained_by"]:
        yield f"explained by {row['explained_by']}"
    if (row["occurrences"] or 0) > 1:
        yield f"{row['occurrences']:,} times"
    where = " · ".join(str(part) for part in (row["node"], row["process"]) if part)
    if where:
        yield f"node {where}" if row["node"] else where
    if row["mini_batch_id"] is not None:
        yield f"mini-batch {row['mini_batch_id']}"
    if row["lost_s"]:
        yield f"{seconds(row['lost_s'])} lost"
    if row["first_at"]:
        yield spell(row["first_at"], row["last_at"])


def _link(reference: str | None) -> str | None:
    """A reference that a browser may follow; a plugin could give any text."""
    return reference if reference and reference.startswith(("https://", "http://")) else None
