"""The card that a nightly run ends with: for a terminal, a mail and cron."""

from __future__ import annotations

import io
from typing import Any

from ingest.cards.nightly import print_card
from ingest.nightly.summary import Summary

FINDING = {
    "check_id": "bad_inputs",
    "severity": "severe",
    "headline": "3 mini-batches failed " + "again " * 30 + "end",
    "fix": "Fix it.",
    "impact": "3 items not processed",
}


def card(**facts: Any) -> str:
    """The card of a summary with these facts, as a mail has it."""
    given: dict[str, Any] = {
        "store": "s",
        "started_at": "2024-03-06T05:30:00",
        "night": "2024-03-06T05:30:00",
        "news": True,
    }
    stream = io.StringIO()
    print_card(Summary(**{**given, **facts}), stream)
    return stream.getvalue()


def test_first_run_compares_with_nothing() -> None:
    """No error is new where there are no earlier jobs; later there may be none."""
    first = card(jobs=["a"], jobs_new=1, jobs_in_store=1)
    assert "new errors    not compared: there are no earlier jobs" in first
    assert "new errors    none" in card(jobs=["b"], jobs_new=1, jobs_in_store=2)


def test_fine_beside_a_severe_finding() -> None:
    """The card says what the outcome goes by."""
    head = card(jobs=["a"], findings=[{**FINDING, "job_id": "a"}]).splitlines()[0]
    assert head == "nightly run of 2024-03-06 05:30 UTC: fine (it fails on: regressions; setting nightly.fail_on)"
    assert "severe" not in card(jobs=["a"]).splitlines()[0]


def test_worse_jobs_and_groups() -> None:
    """What got worse is said of jobs and of groups under names of their own."""
    group = {"group_kind": "experiment", "group_name": "e", "day": "2024-03-06", "sentence": "slower"}
    shown = card(jobs=["a"], group_regressions=[group])
    assert "jobs worse    none" in shown
    assert "groups worse  experiment e on 2024-03-06: slower" in shown


def test_the_same_check_in_many_jobs() -> None:
    """It is shown once, whole, with the jobs that have it."""
    findings = [{**FINDING, "job_id": f"night-{number:02}"} for number in range(15)]
    shown = " ".join(card(jobs=["a"], findings=findings).split())
    assert shown.count("3 mini-batches failed") == 1
    assert "end (the same check in 15 jobs: night-00, night-01, night-02, night-03, night-04 and 10 more)" in shown
    assert "…" not in shown
