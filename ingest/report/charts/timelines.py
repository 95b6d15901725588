"""What happened when: attempts as bars, or as cells where they are too many, and how many mini-batches ended."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ingest.report.cells import seconds
from ingest.report.charts.drawing import (
    Chart,
    Key,
    Span,
    chart,
    columns,
    in_order,
    lines,
    natural,
    outcome_colour,
    outcome_legend,
    rows_of,
    standing_out,
    time_axis,
    tips,
    whole_time,
)
from ingest.report.charts.style import OUTCOMES
from ingest.report.questions import Row

_EDGE = "var(--page)"
_ENDED_WELL = "datum.outcome === 'done' || datum.outcome === 'open'"
_SHARES = ("all done", "up to 5 % failed", "up to 20 % failed", "more failed")


def timeline(rows: Sequence[Row], span: Span, says: str) -> Chart:
    """A line per worker process, a bar per attempt; those that failed are thicker, so that colour is not needed."""
    places = sorted({row["place"] for row in rows}, key=natural)
    bars = rows_of().encode(
        x=time_axis("start_ms"),
        x2="end_ms",
        y=alt.Y("place:N", sort=places, title=None, axis=alt.Axis(grid=True, tickBand="extent", domain=False)),
        color=outcome_colour(rows),
        opacity=standing_out("outcome"),
        tooltip=tips("mini_batch_id:mini-batch attempt outcome place took items failed_items:failed error:says"),
    )
    quiet = bars.transform_filter(_ENDED_WELL).mark_bar(height=alt.RelativeBandSize(0.5), stroke=_EDGE, strokeWidth=0.6)
    loud = bars.transform_filter(f"!({_ENDED_WELL})").mark_bar(
        height=alt.RelativeBandSize(0.95), stroke=_EDGE, strokeWidth=0.6
    )
    told = [row | {"took": seconds(row["elapsed_s"])} for row in rows]
    keys = "node place outcome mini_batch_id attempt start_ms end_ms took items failed_items error"
    height = lines(len(places), 15 if len(places) < 60 else 9)
    return chart([whole_time(span), quiet, loud], says, height, outcome_legend(rows), rows=columns(told, keys))


def timeline_in_steps(rows: Sequence[Row], span: Span, says: str) -> Chart:
    """A line per node, a cell per step of time, coloured by the share of attempts that failed, paler if less busy."""
    told = [row | _share(row) for row in rows]
    nodes = sorted({row["node"] for row in rows}, key=natural)
    shares = in_order(_SHARES, told, "share")
    busy = alt.Opacity("busy:Q", scale=alt.Scale(domain=[0, 1], range=[0.25, 1]), legend=None)
    cells = (
        rows_of()
        .mark_bar(height=alt.RelativeBandSize(0.86))
        .encode(
            x=time_axis("start_ms"),
            x2="end_ms",
            y=alt.Y("node:N", sort=nodes, title="node", axis=alt.Axis(domain=False, ticks=False)),
            color=alt.Color(
                "share:N",
                legend=None,
                scale=alt.Scale(domain=shares, range=[_share_colour(share) for share in shares]),
            ),
            opacity=standing_out("share", busy),
            tooltip=tips("node attempts failed failed_percent:failed,_% busy_percent:busy,_%"),
        )
    )
    keys = "node start_ms end_ms attempts failed busy share failed_percent busy_percent"
    height = lines(len(nodes), 15 if len(nodes) <= 40 else 9)
    legend = [Key(share, _share_colour(share)) for share in shares]
    return chart([whole_time(span), cells], says, height, legend, rows=columns(told, keys))


def _share(row: Row) -> Row:
    failed = row["failed"] / row["attempts"]
    share = _SHARES[0 if not failed else 1 if failed <= 0.05 else 2 if failed <= 0.2 else 3]
    return {"share": share, "failed_percent": round(100 * failed, 1), "busy_percent": round(100 * row["busy"])}


def _share_colour(share: str) -> str:
    return f"var(--share-{_SHARES.index(share)})"


def throughput(rows: Sequence[Row], span: Span, step_s: int, says: str) -> Chart:
    """Mini-batches that ended in each step of time, by outcome, on each other: counts, so that a bar is what it says."""
    there = in_order(OUTCOMES, rows, "outcome")
    bars = (
        rows_of()
        .mark_bar(stroke=_EDGE, strokeWidth=0.5)
        .encode(
            x=time_axis("start_ms"),
            x2="end_ms",
            y=alt.Y("low:Q", title=f"mini-batches per {_per(step_s)}", axis=alt.Axis(tickMinStep=1, format=",d")),
            y2="high",
            color=outcome_colour(rows),
            opacity=standing_out("outcome"),
            tooltip=tips("outcome mini_batches:mini-batches rate:per_minute items failed_items:failed_items"),
        )
    )
    told, tops = [], dict.fromkeys((row["start_ms"] for row in rows), 0)
    for row in sorted(rows, key=lambda row: there.index(str(row["outcome"]))):  # a bar with two ends is not stacked
        low = tops[row["start_ms"]]
        high = tops[row["start_ms"]] = low + row["mini_batches"]
        rate = f"{row['per_minute']:,.{1 if row['per_minute'] < 10 else 0}f}"
        told.append(row | {"low": low, "high": high, "rate": rate})
    keys = "start_ms end_ms outcome mini_batches items failed_items rate low high"
    return chart([whole_time(span), bars], says, 170, outcome_legend(rows), rows=columns(told, keys))


def _per(step_s: int) -> str:
    """A step as a unit: minute, 30 s, 2 min, hour."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if step_s % size == 0:
            many = step_s // size
            return unit if many == 1 else f"{many} {'min' if unit == 'minute' else unit + 's'}"
    return f"{step_s} s"
