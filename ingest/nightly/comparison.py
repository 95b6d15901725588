"""What a night has to say about its jobs: what got worse, what is wrong with them, which errors are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ingest.checks import set_thresholds
from ingest.store.quoting import literal

if TYPE_CHECKING:
    from ingest.store.reading import Store

_FINDINGS = 200
_NEW_ERRORS = 50


def compare(store: Store, jobs: Sequence[str], thresholds: Mapping[str, float]) -> dict[str, Any]:
    """The fields of a summary that are about the night's jobs, read from views."""
    set_thresholds(store.connection, thresholds)
    these = _among(jobs)
    return {
        "regressions": store.rows(f"SELECT * FROM regressions WHERE {these} ORDER BY ALL"),
        "findings": store.rows(
            "SELECT job_id, check_id, severity, finding, node, at_stake_s, remedy, query FROM findings"
            f" WHERE {these} AND severity IN ('severe', 'warning')"
            " ORDER BY severity, at_stake_s DESC NULLS LAST, job_id, check_id"
            f" LIMIT {_FINDINGS}"
        ),
        "new_errors": store.rows(_NEW.format(these=these)),
        **store.rows(
            "SELECT count(*) FILTER (partial) AS jobs_partial, count(*) FILTER (state = 'failed') AS jobs_failed"
            f" FROM job_history WHERE {these}"
        )[0],
        **store.rows("SELECT count(*) AS jobs_in_store FROM job_history")[0],
    }


def days_of(store: Store, jobs: Sequence[str]) -> list[date]:
    """The days of some jobs."""
    rows = store.rows(f"SELECT DISTINCT day FROM job_history WHERE day IS NOT NULL AND {_among(jobs)} ORDER BY day")
    return [row["day"] for row in rows]


def _among(jobs: Sequence[str]) -> str:
    """As literals, so that the records of other jobs are not read."""
    return f"job_id IN ({', '.join(map(literal, jobs)) or 'NULL'})"


# without a job before there is nothing that an error could be new to
_NEW = """
    SELECT fingerprint, example, jobs, occurrences, first_job_id, last_job_id
    FROM errors_over_time
    WHERE fingerprint NOT IN (
        SELECT unnest(error_fingerprints) FROM job_history WHERE NOT coalesce({these}, false)
    )
    AND EXISTS (FROM job_history WHERE NOT coalesce({these}, false))
    ORDER BY jobs DESC, occurrences DESC, fingerprint
    LIMIT %d
""".replace("%d", str(_NEW_ERRORS))
