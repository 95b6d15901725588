"""What is new since the last night: jobs whose files differ from those that a night has told of.

Not the time of a load decides but the contents, so that it does not matter who loaded a job, when, and from where; a
night that was killed before its end has told nothing, and the next tells all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class News:
    """The jobs that a night is about."""

    new: list[str]
    changed: list[str]
    night: str | None
    """None: nothing was told yet of these. Else there is no news, and they are those of this night, the last."""

    @property
    def jobs(self) -> list[str]:
        """All of them."""
        return self.new + self.changed


def find_news(connection: duckdb.DuckDBPyConnection) -> News:
    """New and changed jobs; if there are none, those of the last night."""
    rows = connection.execute(
        f"{_CONTENTS} SELECT job_id, is_new FROM contents WHERE differs ORDER BY job_id"
    ).fetchall()
    if rows:
        return News([job for job, new in rows if new], [job for job, new in rows if not new], None)
    ((last,),) = connection.execute("SELECT max(night) FROM nights").fetchall()
    told = connection.execute("SELECT job_id FROM ledger.seen_jobs WHERE night = ? ORDER BY job_id", [last]).fetchall()
    return News([], [job for (job,) in told], last or "")


def record_night(connection: duckdb.DuckDBPyConnection, night: dict[str, Any]) -> None:
    """Writes down that a night has told of all that is in the store. For the connection of a draft."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE told AS {_CONTENTS} SELECT * FROM contents")
    connection.execute(
        "UPDATE ledger.seen_jobs SET loaded_at = told.loaded_at FROM told"
        " WHERE told.job_id = seen_jobs.job_id AND NOT told.differs"
    )
    connection.execute("DELETE FROM ledger.seen_jobs WHERE job_id IN (SELECT job_id FROM told WHERE differs)")
    connection.execute(
        "INSERT INTO ledger.seen_jobs SELECT job_id, loaded_at, content, ? FROM told WHERE differs", [night["night"]]
    )
    connection.execute("DELETE FROM ledger.seen_jobs WHERE job_id NOT IN (SELECT job_id FROM job_history)")
    connection.execute("DROP TABLE told")
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
    ),
    contents AS (
        SELECT
            l.job_id,
            any_value(l.loaded_at) AS loaded_at,
            any_value(l.is_new) AS is_new,
            count(*) || '-' || bit_xor(md5_number_lower(concat_ws(chr(0), f.path, f.bytes, f.content_hash))) AS content,
            content IS DISTINCT FROM any_value(l.content_before) AS differs
        FROM loaded AS l
        LEFT JOIN files AS f USING (job_id)
        GROUP BY l.job_id
    )
"""
