"""The tests that `pytest --ingest-plugin` adds; collected like any other file of tests."""

from __future__ import annotations

from typing import Any

from ingest.testing.conformance import ParserConformance
from ingest.testing.pytest_plugin import chosen_parsers


class TestPlugin(ParserConformance):
    """The conformance kit for the plugins that were asked for."""

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Runs each test for each of their parsers."""
        type(self).parsers = chosen_parsers(metafunc.config)
        super().pytest_generate_tests(metafunc)
