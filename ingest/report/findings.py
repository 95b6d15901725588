"""Findings as parts of a page: headline, evidence, impact, fix and query; what repeats another is put below it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.output.wording import shorten_left, some
from ingest.report.blocks import Fact, Finding
from ingest.report.cells import seconds, spell
from ingest.report.questions import Row
from ingest.severity import SEVERITIES

_JOBS_NAMED = 3


@dataclass(frozen=True)
class Places:
    """Anchors on the page: of jobs, and within one job of nodes, mini-batches and errors (by fingerprint)."""

    jobs: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    mini_batches: Mapping[int, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def laid_out(rows: Sequence[Row], places: Places, *, with_job: bool = False) -> list[Finding]:
    """Rows of `diagnosis` as findings; with `with_job` each names its job. Rows of one job that say the same are one."""
    told = [_finding(row, places, with_job) for row in rows]
    above: dict[int, int] = {}  # a finding → the one that it is put below, which is below none itself
    for place, row in enumerate(rows):
        for other, candidate in enumerate(rows):
            if other != place and other not in above and place not in above.values() and _is_part_of(row, candidate):
                above[place] = other
                break
    shown = [place for place in range(len(rows)) if place not in above]
    below = {place: [at for at, top in above.items() if top == place] for place in shown}
    shown.sort(key=lambda place: min([place, *below[place]]))  # where the first of them was
    return [replace(told[place], same=[told[at] for at in below[place]]) for place in shown]


def _is_part_of(row: Row, other: Row) -> bool:
    """Whether another finding of the job explains this one, or has its message as its own."""
    if row["job_id"] != other["job_id"] or row.get("jobs_with_it") != other.get("jobs_with_it"):
        return False
    if row["explained_by"] and row["explained_by"] == other["finding_id"]:
        return True
    if row["finding_id"] == other["finding_id"] and row["severity"] == "note" and row["cause"]:
        return bool(row["cause"] == other["cause"])
    message = _message(row) if row["kind"] == "error" else ""
    return len(message) > 20 and message in f"{other['headline']} {other['evidence']}"


def _message(row: Row) -> str:
    """The message of an error's finding: of its headline without the count, or where that is cut of its evidence."""
    headline, evidence = str(row["headline"] or ""), str(row["evidence"] or "")
    text = evidence.partition("; first on ")[0] if "…" in headline else re.sub(r" \([\d,]+ times\)$", "", headline)
    return text.partition(": ")[2]


def _finding(row: Row, places: Places, with_job: bool) -> Finding:
    return Finding(
        row["severity"] if row["severity"] in SEVERITIES else "note",
        row["headline"] or row["finding_id"],
        row["finding_id"],
        row["job_id"] if with_job else None,
        places.jobs.get(row["job_id"]),
        list(_facts(row, places)),
        row["evidence"],
        row["impact"],
        row["fix"],
        _link(row["reference"]),
        row["query"],
        shorten_left(row["frame"], 76) if row["frame"] else None,
        f"ingest show {shlex.quote(row['job_id'] + ':' + row['location'])}" if row["location"] else None,
        row.get("jobs_with_it") or [row["job_id"]],
    )


def _facts(row: Row, places: Places) -> Iterator[Fact]:
    others = [job for job in row.get("jobs_with_it") or () if job != row["job_id"]]
    if others:
        yield Fact(f"the latest of {len(others) + 1:,} jobs: also {some(others, _JOBS_NAMED)}")
        total = (
            [f"{row['all_occurrences']:,} times"] if (row["all_occurrences"] or 0) > (row["occurrences"] or 0) else []
        )
        total += [f"{seconds(row['all_lost_s'])} lost"] if row["all_lost_s"] else []
        if total:
            yield Fact(f"in all of them {', '.join(total)}")
    if row["fingerprint"] in places.errors:
        yield Fact("the error", places.errors[row["fingerprint"]])
    if row["node"]:
        where = " · ".join(str(part) for part in (row["node"], row["process"]) if part)
        yield Fact(f"node {where}", places.nodes.get(row["node"], ""))
    elif row["process"]:
        yield Fact(str(row["process"]))
    if row["mini_batch_id"] is not None:
        yield Fact(f"mini-batch {row['mini_batch_id']}", places.mini_batches.get(row["mini_batch_id"], ""))
    if row["first_at"] and row["kind"] == "check":
        yield Fact(spell(row["first_at"], row["last_at"]))


def _link(reference: str | None) -> str | None:
    """A reference that a browser may follow; a plugin could give any text."""
    return reference if reference and reference.startswith(("https://", "http://")) else None
