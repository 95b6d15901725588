"""Jobs beside those before them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ingest.report.html.cells import moment
from ingest.report.html.charts.drawing import Chart, chart, columns, in_order, rows_of, time_axis, tips
from ingest.report.html.charts.style import STATE_SHAPES, colours
from ingest.report.html.questions import Row


def jobs_over_time(rows: Sequence[Row], key: str, title: str, says: str) -> Chart:
    """A point per job by its start; colour and shape tell the state."""
    told = [row | {"when": moment(row["started_at"])} for row in rows]
    states = in_order(list(STATE_SHAPES), told, "state")
    shapes = [STATE_SHAPES.get(state, "square") for state in states]
    points = (
        rows_of()
        .mark_point(size=60, filled=True)
        .encode(
            x=time_axis("start_ms", "job started (UTC)"),
            y=alt.Y(f"{key}:Q", title=title),
            color=alt.Color(
                "state:N",
                title=None,
                scale=alt.Scale(domain=states, range=colours([f"state-{state}" for state in states])),
            ),
            shape=alt.Shape("state:N", title=None, scale=alt.Scale(domain=states, range=shapes)),
            tooltip=tips(f"job_id:job when:started_(UTC) state {key}:{title.replace(' ', '_')}"),
        )
    )
    return chart(points, says, 180, rows=columns(told, f"job_id start_ms when state {key}"))
