"""Deriving again with other thresholds, for one session: only what depends on them, and only of the jobs at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.derive.compute import compute, thresholds_in
from ingest.quoting import is_one_of, quoted
from ingest.views.checks import set_thresholds
from ingest.views.files import CHECKS

if TYPE_CHECKING:
    import duckdb

    from ingest.views.definition import Definition
    from ingest.views.files import View
    from ingest.views.library import Library


def derive_again(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    thresholds: Mapping[str, float],
    job_ids: Sequence[str] | None = None,
) -> None:
    """Lets the names of derived relations mean, for this connection, what follows from other thresholds.

    `definition` has them too. With `job_ids` every name means these jobs alone. The connection's database is a catalog.
    """
    set_thresholds(connection, thresholds)
    library = definition.library
    in_force = dict(connection.execute("SELECT name, coalesce(setting, value) FROM threshold_heads").fetchall())
    changed = {name for name, value in library.thresholds.items() if in_force.get(name) != value}
    wanted = _affected(library, changed)
    connection.execute("CREATE OR REPLACE TEMP VIEW loaded_jobs AS SELECT * FROM catalog.ledger.jobs")
    if job_ids is not None:
        _narrow(connection, definition, job_ids, wanted)
    derived = {view.name for view in library.derivation}
    compute(connection, library, given=derived - wanted)


def _affected(library: Library, changed: set[str]) -> set[str]:
    """The derived relations that rest on these thresholds, and the steps that lead to them."""
    found: set[str] = set()
    for view in library.derivation:
        if thresholds_in(view) & changed or (view.reads & found):
            found.add(view.name)
    for view in reversed(library.derivation):
        if _is_hidden(view) and any(view.name in library.relations[name].reads for name in found):
            found.add(view.name)
    return found


def _narrow(
    connection: duckdb.DuckDBPyConnection, definition: Definition, job_ids: Sequence[str], wanted: Iterable[str]
) -> None:
    """Lets tables, and derived relations that are not worked out again, mean the rows of these jobs alone."""
    library = definition.library
    these = is_one_of("job_id", job_ids)
    names = [table.name for table in definition.tables]
    names += [
        view.name for view in library.derivation if view.is_derived and not _is_hidden(view) and view.name not in wanted
    ]
    for name in ("files", *names):
        connection.execute(
            f"CREATE TEMP VIEW {quoted(name)} AS SELECT * FROM catalog.main.{quoted(name)} WHERE {these}"
        )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW loaded_jobs AS SELECT * FROM catalog.ledger.jobs WHERE {these}")


def _is_hidden(view: View) -> bool:
    """Whether a catalog has no view of this name."""
    return view.is_step and view.folder != CHECKS
