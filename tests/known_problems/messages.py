"""For each known problem that leaves a text: messages that show it, and one that nearly does and must not.

The messages are made up in the image of those that the driver, Python and the documentation use; a quoted one is short.
"""

from __future__ import annotations

from typing import NamedTuple

_STREAM = "ScriptExecutionException was caused by StreamAccessException.\n  StreamAccessException was caused by "
_MOUNT = "mount Dataset(id='0a1b', name='None', version=None). Source of the dataset is either not accessible or"
_AGENT = '{"agent": "process000", "task_id": 16, "dequeue_count": 1, "total": 2, "succeeded": 0, "method": "run"}'


class Messages(NamedTuple):
    """Texts that show a problem, and texts that show none of ours, or another one."""

    shown_by: tuple[str, ...]
    not_shown_by: tuple[str, ...]


MESSAGES: dict[str, Messages] = {
    "output_exists": Messages(
        (
            "The output location azureml://datastores/d/paths/out already exists.",
            "Output predictions.csv already exists",
        ),
        ("FileExistsError: [Errno 17] File exists: 'cache'", "The table prices already exists"),
    ),
    "no_module_azureml": Messages(
        (
            "ModuleNotFoundError: No module named 'azureml'",
            "No module named `azureml`.",
            "ModuleNotFoundError: No module named 'azureml.core'",
            "No module named azureml\nTraceback",
        ),
        ("ModuleNotFoundError: No module named 'azureml_scoring'", "ModuleNotFoundError: No module named 'my.azureml'"),
    ),
    "no_module_pandas": Messages(
        ("ModuleNotFoundError: No module named 'pandas'", "ModuleNotFoundError: No module named 'pandas.io'"),
        ("ModuleNotFoundError: No module named 'pandas_profiling'",),
    ),
    "no_module_pkg_resources": Messages(
        ("ModuleNotFoundError: No module named 'pkg_resources'",),
        ("ModuleNotFoundError: No module named 'pkg_resources_extern'",),
    ),
    "no_module_pip": Messages(
        ("/azureml-envs/azureml_0a1b/bin/python: No module named pip",),
        ("ModuleNotFoundError: No module named 'pipeline'",),
    ),
    "no_module_score": Messages(
        ("ModuleNotFoundError: No module named 'score'", "ModuleNotFoundError: No module named score"),
        ("ModuleNotFoundError: No module named 'scorer'",),
    ),
    "arg_missing": Messages(
        (
            "score.py: error: argument --model_name: expected one argument",
            "score.py: error: argument -m/--model-name: expected one argument",
            "score.py: error: unrecognized arguments: --client_sdk_version 1.42.0",
        ),
        ("score.py: error: the following arguments are required: --model", "TypeError: unrecognized argument: x"),
    ),
    "stream_auth": Messages(
        (
            f"{_STREAM}AuthenticationException.",
            "Error Code: ScriptExecution.StreamAccess.Authentication",
            "Failed to read the file: 403: AuthenticationFailed",
        ),
        (f"{_STREAM}NotFoundException.", "HTTP 403: AuthorizationPermissionMismatch"),
    ),
    "dataset_mount": Messages(
        (
            f"Dataset initialization failed: UserErrorException:\n\tMessage: Cannot {_MOUNT} does not contain any data.",
            f"Dataset initialization failed: UserErrorException: Message: Can't {_MOUNT} doesn't contain any data.",
            f"Dataset initialization failed: UserErrorException: Message: Can’t {_MOUNT} doesn’t contain any data.",
            "UserError: Dataset initialization failed: DatasetMountValidationException:",
        ),
        ("Dataset initialization failed: UserErrorException: Message: Dataset is archived.", "cannot mount /dev/sdb1"),
    ),
    "dataset_param": Messages(
        (
            "Data set node [code] references parameter dataset_param which doesn't have a specified value or a default",
            "Data set node [code] references parameter `dataset_param`, which doesn't have a specified value or a default",
        ),
        ("Node [code] references parameter learning_rate which doesn't have a specified value",),
    ),
    "table_queue_auth": Messages(
        (
            "Failed to create table 'prs0a1bjob' due to authorization failure",
            "The master role failed. [AccessError(\"Failed to create queue 'prs0a1b'\")]",
        ),
        ("Failed to create table 'prices': it exists", "AccessError: row 7 may not be read"),
    ),
    "no_key_no_passthrough": Messages(
        (
            "Exit code: 42. Message: Cannot find account key or SAS token in the specified datastore",
            "Unsupported datastore authentication type: None",
            "ErrorCode:NoAuthenticationInformation",
        ),
        ("Cannot find the specified datastore", "ParallelTaskException error. Exit code: 42. Message: no such table"),
    ),
    "init_timeout": Messages(
        (
            "The init() function in the entry script had timeout for 3 times.",
            "init() in the entry sript had timeout for 8 times.",
        ),
        ("The init() function in the entry script had raised exception for 3 times.",),
    ),
    "progress_timeout": Messages(
        (
            "No progress update in 195 seconds. No progress update in this check. Wait 195 seconds since last update.",
            "Entry script error. No progress update in 11190 seconds.",
            "The run() function in the entry script had timeout for 3 times.",
            "run() method in the entry script had timeout for 12 times.",
            f"Stop for run() unable to finish within 90 seconds for {_AGENT}",
            "mini batch 7 did not finish in 45 seconds. Stopping this process.",
        ),
        (
            "TimeoutError: the service did not finish in time",
            "No progress update yet",
            "Progress update stopped for reasons: ['Got stop signal.'].",
        ),
    ),
    "error_threshold": Messages(
        (
            "The number of failed items is 12, which exceeds error threshold 10.",
            "Progress update stopped for reasons: ['Exceeded error threshold.'].",
        ),
        ("The error threshold is -1.", "ValueError: 12 exceeds threshold 10"),
    ),
    "no_objects_to_concatenate": Messages(
        ("ValueError: No objects to concatenate",),
        ("TypeError: cannot concatenate object of type '<class 'str'>'",),
    ),
    "file_type_unsupported": Messages(
        ("Error processing input file: '/mnt/batch/x.parquet'. File type 'parquet' is not supported.",),
        ("Compression type 'zstd' is not supported.", "File type is not supported"),
    ),
    "no_succeeded_item": Messages(
        (
            "There is no succeeded mini batch item returned from run(). Please check 'response: run()' in the docs.",
            "No succeeded mini-batch item returned from run().",
        ),
        ("No item returned from run_all()", "no succeeded mini batch yet"),
    ),
    "wrong_return_type": Messages(
        (
            "TypeError: run() should return a list or a pandas DataFrame",
            "The result of run() is not a Pandas DataFrame or a list.",
        ),
        ("run() should return a number",),
    ),
    "returned_more": Messages(
        ("run() returned 12 items, which is more than input count 10. Using the input count as succeeded count.",),
        ("run() returned 9 items, which is less than input count 10.",),
    ),
    "no_temp_file": Messages(
        ("No temp file found. The job failed. Please check logs for error.",),
        ("All temp files are empty.", "No temp files were kept."),
    ),
    "task_visible_noise": Messages(
        ("Failed to set task visible because of (138, 1).",),
        ("KeyError: (187, 1)", "Failed to set task visible: no such task"),
    ),
    "preempted": Messages(
        (
            "AzureMLCompute job failed. PreemptionError: Nodes of this job got pre-empted.",
            "Node tvmps_0a1b_d was preempted.",
            "The node has been pre-empted, the job will be run again.",
        ),
        ("OSError: the pre-emptive check of the buffer failed",),
    ),
    "first_task_slow": Messages(
        (
            "First task creation is taking longer than 600 seconds. The input has many files.",
            "DriverException: Unable to create any task within 600 seconds.",
        ),
        ("First task created after 12 seconds.", "Unable to create a task"),
    ),
    "slow_scheduling": Messages(
        ("Wait 58 seconds to get a task. This is usually caused by slow scheduling.",),
        ("Wait 58 seconds to get a token.",),
    ),
    "poisoned": Messages(
        (f"Found poison message {_AGENT}.", "mini batch 7 is given up: poisoned mini-batch"),
        ("Failed to process poisson.csv", "ValueError: no rate for poison"),
    ),
    "some_pending": Messages(
        ("There are 17 pending tasks which can be found in logs/sys/report/pending_tasks.csv.",),
        ("There are 17 pending tasks.",),
    ),
    "audience": Messages(
        ("Audiences in JWT are not allowed", "Audience or service not allowed"),
        ("The audience of the token is https://ml.azure.com",),
    ),
    "no_deployment": Messages(
        ("No valid deployments to route to. Please check that the endpoint has at least one deployment with positive",),
        ("The deployment is not valid",),
    ),
    "run_exceptions": Messages(
        ("The run() function in the entry script had raised exception for 237 times. Please check logs at logs/user",),
        ("Exception raised for row 237",),
    ),
    "run_failed_see_logs": Messages(
        (
            "User program failed with Exception: Run failed, please check logs for details.",
            "User program failed with Exception: Run failed. Please check logs for details.",
        ),
        ("User program failed with ValueError: x",),
    ),
    "exit_42": Messages(
        (
            "SystemExit: 42",
            "Execution failed. User process 'python' exited with status code 42. Please check log file",
            "ParallelTaskException error. Exit code: 42. Message: something",
        ),
        ("SystemExit: 421", "User process 'python' exited with status code 1.", "ValueError: 42"),
    ),
}

WITHOUT_TEXT = {
    "missing_code_or_env",
    "immutable_endpoint",
    "resource_not_found",
    "unsupported_input",
    "endpoint_name_taken",
    "limits",
    "http_429",
}
"""Those that no log tells of."""
