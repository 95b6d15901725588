"""Messages of worker processes and of the node managers that keep them alive (§7).

JSON in them names its keys in one order, stands in braces or, in error lines, in square brackets (trap 8), and may be cut
(trap 5): only its first keys are read. A group `pid` would be the writer's, so others' are `worker_pid`.
"""

from __future__ import annotations

from ingest import Event

_TASK = r'[{\[]"id": (?P<mini_batch_id>\d+)(?:, "dequeue_count": (?P<dequeue_count>\d+))?[,}\]]'
_RESULT = (
    r'[{\[].*?"task_id": (?P<mini_batch_id>\d+), "dequeue_count": (?P<dequeue_count>\d+)'
    r'(?:, "total": (?P<total>\d+))?(?:, "succeeded": (?P<succeeded>\d+))?[,}\]]'
)
"""The agent's result of early 2021, whose id has another name."""

_WORKER = (
    r"^(?:The )?(?:[Ww]orker )?(?:[Pp]rocess )?(?P<worker>[Pp]rocess-?\d+)"
    r"(?:,? \(?(?:with )?(?:pid:? ?)?(?P<worker_pid>\d+)\)?)?,?"
)
_ENDED = (
    r"(?:was |has |has been )?(?:exited|ended|terminated|died|killed|stopped|finished|crashed)"
    r"(?: unexpectedly| abnormally)?,?"
)
"""No text of later generations is public: the words of process managers in general."""

BATCH_EVENTS = (
    Event("got_task", r"^Got task (?P<mini_batch_id>\d+)\.(?:\n|$)"),
    Event(
        "batch_completed",
        r"^Batch processing completed\. Total count: (?P<total>\d+), success count: (?P<succeeded>\d+), "
        r"processing time: (?P<elapsed_s>[\d.e-]+), run method time: (?P<run_s>[\d.e-]+)(?:\n|$)",
    ),
    Event("batch_failed", rf"^Failed to process (?:task )?{_TASK}"),
    Event("batch_failed", rf"^Failed to process (?:task )?{_RESULT}"),
    Event("batch_failed", rf"^Failed to Failed to process (?:task )?{_TASK}"),
    Event("batch_timeout", rf"^Stop for run\(\) unable to finish within (?P<timeout_s>[\d.]+) seconds for {_RESULT}"),
    Event("batch_timeout", rf"^Stop for run\(\) unable to finish within (?P<timeout_s>[\d.]+) seconds for {_TASK}"),
    Event(
        "batch_timeout",
        r"^mini batch (?P<mini_batch_id>\d+) did not finish in (?P<timeout_s>\d+(?:\.\d+)?) seconds\.",
    ),
    Event("batch_aborted", r"^Process abort with unfinished mini batch (?P<mini_batch_id>\d+)\."),
    Event("batch_poisoned", rf"^Found poison message {_TASK}"),
)
"""The life of a try; `got_task` tells no attempt number, and `batch_completed` not even the mini-batch."""

POISON_LIST_EVENTS = (Event("poisoned", rf"^{_TASK}"),)
"""A line of a poison list is the queue's message of a mini-batch (§9.5)."""

SCRIPT_EVENTS = (
    Event("script_timeout", r"^Stop for (?P<method>\w+)\(\) unable to finish within (?P<timeout_s>[\d.]+) seconds"),
    Event("script_failed", r"^Entry script (?P<method>\w+)(?:\(\))? failed for "),
    Event("script_failed", r"^Failed to call scoring (?P<method>\w+)\(\) with "),
)
"""What went wrong in `init()`, `run()`, `shutdown()` or the check of the script."""

_OTHER = (
    Event(
        "task_visible", r"^Failed to set task visible because of \((?P<mini_batch_id>\d+), (?P<dequeue_count>\d+)\)\."
    ),
    Event("slow_scheduling", r"^Wait (?P<seconds>\d+) seconds to get a task\."),
    Event("child_stderr", r"^stderr: "),
    Event("gpu", r"^Assign GPU (?P<gpu>\d+) to worker (?P<worker_pid>\d+)"),
    Event(
        "returned_more",
        r"^run\(\) returned (?P<returned>\d+) items, which is more than input count (?P<total>\d+)\.",
    ),
    Event("worker_started", r"^The process (?P<worker>\S+) started with pid (?P<worker_pid>\d+)\."),
    Event(
        "worker_exited",
        r"^The process (?P<worker>\S+) with pid (?P<worker_pid>\d+) exited with (?:status )?code (?P<exit_code>-?\d+)",
    ),
    Event(
        "worker_exited",
        rf"{_WORKER} {_ENDED} (?:with |by |on )?(?:(?:exit|status|return|code|exitcode)[ :=]*)+(?P<exit_code>-?\d+)\b",
    ),
    Event("worker_exited", rf"{_WORKER} {_ENDED} (?:with|by|on) signal:? ?(?P<signal>\d+|SIG[A-Z]+)"),
    Event(
        "worker_telemetry",
        r"^Worker - Telemetry: hostIp:(?P<host_ip>[^,]*), processId:(?P<worker_pid>\d+), computeType:(?P<compute_type>[^,]*), "
        r"startTime:(?P<start_time>[^,]*), endTime:(?P<end_time>[^,]*), duration:(?P<duration_s>[^,]*), "
        r"processTime:(?P<process_s>[^,]*), scoringTime:(?P<run_s>[^,]*), totalTasks:(?P<tasks>\d+), "
        r"succeededTask:(?P<tasks_succeeded>\d+), totalItems:(?P<items>\d+), succeededItems:(?P<succeeded>\d+)",
    ),
)

WORKER_EVENTS = (*BATCH_EVENTS, *SCRIPT_EVENTS, *_OTHER)
