"""Our parsers hold what every parser must hold."""

from ingest_gpu_farm import feeder, usage

from ingest.testing import ParserConformance


class TestParsers(ParserConformance):
    """The conformance kit, with our samples."""

    parsers = (*feeder.ingest_parsers(), *usage.ingest_parsers())
