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


def test_unexplained_bytes(db: Database) -> None:
    """Bytes of files that nobody read, with the reason; rejects are told, ignored files are known: neither counts."""
    db.insert("files", {"kind": "worker", "status": "parsed", "bytes": 500, "rejected_bytes": 20, "reason": None})
    db.insert("files", {"kind": "readme", "status": "ignored", "bytes": 70, "reason": "the driver's own description"})
    db.insert("files", *({"status": "unclaimed", "bytes": size, "reason": "no parser knows it"} for size in (100, 11)))
    db.insert("files", {"kind": "worker", "status": "failed", "bytes": 7, "reason": "cannot be read: EIO"})
    db.insert("files", {"kind": "worker", "status": "failed", "bytes": 1, "reason": "cannot be read: EACCES"})
    columns = "kind, status, bytes_understood, unexplained_bytes, reasons"
    assert db.rows(f"SELECT {columns} FROM coverage") == [
        ("worker", "failed", 0, 8, ["cannot be read: EACCES", "cannot be read: EIO"]),
        ("readme", "ignored", 0, 0, ["the driver's own description"]),
        ("worker", "parsed", 480, 0, None),
        ("unclaimed", "unclaimed", 0, 111, ["no parser knows it"]),
    ]


def test_files_without_records(db: Database) -> None:
    """A file of a header alone gave nothing, and says so; an empty file, and one of rejects alone, are told otherwise."""
    parsed = {"kind": "mini_batches", "status": "parsed"}
    db.insert("files", parsed | {"bytes": 200, "records": 0, "rejects": 0})
    db.insert("files", parsed | {"bytes": 0, "records": 0, "rejects": 0})
    db.insert("files", parsed | {"bytes": 200, "records": 0, "rejects": 3})
    db.insert("files", parsed | {"bytes": 200, "records": 1, "rejects": 0})
    assert db.rows("SELECT files, files_without_records FROM coverage") == [(4, 1)]
