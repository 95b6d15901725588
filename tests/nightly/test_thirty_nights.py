"""Thirty nights with planted regressions: each is told on its night, and no other is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.nightly.run import NightlyOptions, run_night
from tests.nightly.thirty_nights import NIGHTS, PLANTED, alarm, score, write_nights

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StoreUnderTest


GROUPS = "SELECT day - DATE '2024-02-29', measure FROM group_regressions WHERE group_kind = 'all' ORDER BY ALL"
"""What is told of all jobs of a night together: two of the planted faults are seen there too."""


def test_planted_regressions_are_told_and_no_others(store: StoreUnderTest, tmp_path: Path) -> None:
    """All nights made up in one: a job is compared with jobs that began before it, so its verdict is that of its night.

    `python tests/nightly/thirty_nights.py FOLDER` does them one by one.
    """
    write_nights(tmp_path / "jobs", range(1, NIGHTS + 1))
    summary = run_night(NightlyOptions([str(tmp_path / "jobs")], str(store.path), workers=1))
    result = score(alarm(row["job_id"], row["measure"]) for row in summary.regressions)
    assert (result.missed, result.invented) == ([], [])
    assert len(result.found) == len(PLANTED)
    assert store.rows(GROUPS) == [(10, "retries"), (18, "failure_rate")]
    assert len(summary.group_regressions) == 2
    assert store.one("SELECT count(*) FROM daily_groups WHERE group_kind = 'all' AND jobs = 3") == NIGHTS
