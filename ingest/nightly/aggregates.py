"""The aggregates: what each day came to, by group and by pool of nodes, made again only for days whose jobs changed.

Their definitions are views (`day_measures`, `pool_day_measures`) over what is kept of each job; the tables hold what
these said, so that a question about a year is as quick as one about a week.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.views.files import views_digest

if TYPE_CHECKING:
    import duckdb

_TABLES = {"daily_groups": "day_measures", "daily_pools": "pool_day_measures"}
_DEFINED_BY = ("bucket_middle", "day_jobs", "day_measures", "job_groups", "pool_day_measures")


def refresh(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """Brings the aggregates up to date; gives the days that were made again, in order.

    For the connection of a draft. If nothing changed, nothing is written.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE days_now AS {_DIGESTS}", [_definition()])
    stale = dict(connection.execute(_STALE).fetchall())
    for first, last in _runs(stale):
        days = f"day BETWEEN DATE '{first.isoformat()}' AND DATE '{last.isoformat()}'"
        for table, view in _TABLES.items():
            connection.execute(f"DELETE FROM {table} WHERE {days}")
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {view} WHERE {days} ORDER BY ALL")
        connection.execute(f"DELETE FROM ledger.days WHERE {days}")
        connection.execute(f"INSERT INTO ledger.days SELECT day, digest FROM days_now WHERE {days}")
    connection.execute("DROP TABLE days_now")
    return [day for day, changed in stale.items() if changed]


def is_stale(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether `refresh` would change anything."""
    return bool(
        connection.execute(
            f"SELECT 1 FROM ({_DIGESTS}) now FULL JOIN ledger.days kept USING (day)"
            " WHERE now.digest IS DISTINCT FROM kept.digest LIMIT 1",
            [_definition()],
        ).fetchall()
    )


def _runs(days: Mapping[date, bool]) -> Iterator[tuple[date, date]]:
    """First and last of the changed days that follow each other: the database pushes a range down to the jobs, a list not."""
    for changed, run in groupby(days, key=days.__getitem__):
        if changed:
            whole = list(run)
            yield whole[0], whole[-1]


def _definition() -> str:
    """Changes with the texts that define the aggregates: then every day is made again."""
    return views_digest(names=_DEFINED_BY)


# changes with the measures of the day's jobs, with what groups them, and with the definition of the aggregates
_DIGESTS = """
    SELECT
        day,
        ? || '-' || count(*) || '-' || bit_xor(md5_number_lower(measured::VARCHAR)) AS digest
    FROM job_measures AS measured
    WHERE day IS NOT NULL
    GROUP BY day
"""

_STALE = """
    SELECT day, now.digest IS DISTINCT FROM kept.digest
    FROM days_now AS now
    FULL JOIN ledger.days AS kept USING (day)
    ORDER BY day
"""
