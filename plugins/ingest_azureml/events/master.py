"""Messages of the master (§6). `items` in a poll means mini-batches, whatever it says."""

from __future__ import annotations

from ingest import Event

_JOB_SUMMARY = (
    r"There are (?P<tasks>\d+) mini batches with (?P<items>\d+) items\. Processed (?P<done>\d+) mini batches "
    r"containing (?P<done_items>\d+) items, (?P<succeeded>\d+) succeeded, (?P<failed>\d+) failed\. "
    r"The error threshold is (?P<threshold>-?\d+)\."
)
_WAIT = r"total wait from last update: (?P<wait_s>-?\d+) seconds, remaining (?P<remaining_s>-?\d+) seconds\. "
_COUNT = r"(?P<processed>\d+)/(?P<total>\d+) items processed\."

_SCHEDULING = (
    Event(
        "checkpoint",
        r"^Save checkpoint for folder (?P<folder>\d+), offset (?P<offset>\d+), task_id (?P<task_id>\d+), "
        r"total_items (?P<items>\d+), finished=(?P<finished>True|False)\.",
    ),
    Event("poll", rf"^updated=(?P<updated>True|False), {_WAIT}{_COUNT}"),
    Event("polled", r"^Polled (?P<times>\d+) times\."),
    Event("start_scheduling", r"^Start scheduling\."),
    Event("provider_type", r"^The task provider type is (?P<provider>\w+)\."),
    Event("input_folders", r"^Input folders (?P<folders>\[.*\]), from index (?P<index>\d+)\."),
    Event("schedule_input", r"^Scheduling tasks for input (?P<input>\d+): (?P<folder>.*)\.$"),
    Event("job_stage", r"^Setting job stage to (?P<stage>[A-Z_]+)(?:, reason: (?P<reason>.*))?\.$"),
    Event(
        "job_stage",
        r"^(?P<node>\S+): setting job stage to (?P<stage>[A-Z_]+)(?:, reason: (?P<reason>.*))?\.$",
        contains=": setting job stage to ",
    ),
    Event("poll_started", r"^poll\(\) thread started\."),
    Event("poll_finished", r"^Finished polling progress\."),
)

MASTER_TROUBLE_EVENTS = (
    Event("first_task_slow", r"^First task creation is taking longer than (?P<seconds>\d+) seconds\."),
    Event("no_first_task", r"^Unable to create any task within (?P<seconds>\d+) seconds\."),
    Event("processed_decreased", r"^processed task decreased from (?P<before>\d+) to (?P<after>\d+)\."),
    Event(
        "no_progress",
        rf"^No progress update in (?P<seconds>\d+) seconds\. Updated: (?P<updated>True|False), {_WAIT}{_COUNT}",
    ),
    Event("no_progress", r"^No progress update in (?P<seconds>\d+) seconds\."),
    Event(
        "threshold_exceeded",
        r"^The number of failed items is (?P<failed>\d+), which exceeds error threshold (?P<threshold>\d+)",
    ),
    Event("threshold_exceeded", r"^Exceeded error threshold\."),
    Event("stop_signal", r"^(?P<what>Got stop signal|Master sent a stop signal)\.", contains="stop signal."),
    Event("pending_tasks", r"^There are (?P<tasks>\d+) pending tasks which can be found in (?P<where>\S+\.csv)"),
)
"""What stands in the master's warnings and errors too."""

_ENDING = (
    Event("job_summary", rf"^{_JOB_SUMMARY}"),
    Event("job_summary", rf"^The ParallelRunStep (?P<verdict>.*)\. {_JOB_SUMMARY}"),
    Event(
        "job_verdict",
        r"^The ParallelRunStep (?P<verdict>processed all|failed to process all|execution finished with warning)",
    ),
    Event("threads_finished", r"^All threads finished\."),
)

_TELEMETRY = (
    Event(
        "batch_start",
        r"^Master - Start processing batch: outputAction:(?P<output_action>[^,]*), ?miniBatchSize:(?P<mini_batch_size>[^,]*), "
        r"?processCountPerNode:(?P<process_count_per_node>[^,]*), ?errorThreshold:(?P<error_threshold>[^,]*), "
        r"?numberOfNodes:(?P<nodes>\d+)",
    ),
    Event(
        "queue_done",
        r"^Master - Task queue job completed: Scheduled (?P<scheduled>\d+) mini batches with (?P<items>\d+) items\. "
        r"Provider init time: (?P<provider_init_s>[\d.]*\d), first task creation time: (?P<first_task_s>[\d.]*\d), "
        r"total queue time: (?P<queue_s>[\d.]*\d)",
    ),
    Event(
        "master_telemetry",
        r"^Master - Telemetry: (?:hostIp:(?P<host_ip>[^,]*), )?(?:.*, )?jobResult:(?P<job_result>[^,]*), "
        r"failureReason:(?P<failure_reason>.*), exceptionType:(?P<exception_type>[^,]*)",
    ),
    Event("telemetry_v2", r"^required_fields:"),
)

MASTER_EVENTS = (*_SCHEDULING, *MASTER_TROUBLE_EVENTS, *_ENDING, *_TELEMETRY)
