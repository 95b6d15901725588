"""Faults that are easily taken for others: what is said of a small tree of each kind, and of shared ones if there are any."""

from __future__ import annotations

from os import environ
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ingest import ingest_jobs, open_store
from tests.fault_cases.trees import KINDS, write

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(environ.get("INGEST_FAULT_CASES") or ROOT.parent / "shared" / "fault-cases")
"""Folders named NUMBER-WORDS, each with a tree in `job`."""


class Right(NamedTuple):
    """What is right for a kind."""

    state: str
    findings: dict[str, str]
    """Findings that are shown without asking, and how severe each is; the first one stands first."""
    counts: dict[str, Any] = {}  # noqa: RUF012
    """Columns of `job_summary`."""


RIGHT = {
    "launcher_dies": Right("failed", {"OSError": "severe"}),
    "crash": Right("completed", {"worker_deaths": "warning"}, {"restarts": 2}),
    "killed_in_other_words": Right("completed", {"out_of_memory": "warning"}, {"restarts": 2}),
    "quick_restarts": Right("completed", {"progress_timeout": "warning"}, {"restarts": 2}),
    "slow_clock": Right("completed", {"clock_skew": "warning"}),
    "exception_before_success": Right(
        "completed", {"ConnectionResetError": "warning"}, {"attempts": 2, "exceptions": 1, "failed_items": 0}
    ),
    "one_failed_init": Right("completed", {"ConnectionError": "warning"}, {"failed_items": 0}),
    "long_tail": Right("completed", {"long_tail": "severe"}),
    "full_disk": Right("completed", {"disk_filling": "severe"}, {"failed_items": 12}),
    "lost_items": Right(
        "completed", {"poisoned_mini_batches": "severe"}, {"items": 980, "failed_items": 900, "partial": True}
    ),
    "overview_alone": Right(
        "completed", {}, {"mini_batches": None, "items": None, "failed_items": None, "partial": True}
    ),
    "poison_after_exceptions": Right("completed", {"ValueError": "warning"}),
    "slow_storage": Right("completed", {"slow_inputs": "warning"}),
    "slowing_script": Right("completed", {"script_slowing": "warning"}),
}

SHARED = {
    "01": Right("failed", {"no_succeeded_item": "severe", "fewer_results": "warning"}, {"failed_items": 5}),
    "02": Right("completed", {"worker_deaths": "warning"}, {"restarts": 2}),
    "03": Right("completed", {"progress_timeout": "warning"}, {"restarts": 2}),
    "04": Right("completed", {"clock_skew": "warning"}),
    "05": Right("completed", {"TimeoutError": "warning"}, {"exceptions": 1, "retries": 1}),
    "06": Right("completed", {"FileNotFoundError": "warning"}),
    "07": Right("completed", {"long_tail": "severe"}),
    "08": Right("completed", {"disk_filling": "severe"}),
    "09": Right("completed", {"out_of_memory": "warning"}),
    "10": Right(
        "completed", {"poisoned_mini_batches": "severe"}, {"items": 2100, "failed_items": 2000, "partial": True}
    ),
    "11": Right("completed", {}, {"mini_batches": None, "items": None, "partial": True}),
    "12": Right("completed", {"UnicodeDecodeError": "severe"}),
    "13": Right("completed", {"slow_inputs": "warning"}),
    "14": Right("completed", {"script_slowing": "warning"}),
}
"""By the number that a folder's name begins with."""


def concluded(store: Path, job_id: str, right: Right) -> Right:
    """State, loud findings, and the counts that are asked for."""
    with open_store(store) as opened:
        (summary,) = opened.rows("SELECT * FROM job_summary WHERE job_id = ?", [job_id])
        found = opened.rows(
            "SELECT finding_id, severity FROM diagnosis WHERE job_id = ? AND severity <> 'note' ORDER BY rank", [job_id]
        )
    findings = {row["finding_id"]: row["severity"] for row in found}
    return Right(summary["state"], findings, {name: summary[name] for name in right.counts})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of each kind, loaded."""
    root = tmp_path_factory.mktemp("faults")
    write(root / "jobs")
    ingest_jobs(sorted((root / "jobs").iterdir()), root / "store")
    return root / "store"


def test_every_kind_is_judged() -> None:
    """No kind is missing here."""
    assert {kind.__name__ for kind in KINDS} == RIGHT.keys()


@pytest.mark.parametrize("kind", RIGHT)
def test_kind(store: Path, kind: str) -> None:
    """State, findings in their order, and counts are as a reader of the files would give them."""
    got = concluded(store, kind, RIGHT[kind])
    assert got == RIGHT[kind]
    assert list(got.findings) == list(RIGHT[kind].findings)


def test_idle_time_of_a_tail_is_whole(store: Path) -> None:
    """Three workers of node 1 wait for all of 20 minutes, two others for 15 and 16 of them."""
    with open_store(store) as opened:
        tails = opened.rows("SELECT lost_s FROM findings WHERE job_id = 'long_tail' AND check_id = 'long_tail'")
    assert tails == [{"lost_s": 3 * 1200 + 900 + 960}]


def wrong_cases(root: Path) -> tuple[dict[str, Right], int]:
    """What is concluded of the shared trees of which something else is right; and how many there are."""
    wrong, count = {}, 0
    for case in sorted(CASES.glob("[0-9][0-9]-*/job")):
        right = SHARED.get(case.parent.name[:2])
        if right is None:
            continue
        count += 1
        ingest_jobs([case], root / case.parent.name)
        got = concluded(root / case.parent.name, "job", right)
        if got != right:
            wrong[case.parent.name] = got
    return wrong, count


@pytest.mark.skipif(not CASES.is_dir(), reason="no fault cases there")
def test_shared_cases(tmp_path: Path) -> None:
    """Each of the shared trees, alone in a store, as a user would load it."""
    assert wrong_cases(tmp_path)[0] == {}
