"""The driver of a rehearsal: hands out mini-batches, watches its workers, replaces those that end, and writes the logs.

One thread and one loop: a worker's pipe wakes it, or the next time limit, or the next sample.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from ingest.errors import StoreError, is_disk_full
from ingest.rehearse import guard
from ingest.rehearse.plan import MiniBatch, Settings
from ingest.rehearse.process import Process, new_run_id, outputs, start_process
from ingest.rehearse.sampling import Sampler
from ingest.rehearse.tree import LIFECYCLER, WRAPPER, Tree, iso, iso_z, span

_TIMEOUT_EXIT = 71
"""The platform's exit code of a worker that took too long."""
_FAILED_EXIT = 42
_PROGRESS_S = 10.0
_STOP_GRACE_S = 5.0
_CLOSED_GRACE_S = 1.0


@dataclass
class Try:
    """One attempt at a mini-batch."""

    id: int
    pick: int
    node: str
    process: str
    started: datetime
    """UTC, naive."""
    items: int
    succeeded: int
    status: str
    elapsed_s: float
    cpu_s: float
    run_s: float
    memory: int | None
    """Resident bytes of the process after it."""
    number: int
    """Which mini-batch of its process it was, from 0."""


@dataclass
class Outcome:
    """What a rehearsal saw; its logs tell the rest."""

    run_id: str
    reason: str = "all"
    """Why it ended: all, threshold, init, stopped."""
    seconds: float = 0.0
    tries: list[Try] = field(default_factory=list)
    unfinished: list[tuple[int, int, str, str]] = field(default_factory=list)
    """Attempts that the end of the job interrupted: id, number, node, process."""
    load_s: list[float] = field(default_factory=list)
    init_s: list[float] = field(default_factory=list)
    init_failures: int = 0
    breaches: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """What the contract forbids: by name of the check, texts and how often."""
    unmapped: int = 0
    """Mini-batches with results of which none names an input."""
    peak_memory: dict[tuple[str, str], int] = field(default_factory=dict)
    """Highest bytes of a process and its children."""
    children_seen: int = 0
    python: str = ""


class Driver:
    """Runs one rehearsal, in the main thread."""

    def __init__(
        self, settings: Settings, tasks: Sequence[MiniBatch], report: Callable[[str], None] = lambda _: None
    ) -> None:
        """`report` is given a line about the progress every ten seconds."""
        self.settings, self.tasks, self.report = settings, tasks, report
        self.tree = Tree(settings.output / "artifacts")
        self.outcome = Outcome(new_run_id())
        self.queue: deque[MiniBatch] = deque(tasks)
        self.processes: list[Process] = []
        self.next_number: Counter[str] = Counter()
        self.init_failures: Counter[str] = Counter()
        self.final: dict[int, Try] = {}
        self.failed_items = self.failed_batches = 0
        self.rows: dict[int, tuple[Process, int, int]] = {}
        self.raised: Counter[tuple[str, str]] = Counter()
        self.selector = selectors.DefaultSelector()
        self.sampler = Sampler(self.tree)
        self.begun = monotonic()
        self.next_progress = self.begun + _PROGRESS_S
        self.next_sample = self.begun
        self.guard: subprocess.Popen[bytes] | None = None

    def run(self) -> Outcome:
        """Runs all mini-batches. Ctrl-C ends it: a whole tree is left all the same."""
        with self._stopped_by_signals():
            try:
                outputs(self.settings).mkdir(parents=True, exist_ok=True)
                self._begin()
                self._start_nodes()
                while self.outcome.reason == "all" and len(self.final) < len(self.tasks):
                    self._turn()
                self._end_workers()
                self._end()
            except OSError as error:
                if is_disk_full(error):
                    said = f"{self.settings.output}: the disk is full: the logs of the rehearsal cannot be written"
                    raise StoreError(said, "Make room, or rehearse into a folder on another disk: --output") from None
                raise
            finally:
                self._kill_all()
        return self.outcome

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and SIGHUP end the loop instead of breaking into whatever is being done."""

        def stop(_number: int, _frame: object) -> None:
            self.outcome.reason = "stopped"

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _start_nodes(self) -> None:
        for node in map(str, range(self.settings.nodes)):
            self.tree.manager(node, "INFO", f"Starting {self.settings.processes} worker processes on {node}.")
            for _ in range(self.settings.processes):
                self._start(node)

    # ---- the loop

    def _turn(self) -> None:
        now = monotonic()
        for key, _ in self.selector.select(max(0.0, min(self._next_limit(), 0.25 + now) - now)):
            self._hear(key.data)
        for process in list(self.processes):
            if process.popen.poll() is not None and process in self.processes:
                self._hear(process)  # a child of its may hold the pipe open
                self._ended(process)
        now = monotonic()
        for process in self.processes:
            if process.killed is None and now - process.since > self._limit(process):
                process.killed = "timeout"
                process.kill()
        if now >= self.next_progress:
            self.next_progress = now + _PROGRESS_S
            self._progress()
        if self.settings.sample_interval_s and now >= self.next_sample:
            self.next_sample = now + self.settings.sample_interval_s
            self._sample()

    def _limit(self, process: Process) -> float:
        """Seconds that what a process does may take."""
        if process.stage == "run":
            return self.settings.run_timeout_s
        if process.stage in {"load", "init"}:
            return 3 * self.settings.run_timeout_s + 30
        return float("inf")

    def _next_limit(self) -> float:
        limits = [process.since + self._limit(process) for process in self.processes]
        return min([self.next_progress, self.next_sample, *limits])

    def _hear(self, process: Process) -> None:
        """Takes what a process tells; at the end of its pipe it has ended."""
        if process not in self.processes:
            return
        with suppress(BlockingIOError):
            while (events := process.read()) is not None:
                for event in events:
                    self._take(process, event)
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(_CLOSED_GRACE_S)
            process.kill()  # it closed its pipe and lives: it cannot be heard any more
            self._ended(process)

    def _take(self, process: Process, event: dict[str, Any]) -> None:
        if not process.waits_for(event):
            return
        for path in event["writes"]:
            self.outcome.breaches["writes_outside"][path] += 1
        listeners = {
            "loaded": self._loaded,
            "load_failed": self._load_failed,
            "init_done": self._init_done,
            "init_failed": self._init_failed,
            "run_done": self._run_done,
            "run_failed": self._run_failed,
        }
        listeners[event["event"]](process, event)
        if process.stage == "idle" and self.queue and self.outcome.reason == "all":
            self._give(process)

    def _give(self, process: Process) -> None:
        task = self.queue.popleft()
        process.give(task)
        self.tree.worker(process.node, process.name, process.pid, "INFO", f"Got task {task.id}.")

    def _start(self, node: str) -> None:
        process = start_process(self.settings, self.tree, self.outcome.run_id, node, self.next_number[node])
        self.next_number[node] += 1
        self._tell_guard(f"+{process.pid}")
        self.processes.append(process)
        self.selector.register(process.results, selectors.EVENT_READ, process)
        self.tree.manager(node, "INFO", f"The process {process.name} started with pid {process.pid}.")

    def _tell_guard(self, line: str) -> None:
        if self.guard and self.guard.stdin:
            with suppress(BrokenPipeError):
                self.guard.stdin.write(line.encode() + b"\n")
                self.guard.stdin.flush()

    # ---- what a worker tells

    def _life(self, process: Process, status: str, seconds: float, category: str = "", message: str = "") -> None:
        cells = ["", "", process.node, process.name, iso(process.started), "", "", ""]
        self.tree.mini_batch([*cells, f"{seconds:.4f}", "", "", status, category, message, ""])

    def _loaded(self, process: Process, event: dict[str, Any]) -> None:
        process.stage, process.since = "init", monotonic()
        self.outcome.python = event["python"]
        self.outcome.load_s.append(event["seconds"])
        self._note_breaches(event)
        self._life(process, "LOAD_DONE", event["seconds"])

    def _load_failed(self, process: Process, event: dict[str, Any]) -> None:
        error = event["error"]
        missing = "has no function" in error["message"] and error["type"] == "AttributeError"
        self.outcome.breaches["functions" if missing else "loads"][error["last"]] += 1
        self._init_raised(process, event, "LOAD_EXCEPTION", "load")

    def _init_done(self, process: Process, event: dict[str, Any]) -> None:
        process.stage = "idle"
        self.outcome.init_s.append(event["seconds"])
        self._life(process, "INIT_DONE", event["seconds"])

    def _init_failed(self, process: Process, event: dict[str, Any]) -> None:
        self.outcome.breaches["init_raises"][event["error"]["last"]] += 1
        self._init_raised(process, event, "INIT_EXCEPTION", "init()")

    def _init_raised(self, process: Process, event: dict[str, Any], status: str, function: str) -> None:
        error = event["error"]
        process.stage = "failed"
        self._life(process, status, event["seconds"], "User", error["last"])
        self.raised["init()", error["message"]] += 1
        text = f"Entry script {function} failed for {error['last']}. Details {error['traceback']}"
        self.tree.worker(process.node, process.name, process.pid, "ERROR", text)
        self.tree.user_error(process.node, process.name, process.pid, function, error["last"], error["traceback"])

    def _run_done(self, process: Process, event: dict[str, Any]) -> None:
        task = process.task
        assert task is not None
        self._note_breaches(event)
        for name in event.get("globals", ()):
            self.outcome.breaches["globals"][name] += 1
        self.outcome.unmapped += bool(event["count"]) and not event["names_inputs"]
        succeeded = min(event["count"], task.items)
        text = (
            f"Batch processing completed. Total count: {task.items}, success count: {succeeded}, "
            f"processing time: {event['elapsed']:.4f}, run method time: {event['run_s']:.4f}"
        )
        self.tree.worker(process.node, process.name, process.pid, "INFO", text)
        self.rows[task.id] = (process, *event["rows"])
        self._finish(process, "RUN_DONE", event, succeeded=succeeded)

    def _run_failed(self, process: Process, event: dict[str, Any]) -> None:
        task, error = process.task, event["error"]
        assert task is not None
        self._note_breaches(event)
        self.raised["run()", error["message"]] += 1
        text = f"Failed to process {_detail(task)} with error {error['message']}. Detail: {error['traceback']}"
        self.tree.worker(process.node, process.name, process.pid, "ERROR", text)
        self.tree.user_error(process.node, process.name, process.pid, "run()", error["last"], error["traceback"])
        self._finish(process, "RUN_EXCEPTION", event, "User", error["last"])

    def _note_breaches(self, event: dict[str, Any]) -> None:
        for name, text in event["breaches"]:
            if name == "more_results" and self.settings.is_mlflow:
                continue  # its rows are those of the files
            self.outcome.breaches[name][text] += 1

    def _finish(
        self,
        process: Process,
        status: str,
        event: dict[str, Any],
        category: str = "",
        message: str = "",
        succeeded: int = 0,
    ) -> None:
        """An attempt is over: its row, and what becomes of the mini-batch."""
        task, items = process.task, process.task.items if process.task else 0
        assert task is not None
        assert process.picked is not None
        ended = Try(
            task.id,
            task.picked,
            process.node,
            process.name,
            process.picked,
            items,
            succeeded,
            status,
            event["elapsed"],
            event["cpu"],
            event["run_s"],
            event.get("memory"),
            process.done,
        )
        process.task, process.stage, process.since = None, "idle", monotonic()
        process.done += 1
        self.outcome.tries.append(ended)
        cells = [task.id, task.picked, process.node, process.name, iso(process.picked), items, succeeded]
        times = [f"{event[name]:.4f}" for name in ("elapsed", "cpu", "run_s")]
        self.tree.mini_batch([*cells, items - succeeded, *times, status, category, message, _detail(task)])
        if status != "RUN_DONE" and task.picked <= self.settings.max_retries:
            self.queue.append(task)
            self._give_to_idle()
            return
        self.final[task.id] = ended
        self.failed_items += ended.items - ended.succeeded
        self.failed_batches += status != "RUN_DONE"
        self._check_thresholds()

    def _give_to_idle(self) -> None:
        for process in self.processes:
            if process.stage == "idle" and process.killed is None and self.queue:
                self._give(process)

    def _check_thresholds(self) -> None:
        items, batches = self.settings.error_threshold, self.settings.mini_batch_error_threshold
        if self.outcome.reason == "all" and (0 <= items < self.failed_items or 0 <= batches < self.failed_batches):
            self.outcome.reason = "threshold"

    # ---- the end of a worker

    def _ended(self, process: Process) -> None:
        """A worker has ended: by itself, by a signal, or killed for taking too long."""
        if process not in self.processes:
            return
        code = process.popen.wait()
        self._forget(process)
        if process.killed == "timeout":
            code = _TIMEOUT_EXIT
            if process.task:
                self._timed_out(process, process.task)
            else:
                limit = self._limit(process)
                check = "loads" if process.stage == "load" else "init_raises"
                self.outcome.breaches[check][f"not finished after {limit:g} s, the platform's limit for it"] += 1
        elif process.stage in {"load", "init"}:
            during = "while the script was imported" if process.stage == "load" else "in init()"
            check = "loads" if process.stage == "load" else "init_raises"
            said = self.tree.last_line(f"logs/user/stderr/{process.node}/{process.name}.stderr.txt")
            self.outcome.breaches[check][
                f"the process ended {during}, with exit code {code}{said and f': {said}'}"
            ] += 1
        elif process.task:
            text = f"Process abort with unfinished mini batch {process.task.id}."
            self.tree.manager(process.node, "ERROR", text)
            elapsed = monotonic() - process.since
            event = {"elapsed": elapsed, "cpu": 0.0, "run_s": elapsed}
            self._finish(process, "RUN_EXCEPTION", event, "Driver", text)
        text = f"The process {process.name} with pid {process.pid} exited with code {code}."
        self.tree.manager(process.node, "WARNING", text)
        if process.done == 0 and process.stage in {"load", "init", "failed"}:
            self._count_init_failure(process.node)
        if self.outcome.reason == "all" and len(self.final) < len(self.tasks) and self._may_start(process.node):
            self._start(process.node)

    def _timed_out(self, process: Process, task: MiniBatch) -> None:
        limit = self.settings.run_timeout_s
        agent = {"agent": process.name, "task_id": task.id, "dequeue_count": task.picked, "total": task.items}
        agent |= {"succeeded": 0, "method": "run", "exc_type": "", "message": "", "status": "RUN_TIMEOUT"}
        text = f"Stop for run() unable to finish within {limit:g} seconds for {json.dumps(agent)}"
        self.tree.worker(process.node, process.name, process.pid, "ERROR", text)
        elapsed = monotonic() - process.since
        event = {"elapsed": elapsed, "cpu": 0.0, "run_s": elapsed}
        self._finish(process, "RUN_TIMEOUT", event, "User", f"run() did not finish in {limit:g} seconds.")

    def _count_init_failure(self, node: str) -> None:
        self.init_failures[node] += 1
        self.outcome.init_failures += 1
        if not any(self._may_start(str(each)) for each in range(self.settings.nodes)) and not self.processes:
            self.outcome.reason = "init"
        whole = self.settings.nodes * self.settings.processes
        if monotonic() - self.begun > 120 and self.outcome.init_failures >= 2 * whole:
            self.outcome.reason = "init"

    def _may_start(self, node: str) -> bool:
        """A node stops after three failures of each of its processes."""
        return self.init_failures[node] < 3 * self.settings.processes

    def _forget(self, process: Process) -> None:
        process.kill()  # the children that it left
        self.processes.remove(process)
        self.selector.unregister(process.results)
        os.close(process.results)
        assert process.popen.stdin is not None
        with suppress(BrokenPipeError):
            process.popen.stdin.close()
        self._tell_guard(f"-{process.pid}")

    def _end_workers(self) -> None:
        for process in self.processes:
            if process.task:
                self.outcome.unfinished.append((process.task.id, process.task.picked, process.node, process.name))
            if process.stage == "idle":
                process.stop()
            else:
                process.kill()
        until = monotonic() + _STOP_GRACE_S
        for process in list(self.processes):
            try:
                process.popen.wait(max(0.0, until - monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.popen.wait()
            self._forget(process)
        guard.kill_of_run(self.outcome.run_id)
        for node in map(str, range(self.settings.nodes)):
            self.tree.manager(node, "INFO", "All worker processes exited.")

    def _kill_all(self) -> None:
        """Whatever went wrong, no process is left; the guard ends after it."""
        for process in list(self.processes):
            process.kill()
            process.popen.wait()
            self._forget(process)
        self.tree.close()
        self.selector.close()
        if self.guard and self.guard.stdin:
            with suppress(BrokenPipeError):
                self.guard.stdin.close()
            self.guard.wait()

    # ---- logs of the whole job

    def _begin(self) -> None:
        tree, items = self.tree, sum(task.items for task in self.tasks)
        where = str(self.settings.inputs[0].absolute())
        names = [tree.path(name) for name in (WRAPPER, LIFECYCLER)]
        self.guard = subprocess.Popen(
            [sys.executable, guard.__file__, self.outcome.run_id, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        run_id = self.outcome.run_id
        tree.text(
            "logs/azureml/executionlogs.txt",
            f"[{iso_z()[:10]} {iso_z()[11:19]}Z] RunId:[{run_id}] ParentRunId:[{run_id}-root] ComputeTarget:[rehearsal]",
        )
        tree.text(
            LIFECYCLER, f"{iso_z()}  INFO run_lifecycler: lifecycler::lifecycle: entering phase rank=None phase=0"
        )
        tree.launcher("Azure Machine Learning Batch Inference Start")
        tree.launcher(f"[{iso_z()[:-1].replace('T', ' ')}] No started flag set. Skip creating started flag.")
        tree.overview("Start the simulator.")
        tree.overview("The overviewer on 0 started.")
        tree.master("INFO", "Start scheduling.")
        provider = "TabularDatasetProvider" if self.settings.tables else "FileDatasetProvider"
        tree.master("INFO", f"The task provider type is {provider}.")
        tree.master("INFO", f"Input folders [{where!r}], from index 0.")
        tree.master("INFO", f"Scheduling tasks for input 0: {where}.")
        started = iso().replace("T", " ")
        reason = f"0: setting job stage to FIRST_TASK_SCHEDULED, reason: The first task created at {started}."
        tree.master("INFO", reason)
        tree.master("INFO", "Setting job stage to FIRST_TASK_SCHEDULED.")
        last = self.tasks[-1]
        text = f"Save checkpoint for folder 0, offset {items - last.items}, task_id {last.id}, "
        tree.master("INFO", f"{text}total_items {items}, finished=True.")
        count = len(self.tasks)
        text = f"Scheduled {count} mini batches in 0 seconds. There are {count} tasks with {items} items."
        tree.overview(f"Scheduling finished. {text}")

    def _progress(self) -> None:
        done, total, elapsed = len(self.final), len(self.tasks), monotonic() - self.begun
        if not done:
            self.tree.overview("No task has been processed yet.")
            self.report(f"no mini-batch of {total} scored after {span(elapsed)}")
        else:
            left = (total - done) * elapsed / done
            text = (
                f"Processed {done} of {total} mini batches in {span(elapsed)}. Estimated remaining time {span(left)}."
            )
            self.tree.overview(text)
            failed = f", {self.failed_batches} failed" if self.failed_batches else ""
            self.report(f"{done} of {total} mini-batches{failed}, about {span(left)} to go")
        self._metrics()

    def _metrics(self) -> None:
        final, total = self.final.values(), len(self.tasks)
        failed = sum(one.status != "RUN_DONE" for one in final)
        cells = [iso(), total, total, len(final) - failed, failed, span(monotonic() - self.begun), "N/A"]
        self.tree.row("logs/sys/metrics/0/progress.csv", cells)

    def _sample(self) -> None:
        peaks = self.outcome.peak_memory
        for process, memory, children in self.sampler.take(self.processes, self.settings.nodes):
            place = process.node, process.name
            peaks[place] = max(peaks.get(place, 0), memory)
            self.outcome.children_seen = max(self.outcome.children_seen, children)

    def _end(self) -> None:
        tree, outcome = self.tree, self.outcome
        outcome.seconds = monotonic() - self.begun
        self._concatenate()
        self._summaries()
        self._metrics()
        summary, total = self._summary(), len(self.tasks)
        if outcome.reason == "all":
            tree.overview(f"All {total} mini batches have been processed.")
            tree.master("INFO", f"The ParallelRunStep processed all mini batches. {summary}")
            self._result(f"Succeeded. Processed {total} of {total} mini batches.")
        elif outcome.reason == "stopped":
            tree.overview("Progress update stopped for reasons: ['Got stop signal.'].")
            tree.master("INFO", f"The ParallelRunStep failed to process all mini batches. {summary}")
        else:
            self._failed(summary)
        tree.overview("The overviewer on 0 stopped.")
        tree.master("INFO", "All threads finished.")
        tree.launcher("Azure Machine Learning Batch Inference End")
        code = {"all": 0, "stopped": 137}.get(outcome.reason, _FAILED_EXIT)
        status = {"all": "Succeeded", "stopped": "Canceled"}.get(outcome.reason, "Failed")
        tree.exit(code, status)
        self._tell_guard("end")

    def _failed(self, summary: str) -> None:
        if self.outcome.reason == "init":
            text = "The init() function in the entry script failed in all processes."
            stop = "Got stop signal."
        else:
            items, batches = self.settings.error_threshold, self.settings.mini_batch_error_threshold
            text = f"The number of failed items is {self.failed_items}, which exceeds error threshold {items}."
            if not 0 <= items < self.failed_items:
                failed = self.failed_batches
                text = f"The number of failed mini batches is {failed}, which exceeds mini batch error threshold {batches}."
            stop = "Exceeded error threshold."
        self.tree.overview(f"Progress update stopped for reasons: ['{stop}'].")
        self.tree.master("ERROR", text)
        self.tree.master("INFO", f"The ParallelRunStep failed to process all mini batches. {summary}")
        self._result(f"Failed. Entry script error. {text}")

    def _result(self, text: str) -> None:
        lines = []
        for function in ("init()", "run()"):
            errors = {message: count for (where, message), count in self.raised.items() if where == function}
            if errors:
                lines.append(
                    f"The {function} function in the entry script had raised exception for {sum(errors.values())} times. "
                    "Please check logs at logs/user/error/* for details."
                )
                lines += [f"  * Error '{message}' occurred {count} times." for message, count in errors.items()]
        self.tree.text("logs/job_result.txt", "\n".join([*lines, text]))

    def _summary(self) -> str:
        final = self.final.values()
        items, succeeded = sum(one.items for one in final), sum(one.succeeded for one in final)
        return (
            f"There are {len(self.tasks)} mini batches with {sum(task.items for task in self.tasks)} items. "
            f"Processed {len(final)} mini batches containing {items} items, {succeeded} succeeded, "
            f"{items - succeeded} failed. The error threshold is {self.settings.error_threshold}. "
        )

    def _summaries(self) -> None:
        for file, key in (("node", lambda one: (one.node,)), ("process", lambda one: (one.node, one.process))):
            groups: dict[tuple[str, ...], list[Try]] = defaultdict(list)
            for one in self.outcome.tries:
                groups[key(one)].append(one)
            for place, tries in sorted(groups.items()):
                items, succeeded = sum(one.items for one in tries), sum(one.succeeded for one in tries)
                times = [sum(getattr(one, name) for one in tries) for name in ("elapsed_s", "cpu_s", "run_s")]
                cells = [
                    *place,
                    len({one.id for one in tries}),
                    items,
                    succeeded,
                    items - succeeded,
                    *(f"{time:.4f}" for time in times),
                ]
                self.tree.row(f"logs/sys/job_report/{file}_summary.csv", cells)

    def _concatenate(self) -> None:
        """The results in the order of mini-batches, each once, into the job's output."""
        if self.settings.append_row and self.outcome.reason == "all":
            with (outputs(self.settings) / self.settings.output_file_name).open("wb") as file:
                for id_ in sorted(self.rows):
                    process, at, length = self.rows[id_]
                    with process.rows_file.open("rb") as part:
                        part.seek(at)
                        file.write(part.read(length))
        if self.outcome.reason == "all":
            for part_file in (self.settings.output / "parts").glob("*.rows"):
                part_file.unlink()
            (self.settings.output / "parts").rmdir()


def _detail(task: MiniBatch) -> str:
    """The message by which a mini-batch is queued."""
    first = Path(task.paths[0])
    message: dict[str, Any] = {"id": task.id, "dequeue_count": task.picked}
    if task.table:
        message |= {"minibatch": [task.id], "location": first.name, "partition_size": task.bytes, "task_type": 10}
    else:
        names = [Path(path).name for path in task.paths]
        message |= {"minibatch": names, "location": str(first.parent), "partition_size": None}
    return json.dumps(message)
