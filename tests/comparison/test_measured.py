"""Which jobs are measured for a comparison, and where from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.comparison.baseline import measured
from ingest.store.reader import open_store
from tests.comparison.conftest import night, put

if TYPE_CHECKING:
    from tests.conftest import Logs, StoreUnderTest, Tree


def test_what_is_kept_and_what_is_not(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Kept figures stand, though the records are gone; a job without them is measured from its records."""
    store.load(tree(logs.job(), "churn-99"))
    before = {"experiment": None, "started_at": "2021-04-01 02:00:00"}
    put(store.path, night("churn-1", 1, **before), night("other-1", 1, **before))
    with open_store(store.path) as opened:
        relation = measured(opened, ["churn-99"])
        told = opened.rows(f"SELECT job_id, duration_s, distinct_errors FROM {relation} ORDER BY job_id")
    assert told == [
        {"job_id": "churn-1", "duration_s": 600.0, "distinct_errors": None},
        {"job_id": "churn-99", "duration_s": 1385.648999, "distinct_errors": 1},
    ]


def test_only_those_before_it_of_its_group(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """The last hundred of its group; what began later, or belongs to another one, is left out."""
    store.load(tree(logs.job()))
    put(
        store.path,
        *(night(f"n-{i:03}", 0) | {"started_at": f"2024-03-01 00:{i // 60:02}:{i % 60:02}"} for i in range(120)),
    )
    put(store.path, night("later", 20), night("other", 0, experiment="other"))
    with open_store(store.path) as opened:
        relation = measured(opened, ["n-110"])
        told = [row["job_id"] for row in opened.rows(f"SELECT job_id FROM {relation} ORDER BY job_id")]
    assert told == [f"n-{i:03}" for i in range(10, 111)]
