"""The tables of the data model: what every parser fills and every view reads.

A `Table` is a name and its typed columns; parsers declare the tables they fill, and the store shows each declared table,
with all its columns, even before the first row. Names are contracts: queries, dashboards and other people's plugins
rely on them. Units stand in column names (`_s`, `_mb`, `_kb`, `_percent`, `_bytes`); times are UTC.
"""

from ingest.model.catalog import (
    CATALOG_TABLES,
    DAILY_GROUPS,
    DAILY_POOLS,
    FILES,
    FORGOTTEN_JOBS,
    KNOWN_PROBLEMS,
    LOADED_JOBS,
    LOADS,
    NIGHTS,
)
from ingest.model.records import (
    ATTEMPT_REPORTS,
    DISK_SAMPLES,
    ERRORS,
    GPU_SAMPLES,
    LOG_RECORDS,
    NODE_SAMPLES,
    OS_PROCESSES,
    OUTPUT_LINES,
    PROCESS_SAMPLES,
    PROGRESS,
    RECORD_TABLES,
    REJECTS,
    REPORT_SUMMARIES,
    SCRIPT_EVENTS,
)
from ingest.model.types import PROVENANCE_COLUMNS, WORKER_COLUMNS, Column, Table, Type

__all__ = [
    "ATTEMPT_REPORTS",
    "CATALOG_TABLES",
    "DAILY_GROUPS",
    "DAILY_POOLS",
    "DISK_SAMPLES",
    "ERRORS",
    "FILES",
    "FORGOTTEN_JOBS",
    "GPU_SAMPLES",
    "KNOWN_PROBLEMS",
    "LOADED_JOBS",
    "LOADS",
    "LOG_RECORDS",
    "NIGHTS",
    "NODE_SAMPLES",
    "OS_PROCESSES",
    "OUTPUT_LINES",
    "PROCESS_SAMPLES",
    "PROGRESS",
    "PROVENANCE_COLUMNS",
    "RECORD_TABLES",
    "REJECTS",
    "REPORT_SUMMARIES",
    "SCRIPT_EVENTS",
    "WORKER_COLUMNS",
    "Column",
    "Table",
    "Type",
]
