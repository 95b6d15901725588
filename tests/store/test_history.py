"""`refresh_history`: what was measured of a job stands until its records change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.errors import StoreError
from ingest.store.history import refresh_history
from tests.views.conftest import Database

if TYPE_CHECKING:
    from tests.conftest import Logs, StoreUnderTest, Tree


@pytest.fixture
def measured() -> Database:
    """Two jobs with a try each, measured."""
    db = Database()
    for job_id in ("a", "b"):
        db.insert("jobs", {"job_id": job_id, "state": "completed", "loaded_at": "10:00:00"})
        db.attempt(0, "done", "10:00:00", job_id=job_id)
    assert refresh_history(db.connection) == ["a", "b"]
    return db


def test_every_job_is_measured_once(measured: Database) -> None:
    """What did not change is not measured again."""
    before = measured.rows("SELECT * FROM job_history ORDER BY job_id")
    assert refresh_history(measured.connection) == []
    assert measured.rows("SELECT * FROM job_history ORDER BY job_id") == before
    assert measured.rows("SELECT job_id, items FROM job_history ORDER BY job_id") == [("a", 10), ("b", 10)]


def test_a_changed_job_is_measured_again(measured: Database) -> None:
    """Its row is replaced, the other one stands."""
    measured.attempt(1, "done", "10:00:00", job_id="b")
    measured.connection.execute("UPDATE jobs SET loaded_at = loaded_at + INTERVAL 1 DAY WHERE job_id = 'b'")
    assert refresh_history(measured.connection) == ["b"]
    assert measured.rows("SELECT job_id, items FROM job_history ORDER BY job_id") == [("a", 10), ("b", 20)]


def test_it_survives_the_records(measured: Database) -> None:
    """Dropped records, or a job that is forgotten, leave what was measured."""
    measured.connection.execute("DELETE FROM attempt_reports")
    measured.connection.execute("DELETE FROM jobs WHERE job_id = 'b'")
    assert refresh_history(measured.connection) == []
    assert measured.rows("SELECT job_id, items FROM job_history ORDER BY job_id") == [("a", 10), ("b", 10)]


def test_every_store_has_it(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Empty until somebody refreshes it."""
    store.load(tree(logs.job()))
    assert store.rows("SELECT * FROM job_history") == []


def test_a_store_of_the_format_before_is_refused(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """It lacks the table; the reason and what to do are told."""
    import duckdb

    store.load(tree(logs.job()))
    with duckdb.connect(str(store.path / "catalog.duckdb")) as connection:
        connection.execute("UPDATE ledger.meta SET value = '2' WHERE key = 'format'")
    with pytest.raises(StoreError, match="store of format 2, this version of ingest reads 3"):
        store.rows("SELECT 1")
