"""How long mini-batches took, with the long tail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from ingest.report.cells import seconds
from ingest.report.charts.drawing import Chart, chart, columns, rows_of, tips
from ingest.report.questions import Row

_PARTS = ("up to p99", "the slowest 1 %")


def durations(rows: Sequence[Row], quantiles: Row, says: str) -> Chart:
    """A histogram with steps that grow, and the quantiles as lines."""
    told = [
        row
        | {
            "span": f"{seconds(row['from_s'])} to {seconds(row['to_s'])}",
            "part": _PARTS[row["from_s"] >= quantiles["p99_s"]],
            "zero": 0,
        }
        for row in rows
    ]
    log = alt.Scale(type="log", nice=False)
    bars = (
        rows_of()
        .mark_bar(stroke="var(--page)", strokeWidth=0.5)
        .encode(
            x=alt.X("from_s:Q", scale=log, title="elapsed seconds (logarithmic)"),
            x2="to_s",
            y=alt.Y("mini_batches:Q", scale=alt.Scale(type="sqrt"), title="mini-batches (square root)"),
            y2="zero",
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=_PARTS, range=["var(--done)", "var(--timeout)"]),
                legend=None,
            ),
            tooltip=tips("span:elapsed mini_batches:mini-batches failed:not_done together_s:seconds_together"),
        )
    )
    marks = [
        {"at_s": quantiles[f"{name}_s"], "height": 14 * place, "label": f"{name} {seconds(quantiles[f'{name}_s'])}"}
        for place, name in enumerate(("p50", "p95", "p99", "max"))
    ]
    at = rows_of("quantiles").encode(x=alt.X("at_s:Q", scale=log))
    rule = at.mark_rule(color="var(--ink)", strokeDash=[3, 3]).encode(tooltip=tips("label"))
    where: dict[str, Any] = {"text": "label:N", "y": alt.Y("height:Q", scale=None)}
    look: dict[str, Any] = {"align": "right", "dx": -4, "dy": 2, "baseline": "top", "fontSize": 11}
    halo = at.mark_text(stroke="var(--page)", strokeWidth=4, **look).encode(**where)
    label = at.mark_text(color="var(--ink)", **look).encode(**where)
    return chart(
        [bars, rule, halo, label],
        says,
        190,
        rows=columns(told, "from_s to_s mini_batches failed together_s span part zero"),
        quantiles=columns(marks, "at_s height label"),
    )
