"""The tables of records: a row per thing that a log says. Parsers fill them."""

from __future__ import annotations

from ingest.model.types import WORKER_COLUMNS, Column, Table, Type

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
        Column("extra", Type.TEXT, "JSON of columns this version does not know"),
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
