"""What the statuses of mini-batch tables mean (§9.4), and which rows are tries and which are events of the entry script."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ingest import Table
from ingest.model import ATTEMPT_REPORTS, SCRIPT_EVENTS

V0_NUMBERS = {
    "11": "ENTRY_SCRIPT_INIT_START",
    "12": "ENTRY_SCRIPT_INIT_EXCEPTION",
    "13": "ENTRY_SCRIPT_INIT_TIMEOUT",
    "14": "ENTRY_SCRIPT_INIT_DONE",
    "21": "ENTRY_SCRIPT_RUN_START",
    "22": "ENTRY_SCRIPT_RUN_EXCEPTION",
    "23": "ENTRY_SCRIPT_RUN_TIMEOUT",
    "24": "ENTRY_SCRIPT_RUN_DONE",
    "31": "ENTRY_SCRIPT_SHUTDOWN_START",
    "32": "ENTRY_SCRIPT_SHUTDOWN_EXCEPTION",
    "33": "ENTRY_SCRIPT_SHUTDOWN_TIMEOUT",
    "34": "ENTRY_SCRIPT_SHUTDOWN_DONE",
    "50": "TASK_PICKED",
    "51": "TASK_POISONED",
    "60": "TASK_PROCESS_TIMEOUT",
    "99": "TASK_PROCESSED",
}
"""A number may stand in place of a V0 name."""

_OUTCOMES = {
    "PROCESSED": "done",
    "DONE": "done",
    "TIMEOUT": "timeout",
    "EXCEPTION": "exception",
    "POISONED": "poisoned",
    "PICKED": "open",
    "START": "start",
}


def outcome(status: str | None) -> str | None:
    """What a status says of a try or an event, told from its last word; null for one that we do not know."""
    return _OUTCOMES.get(_name(status).rpartition("_")[2])


def event(status: str | None) -> str | None:
    """The event of an entry script that a status tells of, null if it tells of a mini-batch."""
    name = _name(status).removeprefix("ENTRY_SCRIPT_")
    if name != status or name.startswith(("LOAD_", "INIT_", "SHUTDOWN_")):
        first = name.partition("_")[0].lower()
        return first if first in ("init", "load", "run", "shutdown") else None
    return None


def _name(status: str | None) -> str:
    return V0_NUMBERS.get(status or "", status or "")


def each(function: Callable[[str | None], str | None], statuses: pa.Array) -> pa.Array:
    """A function of each status, computed once per distinct one: there are few."""
    coded = statuses.combine_chunks().dictionary_encode(null_encoding="encode")
    meanings = pa.array([function(status) for status in coded.dictionary.to_pylist()], pa.string())
    return meanings.take(coded.indices)


def split(rows: pa.Table) -> Mapping[str, pa.Table]:
    """Rows of a mini-batch table as `attempt_reports` (tries) and `script_events`.

    Rows without a mini-batch id are events, never mini-batches, and so are those of loading, init and shutdown.
    """
    rows = rows.append_column("outcome", each(outcome, rows["status"])).append_column(
        "event", each(event, rows["status"])
    )
    is_event = pc.or_(pc.is_null(rows["mini_batch_id"]), pc.is_valid(rows["event"]))
    tries, events = rows.filter(pc.invert(is_event)), rows.filter(is_event).rename_columns({"started_at": "time"})
    events = _with_extra(events)
    return {
        "attempt_reports": tries.select([name for name in tries.column_names if name in _of(ATTEMPT_REPORTS)]),
        "script_events": events.select([name for name in events.column_names if name in _of(SCRIPT_EVENTS)]),
    }


def _of(table: Table) -> set[str]:
    return {"piece", "line_no", *(column.name for column in table.own)}


def _with_extra(events: pa.Table) -> pa.Table:
    """Keeps as JSON in `extra` the cells that `script_events` has no column for; events are few."""
    others = [
        name for name in events.column_names if name not in _of(SCRIPT_EVENTS) and name not in ("source", "inputs")
    ]
    known = events["extra"].to_pylist() if "extra" in events.column_names else [None] * events.num_rows
    extra: list[str | None] = []
    for text, cells in zip(known, events.select(others).to_pylist(), strict=True):
        told = {name: str(value) for name, value in cells.items() if value is not None}
        extra.append(json.dumps(told | json.loads(text or "{}"), ensure_ascii=False) if told else text)
    kept = events.drop_columns(["extra"]) if "extra" in events.column_names else events
    return kept.append_column("extra", pa.array(extra, pa.string()))
