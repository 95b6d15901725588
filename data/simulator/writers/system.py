"""Logs of master, node managers and workers (formats.md §4, §6, §7)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from simulator.history import Attempt, History, Process
from simulator.world import Node, Version, World
from simulator.writers import layout
from simulator.writers.endings import end_texts
from simulator.writers.files import Files, asctime
from simulator.writers.tables import queue_message

_DRIVER = "/mnt/azureml/cr/j/8f6d/exe/wd/prs_prod/lib/python3.8/site-packages/azureml_sys/parallel_run"
_SCRIPT = "/mnt/azureml/cr/j/8f6d/exe/wd"
_NOISE = (
    "stderr: Already registered authentication for run id: 5f0c",
    "stderr: terminate called without an active exception",
    "stderr: WARNING: An illegal reflective access operation has occurred",
)


@dataclass(frozen=True)
class _Log:
    """One process's log: where it lies, in which form its records are, and where its warnings and errors go too."""

    files: Files
    world: World
    node: Node
    path: str
    name: str
    pid: int
    thread: bool
    """Records of master and manager have a thread (V1 and later)."""
    logger: str

    def say(self, time: float, level: str, message: str) -> None:
        """Writes a record, also to the file of its level."""
        line = self._record(time, level, message)
        self.files.line(self.path, time, line)
        if level not in {"ERROR", "WARNING"}:
            return
        if self.name == "master":
            self.files.line(f"logs/sys/{level.lower()}.txt", time, line)
        else:
            self.files.line(layout.level_log(level, self.node, self.name), time, line)

    def _record(self, time: float, level: str, message: str) -> str:
        moment = asctime(self.world.time(time, self.node))
        if self.world.version == Version.V0:
            return f"{moment}|ParallelRunStep.{self.logger}|{level}|{self.pid}|{message}"
        thread = f"{139_773_019_000_000 + self.pid}|" if self.thread else ""
        return f"{moment}|{level}|{self.pid}|{thread}{message}"


def write_system(files: Files, world: World, history: History) -> None:
    """All logs of the driver's own processes."""
    if history.reason == "setup":
        return
    _write_master(files, world, history)
    for node in world.nodes:
        if node.joins_s < history.ended:
            _write_manager(files, world, history, node)
    for process in history.processes:
        _write_worker(files, world, history, process)


def traceback_of(attempt: Attempt) -> str:
    """What Python prints of the attempt's exception."""
    return attempt.error.traceback(_SCRIPT, _DRIVER) if attempt.error else ""


def _master(files: Files, world: World, part: str, node: Node) -> _Log:
    return _Log(files, world, node, layout.master_log(world.version, part), "master", 356, True, "Master")


def _write_master(files: Files, world: World, history: History) -> None:
    failover = world.traits.get("failover")
    turns = history.ended * failover if isinstance(failover, float) else None
    part = f".{world.start:%Y%m%d%H}" if world.version == Version.V1 else ""
    log = _master(files, world, part if turns is None else f"{part}.0" if part else ".0", world.nodes[0])
    later = log if turns is None else _master(files, world, f"{part}.1" if part else ".1", world.nodes[1])
    begun = history.scheduling_started
    log.say(begun, "INFO", "Start scheduling.")
    if world.version > Version.V0:
        log.say(begun + 0.02, "INFO", "The task provider type is FileDatasetProvider.")
        log.say(begun + 0.5, "INFO", f"Input folders ['/mnt/input/{world.input_folder}'], from index 0.")
        log.say(begun + 0.5, "INFO", f"Scheduling tasks for input 0: /mnt/input/{world.input_folder}.")
    if world.first_task_s > 60:
        for seconds in range(60, int(world.first_task_s), 60):
            log.say(
                begun + seconds,
                "WARNING",
                f"First task creation is taking longer than {seconds} seconds. Check the inputs.",
            )
    _write_scheduling(log, later, world, history, turns)
    ending = end_texts(world, history)
    for number, text in enumerate(ending.master):
        level = "INFO" if history.completed or "The ParallelRunStep processed" in text else "ERROR"
        later.say(history.ended + 0.05 * number, level, text)


def _write_scheduling(log: _Log, later: _Log, world: World, history: History, turns: float | None) -> None:
    items = 0
    for number, (time, mini_batch) in enumerate(history.scheduled):
        items += mini_batch.items
        here = later if turns is not None and time > turns else log
        if number == 0 and world.version > Version.V0:
            moment = world.time(time, here.node)
            here.say(
                time,
                "INFO",
                f"{here.node.key}: setting job stage to FIRST_TASK_SCHEDULED, reason: The first task created at {moment}.",
            )
            here.say(time, "INFO", "Setting job stage to FIRST_TASK_SCHEDULED.")
        last = number == len(world.mini_batches) - 1
        if (last or number % 25 == 0) and world.version > Version.V0:
            here.say(
                time + 0.01,
                "INFO",
                f"Save checkpoint for folder 0, offset {items}, task_id {mini_batch.id}, total_items {items}, finished={last}.",
            )
        elif last:
            text = f"Master - Task queue job completed: Scheduled {number + 1} mini batches with {items} items. "
            here.say(
                time,
                "INFO",
                f"{text}Provider init time: 0.4, first task creation time: {world.first_task_s:.2f}, total queue time: 3.1.",
            )


def _write_manager(files: Files, world: World, history: History, node: Node) -> None:
    name = layout.manager_name(world.version)
    log = _Log(
        files, world, node, layout.node_log(world.version, node, name), name, 40 + node.index, True, "AgentManager"
    )
    log.say(node.joins_s + 1.2, "INFO", f"Start {world.processes_per_node} worker processes on {node.key}.")
    if world.traits.get("platform_noise"):
        for number in range(3):
            log.say(node.joins_s + 3 + number * 1.3, "ERROR", _NOISE[(number + node.index) % 3])
    for process in history.processes:
        if process.node is node and process.ended is not None and process.ended_by in {"signal", "init", "timeout"}:
            _write_end(log, world, process)
    if not node.takes_work:
        for seconds in range(60, int(history.ended - node.joins_s), 300):
            log.say(node.joins_s + seconds, "INFO", "Wait for the workers to get ready.")
    if node.leaves_s is None and history.reason != "stopped":
        log.say(history.ended + 0.5, "INFO", "The job is over. Stop all worker processes.")


def _write_end(log: _Log, world: World, process: Process) -> None:
    assert process.ended is not None
    name = layout.process_name(world.version, process)
    seen = process.ended + 0.4
    if process.ended_by == "signal":
        crash = world.traits.get("crash_words")
        if isinstance(crash, str) and crash and process.exit_code != -9:
            log.say(process.ended + 0.1, "ERROR", f"stderr: {crash}")
        if world.traits["exit_words"]:
            log.say(seen, "WARNING", _exit_words(world, name, process))
        dead = [attempt for attempt in process.attempts if attempt.outcome == "death"]
        for attempt in dead:
            log.say(seen + 0.1, "ERROR", f"Process abort with unfinished mini batch {attempt.mini_batch.id}.")
    elif world.traits["exit_words"]:
        log.say(seen, "WARNING", _exit_words(world, name, process))


def _exit_words(world: World, name: str, process: Process) -> str:
    """How a manager of this version says that a worker ended: no such line is public, so the words vary."""
    code = process.exit_code
    words = (
        f"{name} exited with code {code}.",
        f"The process {name} (pid {process.pid}) has exited with exit code {code}. Start a new one.",
        f"Worker {name} is not alive, exitcode={code}.",
        f"{name} with pid {process.pid} ended unexpectedly. Exit code: {code}.",
        f"Worker process {name} terminated. exit_code: {code}. Restarting.",
        f"Detected that {name} stopped (pid={process.pid}, exit code {code}).",
    )
    if process.ended_by == "signal" and world.traits["wording"] == 3:
        return f"{name} with pid {process.pid} was terminated by signal {-(code or 0)}."
    return words[int(str(world.traits["wording"]))]


def _write_worker(files: Files, world: World, history: History, process: Process) -> None:
    name = layout.process_name(world.version, process)
    log = _Log(
        files,
        world,
        process.node,
        layout.node_log(world.version, process.node, name),
        name,
        process.pid,
        False,
        "Agent",
    )
    log.say(process.started + 0.2, "INFO", f"Process {name} started. pid: {process.pid}.")
    if process.init_error and process.init_ended is not None:
        text = f"Failed to call scoring init() with {process.init_error.last_line}. Error detail: "
        log.say(process.init_ended, "ERROR", text + process.init_error.traceback(_SCRIPT, _DRIVER))
    for attempt in process.attempts:
        _write_attempt(log, world, attempt)
    if process.ended_by == "stop" and history.reason not in {"stopped"} and process.init_ended is not None:
        log.say(history.ended + 0.3, "INFO", _telemetry(world, process, history))


def _telemetry(world: World, process: Process, history: History) -> str:
    """A worker's own sums at its end (V0: telemetry line; later: a plain sentence)."""
    ended = [attempt for attempt in process.attempts if attempt.outcome not in {"open", "death"}]
    if world.version > Version.V0:
        return f"The process is stopping. It has processed {len(ended)} mini batches."
    done = [attempt for attempt in ended if attempt.outcome == "done"]
    pairs = {
        "hostIp": process.node.ip,
        "processId": process.pid,
        "computeType": "AmlCompute",
        "startTime": world.time(process.started, process.node).isoformat(),
        "endTime": world.time(history.ended, process.node).isoformat(),
        "duration": round(history.ended - process.started, 3),
        "processTime": round(process.cpu_s(history.ended), 3),
        "scoringTime": round(sum(attempt.run_ended_s for attempt in ended), 3),
        "totalTasks": len(ended),
        "succeededTask": len(done),
        "totalItems": sum(attempt.mini_batch.items for attempt in ended),
        "succeededItems": sum(attempt.succeeded for attempt in ended),
    }
    return "Worker - Telemetry: " + ", ".join(f"{key}:{value}" for key, value in pairs.items())


def _write_attempt(log: _Log, world: World, attempt: Attempt) -> None:
    wording = world.traits["wording"]
    id_ = attempt.mini_batch.id
    log.say(attempt.started, "INFO", f"Got task {id_}.")
    if attempt.lost or attempt.outcome in {"open", "death"}:
        return
    if attempt.outcome == "timeout":
        log.say(attempt.ended, "ERROR", _timeout(world, attempt))
        if world.version == Version.V0:
            log.say(
                attempt.ended,
                "ERROR",
                f"mini batch {id_} did not finish in {world.run_timeout_s} seconds. Stopping this process.",
            )
        elif wording == 5:
            key = f"({id_}, {attempt.pick})"
            log.say(
                attempt.ended + 0.3,
                "ERROR",
                f"Failed to set task visible because of {key}.\nTraceback (most recent call last):\nKeyError: {key}",
            )
    elif attempt.error is not None:
        task, error = queue_message(world, attempt), attempt.error
        if world.version == Version.V0:
            text = (
                f"Failed to Failed to process task {task} with {error.last_line}. Error detail: {traceback_of(attempt)}"
            )
        else:
            shown = _square(task) if world.version >= Version.V3 and wording in {1, 2, 5} else task
            text = f"Failed to process {shown} with error {error.message}. Detail: {traceback_of(attempt)}"
        log.say(attempt.ended, "ERROR", text)
    elif attempt.outcome == "poisoned":
        log.say(attempt.ended, "ERROR", f"Found poison message {queue_message(world, attempt)}.")
    else:
        log.say(attempt.ended, "INFO", _done(attempt))


def _timeout(world: World, attempt: Attempt) -> str:
    agent = {
        "agent": layout.process_name(world.version, attempt.process),
        "task_id": attempt.mini_batch.id,
        "dequeue_count": attempt.pick,
        "total": attempt.mini_batch.items,
        "succeeded": 0,
        "method": "run",
        "exc_type": "",
        "message": "",
    }
    if world.version >= Version.V3:
        agent |= {"run_method_duration": attempt.run_ended_s, "status": "RUN_TIMEOUT"}
    return f"Stop for run() unable to finish within {world.run_timeout_s} seconds for {json.dumps(agent)}"


def _square(text: str) -> str:
    """The driver's own way with braces in errors (formats.md §4)."""
    return text.replace("{", "[").replace("}", "]")


def _done(attempt: Attempt) -> str:
    counts = f"Total count: {attempt.mini_batch.items}, success count: {attempt.succeeded}"
    times = f"processing time: {attempt.elapsed_s:.3f}, run method time: {attempt.run_ended_s:.3f}"
    return f"Batch processing completed. {counts}, {times}"
