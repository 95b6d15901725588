"""What our GPU nodes write beside the logs of a job."""

from pathlib import Path

from ingest import Column, CsvColumn, CsvParser, LineParser, Sample, Table, Type, hookimpl

FEEDER_EVENTS = Table(
    "feeder_events",
    "a record of the feeder, which brings data to the GPUs of a node",
    (
        Column("node", Type.TEXT, "the node", few=True),
        Column("at", Type.TIME, "when it was written"),
        Column("level", Type.TEXT, "INFO, WARN, ERROR", few=True),
        Column("gpu", Type.INT, "the GPU that it is about"),
        Column("message", Type.TEXT, "the text, line breaks kept"),
    ),
)
FEEDER_SAMPLE = """\
2024-03-05 02:10:02|INFO|0|fed 120 files
2024-03-05 02:10:20|WARN|1|queue empty, retrying:
  mount /data is slow
"""

GPU_USAGE = Table(
    "gpu_usage",
    "a look at one GPU",
    (
        Column("node", Type.TEXT, "the node", few=True),
        Column("at", Type.TIME, "when it was looked at"),
        Column("gpu", Type.INT, "which of the node's GPUs, from 0"),
        Column("busy_percent", Type.FLOAT, "share of the time in which it computed"),
        Column("memory_used_mb", Type.FLOAT, "memory in use"),
    ),
)
USAGE_SAMPLE = """\
Utc Time,Gpu,Busy %,Memory Used (GB)
2024-03-05 02:10:00,0,73,29.5
2024-03-05 02:10:00,1,0,0.25
"""


@hookimpl
def ingest_parsers():
    """The feeder's log and the table of GPU usage."""
    yield LineParser(
        name="gpu_farm.feeder",
        kind="feeder",
        path=r"^logs/feeder/(?P<node>[^/]+)\.log$",
        head=r"(?P<at>\d{4}-\S+ [\d:]+)\|(?P<level>[A-Z]+)\|(?P<gpu>\d+)\|(?P<message>.*)",
        table=FEEDER_EVENTS,
        samples=[Sample("logs/feeder/0.log", FEEDER_SAMPLE, records=2)],
    )
    yield CsvParser(
        name="gpu_farm.usage",
        kind="gpu_usage",
        path=r"^logs/gpu/(?P<node>[^/]+)/usage\.csv$",
        table=GPU_USAGE,
        columns=[
            CsvColumn("at", ("Utc Time",)),
            CsvColumn("gpu"),
            CsvColumn("busy_percent", ("Busy %",)),
            CsvColumn("memory_used_mb", ("Memory Used (GB)",), scale=1024),
        ],
        samples=[Sample("logs/gpu/0/usage.csv", USAGE_SAMPLE, records=2)],
    )


@hookimpl
def ingest_views():
    """The folder of our views."""
    return [Path(__file__).parent / "views"]
