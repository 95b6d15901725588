"""`ingest`: understand batch-scoring jobs from their logs.

What a plugin needs and what a program needs; heavy modules are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ingest.hookspecs import hookimpl

if TYPE_CHECKING:
    from ingest.known_problems import KnownProblem
    from ingest.model import Column, Table, Type
    from ingest.parsing.batch import Batch, Parsed, Piece, Reject, SourceFile
    from ingest.parsing.csv import CsvColumn, CsvParser
    from ingest.parsing.error_rules import ErrorRules
    from ingest.parsing.events import Event
    from ingest.parsing.failure_texts import FailureText
    from ingest.parsing.heads import DelimitedHead, Digits, Text, Time, Word
    from ingest.parsing.ignored import IgnoredFiles
    from ingest.parsing.lines import LineParser
    from ingest.parsing.sample import Sample
    from ingest.parsing.tracebacks import Failure
    from ingest.pipeline import LoadReport, ingest_jobs
    from ingest.store.reading import open_store

__version__ = "0.1.0"

_HOME = {
    "Batch": "ingest.parsing.batch",
    "Column": "ingest.model",
    "CsvColumn": "ingest.parsing.csv",
    "CsvParser": "ingest.parsing.csv",
    "DelimitedHead": "ingest.parsing.heads",
    "Digits": "ingest.parsing.heads",
    "ErrorRules": "ingest.parsing.error_rules",
    "Event": "ingest.parsing.events",
    "Failure": "ingest.parsing.tracebacks",
    "FailureText": "ingest.parsing.failure_texts",
    "IgnoredFiles": "ingest.parsing.ignored",
    "KnownProblem": "ingest.known_problems",
    "LineParser": "ingest.parsing.lines",
    "LoadReport": "ingest.pipeline",
    "Parsed": "ingest.parsing.batch",
    "Piece": "ingest.parsing.batch",
    "Reject": "ingest.parsing.batch",
    "Sample": "ingest.parsing.sample",
    "SourceFile": "ingest.parsing.batch",
    "Table": "ingest.model",
    "Text": "ingest.parsing.heads",
    "Time": "ingest.parsing.heads",
    "Type": "ingest.model",
    "Word": "ingest.parsing.heads",
    "ingest_jobs": "ingest.pipeline",
    "open_store": "ingest.store.reading",
}


def __getattr__(name: str) -> Any:
    """Imports a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'ingest' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


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
    "KnownProblem",
    "LineParser",
    "LoadReport",
    "Parsed",
    "Piece",
    "Reject",
    "Sample",
    "SourceFile",
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
