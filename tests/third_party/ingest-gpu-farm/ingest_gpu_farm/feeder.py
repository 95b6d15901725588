"""The log of the feeder, which brings data to the GPUs of a node."""

from ingest import Column, LineParser, Sample, Table, Type, hookimpl

FEEDER_EVENTS = Table(
    "feeder_events",
    "a record of a feeder",
    (
        Column("node", Type.TEXT, "the node", dictionary=True),
        Column("time", Type.TIME, "when it was written"),
        Column("level", Type.TEXT, "INFO, WARN, ERROR", dictionary=True),
        Column("gpu", Type.INT, "the GPU that it is about"),
        Column("message", Type.TEXT, "the text, line breaks kept"),
    ),
)

SAMPLE = """\
2024-03-05 02:10:02|INFO|0|fed 120 files
2024-03-05 02:10:20|WARN|1|queue empty, retrying:
  mount /data is slow
"""


@hookimpl
def ingest_parsers():
    """One parser."""
    yield LineParser(
        name="gpu_farm.feeder",
        kind="feeder",
        path=r"^logs/feeder/(?P<node>[^/]+)\.log$",
        head=r"(?P<time>\d{4}-\S+ [\d:]+)\|(?P<level>[A-Z]+)\|(?P<gpu>\d+)\|(?P<message>.*)",
        table=FEEDER_EVENTS,
        samples=[Sample("logs/feeder/0.log", SAMPLE, records=2)],
    )
