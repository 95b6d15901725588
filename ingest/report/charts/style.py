"""How charts look: quiet axes, colours that colour-blind people tell apart, and all of it by the page's CSS variables.

A chart that says `var(--done)` follows the page from light to dark and onto paper without being drawn again.
"""

from __future__ import annotations

from typing import Any

OUTCOMES = ("done", "timeout", "exception", "poisoned", "open")
"""Outcomes of attempts, in the order of legends; each has a CSS variable of its name."""

STATE_SHAPES = {
    "completed": "circle",
    "failed": "cross",
    "running": "triangle-up",
    "stalled": "diamond",
    "unknown": "square",
}
"""States of jobs, in the order of legends, and how their points look."""

NODES_NAMED = 7
"""So many nodes have a colour of their own in a chart; the others share grey."""

CONFIG: dict[str, Any] = {
    "background": None,
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif",
    "view": {"stroke": None},
    "padding": {"left": 2, "right": 8, "top": 4, "bottom": 2},
    "axis": {
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "labelFontSize": 11,
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelOverlap": "greedy",
    },
    "axisX": {"grid": False, "tickCount": {"signal": "max(3, round(width / 110))"}},
    "axisQuantitative": {"tickCount": 5},
}


_KNOWN = {*OUTCOMES, *(f"state-{state}" for state in STATE_SHAPES)}


def colours(names: list[str]) -> list[str]:
    """A CSS variable for each: `done` is drawn in `var(--done)`; grey for what a plugin made up."""
    return [f"var(--{name if name in _KNOWN else 'others'})" for name in names]


def node_colours(names: list[str]) -> list[str]:
    """A colour for each of the named nodes, and grey for the rest, which stand last."""
    return [f"var(--node-{place + 1})" if place < NODES_NAMED else "var(--others)" for place in range(len(names))]


_SYMBOLS = {
    "square": "M-5-5h10v10h-10z",
    "circle": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "cross": "M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z",
    "diamond": "M0-6l5 6l-5 6l-5-6z",
    "triangle-up": "M0-5l5.5 10h-11z",
    "triangle-down": "M0 5l5.5-10h-11z",
}


def symbol(shape: str) -> str:
    """The outline of a mark, as an SVG path around 0, 12 wide."""
    return _SYMBOLS.get(shape, _SYMBOLS["square"])
