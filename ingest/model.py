"""The tables of the data model: what every parser fills and every view reads.

A `Table` is a name and its typed columns; parsers declare the tables they fill, and the store shows each declared
table,
with all its columns, even before the first row. Names are contracts: queries, dashboards and other people's plugins
rely on them. Units stand in column names (`_s`, `_mb`, `_kb`, `_percent`, `_bytes`); times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class Type(StrEnum):
    """The column types of the data model, each with one spelling in Arrow and one in DuckDB."""

    TEXT = "VARCHAR"
    INT = "BIGINT"
    FLOAT = "DOUBLE"
    BOOL = "BOOLEAN"
    TIME = "TIMESTAMP"
    DATE = "DATE"
    TEXTS = "VARCHAR[]"

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type; times are microseconds without a zone (UTC by rule, not by type)."""
        import pyarrow as pa  # late: reading a store needs the names of the types, not Arrow

        arrow_types: dict[Type, pa.DataType] = {
            Type.TEXT: pa.string(),
            Type.INT: pa.int64(),
            Type.FLOAT: pa.float64(),
            Type.BOOL: pa.bool_(),
            Type.TIME: pa.timestamp("us"),
            Type.DATE: pa.date32(),
            Type.TEXTS: pa.list_(pa.string()),
        }
        return arrow_types[self]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, and what it says (shown by `ingest views` and in the reference)."""

    name: str
    type: Type
    doc: str = ""
    dictionary: bool = False
    """Few distinct values, many rows: kept as a dictionary, in memory and in Parquet."""

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type that it is stored with."""
        import pyarrow as pa

        if self.dictionary and self.type is Type.TEXT:
            return pa.dictionary(pa.int32(), pa.string())
        return self.type.arrow


PROVENANCE_COLUMNS = (
    Column("job_id", Type.TEXT, "the job: its run id if known, else its folder's name", dictionary=True),
    Column("file_id", Type.INT, "the file this was read from, see `files`", dictionary=True),
    Column("line_no", Type.INT, "1-based line of the record's first line in that file"),
    Column("cut", Type.BOOL, "true if the file ends inside this record (no final line break)", dictionary=True),
)
"""What the engine adds to every record, so that it can be found again in its file."""

WORKER_COLUMNS = (
    Column("node", Type.TEXT, "IP address in older logs, node id in newer ones", dictionary=True),
    Column("process", Type.TEXT, "`process003`, `_main`, `manager`; V0: `Process-3`", dictionary=True),
    Column("pid", Type.INT, "operating system's process id, unique only per node and moment", dictionary=True),
)
"""Which node and process a record belongs to, where it belongs to one."""


@dataclass(frozen=True)
class Table:
    """A record table: a row per thing said in a log, with `PROVENANCE_COLUMNS` put before its own columns."""

    name: str
    doc: str
    own: tuple[Column, ...] = field(repr=False)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns in their stored order."""
        return PROVENANCE_COLUMNS + self.own

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema of a stored Parquet file."""
        import pyarrow as pa

        return pa.schema([(column.name, column.arrow) for column in self.columns])


REJECTS = Table(
    "rejects",
    "a line or record that no parser understood, whole or its first 4,096 bytes",
    (
        Column("byte_offset", Type.INT, "where it starts in the file, bytes (of its UTF-8 form, if it is in UTF-16)"),
        Column("bytes", Type.INT, "its whole length in the file, bytes"),
        Column("parser", Type.TEXT, "who could not read it", dictionary=True),
        Column("reason", Type.TEXT, "what was wrong", dictionary=True),
        Column("text", Type.TEXT, "the text itself, cut after 4,096 bytes"),
    ),
)

ATTEMPT_REPORTS = Table(
    "attempt_reports",
    "one report of a try at a mini-batch; `attempts` has one row per try",
    (
        *WORKER_COLUMNS,
        Column("source", Type.TEXT, "kind of file: mini_batches, task_csv, report_v0", dictionary=True),
        Column("mini_batch_id", Type.INT, "from 0"),
        Column(
            "attempt", Type.INT, "how often it was dequeued or picked, from 1; null if not recorded", dictionary=True
        ),
        Column("started_at", Type.TIME, "start of the try"),
        Column("total", Type.INT, "items given"),
        Column("succeeded", Type.INT, "items that succeeded"),
        Column("failed", Type.INT, "items that failed: total - succeeded"),
        Column("elapsed_s", Type.FLOAT, "wall time of the try"),
        Column("process_s", Type.FLOAT, "CPU time of the process in that time, children not counted"),
        Column("run_s", Type.FLOAT, "time inside run()"),
        Column("status", Type.TEXT, "as written: RUN_DONE, TASK_PROCESSED, ...", dictionary=True),
        Column(
            "outcome",
            Type.TEXT,
            "done, timeout, exception, poisoned, open; failed: no cause told (V0)",
            dictionary=True,
        ),
        Column("error_category", Type.TEXT, "as written", dictionary=True),
        Column("error_message", Type.TEXT, "as written"),
        Column("inputs", Type.TEXTS, "names of the input files or partitions"),
        Column("detail", Type.TEXT, "JSON text as written: the queue message"),
        Column("overrides", Type.BOOL, "true if this result replaced an earlier one (V0 overrides)", dictionary=True),
        Column("extra", Type.TEXT, "JSON of columns this version does not know"),
    ),
)

SCRIPT_EVENTS = Table(
    "script_events",
    "an init, load, run or shutdown event of an entry script that belongs to no mini-batch",
    (
        *WORKER_COLUMNS,
        Column("time", Type.TIME, "start of the event, or when it was written"),
        Column("event", Type.TEXT, "init, load, run, shutdown", dictionary=True),
        Column("outcome", Type.TEXT, "start, done, timeout, exception", dictionary=True),
        Column("status", Type.TEXT, "as written: LOAD_DONE, ENTRY_SCRIPT_INIT_START, ...", dictionary=True),
        Column("elapsed_s", Type.FLOAT, "wall time; null if not recorded"),
        Column("error_message", Type.TEXT, "as written"),
        Column("extra", Type.TEXT, "JSON of the row's other cells"),
    ),
)

PROGRESS = Table(
    "progress",
    "a line of a progress overview or of the progress metrics",
    (
        Column("source", Type.TEXT, "kind of file: overview, progress_csv", dictionary=True),
        Column("time", Type.TIME, "when it was written"),
        Column("event", Type.TEXT, "what it says, see formats.md §5; null for other text", dictionary=True),
        Column("node", Type.TEXT, "the node it names", dictionary=True),
        Column("scheduled", Type.INT, "mini-batches scheduled so far"),
        Column("processed", Type.INT, "mini-batches processed or poisoned so far"),
        Column("total", Type.INT, "mini-batches in all"),
        Column("items", Type.INT, "input items in all"),
        Column("failed", Type.INT, "mini-batches failed so far"),
        Column("elapsed_s", Type.FLOAT, "since the monitor's start"),
        Column("remaining_s", Type.FLOAT, "the driver's own estimate"),
        Column("message", Type.TEXT, "the whole text"),
        Column("fields", Type.TEXT, "JSON of further facts in the text"),
        Column("extra", Type.TEXT, "JSON of columns this version does not know"),
    ),
)

REPORT_SUMMARIES = Table(
    "report_summaries",
    "a line of the driver's summary of mini-batches per node or process",
    (
        Column("node", Type.TEXT, "the node", dictionary=True),
        Column("process", Type.TEXT, "the process; null in a line per node", dictionary=True),
        Column("mini_batches", Type.INT, "mini-batches"),
        Column("total", Type.INT, "items given"),
        Column("succeeded", Type.INT, "items that succeeded"),
        Column("failed", Type.INT, "items that failed"),
        Column("elapsed_s", Type.FLOAT, "sum of the wall times"),
        Column("process_s", Type.FLOAT, "sum of the CPU times"),
        Column("run_s", Type.FLOAT, "sum of the times inside run()"),
        Column("extra", Type.TEXT, "JSON of columns this version does not know"),
    ),
)

LOG_RECORDS = Table(
    "log_records",
    "a record of a system log: master, node manager, worker, warnings, errors",
    (
        *WORKER_COLUMNS,
        Column("time", Type.TIME, "when it was written; null for text before a file's first head"),
        Column("source", Type.TEXT, "kind of file", dictionary=True),
        Column("level", Type.TEXT, "DEBUG, INFO, WARNING, ERROR, CRITICAL", dictionary=True),
        Column("thread", Type.INT, "thread ident", dictionary=True),
        Column("logger", Type.TEXT, "logger name (V0)", dictionary=True),
        Column("func", Type.TEXT, "function that logged (V0 DEBUG form)", dictionary=True),
        Column("message", Type.TEXT, "the whole message, line breaks kept"),
        Column("event", Type.TEXT, "what the message says, where its form is known", dictionary=True),
        Column("fields", Type.TEXT, "JSON of the facts in the message"),
    ),
)

ERRORS = Table(
    "errors",
    "one reported error: a traceback or an error record, wherever it stood",
    (
        *WORKER_COLUMNS,
        Column("time", Type.TIME, "when it was written"),
        Column("source", Type.TEXT, "kind of file; one error is often reported in several", dictionary=True),
        Column("phase", Type.TEXT, "init, run, shutdown, driver, platform; null if not recorded", dictionary=True),
        Column("exception_type", Type.TEXT, "dotted name; null for an error without exception", dictionary=True),
        Column("exception_message", Type.TEXT, "the exception's text, or the record's first line"),
        Column(
            "headline", Type.TEXT, "first line of the record that reports it; all of a failure text without traceback"
        ),
        Column("frame", Type.TEXT, "innermost frame of the user's own code: file:line in function", dictionary=True),
        Column("mini_batch_id", Type.INT, "the mini-batch it names, if it does"),
        Column("traceback", Type.TEXT, "the whole text from `Traceback` on, or of the failure text"),
        Column("code", Type.TEXT, "error code or exit code, where a text has one", dictionary=True),
        Column("component", Type.TEXT, "part of the platform that reports it, where a text names it", dictionary=True),
        Column("fingerprint", Type.TEXT, "equal for errors that differ only in numbers, ids, paths", dictionary=True),
        Column("occurrences", Type.INT, "how often it happened, according to this record"),
    ),
)

NODE_SAMPLES = Table(
    "node_samples",
    "a resource check of a node; a sample, not a peak",
    (
        Column("node", Type.TEXT, "the node", dictionary=True),
        Column("time", Type.TIME, "time of the check"),
        Column("cpu_percent", Type.FLOAT, "whole node, 0-100"),
        Column("memory_total_mb", Type.FLOAT, "MB = 2^20 bytes"),
        Column("memory_available_mb", Type.FLOAT, "can be had without swapping"),
        Column("memory_used_mb", Type.FLOAT, "total - available is not used"),
        Column("memory_used_percent", Type.FLOAT, "(total - available) / total"),
        Column("disk_reads", Type.INT, "cumulative since boot"),
        Column("disk_writes", Type.INT, "cumulative since boot"),
        Column("disk_read_mb", Type.FLOAT, "cumulative since boot"),
        Column("disk_write_mb", Type.FLOAT, "cumulative since boot"),
        Column("network_sent_mb", Type.FLOAT, "cumulative since boot"),
        Column("network_received_mb", Type.FLOAT, "cumulative since boot"),
        Column("tcp_connections", Type.INT, "open TCP connections of the node"),
        Column("udp_connections", Type.INT, "open UDP connections of the node"),
        Column("extra", Type.TEXT, "JSON of columns this version does not know"),
    ),
)

PROCESS_SAMPLES = Table(
    "process_samples",
    "a resource check of one worker process; its children are not counted",
    (
        *WORKER_COLUMNS,
        Column("time", Type.TIME, "time of the check"),
        Column("cpu_percent", Type.FLOAT, "since the last check; 0 at the first and for `manager`"),
        Column("cpu_user_s", Type.FLOAT, "cumulative for the process"),
        Column("cpu_system_s", Type.FLOAT, "cumulative for the process"),
        Column("memory_used_percent", Type.FLOAT, "resident memory / the node's memory"),
        Column("disk_reads", Type.INT, "cumulative"),
        Column("disk_writes", Type.INT, "cumulative"),
        Column("disk_read_mb", Type.FLOAT, "cumulative"),
        Column("disk_write_mb", Type.FLOAT, "cumulative"),
        Column("threads", Type.INT, "threads of the process"),
        Column("extra", Type.TEXT, "JSON of columns this version does not know"),
    ),
)

DISK_SAMPLES = Table(
    "disk_samples",
    "a check of one mount point of a node",
    (
        Column("node", Type.TEXT, "the node", dictionary=True),
        Column("time", Type.TIME, "time of the check"),
        Column("mount", Type.TEXT, "mount point", dictionary=True),
        Column(
            "total_mb",
            Type.FLOAT,
            "size of the file system, MB; NULL, as `used_mb` is, where a log tells the free bytes alone",
        ),
        Column("used_mb", Type.FLOAT, "used + free is not total: reserved blocks"),
        Column("free_mb", Type.FLOAT, "free space on it, MB"),
        Column("used_percent", Type.FLOAT, "used / (used + free)"),
    ),
)

GPU_SAMPLES = Table(
    "gpu_samples",
    "a check of one GPU of a node by nvidia-smi; a sample, not a peak",
    (
        Column("node", Type.TEXT, "the node, where the log names it", dictionary=True),
        Column("time", Type.TIME, "time of the check"),
        Column("gpu", Type.INT, "number of the GPU on its node, from 0"),
        Column("name", Type.TEXT, "model, as far as the table shows it", dictionary=True),
        Column("busy_percent", Type.FLOAT, "time in which a kernel ran, 0-100"),
        Column("memory_used_mb", Type.FLOAT, "MB = 2^20 bytes"),
        Column("memory_total_mb", Type.FLOAT, "what the GPU has"),
        Column("temperature_c", Type.FLOAT, "degrees Celsius"),
        Column("power_w", Type.FLOAT, "power that it drew"),
    ),
)

OUTPUT_LINES = Table(
    "output_lines",
    "a line that a user's script printed or logged",
    (
        *WORKER_COLUMNS,
        Column("source", Type.TEXT, "kind of file: user_stream, child_stream, entry_script_log", dictionary=True),
        Column("stream", Type.TEXT, "stdout, stderr, std (both), log", dictionary=True),
        Column("time", Type.TIME, "null if the line does not have it"),
        Column("level", Type.TEXT, "null if the line does not have it", dictionary=True),
        Column("logger", Type.TEXT, "null if the line does not have it", dictionary=True),
        Column("text", Type.TEXT, "the line"),
    ),
)

OS_PROCESSES = Table(
    "os_processes",
    "a process in a `ps` or `tasklist` snapshot",
    (
        Column("node", Type.TEXT, "the node", dictionary=True),
        Column("time", Type.TIME, "minute of the snapshot"),
        Column("pid", Type.INT, "process id on its node", dictionary=True),
        Column("user_name", Type.TEXT, "who runs the process", dictionary=True),
        Column("cpu_percent", Type.FLOAT, "processor use reported by `ps`, percent of one core"),
        Column("memory_percent", Type.FLOAT, "resident memory, percent of the node's"),
        Column("vsz_kb", Type.INT, "KiB"),
        Column("rss_kb", Type.INT, "KiB"),
        Column("state", Type.TEXT, "STAT", dictionary=True),
        Column("cpu_time_s", Type.FLOAT, "processor time since the process started, seconds"),
        Column("command", Type.TEXT, "command line, as `ps` shows it"),
    ),
)

RECORD_TABLES = (
    ATTEMPT_REPORTS,
    SCRIPT_EVENTS,
    PROGRESS,
    REPORT_SUMMARIES,
    LOG_RECORDS,
    OUTPUT_LINES,
    ERRORS,
    NODE_SAMPLES,
    PROCESS_SAMPLES,
    DISK_SAMPLES,
    GPU_SAMPLES,
    OS_PROCESSES,
    REJECTS,
)
"""The tables that every store has, whatever plugins are there."""

LOADED_JOBS = (
    Column("job_id", Type.TEXT, "run id if known, else the folder's name, or as given by --job-id"),
    Column("source", Type.TEXT, "the folder, archive or URL it was read from"),
    Column("run_id", Type.TEXT, "the run id; null if the path does not contain it"),
    Column("labels", Type.TEXT, "JSON object"),
    Column("loaded_at", Type.TIME, "when it last changed in the store"),
)
"""What a load knows of a job before its records are looked at; all else that `jobs` says is derived."""

LOADS = (
    Column("load_id", Type.TEXT, "time of start and a random part"),
    Column("started_at", Type.TIME, "start of the load, UTC"),
    Column("ended_at", Type.TIME, "null if it was broken off"),
    Column("version", Type.TEXT, "of ingest"),
    Column("jobs", Type.INT, "jobs looked at"),
    Column("files", Type.INT, "files seen"),
    Column("files_unchanged", Type.INT, "of these not read again"),
    Column("rows", Type.INT, "rows written"),
    Column("rejects", Type.INT, "records not understood"),
    Column("bytes", Type.INT, "bytes read"),
    Column("seconds", Type.FLOAT, "wall time"),
)

KNOWN_PROBLEMS = (
    Column("id", Type.TEXT, "the value of the column `problem` in views"),
    Column("rank", Type.INT, "from 1: the first one that matches is reported"),
    Column("pattern", Type.TEXT, "regular expression (RE2), whatever the case; empty for one that leaves no text"),
    Column("cause", Type.TEXT, "why it happens"),
    Column("fix", Type.TEXT, "what to do; the first sentence is the first step"),
    Column("reference", Type.TEXT, "the source of the advice"),
    Column("confidence", Type.TEXT, "of a match: high, medium, low"),
    Column("generic", Type.BOOL, "true if the text only says that something failed"),
    Column("plugin", Type.TEXT, "the plugin that knows it"),
)

FILES = (
    Column("file_id", Type.INT, "is in every record; made from job, path, size and time"),
    Column("job_id", Type.TEXT, "null for a file outside any job tree"),
    Column("path", Type.TEXT, "below the artifact root, with / between"),
    Column("kind", Type.TEXT, "what the parser calls it; null if unclaimed"),
    Column("parser", Type.TEXT, "name of the parser that reads it; NULL if none does"),
    Column("parser_version", Type.INT, "version of that parser"),
    Column("bytes", Type.INT, "size of the file"),
    Column("modified_at", Type.TIME, "when the file was last written, UTC"),
    Column("modified_ns", Type.INT, "the same, exact"),
    Column("etag", Type.TEXT, "of a blob, or the checksum of a member of a zip file; null for a file on disk"),
    Column(
        "content_hash",
        Type.TEXT,
        "SHA-256, 32 hex digits; above 8 MiB that of its pieces' hashes; null if not read",
    ),
    Column("records", Type.INT, "records understood; records + rejects = records in the file"),
    Column("rows", Type.INT, "rows written to tables from it"),
    Column("rejects", Type.INT, "records in it that could not be understood"),
    Column("rejected_bytes", Type.INT, "bytes of those records"),
    Column("status", Type.TEXT, "parsed, unclaimed, ignored, failed"),
    Column("reason", Type.TEXT, "why it was not parsed; of a parsed file, that it changed while it was read"),
    Column("ends_cut", Type.BOOL, "true if it lacks a final line break"),
    Column("load_id", Type.TEXT, "the load that read it"),
    Column(
        "slice",
        Type.TEXT,
        "the Parquet files that hold its rows: data/<table>/<slice>.parquet; of a file that was read on, the last of them",
    ),
)

_POOL = (
    Column("mini_batches", Type.INT, "mini-batches that they decided"),
    Column("failed_mini_batches", Type.INT, "of these failed"),
    Column("items", Type.INT, "items of mini-batches with a result"),
    Column("failed_items", Type.INT, "of these failed"),
    Column("timeouts", Type.INT, "attempts that timed out"),
    Column("exceptions", Type.INT, "attempts that raised an exception"),
    Column("restarts", Type.INT, "worker processes that replaced another one"),
    Column("highest_memory_percent", Type.FLOAT, "highest sample of any node; not a peak"),
    Column("memory_samples", Type.INT, "samples of all nodes"),
)

DAILY_GROUPS = (
    Column("day", Type.DATE, "day of the jobs' start, UTC"),
    Column("group_kind", Type.TEXT, "all, experiment, compute, endpoint, deployment, label; see `job_groups`"),
    Column("group_name", Type.TEXT, "which of them; of a label `key=value`"),
    Column("jobs", Type.INT, "jobs, partial ones too"),
    Column("partial_jobs", Type.INT, "jobs whose figures will change: not counted in what follows the states"),
    Column("completed", Type.INT, "jobs in this state"),
    Column("failed", Type.INT, "jobs in this state"),
    Column("running", Type.INT, "jobs in this state"),
    Column("stalled", Type.INT, "jobs in this state"),
    Column("unknown", Type.INT, "jobs in this state"),
    Column("mini_batches", Type.INT, "mini-batches of which a try is known"),
    Column("failed_mini_batches", Type.INT, "of these with no try done"),
    Column("items", Type.INT, "items of mini-batches with a result"),
    Column("failed_items", Type.INT, "of these failed"),
    Column("retries", Type.INT, "second and later attempts"),
    Column("timeouts", Type.INT, "attempts that timed out"),
    Column("exceptions", Type.INT, "attempts that raised an exception"),
    Column("items_per_s", Type.FLOAT, "all items / the sum of the jobs' durations"),
    Column("node_hours", Type.FLOAT, "nodes x duration of each job, summed"),
    Column("wasted_node_hours", Type.FLOAT, "node time of attempts that did not decide"),
    Column("highest_memory_percent", Type.FLOAT, "highest sample of any node; not a peak"),
    Column("memory_samples", Type.INT, "samples of all nodes"),
    Column("failure_rate", Type.FLOAT, "failed items / items"),
    Column("p50_run_s", Type.FLOAT, "median time inside run(), of all mini-batches together, right to 1 %"),
    Column("p95_run_s", Type.FLOAT, "95th percentile of it"),
    Column("p99_run_s", Type.FLOAT, "99th percentile of it"),
    Column("p50_elapsed_s", Type.FLOAT, "median wall time of the final attempts, likewise"),
    Column("p95_elapsed_s", Type.FLOAT, "95th percentile of it"),
    Column("p99_elapsed_s", Type.FLOAT, "99th percentile of it"),
    Column("distinct_errors", Type.INT, "distinct errors of all jobs, symptoms left out"),
    Column("partial", Type.BOOL, "true if a job of it is partial: the row will be replaced"),
)

DAILY_POOLS = (
    Column("day", Type.DATE, "day of the jobs' start, UTC"),
    Column("compute_target", Type.TEXT, "cluster, or kind of compute"),
    Column("memory_gb", Type.INT, "memory of a node, whole GiB; null if no sample has it"),
    Column("jobs", Type.INT, "jobs, partial ones too"),
    Column("partial_jobs", Type.INT, "jobs whose figures will change: not counted in what follows"),
    Column("nodes", Type.INT, "nodes, each once for each job that it was in"),
    Column("nodes_without_work", Type.INT, "of these without a single try"),
    Column("node_hours", Type.FLOAT, "nodes x duration of each job, summed"),
    *_POOL,
    Column("partial", Type.BOOL, "true if a job of it is partial: the row will be replaced"),
)

NIGHTS = (
    Column("night", Type.TEXT, "start of the nightly run, UTC; also its name"),
    Column("ended_at", Type.TIME, "when its report was written"),
    Column("jobs_new", Type.INT, "jobs that no night before had seen"),
    Column("jobs_changed", Type.INT, "jobs that had changed since the night that saw them last"),
    Column("regressions", Type.INT, "regressions of these jobs and of the groups of their days"),
    Column("severe_findings", Type.INT, "severe findings of these jobs"),
    Column("problems", Type.INT, "what could not be read or done"),
    Column("exit_code", Type.INT, "what the night ended with"),
)

FORGOTTEN_JOBS = (
    Column("job_id", Type.TEXT, "the job that is not to be read again"),
    Column("source", Type.TEXT, "the folder it was read from"),
    Column("forgotten_at", Type.TIME, "when it was dropped; logs that changed later are read again"),
    Column("reason", Type.TEXT, "what dropped it"),
    Column("files", Type.INT, "files of it that were known then"),
    Column("bytes", Type.INT, "their size"),
)

CATALOG_TABLES = {
    "loads": ("a run of ingest that found something new", LOADS),
    "files": ("a file seen, and what became of it", FILES),
    "daily_groups": ("a day and a group of jobs, as `ingest nightly` left it", DAILY_GROUPS),
    "daily_pools": ("a day and a pool of nodes, as `ingest nightly` left it", DAILY_POOLS),
    "nights": ("a run of `ingest nightly` that found something new", NIGHTS),
    "forgotten_jobs": ("a job whose records were dropped for good: it is not read again", FORGOTTEN_JOBS),
    "known_problems": ("a known problem, with its cause and fix", KNOWN_PROBLEMS),
}
"""Tables that the catalog itself holds: what a row of each is, and its columns."""
