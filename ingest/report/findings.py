"""Findings as parts of a page: headline, evidence, impact, fix and query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingest.output.wording import shorten_left, some
from ingest.report.blocks import Finding
from ingest.report.questions import Row
from ingest.severity import SEVERITIES

_JOBS_NAMED = 4


def laid_out(rows: Sequence[Row], links: Mapping[str, str] | None = None) -> list[Finding]:
    """Rows of `diagnosis` as findings. With `links` each names its job, which leads to its part of the page."""
    return [_finding(row, links) for row in rows]


def _finding(row: Row, links: Mapping[str, str] | None) -> Finding:
    return Finding(
        severity=row["severity"] if row["severity"] in SEVERITIES else "note",
        headline=row["headline"] or row["finding_id"],
        finding_id=row["finding_id"],
        job_id=row["job_id"] if links is not None else None,
        job_link=links.get(row["job_id"]) if links is not None else None,
        also=_also(row),
        evidence=list(_evidence(row)),
        impact=row["impact"],
        fix=row["fix"],
        reference=_link(row["reference"]),
        query=row["query"],
        frame=shorten_left(row["frame"], 76) if row["frame"] else None,
        location=row["location"],
    )


def _also(row: Row) -> str:
    """Which other jobs have the same finding."""
    others = [job for job in row.get("jobs_with_it") or () if job != row["job_id"]]
    return f"the same in {len(others) + 1:,} jobs: also {some(others, _JOBS_NAMED)}" if others else ""


def _evidence(row: Row) -> Iterator[str]:
    """What the finding says, and where it was, if that is not in it."""
    if row["evidence"]:
        yield row["evidence"]
    if row["kind"] == "check":
        if row["mini_batch_id"] is not None:
            yield f"mini-batch {row['mini_batch_id']}"
        if row["first_at"]:
            yield f"from {row['first_at']:%Y-%m-%d %H:%M:%S}"


def _link(reference: str | None) -> str | None:
    """A reference that a browser may follow; a plugin could give any text."""
    return reference if reference and reference.startswith(("https://", "http://")) else None
