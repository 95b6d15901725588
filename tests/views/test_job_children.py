"""`job_children`: the child runs that a parent names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_children(db: Database) -> None:
    """Of seven submitted five are listed, one more is known by its end; one has its logs in this store."""
    listed = ",".join(f"0a1b2c3{i}:child-{i}" for i in range(5))
    db.event("control", "children_submitted", "10:00:00", {"job_id": "parent"}, count="7", list=listed)
    for child, at in (("child-1", "10:10:00"), ("child-6", "10:20:00"), ("child-1", "10:11:00")):
        db.event("control", "child_ended", at, {"job_id": "parent"}, child_run_id=child)
    db.insert("run_facts", {"job_id": "scoring", "run_id": "child-1"})
    db.event("worker", "child_ended", "10:30:00", {"job_id": "other"}, child_run_id="child-9")
    assert db.rows(
        "SELECT child_run_id, submitted_at, ended_at, ended, logs_of FROM job_children ORDER BY child_run_id"
    ) == [
        ("child-0", "10:00:00", None, False, None),
        ("child-1", "10:00:00", "10:11:00", True, "scoring"),
        ("child-2", "10:00:00", None, False, None),
        ("child-3", "10:00:00", None, False, None),
        ("child-4", "10:00:00", None, False, None),
        ("child-6", None, "10:20:00", True, None),
    ]


def test_no_children(db: Database) -> None:
    """A list without names gives none."""
    db.event("control", "children_submitted", "10:00:00", count="0", list="")
    assert db.rows("SELECT * FROM job_children") == []
