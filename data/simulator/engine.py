"""The event loop: master, queue, managers, workers and monitor of one job, by a true clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import partial
from itertools import count

from simulator.history import Attempt, History, Process
from simulator.monitor import check_node
from simulator.world import Fault, MiniBatch, Node, Situation, Version, World

_MASTER_STARTS_S = 6.0
_POISON_PICKS = 3
"""V0 gives up a mini-batch when it is picked once more than this (formats.md §9.5)."""
_AFTER_THE_LAST_S = 4.0
_MEMORY_STEPS = 6


def simulate(world: World) -> History:
    """Runs the job to its end."""
    return _Simulation(world).run()


class _Simulation:
    """The state of a job at one moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng
        self.history = History()
        self.now = 0.0
        self.over = False
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._ready: list[tuple[MiniBatch, int]] = []
        self._idle: list[Process] = []
        self._alive: dict[int, list[Process]] = {node.index: [] for node in world.nodes}
        self._numbers = {node.index: count() for node in world.nodes}
        self._pids = {node.index: count(90 + 7 * node.index, 3) for node in world.nodes}
        self._init_failures = {node.index: 0 for node in world.nodes}
        self._init_done = False
        self._last_progress = 0.0
        self._failed_items = 0

    def run(self) -> History:
        """Takes one event after the other until the job is over."""
        if self.world.setup_failure:
            self.history.reason, self.history.ended = "setup", self.rng.uniform(20, 90)
            return self.history
        self._at(_MASTER_STARTS_S, self._start_scheduling)
        for node in self.world.nodes:
            self._at(node.joins_s + self.rng.uniform(1.5, 4), partial(self._node_joins, node))
            if node.leaves_s is not None:
                self._at(node.leaves_s, partial(self._node_leaves, node))
        if self.world.stop_at_s is not None:
            self._at(self.world.stop_at_s, lambda: self._end("stopped"))
        self._at(30, self._watch)
        while self._events and not self.over:
            self.now, _, action = heapq.heappop(self._events)
            action()
        return self.history

    def _at(self, time: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (time, next(self._order), action))

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._at(self.now + seconds, action)

    # master and queue

    def _start_scheduling(self) -> None:
        self.history.scheduling_started = self._last_progress = self.now
        time = self.now + self.world.first_task_s
        for mini_batch in self.world.mini_batches:
            self._at(time, partial(self._schedule, mini_batch))
            time += self.world.schedule_s * self.rng.uniform(0.8, 1.2)

    def _schedule(self, mini_batch: MiniBatch) -> None:
        self.history.scheduled.append((self.now, mini_batch))
        self._offer(mini_batch, 1)

    def _offer(self, mini_batch: MiniBatch, pick: int, first: bool = False) -> None:
        self._ready.insert(0 if first else len(self._ready), (mini_batch, pick))
        self._hand_out()

    def _hand_out(self) -> None:
        while self._ready and self._idle:
            process = self._choose()
            self._idle.remove(process)
            hold = max((rule(process, self.now) for rule in self.world.rules.holds), default=0.0)
            if hold > 0:
                self._after(hold, partial(self._wait_for_work, process, held=True))
                continue
            mini_batch, pick = self._ready.pop(0)
            self._begin(process, mini_batch, pick)

    def _choose(self) -> Process:
        if self.world.preferred is None:
            return self._idle[0]
        return self.rng.choices(self._idle, [self.world.preferred(process) for process in self._idle])[0]

    def _watch(self) -> None:
        self._after(30, self._watch)
        last = max(self._last_progress, self.history.scheduling_started)
        if self.history.scheduled and self.now - last > self.world.progress_timeout_s:
            self._end("no progress")

    def _resolve(self, attempt: Attempt) -> None:
        first = attempt.mini_batch.id not in self.history.resolved
        self.history.resolved.setdefault(attempt.mini_batch.id, self.now)
        self._last_progress = self.now
        if first:
            self._failed_items += attempt.failed
        if 0 <= self.world.error_threshold < self._failed_items:
            self._after(1.0, lambda: self._end("threshold"))
        elif len(self.history.resolved) == len(self.world.mini_batches):
            self._at(self._last_end() + _AFTER_THE_LAST_S, self._finish)

    def _last_end(self) -> float:
        busy = [
            a.started + a.overhead_s + a.run_s
            for a in self.history.attempts
            if a.outcome == "open" and a.late and not a.lost
        ]
        return max([self.now, *busy])

    def _finish(self) -> None:
        self._end("end error" if self.world.end_error else "all")

    def _end(self, reason: str) -> None:
        if self.over:
            return
        self.over = True
        self.history.ended = self.now
        self.history.reason = reason  # type: ignore[assignment]
        for processes in self._alive.values():
            for process in list(processes):
                self._end_process(process, "stop", 0)

    # nodes and their workers

    def _node_joins(self, node: Node) -> None:
        for _ in range(self.world.processes_per_node):
            self._after(self.rng.uniform(0.1, 1.5), lambda: self._start_process(node))
        self._after(self.rng.uniform(0.5, 3), lambda: self._monitor(node))

    def _node_leaves(self, node: Node) -> None:
        for process in list(self._alive[node.index]):
            for attempt in process.attempts:
                if attempt.outcome == "open":
                    attempt.lost, attempt.ended = True, self.now
                    self._retry(attempt, self.rng.uniform(40, 90))
            self._end_process(process, "lost", None)

    def _gone(self, node: Node) -> bool:
        return node.leaves_s is not None and self.now >= node.leaves_s

    def _start_process(self, node: Node, replaces: Process | None = None) -> None:
        if self._gone(node):
            return
        process = Process(node, next(self._numbers[node.index]), next(self._pids[node.index]), self.now, replaces)
        process.base_mb = self.world.process_mb * self.rng.uniform(0.98, 1.02)
        self.history.processes.append(process)
        self._alive[node.index].append(process)
        if node.takes_work:
            self._after(self.world.load_s * self.rng.uniform(0.7, 1.4) * node.slowness, lambda: self._loaded(process))

    def _loaded(self, process: Process) -> None:
        if process.ended is not None:
            return
        process.loaded = process.init_started = self.now
        self._after(
            self.world.init_s * self.rng.uniform(0.85, 1.2) * process.node.slowness, lambda: self._initialised(process)
        )

    def _initialised(self, process: Process) -> None:
        if process.ended is not None:
            return
        process.init_ended = self.now
        process.init_error = next((error for rule in self.world.rules.init if (error := rule(process))), None)
        if process.init_error is None:
            self._init_done = True
            self._wait_for_work(process)
            return
        self._end_process(process, "init", 72 if self.world.version == Version.V0 else 1)
        self._init_failed(process)

    def _init_failed(self, process: Process) -> None:
        """A node stops after three failures for each of its workers, the job when all nodes have (formats.md §7)."""
        node, most = process.node, 3 * self.world.processes_per_node
        self._init_failures[node.index] += 1
        if self._init_failures[node.index] < most:
            self._after(self.rng.uniform(2, 5), lambda: self._start_process(node, process))
        if not self._init_done and sum(self._init_failures.values()) >= 2 * self.world.workers:
            self._at(max(self.now + 2, 125), lambda: self._end("init"))

    def _wait_for_work(self, process: Process, held: bool = False) -> None:
        if process.ended is not None:
            return
        if held:
            self._idle.insert(0, process)
        else:
            self._idle.append(process)
        self._after(self.rng.uniform(0.01, 0.08), self._hand_out)

    def _end_process(self, process: Process, why: str, exit_code: int | None) -> None:
        process.ended, process.ended_by, process.exit_code = self.now, why, exit_code
        process.working_mb = 0.0
        self._alive[process.node.index].remove(process)
        if process in self._idle:
            self._idle.remove(process)

    def _replace(self, process: Process) -> None:
        self._after(self.rng.uniform(1, 4), lambda: self._start_process(process.node, process))

    def _monitor(self, node: Node) -> None:
        if self._gone(node) or self.world.monitor_s <= 0:
            return
        alive = self._alive[node.index]
        self.history.samples.append(check_node(self.world, self.history, node, alive, self.now))
        self._after(self.world.monitor_s + self.rng.uniform(0.4, 1.5), lambda: self._monitor(node))

    # attempts

    def _begin(self, process: Process, mini_batch: MiniBatch, pick: int) -> None:
        world, rules = self.world, self.world.rules
        progress = len(self.history.resolved) / len(world.mini_batches)
        situation = Situation(world, process, mini_batch, pick, self.now, progress)
        run_s = world.run_s * mini_batch.weight * self.rng.lognormvariate(0, world.spread) * process.node.slowness
        for change in rules.run_s:
            run_s = change(situation, run_s)
        overhead_s = world.overhead_s * self.rng.uniform(0.6, 1.6)
        for change in rules.overhead_s:
            overhead_s = change(situation, overhead_s)
        cpu_s = (
            world.cpu_share * run_s * self.rng.uniform(0.93, 1.03) / max(1.0, process.node.slowness**0.5)
            + 0.1 * overhead_s
        )
        attempt = Attempt(mini_batch, pick, process, self.now, overhead_s, run_s, cpu_s)
        process.attempts.append(attempt)
        self.history.attempts.append(attempt)
        if world.version == Version.V0 and pick > _POISON_PICKS:
            self._close(attempt, "poisoned", 0.0)
            return
        fault = next((fault for rule in rules.faults if (fault := rule(situation))), None)
        self._plan(attempt, fault, situation)

    def _plan(self, attempt: Attempt, fault: Fault | None, situation: Situation) -> None:
        """Puts the moments of an attempt into the calendar: its memory, and its end."""
        working = self.world.working_mb * self.rng.uniform(0.8, 1.2)
        working += sum(rule(situation) for rule in self.world.rules.working_mb)
        before = attempt.overhead_s * 0.6
        for step in range(1, _MEMORY_STEPS + 1):  # memory is taken bit by bit, so that a check may see it rise
            share = step / _MEMORY_STEPS
            self._after(before + attempt.run_s * 0.8 * share, partial(self._allocate, attempt, working * share))
        if fault and fault.kind == "hang":
            attempt.run_s = self.world.run_timeout_s * 50.0
        if fault and fault.kind == "late":
            attempt.late = True
            attempt.run_s = self.world.run_timeout_s * self.rng.uniform(1.3, 1.5)
            self._after(
                before + self.world.run_timeout_s + 2, lambda: self._offer(attempt.mini_batch, attempt.pick + 1, True)
            )
        elif attempt.run_s > self.world.run_timeout_s:
            self._after(before + self.world.run_timeout_s, lambda: self._time_out(attempt))
            return
        if fault and fault.kind in {"raise", "signal"}:
            self._after(before + attempt.run_s * fault.share, lambda: self._go_wrong(attempt, fault))
            return
        kept = sum(rule(situation) for rule in self.world.rules.kept_mb)
        short = fault.failed_items if fault and fault.kind == "short" else 0
        self._after(attempt.overhead_s + attempt.run_s, lambda: self._succeed(attempt, kept, short))

    def _allocate(self, attempt: Attempt, working_mb: float) -> None:
        if attempt.outcome != "open" or attempt.process.ended is not None:
            return
        attempt.process.working_mb = working_mb
        alive = self._alive[attempt.process.node.index]
        node = attempt.process.node
        while alive and node.idle_memory_mb + sum(process.memory_mb for process in alive) > 0.985 * node.memory_mb:
            self._kill(max(alive, key=lambda process: process.memory_mb), 9)

    def _kill(self, process: Process, signal: int) -> None:
        for attempt in process.attempts:
            if attempt.outcome == "open" and not attempt.lost:
                self._close(attempt, "death", 0.4)
        self._end_process(process, "signal", -signal)
        self._replace(process)

    def _go_wrong(self, attempt: Attempt, fault: Fault) -> None:
        if not self._running(attempt):
            return
        if fault.kind == "signal":
            self._kill(attempt.process, fault.signal)
            return
        attempt.error = fault.error
        # V0 calls such an attempt processed, with no item succeeded, and does not try again (formats.md §9.1)
        self._close(attempt, "done" if self.world.version == Version.V0 else "exception", fault.share)
        self._wait_for_work(attempt.process)

    def _running(self, attempt: Attempt) -> bool:
        return attempt.outcome == "open" and attempt.process.ended is None and not attempt.lost

    def _time_out(self, attempt: Attempt) -> None:
        if self._running(attempt):
            self._close(attempt, "timeout", 1.0)
            self._end_process(attempt.process, "timeout", 71)
            self._replace(attempt.process)

    def _succeed(self, attempt: Attempt, kept_mb: float, short: int) -> None:
        if not self._running(attempt):
            return
        attempt.process.kept_mb += kept_mb
        attempt.succeeded = max(0, attempt.mini_batch.items - short)
        attempt.outcome, attempt.ended, attempt.run_ended_s = "done", self.now, attempt.run_s
        attempt.process.working_mb *= 0.3
        self._resolve(attempt)
        self._wait_for_work(attempt.process)

    def _close(self, attempt: Attempt, outcome: str, share: float) -> None:
        attempt.outcome = outcome  # type: ignore[assignment]
        attempt.ended = self.now
        attempt.run_ended_s = max(0.0, self.now - attempt.started - 0.6 * attempt.overhead_s) if share else 0.0
        if outcome == "poisoned":
            self._resolve(attempt)
            self._wait_for_work(attempt.process)
        elif outcome == "done":
            self._resolve(attempt)
        else:
            self._retry(attempt, self.rng.uniform(0.5, 6))

    def _retry(self, attempt: Attempt, seconds: float) -> None:
        if attempt.mini_batch.id in self.history.resolved:
            return
        tries = _POISON_PICKS + 1 if self.world.version == Version.V0 else self.world.max_attempts
        if attempt.pick >= tries:
            self._resolve(attempt)
            return
        self._after(seconds, lambda: self._offer(attempt.mini_batch, attempt.pick + 1))
