"""The charts of a report, as Vega-Lite made by Altair. Rows are already few: DuckDB has put them together."""

from ingest.report.html.charts.drawing import Chart, Span
from ingest.report.html.charts.durations import durations
from ingest.report.html.charts.errors import error_counts
from ingest.report.html.charts.resources import resource
from ingest.report.html.charts.timelines import throughput, timeline, timeline_in_steps
from ingest.report.html.charts.trends import jobs_over_time

__all__ = [
    "Chart",
    "Span",
    "durations",
    "error_counts",
    "jobs_over_time",
    "resource",
    "throughput",
    "timeline",
    "timeline_in_steps",
]
