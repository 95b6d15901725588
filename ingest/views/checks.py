"""Checks: views that look for one thing that goes wrong or is slow, each told by the head of its own file.

A check is a `.sql` file in a folder `checks`. It gives at most one row per job, with columns of `CONTRACT`; its head
says the question, then `fix:`, `reference:`, `query:`, `explains:`, `unless:`. Any view may name thresholds in its head:
`threshold: name = value unit: meaning`; one that compares jobs with each other says `scope: all jobs`. From these heads come
the relations `checks` and `thresholds`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ingest.errors import IngestError
from ingest.quoting import literal
from ingest.views.files import CHECKS

if TYPE_CHECKING:
    import duckdb

    from ingest.views.files import View

CONTRACT = {
    "job_id": "VARCHAR",
    "severity": "VARCHAR",
    "headline": "VARCHAR",
    "evidence": "VARCHAR",
    "impact": "VARCHAR",
    "node": "VARCHAR",
    "process": "VARCHAR",
    "mini_batch_id": "BIGINT",
    "time": "TIMESTAMP",
    "lost_s": "DOUBLE",
    "numbers": "VARCHAR",
}
"""The columns of a check, and their types in `findings`."""

REQUIRED = ("job_id", "severity", "headline")
"""What every check gives; the other columns of `CONTRACT` are NULL where it lacks them."""

HEADS = ("check_heads", "threshold_heads")
"""The relations that are made from the heads; `checks` and `thresholds` read them, people read those."""

ROWS = "check_rows"
"""What all checks found, those included that give way to others."""

_THRESHOLD = re.compile(r"(?P<name>[a-z][a-z0-9_]*) = (?P<value>-?\d+(?:\.\d+)?)(?: (?P<unit>[^:]+))?: (?P<meaning>.+)")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a check compares with, and that a user may change."""

    name: str
    value: float
    unit: str
    meaning: str


def thresholds_of(view: View) -> list[Threshold]:
    """The thresholds that a view's head names. Raises ValueError for one that is not written as it should be."""
    found = []
    for key, text in view.keys:
        if key == "threshold":
            match = _THRESHOLD.fullmatch(text)
            if match is None:
                raise ValueError(f"not a threshold (name = value unit: meaning): {text}")
            found.append(Threshold(match["name"], float(match["value"]), match["unit"] or "", match["meaning"]))
    return found


def heads(views: Iterable[View], settings: Mapping[str, float]) -> dict[str, str]:
    """The queries behind `HEADS`, from the heads of all views; `settings` are the thresholds of the store.

    Raises ValueError for a head that is not as it should be, or a threshold that two views name.
    """
    told, thresholds = [], []
    for view in views:
        for one in thresholds_of(view):
            thresholds.append((one.name, one.value, settings.get(one.name), one.unit, one.meaning, view.name))
        if view.folder == CHECKS:
            keys = dict(view.keys)
            if not keys.get("fix"):
                raise ValueError(f"{view.file}: a check says what to do: fix: ...")
            query = keys.get("query") or f"SELECT * FROM {view.name} WHERE job_id = {{job}}"
            reference, explains = keys.get("reference", ""), keys.get("explains")
            unless = ",".join(keys.get("unless", "").replace(",", " ").split()) or None
            told.append((view.name, view.question, view.caveat, keys["fix"], reference, query, explains, unless))
    seen = [name for name, *_ in thresholds]
    if twice := sorted({name for name in seen if seen.count(name) > 1}):
        raise ValueError(f"threshold named in two views: {', '.join(twice)}")
    return {
        "check_heads": _values(
            told,
            ("id", "question", "caveat", "fix", "reference", "query", "explains", "unless"),
            ("VARCHAR",) * 8,
        ),
        "threshold_heads": _values(
            thresholds,
            ("name", "value", "setting", "unit", "meaning", "used_by"),
            ("VARCHAR", "DOUBLE", "DOUBLE", *("VARCHAR",) * 3),
        ),
    }


def all_rows(checks: Iterable[str]) -> str:
    """The query that gives the rows of all checks: those of `check_rows`."""
    return " UNION ALL ".join(map(rows_of, checks)) or f"{_no_rows()} WHERE false"


def rows_of_one(check: str) -> str:
    """The query behind a check as people ask it: its rows among those of all."""
    columns = ", ".join(f'"{name}"' for name in CONTRACT)
    return f"SELECT {columns} FROM {ROWS} WHERE check_id = {literal(check)}"


def missing_columns(given: Iterable[str]) -> list[tuple[str, str]]:
    """The optional columns, with their types, that a check which gives these lacks."""
    known = set(given)
    return [(name, type_) for name, type_ in CONTRACT.items() if name not in known and name not in REQUIRED]


def no_rows_of() -> str:
    """A check that finds nothing."""
    columns = ", ".join(f'NULL::{type_} AS "{name}"' for name, type_ in CONTRACT.items())
    return f"SELECT {columns} WHERE false"


def rows_of(check: str) -> str:
    """The query that gives the rows of a check as they stand in `findings`; it fails if a column is missing."""
    columns = ", ".join(f'"{name}"::{type_} AS "{name}"' for name, type_ in CONTRACT.items())
    return f"SELECT {literal(check)} AS check_id, {columns} FROM {check}"


def _no_rows() -> str:
    columns = ", ".join(f'NULL::{type_} AS "{name}"' for name, type_ in CONTRACT.items())
    return f"SELECT NULL::VARCHAR AS check_id, {columns}"


def _values(rows: Sequence[tuple[object, ...]], names: Sequence[str], types: Sequence[str]) -> str:
    """Rows as a query."""
    columns = ", ".join(f"{name}::{type_} AS {name}" for name, type_ in zip(names, types, strict=True))
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    none = f"({', '.join(['NULL'] * len(names))})"
    end = "" if rows else " WHERE false"
    return f"SELECT {columns} FROM (VALUES {values or none}) AS heads({', '.join(names)}){end}"


def _literal(value: object) -> str:
    return "NULL" if value is None else repr(value) if isinstance(value, float) else literal(str(value))


def check_thresholds(known: Mapping[str, float], values: Mapping[str, float]) -> None:
    """Raises IngestError for a name that is not among the known ones, or a value that nothing can be compared with."""
    for name, value in values.items():
        if name not in known:
            near = ", ".join(get_close_matches(name, known)) or "ingest diagnose --list"
            raise IngestError(f"{name}: there is no threshold of this name", f"Did you mean: {near}")
        if not math.isfinite(value):
            raise IngestError(f"{name} = {value}: not a number to compare with", "Give a finite number.")


def set_thresholds(connection: duckdb.DuckDBPyConnection, values: Mapping[str, float]) -> None:
    """Makes the views of a connection use other thresholds. Raises IngestError for a name that there is not.

    What is derived stands as it is: `ingest.derive.again` works it out anew.
    """
    check_thresholds(dict(connection.execute("SELECT name, value FROM thresholds").fetchall()), values)
    pairs = ", ".join(f"{literal(name)}: {float(value)!r}" for name, value in values.items())
    connection.execute(f"SET VARIABLE thresholds = MAP {{{pairs}}}::MAP(VARCHAR, DOUBLE)")
