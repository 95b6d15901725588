"""The charts of a report, as Vega-Lite made by Altair. Rows are already few: DuckDB has put them together."""

from ingest.report.charts.drawing import Chart, Span
from ingest.report.charts.durations import bins, durations
from ingest.report.charts.errors import error_counts
from ingest.report.charts.resources import resource
from ingest.report.charts.timelines import throughput, timeline, timeline_in_steps
from ingest.report.charts.trends import beside_the_past, jobs_over_time, jobs_per_day, per_day

__all__ = [
    "Chart",
    "Span",
    "beside_the_past",
    "bins",
    "durations",
    "error_counts",
    "jobs_over_time",
    "jobs_per_day",
    "per_day",
    "resource",
    "throughput",
    "timeline",
    "timeline_in_steps",
]
