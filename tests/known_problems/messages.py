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
    "missing_dependency": Messages(
        (
            "ImportError: Unable to find a usable engine; tried using: 'pyarrow', 'fastparquet'.",
            "ImportError: Loading this model needs timm. Please install it.",
            "ImportError: lxml not found, run `pip install lxml`",
        ),
        ("ValueError: Please install nothing", "please install your model first"),
    ),
    "memory_error": Messages(
        (
            "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array with shape (1000000000,)",
            "MemoryError",
            "OSError: [Errno 12] Cannot allocate memory",
            "std::bad_alloc",
        ),
        ("Unable to allocate a worker", "memory errors: 0"),
    ),
    "datastore_not_found": Messages(
        ("DatastoreNotFound: Datastore blob7 was not found.", "datastore 'blob7' does not exist"),
        ("Datastore blob7 is slow",),
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
    "arguments_refused": Messages(
        (
            "run.py: error: the following arguments are required: --rate",
            "run.py: error: argument --level: invalid choice: 'x' (choose from 'a', 'b')",
            "Error: No such option: --input_asset",
            "Error: Missing option '--rate'.",
        ),
        ("ImportError: Missing optional dependency 'xlrd'.", "processed a.py: error: rate 0.1"),
    ),
    "module_not_runnable": Messages(
        ("/usr/bin/python3: No module named jobs.__main__; 'jobs' is a package and cannot be directly executed",),
        ("No module named 'jobs'",),
    ),
    "no_module": Messages(
        (
            "No module named 'xgboost'",
            "Missing optional dependency 'xlrd'.  Use pip or conda to install xlrd.",
            "there is no package called 'dplyr'",
            "Can't locate JSON/XS.pm in @INC (you may need to install the JSON::XS module)",
        ),
        ("No module was given",),
    ),
    "cannot_import_name": Messages(
        ("ImportError: cannot import name 'soft_unicode' from 'markupsafe'",), ("cannot import the table",)
    ),
    "no_shared_library": Messages(
        (
            "ImportError: libgomp.so.1: cannot open shared object file: No such file or directory",
            "./tool: error while loading shared libraries: libssl.so.1.1",
        ),
        ("FileNotFoundError: model.so",),
    ),
    "conda_activate": Messages(
        ("CommandNotFoundError: Your shell has not been properly configured to use 'conda activate'.",),
        ("conda activate was called",),
    ),
    "wrong_architecture": Messages(("exec /bin/score: exec format error",), ("wrong format",)),
    "not_executable": Messages(
        ("/bin/sh: 1: ./start.sh: Permission denied", "Exit code 126: command cannot be executed"),
        ("PermissionError: [Errno 13] Permission denied: 'a.csv'",),
    ),
    "script_not_found": Messages(
        (
            "python: can't open file 'scor.py': [Errno 2] No such file or directory",
            "cannot open file 'main.R': No such file or directory",
            "Error: Unable to access jarfile score.jar",
        ),
        ("cannot open shared object file",),
    ),
    "command_not_found": Messages(
        (
            "bash: line 1: mpirun: command not found",
            "/bin/sh: 1: poetry: not found",
            "bash: Zeile 4: poetry: Kommando nicht gefunden.",
            "Exit code 127: command not found",
        ),
        ("a.csv: not found", "The blob was not found"),
    ),
    "conda_spec": Messages(
        ("CondaValueError: Malformed version string '=>': invalid operator.", "SpecNotFound: Invalid spec 'a==1='"),
        ("ValueError: invalid version",),
    ),
    "conda_not_found": Messages(
        ("ResolvePackageNotFound: \n  - tinylib=7", "PackagesNotFoundError: The following packages are not available"),
        ("package not found in the basket",),
    ),
    "conda_channel": Messages(
        ("CondaHTTPError: HTTP 404 NOT FOUND for url <https://conda.example.com/a>",), ("HTTPError: 404",)
    ),
    "pip_no_match": Messages(
        (
            "No matching distribution found for tinylib==7",
            "Could not find a version that satisfies the requirement tinylib==7 (from versions: 1.0)",
        ),
        ("no match found",),
    ),
    "pip_conflict": Messages(("ResolutionImpossible: for help visit the documentation",), ("resolution is low",)),
    "pip_wheel": Messages(("Failed building wheel for tinylib",), ("wheel of a car",)),
    "apt_not_found": Messages(("Unable to locate package libtiny-dev",), ("cannot locate the file",)),
    "registry_denied": Messages(
        ("denied: requested access to the resource is denied", "unauthorized: authentication required"),
        ("Permission denied: 'a.csv'",),
    ),
    "image_not_found": Messages(
        (
            "manifest for sample.azurecr.io/score:9 not found: manifest unknown",
            "sample.example.com/base/tiny:9: not found",
        ),
        ("a.csv: not found",),
    ),
    "stream_not_found": Messages(
        (
            "The requested stream was not found. Please make sure the request uri is correct.",
            "Error Code: ScriptExecution.StreamAccess.NotFound",
            "The container 'in' does not exist.",
        ),
        ("FileNotFoundError: a.csv",),
    ),
    "storage_throttled": Messages(
        ("Error Code: ScriptExecution.StreamAccess.Throttling", "Server busy"), ("the server is tired",)
    ),
    "stream_unsupported": Messages(("Error Code: ScriptExecution.StreamAccess.Validation",), ("not supported",)),
    "storage_account_disabled": Messages(("The specified account is disabled.",), ("the option is disabled",)),
    "write_denied": Messages(("Error Code: ScriptExecution.WriteStreams.Authentication",), ("could not be written",)),
    "blobfuse": Messages(
        ("Unable to start blobfuse due to authentication or connectivity issues",), ("Blobfuse runtime version 1.3.6",)
    ),
    "mlflow_schema": Messages(
        ("Incompatible input types for column size. Can not safely convert object to int64.",), ("input types",)
    ),
    "mlflow_flavor": Messages(('=== Model does not have the "python_function" flavor ===',), ("python_function",)),
    "java_heap": Messages(("java.lang.OutOfMemoryError: Java heap space",), ("the heap of files",)),
    "gpu_out_of_memory": Messages(
        ("RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB",), ("CUDA error: device-side assert triggered",)
    ),
    "gpu_not_supported": Messages(
        ("CUDA error: no kernel image is available for execution on the device",), ("no image is available",)
    ),
    "disk_full": Messages(
        ("OSError: [Errno 28] No space left on device: '/tmp/a'",), ("OSError: [Errno 5] Input/output error",)
    ),
    "process_killed": Messages(
        (
            "Exit code 137: killed (signal 9, SIGKILL)",
            "/bin/bash: line 1:    77 Killed                  python score.py",
            "Out of memory: Killed process 812 (python) total-vm:1024kB",
        ),
        ("Killed: 0 of 9", "Exit code 1"),
    ),
    "process_crashed": Messages(
        ("Segmentation fault (core dumped)", "Exit code 139: segmentation fault (signal 11, SIGSEGV)"),
        ("segmentation of the market",),
    ),
    "quota_exceeded": Messages(
        ("Operation results in exceeding quota limits of Total Regional Cores.",), ("the quota is 24",)
    ),
    "compute_not_found": Messages(("ComputeNotFound: Compute big-pool was not found.",), ("the file was not found",)),
    "asset_not_found": Messages(
        ("Data asset 'days:3' was not found in the workspace.",), ("The container 'in' does not exist.",)
    ),
    "environment_without_image": Messages(("System.ArgumentException: environment has no image",), ("no images here",)),
    "output_not_registered": Messages(
        ("Failed to register dataset: Dataset name is not valid",), ("cannot register for the course",)
    ),
    "container_not_started": Messages(
        ("JobContainerConfigFailed: Container configuration failed unexpectedly",), ("the container is full",)
    ),
    "internal_error": Messages(("InternalServerError", "Failed to upload outputs: no connection"), ("server error",)),
    "child_run_failed": Messages(
        ("Execution of experiment failed, update experiment status and cancel running nodes.",), ("experiment failed",)
    ),
    "exit_code": Messages(
        ("Exit code 3", "The experiment failed. Finalizing run...", "SystemExit: 5"), ("the exit code of the script",)
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
