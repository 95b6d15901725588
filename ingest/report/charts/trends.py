"""Jobs and days beside those before them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ingest.report.cells import moment, seconds
from ingest.report.charts.drawing import Chart, Key, chart, columns, in_order, rows_of, time_axis, tips
from ingest.report.charts.style import STATE_SHAPES, colours
from ingest.report.questions import Row

_VERDICTS = {
    "worse": ("triangle-up", "var(--exception)"),
    "usual": ("circle", "var(--done)"),
    "better": ("triangle-down", "var(--state-completed)"),
}


def jobs_over_time(rows: Sequence[Row], key: str, title: str, says: str) -> Chart:
    """A point per job by its start; colour and shape tell the state."""
    told = [row | {"when": moment(row["started_at"])} for row in rows]
    states = in_order(list(STATE_SHAPES), told, "state")
    shapes = [STATE_SHAPES.get(state, "square") for state in states]
    points = (
        rows_of()
        .mark_point(size=60, filled=True)
        .encode(
            x=time_axis("start_ms", "job started (UTC)", padding=8),
            y=alt.Y(f"{key}:Q", title=title, scale=alt.Scale(zero=True, nice=True)),
            color=_state_colour(states),
            shape=alt.Shape("state:N", legend=None, scale=alt.Scale(domain=states, range=shapes)),
            tooltip=tips(f"job_id:job when:started_(UTC) state {key}:{title.replace(' ', '_')}"),
        )
    )
    legend = [Key(state, f"var(--state-{state})", STATE_SHAPES.get(state, "square")) for state in states]
    return chart(points, says, 180, legend, rows=columns(told, f"job_id start_ms when state {key}"))


def beside_the_past(rows: Sequence[Row], says: str) -> Chart:
    """A point per job: how many times what is usual. Those that the report is about are larger."""
    told = [
        row
        | {
            "when": moment(row["started_at"]),
            "took": seconds(row["value"]),
            "usually": seconds(row["usual"]),
            "times": f"{row['ratio']:.2f}×",
            "size": 90 if row["told_here"] else 22,
        }
        for row in rows
    ]
    there = in_order(list(_VERDICTS), told, "verdict")
    points = (
        rows_of()
        .mark_point(filled=True, opacity=0.85)
        .encode(
            x=time_axis("start_ms", "job started (UTC)", padding=8),
            y=alt.Y(
                "ratio:Q", scale=alt.Scale(type="log", base=2), title="times the usual", axis=alt.Axis(format="~g")
            ),
            color=alt.Color(
                "verdict:N", legend=None, scale=alt.Scale(domain=there, range=[_VERDICTS[one][1] for one in there])
            ),
            shape=alt.Shape(
                "verdict:N", legend=None, scale=alt.Scale(domain=there, range=[_VERDICTS[one][0] for one in there])
            ),
            size=alt.Size("size:Q", scale=None, legend=None),
            tooltip=tips(
                "job_id:job when:started_(UTC) took usually times compared_jobs:compared_with comparison_group:group"
            ),
        )
    )
    usual = (
        alt.Chart(alt.InlineData(values=[{"one": 1}]))
        .mark_rule(color="var(--soft)", strokeDash=[4, 3])
        .encode(y="one:Q")
    )
    keys = "job_id comparison_group start_ms when took usually times ratio verdict compared_jobs size"
    legend = [Key(one, _VERDICTS[one][1], _VERDICTS[one][0]) for one in there]
    return chart([usual, points], says, 190, legend, rows=columns(told, keys))


def jobs_per_day(rows: Sequence[Row], says: str) -> Chart:
    """How many jobs began on each day, by state, on each other."""
    told = []
    for row in rows:
        low = 0
        for state in STATE_SHAPES:
            if row[state]:
                told.append(_day(row) | {"state": state, "jobs": row[state], "low": low, "high": low + row[state]})
                low += row[state]
    states = in_order(list(STATE_SHAPES), told, "state")
    most = max((row["high"] for row in told), default=1)
    bars = (
        rows_of()
        .mark_bar(stroke="var(--page)", strokeWidth=1, fillOpacity=0.75)
        .encode(
            x=time_axis("start_ms", "day (UTC)"),
            x2="end_ms",
            y=alt.Y("low:Q", title="jobs", axis=alt.Axis(tickCount=min(5, most), format=",d")),
            y2="high",
            color=_state_colour(states),
            tooltip=tips("day state jobs"),
        )
    )
    legend = [Key(state, f"var(--state-{state})") for state in states]
    return chart(bars, says, 140, legend, rows=columns(told, "day start_ms end_ms state jobs low high"))


def per_day(rows: Sequence[Row], key: str, title: str, says: str) -> Chart:
    """A measure of each day as a line of points, hollow where jobs still ran, and what is usual as a broken line."""
    told = [
        _day(row)
        | {key: row[key], "usual": row[f"usual_{key}"], "so_far": "jobs still ran" if row["partial"] else "whole"}
        for row in rows
        if row[key] is not None
    ]
    time = time_axis("start_ms", "day (UTC)", padding=6)
    value = alt.Y(f"{key}:Q", title=title, scale=alt.Scale(zero=True, nice=True))
    whole = rows_of().transform_filter("datum.so_far === 'whole'")
    usual = whole.mark_line(color="var(--soft)", strokeDash=[4, 3], strokeWidth=1.4).encode(x=time, y="usual:Q")
    line = whole.mark_line(color="var(--done)", strokeWidth=1.6).encode(x=time, y=value)
    points = (
        rows_of()
        .mark_point(size=36, color="var(--done)")
        .encode(
            x=time,
            y=value,
            fillOpacity=alt.condition("datum.so_far === 'whole'", alt.value(1), alt.value(0)),
            fill=alt.value("var(--done)"),
            tooltip=tips(f"day {key}:{title.replace(' ', '_')} usual so_far:the_day"),
        )
    )
    return chart([line, usual, points], says, 160, rows=columns(told, f"day start_ms {key} usual so_far"))


def _day(row: Row) -> Row:
    return {"day": f"{row['day']:%Y-%m-%d}", "start_ms": row["start_ms"], "end_ms": row["end_ms"]}


def _state_colour(states: list[str]) -> alt.Color:
    return alt.Color(
        "state:N", legend=None, scale=alt.Scale(domain=states, range=colours([f"state-{state}" for state in states]))
    )
