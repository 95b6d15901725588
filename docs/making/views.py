"""The views: the question of each, from the comment at the head of its file, and the columns of an empty store."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from ingest import ingest_jobs, open_store
from ingest.registry import PluginOptions
from ingest.views import list_views
from making.tables import cell


def view_list() -> str:
    """One line per view, for the README; the groundwork is left out."""
    rows = [
        f"| [`{view.name}`](docs/reference/views.md#{view.name}) | {cell(view.question)} |"
        for view in list_views()
        if view.folder != "base"
    ]
    return "\n".join(["| view | answers |", "|---|---|", *rows])


def views() -> str:
    """One section per view: question, caveat, columns."""
    parts = []
    for folder in dict.fromkeys(view.folder for view in list_views()):
        parts.append(f"## {folder}")
        for view in list_views():
            if view.folder == folder:
                parts.append(f"### {view.name}\n\n{view.question}")
                if view.caveat:
                    parts.append(view.caveat)
                parts.append(_columns(view.name))
    return "\n\n".join(parts)


def _columns(name: str) -> str:
    rows = [f"| `{column}` | {type_} |" for column, type_ in _described()[name]]
    return "\n".join(["| column | type |", "|---|---|", *rows])


@cache
def _described() -> dict[str, list[tuple[str, str]]]:
    """The columns of every view in a store of one empty job."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "job" / "logs").mkdir(parents=True)
        ingest_jobs([Path(folder) / "job"], Path(folder) / "store", plugins=PluginOptions(installed=False))
        with open_store(Path(folder) / "store") as store:
            found: dict[str, list[tuple[str, str]]] = {}
            for table, column, type_ in store.sql(
                "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ordinal_position"
            ).fetchall():
                found.setdefault(table, []).append((column, type_))
            return found
