"""How often each distinct error occurred."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ingest.output.wording import shorten
from ingest.report.charts.drawing import Chart, Key, chart, columns, lines, rows_of, tips
from ingest.report.questions import Row

_ERRORS = 12
_KINDS = {"cause": "var(--exception)", "symptom": "var(--others)"}


def error_counts(rows: Sequence[Row], says: str) -> Chart:
    """A bar per distinct error, causes before symptoms."""
    told = [row | _told(row) for row in rows[:_ERRORS]]
    labels = [row["label"] for row in told]
    bars = (
        rows_of()
        .mark_bar(height=alt.RelativeBandSize(0.7))
        .encode(
            x=alt.X(
                "occurrences:Q", title="times", scale=alt.Scale(domainMin=0), axis=alt.Axis(tickMinStep=1, format=",d")
            ),
            y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(domain=False, ticks=False)),
            color=alt.Color(
                "kind:N",
                legend=None,
                scale=alt.Scale(domain=list(_KINDS), range=list(_KINDS.values())),
            ),
            tooltip=tips("text:error occurrences kind nodes"),
        )
    )
    kinds = {row["kind"] for row in told}
    legend = [Key(kind, colour) for kind, colour in _KINDS.items() if kind in kinds]
    return chart(bars, says, lines(len(labels), 22), legend, rows=columns(told, "label text occurrences kind nodes"))


def _told(row: Row) -> Row:
    message = str(row["message"] or "").partition("\n")[0]
    text = ": ".join(part for part in (row["exception_type"], message) if part)
    kind = "symptom" if row["symptom"] else "cause"
    return {"text": shorten(text, 200), "label": f"{row['rank']}. {shorten(text, 60)}", "kind": kind}
