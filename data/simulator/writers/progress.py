"""The progress file, the result of the job, and the metrics of progress (formats.md §5, §8, §9.6)."""

from __future__ import annotations

from bisect import bisect_right

from simulator.history import History
from simulator.world import Node, Version, World
from simulator.writers import layout
from simulator.writers.endings import end_texts
from simulator.writers.files import Files, iso, span


def write_progress(files: Files, world: World, history: History) -> None:
    """Everything that counts mini-batches while the job goes on."""
    if history.reason == "setup":
        return
    failover = world.traits.get("failover")
    turns = history.ended * float(failover) if isinstance(failover, float) else None
    _Overview(files, world, history, turns).write()
    if world.version >= Version.V3:
        _write_result(files, world, history)
        _write_metrics(files, world, history)


class _Overview:
    def __init__(self, files: Files, world: World, history: History, turns: float | None) -> None:
        self.files, self.world, self.history, self.turns = files, world, history, turns
        self.done = sorted(history.resolved.values())

    def write(self) -> None:
        """From the first line to the last, or to where the overviewer went away."""
        world, history = self.world, self.history
        if world.version > Version.V0:
            self._say(3.0, "Start the simulator.")
            self._say(5.0, f"The overviewer on {self._node(5.0).key} started.")
        else:
            self._say(history.scheduling_started, "Start scheduling.")
        if self.turns is not None:
            self._say(self.turns + 4, f"The overviewer on {self._node(self.turns + 4).key} started.")
        ends = world.traits.get("overview_ends")
        last = history.ended * float(ends) if isinstance(ends, float) else history.ended
        if history.scheduled and len(history.scheduled) == len(world.mini_batches):
            self._scheduled()
        self._polls(last)
        if isinstance(ends, float):
            self._say(last, f"The overviewer on {self._node(last).key} stopped.")
            return
        for number, text in enumerate(end_texts(world, history).overview):
            self._say(history.ended + 0.2 * number, text)
        if world.version > Version.V0:
            self._say(history.ended + 1.5, f"The overviewer on {self._node(history.ended).key} stopped.")

    def _node(self, time: float) -> Node:
        later = self.turns is not None and time >= self.turns
        return self.world.nodes[1 if later else 0]

    def _say(self, time: float, text: str) -> None:
        moment = self.world.time(time, self._node(time))
        begun = self.world.time(self.turns if self.turns is not None and time >= self.turns else 0.0)
        path = layout.overview(self.world.version, f"{begun:%Y-%m-%d}", f"{begun:%Y%m%d%H}")
        self.files.line(path, time, f"{iso(moment)} {text}")

    def _scheduled(self) -> None:
        time, started = self.history.scheduled[-1][0], self.history.scheduling_started
        count, items = len(self.world.mini_batches), sum(m.items for m in self.world.mini_batches)
        text = f"Scheduling finished. Scheduled {count} mini batches"
        if self.world.version == Version.V0:
            self._say(time, f"{text} with {items} items in {time - started:.0f} seconds.")
        else:
            self._say(time, f"{text} in {time - started:.0f} seconds. There are {count} tasks with {items} items.")

    def _polls(self, last: float) -> None:
        rng, total = self.world.rng, len(self.world.mini_batches)
        begun = time = self.history.scheduling_started + 2.0
        skip = 0
        while (time := time + rng.uniform(10.3, 10.7)) < last:
            done = bisect_right(self.done, time)
            if not done:
                self._say(time, "No task has been processed yet.")
                continue
            if len(self.history.scheduled) < total or time < self.history.scheduled[-1][0]:
                self._say(time, f"Processed {done} mini batches.")
                continue
            remaining = (total - done) * (time - begun) / done
            skip = (skip + 1) % 12 if remaining >= 300 else 0
            if skip:
                continue
            estimate = "Estimate remaining" if self.world.version == Version.V0 else "Estimated remaining time"
            self._say(
                time, f"Processed {done} of {total} mini batches in {span(time - begun)}. {estimate} {span(remaining)}."
            )


def _write_result(files: Files, world: World, history: History) -> None:
    if history.reason == "stopped":
        return
    moment = iso(world.time(history.ended + 2, world.nodes[0]))
    text = end_texts(world, history).result
    files.line("logs/job_result.txt", history.ended, f"{moment} {text}" if world.traits.get("wording") != 2 else text)


def _write_metrics(files: Files, world: World, history: History) -> None:
    path = "logs/sys/metrics/0/progress.csv"
    files.line_ends(path, "\r\n")
    files.line(
        path,
        -1,
        "Datetime,Total Tasks,Scheduled Tasks,Completed Tasks,Failed Tasks,Elapsed Time,Estimated Remaining Time",
    )
    final = history.final()
    scheduled = [time for time, _ in history.scheduled]
    time = history.scheduling_started
    while (time := time + 60.0) < history.ended:
        done = [id_ for id_, when in history.resolved.items() if when <= time]
        failed = sum(final[id_].outcome != "done" for id_ in done if id_ in final)
        moment = world.time(time, world.nodes[0]).strftime("%Y-%m-%dT%H:%M:%S.%f")
        cells = [moment, len(world.mini_batches), bisect_right(scheduled, time), len(done) - failed, failed]
        files.line(path, time, ",".join(map(str, [*cells, f"{time:.0f}", "N/A"])))
