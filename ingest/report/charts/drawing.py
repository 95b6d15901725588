"""What all charts share: how one is put together, its axis of time, its legend, its tooltips.

A chart's data stay outside its specification, as columns: that is a third of the size of rows, and the page can show a
part of them (one node) without another specification.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from ingest.report.charts.style import CONFIG, OUTCOMES, colours
from ingest.report.questions import Row

Span = tuple[int, int]
"""From when to when a chart's axis goes, milliseconds since 1970."""

Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: a value, its colour as a CSS variable, and the shape of its mark."""

    value: str
    colour: str
    shape: str = "square"


@dataclass(frozen=True, slots=True)
class Chart:
    """A specification, its data by name, its legend, and what it shows in words, for those who cannot see it.

    The legend is part of the page, not of the drawing, so that it wraps and is whole at any width.
    """

    spec: dict[str, Any]
    data: dict[str, Columns]
    says: str
    legend: Sequence[Key] = ()
    legend_title: str = ""


def chart(
    layers: alt.Chart | Sequence[alt.Chart],
    says: str,
    height: int,
    legend: Sequence[Key] = (),
    *,
    legend_title: str = "",
    **data: Columns,
) -> Chart:
    """A chart as wide as its place in the page. A legend of one entry is left out."""
    drawn: Any = layers if isinstance(layers, alt.Chart) else alt.layer(*layers)
    drawn = drawn.add_params(PICKED).properties(
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        description=says,
    )
    return Chart({**drawn.to_dict(), "config": CONFIG}, data, says, legend if len(legend) > 1 else (), legend_title)


def rows_of(data: str = "rows") -> alt.Chart:
    """A layer that draws rows which the page hands in under this name."""
    return alt.Chart(alt.NamedData(name=data))


def columns(rows: Sequence[Row], keys: str) -> Columns:
    """The named keys of rows as columns."""
    return {key: [row[key] for row in rows] for key in keys.split()}


def lines(count: int, each: int) -> int:
    """Room for so many lines; a chart of few needs some too."""
    return max(40, count * each)


_CLOCK = (
    "utcFormat(datum.value, utcseconds(datum.value) ? '%H:%M:%S' : utchours(datum.value) || utcminutes(datum.value)"
    " ? '%H:%M' : utcdate(datum.value) === 1 && utcmonth(datum.value) === 0 ? '%Y' : '%b %d')"
)
"""Labels on a 24-hour clock; the date where a day begins, the year where one does."""


def time_axis(key: str, title: str = "time (UTC)", padding: int = 0) -> alt.X:
    """Times as UTC; with so many pixels beside the first and the last, so that points there are whole."""
    scale = alt.Scale(type="utc", nice=False, padding=padding)
    return alt.X(f"{key}:T", scale=scale, title=title, axis=alt.Axis(labelExpr=_CLOCK))


def whole_time(span: Span) -> alt.Chart:
    """A layer with nothing to see from the job's first to its last time, so that all charts of a job have one axis.

    (An explicit domain is lost where layers share a scale of times.)
    """
    ends = alt.InlineData(values=[{"at_ms": span[0]}, {"at_ms": span[1]}])
    layer: alt.Chart = alt.Chart(ends).mark_point(opacity=0).encode(x=time_axis("at_ms"))
    return layer


PICKED = alt.param(name="picked", value="")
"""The value of the legend that was clicked; the page sets it."""


def standing_out(field: str, opacity: Any = None) -> Any:
    """All, or what was picked in the legend."""
    everything = alt.value(1) if opacity is None else opacity
    return alt.condition(f"picked === '' || datum.{field} === picked", everything, alt.value(0.1))


def outcome_colour(rows: Sequence[Row]) -> alt.Color:
    """Outcomes in their colours, those that occur."""
    there = in_order(OUTCOMES, rows, "outcome")
    return alt.Color("outcome:N", legend=None, scale=alt.Scale(domain=there, range=colours(there)))


def outcome_legend(rows: Sequence[Row]) -> list[Key]:
    """The same as a legend."""
    there = in_order(OUTCOMES, rows, "outcome")
    return [Key(name, colour) for name, colour in zip(there, colours(there), strict=True)]


def tips(told: str) -> list[alt.Tooltip]:
    """What a tooltip tells: `key` or `key:title` each, with `_` for a blank in a title."""
    pairs = [one.partition(":") for one in told.split()]
    return [alt.Tooltip(key, type="nominal", title=(title or key).replace("_", " ")) for key, _, title in pairs]


def in_order(usual: Sequence[str], rows: Sequence[Row], key: str) -> list[str]:
    """The values that occur, in their usual order, unheard-of ones last."""
    seen = {str(row[key]) for row in rows}
    return [one for one in usual if one in seen] + sorted(seen - set(usual))


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key to sort by that puts node 10 after node 9."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]
