"""Jobs that run, on one screen, or as one JSON line for each change."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ingest.output import Redactor
from ingest.output.shown import shown
from ingest.output.terminal import text_width
from ingest.output.wording import SEVERITY_COLOURS, STATE_COLOURS, and_more, clock, plural, shorten

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ingest.watch.loop import Snapshot
    from ingest.watch.state import JobState, NodeState

_JOBS, _NODES = 4, 12
_BAR = 40
_BARS = " ▁▂▃▄▅▆▇█"


def as_json(snapshot: Snapshot) -> str:
    """A snapshot as one line of JSON, secrets masked."""
    told = {
        "time": f"{snapshot.time:%Y-%m-%dT%H:%M:%SZ}",
        "files_read": snapshot.files_read,
        "problems": list(snapshot.problems),
        "ended": snapshot.ended,
        "jobs": [_job_data(job) for job in snapshot.jobs],
    }
    return json.dumps(Redactor().value(told), ensure_ascii=False, default=str)


def _job_data(job: JobState) -> dict[str, Any]:
    return {**asdict(job), "findings": [asdict(one) for one in job.findings if one.severity != "note"]}


def screen(snapshot: Snapshot) -> RenderableType:
    """All that one looks at while jobs run; texts of logs are made harmless, secrets masked."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = []
    for job in snapshot.jobs[:_JOBS]:
        parts += [*_job(job), Text("")]
    if len(snapshot.jobs) > _JOBS:
        parts += [Text(and_more(len(snapshot.jobs) - _JOBS, "job")), Text("")]
    for problem in snapshot.problems[:3]:
        parts.append(Text(f"  not read  {shorten(shown(problem), text_width(sys.stdout) - 12)}", style="yellow"))
    if snapshot.ended is None:
        read = f"{snapshot.files_read} file{plural(snapshot.files_read)} read" if snapshot.files_read else "nothing new"
        parts.append(
            Text(f"{snapshot.time:%H:%M:%S} UTC: {read}; next look in {snapshot.next_look_s:.0f} s", style="dim")
        )
    return Group(*parts)


def _job(job: JobState) -> Iterator[RenderableType]:
    from rich.text import Text

    head = Text(shown(job.job_id), style="bold")
    head.append(f"  {job.state}", style=STATE_COLOURS.get(job.state, "yellow"))
    if job.duration_s is not None:
        head.append(f", {clock(job.duration_s)}", style="default")
    yield head
    yield Text(f"  {_progress(job)}")
    if job.per_minute:
        yield Text(f"  per minute {_bars(job.per_minute)}  {job.per_minute[-1]} in the last whole minute")
    yield Text(
        f"  failed     {job.failed_items} of {job.items} items, {job.failed} mini-batches; {job.retries} retries"
    )
    if job.nodes:
        yield _nodes(job.nodes)
    for error in job.errors:
        count = f" ({error.occurrences} times)" if error.occurrences > 1 else ""
        when = f"{error.time:%H:%M:%S} " if error.time else ""
        yield Text(
            f"  error      {shorten(when + shown(error.text), text_width(sys.stdout) - 13 - len(count))}{count}",
            style="red",
        )
        if error.fix:
            yield Text(f"             → {shorten(shown(error.fix), text_width(sys.stdout) - 15)}")
    for finding in job.findings:
        if finding.severity != "note":
            line = f"  {finding.severity:<10} {shorten(shown(finding.headline), text_width(sys.stdout) - 13)}"
            yield Text(line, style=SEVERITY_COLOURS[finding.severity] or "")


def _progress(job: JobState) -> str:
    """`██████░░░░ 54 of 80 mini-batches (68 %), about 2:40 min left (2:05 to 3:40)`."""
    if job.scheduled is None:
        return f"{job.done} mini-batches done; how many there are is not known yet"
    share = min(job.done / job.scheduled, 1.0) if job.scheduled else 1.0
    filled = int(share * _BAR)
    text = f"{'█' * filled}{'░' * (_BAR - filled)} {job.done} of {job.scheduled} mini-batches ({share * 100:.0f} %)"
    if job.left is None:
        return text
    latest = clock(job.left.latest_s) if job.left.latest_s is not None else "no end in sight"
    return f"{text}\n  about {clock(job.left.seconds)} left ({clock(job.left.soonest_s)} to {latest})"


def _bars(counts: Sequence[int]) -> str:
    most = max(counts) or 1
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)


def _nodes(nodes: Sequence[NodeState]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name, justify in (("  node", "left"), ("state", "left"), ("done", "right"), ("failed", "right"),
                          ("retries", "right"), ("memory", "right"), ("last record", "left")):  # fmt: skip
        table.add_column(name, justify=justify, header_style="dim", no_wrap=True)  # type: ignore[arg-type]
    for node in nodes[:_NODES]:
        memory = "" if node.memory_percent is None else f"{node.memory_percent:.0f} %"
        last = f"{node.last_record_at:%H:%M:%S}" if node.last_record_at else ""
        state = Text(node.state, style=STATE_COLOURS.get(node.state, "default"))
        counts = (str(node.mini_batches), str(node.failed), str(node.retries))
        table.add_row(f"  {shorten(shown(node.node), 30)}", state, *counts, memory, last)
    if len(nodes) > _NODES:
        table.add_row(f"  {and_more(len(nodes) - _NODES)}", "", "", "", "", "", "")
    return table
