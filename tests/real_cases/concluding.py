"""What is concluded of the variations, against what a reader would say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest import ingest_jobs, open_store
from tests.real_cases.variations import VARIATIONS, Variation


def mistakes(jobs: Path, store: Path) -> dict[str, str]:
    """By the variation's id what is wrong with it, of trees that `write` wrote; those that are right are left out."""
    ingest_jobs(sorted(jobs.iterdir()), store)
    with open_store(store) as opened:
        states = {row["job_id"]: row["state"] for row in opened.rows("SELECT job_id, state FROM jobs")}
        findings: dict[str, list[dict[str, Any]]] = {}
        for row in opened.rows("SELECT * FROM diagnosis ORDER BY job_id, rank"):
            findings.setdefault(row["job_id"], []).append(row)
    judged = {one.id: _mistake(one, states.get(one.id), findings.get(one.id, ())) for one in VARIATIONS}
    return {name: mistake for name, mistake in judged.items() if mistake is not None}


def _mistake(variation: Variation, state: str | None, findings: Sequence[Mapping[str, Any]]) -> str | None:
    if state not in variation.states:
        return f"state {state}"
    loud = [finding for finding in findings if finding["severity"] != "note"]
    if variation.headline is None:
        return f"found {loud[0]['headline']}" if loud else None
    if not loud or not re.search(variation.headline, f"{loud[0]['headline']} {loud[0]['cause']} {loud[0]['evidence']}"):
        return f"first {loud[0]['headline']}" if loud else "nothing found"
    if variation.fix and not re.search(variation.fix, loud[0]["fix"] or ""):
        return f"fix {loud[0]['fix']}"
    if variation.severity and loud[0]["severity"] != variation.severity:
        return f"severity {loud[0]['severity']}"
    return None
