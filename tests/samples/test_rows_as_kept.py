"""Every table, view and derived relation has the rows that were kept of the sample jobs: no change of SQL goes unseen.

After a change that is meant, `INGEST_UPDATE_GOLDEN=1 pytest tests/samples/test_rows_as_kept.py` keeps the new rows; the
difference of `rows.json` then shows which relations of which jobs have changed, and belongs into the review.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.conftest import StoreUnderTest

KEPT = Path(__file__).parent / "rows.json"
_OF_THIS_LOAD = ("file_id", "example_file_id", "load_id", "loaded_at", "slice", "modified_at", "modified_ns")
"""Columns that tell of the place and time of a load, not of the logs."""
_PLACES = {"day_jobs", "job_measures", "jobs"}
"""Relations whose `source` is the path that the job was loaded from."""
_LEFT_OUT = {"loads", "nights"}
_SHOWN = re.compile(r"(?<=ingest show )(\d+)(?=:)")
"""The id of a file in a sentence."""

Rows = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def found(sample_jobs: StoreUnderTest) -> Rows:
    """By relation and job: the number of its rows and a digest of what is in them, in any order."""
    names = sample_jobs.rows(
        "SELECT DISTINCT table_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal"
        " AND database_name = current_database() ORDER BY table_name"
    )
    paths = dict(sample_jobs.rows("SELECT file_id, coalesce(path, '') FROM files WHERE file_id IS NOT NULL"))
    return {name: _digests(sample_jobs, name, paths) for (name,) in names if name not in _LEFT_OUT}


def _digests(store: StoreUnderTest, relation: str, paths: dict[int, str]) -> dict[str, str]:
    """By job: the number of rows of a relation and a digest of them.

    The id of a file depends on where its tree lies: a sentence that names one is compared with its path in the job.
    """
    columns = [name for (name, *_) in store.rows(f'DESCRIBE "{relation}"')]
    left_out = {*_OF_THIS_LOAD, *(["source"] if relation in _PLACES else [])}
    told = ", ".join(f'"{name}": "{name}"' for name in columns if name not in left_out)
    job = "job_id" if "job_id" in columns else "NULL"
    rows: dict[str, list[str]] = defaultdict(list)
    for job_id, row in store.rows(f'SELECT {job}, to_json({{{told}}}) FROM "{relation}"'):
        rows[job_id or ""].append(_SHOWN.sub(lambda shown: paths[int(shown[1])], row))
    return {
        job_id: f"{len(of_job)} {hashlib.md5(chr(10).join(sorted(of_job)).encode(), usedforsecurity=False).hexdigest()[:12]}"
        for job_id, of_job in sorted(rows.items())
    }


def test_rows_are_as_kept(found: Rows) -> None:
    """Nothing differs from what is kept, and no relation is new or gone."""
    if os.environ.get("INGEST_UPDATE_GOLDEN"):
        KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    kept: Rows = json.loads(KEPT.read_text(encoding="utf-8"))
    differences = [
        f"{relation}, {job or 'no job'}: kept {kept.get(relation, {}).get(job)}, now {found.get(relation, {}).get(job)}"
        for relation in sorted(kept.keys() | found.keys())
        for job in sorted(kept.get(relation, {}).keys() | found.get(relation, {}).keys())
        if kept.get(relation, {}).get(job) != found.get(relation, {}).get(job)
    ]
    assert not differences, "\n".join(
        ["rows and digests differ; INGEST_UPDATE_GOLDEN=1 keeps the new ones", *differences]
    )
    assert kept.keys() == found.keys()
