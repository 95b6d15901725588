"""The diagnosis of some jobs, step by step.

`SELECT * FROM diagnosis` is one question of a hundred views: each check works out for itself which tries there were and which
of them decided, and planning it all takes longer than the answer. Here each view is answered once, over the chosen jobs only,
into a temporary table, from the ground up. Temporary names go before those of the catalog, in its views too, so every view
reads what was answered before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.checks import set_thresholds
from ingest.store.quoting import literal
from ingest.views import View

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from ingest.store.reading import Store

_VIEWS = "SELECT view_name, sql, comment IS NULL FROM duckdb_views() WHERE database_name = 'catalog' AND NOT internal"


def diagnose(store: Store, job_ids: Sequence[str]) -> pa.Table:
    """The rows of the view `diagnosis` for these jobs, by job and rank."""
    cursor = store.connection.cursor()  # temporary tables are its own: whoever asks the store next reads all jobs
    try:
        cursor.execute("USE catalog")
        _take_thresholds(cursor, store)
        among = f"job_id IN ({', '.join(map(literal, job_ids)) or 'NULL'})"
        for (view,) in cursor.execute("SELECT name FROM views_of_all_jobs").fetchall():
            _answer(cursor, view)  # it compares jobs, so while the rows of all are to be seen
        _answer_what_it_rests_on(cursor, "diagnosis", among)
        return cursor.sql(f"SELECT * FROM diagnosis WHERE {among} ORDER BY job_id, rank").to_arrow_table()
    finally:
        cursor.close()


def _take_thresholds(cursor: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Those of the store's session hold here too."""
    ((changed,),) = store.connection.execute("SELECT getvariable('thresholds')").fetchall()
    if changed:
        set_thresholds(cursor, changed)
    _answer(cursor, "thresholds")


def _answer_what_it_rests_on(cursor: duckdb.DuckDBPyConnection, wanted: str, among: str) -> None:
    """Narrows the record tables to the chosen jobs, and answers each view that `wanted` rests on, but not itself."""
    there = {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()}
    views, tables = {}, set()
    for name, sql, is_table in cursor.execute(_VIEWS).fetchall():
        if name not in there:
            views[name] = View(Path(f"{name}.sql"), sql)
            if is_table:
                tables.add(name)
    needs: dict[str, set[str]] = {}
    waiting = [wanted]
    while waiting:
        name = waiting.pop()
        if name not in needs:
            needs[name] = set((views[name].reads & views.keys()) - {name})
            waiting += needs[name]
    for name in TopologicalSorter(needs).static_order():
        if name in tables:
            cursor.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM catalog.main."{name}" WHERE {among}')
        elif name != wanted:
            _answer(cursor, name)


def _answer(cursor: duckdb.DuckDBPyConnection, view: str, condition: str = "true") -> None:
    cursor.execute(f'CREATE TEMP TABLE "{view}" AS SELECT * FROM catalog.main."{view}" WHERE {condition}')
