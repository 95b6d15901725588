"""The parsers of Azure ML hold what the kit asks of a stranger's."""

from __future__ import annotations

from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing import ParserConformance


class TestAzureml(ParserConformance):
    """Every built-in parser."""

    parsers = load_registry(PluginOptions(installed=False)).parsers.values()
