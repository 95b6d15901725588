"""Compares what a store says of simulated jobs with what is true of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest import open_store
from simulator import Truth
from simulator.truth import AttemptTruth

_TOLERANCE = 1e-4
"""Seconds; the tables have microseconds, sums of them less."""


@dataclass(frozen=True)
class Finding:
    """A row of `diagnosis`."""

    job_id: str
    rank: int
    kind: str
    finding_id: str
    severity: str
    text: str

    @property
    def name(self) -> str:
        """The check's id; errors and known problems are counted together by kind."""
        return self.finding_id if self.kind == "check" else self.kind


@dataclass
class JobScore:
    """How right the store is about one job."""

    truth: Truth
    found_at: int | None = None
    """Rank of the first finding that names the cause."""
    told: list[tuple[Finding, bool]] = field(default_factory=list)
    """Findings of weight (severe, warning), and whether each is right."""
    false_notes: list[Finding] = field(default_factory=list)
    state: str | None = None
    numbers: int = 0
    wrong: list[tuple[str, Any, Any]] = field(default_factory=list)
    """Name, what is true, what the store says."""


def score(store: Path, truths: Sequence[Truth]) -> list[JobScore]:
    """Scores all jobs of a store."""
    with open_store(store) as opened:
        diagnosis = opened.rows(
            "SELECT job_id, rank, kind, finding_id, severity, concat_ws(' ', headline, evidence, cause) AS text"
            " FROM diagnosis ORDER BY job_id, rank"
        )
        summaries = _by_job(opened.sql("SELECT * FROM job_summary"))
        attempts = _by_job(opened.sql("SELECT * FROM attempts"))
    findings: dict[str, list[Finding]] = {}
    for row in diagnosis:
        findings.setdefault(str(row["job_id"]), []).append(Finding(**row))
    scores = []
    for truth in truths:
        scored = JobScore(truth)
        _score_findings(scored, findings.get(truth.job_id, []))
        _score_numbers(scored, summaries.get(truth.job_id, []), attempts.get(truth.job_id, []))
        scores.append(scored)
    return scores


def _by_job(result: Any) -> dict[str, list[dict[str, Any]]]:
    jobs: dict[str, list[dict[str, Any]]] = {}
    for row in result.to_arrow_table().to_pylist():
        jobs.setdefault(row["job_id"], []).append(row)
    return jobs


def _matches(patterns: Iterable[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _score_findings(scored: JobScore, findings: Sequence[Finding]) -> None:
    truth = scored.truth
    for finding in findings:
        is_check = finding.kind == "check"
        names_cause = finding.finding_id in truth.checks if is_check else _matches(truth.errors, finding.text)
        is_true = finding.finding_id in truth.true_checks if is_check else _matches(truth.true_errors, finding.text)
        right = names_cause or is_true
        if names_cause and scored.found_at is None:
            scored.found_at = finding.rank
        if finding.severity == "note":
            if not right and is_check:
                scored.false_notes.append(finding)
        else:
            scored.told.append((finding, right))


def _score_numbers(
    scored: JobScore, summary: Sequence[Mapping[str, Any]], attempts: Sequence[Mapping[str, Any]]
) -> None:
    truth = scored.truth
    row: Mapping[str, Any] = summary[0] if summary else {}
    scored.state = row.get("state")
    _compare(scored, "state", truth.state, scored.state)
    for name, expected in truth.numbers.items():
        _compare(scored, name, expected, row.get(name))
    if truth.numbers:
        _compare_attempts(scored, attempts)


def _compare(scored: JobScore, name: str, expected: Any, actual: Any) -> None:
    scored.numbers += 1
    if isinstance(expected, float) and isinstance(actual, (int, float)):
        equal = abs(expected - actual) <= max(_TOLERANCE, 1e-6 * abs(expected))
    else:
        equal = expected == actual
    if not equal:
        scored.wrong.append((name, expected, actual))


def _compare_attempts(scored: JobScore, rows: Sequence[Mapping[str, Any]]) -> None:
    """Row by row: those of tables with all cells, those that only a log tells by where they ran and how they ended."""
    expected = Counter(_expected(attempt) for attempt in scored.truth.attempts)
    actual = Counter(_actual(row) for row in rows)
    scored.numbers += sum(expected.values())
    for what, differing in (("attempt not told", expected - actual), ("attempt made up", actual - expected)):
        scored.wrong += [(what, key, None) for key in differing.elements()]


def _expected(attempt: AttemptTruth) -> tuple[Any, ...]:
    where = (attempt.mini_batch_id, attempt.node, attempt.process, attempt.outcome)
    if not attempt.in_table:
        return where
    times = (attempt.started_at, round(attempt.elapsed_s, 4), round(attempt.run_s, 4))
    return (*where, attempt.attempt, attempt.total, attempt.succeeded, *times)


def _actual(row: Mapping[str, Any]) -> tuple[Any, ...]:
    where = (row["mini_batch_id"], row["node"], row["process"], row["outcome"])
    if row["reported_by"] != "table":
        return where
    times = (
        row["started_at"],
        *(None if row[name] is None else round(row[name], 4) for name in ("elapsed_s", "run_s")),
    )
    return (*where, row["attempt"], row["items"], row["succeeded_items"], *times)
