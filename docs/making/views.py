"""The views: question, columns, and an example with its answer; from their files, and a store of the sample jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ingest.views.files import CHECKS, View, list_macros, list_views
from ingest.views.meanings import meaning
from making.sample_store import answer, sample_store
from making.tables import cell

WITHOUT_ROWS = {
    "bad_inputs": "no input fails in each of its tries, or in two of the sample jobs",
    "clock_offsets": "the clocks of their nodes agree",
    "clock_skew": "the clocks of their nodes agree",
    "cpu_idle": "their workers use the CPU",
    "cpu_oversubscribed": "their workers use less than a core each",
    "disk_filling": "no disk fills in the sample jobs",
    "failed_at_the_end": "no sample job fails when all of its work is done",
    "failing_inputs": "no input fails in two of the sample jobs",
    "first_task_slow": "their first mini-batch is scheduled within seconds",
    "idle_nodes": "no node is idle while others work",
    "idle_workers": "none of their workers is idle while mini-batches wait",
    "incomplete_download": "only the job that still runs has files that end in the middle of a line",
    "init_slow": "init() takes seconds in the sample jobs",
    "job_children": "no sample job is a parent of others",
    "long_tail": "they end evenly",
    "many_retries": "hardly any time goes into such tries in the sample jobs",
    "memory_growing": "where processes grow in the sample jobs they die of it, and leave too few samples",
    "no_worker_logs": "the sample jobs have all of their logs",
    "out_of_memory_texts": "no text of the sample jobs says that memory ran out",
    "pre_empted_nodes": "no node is lost in the sample jobs",
    "regressions": "the sample jobs are too few and too different to be compared",
    "repeat_offender_inputs": "no input fails in two of the sample jobs",
    "script_slowing": "their pace stays the same",
    "skewed_nodes": "their nodes share the work evenly",
    "slow_for_a_time": "their nodes keep their pace",
    "slow_inputs": "none of their inputs is held up",
    "slow_node": "their nodes are equally quick",
    "slow_scheduling": "their mini-batches are scheduled within seconds",
    "small_mini_batches": "theirs take ten seconds and more",
    "stalled_progress": "they do not stand still",
    "storage_slowing": "their pace stays the same",
    "too_many_workers": "they have mini-batches for all workers",
}
"""Views whose example may give no row over the sample jobs, and why."""

PARTS = {
    "departure_sentence": "a part of `compared_with_past`",
    "departure_severity": "a part of `compared_with_past`",
    "departure_spread": "a part of `departure`",
    "departure_verdict": "a part of `compared_with_past`",
}
"""Macros that nobody asks alone, and what they are a part of: they have no example."""

_CLAUSES = re.compile(r" (?=(?:FROM|JOIN|WHERE|GROUP BY|ORDER BY|LIMIT) )")
_WIDE = 96


def view_list() -> str:
    """One line per view and table macro, for the README; the groundwork is left out."""
    found = [
        (view.name, view.folder, view.name, view.question)
        for view in list_views()
        if "The ground of" not in view.caveat
    ]
    found += [(macro.name, macro.folder, macro.call, macro.question) for macro in list_macros() if macro.is_table_macro]
    rows = [
        f"| [`{shown}`](docs/reference/views/{folder}.md#{name}) | {cell(question)} |"
        for name, folder, shown, question in found
    ]
    return "\n".join(["| view | answers |", "|---|---|", *rows])


def views() -> str:
    """Every view and macro with its question, by folder: links to where all of it is."""
    parts = []
    for folder in folders():
        rows = [f"| [`{view.name}`](views/{folder}.md#{view.name}) | {cell(view.question)} |" for view in _of(folder)]
        parts.append("\n".join([f"## {folder}\n", "| view | answers |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def views_of(folder: str) -> str:
    """One section per view and macro of a folder of `sql/`: question, caveat, columns, example."""
    return "\n\n".join(part for view in _of(folder) for part in _section(view))


def folders() -> list[str]:
    """The folders of `sql/`, each of which has a page `docs/reference/views/FOLDER.md`."""
    return list(dict.fromkeys(view.folder for view in [*list_views(), *list_macros()]))


def _of(folder: str) -> list[View]:
    return [view for view in [*list_views(), *list_macros()] if view.folder == folder]


def example_of(view: View) -> str | None:
    """The query of a view's head; that of a check, if it has none, shows what it found. None: there is none."""
    told = dict(view.keys).get("example")
    if told is None and view.folder == CHECKS:
        return f"SELECT job_id, severity, headline FROM {view.name}"
    return told


def _section(view: View) -> Iterator[str]:
    yield f"## {view.name}\n\n{view.question}"
    if view.caveat:
        yield view.caveat
    if view.is_macro:
        yield f"Call: `{view.call}`" + (", as a table." if view.is_table_macro else ".")
    else:
        yield _columns(view)
    if (query := example_of(view)) is None:
        return
    if len(query) > _WIDE:
        query = _CLAUSES.sub("\n", query)
    told = answer(query)
    if told is None:
        if view.name not in WITHOUT_ROWS:
            raise ValueError(f"the example of {view.name} gives no row")
        yield f"```sql\n{query}\n```\n\nNo row over the sample jobs: {WITHOUT_ROWS[view.name]}."
    else:
        yield f"```sql\n{query}\n```\n\n```text\n{told}\n```"


def _columns(view: View) -> str:
    rows = [
        f"| `{column}` | {type_} | {cell(meaning(view.name, column))} |" for column, type_ in _described()[view.name]
    ]
    return "\n".join(["| column | type | what it says |", "|---|---|---|", *rows])


@cache
def _described() -> dict[str, list[tuple[str, str]]]:
    """The columns of every view."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = sample_store().rows(
        "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ordinal_position"
    )
    for row in rows:
        found.setdefault(row["table_name"], []).append((row["column_name"], row["data_type"]))
    return found
