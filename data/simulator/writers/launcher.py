"""Logs of the launcher and of the platform around the driver (formats.md §11, §18)."""

from __future__ import annotations

import json
from datetime import timedelta

from simulator.history import History
from simulator.script_errors import ScriptError
from simulator.world import Version, World
from simulator.writers.endings import end_texts
from simulator.writers.failed_setup import Setup, failed_setup
from simulator.writers.files import Files

_SDK = "/mnt/azureml/cr/j/8f6d/exe/wd/prs_prod/lib/python3.8/site-packages/azureml_sys/parallel_run"


def write_launcher(files: Files, world: World, history: History) -> None:
    """The launcher's output, the control plane's logs, and since V4 those of the common runtime."""
    setup = failed_setup(world)
    if setup and setup.build_log:
        _write_build(files, world, setup)
    if not setup or setup.launcher:
        if world.version == Version.V4:
            _write_std_log(files, world, history, setup)
        else:
            _write_driver_log(files, world, history, setup)
    _write_control(files, world, history, setup)
    if world.version == Version.V4 and not (setup and setup.build_log):
        _write_runtime(files, world, history, setup)


def exit_code(world: World, history: History, setup: Setup | None) -> int:
    """Of the user's process."""
    if setup:
        return setup.exit_code
    if history.reason == "stopped":
        return 137
    return 0 if history.completed else 42 if world.version >= Version.V3 else 1


def _write_build(files: Files, world: World, setup: Setup) -> None:
    path = "azureml-logs/20_image_build_log.txt"
    files.text(path, "Image Build Status: Running")
    lines = setup.build_log.split("\n")
    if world.traits.get("setup_detail") == "build log, cut":
        lines = lines[: max(4, len(lines) * 3 // 4)]
    for number, line in enumerate(lines):
        moment = world.time(2 + number * 1.4)
        of_traceback = line.startswith((" ", "SystemExit"))  # written at once, with one time
        files.text(path, line if of_traceback else f"{moment:%Y-%m-%dT%H:%M:%S}: {line}")


def _write_std_log(files: Files, world: World, history: History, setup: Setup | None) -> None:
    path = "user_logs/std_log_0.txt"
    if setup and not setup.in_driver:
        files.text(path, setup.launcher)
        return
    warning = "/azureml-envs/azureml_23/lib/python3.8/site-packages/paramiko/pkey.py:100: CryptographyDeprecationWarning: TripleDES has been moved"
    files.text(path, f'{warning}\n  "cipher": algorithms.TripleDES,')
    files.text(path, "Azure Machine Learning Batch Inference Start")
    moment = world.time(4, world.nodes[0])
    files.text(path, f"[{moment:%Y-%m-%d %H:%M:%S.%f}] No started flag set. Skip creating started flag.")
    handled = world.traits.get("handled_traceback")
    if isinstance(handled, ScriptError):
        files.text(
            path, handled.traceback("/mnt/azureml/cr/j/8f6d/exe/wd", "/azureml-envs/lib") + "\ntelemetry is off, go on"
        )
    if history.reason == "stopped":
        return
    if setup:
        files.text(path, setup.launcher)
    files.text(
        path,
        "Azure Machine Learning Batch Inference End\nCleaning up all outstanding Run operations, waiting 300.0 seconds",
    )
    files.text(path, "2 items cleaning up...\nCleanup took 0.19039106369018555 seconds")
    code = exit_code(world, history, setup)
    if code:
        files.text(
            path,
            f'Traceback (most recent call last):\n  File "driver/amlbi_main.py", line 275, in <module>\n    main()\n  File "driver/amlbi_main.py", line 226, in main\n    sys.exit(exitcode_candidate)\nSystemExit: {code}',
        )


def _write_driver_log(files: Files, world: World, history: History, setup: Setup | None) -> None:
    path = "azureml-logs/70_driver_log.txt" if world.version <= Version.V1 else "azureml-logs/70_driver_log_0.txt"
    node = world.nodes[0]

    def go(seconds: float, text: str) -> None:
        files.text(path, f"{world.time(seconds, node):%Y/%m/%d %H:%M:%S} {text}")

    def iso_line(seconds: float, text: str) -> None:
        files.text(path, f"[{world.time(seconds, node).isoformat()}] {text}")

    go(0, "logger.go:297: Attempt 1 of http call to http://10.0.0.4:16384/sendlogstoartifacts/info")
    iso_line(1, "Entering context manager injector.")
    if setup and not setup.in_driver:
        files.text(path, setup.launcher)
    else:
        arguments = ["--scoring_module_name", "score.py", "--mini_batch_size", str(world.mini_batches[0].items)]
        arguments += [
            "--run_invocation_timeout",
            str(world.run_timeout_s),
            "--error_threshold",
            str(world.error_threshold),
        ]
        iso_line(3, f"Preparing to call script [driver/amlbi_main.py] with arguments:{arguments}")
        handled = world.traits.get("handled_traceback")
        if isinstance(handled, ScriptError):
            files.text(path, handled.traceback("/mnt/wd", "/azureml-envs/lib") + "\ntelemetry is off, go on")
        if setup:
            files.text(path, setup.launcher)
        elif history.reason == "stopped":
            return
        elif not history.completed:
            text = end_texts(world, history).exception
            if world.end_error != "silent":
                files.text(
                    path,
                    f'Traceback (most recent call last):\n  File "{_SDK}/master_role.py", line 171, in start\n    raise exc\n{text}',
                )
    good = history.completed and not setup
    iso_line(history.ended + 6, f"The experiment {'completed successfully' if good else 'failed'}. Finalizing run...")
    files.text(
        path,
        "Cleaning up all outstanding Run operations, waiting 900.0 seconds\n1 items cleaning up...\nCleanup took 0.4047 seconds",
    )
    go(history.ended + 9, f"Process Exiting with Code:  {exit_code(world, history, setup)}")


def _write_control(files: Files, world: World, history: History, setup: Setup | None) -> None:
    path, begun = "logs/azureml/executionlogs.txt", world.start - timedelta(seconds=95)

    def say(moment: object, text: str, path: str = path) -> None:
        files.text(path, f"[{moment:%Y-%m-%d %H:%M:%SZ}] {text}")

    code, end = exit_code(world, history, setup), world.time(history.ended + 15)
    failed = not history.completed or setup is not None
    whole = setup is not None or history.reason == "stopped" or world.version <= Version.V3
    if not whole:
        return
    say(begun, f"RunId:[{world.name}] ParentRunId:[parent-of-{world.name}] ComputeTarget:[AmlCompute]")
    say(begun + timedelta(seconds=3), "Job is running, job runstatus is Queued")
    if not setup or not setup.build_log:
        say(world.start, "Job is running, job runstatus is Running")
    if not failed:
        say(end, f"Job finished, job RunId is {world.name}")
        return
    error = json.dumps(
        {
            "Error": {
                "Code": "UserError",
                "Severity": None,
                "Message": _message(world, history, setup, code),
                "InnerError": None,
            }
        }
    )
    say(end, f"Job failed, job RunId is {world.name}. Error: {error}", "logs/azureml/stderrlogs.txt")


def _message(world: World, history: History, setup: Setup | None, code: int) -> str:
    log = "user_logs/std_log_0.txt" if world.version == Version.V4 else "azureml-logs/70_driver_log.txt"
    exited = f"Execution failed. User process 'python' exited with status code {code}. Please check log file '{log}' for error details."
    if setup:
        return f"{setup.control or exited} Error: {setup.tail}" if setup.tail else setup.control or exited
    if history.reason == "stopped":
        if world.traits["stopped_by"] == "PreemptionError":
            return "AzureMLCompute job failed.\nPreemptionError: Nodes of this job got pre-empted. Check if the run has failed or restarted.\n\tReason: Received pre-emption warning signal."
        return f"{exited} Error: Killed"
    return f"{exited} Error: {end_texts(world, history).exception or 'SystemExit: 42'}"


def _write_runtime(files: Files, world: World, history: History, setup: Setup | None) -> None:
    """`lifecycler` and its like; noise of theirs is no sign of anything (formats.md §18.8)."""
    folder = "system_logs/lifecycler"
    code = exit_code(world, history, setup)

    def rust(path: str, seconds: float, level: str, text: str) -> None:
        files.line(
            path,
            seconds,
            f"{world.time(seconds, world.nodes[0]).isoformat(timespec='microseconds')}Z {level:>5} {text}",
        )

    rust(f"{folder}/vm-bootstrapper.log", 0.1, "INFO", "bootstrap: vm_bootstrapper: starting the job")
    rust(
        f"{folder}/lifecycler.log",
        1,
        "INFO",
        "run_lifecycler: lifecycler::lifecycle: entering phase rank=None phase=0 is_leader=true",
    )
    if world.traits.get("platform_noise"):
        rust(
            f"{folder}/vm-bootstrapper.log",
            0.4,
            "ERROR",
            "bootstrap: vm_bootstrapper::certs: failed to read certificate: No such file or directory (os error 2)",
        )
        rust(
            f"{folder}/lifecycler.log",
            2,
            "WARN",
            "run_lifecycler: grpc_utils::span: failed to inject span context to grpc request",
        )
        rust(
            "system_logs/metrics_capability/metrics-capability.log",
            9,
            "ERROR",
            "heartbeat: metrics_capability: Failed to get environment variable AZUREML_X, exception=GetEnvVarFailed",
        )
    if not setup or setup.launcher:
        text = f'execution_wrapper::execution: Gathered execution result for rank 0 process_rank=0 exit_code={code} stderr_path=Some("user_logs/std_log_0.txt")'
        rust(f"{folder}/execution-wrapper.log", history.ended + 8, "INFO", f"Execution::wait_for_completion: {text}")
    status = "Failed" if code else "Succeeded"
    rust(
        f"{folder}/lifecycler.log",
        history.ended + 9,
        "INFO",
        f"run_lifecycler:exit_capabilities: lifecycler::lifecycle: job_status: {status}",
    )
