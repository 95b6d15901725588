"""What is new since the last night: jobs whose files differ from those that a night has told of.

Not the time of a load decides but the contents, so that it does not matter who loaded a job, when, and from where; a
night that was killed before its end has told nothing, and the next tells all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class NewJobs:
    """The jobs that a night is about."""

    new: list[str]
    changed: list[str]
    night: str | None
    """None: nothing was told yet of these. Else there is no news, and they are those of this night, the last."""

    seen: list[tuple[str, datetime, str]] = field(default_factory=list)
    """Job, time of its load, digest of its contents: of all jobs that were loaded since, told anew or not."""

    @property
    def jobs(self) -> list[str]:
        """All of them."""
        return self.new + self.changed


def find_news(connection: duckdb.DuckDBPyConnection) -> NewJobs:
    """New and changed jobs; if there are none, those of the last night."""
    rows = connection.execute(_CONTENTS).fetchall()
    seen = [(job, loaded_at, content) for job, loaded_at, content, _, _ in rows]
    new = [job for job, _, _, is_new, _ in rows if is_new]
    changed = [job for job, _, _, is_new, differs in rows if differs and not is_new]
    if new or changed:
        return NewJobs(new, changed, None, seen)
    ((last,),) = connection.execute("SELECT max(night) FROM nights").fetchall()
    told = connection.execute("SELECT job_id FROM ledger.seen_jobs WHERE night = ? ORDER BY job_id", [last]).fetchall()
    return NewJobs([], [job for (job,) in told], last or "")


def record_night(connection: duckdb.DuckDBPyConnection, news: NewJobs, night: dict[str, Any]) -> None:
    """Writes down what a night has told of: no more, somebody may have loaded jobs meanwhile. For a draft's connection."""
    told = set(news.jobs)
    columns = [list(column) for column in zip(*news.seen, strict=True)] or [[], [], []]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE seen_now AS SELECT unnest(?::VARCHAR[]) AS job_id,"
        " unnest(?::TIMESTAMP[]) AS loaded_at, unnest(?::VARCHAR[]) AS content, unnest(?::BOOLEAN[]) AS told",
        [*columns, [job in told for job in columns[0]]],
    )
    connection.execute(
        "UPDATE ledger.seen_jobs SET loaded_at = seen_now.loaded_at FROM seen_now"
        " WHERE seen_now.job_id = seen_jobs.job_id AND NOT seen_now.told"
    )
    connection.execute("DELETE FROM ledger.seen_jobs WHERE job_id IN (SELECT job_id FROM seen_now WHERE told)")
    connection.execute(
        "INSERT INTO ledger.seen_jobs SELECT job_id, loaded_at, content, ? FROM seen_now WHERE told", [night["night"]]
    )
    connection.execute("DROP TABLE seen_now")
    connection.execute("DELETE FROM ledger.seen_jobs WHERE job_id NOT IN (SELECT job_id FROM ledger.derived)")
    row = {**night, "ended_at": datetime.now(UTC).replace(tzinfo=None)}
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO nights ({names}) VALUES ({marks})", list(row.values()))


# only of jobs that were loaded since: the files of the others are not looked at
_CONTENTS = """
    WITH loaded AS (
        SELECT j.job_id, j.loaded_at, s.content AS content_before, s.job_id IS NULL AS is_new
        FROM jobs AS j
        LEFT JOIN ledger.seen_jobs AS s USING (job_id)
        WHERE s.loaded_at IS DISTINCT FROM j.loaded_at
    )
    SELECT
        l.job_id,
        any_value(l.loaded_at),
        count(*) || '-' || bit_xor(md5_number_lower(concat_ws(chr(0), f.path, f.bytes, f.content_hash))) AS content,
        any_value(l.is_new),
        content IS DISTINCT FROM any_value(l.content_before)
    FROM loaded AS l
    LEFT JOIN files AS f USING (job_id)
    GROUP BY l.job_id
    ORDER BY l.job_id
"""
