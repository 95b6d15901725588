"""`coverage`: what was read, and what was not understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_every_file_counts(db: Database) -> None:
    """Per kind and status: parsed with and without rejects, unclaimed, ignored, failed, and files outside any job."""
    parsed = {"kind": "worker", "status": "parsed"}
    counts = {"records": 9, "rows": 12, "rejects": 1, "rejected_bytes": 50}
    db.insert(
        "files", parsed | counts | {"bytes": 500, "ends_cut": True}, parsed | counts | {"bytes": 500, "ends_cut": False}
    )
    db.insert("files", {"kind": "overview", "status": "parsed", "bytes": 0, "records": 0, "rows": 0, "rejects": 0})
    db.insert("files", {"status": "unclaimed", "bytes": 100}, {"status": "unclaimed", "bytes": 11})
    db.insert("files", {"kind": "readme", "status": "ignored", "bytes": 70})
    db.insert("files", {"kind": "worker", "status": "failed", "bytes": 70})
    db.insert("files", {"job_id": None, "status": "unclaimed", "bytes": 5})
    columns = (
        "job_id, kind, status, files, bytes, records, rows, rejects, rejected_bytes, bytes_understood_percent, ends_cut"
    )
    assert db.rows(f"SELECT {columns} FROM coverage") == [
        ("job", "worker", "failed", 1, 70, None, None, None, None, 0.0, 0),
        ("job", "readme", "ignored", 1, 70, None, None, None, None, None, 0),
        ("job", "overview", "parsed", 1, 0, 0, 0, 0, None, None, 0),
        ("job", "worker", "parsed", 2, 1000, 18, 24, 2, 100, 90.0, 1),
        ("job", "unclaimed", "unclaimed", 2, 111, None, None, None, None, 0.0, 0),
        (None, "unclaimed", "unclaimed", 1, 5, None, None, None, None, 0.0, 0),
    ]
