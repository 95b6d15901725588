"""How often each distinct error occurred."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ingest.output.wording import shorten
from ingest.report.charts.drawing import Chart, chart, columns, lines, rows_of, tips
from ingest.report.questions import Row

_ERRORS = 12


def error_counts(rows: Sequence[Row], says: str) -> Chart:
    """A bar per distinct error, causes before symptoms."""
    told = [row | _told(row) for row in rows[:_ERRORS]]
    labels = [row["label"] for row in told]
    bars = (
        rows_of()
        .mark_bar(height=alt.RelativeBandSize(0.7))
        .encode(
            x=alt.X("occurrences:Q", title="occurrences", axis=alt.Axis(tickMinStep=1, format=",d")),
            y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=300, domain=False, ticks=False)),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=["cause", "symptom"], range=["var(--exception)", "var(--others)"]),
            ),
            tooltip=tips("text:error occurrences kind nodes"),
        )
    )
    return chart(bars, says, lines(len(labels), 22), rows=columns(told, "label text occurrences kind nodes"))


def _told(row: Row) -> Row:
    message = str(row["message"] or "").partition("\n")[0]
    text = ": ".join(part for part in (row["exception_type"], message) if part)
    kind = "symptom" if row["symptom"] else "cause"
    return {"text": shorten(text, 200), "label": f"{row['rank']}. {shorten(text, 60)}", "kind": kind}
