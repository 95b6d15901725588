"""What the platform and the launcher say of the run: ids, compute, queue, status, exit codes (§11)."""

from __future__ import annotations

from ingest import Event

CONTROL_EVENTS = (
    Event("execution_status", r"^Job is running, job runstatus is (?P<status>\w+)"),
    Event("execution_status", r"^Job is in progress\. Execution status: (?P<status>\w+)"),
    Event(
        "run_ids",
        r"^RunId:\[(?P<run_id>[^\]]*)\] ParentRunId:\[(?P<parent_run_id>[^\]]*)\] ComputeTarget:\[(?P<target>[^\]]*)\]",
    ),
    Event("experiment", r"^Experiment:\s+(?P<experiment>\S+)"),
    Event("run_id", r"^Run Id:\s+(?P<run_id>\S+)"),
    Event("run_target", r"^Run target:\s+(?P<target>\S+)"),
    Event(
        "job_failed",
        r"^Job failed, job RunId is (?P<run_id>\S+?)\. Error: .*exited with status code (?P<exit_code>-?\d+)",
    ),
    Event("job_failed", r"^Job failed, job RunId is (?P<run_id>\S+?)\. Error:"),
)

DRIVER_EVENTS = (
    Event("driver_start", r"^Azure Machine Learning Batch Inference Start"),
    Event("driver_end", r"^Azure Machine Learning Batch Inference End"),
    Event("driver_exit", r"^SystemExit: (?P<exit_code>-?\d+)"),
    Event(
        "driver_exit",
        r"^(?P<exception>[\w.]+): .*\bExit code: (?P<exit_code>-?\d+)\.",
        contains="Exit code: ",
    ),
    Event("run_id", r"^SDK version: .*\bRun id: (?P<run_id>[\w-]+)"),
    Event("cleanup", r"^Cleanup took (?P<seconds>[\d.]+) seconds"),
    Event(
        "driver_options",
        r"^driver/amlbi_main\.py (?:.*--mini_batch_size (?P<mini_batch_size>\S+))?"
        r"(?:.*--error_threshold (?P<error_threshold>\S+))?(?:.*--output_action (?P<output_action>\S+))?"
        r"(?:.*--logging_level (?P<logging_level>\S+))?(?:.*--run_invocation_timeout (?P<run_timeout_s>\S+))?"
        r"(?:.*--run_max_try (?P<max_tries>\S+))?(?:.*--process_count_per_node (?P<process_count_per_node>\S+))?",
    ),
)

PLATFORM_EVENTS = (
    Event("job_preparation", r"^(?P<step>Entering|Starting) job preparation\."),
    Event("job_preparation", r"^Job preparation is (?P<step>complete)\."),
    Event("job_release", r"^(?P<step>Entering|Starting) job release\."),
    Event("job_release", r"^Job release is (?P<step>complete)\."),
)

COMMON_RUNTIME_EVENTS = (
    Event(
        "exit_code",
        r"Gathered execution result for rank (?P<rank>\d+) process_rank=(?P<process_rank>\d+) "
        r"exit_code=(?P<exit_code>-?\d+)",
        contains="Gathered execution result for rank ",
    ),
    Event("job_status", r"job_status: (?P<status>\w+)", contains="job_status: "),
    Event(
        "run_ids",
        r"^job_telemetry_init \{.*'experiment_name': '(?P<experiment>[^']*)'.*'root_run_id': '(?P<root_run_id>[^']*)'"
        r".*'run_id': '(?P<run_id>[^']*)'",
    ),
    Event("out_of_memory", r"ErrorDetector\].*\bOOM\b", contains="ErrorDetector]"),
)
