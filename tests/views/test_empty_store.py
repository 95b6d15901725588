"""Every view answers in an empty store, and carries its question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.views.checks import HEADS, ROWS
from ingest.views.files import list_views
from tests.views.conftest import Database

VIEWS = [view.name for view in list_views()]


OF_NO_JOB = {"checks", "comparison_rules", "errors_by_fingerprint", "thresholds"}
OF_NO_JOB |= {"daily_trends", "day_measures", "errors_over_time", "failing_inputs", "pool_day_measures"}
OF_NO_JOB |= {"group_comparisons", "group_regressions", "repeat_offender_inputs"}


@pytest.fixture(scope="module")
def db() -> Iterator[Database]:
    """One for all of these tests: none puts anything in."""
    database = Database()
    yield database
    database.close()


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in {"checks", "comparison_rules", "thresholds"}])
def test_no_rows_and_no_error(db: Database, view: str) -> None:
    """All tables are there and empty: so is the answer."""
    assert db.rows(f"SELECT * FROM {view}") == []


@pytest.mark.parametrize("view", VIEWS)
def test_asked_of_a_job_that_is_not_there(db: Database, view: str) -> None:
    """Columns that the command line filters by are in the view, or the view is of no one job."""
    columns = [name for name, *_ in db.rows(f"DESCRIBE {view}")]
    assert "job_id" in columns or view in OF_NO_JOB
    assert len(columns) == len(set(columns))


def test_the_database_knows_the_questions(db: Database) -> None:
    """A view's comment in the database is the text at the head of its file."""
    comments = dict(
        db.rows(
            "SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal AND NOT temporary"
        )
    )
    for ground in (*HEADS, ROWS):
        del comments[ground]
    assert {view.name: f"{view.question}\n{view.caveat}" for view in list_views()} == comments


@pytest.mark.parametrize("file", [view.file for view in list_views()], ids=lambda file: file.stem)
def test_house_rules(file: Path) -> None:
    """A question and what to know about the answer; lines of at most 120 characters."""
    (view,) = (view for view in list_views() if view.file == file)
    assert view.question.endswith("?")
    assert view.caveat
    assert max(map(len, file.read_text().splitlines())) <= 120
