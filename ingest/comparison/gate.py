"""Whether a job may pass: it completed, and did no worse than what it is compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ingest.comparison.baseline import measured
from ingest.comparison.verdicts import WORSE, Verdict, verdicts
from ingest.output.wording import duration, plural, shorten
from ingest.quoting import literal
from ingest.severity import SEVERITIES, is_at_least

if TYPE_CHECKING:
    from ingest.store.reader import Store

Row = Mapping[str, Any]
_BAD_STATES = {"failed": "severe", "stalled": "severe", "running": "warning", "unknown": "warning"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against a job, or is worth knowing (a note)."""

    severity: str
    measure: str
    sentence: str
    value: float | None = None
    usual: float | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    """Of a finding: evidence, impact, fix and query, as far as it has them; its headline is the sentence."""

    @property
    def text(self) -> str:
        """The sentence, and each part on a line of its own."""
        return "\n".join([self.sentence, *(f"{name}: {text}" for name, text in self.parts.items())])


@dataclass(slots=True)
class GateResult:
    """A job, what it was compared with, and what speaks against it, the worst first."""

    job_id: str
    compared_with: list[str] = field(default_factory=list)
    baseline: str = ""
    """In words; why not, if it was compared with nothing."""
    reasons: list[Reason] = field(default_factory=list)

    def fails(self, fail_on: str, *, require_baseline: bool) -> bool:
        """Whether a reason is as bad as `fail_on`, or nothing was compared though it had to be."""
        bad = any(is_at_least(reason.severity, fail_on) for reason in self.reasons)
        return bad or (require_baseline and not self.compared_with)


def newest_jobs(store: Store) -> list[str]:
    """The jobs of the last load; of those that are compared with each other only the one that began last."""
    found = store.rows(
        """
        SELECT job_id
        FROM jobs
        WHERE loaded_at >= (SELECT max(started_at) FROM loads)
        QUALIFY row_number() OVER (
            PARTITION BY coalesce('group ' || comparison_group(job_id, experiment, labels, source), 'job ' || job_id)
            ORDER BY started_at DESC NULLS LAST, job_id DESC
        ) = 1
        ORDER BY job_id
        """
    )
    return [row["job_id"] for row in found]


def judge(
    store: Store,
    jobs: Sequence[str],
    baseline: str | None,
    most_failures: float | None,
    findings: str | None = None,
) -> list[GateResult]:
    """Judges each job. `baseline`: the id of a job, `last-good`, or None for the jobs before it that are like it.

    `most_failures`: the share of items that may fail, whatever is usual. `findings`: the severity from which on findings of the
    diagnosis are reasons; None makes severe ones notes, so that they are seen.
    """
    relation = measured(store, [*jobs, *([baseline] if baseline not in (None, "last-good") else [])])
    wanted = {"jobs": list(jobs)}
    rows = {
        row["job_id"]: row for row in store.rows(f"SELECT * FROM {relation} WHERE list_contains($jobs, job_id)", wanted)
    }
    compared: dict[str, list[Row]] = {job_id: [] for job_id in jobs}
    for row in store.rows(
        f"SELECT * FROM compared_with_past({literal(relation)}) WHERE list_contains($jobs, job_id)", wanted
    ):
        compared[row["job_id"]].append(row)
    found: dict[str, list[Row]] = {}
    for row in store.rows(_FINDINGS, wanted):
        found.setdefault(row["job_id"], []).append(row)
    judged = []
    for job_id in jobs:
        one = GateResult(job_id, reasons=list(_on_its_own(rows[job_id], most_failures)))
        if baseline is None:
            _with_past(one, compared[job_id])
        else:
            _with_one(
                store,
                relation,
                one,
                rows[job_id],
                _last_good(store, relation, job_id) if baseline == "last-good" else baseline,
            )
        one.reasons += _findings(found.get(job_id, ()), findings)
        one.reasons.sort(key=lambda reason: SEVERITIES.index(reason.severity))
        judged.append(one)
    return judged


_FINDINGS = """
    SELECT job_id, finding_id, severity, headline, evidence, impact, fix, query
    FROM diagnosis
    WHERE list_contains($jobs, job_id) AND severity IN ('severe', 'warning')
    ORDER BY job_id, rank
"""


def _findings(found: Sequence[Row], least: str | None) -> Iterator[Reason]:
    """Findings of the diagnosis as reasons from a severity on; where none is given, severe ones as notes."""
    for row in found:
        parts = {name: row[name] for name in ("evidence", "impact", "fix", "query") if row[name]}
        if least is not None and is_at_least(row["severity"], least):
            yield Reason(row["severity"], row["finding_id"], row["headline"], parts=parts)
        elif row["severity"] == "severe":
            yield Reason("note", row["finding_id"], f"severe finding: {row['headline']}", parts=parts)


def _on_its_own(job: Row, most_failures: float | None) -> Iterator[Reason]:
    """What speaks against a job without comparing it."""
    state = job["state"] or "unknown"
    if state in _BAD_STATES:
        said = {"failed": "the job failed", "stalled": "the job stalled"}
        sentence = said.get(state, f"the logs do not tell that the job ended (state: {state})")
        yield Reason(
            _BAD_STATES[state], "state", f"{sentence}: {job['state_reason']}" if job["state_reason"] else sentence
        )
    rate = job["failure_rate"]
    if most_failures is not None and rate is not None and rate > most_failures:
        yield Reason(
            "severe",
            "max_failure_rate",
            f"{job['failed_items']:,} of {job['items']:,} items failed ({rate:.1%}), {most_failures:.1%} are allowed",
            rate,
            most_failures,
        )


def _with_past(one: GateResult, compared: Sequence[Row]) -> None:
    """Compares with the jobs before it."""
    enough = [row for row in compared if row["verdict"] not in ("too_few", "partial")]
    if not enough:
        one.baseline = compared[0]["sentence"] if compared else "nothing is measured of it"
        return
    widest = max(enough, key=lambda row: len(row["other_jobs"]))
    one.compared_with = widest["other_jobs"]
    count = len(one.compared_with)
    one.baseline = f"the last {count} comparable job{plural(count)} ({widest['comparison_group']})"
    one.reasons += [
        Reason(row["severity"], row["measure"], row["sentence"], row["value"], row["usual"])
        for row in enough
        if row["verdict"] == WORSE
    ]


def _last_good(store: Store, relation: str, job_id: str) -> str | None:
    """The last comparable job before this one that did no worse than those before it."""
    name = literal(relation)
    found = store.rows(
        f"SELECT other_job_id FROM comparable_jobs_in({name}) WHERE job_id = $job AND other_job_id NOT IN ("
        f" SELECT job_id FROM compared_with_past({name}) WHERE verdict = 'worse' AND severity <> 'note'"
        ") ORDER BY nth LIMIT 1",
        {"job": job_id},
    )
    return found[0]["other_job_id"] if found else None


def _with_one(store: Store, relation: str, one: GateResult, job: Row, other: str | None) -> None:
    """Compares with a single job."""
    if other is None:
        one.baseline = "baseline too small: no completed comparable job before it"
        return
    if job["partial"]:
        one.baseline = "not compared: the job is still running, or its files are truncated"
        return
    (past,) = store.rows(f"SELECT * FROM {relation} WHERE job_id = $job", {"job": other})
    one.compared_with, one.baseline = [other], other
    for verdict in verdicts(store, relation, past, job).values():
        if verdict.verdict == WORSE:
            one.reasons.append(
                Reason(verdict.severity, verdict.measure, _sentence(verdict, other), verdict.b, verdict.a)
            )
    known = set(past["error_fingerprints"] or ())
    new = [error for error in json.loads(job["errors"] or "[]") if error["fingerprint"] not in known]
    if new:
        examples = ", ".join(shorten(error["example"] or "", 200) for error in new[:3])
        severity = "severe" if job["state"] == "failed" else "warning"
        one.reasons.append(
            Reason(
                severity,
                "new_errors",
                f"{len(new)} new error{plural(len(new))}, not seen in {other}: {examples}",
                len(new),
                0,
            )
        )


def _sentence(one: Verdict, other: str) -> str:
    """A change with its numbers."""
    match one.kind:
        case "time":
            a, b = duration(one.a), duration(one.b)
        case "rate":
            a, b = f"{one.a:.1%}", f"{one.b * one.weight:,.0f} of {one.weight:,.0f} ({one.b:.1%})"
        case "share":
            a, b = f"{one.a:.1%}", f"{one.b:.1%}"
        case _:
            a, b = f"{one.a:,.0f}", f"{one.b:,.0f}"
    return f"{one.title}: {b}, {a} in {other}"
