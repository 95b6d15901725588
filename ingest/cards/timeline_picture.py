"""The picture of a timeline for a terminal: a character per cell, that can be told apart without colour too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from ingest.cards.time_axis import axis
from ingest.cards.timeline import Line, Timeline
from ingest.output.shown import shown

LABEL = 15
TOTALS = 22
_MEMORY_LINES = 40


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a picture; `levels` from little to all, those of the memory from 0 to 100 %."""

    levels: str
    memory: str
    states: dict[str, str]
    restart: str
    cut: str


BLOCKS = Glyphs(
    "▁▂▃▄▅▆▇█",
    "▁▂▃▄▅▆▇█",
    {
        "few failed": "░",
        "some failed": "▒",
        "failed": "×",
        "timed out": "T",
        "open": "»",
        "starting": "s",
        "waiting": "·",
    },
    "↻",
    "…",
)
PLAIN = Glyphs(
    "-=#",
    "0123456789",
    {
        "few failed": "+",
        "some failed": "%",
        "failed": "x",
        "timed out": "T",
        "open": ">",
        "starting": "s",
        "waiting": ".",
    },
    "R",
    "~",
)

_STYLES = {
    "busy": "green",
    "few failed": "yellow",
    "some failed": "red",
    "failed": "bold red",
    "timed out": "bold magenta",
    "open": "cyan",
    "starting": "blue",
    "waiting": "dim",
}
_MEANINGS = {
    "busy": "busy with attempts, the higher the more",
    "few failed": "under 10 % of the time in failed attempts",
    "some failed": "10 % or more in failed attempts",
    "failed": "50 % or more in failed attempts or init()",
    "timed out": "50 % or more in attempts that timed out",
    "open": "in an attempt without an end yet",
    "starting": "before its first attempt",
    "waiting": "waiting",
}


def cells_in(width: int) -> int:
    """How many cells a line of so many columns has."""
    return width - LABEL - TOTALS


def glyphs_for(encoding: str | None) -> Glyphs:
    """Blocks, if the encoding has them."""
    try:
        f"{BLOCKS}".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return BLOCKS


def draw(timeline: Timeline, glyphs: Glyphs) -> Iterator[Text]:
    """The lines of the picture: an axis, then each node with its memory and its processes; the axis again if it is long."""
    scale = Text(" " * LABEL + axis(timeline.since_us, timeline.bin_us, timeline.bins), style="dim")
    yield scale + Text(f"{'busy':>6} {'failed':>6} {'restarts':>8}", style="dim")
    nodes = sum(line.process is None for line in timeline.lines)
    for line in timeline.lines:
        yield _activity(line, timeline, glyphs)
        if line.process is None and line.memory and nodes <= _MEMORY_LINES:
            yield _memory(line, timeline, glyphs)
    if len(timeline.lines) > 30:
        yield scale
    yield Text()
    yield from _legend(timeline, glyphs, nodes)


def _activity(line: Line, timeline: Timeline, glyphs: Glyphs) -> Text:
    drawn = _label(line, glyphs)
    for bin_ in range(timeline.bins):
        drawn.append(*_cell(line.cells.get(bin_), line.process is None, glyphs))
    share = line.busy_share
    failed, restarts = int(line.total("failed_attempts") + line.total("failed_inits")), int(line.total("restarts"))
    drawn.append(f"{'' if share is None else f'{share:.0%}':>6} ")
    drawn.append(f"{failed or '':>6} ", "red" if failed else "")
    if line.process is None:
        drawn.append(f"{restarts or '':>8}")
    drawn.rstrip()
    return drawn


def _cell(cell: dict[str, Any] | None, is_node: bool, glyphs: Glyphs) -> tuple[str, str]:
    """A character and its style."""
    if cell is None:
        return " ", ""
    state = cell["state"]
    if cell["restarts"] and not (is_node and state in ("failed", "timed out")):
        return glyphs.restart, "magenta"
    if state == "busy":
        there = cell["there_s"] * (max(cell["workers"] or 1, 1) if is_node else 1)
        return _level(cell["busy_s"] / there if there else 1, glyphs.levels), _STYLES[state]
    return glyphs.states[state], _STYLES[state]


def _memory(line: Line, timeline: Timeline, glyphs: Glyphs) -> Text:
    drawn = Text("  memory".ljust(LABEL), style="dim")
    for bin_ in range(timeline.bins):
        percent = line.memory.get(bin_)
        if percent is None:
            drawn.append(" ")
        else:
            style = "red" if percent >= 90 else "yellow" if percent >= 75 else "blue"
            drawn.append(_level(percent / 100, glyphs.memory), f"not dim {style}")
    samples = int(line.total("memory_samples"))
    drawn.append(f" {max(line.memory.values()):4.0f}% of {samples} sample{'' if samples == 1 else 's'}")
    return drawn


def _level(share: float, levels: str) -> str:
    return levels[min(max(int(share * len(levels)), 0), len(levels) - 1)]


def _label(line: Line, glyphs: Glyphs) -> Text:
    """The name of a node or process, cut to its column."""
    if line.process is None:
        name = shown(line.node or "node unknown")
        name = f"node {name}" if len(name) < LABEL - 5 else name
    else:
        name = "  " + shown(line.process or "not recorded")
    if len(name) >= LABEL:
        name = name[: LABEL - 2] + glyphs.cut
    return Text(name.ljust(LABEL), style="bold" if line.process is None else "")


def _legend(timeline: Timeline, glyphs: Glyphs, nodes: int) -> Iterator[Text]:
    """What the characters mean, of those that occur."""
    signs = {"busy": f"{glyphs.levels[0]}{glyphs.levels[len(glyphs.levels) // 2]}{glyphs.levels[-1]}", **glyphs.states}
    entries = [
        Text.assemble((signs[state], _STYLES[state]), " ", meaning)
        for state, meaning in _MEANINGS.items()
        if state in timeline.states
    ]
    if any(line.total("restarts") for line in timeline.lines):
        entries.append(Text.assemble((glyphs.restart, "magenta"), " a worker replaced another one"))
    entries.append(Text("blank: not there, no sign of it"))
    if any(line.memory for line in timeline.lines) and nodes <= _MEMORY_LINES:
        entries.append(
            Text.assemble("memory, 0 to 100 %: ", (glyphs.memory, "blue"), " the highest sample, no peak; blank: none")
        )
    width = LABEL + timeline.bins + TOTALS
    row = Text()
    for entry in entries:
        if row and len(row) + 3 + len(entry) > width:
            yield row
            row = Text()
        row = row + Text("   ") + entry if row else entry
    yield row
