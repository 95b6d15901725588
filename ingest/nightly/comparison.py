"""What a night has to say about its jobs: what got worse, what is wrong with them, which errors are new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.quoting import is_one_of

if TYPE_CHECKING:
    from ingest.store.reader import Store

_MOST_FINDINGS = 200
_NEW_ERRORS = 50


def compare(store: Store, jobs: Sequence[str]) -> dict[str, Any]:
    """The fields of a summary that are about the night's jobs, read from views."""
    these = is_one_of("job_id", jobs)
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE night_history AS SELECT * FROM history_around($jobs)", {"jobs": list(jobs)}
    )
    return {
        "regressions": store.rows(
            "SELECT * EXCLUDE (started_at, verdict) FROM compared_with_past('night_history')"
            f" WHERE {these} AND verdict = 'worse' AND severity IN ('severe', 'warning')"
            " ORDER BY severity, started_at DESC NULLS LAST, job_id, measure"
        ),
        "group_regressions": store.rows(
            "SELECT * FROM group_regressions"
            f" WHERE (day, group_kind, group_name) IN ({_GROUPS.format(these=these)})"
            " ORDER BY day DESC, severity, group_kind, group_name, measure"
        ),
        "findings": store.rows(_FINDINGS.format(these=these)),
        "new_errors": store.rows(_NEW.format(these=these)),
        **store.rows(
            "SELECT count(*) FILTER (partial) AS jobs_partial, count(*) FILTER (state = 'failed') AS jobs_failed"
            f" FROM job_measures WHERE {these}"
        )[0],
        **store.rows("SELECT count(*) AS jobs_in_store FROM job_measures")[0],
    }


# what the checks say of these jobs, the gravest first
_FINDINGS = """
    SELECT job_id, check_id, severity, headline, evidence, impact, fix, query, node, lost_s
    FROM findings
    WHERE {these} AND severity IN ('severe', 'warning')
    ORDER BY severity, lost_s DESC NULLS LAST, job_id, check_id
    LIMIT %d
""".replace("%d", str(_MOST_FINDINGS))

_GROUPS = """
    SELECT h.day, g.group_kind, g.group_name FROM job_measures AS h JOIN job_groups AS g USING (job_id) WHERE {these}
"""

# without a job before there is nothing that an error could be new to
_NEW = """
    SELECT fingerprint, example, jobs, occurrences, first_job_id, last_job_id
    FROM errors_over_time
    WHERE fingerprint NOT IN (
        SELECT unnest(error_fingerprints) FROM job_measures WHERE NOT coalesce({these}, false)
    )
    AND EXISTS (FROM job_measures WHERE NOT coalesce({these}, false))
    ORDER BY jobs DESC, occurrences DESC, fingerprint
    LIMIT %d
""".replace("%d", str(_NEW_ERRORS))
