"""Plays a job: which process of which node takes which mini-batch when, and how it ends.

A plain event queue. Nothing here knows a file format; see :mod:`treegen.files` for those.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from functools import partial

from treegen.model import circumstances, identity
from treegen.model.errors import ScriptError
from treegen.model.faults import BadInputs, Draft, Exceptions
from treegen.model.history import Attempt, History, Node, Outcome, State, Worker
from treegen.model.plan import Generation, JobPlan

_WIND_DOWN_S = 3.4
_RESTART_S = 1.5
_SECONDS_OF_INIT_FAILURES = 120


def simulate(plan: JobPlan) -> History:
    """Play ``plan`` to its end, or to the moment of the download."""
    return _Simulation(plan).play()


def _with_place(plan: JobPlan, error: ScriptError | None) -> ScriptError | None:
    """Fill the job's model folder into an error that names it."""
    model_dir = f"{identity.work_dir(plan)}/azureml-models/churn/3"
    return error and error.said_as(error.message.replace("{model_dir}", model_dir))


class _Simulation:
    def __init__(self, plan: JobPlan) -> None:
        self.plan = plan
        self.rng = identity.seeded(plan, "simulation")
        self.clock = 0.0
        self.order = 0
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.queue: deque[tuple[int, int]] = deque()
        self.idle: deque[Worker] = deque()
        self.busy: dict[Worker, float] = {}
        self.picked: set[int] = set()
        self.processed_at: dict[int, float] = {}
        self.finished = 0
        self.in_flight = 0
        self.failed_items = 0
        self.paused_until = 0.0
        self.stops: list[str] = []
        self.half_told: Attempt | None = None
        self.downloaded = False
        self.failover_at = math.inf
        self.workers: list[Worker] = []
        self.attempts: list[Attempt] = []
        self.nodes = [self._node(index) for index in range(plan.nodes)]
        step = plan.schedule_seconds
        self.scheduled_at = [
            plan.first_task_seconds + step * (i + self.rng.random() / 2) for i in range(plan.mini_batches)
        ]
        self.stalls = circumstances.find(plan, circumstances.Stalled)
        self.preemptions = circumstances.find(plan, circumstances.Preempted)
        self.failovers = circumstances.find(plan, circumstances.MasterFailover)
        self.downloads = circumstances.find(plan, circumstances.StillRunning)
        self.waits_for_exception = any(isinstance(fault, (Exceptions, BadInputs)) for fault in plan.faults)

    # -- the course of events ---------------------------------------------------------------

    def play(self) -> History:
        for node in self.nodes:
            if not node.does_nothing:
                for _ in range(self.plan.processes):
                    self._start_worker(node, node.started_at)
        for mini_batch_id, at in enumerate(self.scheduled_at):
            self._later(at, partial(self._show, mini_batch_id, 1))
        while self.events and not (self.stops or self.downloaded or self._all_done()):
            self.clock, _, happens = heapq.heappop(self.events)
            happens()
        return self._history()

    def _all_done(self) -> bool:
        return self.in_flight == 0 and 0 < self.plan.mini_batches == len(self.processed_at)

    def _later(self, at: float, happens: Callable[[], None]) -> None:
        self.order += 1
        heapq.heappush(self.events, (at, self.order, happens))

    def _node(self, index: int) -> Node:
        ghosts = circumstances.find(self.plan, circumstances.GhostNode)
        return Node(
            index,
            identity.node_name(self.plan, index),
            identity.node_ip(index),
            identity.batch_name(self.plan, index),
            started_at=2.0 + 0.713086 * index,
            does_nothing=any(ghost.node == index for ghost in ghosts),
        )

    def _start_worker(self, node: Node, at: float) -> None:
        number = sum(worker.node is node for worker in self.workers)
        error: ScriptError | None = None
        seconds = self.plan.init_seconds * self.rng.uniform(0.9, 1.2)
        for fault in self.plan.faults:
            error = error or _with_place(self.plan, fault.init_error(node.index))
            seconds = fault.init_seconds(node.index, seconds)
        worker = Worker(
            node,
            number,
            identity.worker_name(self.plan, number),
            pid=240 + 17 * number + self.rng.randrange(10),
            thread=139_773_019_682_560 + self.rng.randrange(1 << 24) * 4096,
            born_at=at,
            ready_at=at + seconds,
            init_error=error,
        )
        self.workers.append(worker)
        self.busy[worker] = 0.0
        self._later(worker.ready_at, partial(self._worker_ready, worker))

    def _worker_ready(self, worker: Worker) -> None:
        if worker.init_error:
            self._init_failed(worker)
        elif self.clock < worker.node.gone_at:
            self.idle.append(worker)
            self._hand_out()

    def _init_failed(self, worker: Worker) -> None:
        """Stop rules of failing ``init()`` (formats.md §7)."""
        node, plan = worker.node, self.plan
        worker.died_at = self.clock
        node.init_failures += 1
        if node.init_failures + plan.processes <= 3 * plan.processes:
            self._start_worker(node, self.clock + _RESTART_S)
        failures = sum(n.init_failures for n in self.nodes)
        limit = 2 * plan.nodes * plan.processes
        if self.clock > _SECONDS_OF_INIT_FAILURES and failures >= limit:
            self.stops.append("The init() function in the entry script failed in all processes.")

    def _show(self, mini_batch_id: int, attempt: int) -> None:
        if attempt > 1:  # an older message than the rest of the queue
            self.queue.appendleft((mini_batch_id, attempt))
        else:
            self.queue.append((mini_batch_id, attempt))
        self._hand_out()

    def _hand_out(self) -> None:
        if self.clock < self.paused_until:
            return
        while self.queue and self.idle:
            worker = self.idle.popleft()
            if self.clock < worker.node.gone_at:
                self._pick(worker, *self.queue.popleft())

    # -- one attempt ------------------------------------------------------------------------

    def _pick(self, worker: Worker, mini_batch_id: int, number: int) -> None:
        plan = self.plan
        self.picked.add(mini_batch_id)
        attempt = Attempt(mini_batch_id, number, worker, self.clock, plan.items)
        self.attempts.append(attempt)
        worker.attempts.append(attempt)
        self.in_flight += 1
        if plan.generation is Generation.V0 and number > 3:
            attempt.elapsed_s = 0.0021
            self._later(self.clock + 0.0021, partial(self._ends, attempt, Outcome.POISONED))
            return
        draft = self._draft(worker, attempt)
        outcome = self._play_out(draft, attempt)
        if draft.reappears_after_s < math.inf:
            again = self.clock + draft.reappears_after_s
            self._later(again, partial(self._show, mini_batch_id, number + 1))
        self._later(self.clock + attempt.elapsed_s, partial(self._ends, attempt, outcome))
        self._watch_progress()

    def _draft(self, worker: Worker, attempt: Attempt) -> Draft:
        plan, mini_batch_id = self.plan, attempt.mini_batch_id
        warm_up = 0.45 if len(worker.attempts) == 1 else 0.0
        draft = Draft(
            plan,
            self.rng,
            lambda label: identity.lot(plan, label, mini_batch_id),
            mini_batch_id,
            attempt.attempt,
            worker.node.index,
            progress=len(self.picked) / max(plan.mini_batches, 1),
            worker_lot=identity.lot(plan, worker.node.name, worker.number),
            worker_busy_s=self.busy[worker],
            run_s=plan.run_seconds * self.rng.lognormvariate(0, plan.run_spread) + warm_up,
            overhead_s=plan.overhead_seconds * self.rng.uniform(0.7, 1.4),
            cpu_share=plan.cpu_share * self.rng.uniform(0.9, 1.1),
        )
        for fault in plan.faults:
            fault.bend(draft)
        return draft

    def _play_out(self, draft: Draft, attempt: Attempt) -> Outcome:
        """Decide what ends the attempt first: its worker's death, an exception, the timeout."""
        error_after = draft.run_s * draft.fails_after_share if draft.error else math.inf
        slow = draft.run_s if draft.reappears_after_s == math.inf else 0.0
        timeout = self.plan.run_timeout + 0.2 if slow > self.plan.run_timeout else math.inf
        ends = min(draft.run_s, draft.aborts_after_s, error_after, timeout)
        outcome = Outcome.DONE
        if ends == draft.aborts_after_s:
            outcome, attempt.aborted = Outcome.EXCEPTION, True
        elif ends == error_after:
            attempt.error = draft.error
            # V0 reports a result without items instead of a status of its own (formats.md §9.1).
            outcome = Outcome.DONE if self.plan.generation is Generation.V0 else Outcome.EXCEPTION
        elif ends == timeout:
            outcome = Outcome.TIMEOUT
        else:
            attempt.succeeded = attempt.total - draft.failed_items
        attempt.run_s = round(ends, 4)
        attempt.elapsed_s = round(ends + draft.overhead_s, 4)
        cpu = 0.02 if timeout < math.inf else draft.cpu_share
        attempt.process_s = round(cpu * ends, 4)
        return outcome

    def _ends(self, attempt: Attempt, outcome: Outcome) -> None:
        worker, mini_batch_id = attempt.worker, attempt.mini_batch_id
        self.in_flight -= 1
        if self.clock > worker.node.gone_at:
            back = max(self.clock, worker.node.gone_at + self.plan.run_timeout)
            self._later(back, partial(self._show, mini_batch_id, attempt.attempt + 1))
            return
        attempt.outcome = outcome
        self.finished += 1
        self.busy[worker] += attempt.elapsed_s
        processed = outcome in (Outcome.DONE, Outcome.POISONED)
        if mini_batch_id not in self.processed_at:
            if processed or attempt.attempt >= self.plan.max_attempts:
                self.processed_at[mini_batch_id] = self.clock
                self.failed_items += attempt.failed
            else:
                again = partial(self._show, mini_batch_id, attempt.attempt + 1)
                self._later(self.clock + 0.1, again)
        if attempt.aborted or (outcome is Outcome.TIMEOUT and self.plan.generation.number == 0):
            worker.died_at = self.clock
            self._start_worker(worker.node, self.clock + _RESTART_S)
        else:
            self._later(self.clock + self.rng.uniform(0.003, 0.006), partial(self._worker_ready, worker))
        self._check_download(attempt)
        if 0 <= self.plan.error_threshold < self.failed_items:
            self.stops.append("Exceeded error threshold.")

    # -- circumstances ----------------------------------------------------------------------

    def _watch_progress(self) -> None:
        share = len(self.picked) / max(self.plan.mini_batches, 1)
        for stall in [s for s in self.stalls if share >= s.at_share]:
            self.stalls.remove(stall)
            self.paused_until = self.clock + stall.seconds
            if stall.seconds < math.inf:
                self._later(self.paused_until, self._hand_out)
        for preemption in [p for p in self.preemptions if share >= p.at_share]:
            self.preemptions.remove(preemption)
            self.nodes[preemption.node].gone_at = self.clock + 0.4 * self.plan.run_seconds
        for failover in [f for f in self.failovers if share >= f.at_share]:
            self.failovers.remove(failover)
            self.failover_at = self.clock

    def _check_download(self, attempt: Attempt) -> None:
        for download in self.downloads:
            failing = attempt.error is not None or not self.waits_for_exception
            if self.finished >= download.at_share * self.plan.mini_batches and failing:
                self.downloaded = True
                self.half_told = attempt

    def _history(self) -> History:
        state, ended_at = State.COMPLETED, self.clock + _WIND_DOWN_S
        initialised = any(worker.initialised for worker in self.workers)
        if self.downloaded:
            state, ended_at = State.RUNNING, self.clock + 0.001
        elif self.stops:
            state = State.FAILED
        elif len(self.processed_at) < self.plan.mini_batches:
            state = State.FAILED
            if not initialised:
                self.stops.append("The init() function in the entry script failed in all processes.")
            else:
                ended_at = self.clock + self.plan.progress_timeout + _WIND_DOWN_S
                reason = f"No progress update in {self.plan.progress_timeout} seconds."
                self.stops.append(reason)
        workers = [w for w in self.workers if w.born_at < min(ended_at, w.node.gone_at)]
        return History(
            self.plan,
            self.nodes,
            workers,
            self.attempts,
            self.processed_at,
            [at for at in self.scheduled_at if at <= ended_at],
            ended_at,
            state,
            self.stops,
            self.half_told,
            self.failover_at,
        )
