"""The tables that the catalog itself holds: what loads and nights found, and what is known of jobs and files."""

from __future__ import annotations

from ingest.model.types import Column, Type

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
        "content_hash", Type.TEXT, "SHA-256, 32 hex digits; above 8 MiB a hash of its windows' hashes; null if not read"
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
