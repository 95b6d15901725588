"""Memory and CPU of nodes over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from ingest.report.cells import seconds
from ingest.report.charts.drawing import (
    Chart,
    Key,
    Span,
    chart,
    columns,
    natural,
    rows_of,
    standing_out,
    time_axis,
    tips,
    whole_time,
)
from ingest.report.charts.style import NODES_NAMED, node_colours
from ingest.report.questions import Row

_OTHERS = "other nodes"
_DOTS = 1500
"""More samples than these are drawn as lines only."""


def resource(rows: Sequence[Row], restarts: Sequence[Row], key: str, title: str, span: Span, says: str) -> Chart:
    """A line per node, which breaks where samples are missing. Triangles mark processes that replaced another one."""
    rows = [row for row in rows if row[key] is not None]
    names = _named(rows, key)
    told = [row | {"line": _line(row, names), "gap": seconds(row["since_last_s"])} for row in rows]
    marks = [row | {"line": _line(row, names)} for row in restarts]
    top: dict[str, Any] = {"domainMin": 0}
    if max((row[key] for row in rows), default=0) <= 100:  # of several processors some platforms count more
        top["domainMax"] = 100
    colour = alt.Color("line:N", legend=None, scale=alt.Scale(domain=names, range=node_colours(names)))
    line = rows_of().encode(
        x=time_axis("at_ms"),
        y=alt.Y(f"{key}:Q", title=title, scale=alt.Scale(**top)),
        color=colour,
        detail=["node:N", "piece:N"],
        opacity=standing_out("line"),
        tooltip=tips(f"node {key}:{title.replace(' ', '_')} samples:samples_in_this_point gap:since_the_last"),
    )
    behind = line.transform_filter(f"datum.line === '{_OTHERS}'").mark_line(strokeWidth=0.8, strokeOpacity=0.6)
    before = line.transform_filter(f"datum.line !== '{_OTHERS}'").mark_line(strokeWidth=1.6)
    layers: list[Any] = [whole_time(span), *([behind] if _OTHERS in names else []), before]
    data = {"rows": columns(told, f"node line piece at_ms samples gap {key}")}
    if len(rows) <= _DOTS:
        layers.append(line.mark_point(filled=True, size=16))
    if marks:
        data["restarts"] = columns(marks, "node line process at_ms")
        triangle = rows_of("restarts").mark_point(
            shape="triangle-down", size=70, filled=True, stroke="var(--page)", strokeWidth=1
        )
        layers.append(
            triangle.encode(
                x=time_axis("at_ms"),
                y=alt.value(4),
                color=colour,
                opacity=standing_out("line"),
                tooltip=tips("node process:new_process"),
            )
        )
    legend = [Key(name, colour, "circle") for name, colour in zip(names, node_colours(names), strict=True)]
    return chart(layers, says, 200, legend, legend_title="node", **data)


def _line(row: Row, names: Sequence[str]) -> str:
    return row["node"] if row["node"] in names else _OTHERS


def _named(rows: Sequence[Row], key: str) -> list[str]:
    """The nodes with the highest samples, which have a colour of their own; the rest are one."""
    highest: dict[str, float] = {}
    for row in rows:
        highest[row["node"]] = max(row[key], highest.get(row["node"], 0))
    named = sorted(sorted(highest, key=lambda node: -highest[node])[:NODES_NAMED], key=natural)
    return [*named, _OTHERS] if len(highest) > len(named) else named
