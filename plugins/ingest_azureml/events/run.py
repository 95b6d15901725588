"""What the platform and the launcher say of the run: ids, compute, queue, status, exit codes (§11)."""

from __future__ import annotations

from ingest import Event

CONTROL_EVENTS = (
    Event("job_finished", r"^Job finished, job RunId is (?P<run_id>[^\s.]+)"),
    Event("marked_failed", r"^Failed to (?P<what>.+?) and mark job as failed\."),
    Event("not_started", r"^Failed to start the job because of error: (?P<error>.*)"),
    Event("experiment_failed", r"^Execution of experiment failed\b"),
    Event("children_submitted", r"^Submitting (?P<children>\d+) runs?, first five are: (?P<list>.*)"),
    Event("child_ended", r"^Completing processing run id (?P<child_run_id>\S+?)\.$"),
    Event("cancel", r"^Experiment\b.*\b(?P<status>[Cc]ancell?ed)\b"),
    Event("definition", r"^ReuseHash: (?P<reuse_hash>[^,]+), JobDefinitionToHash: (?P<definition>\{.*\})$"),
    Event("latency", r"^The latency of ESCloud (?P<step>.*?)\s*: (?P<milliseconds>[\d.]+)ms"),
    Event("execution_status", r"^Job is running, job runstatus is (?P<status>\w+)"),
    Event("execution_status", r"^(?:Job is in progress\. )?Execution status: (?P<status>\w+)"),
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
    Event("process_exit", r"^Process Exiting with Code: +(?P<exit_code>-?\d+)"),
    Event("experiment_end", r"^The experiment (?P<verdict>completed successfully|failed)\. Finalizing run"),
    Event("command_end", r"^Command finished with return code (?P<exit_code>-?\d+)"),
    Event("injector_end", r"^Finished context manager injector(?P<exception> with Exception)?\."),
    Event("script_call", r"^Preparing to call script \[ ?(?P<script>.*?) ?\] with arguments: ?(?P<arguments>\[.*\])"),
    Event("wrapper_failed", r"^Failed to run the wrapper cmd with err: (?P<error>.*)"),
    Event("chatter", r"^(?:\d+ items? cleaning up|Cleaning up all outstanding Run operations)"),
    Event("chatter", r"^(?:Attempt \d+ of http call|Not exporting to RunHistory|All App Insights Logs was sen)"),
    Event("chatter", r"^(?:Stopped: |OriginalData: |FilteredData: |Skipping parsing control script error)"),
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
        r"(?:.*--run_max_try (?P<max_attempts>\S+))?(?:.*--process_count_per_node (?P<process_count_per_node>\S+))?",
    ),
)

IMAGE_BUILD_EVENTS = (
    Event("image_build_failed", r"^Building docker image failed with exit code: (?P<exit_code>\d+)"),
    Event("image_build_failed", r"^Run ID: (?P<build_id>\S+) failed after "),
    Event("image_built", r"^Run ID: (?P<build_id>\S+) was successful after "),
)

SWEEP_EVENTS = (
    Event(
        "sweep_status",
        r"^Experiment was 'ExperimentStatus\.(?P<before>\w+)', is 'ExperimentStatus\.(?P<status>\w+)'",
        contains="Experiment was 'ExperimentStatus.",
    ),
)

PLATFORM_EVENTS = (
    Event(
        "host_exit",
        r"(?:exited with code|err exit status|failed with exit code) (?P<exit_code>\d+)",
        contains=" exit",
    ),
    Event("process_status", r"^.*?\"(?i:process_?)?(?i:status|state)\" ?: ?\"(?P<status>\w+)"),
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
    Event(
        "exit_code",
        r"ExecutionFailure \{ exit_code: (?:Some\()?(?P<exit_code>-?\d+)",
        contains="ExecutionFailure { exit_code: ",
    ),
    Event("job_status", r"job_status: (?P<status>\w+)", contains="job_status: "),
    Event(
        "run_ids",
        r"^job_telemetry_init \{.*'experiment_name': '(?P<experiment>[^']*)'.*'root_run_id': '(?P<root_run_id>[^']*)'"
        r".*'run_id': '(?P<run_id>[^']*)'",
    ),
    Event(
        "disk_free",
        r"heartbeat: .*?node_disk_available_bytes\)?\s*=?\s*(?P<free_bytes>\d+)(?:.*root_dir=(?P<mount>\S+))?",
        contains="node_disk_available_bytes",
    ),
    Event("out_of_memory", r"ErrorDetector\].*\bOOM\b", contains="ErrorDetector]"),
)
