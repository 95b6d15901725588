"""What the entry script left: its errors, its output, the merged error file (formats.md §8)."""

from __future__ import annotations

from collections import Counter

from simulator.history import History, Process
from simulator.script_errors import ScriptError
from simulator.world import Version, World
from simulator.writers import layout
from simulator.writers.files import Files, asctime, iso
from simulator.writers.system import traceback_of

_SCRIPT = "/mnt/azureml/cr/j/8f6d/exe/wd"
_NOTICE = (
    "This file shows errors in loading, calling init() and calling run() of the entry script. An error here may not impact the "
    'job result. Please check "job_result.txt" for the job result.'
)
_WORDS = (
    "0 errors found in header, 3 warnings ignored",
    "INFO:score:retry policy: fail after 5 errors, timeout 30 s",
    "optional column 'failed_at' not found, using default",
    "WARNING:root:No exception handler registered, using default",
    "loss 0.0412 - error_rate 0.031 - killed neurons 0",
)
_PLAIN = ("loaded model in 1.3 s", "scoring batch", "100%|██████████| 10/10", "INFO:score:done", "batch ready ✓")


def write_user(files: Files, world: World, history: History) -> None:
    """All files below `logs/user`, and `job_error` since V3."""
    if history.reason == "setup":
        return
    errors: list[tuple[float, Process, str, ScriptError]] = []
    for process in history.processes:
        if process.init_error and process.init_ended is not None:
            text = process.init_error.traceback(_SCRIPT, _SCRIPT + "/driver")
            errors.append((process.init_ended, process, text, process.init_error))
        errors += [(a.ended, process, traceback_of(a), a.error) for a in process.attempts if a.error and not a.lost]
        _write_output(files, world, process)
    for time, process, text, error in sorted(errors, key=lambda error: error[0]):
        _write_error(files, world, time, process, text, error)
    _write_merged(files, world, history, [(time, process, text) for time, process, text, _ in errors])
    _write_summary(files, world, history, [error for *_, error in errors])


def _write_error(files: Files, world: World, time: float, process: Process, text: str, error: ScriptError) -> None:
    name = layout.process_name(world.version, process)
    moment = asctime(world.time(time, process.node))
    logger = "ParallelRunStep.User Error|" if world.version == Version.V0 else ""
    message = f"Entry script {error.function}() failed for {error.last_line}. Details {text}"
    files.line(layout.user_error(process.node, name), time, f"{moment}|{logger}ERROR|{process.pid}|{message}")
    if world.version == Version.V0:
        files.line("logs/user/error.txt", time, f"{moment}|{logger}ERROR|{process.pid}|{message}")


def _write_merged(files: Files, world: World, history: History, errors: list[tuple[float, Process, str]]) -> None:
    if world.version < Version.V3 or not errors:
        return
    path = "logs/job_error.txt" if world.traits["wording"] != 4 else "logs/job_error.0.txt"
    node = world.nodes[0]
    files.line(path, history.scheduling_started, f"{iso(world.time(history.scheduling_started, node))} {_NOTICE}")
    for time, process, text in errors:
        name = layout.process_name(world.version, process)
        head = f"{iso(world.time(time, process.node))} The {name} on node {process.node.key} failed with error: "
        files.line(path, time, head + text)


def _write_summary(files: Files, world: World, history: History, errors: list[ScriptError]) -> None:
    runs = [error for error in errors if error.function == "run"]
    if not runs or world.version == Version.V0 or history.reason == "stopped":
        return
    lines = [
        f"The run() function in the entry script had raised exception for {len(runs)} times. Please check logs at logs/user/error/* for details."
    ]
    lines += [
        f"  * Error '{message}' occurred {count} times."
        for message, count in Counter(error.message for error in runs).most_common()
    ]
    moment = asctime(world.time(history.ended + 1, world.nodes[0]))
    files.line("logs/user/error.txt", history.ended, f"{moment}|ERROR|356|139773019000356|" + "\n".join(lines))


def _write_output(files: Files, world: World, process: Process) -> None:
    name = layout.process_name(world.version, process)
    path = layout.user_stream(world.version, process.node, name, "stdout")
    words = _WORDS if world.traits.get("words") else _PLAIN
    for number, attempt in enumerate(process.attempts[:12]):
        files.line(path, attempt.started + 1, words[(number + process.number) % len(words)])
    handled = world.traits.get("handled_traceback")
    if isinstance(handled, ScriptError) and process.number == 0 and process.node.index == 0 and process.attempts:
        text = handled.traceback(_SCRIPT, _SCRIPT + "/driver")
        files.line(
            path, process.attempts[0].started + 2, f"service did not answer, try again\n{text}\nanswered on attempt 2"
        )
    if world.version > Version.V0 and process.number % 2 == 0:
        error_path = layout.user_stream(world.version, process.node, name, "stderr")
        files.line(
            error_path,
            process.started,
            "/azureml-envs/lib/python3.8/site-packages/sklearn/base.py:329: UserWarning: Trying to unpickle estimator",
        )
        crash = world.traits.get("crash_words")
        if process.ended is not None and process.ended_by == "signal" and isinstance(crash, str) and crash:
            files.line(error_path, process.ended, crash)
