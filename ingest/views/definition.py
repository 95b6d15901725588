"""What a store is made with: the tables of parsers, the SQL over them, and the problems that are known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.known_problems import ListedProblem
from ingest.model import RECORD_TABLES, Table
from ingest.views.library import Library
from ingest.views.meanings import meanings


@dataclass(frozen=True)
class Definition:
    """The tables, views and derived relations of a store."""

    tables: Sequence[Table]
    library: Library
    known_problems: Sequence[ListedProblem]

    @property
    def is_plain(self) -> bool:
        """Whether it is that of every store without plugins and settings."""
        own = len(self.library.files) == len(self.library.own) and not self.library.settings
        return own and not self.library.tables - {table.name for table in RECORD_TABLES}

    @cached_property
    def version(self) -> str:
        """Changes when what is derived of a job would, though its records do not."""
        parts = [self.library.version, *map(repr, self.known_problems)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def digest(self) -> str:
        """Changes when a catalog would have other tables or views, or say other things of them."""
        parts = [self.version, self.library.digest, repr(meanings())]
        parts += [
            f"{t.name} {[(column.name, column.type.value, column.doc) for column in t.columns]}" for t in self.tables
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
