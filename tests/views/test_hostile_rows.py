"""One damaged cell must not break a view: whatever a log says, every view answers."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from ingest.model import Type
from tests.views.conftest import TABLES

if TYPE_CHECKING:
    from tests.views.conftest import Database

CELLS: dict[Type, tuple[Any, ...]] = {
    Type.TEXT: (
        None,
        "",
        "process000",
        "Process-99999999999999999999",
        "open",
        "done",
        "report_v0",
        "'; DROP",
        "\U0001f600\n",
    ),
    Type.INT: (None, 0, 1, -1, 9_000_000_000_000_000_000),
    Type.FLOAT: (None, 0.0, -1.0, 1e308, float("nan"), float("inf"), float("-inf")),
    Type.BOOL: (None, True, False),
    Type.TIME: (None, "0001-01-01", "9999-12-31 23:59:59.999999", "2024-03-01 10:00:00"),
    Type.DATE: (None, "0001-01-01", "9999-12-31", "2024-03-01"),
    Type.TEXTS: (None, [], [""], ["a", None]),
}


def insert_hostile_rows(db: Database, *job_ids: str | None) -> None:
    """Puts rows of extreme cells into every table that has jobs, nine of each job."""
    for (table, columns), job_id, shift in product(TABLES.items(), job_ids, range(9)):
        row = {}
        for number, column in enumerate(columns):
            cells = CELLS[column.type]
            row[column.name] = cells[(shift + number * (1 + shift // 3)) % len(cells)]
        if "job_id" in row:
            db.insert_raw(table, {**row, "job_id": job_id})


def test_every_view_answers(db: Database) -> None:
    """Rows of extreme cells in every table: no view raises, with or without a job."""
    insert_hostile_rows(db, "job", None)
    db.ask_all()


def test_extreme_tries(db: Database) -> None:
    """Two tries at one mini-batch with every pair of extreme figures: tries, outcomes and ranks are told all the same."""
    for number, (seconds, items) in enumerate(product(CELLS[Type.FLOAT], CELLS[Type.INT])):
        more = {"elapsed_s": seconds, "run_s": seconds, "process_s": seconds, "total": items, "succeeded": items}
        db.attempt(number, "timeout", "10:00:00", failed=None, **more)
        db.attempt(number, "done", "10:01:00", attempt=2, failed=items, **more)
        db.insert(
            "node_samples",
            {"node": "0", "time": "10:01:00", "memory_used_percent": seconds, "memory_total_mb": seconds},
        )
    db.ask_all()
    assert db.rows("SELECT count(*), sum(attempts) FROM mini_batches WHERE outcome = 'done'") == [(35, 70)]
