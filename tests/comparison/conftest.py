"""A store of sample jobs, and of nights that are measured but whose records are gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.conftest import ROOT, put_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import Begin

SAMPLES = ROOT / "data" / "jobs"
LOADED = "2024-04-01 00:00:00"


def night(job_id: str, number: int, **measured: Any) -> dict[str, Any]:
    """A job of the history: completed, 100 mini-batches of 10 items in 600 s."""
    row = {
        "job_id": job_id,
        "started_at": f"2024-03-{number + 1:02} 02:00:00",
        "state": "completed",
        "partial": False,
        "experiment": "churn",
        "duration_s": 600.0,
        "input_items": 1000,
        "items": 1000,
        "failed_items": 0,
        "failure_rate": 0.0,
        "mini_batches": 100,
        "attempts": 100,
        "retries": 0,
        "error_fingerprints": [],
        "errors": "[]",
        "loaded_at": LOADED,
    }
    return row | measured


def errors(**examples: str) -> dict[str, Any]:
    """Errors of a job, by fingerprint, each told five times."""
    told = [{"fingerprint": one, "occurrences": 5, "example": example} for one, example in examples.items()]
    return {"error_fingerprints": list(examples), "errors": json.dumps(told), "distinct_errors": len(told)}


def put(store: Path, *rows: Mapping[str, Any]) -> None:
    """Puts jobs into `jobs` and `job_measures` of a store, as a nightly run left them when the records were dropped."""
    with duckdb.connect(str(store / "catalog.duckdb")) as connection:
        for row in rows:
            put_rows(connection, "job_measures", row)
            kept = ("job_id", "started_at", "state", "experiment", "loaded_at")
            put_rows(connection, "jobs", {name: row[name] for name in kept})


@pytest.fixture(scope="session")
def compared_store(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> Path:
    """Three sample jobs; eight usual nights `churn-0` to `churn-7`, and what may come next."""
    store = tmp_path_factory.mktemp("compared") / "store"
    begin(store).load(*(SAMPLES / name for name in ("clean-v4", "exceptions-one-node", "timeouts-retries")))
    put(
        store,
        *(night(f"churn-{number}", number, **errors(old="KeyError: 'old'")) for number in range(7)),
        night("churn-7", 7, duration_s=1500.0, **errors(old="KeyError: 'old'")),
        night("fine", 8, duration_s=620.0, **errors(old="KeyError: 'old'")),
        night("slow", 9, duration_s=1260.0, **errors(old="KeyError: 'old'")),
        night("lossy", 10, failed_items=120, failure_rate=0.12, **errors(new="ValueError: sig=\x1b[31mAAAA")),
        night("broken", 11, state="failed", state_reason="job result: Failed.", **errors(old="KeyError: 'old'")),
        night("running", 12, state="running", partial=True),
        night("alone", 13, experiment="other"),
    )
    return store
