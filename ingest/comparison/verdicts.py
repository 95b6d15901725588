"""What a change from one job to another means, by the rules that `comparison_rules` has for many jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.quoting import literal

if TYPE_CHECKING:
    from ingest.store.reader import Store

WORSE, BETTER, CHANGED = "worse", "better", "changed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A change of one measure from job A to job B that is large enough to be told."""

    verdict: str
    severity: str
    measure: str
    title: str
    kind: str
    a: float
    b: float
    weight: float
    """What makes events of a rate in B."""


def verdicts(store: Store, relation: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Verdict]:
    """The measures in which two jobs (rows of the history) differ by as much as the rules ask for, by measure.

    What grows with the input is compared as if A had been as large as B, where B is larger. The time of a job that did
    not complete says nothing: whether A was quick, or B is quicker.
    """
    told: dict[str, dict[str, Mapping[str, Any]]] = {a["job_id"]: {}, b["job_id"]: {}}
    for row in store.rows(
        f"SELECT * FROM compared_measures_of({literal(relation)}) WHERE list_contains($jobs, job_id)",
        {"jobs": list(told)},
    ):
        told[row["job_id"]][row["measure"]] = row
    of_a, of_b = told[a["job_id"]], told[b["job_id"]]
    found = {}
    for rule in store.rows("SELECT * FROM comparison_rules"):
        measure = rule["measure"]
        if measure in of_a and measure in of_b:
            grows = of_b[measure]["size_matters"]
            if grows and a["state"] != "completed":
                continue
            value = of_a[measure]["value"] * (max(1.0, _growth(a, b)) if grows else 1.0)
            verdict = _verdict(rule, value, of_b[measure])
            if verdict is not None and not (grows and verdict.verdict == BETTER and b["state"] != "completed"):
                found[measure] = verdict
    return found


def _growth(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    """How much more input B had than A, in the first unit that both tell."""
    for unit in ("input_items", "scheduled_mini_batches", "items"):
        if (a[unit] or 0) > 0 and (b[unit] or 0) > 0:
            return float(b[unit] / a[unit])
    return 1.0


def _verdict(rule: Mapping[str, Any], a: float, job_b: Mapping[str, Any]) -> Verdict | None:
    b, weight = job_b["value"], job_b["weight"]
    change = abs(b - a)
    if change * weight < rule["least_amount"] or change < max(rule["least_share"] * a, rule["least_change"]):
        return None
    severe = (rule["severe_ratio"] is not None and b >= rule["severe_ratio"] * a) or (
        rule["severe_change"] is not None and b - a >= rule["severe_change"]
    )
    severity = "note" if b < a or not rule["notable"] else "severe" if severe else "warning"
    return Verdict(WORSE if b > a else BETTER, severity, rule["measure"], rule["title"], rule["kind"], a, b, weight)
