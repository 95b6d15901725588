"""For authors of parsers: what every parser must hold, as tests, and a way to read a few bytes with one.

In the tests of a plugin, this is all:

    from gpu_usage import ingest_parsers
    from ingest.testing import ParserConformance

    class TestConformance(ParserConformance):
        parsers = ingest_parsers()

A plugin of one file needs no test file: `pytest --ingest-plugin gpu.py`. The parsers of Azure ML are tested by the same kit.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.testing.checks import check_parser
    from ingest.testing.conformance import ParserConformance
    from ingest.testing.golden import GoldenPairs
    from ingest.testing.reading import Content, read

_HOME = {
    "Content": "ingest.testing.reading",
    "GoldenPairs": "ingest.testing.golden",
    "ParserConformance": "ingest.testing.conformance",
    "check_parser": "ingest.testing.checks",
    "read": "ingest.testing.reading",
}


def __getattr__(name: str) -> Any:
    """Imports a name when it is first asked for: pytest imports this package in every run, for its options only."""
    if name not in _HOME:
        raise AttributeError(f"module 'ingest.testing' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


__all__ = ["Content", "GoldenPairs", "ParserConformance", "check_parser", "read"]
