"""The table of GPU usage that each node writes, and a view over it."""

from pathlib import Path

from ingest import Column, CsvColumn, CsvParser, Sample, Table, Type, hookimpl

GPU_USAGE = Table(
    "gpu_usage",
    "a look at one GPU",
    (
        Column("node", Type.TEXT, "the node", dictionary=True),
        Column("time", Type.TIME, "when it was looked at"),
        Column("gpu", Type.INT, "which of the node's GPUs, from 0"),
        Column("busy_percent", Type.FLOAT, "share of the time in which it computed"),
        Column("memory_used_mb", Type.FLOAT, "memory in use"),
    ),
)

SAMPLE = """\
Utc Time,Gpu,Busy %,Memory Used (GB)
2024-03-05 02:10:00,0,73,29.5
2024-03-05 02:10:00,1,0,0.25
"""


@hookimpl
def ingest_parsers():
    """One parser."""
    yield CsvParser(
        name="gpu_farm.usage",
        kind="gpu_usage",
        path=r"^logs/gpu/(?P<node>[^/]+)/usage\.csv$",
        table=GPU_USAGE,
        columns=[
            CsvColumn("time", ("Utc Time",)),
            CsvColumn("gpu"),
            CsvColumn("busy_percent", ("Busy %",)),
            CsvColumn("memory_used_mb", ("Memory Used (GB)",), scale=1024),
        ],
        samples=[Sample("logs/gpu/0/usage.csv", SAMPLE, records=2)],
    )


@hookimpl
def ingest_views():
    """The folder of our views."""
    return [Path(__file__).parent / "views"]
