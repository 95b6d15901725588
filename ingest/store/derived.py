"""What the ledger knows of derived rows: which jobs have which, made by which version of the SQL, and their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.quoting import is_one_of, quoted
from ingest.store.slice_ledger import add_parts, drop_empty_slices
from ingest.views.files import View

if TYPE_CHECKING:
    import duckdb

    from ingest.store.slice_ledger import Part
    from ingest.views.library import Library


@dataclass(frozen=True, slots=True)
class DerivedRelation:
    """A derived relation: its columns, name and type, whether its rows outlive their job, and whether it is not stored."""

    columns: Sequence[tuple[str, str]]
    is_history: bool
    is_step: bool = False


def derived_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, DerivedRelation]:
    """The derived relations of a catalog, by name."""
    columns: dict[str, list[tuple[str, str]]] = {}
    kinds: dict[str, tuple[bool, bool]] = {}
    for name, column, type_, is_history, is_step in connection.execute(
        "SELECT name, column_name, type, history, step FROM ledger.derived_columns ORDER BY name, nth"
    ).fetchall():
        columns.setdefault(name, []).append((column, type_))
        kinds[name] = (is_history, is_step)
    return {name: DerivedRelation(columns[name], *kinds[name]) for name in columns}


def stale_jobs(connection: duckdb.DuckDBPyConnection, version: str, changed: Sequence[str]) -> list[str]:
    """The jobs that are to be derived: those that changed, and those whose rows another version made."""
    return [
        job_id
        for (job_id,) in connection.execute(
            "SELECT job_id FROM ledger.jobs"
            f" WHERE {is_one_of('job_id', changed)}"
            " OR job_id NOT IN (SELECT job_id FROM ledger.derived WHERE NOT forgotten AND version = ?)"
            " ORDER BY job_id",
            [version],
        ).fetchall()
    ]


def add_derived(
    connection: duckdb.DuckDBPyConnection,
    version: str,
    derivations: Sequence[tuple[str, str, int]],
    parts: Sequence[Part],
) -> None:
    """Replaces the derived rows of some jobs. `derivations`: job, slice that has its rows, and what marks them there."""
    connection.execute("CREATE OR REPLACE TEMP TABLE derivations (job_id VARCHAR, slice VARCHAR, derivation BIGINT)")
    if derivations:
        columns = list(zip(*derivations, strict=True))
        connection.execute("INSERT INTO derivations SELECT unnest(?), unnest(?), unnest(?)", columns)
    connection.execute(
        "INSERT INTO ledger.dead_derivations"
        " SELECT derivation, slice FROM ledger.derived WHERE job_id IN (SELECT job_id FROM derivations)"
    )
    connection.execute("DELETE FROM ledger.derived WHERE job_id IN (SELECT job_id FROM derivations)")
    connection.execute(
        "INSERT INTO ledger.derived SELECT job_id, slice, derivation, ?, false FROM derivations", [version]
    )
    add_parts(connection, parts)
    drop_empty_slices(connection)


def set_derived_columns(connection: duckdb.DuckDBPyConnection, relations: Mapping[str, DerivedRelation]) -> None:
    """Replaces what is known of the columns of derived relations."""
    rows = [
        (name, nth, column, type_, relation.is_history, relation.is_step)
        for name, relation in relations.items()
        for nth, (column, type_) in enumerate(relation.columns)
    ]
    connection.execute("DELETE FROM ledger.derived_columns")
    if rows:
        marks = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(rows))
        connection.execute(f"INSERT INTO ledger.derived_columns VALUES {marks}", [one for row in rows for one in row])


def derived_views(library: Library, derived: Mapping[str, DerivedRelation]) -> Iterator[View]:
    """The views through which people ask derived relations."""
    for name, relation in derived.items():
        view = library.relations.get(name)
        comment = "".join(f"-- {line}\n" for line in view.comment) if view is not None else ""
        columns = ", ".join(quoted(column) for column, _ in relation.columns)
        order = f" ORDER BY {view.order}" if view is not None and view.order else ""
        yield View(Path(f"{name}.sql"), f"{comment}SELECT {columns} FROM parts.{quoted(name)}{order}")
