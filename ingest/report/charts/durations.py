"""How long mini-batches took, with the long tail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import altair as alt

from ingest.report.cells import seconds
from ingest.report.charts.drawing import Chart, Key, chart, columns, rows_of, tips
from ingest.report.questions import Row

_COLOURS = {"as long as the axis says": "var(--done)", "longer": "var(--timeout)"}
_ROUND = (1, 2, 2.5, 5)


def bins(longest_s: float, usual_s: float, most: int = 30) -> tuple[float, float]:
    """The width of a bin and where the last one begins, both in seconds, for axes from 0 on.

    Widths are round numbers. Where the longest takes far more than is usual (the 95th percentile), all that takes more
    than twice the usual is put into one last bin: a few stragglers would leave no room for the others.
    """
    end = longest_s if longest_s <= 3 * usual_s else 2 * usual_s
    power = 10.0**-6
    width = next(
        round(power * 10**more * step, 9)
        for more in range(20)
        for step in _ROUND
        if power * 10**more * step * most >= end
    )
    return width, round((end // width + 1) * width, 9)  # the first border above the end


def durations(rows: Sequence[Row], quantiles: Row, end_s: float, says: str) -> Chart:
    """A histogram from 0 on, with the median and the 95th percentile as lines; heights are counts."""
    told = [
        row
        | {
            "span": f"more than {seconds(row['from_s'])}"
            if row["is_last"]
            else f"{seconds(row['from_s'])} to {seconds(row['to_s'])}",
            "part": "longer" if row["is_last"] else "as long as the axis says",
            "zero": 0,
        }
        for row in rows
    ]
    ends = max([end_s, *(row["to_s"] for row in rows)])
    scale = alt.Scale(domain=[0, ends], nice=False)
    bars = (
        rows_of()
        .mark_bar(stroke="var(--page)", strokeWidth=0.5)
        .encode(
            x=alt.X("from_s:Q", scale=scale, title="elapsed, s"),
            x2="to_s",
            y=alt.Y("mini_batches:Q", title="mini-batches", axis=alt.Axis(tickMinStep=1, format=",d")),
            y2="zero",
            color=alt.Color(
                "part:N", scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())), legend=None
            ),
            tooltip=tips("span:elapsed mini_batches:mini-batches failed:not_done together_s:seconds_together"),
        )
    )
    marks = [
        {"at_s": quantiles[key], "height": height, "label": f"{name} {seconds(quantiles[key])}"}
        for key, name, height in (("p50_s", "median", -18), ("p95_s", "95 % up to", -5))
        if quantiles[key] <= ends
    ]
    layers: list[Any] = [bars]
    at = rows_of("quantiles").encode(x=alt.X("at_s:Q", scale=scale))
    layers.append(at.mark_rule(color="var(--ink)", strokeDash=[3, 3]).encode(tooltip=tips("label")))
    sides: tuple[tuple[bool, Literal["left", "right"]], ...] = ((True, "left"), (False, "right"))
    for is_left, side in sides:
        there = at.transform_filter(f"datum.at_s {'<=' if is_left else '>'} {ends / 2}")
        text = there.mark_text(color="var(--ink)", align=side, baseline="bottom", fontSize=11)
        layers.append(text.encode(text="label:N", y=alt.Y("height:Q", scale=None)))
    legend = [Key(part, colour) for part, colour in _COLOURS.items() if any(row["part"] == part for row in told)]
    drawn = chart(
        layers,
        says,
        190,
        legend,
        rows=columns(told, "from_s to_s mini_batches failed together_s span part zero"),
        quantiles=columns(marks, "at_s height label"),
    )
    drawn.spec["padding"] = {"left": 2, "right": 8, "top": 34, "bottom": 2}
    return drawn
