"""Findings with their remedies, told as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingest.report.html.blocks import Finding
from ingest.report.html.cells import moment, seconds
from ingest.report.html.questions import Row

SEVERITIES = ("severe", "warning", "note")


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
        row["frame"],
        row["place"],
    )


def _facts(row: Row) -> Iterator[str]:
    if row["explained_by"]:
        yield f"explained by {row['explained_by']}"
    if (row["occurrences"] or 0) > 1:
        yield f"{row['occurrences']:,} times"
    where = " · ".join(str(part) for part in (row["node"], row["process"]) if part)
    if where:
        yield f"node {where}" if row["node"] else where
    if row["mini_batch_id"] is not None:
        yield f"mini-batch {row['mini_batch_id']}"
    if row["at_stake_s"]:
        yield f"{seconds(row['at_stake_s'])} at stake"
    if row["first_at"]:
        last = row["last_at"] if row["last_at"] and row["last_at"] != row["first_at"] else None
        yield f"{moment(row['first_at'])}" + (f" to {moment(last)}" if last else "") + " UTC"


def _link(reference: str | None) -> str | None:
    """A reference that a browser may follow; a plugin could give any text."""
    return reference if reference and reference.startswith(("https://", "http://")) else None
