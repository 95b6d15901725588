"""The charts of a report, as Vega-Lite made by Altair. Rows are already few: DuckDB has put them together.

A chart's data stay outside its specification, as columns: that is a third of the size of rows, and the page can show a
part of them (one node, one state) without another specification.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from ingest.report.html.cells import moment, seconds
from ingest.report.html.chart_style import CONFIG, NODES_NAMED, OUTCOMES, STATES, colours, node_colours
from ingest.report.html.questions import Row

Span = tuple[int, int]
"""From when to when a chart's axis goes, milliseconds since 1970."""

_OTHERS = "other nodes"


@dataclass(frozen=True, slots=True)
class Chart:
    """A specification, its data by name, and what it shows in words, for those who cannot see it."""

    spec: dict[str, Any]
    data: dict[str, dict[str, list[Any]]]
    says: str


def timeline(rows: Sequence[Row], span: Span, says: str) -> Chart:
    """A line per worker process, a bar per try; tries that failed are broader, so that colour is not needed."""
    there = _there(OUTCOMES, rows, "outcome")
    places = sorted({row["place"] for row in rows}, key=_natural)
    picked = _legend_choice("outcome")
    bars = _base().encode(
        x=_time("start_ms", span),
        x2="end_ms",
        y=alt.Y("place:N", sort=places, title=None, axis=alt.Axis(grid=True, tickBand="extent", domain=False)),
        color=_outcome_colour(there),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.12)),
        tooltip=_tips("mini_batch_id:mini-batch attempt:try outcome place took items failed_items:failed error:says"),
    )
    quiet = bars.transform_filter("datum.outcome === 'done' || datum.outcome === 'open'").mark_bar(
        height=alt.RelativeBandSize(0.5), stroke="var(--page)", strokeWidth=0.6
    )
    loud = bars.transform_filter("datum.outcome !== 'done' && datum.outcome !== 'open'").mark_bar(
        height=alt.RelativeBandSize(0.95), stroke="var(--page)", strokeWidth=0.6
    )
    chart = (
        alt.layer(quiet, loud).add_params(picked).properties(height=_height(len(places), 15 if len(places) < 60 else 9))
    )
    told = [row | {"took": seconds(row["elapsed_s"])} for row in rows]
    keys = "node place outcome mini_batch_id attempt start_ms end_ms took items failed_items error"
    return _chart(chart, says, rows=_columns(told, keys))


_SHARES = ("all done", "up to 5 % failed", "up to 20 % failed", "more failed")


def timeline_in_steps(rows: Sequence[Row], span: Span, says: str) -> Chart:
    """A line per node, a cell per step of time, coloured by the share of tries that failed, paler if less busy."""
    told = [
        {
            **row,
            "share": _SHARES[
                0
                if not row["failed"]
                else 1
                if (part := row["failed"] / row["tries"]) <= 0.05
                else 2
                if part <= 0.2
                else 3
            ],
            "failed_percent": round(100 * row["failed"] / row["tries"], 1),
            "busy_percent": round(100 * row["busy"]),
        }
        for row in rows
    ]
    nodes = sorted({row["node"] for row in rows}, key=_natural)
    picked = _legend_choice("share")
    shares = _there(_SHARES, told, "share")
    chart = (
        _base()
        .mark_bar(height=alt.RelativeBandSize(0.86))
        .encode(
            x=_time("start_ms", span),
            x2="end_ms",
            y=alt.Y("node:N", sort=nodes, title=None, axis=alt.Axis(domain=False, ticks=False)),
            color=alt.Color(
                "share:N",
                title=None,
                scale=alt.Scale(domain=shares, range=[f"var(--share-{_SHARES.index(share)})" for share in shares]),
            ),
            opacity=alt.condition(
                picked,
                alt.Opacity("busy:Q", scale=alt.Scale(domain=[0, 1], range=[0.25, 1]), legend=None),
                alt.value(0.06),
            ),
            tooltip=_tips("node tries failed failed_percent:failed,_% busy_percent:busy,_%"),
        )
        .add_params(picked)
        .properties(height=_height(len(nodes), 15 if len(nodes) <= 40 else 9))
    )
    return _chart(
        chart, says, rows=_columns(told, "node start_ms end_ms tries failed busy share failed_percent busy_percent")
    )


def throughput(rows: Sequence[Row], span: Span, says: str) -> Chart:
    """Mini-batches that ended per minute, stacked by outcome."""
    there = _there(OUTCOMES, rows, "outcome")
    picked = _legend_choice("outcome")
    chart = (
        _base()
        .mark_bar(stroke="var(--page)", strokeWidth=0.5)
        .encode(
            x=_time("start_ms", span),
            x2="end_ms",
            y=alt.Y("low:Q", title="mini-batches per minute"),
            y2="high",
            color=_outcome_colour(there),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.12)),
            tooltip=_tips("outcome mini_batches:mini-batches rate:per_minute items failed_items:failed_items"),
        )
        .add_params(picked)
        .properties(height=170)
    )
    told, tops = [], dict.fromkeys((row["start_ms"] for row in rows), 0.0)
    for row in sorted(
        rows, key=lambda row: there.index(str(row["outcome"]))
    ):  # laid on each other here: bars have both ends
        low = tops[row["start_ms"]]
        high = tops[row["start_ms"]] = low + row["per_minute"]
        told.append(
            row | {"low": low, "high": high, "rate": f"{row['per_minute']:,.{1 if row['per_minute'] < 10 else 0}f}"}
        )
    keys = "start_ms end_ms outcome mini_batches items failed_items rate low high"
    return _chart(chart, says, rows=_columns(told, keys))


def resource(rows: Sequence[Row], restarts: Sequence[Row], key: str, title: str, span: Span, says: str) -> Chart:
    """A line per node; it breaks where samples are missing. Triangles mark processes that replaced another one."""
    rows = [row for row in rows if row[key] is not None]
    names, name_of = _named_nodes(rows, key)
    told = [row | {"line": name_of.get(row["node"], _OTHERS), "gap": seconds(row["since_last_s"])} for row in rows]
    marks = [row | {"line": name_of.get(row["node"], _OTHERS)} for row in restarts]
    picked = _legend_choice("line")
    colour = alt.Color(
        "line:N",
        title="node" if names[-1:] != [_OTHERS] else None,
        scale=alt.Scale(domain=names, range=node_colours(names)),
    )
    time = _time("at_ms", span)
    lines = _base().encode(
        x=time,
        y=alt.Y(
            f"{key}:Q",
            title=title,
            scale=alt.Scale(domainMin=0, domainMax=100) if key == "memory_percent" else alt.Scale(domainMin=0),
        ),
        color=colour,
        detail=["node:N", "piece:N"],
        opacity=alt.condition(picked, alt.value(0.9), alt.value(0.08)),
        tooltip=_tips(f"node {key}:{title.replace(' ', '_')} samples:samples_in_this_point gap:since_the_last"),
    )
    layers: list[Any] = [lines.mark_line(strokeWidth=1.6)]
    if len(rows) <= 1500:
        layers.append(lines.mark_point(filled=True, size=16))
    if marks:
        layers.append(
            _base("restarts")
            .mark_point(shape="triangle-down", size=70, filled=True, stroke="var(--page)", strokeWidth=1)
            .encode(
                x=time,
                y=alt.value(4),
                color=colour,
                opacity=alt.condition(picked, alt.value(1), alt.value(0.1)),
                tooltip=_tips("node process:new_process"),
            )
        )
    chart = alt.layer(*layers).add_params(picked).properties(height=200)
    data = {"rows": _columns(told, f"node line piece at_ms samples gap {key}")}
    if marks:
        data["restarts"] = _columns(marks, "node line process at_ms")
    return _chart(chart, says, **data)


def durations(rows: Sequence[Row], quantiles: Row, says: str) -> Chart:
    """A histogram with steps that grow, and the quantiles as lines."""
    slow = quantiles["p99_s"]
    told = [
        row
        | {
            "span": f"{seconds(row['from_s'])} to {seconds(row['to_s'])}",
            "part": "the slowest 1 %" if row["from_s"] >= slow else "the others",
            "zero": 0,
        }
        for row in rows
    ]
    log = alt.Scale(type="log", nice=False)
    bars = (
        _base()
        .mark_bar(stroke="var(--page)", strokeWidth=0.5)
        .encode(
            x=alt.X("from_s:Q", scale=log, title="elapsed seconds (steps grow)"),
            x2="to_s",
            y=alt.Y("mini_batches:Q", scale=alt.Scale(type="sqrt"), title="mini-batches (square root)"),
            y2="zero",
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=["the others", "the slowest 1 %"], range=["var(--done)", "var(--timeout)"]),
                legend=None,
            ),
            tooltip=_tips(
                "span:elapsed mini_batches:mini-batches failed:of_these_not_done together_s:seconds_together"
            ),
        )
    )
    lines = [
        {"name": name, "at_s": quantiles[f"{name}_s"], "took": seconds(quantiles[f"{name}_s"])}
        for name in ("p50", "p95", "p99", "max")
    ]
    for place, line in enumerate(lines):
        line |= {"height": 14 * place, "label": f"{line['name']} {line['took']}"}
    rules = _base("quantiles").encode(x=alt.X("at_s:Q", scale=log))
    rule = rules.mark_rule(color="var(--ink)", strokeDash=[3, 3]).encode(tooltip=_tips("name took"))
    places = {"text": "label:N", "y": alt.Y("height:Q", scale=None)}
    words = {"align": "right", "dx": -4, "dy": 2, "baseline": "top", "fontSize": 11}
    halo = rules.mark_text(stroke="var(--page)", strokeWidth=4, **words).encode(**places)
    label = rules.mark_text(color="var(--ink)", **words).encode(**places)
    return _chart(
        alt.layer(bars, rule, halo, label).properties(height=190),
        says,
        rows=_columns(told, "from_s to_s mini_batches failed together_s span part zero"),
        quantiles=_columns(lines, "name at_s took height label"),
    )


def error_counts(rows: Sequence[Row], says: str) -> Chart:
    """A bar per distinct error."""
    told = []
    for row in rows[:12]:
        text = ": ".join(part for part in (row["exception_type"], str(row["message"] or "").partition("\n")[0]) if part)
        told.append(
            row
            | {
                "text": text[:200],
                "label": f"{row['rank']}. {text[:60]}{'…' if len(text) > 60 else ''}",
                "kind": "symptom" if row["symptom"] else "cause",
            }
        )
    labels = [row["label"] for row in told]
    chart = (
        _base()
        .mark_bar(height=alt.RelativeBandSize(0.7))
        .encode(
            x=alt.X("occurrences:Q", title="occurrences", axis=alt.Axis(tickMinStep=1, format=",d")),
            y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=300, domain=False, ticks=False)),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=["cause", "symptom"], range=["var(--exception)", "var(--others)"]),
            ),
            tooltip=_tips("text:error occurrences kind nodes"),
        )
        .properties(height=_height(len(labels), 22))
    )
    return _chart(chart, says, rows=_columns(told, "label text occurrences kind nodes"))


def jobs_over_time(rows: Sequence[Row], key: str, title: str, says: str, *, baseline: bool = False) -> Chart:
    """A point per job by its start; the shape tells the state. A band is the usual range of its group, where it is known."""
    told = [row | {"when": moment(row["started_at"])} for row in rows]
    states = _there(STATES, told, "state")
    shapes = {
        "completed": "circle",
        "failed": "cross",
        "running": "triangle-up",
        "stalled": "diamond",
        "unknown": "square",
    }
    time = alt.X("start_ms:T", scale=alt.Scale(type="utc"), title="job started (UTC)")
    points = (
        _base()
        .mark_point(size=60, filled=True)
        .encode(
            x=time,
            y=alt.Y(f"{key}:Q", title=title),
            color=alt.Color(
                "state:N", title=None, scale=alt.Scale(domain=states, range=colours([f"state-{one}" for one in states]))
            ),
            shape=alt.Shape(
                "state:N", title=None, scale=alt.Scale(domain=states, range=[shapes[one] for one in states])
            ),
            tooltip=_tips(f"job_id:job when:started_(UTC) state {key}:{title.replace(' ', '_')}"),
        )
    )
    layers: list[Any] = [points]
    keys = f"job_id start_ms when state {key}"
    if baseline:
        keys += " low high"
        layers.insert(0, _base().mark_area(opacity=0.15, color="var(--done)").encode(x=time, y="low:Q", y2="high:Q"))
    return _chart(alt.layer(*layers).properties(height=180), says, rows=_columns(told, keys))


def _time(key: str, span: Span) -> alt.X:
    """The same axis in every chart of a job, so that what happened together stands below each other."""
    return alt.X(f"{key}:T", scale=alt.Scale(type="utc", domain=list(span), nice=False), title="time (UTC)")


def _height(lines: int, each: int) -> int:
    """Room for so many lines; a legend over few of them needs some too."""
    return max(40, lines * each)


def _base(data: str = "rows") -> alt.Chart:
    return alt.Chart(alt.NamedData(name=data))


def _chart(chart: Any, says: str, **data: dict[str, list[Any]]) -> Chart:
    spec = chart.properties(
        width="container", autosize=alt.AutoSizeParams(type="fit-x", contains="padding"), description=says
    ).to_dict()
    spec["config"] = CONFIG
    return Chart(spec, data, says)


def _legend_choice(field: str) -> alt.Parameter:
    return alt.selection_point(name=f"{field}_choice", fields=[field], bind="legend")


def _outcome_colour(there: list[str]) -> alt.Color:
    return alt.Color("outcome:N", title=None, scale=alt.Scale(domain=there, range=colours(there)))


def _tips(told: str) -> list[alt.Tooltip]:
    """`key` or `key:title` each; the type is that of the data."""
    pairs = [one.partition(":") for one in told.split()]
    return [alt.Tooltip(key, type="nominal", title=(title or key).replace("_", " ")) for key, _, title in pairs]


def _there(order: Sequence[str], rows: Sequence[Row], key: str) -> list[str]:
    """The values that occur, in their usual order."""
    seen = {str(row[key]) for row in rows}
    return [one for one in order if one in seen] + sorted(seen - set(order))


def _named_nodes(rows: Sequence[Row], key: str) -> tuple[list[str], dict[str, str]]:
    """The nodes with the highest samples have a colour of their own; the rest are one."""
    highest: dict[str, float] = {}
    for row in rows:
        highest[row["node"]] = max(row[key], highest.get(row["node"], 0))
    named = sorted(sorted(highest, key=lambda node: -highest[node])[:NODES_NAMED], key=_natural)
    rest = [_OTHERS] if len(highest) > len(named) else []
    return named + rest, {node: node for node in named}


def _columns(rows: Sequence[Row], keys: str) -> dict[str, list[Any]]:
    return {key: [row[key] for row in rows] for key in keys.split()}


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Node 10 after node 9."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]
