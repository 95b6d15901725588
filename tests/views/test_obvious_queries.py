"""Ten questions of a user who has not read the source, each answered by the query that comes to mind first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest
    from tests.views.conftest import Database

QUESTIONS = {
    "failed items of each node in a week": """
        SELECT node, sum(failed_items) FROM failed_items_by_node
        WHERE started_at >= TIMESTAMP '2022-06-13' AND started_at < TIMESTAMP '2022-06-20'
        GROUP BY node HAVING sum(failed_items) > 0
    """,
    "the slowest mini-batch and its inputs": """
        SELECT job_id, mini_batch_id, elapsed_s > 200, len(inputs) FROM slowest_mini_batches ORDER BY elapsed_s DESC LIMIT 1
    """,
    "the highest memory of a node": """
        SELECT job_id, node, round(highest_memory_percent, 1) FROM node_summary
        ORDER BY highest_memory_percent DESC NULLS LAST LIMIT 1
    """,
    "what retries cost in node-hours": """
        SELECT round(sum(wasted_node_s) / 3600, 2) FROM node_cost WHERE job_id = 'timeouts-retries'
    """,
    "jobs whose throughput fell": """
        SELECT job_id FROM job_measures WHERE items_per_s < 0.4 ORDER BY started_at
    """,
    "errors that were seen for the first time in a job": """
        SELECT count(*) > 0 FROM errors_over_time WHERE first_job_id = 'era-2020-05'
    """,
    "idle GPUs": """
        SELECT job_id, node, avg(busy_percent) FROM gpu_samples GROUP BY ALL
    """,
    "inputs that never succeed": """
        SELECT input FROM failing_inputs
    """,
    "the cost of each good item, in node-seconds": """
        SELECT round(sum(node_s) / (SELECT items - failed_items FROM job_summary WHERE job_id = 'clean-v4'), 3)
        FROM node_cost WHERE job_id = 'clean-v4'
    """,
    "the time in the queue": """
        SELECT queue_s FROM jobs WHERE job_id = 'timeouts-retries'
    """,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_answered_at_once(sample_jobs: StoreUnderTest, question: str) -> None:
    """The query binds and gives what it should."""
    assert sample_jobs.rows(QUESTIONS[question]) == ANSWERS[question]


ANSWERS: dict[str, list[tuple[object, ...]]] = {
    "failed items of each node in a week": [("1", 20)],
    "the slowest mini-batch and its inputs": [("clean-v4", 35, True, 10)],
    "the highest memory of a node": [("memory-growth", "1", 92.9)],
    "what retries cost in node-hours": [(0.11,)],
    "jobs whose throughput fell": [("clean-v4",), ("init-failure-42",)],
    "errors that were seen for the first time in a job": [(True,)],
    "idle GPUs": [],
    "inputs that never succeed": [],
    "the cost of each good item, in node-seconds": [(8.845,)],
    "the time in the queue": [(179.0,)],
}


def test_questions_that_the_samples_do_not_answer(db: Database) -> None:
    """Which GPUs were idle: the same query, over rows that have an answer (inputs: `test_failing_inputs`)."""
    db.insert("jobs", {"job_id": "j", "state": "completed"})
    for gpu, percent in ((0, 80.0), (1, 0.0)):
        db.insert("gpu_samples", {"job_id": "j", "time": "10:05:00", "node": "0", "gpu": gpu, "busy_percent": percent})
    assert db.rows("SELECT job_id, node, gpu FROM gpu_samples GROUP BY ALL HAVING avg(busy_percent) < 5") == [
        ("j", "0", 1)
    ]
    assert db.rows(QUESTIONS["idle GPUs"]) == [("j", "0", 40.0)]


def test_node_seconds_and_worker_seconds(sample_jobs: StoreUnderTest) -> None:
    """A column of seconds says whose they are; what two views say of a job's node time is the same."""
    for view in ("job_summary", "job_measures", "node_summary", "node_cost"):
        columns = [name for (name, *_) in sample_jobs.rows(f"DESCRIBE {view}")]
        assert not {"wasted_s", "busy_s", "idle_s"} & set(columns), view
    unequal = sample_jobs.rows(
        "SELECT job_id, m.node_s, c.node_s FROM job_measures AS m"
        " JOIN (SELECT job_id, sum(node_s) AS node_s, sum(wasted_node_s) AS wasted FROM node_cost GROUP BY job_id) AS c"
        " USING (job_id) WHERE abs(m.node_s - c.node_s) > 0.001 OR abs(coalesce(m.wasted_node_s, 0) - c.wasted) > 0.001"
    )
    assert unequal == []


def test_no_column_needs_quotes(sample_jobs: StoreUnderTest) -> None:
    """No column of a view or table is a reserved word of DuckDB 1.5 or 2.0."""
    reserved = {
        word
        for (word,) in sample_jobs.rows(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
        )
    }
    columns = sample_jobs.rows("SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'catalog'")
    assert columns
    assert [column for column in columns if column[1] in reserved | {"at"}] == []


GONE = {
    *("finding", "remedy", "items_failed", "tried_items_failed", "wasted_s", "worker_wasted_s", "try_no"),
    *("mini_batches_failed", "mini_batches_open", "mini_batches_scheduled"),
    *("job_tries", "tries_share", "max_tries", "done_tries", "final_tries", "told_by", "at_stake_s"),
}
"""Other spellings of what has one name: `headline`, `fix`, `failed_items`, `wasted_worker_s`, `attempts`, ..."""


def test_one_word_per_thing(sample_jobs: StoreUnderTest) -> None:
    """Spellings that are gone do not come back; views of mini-batches and attempts count items by one set of names."""
    columns = sample_jobs.rows("SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'catalog'")
    assert columns
    assert [column for column in columns if column[1] in GONE] == []
    items = {"total", "failed", "succeeded"}
    for view in ("attempts", "mini_batches", "retries", "slowest_mini_batches", "stragglers", "timeouts"):
        names = {name for table, name in columns if table == view}
        assert "items" in names, view
        assert not names & items, view


def test_first_seen_is_said_of_jobs(sample_jobs: StoreUnderTest) -> None:
    """The history knows when jobs began, and calls it so; the time of an error itself is in `errors_by_fingerprint`."""
    wrong = sample_jobs.rows(
        "SELECT fingerprint FROM errors_over_time AS o JOIN jobs AS j ON j.job_id = o.first_job_id"
        " WHERE o.first_job_started_at <> j.started_at"
    )
    assert wrong == []
    assert "first_at" not in [name for (name, *_) in sample_jobs.rows("DESCRIBE errors_over_time")]
