"""What every writer gets: the history, its samples, its paths, and time stamps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from treegen.files.clock import log_time
from treegen.files.paths import Paths
from treegen.model import identity
from treegen.model.history import Attempt, History
from treegen.model.plan import Generation, JobPlan
from treegen.model.resources import Samples


@dataclass(frozen=True)
class Job:
    """One job on its way to disk."""

    history: History
    samples: Samples
    paths: Paths

    @property
    def plan(self) -> JobPlan:
        """The plan it was played from."""
        return self.history.plan

    @property
    def generation(self) -> Generation:
        """Format generation."""
        return self.plan.generation

    def at(self, seconds: float) -> datetime:
        """Time stamp of a simulated time, to the microsecond."""
        return self.plan.start + timedelta(seconds=seconds)

    def rng(self, label: str) -> Random:
        """Random stream of one writer."""
        return identity.seeded(self.plan, label)

    def sys_line(
        self,
        seconds: float,
        level: str,
        pid: int,
        message: str,
        *,
        thread: int | None = None,
        logger: str = "ParallelRunStep.Worker",
        function: str | None = None,
    ) -> str:
        """A record of a sys/user log (formats.md §4).

        V0 has the logger, and with ``function`` the seven-field DEBUG form (its handler's choice).
        V1+ has the thread in master and node manager only.
        """
        head = log_time(self.at(seconds))
        if self.generation is Generation.V0:
            place = f"{thread}|{function}()|" if function else ""
            return f"{head}|{logger}|{level}|{pid}|{place}{message}"
        return f"{head}|{level}|{pid}|{f'{thread}|' if thread else ''}{message}"

    def queue_message(self, attempt: Attempt, *, in_log: bool = False) -> str:
        """JSON of a mini-batch as in the queue, or with the count that logs add (formats.md §7)."""
        plan = self.plan
        files = [identity.input_file(plan, attempt.mini_batch_id, i) for i in range(attempt.total)]
        message: dict[str, object] = {"id": attempt.mini_batch_id}
        if in_log:
            message["dequeue_count"] = attempt.attempt
        message |= {
            "minibatch": files,
            "location": identity.data_dir(plan),
            "partition_size": None,
        }
        if self.generation is not Generation.V0:
            message["task_type"] = 1
        return json.dumps(message)

    def logged_json(self, text: str) -> str:
        """JSON inside an ERROR line: later drivers turn braces into brackets (§4, trap 8)."""
        if self.generation.number >= 3:
            return text.replace("{", "[").replace("}", "]")
        return text
