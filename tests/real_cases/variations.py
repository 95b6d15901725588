"""Variations of the kinds K1 to K12: other wordings, codes, orders and cuts than those that the rules were written with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

STD = "user_logs/std_log.txt"
DRIVER = "azureml-logs/70_driver_log_0.txt"
CONTROL = "logs/azureml/executionlogs.txt"
LIFECYCLER = "system_logs/lifecycler/lifecycler.log"
WRAPPER = "system_logs/lifecycler/execution-wrapper.log"
BUILD = "azureml-logs/20_image_build_log.txt"
HOST = "azureml-logs/55_azureml-execution-tvmps_0a_d.txt"
METRICS = "system_logs/metrics_capability/metrics-capability.log"
SWEEP = "azureml-logs/hyperdrive.txt"
STDERR = "logs/user/stderr/0/process000.stderr.txt"
STDOUT = "logs/user/stdout/0/process000.stdout.txt"
RESULT = "logs/job_result.txt"

FAILED, GOOD, OPEN, EITHER = ("failed",), ("completed",), ("unknown",), ("failed", "unknown")


@dataclass(frozen=True)
class Variation:
    """A small tree, and what a reader of it would say."""

    kind: str
    name: str
    files: dict[str, str]
    states: tuple[str, ...]
    headline: str | None = None
    """A pattern of the first finding; None: nothing is found but notes."""
    fix: str | None = None
    severity: str | None = None

    @property
    def id(self) -> str:
        """The name of its tree, and of its job."""
        return f"{self.kind}-{self.name}"


def trace(error: str, *frames: str, prefix: str = "") -> str:
    """A traceback through some files, innermost last."""
    lines = ["Traceback (most recent call last):"]
    for frame in frames or ("/mnt/azureml/cr/j/1/exe/wd/score.py",):
        lines += [f'  File "{frame}", line 21, in run', "    go()"]
    return "".join(f"{prefix}{line}\n" for line in [*lines, error])


def exits(code: int, seconds: int = 9) -> dict[str, str]:
    """The wrapper's word on the process."""
    return {
        WRAPPER: f"2025-03-03T10:00:{seconds:02}.000001Z  INFO execution_wrapper: Gathered execution result for rank 0"
        f' process_rank=0 exit_code={code} stderr_path=Some("user_logs/std_log.txt")\n'
    }


def control(*lines: str) -> dict[str, str]:
    """Lines of the control plane, ten seconds apart."""
    return {CONTROL: "".join(f"[2024-05-06 07:{i // 6:02}:{i % 6}0Z] {line}\n" for i, line in enumerate(lines))}


def failed_with(code: str, message: str, **more: object) -> dict[str, str]:
    """A job that the control plane calls failed, with its JSON."""
    error = json.dumps({"Error": {"Code": code, "Message": message, **more}})
    return control("Job is in progress. Execution status: Running.", f"Job failed, job RunId is r-77. Error: {error}")


def driver(*lines: str, code: int | None = None) -> dict[str, str]:
    """A launcher's log of 2020-22."""
    end = [] if code is None else [f"2021/06/07 10:01:00 Process Exiting with Code:  {code}"]
    return {DRIVER: "\n".join(["[2021-06-07T10:00:00.000001] Entering context manager injector.", *lines, *end, ""])}


def build(*lines: str, start: int = 0) -> dict[str, str]:
    """The log of an image build."""
    stamped = [f"2025-01-14T07:21:{start + i:02}: {line}" for i, line in enumerate(lines)]
    return {BUILD: "\n".join([*stamped, ""])}


VARIATIONS = (
    # K1: what was caught does not fail a job
    Variation(
        "K1",
        "caught-in-worker-stderr",
        {STDERR: "retry 1\n" + trace("ConnectionResetError: [Errno 104]"), RESULT: "Succeeded.\n"},
        GOOD,
        "ConnectionResetError",
        severity="warning",
    ),
    Variation(
        "K1",
        "caught-warnings-module",
        {STD: "a.py:3: UserWarning: slow path\n  warnings.warn('x')\nok\n", **exits(0)},
        GOOD,
    ),
    Variation(
        "K1",
        "caught-twice-exit-0",
        driver(trace("ValueError: row 3").rstrip(), "next", trace("ValueError: row 9").rstrip(), "done", code=0),
        GOOD,
        "ValueError",
        severity="warning",
    ),
    Variation(
        "K1",
        "handled-chain",
        {
            STD: trace("KeyError: 'a'")
            + "\nDuring handling of the above exception, another exception occurred:\n\n"
            + trace("RuntimeError: use default")
            + "went on\n",
            **exits(0),
        },
        GOOD,
        "RuntimeError",
        severity="warning",
    ),
    Variation(
        "K1",
        "shell-error-exit-0",
        {STD: "cp: cannot stat '/opt/extra': No such file or directory\nscored 4 files\n", **exits(0)},
        GOOD,
    ),
    Variation("K1", "quiet-but-sigterm", {STD: "scoring\n", **exits(143)}, FAILED, "143|SIGTERM|signal 15"),
    # K2: ends
    Variation(
        "K2",
        "command-return-137",
        driver("[2021-06-07T10:00:59.000001] Command finished with return code 137"),
        FAILED,
        "137.*kill|[Kk]illed",
        "memory|smaller",
    ),
    Variation(
        "K2",
        "experiment-failed-only",
        driver("[2021-06-07T10:00:59.000001] The experiment failed. Finalizing run..."),
        FAILED,
        "experiment failed",
    ),
    Variation(
        "K2",
        "three-goes-last-good",
        driver(
            "2021/06/07 10:00:10 Process Exiting with Code:  1",
            "go 2",
            "2021/06/07 10:00:20 Process Exiting with Code:  137",
            "go 3",
            code=0,
        ),
        GOOD,
    ),
    Variation(
        "K2",
        "last-go-bad",
        driver("2021/06/07 10:00:10 Process Exiting with Code:  0", "go 2", code=1),
        FAILED,
        "Exit code 1",
    ),
    Variation(
        "K2",
        "status-completed",
        control("Job is in progress. Execution status: Running.", "Execution status: Completed."),
        GOOD,
    ),
    Variation(
        "K2",
        "finished-then-register-failed",
        control(
            "Job finished, job RunId is r-7",
            "Failed to register model and mark job as failed. Exception_type: System.Exception, error: Model name is taken, stack_trace:    at A.B()",
        ),
        FAILED,
        "register model|name is taken",
    ),
    Variation(
        "K2",
        "parent-all-ended",
        control("Submitting 1 runs, first five are: 0a0b0c0d:11aa-0001", "Completing processing run id 11aa-0001."),
        GOOD,
    ),
    Variation(
        "K2",
        "parent-open",
        control(
            "Submitting 2 runs, first five are: 0a0b0c0d:11aa-0001,0a0b0c0e:11aa-0002",
            "Completing processing run id 11aa-0001.",
        ),
        OPEN,
    ),
    Variation("K2", "process-status", {"azureml-logs/process_status.json": '{"0": {"status": "Completed"}}\n'}, GOOD),
    # K3: envelopes
    Variation(
        "K3",
        "two-inner-errors",
        failed_with(
            "UserError",
            "The run failed.",
            InnerError={
                "Code": "BadArgument",
                "Message": "x",
                "InnerError": {"Code": "DatastoreNotFound", "Message": "Datastore blob7 was not found."},
            },
        ),
        FAILED,
        "blob7",
        "datastore|Datastore",
    ),
    Variation(
        "K3",
        "lower-case-keys",
        control(
            'Job failed, job RunId is r-1. Error: {"error": {"code": "UserError", "message": "Quota exceeded for family standardNCFamily"}}'
        ),
        FAILED,
        "[Qq]uota",
        "quota|fewer",
    ),
    Variation(
        "K3",
        "message-is-json",
        control(
            "Job failed, job RunId is r-1. Error: "
            + json.dumps(
                {
                    "Error": {
                        "Code": "UserError",
                        "Message": json.dumps(
                            {
                                "error": {
                                    "code": "ImagePull",
                                    "message": "manifest for a.io/b:7 not found: manifest unknown",
                                }
                            }
                        ),
                    }
                }
            )
        ),
        FAILED,
        "manifest",
        "image|tag",
    ),
    Variation(
        "K3",
        "cut-in-code",
        control('Job failed, job RunId is r-1. Error: {"Error": {"Code": "UserErr'),
        FAILED,
        "UserErr|failed",
    ),
    Variation(
        "K3",
        "user-process-tail",
        failed_with(
            "UserError",
            "AzureMLCompute job failed\nExecutionFailed: User process 'python' exited with status code 1. Please check log file 'user_logs/std_log.txt' for error details. Error: Traceback (most recent call last):\n  File \"a.py\", line 2, in <module>\n    x\nNameError: name 'x' is not defined\n",
        ),
        FAILED,
        "NameError",
    ),
    Variation(
        "K3",
        "throttled-registry",
        failed_with(
            "ServiceError",
            "AzureMLCompute job failed\nFailedPullingImage: toomanyrequests: You have reached your pull rate limit",
        ),
        FAILED,
        "toomanyrequests|rate limit",
    ),
    # K4: failures without a traceback
    Variation("K4", "ksh-not-found", {STD: "/bin/ksh: torchrun: not found\n", **exits(127)}, FAILED, "torchrun"),
    Variation(
        "K4", "bash-french", {STD: "bash: ligne 1: pyton : commande introuvable\n", **exits(127)}, FAILED, "pyton"
    ),
    Variation(
        "K4",
        "script-line-signal",
        {STD: "going\n./run.sh: line 9:    88 Bus error               python score.py\n", **exits(135)},
        FAILED,
        "Bus error|135",
    ),
    Variation(
        "K4",
        "worker-oom-kernel",
        {
            STDERR: "[ 8123.1] Memory cgroup out of memory: Killed process 88 (python) total-vm:9\n",
            RESULT: "Failed. Entry script error.\n",
        },
        FAILED,
        "out of memory|memory",
        "memory|smaller",
    ),
    Variation(
        "K4",
        "worker-argparse",
        {
            STDERR: "usage: score.py [-h] --rate RATE\nscore.py: error: argument --rate: invalid float value: 'x'\n",
            RESULT: "Failed. Entry script error.\n",
        },
        FAILED,
        "--rate",
    ),
    Variation(
        "K4",
        "worker-cuda",
        {
            STDERR: "CUDA out of memory. Tried to allocate 3.00 GiB (GPU 0; 15.90 GiB total capacity)\n",
            RESULT: "Failed. Entry script error.\n",
        },
        FAILED,
        "CUDA out of memory",
        "GPU",
    ),
    Variation(
        "K4",
        "subprocess-status",
        {STD: "Subprocess convert terminated by signal SIGSEGV\n", **exits(1)},
        FAILED,
        "SIGSEGV",
        "native",
    ),
    Variation(
        "K4",
        "exit-code-words",
        {STD: "step 3\nContainer exited with exit code 137 after 55 s\n", **exits(1)},
        FAILED,
        "137",
        "memory|smaller",
    ),
    Variation(
        "K4",
        "node-module",
        {
            STD: "node:internal/modules/cjs/loader:936\n  throw err;\n  ^\n\nError: Cannot find module 'csv-parse'\nRequire stack:\n- /wd/a.js\n",
            **exits(1),
        },
        FAILED,
        "csv-parse",
    ),
    Variation(
        "K4",
        "java-class",
        {
            STD: "Error: Could not find or load main class com.acme.Score\nCaused by: java.lang.ClassNotFoundException: com.acme.Score\n",
            **exits(1),
        },
        FAILED,
        "com.acme.Score",
    ),
    Variation(
        "K4",
        "pip-resolve",
        {
            STD: "Collecting a\nERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit pip\n",
            **exits(1),
        },
        FAILED,
        "conflicting",
    ),
    Variation(
        "K4",
        "rslex-auth",
        {
            STD: "Error Code: ScriptExecution.StreamAccess.Authentication\nNative Error: error in streaming from input data sources\n\tStreamError(PermissionDenied)\n=> permission denied\nError Message: Authentication failed when trying to access the stream.| session_id=l_1\n",
            **exits(1),
        },
        FAILED,
        "Authentication failed",
        "Reader",
    ),
    Variation(
        "K4",
        "glibc-abort",
        {STD: "munmap_chunk(): invalid pointer\nAborted (core dumped)\n", **exits(134)},
        FAILED,
        "invalid pointer|Aborted",
    ),
    Variation(
        "K4",
        "good-noise",
        {
            STD: "bash: cannot set terminal process group (-1): Inappropriate ioctl for device\nbash: no job control in this shell\nerror rate: 0.1\nfailed: 0\n",
            **exits(0),
        },
        GOOD,
    ),
    # K5: prefixes
    Variation(
        "K5",
        "stdout-and-stderr",
        {STD: "[stdout]scoring\n" + trace("OSError: [Errno 5] Input/output error", prefix="[stderr]"), **exits(1)},
        FAILED,
        "OSError",
    ),
    Variation(
        "K5",
        "shell-behind-prefix",
        {STD: "[stderr]/bin/bash: line 1: conda: command not found\n", **exits(127)},
        FAILED,
        "conda: command not found",
    ),
    Variation(
        "K5",
        "killed-behind-prefix",
        {STD: "[stderr]Killed\n[stderr]\n", **exits(137)},
        FAILED,
        "[Kk]illed",
        "memory|smaller",
    ),
    Variation(
        "K5",
        "click-behind-prefix",
        {
            STD: "[stderr]Usage: score.py [OPTIONS]\n[stderr]Try 'score.py --help' for help.\n[stderr]\n[stderr]Error: Missing option '--model'.\n",
            **exits(2),
        },
        FAILED,
        "--model",
    ),
    # K6: noise and causes
    Variation(
        "K6",
        "noise-in-good",
        {
            LIFECYCLER: "2025-03-03T10:00:00.000001Z ERROR run_lifecycler: lifecycler::sidecar: cannot read certificate exception=NotFound\n",
            **exits(0),
        },
        GOOD,
    ),
    Variation(
        "K6",
        "cause-before-noise",
        {
            STD: trace("PermissionError: [Errno 13] Permission denied: '/opt/m'"),
            LIFECYCLER: "2025-03-03T09:00:00.000001Z ERROR run_lifecycler: lifecycler::sidecar: cannot read certificate exception=NotFound\n",
            **exits(1),
        },
        FAILED,
        "PermissionError",
    ),
    Variation(
        "K6",
        "quoted-argparse",
        {
            LIFECYCLER: '2025-03-03T10:00:00.000001Z ERROR run_lifecycler:execute: lifecycler::lifecycle: commands failed exception=ExecutionFailure { exit_code: 2, error_message: "Execution failed. User process \'python\' exited with status code 2. Error: usage: a.py [-h] --x X\\na.py: error: the following arguments are required: --x\\n", process_name: "python", error_file: "user_logs/std_log.txt" }\n'
        },
        FAILED,
        "--x",
    ),
    Variation(
        "K6",
        "quoted-traceback",
        {
            LIFECYCLER: '2025-03-03T10:00:00.000001Z ERROR run_lifecycler:execute: lifecycler::lifecycle: commands failed exception=ExecutionFailure { exit_code: 1, error_message: "Execution failed. User process \'python\' exited with status code 1. Error: Traceback (most recent call last):\\n  File \\"a.py\\", line 2, in <module>\\nZeroDivisionError: division by zero\\n", process_name: "python", error_file: "user_logs/std_log.txt" }\n'
        },
        FAILED,
        "ZeroDivisionError",
    ),
    # K7: modules and exits
    Variation(
        "K7", "yaml", {STD: trace("ModuleNotFoundError: No module named 'yaml'"), **exits(1)}, FAILED, "yaml", "pyyaml"
    ),
    Variation(
        "K7",
        "submodule",
        {STD: trace("ModuleNotFoundError: No module named 'PIL.Image'"), **exits(1)},
        FAILED,
        "PIL",
        "pillow",
    ),
    Variation(
        "K7",
        "shared-object",
        {
            STD: trace("ImportError: libgomp.so.1: cannot open shared object file: No such file or directory"),
            **exits(1),
        },
        FAILED,
        "libgomp",
        "system library|apt",
    ),
    Variation(
        "K7",
        "dll",
        {
            STD: trace(
                "ImportError: DLL load failed while importing _multiarray: The specified module could not be found."
            ),
            **exits(1),
        },
        FAILED,
        "DLL load",
    ),
    Variation(
        "K7",
        "needs-extra",
        {STD: trace("ImportError: Unable to find a usable engine; tried using: 'pyarrow', 'fastparquet'."), **exits(1)},
        FAILED,
        "usable engine",
        "pyarrow|package|environment",
    ),
    Variation("K7", "exit-1", {STD: trace("SystemExit: 1"), **exits(1)}, FAILED, "SystemExit: 1|Exit code 1"),
    Variation("K7", "exit-message", {STD: trace("SystemExit: no input files"), **exits(1)}, FAILED, "no input files"),
    Variation("K7", "exit-0-worker", {STDERR: trace("SystemExit: 0"), RESULT: "Succeeded.\n"}, GOOD),
    # K8: image builds
    Variation(
        "K8",
        "pip-build-wheel",
        build(
            "#9 30.1 ERROR: Failed building wheel for tinylib",
            "#9 31.0 ERROR: Could not build wheels for tinylib",
            "Building docker image failed with exit code: 1",
        ),
        FAILED,
        "tinylib",
    ),
    Variation(
        "K8",
        "conda-conflict",
        build(
            "#9 30.1 UnsatisfiableError: The following specifications were found to be incompatible with each other:",
            "#9 30.2   - python=3.6",
            "#9 30.3   - torch=2.1",
            "Building docker image failed with exit code: 1",
        ),
        FAILED,
        "UnsatisfiableError|incompatible",
    ),
    Variation(
        "K8",
        "libmamba",
        build(
            "#9 30.1 LibMambaUnsatisfiableError: Encountered problems while solving:",
            "#9 30.2   - nothing provides fastlib 7",
            "Building docker image failed with exit code: 1",
        ),
        FAILED,
        "LibMamba|fastlib",
    ),
    Variation(
        "K8",
        "disk-full",
        build("#9 30.1 OSError: [Errno 28] No space left on device", "Building docker image failed with exit code: 1"),
        FAILED,
        "No space left",
    ),
    Variation(
        "K8",
        "copy-missing",
        build(
            '#5 ERROR: failed to calculate checksum of ref x: "/app": not found',
            'ERROR: failed to solve: failed to compute cache key: "/app": not found',
            "Building docker image failed with exit code: 1",
        ),
        FAILED,
        "/app",
    ),
    Variation(
        "K8",
        "good-then-job-fails",
        {**build("#9 DONE 30.1s", "Successfully built image"), STD: trace("KeyError: 'a'"), **exits(1)},
        FAILED,
        "KeyError",
    ),
    # K9 and K11: host tools, disks
    Variation(
        "K9",
        "host-sh-missing",
        {
            HOST: "2021-06-07T10:00:00Z starting\n2021-06-07T10:00:05Z >>>   2021/06/07 10:00:04 sh: 1: python3: not found\n2021-06-07T10:00:06Z Process exited with code 127 and err exit status 127\n"
        },
        EITHER,
        "python3: not found|127",
    ),
    Variation("K9", "host-good", {HOST: "2021-06-07T10:00:00Z starting\n>>>   2021/06/07 10:00:04 ready\n"}, OPEN),
    Variation(
        "K11",
        "quota-text",
        {STD: trace("OSError: [Errno 122] Disk quota exceeded: '/mnt/out/a.csv'"), **exits(1)},
        FAILED,
        "quota|Errno 122",
        "disk|quota",
    ),
    Variation(
        "K11",
        "heartbeat-old-form",
        {
            METRICS: "".join(
                f"2022-09-11T09:{10 + 3 * i}:00.000000Z  INFO metrics_capability: heartbeat: node_disk_available_bytes {free}\n"
                for i, free in enumerate((60_000_000_000, 20_000_000_000, 9_000_000))
            ),
            **exits(1),
        },
        FAILED,
        "[Dd]isk|Exit code 1",
    ),
    Variation(
        "K11",
        "memory-numpy",
        {
            STD: trace(
                "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array with shape (1000000000,)"
            ),
            **exits(1),
        },
        FAILED,
        "Unable to allocate",
        "memory|smaller",
    ),
    # K10: introductions and cuts
    Variation(
        "K10",
        "cut-in-second",
        {
            STD: trace("KeyError: 'a'")
            + '\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  File "b.py", line 4, in go\n    x'
        },
        EITHER,
        "b.py:4|KeyError",
    ),
    Variation(
        "K10", "cut-after-head", {STD: "scoring\nTraceback (most recent call last):\n"}, EITHER, "[Tt]raceback|cut"
    ),
    Variation(
        "K10",
        "logger-intro",
        {STD: "2022/07/07 10:00:00 ERROR mlflow: scoring failed\n" + trace("TypeError: bad operand"), **exits(1)},
        FAILED,
        "TypeError",
    ),
    # K12: sweeps
    Variation(
        "K12",
        "sweep-failed",
        {
            SWEEP: "[2022-08-08T04:43:39.991233][CONTROLLER][INFO]Experiment was 'ExperimentStatus.RUNNING', is 'ExperimentStatus.FAILED'.\n"
        },
        FAILED,
    ),
    Variation(
        "K12",
        "sweep-joined-two-ends",
        {
            SWEEP: "\"<START>[2021-02-12T17:14:39.613720][CONTROLLER][INFO]Experiment was 'ExperimentStatus.RUNNING', is 'ExperimentStatus.FAILED'.<END>\\n\"<START>[2021-02-12T18:14:39.613720][CONTROLLER][INFO]Experiment was 'ExperimentStatus.FAILED', is 'ExperimentStatus.FINISHED'.<END>\\n"
        },
        GOOD,
    ),
    Variation(
        "K12",
        "sweep-open",
        {SWEEP: '"<START>[2021-02-12T17:14:39.613720][GENERATOR][INFO]Trying to sample<END>\\n'},
        OPEN,
    ),
    # a second round: partial downloads, several retries, other writers
    Variation(
        "K1",
        "caught-in-json-log",
        {
            STD: '{"level": "error", "msg": "retry"}\n'
            + trace("requests.exceptions.ReadTimeout: read timed out")
            + '{"level": "info", "msg": "ok"}\n',
            **exits(0),
        },
        GOOD,
        "ReadTimeout",
        severity="warning",
    ),
    Variation(
        "K1",
        "worker-cuda-caught",
        {
            STDERR: "CUDA out of memory. Tried to allocate 1.00 GiB (GPU 0; 7.90 GiB total capacity)\nsmaller batch\n",
            RESULT: "Succeeded.\n",
        },
        GOOD,
        "CUDA",
        severity="warning",
    ),
    Variation("K1", "quiet-killed-old", driver("scoring", code=-9), FAILED, "-9.*kill|[Kk]illed", "memory|smaller"),
    Variation(
        "K1",
        "traceback-last-but-succeeded",
        {STD: "ok\n" + trace("BrokenPipeError: [Errno 32] Broken pipe"), **exits(0)},
        GOOD,
        "BrokenPipe",
        severity="warning",
    ),
    Variation("K2", "status-failed-no-json", control("Job is in progress. Execution status: Failed."), FAILED),
    Variation(
        "K2",
        "two-files-of-ranks",
        {
            "user_logs/std_log_0.txt": "fine\n",
            "user_logs/std_log_1.txt": trace("KeyError: 'b'"),
            **{
                WRAPPER: "".join(
                    f'2025-03-03T10:00:0{rank}.000001Z  INFO execution_wrapper: Gathered execution result for rank {rank} process_rank={rank} exit_code={rank} stderr_path=Some("user_logs/std_log_{rank}.txt")\n'
                    for rank in (0, 1)
                )
            },
        },
        FAILED,
        "KeyError",
    ),
    Variation(
        "K2",
        "canceled-by-user",
        control("Job is in progress. Execution status: Running.", "Execution status: Canceled."),
        FAILED,
    ),
    Variation(
        "K2",
        "not-started-quota",
        control(
            "Failed to start the job because of error: System.InvalidOperationException: The cluster has no idle nodes"
        ),
        FAILED,
        "no idle nodes",
    ),
    Variation(
        "K2",
        "result-failed-only",
        {RESULT: "Failed. Dependency error. The queue is not reachable.\n"},
        FAILED,
        "queue is not reachable",
    ),
    Variation(
        "K3",
        "pretty-with-tabs",
        control(
            'Job failed, job RunId is r-9. Error: {\n\t"Error": {\n\t\t"Code": "UserError",\n\t\t"Message": "StorageAccountKeyInvalid: the key of account acme was rotated"\n\t}\n}'
        ),
        FAILED,
        "key of account acme",
    ),
    Variation(
        "K3",
        "error-null-and-driver",
        {**control("Job failed, job RunId is r-9. Error: null"), **driver(trace("OSError: no model").rstrip(), code=1)},
        FAILED,
        "no model",
    ),
    Variation(
        "K3",
        "preempted",
        failed_with(
            "UserError", "AzureMLCompute job failed\nPreemptionError: Job failed because node tvmps_0a_p was pre-empted"
        ),
        FAILED,
        "[Pp]re-?empt",
        "dedicated|again",
    ),
    Variation(
        "K3",
        "exec-format",
        failed_with("UserError", "AzureMLCompute job failed\nContainerStart: exec /bin/bash: exec format error"),
        FAILED,
        "exec format",
        "amd64",
    ),
    Variation("K4", "zsh", {STD: "zsh: command not found: torchrun\n", **exits(127)}, FAILED, "torchrun"),
    Variation(
        "K4",
        "env-missing",
        {STD: "/usr/bin/env: 'python3': No such file or directory\n", **exits(127)},
        FAILED,
        "python3",
    ),
    Variation(
        "K4",
        "r-error",
        {STD: "Error in library(arrow) : there is no package called 'arrow'\nExecution halted\n", **exits(1)},
        FAILED,
        "arrow",
        "arrow",
    ),
    Variation(
        "K4",
        "dotnet",
        {
            STD: "Unhandled exception. System.IO.FileNotFoundException: Could not find file '/in/a.csv'.\n   at Acme.Score.Main()\n",
            **exits(134),
        },
        FAILED,
        "Could not find file",
    ),
    Variation(
        "K4",
        "torch-elastic",
        {
            STD: "ERROR:torch.distributed.elastic.multiprocessing.api:failed (exitcode: -9) local_rank: 0 (pid: 88) of binary: /opt/python\n",
            **exits(1),
        },
        FAILED,
        "exitcode: -9",
        "memory|smaller",
    ),
    Variation(
        "K4",
        "ucx-signal",
        {
            STD: "[node0:88  :0:88] Caught signal 11 (Segmentation fault: address not mapped to object at address 0x8)\n",
            **exits(139),
        },
        FAILED,
        "signal 11|139",
        "native",
    ),
    Variation(
        "K4",
        "python-fault",
        {
            STD: 'Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f01 (most recent call first):\n  File "score.py", line 7 in run\n',
            **exits(139),
        },
        FAILED,
        "Segmentation fault",
        "native",
    ),
    Variation(
        "K4",
        "permission-126",
        {STD: "/bin/sh: 1: /mnt/score.sh: Permission denied\n", **exits(126)},
        FAILED,
        "Permission denied",
        "executable|chmod|sh",
    ),
    Variation(
        "K4",
        "exec-perl-syntax",
        {
            STD: 'syntax error at score.pl line 3, near "my "\nExecution of score.pl aborted due to compilation errors.\n',
            **exits(255),
        },
        FAILED,
        "syntax error|Exit code 255",
    ),
    Variation("K4", "timeout-124", {STD: "scoring\n", **exits(124)}, FAILED, "124"),
    Variation(
        "K4",
        "worker-loader",
        {
            STDERR: "ffmpeg: error while loading shared libraries: libva.so.2: cannot open shared object file: No such file or directory\n",
            RESULT: "Failed. Entry script error.\n",
        },
        FAILED,
        "libva",
        "system library|image",
    ),
    Variation(
        "K6",
        "two-lifecyclers",
        {
            LIFECYCLER: "2025-03-03T10:00:00.000001Z  WARN run_lifecycler: slow\n",
            STD: trace("AssertionError: no rows"),
            **exits(1),
        },
        FAILED,
        "AssertionError",
    ),
    Variation(
        "K7",
        "bs4",
        {STD: trace("ModuleNotFoundError: No module named 'bs4'"), **exits(1)},
        FAILED,
        "bs4",
        "beautifulsoup4",
    ),
    Variation(
        "K7",
        "own-package",
        {STD: trace("ModuleNotFoundError: No module named 'src.features'"), **exits(1)},
        FAILED,
        "src",
        "code folder",
    ),
    Variation(
        "K7",
        "attribute-of-version",
        {STD: trace("AttributeError: module 'numpy' has no attribute 'bool'"), **exits(1)},
        FAILED,
        "numpy",
        "[Pp]in|version",
    ),
    Variation(
        "K8",
        "unauthorized-push",
        build("#12 pushing", "unauthorized: authentication required", "Building docker image failed with exit code: 1"),
        FAILED,
        "unauthorized",
        "AcrPush|registry",
    ),
    Variation(
        "K8",
        "apt-404",
        build(
            "#5 2.1 E: Failed to fetch http://deb.example/pool/x.deb  404  Not Found",
            "#5 2.2 E: Unable to fetch some archives",
            "Building docker image failed with exit code: 1",
        ),
        FAILED,
        "Failed to fetch",
    ),
    Variation(
        "K8",
        "timeout",
        build(
            "#9 30.1 ReadTimeoutError: HTTPSConnectionPool(host='pypi.example', port=443): Read timed out.",
            "Building docker image failed with exit code: 1",
        ),
        FAILED,
        "Read timed out",
    ),
    Variation(
        "K9",
        "driver-levels-good",
        driver("2021/06/07 10:00:03 WARNING mlflow: old", "2021-06-07 10:00:04 [INFO] going", code=0),
        GOOD,
    ),
    Variation(
        "K10",
        "syntax-error",
        {
            STD: 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    import score\n  File "/wd/score.py", line 9\n    def run(:\n            ^\nSyntaxError: invalid syntax\n',
            **exits(1),
        },
        FAILED,
        "SyntaxError",
    ),
    Variation(
        "K10",
        "group",
        {
            STD: '  + Exception Group Traceback (most recent call last):\n  |   File "a.py", line 3, in <module>\n  |     go()\n  | ExceptionGroup: several (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: one\n    +---------------- 2 ----------------\n    | TypeError: two\n    +------------------------------------\n',
            **exits(1),
        },
        FAILED,
        "ExceptionGroup|several|ValueError",
    ),
    Variation(
        "K11",
        "inodes",
        {
            STDERR: trace("OSError: [Errno 28] No space left on device: '/tmp/x'"),
            RESULT: "Failed. Entry script error.\n",
        },
        FAILED,
        "No space left",
        "disk|temporary",
    ),
    Variation(
        "K11",
        "bad-alloc-worker",
        {
            STDERR: "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n",
            RESULT: "Failed. Entry script error.\n",
        },
        FAILED,
        "bad_alloc|memory",
        "memory|smaller",
    ),
    Variation(
        "K12",
        "sweep-cancelled-lines",
        {
            SWEEP: "[2022-08-08T04:40:39.991233][CONTROLLER][WARNING]User errors were found in at least one of the child runs.\n[2022-08-08T04:43:39.991233][CONTROLLER][INFO]Experiment was 'ExperimentStatus.RUNNING', is 'ExperimentStatus.CANCELLED'.\n"
        },
        FAILED,
    ),
    Variation(
        "K12",
        "sweep-joined-no-newline",
        {
            SWEEP: "<START>[2021-02-12T17:14:39.613720][API][INFO]Experiment created<END><START>[2021-02-12T18:14:39.6137201Z][CONTROLLER][INFO]Experiment was 'ExperimentStatus.RUNNING', is 'ExperimentStatus.FINISHED'.<END>"
        },
        GOOD,
    ),
)


def write(root: Path) -> None:
    """Write each variation's tree below a folder, by its name."""
    for variation in VARIATIONS:
        for path, text in variation.files.items():
            file = root / variation.id / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
