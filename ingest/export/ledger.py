"""What a place holds already: of each table which jobs, in which state. Kept in the place itself, beside the tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FILE = "ingest-export.json"
_FORMAT = 1


@dataclass
class Ledger:
    """Names of jobs as they were written, that is masked."""

    to: str
    ids_masked: bool
    jobs: dict[str, dict[str, str]] = field(default_factory=dict)
    """Table → job → what its rows were made from."""
    schemas: dict[str, str] = field(default_factory=dict)
    """Table → its columns."""

    def as_json(self) -> str:
        """As a text. Tables that hold the same jobs, as nearly all do, share one list."""
        shared: dict[str, list[str]] = {}
        for table, jobs in self.jobs.items():
            shared.setdefault(json.dumps(jobs, sort_keys=True), []).append(table)
        held = [{"tables": tables, "jobs": json.loads(jobs)} for jobs, tables in shared.items()]
        said = {"ingest_export": _FORMAT, "to": self.to, "ids_masked": self.ids_masked, "schemas": self.schemas}
        return json.dumps({**said, "held": held}, indent=1)

    @classmethod
    def of_json(cls, text: str) -> Ledger | None:
        """From that text; None if it is something else."""
        try:
            said: Any = json.loads(text)
            if said["ingest_export"] != _FORMAT:
                return None
            jobs = {table: dict(one["jobs"]) for one in said["held"] for table in one["tables"]}
            return cls(said["to"], bool(said["ids_masked"]), jobs, dict(said["schemas"]))
        except (ValueError, KeyError, TypeError):
            return None

    def stale(self, table: str, now: Mapping[str, str]) -> list[str]:
        """The jobs whose rows in a table are not those of now, or not there."""
        held = self.jobs.get(table, {})
        return [job for job, state in now.items() if held.get(job) != state]

    def gone(self, table: str, now: Iterable[str]) -> list[str]:
        """The jobs of a table that the store does not have any more."""
        return sorted(set(self.jobs.get(table, {})) - set(now))

    def note(self, table: str, now: Mapping[str, str], gone: Iterable[str]) -> None:
        """These jobs are in a table now, and these are not."""
        held = self.jobs.setdefault(table, {})
        held.update(now)
        for job in gone:
            held.pop(job, None)
