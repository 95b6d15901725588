"""`ingest`: understand batch-scoring jobs from their logs.

What a plugin needs and what a program needs; heavy modules are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ingest.hookspecs import hookimpl
from ingest.version import __version__

if TYPE_CHECKING:
    from ingest.errors import IngestError, InputError, QueryError, StoreError
    from ingest.known_problems import KnownProblem
    from ingest.load.pipeline import LoadReport, ingest_jobs
    from ingest.model import Column, Table, Type
    from ingest.parsing.batch import Batch, Parsed, Piece, Reject, SourceFile
    from ingest.parsing.csv.parser import CsvColumn, CsvParser
    from ingest.parsing.failure_texts import FailureText
    from ingest.parsing.ignored import IgnoredFiles
    from ingest.parsing.lines.error_rules import ErrorRules
    from ingest.parsing.lines.events import Event
    from ingest.parsing.lines.heads import DelimitedHead, Digits, Text, Time, Word
    from ingest.parsing.lines.parser import LineParser
    from ingest.parsing.lines.tracebacks import Failure
    from ingest.parsing.rewriting import Rewrite
    from ingest.parsing.sample import Sample
    from ingest.store.reader import Store, open_store

_HOME = {
    "Batch": "ingest.parsing.batch",
    "Column": "ingest.model",
    "CsvColumn": "ingest.parsing.csv.parser",
    "CsvParser": "ingest.parsing.csv.parser",
    "DelimitedHead": "ingest.parsing.lines.heads",
    "Digits": "ingest.parsing.lines.heads",
    "ErrorRules": "ingest.parsing.lines.error_rules",
    "Event": "ingest.parsing.lines.events",
    "Failure": "ingest.parsing.lines.tracebacks",
    "FailureText": "ingest.parsing.failure_texts",
    "IgnoredFiles": "ingest.parsing.ignored",
    "IngestError": "ingest.errors",
    "InputError": "ingest.errors",
    "KnownProblem": "ingest.known_problems",
    "LineParser": "ingest.parsing.lines.parser",
    "LoadReport": "ingest.load.pipeline",
    "Parsed": "ingest.parsing.batch",
    "Piece": "ingest.parsing.batch",
    "Reject": "ingest.parsing.batch",
    "Rewrite": "ingest.parsing.rewriting",
    "QueryError": "ingest.errors",
    "Sample": "ingest.parsing.sample",
    "SourceFile": "ingest.parsing.batch",
    "Store": "ingest.store.reader",
    "StoreError": "ingest.errors",
    "Table": "ingest.model",
    "Text": "ingest.parsing.lines.heads",
    "Time": "ingest.parsing.lines.heads",
    "Type": "ingest.model",
    "Word": "ingest.parsing.lines.heads",
    "ingest_jobs": "ingest.load.pipeline",
    "open_store": "ingest.store.reader",
}


def __getattr__(name: str) -> Any:
    """Imports a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'ingest' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """The public names, for completion."""
    return sorted(__all__)


__all__ = [
    "Batch",
    "Column",
    "CsvColumn",
    "CsvParser",
    "DelimitedHead",
    "Digits",
    "ErrorRules",
    "Event",
    "Failure",
    "FailureText",
    "IgnoredFiles",
    "IngestError",
    "InputError",
    "KnownProblem",
    "LineParser",
    "LoadReport",
    "Parsed",
    "Piece",
    "QueryError",
    "Reject",
    "Rewrite",
    "Sample",
    "SourceFile",
    "Store",
    "StoreError",
    "Table",
    "Text",
    "Time",
    "Type",
    "Word",
    "__version__",
    "hookimpl",
    "ingest_jobs",
    "open_store",
]
