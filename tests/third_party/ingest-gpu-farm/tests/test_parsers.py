"""Our parsers hold what every parser must hold."""

from ingest_gpu_farm import ingest_parsers

from ingest.testing import ParserConformance


class TestParsers(ParserConformance):
    """The conformance kit, with our samples."""

    parsers = ingest_parsers()
