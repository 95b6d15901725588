"""Every known form of message (formats.md §§5-8, §11) is an event with its facts, read by the parser of its file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest import Batch, LineParser, SourceFile
from ingest.plugin.registry import PluginOptions, load_registry

PARSERS = [one for one in load_registry(PluginOptions(installed=False)).parsers.values() if isinstance(one, LineParser)]
BY_KIND = {parser.kind: parser for parser in PARSERS}

MASTER = "2020-10-19 02:08:11,207|INFO|351|140501711763136|"
WORKER = "2021-04-14 04:24:06,650|ERROR|335|"
V0 = "2020-05-06 05:50:48,001|ParallelRunStep.Worker|DEBUG|17|139773019682560|process()|"
OVERVIEW = "2021-04-16T21:04:55.768764 "
CONTROL = "[2019-11-23 16:51:55Z] "
SUMMARY = (
    "There are 276 mini batches with 551 items. Processed 12 mini batches containing 24 items, 20 succeeded, 4 failed. "
    "The error threshold is -1. "
)
SUMS = {
    "tasks": "276",
    "items": "551",
    "done": "12",
    "done_items": "24",
    "succeeded": "20",
    "failed": "4",
    "threshold": "-1",
}
TELEMETRY = (
    "Worker - Telemetry: hostIp:10.0.0.4, processId:240, computeType:AmlCompute, startTime:2020-05-06 05:50:50,"
    " endTime:2020-05-06 05:52:50.3, duration:120.325, processTime:77.1, scoringTime:96.5, totalTasks:5, succeededTask:4,"
    " totalItems:50, succeededItems:45"
)
WAIT = "total wait from last update: 10 seconds, remaining 214 seconds. 3/48 items processed."
WAITED = {"wait_s": "10", "remaining_s": "214", "processed": "3", "total": "48"}

FORMS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("master", f"{MASTER}Start scheduling.", "start_scheduling", {}),
    (
        "master",
        f"{MASTER}The task provider type is FileDatasetProvider.",
        "provider_type",
        {"provider": "FileDatasetProvider"},
    ),
    (
        "master",
        f"{MASTER}Input folders ['/a', '/b'], from index 0.",
        "input_folders",
        {"folders": "['/a', '/b']", "index": "0"},
    ),
    (
        "master",
        f"{MASTER}Scheduling tasks for input 0: /mnt/a.b.",
        "schedule_input",
        {"input": "0", "folder": "/mnt/a.b"},
    ),
    (
        "master",
        f"{MASTER}Save checkpoint for folder 0, offset 7, task_id 8, total_items 9, finished=False.",
        "checkpoint",
        {"folder": "0", "offset": "7", "task_id": "8", "items": "9", "finished": "False"},
    ),
    (
        "master",
        f"{MASTER}10.0.0.6: setting job stage to FIRST_TASK_SCHEDULED, reason: The first task created at 2020-10-19 02:13:36.",
        "job_stage",
        {
            "node": "10.0.0.6",
            "stage": "FIRST_TASK_SCHEDULED",
            "reason": "The first task created at 2020-10-19 02:13:36",
        },
    ),
    ("master", f"{MASTER}Setting job stage to FIRST_TASK_SCHEDULED.", "job_stage", {"stage": "FIRST_TASK_SCHEDULED"}),
    ("master", f"{MASTER}poll() thread started.", "poll_started", {}),
    ("master", f"{MASTER}Polled 300 times.", "polled", {"times": "300"}),
    ("master", f"{MASTER}Finished polling progress.", "poll_finished", {}),
    ("master", f"{MASTER}All threads finished.", "threads_finished", {}),
    ("master", f"{MASTER}updated=False, {WAIT}", "poll", {"updated": "False", **WAITED}),
    (
        "master",
        f"{MASTER}No progress update in 195 seconds. Updated: False, {WAIT} new_finished_tasks: 0.",
        "no_progress",
        {"seconds": "195", "updated": "False", **WAITED},
    ),
    ("master", f"{MASTER}No progress update in 195 seconds.", "no_progress", {"seconds": "195"}),
    (
        "master",
        f"{MASTER}Master - Start processing batch: outputAction:append_row, miniBatchSize:10, processCountPerNode:2,"
        " errorThreshold:29, numberOfNodes:2",
        "batch_start",
        {
            "output_action": "append_row",
            "mini_batch_size": "10",
            "process_count_per_node": "2",
            "error_threshold": "29",
            "nodes": "2",
        },
    ),
    (
        "master",
        f"{MASTER}Master - Task queue job completed: Scheduled 48 mini batches with 480 items. Provider init time: 0.8123,"
        " first task creation time: 4.8, total queue time: 5.2746.",
        "queue_done",
        {"scheduled": "48", "items": "480", "provider_init_s": "0.8123", "first_task_s": "4.8", "queue_s": "5.2746"},
    ),
    (
        "master",
        f"{MASTER}Master - Telemetry: hostIp:10.0.0.4, computeType:AmlCompute, jobResult:Failed, failureReason:too many, bad,"
        " exceptionType:ErrorThresholdExceeded",
        "master_telemetry",
        {
            "host_ip": "10.0.0.4",
            "job_result": "Failed",
            "failure_reason": "too many, bad",
            "exception_type": "ErrorThresholdExceeded",
        },
    ),
    ("master", f"{MASTER}required_fields:{{}}\nstandard_fields:{{}}\nextension_fields:{{}}", "telemetry_v2", {}),
    ("master", f"{MASTER}{SUMMARY}", "job_summary", SUMS),
    (
        "master",
        f"{MASTER}The ParallelRunStep processed all mini batches. {SUMMARY}",
        "job_summary",
        {"verdict": "processed all mini batches", **SUMS},
    ),
    (
        "master",
        f"{MASTER}The ParallelRunStep execution finished with warning. The processed items is more than the input items",
        "job_verdict",
        {"verdict": "execution finished with warning"},
    ),
    (
        "master",
        f"{MASTER}First task creation is taking longer than 30 seconds. x",
        "first_task_slow",
        {"seconds": "30"},
    ),
    ("master", f"{MASTER}Unable to create any task within 600 seconds.", "no_first_task", {"seconds": "600"}),
    (
        "master",
        f"{MASTER}processed task decreased from 9 to 8. This should not happen.",
        "processed_decreased",
        {"before": "9", "after": "8"},
    ),
    ("master", f"{MASTER}Master sent a stop signal.", "stop_signal", {"what": "Master sent a stop signal"}),
    ("master", f"{MASTER}Exceeded error threshold.", "threshold_exceeded", {}),
    (
        "master_level",
        f"{MASTER}The number of failed items is 30, which exceeds error threshold 29.",
        "threshold_exceeded",
        {"failed": "30", "threshold": "29"},
    ),
    (
        "master_level",
        f"{MASTER}There are 3 pending tasks which can be found in logs/report/pending_tasks.csv.",
        "pending_tasks",
        {"tasks": "3", "where": "logs/report/pending_tasks.csv"},
    ),
    ("worker", f"{WORKER}Got task 7.", "got_task", {"mini_batch_id": "7"}),
    (
        "worker",
        f"{V0}Batch processing completed. Total count: 10, success count: 9, processing time: 1.5, run method time: 2e-05",
        "batch_completed",
        {"total": "10", "succeeded": "9", "elapsed_s": "1.5", "run_s": "2e-05"},
    ),
    (
        "worker",
        f'{V0}Failed to Failed to process task {{"id": 0, "minibatch": ["a"]}} with boom. Error detail: x',
        "batch_failed",
        {"mini_batch_id": "0"},
    ),
    (
        "worker",
        f'{WORKER}Failed to process {{"id": 0, "dequeue_count": 3, "minibatch": [0]}} with error boom\nDetail: x',
        "batch_failed",
        {"mini_batch_id": "0", "dequeue_count": "3"},
    ),
    (  # trap 8: brackets for braces; trap 5: cut in the middle
        "worker_level",
        f'{WORKER}Failed to process ["id": 12, "dequeue_count": 1, "minibatch": ["part-0',
        "batch_failed",
        {"mini_batch_id": "12", "dequeue_count": "1"},
    ),
    (
        "worker",
        f'{WORKER}Stop for run() unable to finish within 90 seconds for {{"agent": "process000", "task_id": 16,'
        ' "dequeue_count": 1, "total": 2, "succeeded": 0, "method": "run", "exc_type": "", "messa',
        "batch_timeout",
        {"timeout_s": "90", "mini_batch_id": "16", "dequeue_count": "1", "total": "2", "succeeded": "0"},
    ),
    (
        "worker",
        f"{V0}mini batch 5 did not finish in 45 seconds. Stopping this process.",
        "batch_timeout",
        {"mini_batch_id": "5", "timeout_s": "45"},
    ),
    (
        "worker",
        f"{WORKER}Stop for init() unable to finish within 60 seconds",
        "script_timeout",
        {"method": "init", "timeout_s": "60"},
    ),
    ("worker", f"{V0}Process abort with unfinished mini batch 5.", "batch_aborted", {"mini_batch_id": "5"}),
    (
        "worker",
        f"{WORKER}Failed to set task visible because of (138, 1).\nTraceback (most recent call last):",
        "task_visible",
        {"mini_batch_id": "138", "dequeue_count": "1"},
    ),
    (
        "worker",
        f'{V0}Found poison message {{"id": 7, "dequeue_count": 4, "minibatch": ["a"]}}.',
        "batch_poisoned",
        {"mini_batch_id": "7", "dequeue_count": "4"},
    ),
    ("poison_list", '{"id": 7, "minibatch": ["part-00070.csv"]}', "poisoned", {"mini_batch_id": "7"}),
    ("worker", f"{V0}Wait 31 seconds to get a task. This is usually slow", "slow_scheduling", {"seconds": "31"}),
    ("worker", f"{V0}Assign GPU 1 to worker 240", "gpu", {"gpu": "1", "worker_pid": "240"}),
    (
        "worker",
        f"{V0}run() returned 11 items, which is more than input count 10. Using the input count",
        "returned_more",
        {"returned": "11", "total": "10"},
    ),
    (
        "worker",
        f"{V0}{TELEMETRY}",
        "worker_telemetry",
        {
            "host_ip": "10.0.0.4",
            "worker_pid": "240",
            "compute_type": "AmlCompute",
            "start_time": "2020-05-06 05:50:50",
            "end_time": "2020-05-06 05:52:50.3",
            "duration_s": "120.325",
            "process_s": "77.1",
            "run_s": "96.5",
            "tasks": "5",
            "tasks_succeeded": "4",
            "items": "50",
            "succeeded": "45",
        },
    ),
    ("worker", f"{WORKER}stderr: terminate called", "child_stderr", {}),
    (
        "worker",
        f"{WORKER}The process process001 with pid 250 exited with code 71.",
        "worker_exited",
        {"worker": "process001", "worker_pid": "250", "exit_code": "71"},
    ),
    ("user_error", f"{WORKER}Entry script init() failed for x. Details y", "script_failed", {"method": "init"}),
    (
        "user_error",
        f"{WORKER}Failed to call scoring init() with x. Error detail: y",
        "script_failed",
        {"method": "init"},
    ),
    (
        "job_error",
        f"{OVERVIEW}The process000 on node 0 failed with error: Traceback (most recent call last):",
        "worker_failed",
        {"node": "0", "process": "process000"},
    ),
    (
        "job_result",
        "The run() function in the entry script had timeout for 3 times.",
        "errsum_head",
        {"method": "run", "what": "timeout", "times": "3"},
    ),
    (
        "job_result",
        "Failed. Entry script error. No progress update in 195 seconds.",
        "job_result",
        {"result": "Failed", "category": "Entry script error", "reason": "No progress update in 195 seconds."},
    ),
    (
        "user_error_summary",
        "The run() function in the entry script had raised exception for 237 times. Please\n  * Error ''x'' occurred 52 times.",
        "errsum_head",
        {"method": "run", "what": "raised exception", "times": "237"},
    ),
    (
        "overview",
        f"{OVERVIEW}There are 4 temp files to concatenate. Total size is 1.48 MB.",
        "temp_files",
        {"files": "4", "size_mb": "1.48"},
    ),
    (
        "overview",
        f"{OVERVIEW}Concatenated 1/4 files in 0:00:00.031415. Estimated remaining 0:00:00.094245.",
        "concatenated",
        {"done": "1", "files": "4", "elapsed_s": 0.031415, "remaining_s": 0.094245},
    ),
    ("overview", f"{OVERVIEW}Failed to Concatenate out.txt with OSError.", "concat_failed", {"file": "out.txt"}),
    ("overview", f"{OVERVIEW}No progress update in 195 seconds.\nPlease check logs", "no_progress", {"seconds": "195"}),
    (
        "control",
        f"{CONTROL}RunId:[r1] ParentRunId:[p1] ComputeTarget:[AmlCompute]",
        "run_ids",
        {"run_id": "r1", "parent_run_id": "p1", "target": "AmlCompute"},
    ),
    ("control", f"{CONTROL}Run Id:     r1", "run_id", {"run_id": "r1"}),
    ("control", f"{CONTROL}Experiment: ret-master", "experiment", {"experiment": "ret-master"}),
    ("control", f"{CONTROL}Run target: roll", "run_target", {"target": "roll"}),
    ("control", f"{CONTROL}Job is running, job runstatus is Queued", "execution_status", {"status": "Queued"}),
    ("control", f"{CONTROL}Job is in progress. Execution status: Queued.", "execution_status", {"status": "Queued"}),
    ("control", f"{CONTROL}Job failed, job RunId is r1. Error: null", "job_failed", {"run_id": "r1"}),
    (
        "control",
        f'{CONTROL}Job failed, job RunId is r1. Error: {{"Error":{{"Message":"process exited with status code 1."}}}}',
        "job_failed",
        {"run_id": "r1", "exit_code": "1"},
    ),
    ("driver", "SystemExit: 42", "driver_exit", {"exit_code": "42"}),
    (
        "driver",
        "azureml_common.parallel_run.exception.ParallelTaskException: Task error. Exit code: 42. Message: no key",
        "driver_exit",
        {"exception": "azureml_common.parallel_run.exception.ParallelTaskException", "exit_code": "42"},
    ),
    ("driver", "Azure Machine Learning Batch Inference Start", "driver_start", {}),
    (
        "driver",
        "SDK version: azureml-core==1.15.0. Session id: s. Run id: multi_16_a.",
        "run_id",
        {"run_id": "multi_16_a"},
    ),
    ("driver", "Cleanup took 0.19 seconds", "cleanup", {"seconds": "0.19"}),
    (
        "driver",
        "driver/amlbi_main.py --client_sdk_version 1 --error_threshold 29 --run_invocation_timeout 45 --run_max_try 3",
        "driver_options",
        {"error_threshold": "29", "run_timeout_s": "45", "max_attempts": "3"},
    ),
    (
        "platform",
        "Job release is complete. Current time:2020-06-26T17:59:18.907796",
        "job_release",
        {"step": "complete"},
    ),
    (
        "common_runtime",
        "2026-02-01T19:54:04.205931Z  INFO Execution: Gathered execution result for rank 0 process_rank=0 exit_code=42 x",
        "exit_code",
        {"rank": "0", "process_rank": "0", "exit_code": "42"},
    ),
    (
        "common_runtime",
        "2026-02-01T19:54:04.205931Z  INFO run: job_result=JobResult { job_status: Failed, error: None }: close",
        "job_status",
        {"status": "Failed"},
    ),
    (
        "common_runtime",
        "INFO 2026-02-01 19:54:05,919 initializer.py:55 [14] - job_telemetry_init {'experiment_name': 'e', 'node_id': 'n',"
        " 'root_run_id': 'p', 'run_id': 'r'}",
        "run_ids",
        {"experiment": "e", "root_run_id": "p", "run_id": "r"},
    ),
]


@pytest.mark.parametrize(
    ("kind", "text", "event", "facts"), FORMS, ids=[f"{kind}-{event}" for kind, _, event, _ in FORMS]
)
def test_form(kind: str, text: str, event: str, facts: dict[str, Any]) -> None:
    """The first record of a file with this text is the event, and its facts are in `fields` or in columns of the table."""
    parser = BY_KIND[kind]
    rows = parser.parse(Batch.of((SourceFile(parser.samples[0].path), f"{text}\n".encode()))).tables[parser.table.name]
    row = rows.to_pylist()[0]
    assert row["event"] == event
    told = json.loads(row.get("fields") or "{}")
    assert told | {name: row[name] for name in facts if name not in told} == facts
