"""Trends: days and jobs beside what is usual, as far as the store keeps a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingest.report import charts, headings
from ingest.report.blocks import Block, Drawing, Source, Words
from ingest.report.questions import Answer, Questions

_MEASURES = {
    "duration_s": ("Duration of jobs", "took longer than usual"),
    "p95_elapsed_s": ("Time of mini-batches (95th percentile)", "had slower mini-batches than usual"),
}
_DAILY = {
    "failure_percent": ("Items failed per day", "items failed, %", "% of items failed"),
    "p95_elapsed_s": ("Time of mini-batches per day (95th percentile)", "elapsed, s", "s for 95 % of mini-batches"),
    "node_hours": ("Node-hours per day", "node-hours", "node-hours"),
}
_SINGLE = (
    ("duration_s", "Duration of each job", "duration, minutes", "minutes", 1 / 60),
    ("failure_rate", "Items failed in each job", "items failed, %", "% of items failed", 100),
    (
        "p95_elapsed_s",
        "Time of mini-batches of each job (95th percentile)",
        "elapsed, s",
        "s for 95 % of mini-batches",
        1,
    ),
)


def trends(questions: Questions, all_of: Mapping[str, Sequence[str]], jobs: Answer) -> Iterator[Block]:
    """Jobs beside the past and the days with their usual; without a history of two days, the jobs by their start."""
    past = questions.ask("overview/beside_the_past", **all_of)
    days = questions.ask("overview/days")
    for measure, (title, of) in _MEASURES.items():
        rows = [row for row in past.rows if row["measure"] == measure]
        if rows:
            says = f"{title}, as a multiple of what is usual for jobs like each."
            note = f"{title}, against jobs like them before: 1 is as usual; large marks are the jobs of this report."
            yield Drawing(
                charts.beside_the_past(rows, says), Source.of(past), headings.against_the_past(rows, of), note
            )
    if len(days.rows) >= 2:
        yield Drawing(
            charts.jobs_per_day(days.rows, "Jobs that began on each day, by state."),
            Source.of(days),
            headings.failed_jobs(days.rows),
            "Jobs per day, by the day of their start.",
        )
        for key, (title, axis, unit) in _DAILY.items():
            if sum(row[key] is not None for row in days.rows) >= 2:
                note = f"{title}. Dashed line: the usual. Hollow: jobs of that day were still running."
                heading = headings.last_day(days.rows, key, unit) or title
                yield Drawing(
                    charts.per_day(days.rows, key, axis, f"{title}, and what is usual."), Source.of(days), heading, note
                )
    elif not past.rows:
        yield from _single_jobs(jobs)


def _single_jobs(jobs: Answer) -> Iterator[Block]:
    began = [row for row in jobs.rows if row["start_ms"] is not None]
    if len(began) < 2:
        yield Words("Trends: they need at least two jobs with a start.", Source.of(jobs))
        return
    for key, title, axis, unit, times in _SINGLE:
        told = [row | {key: round(row[key] * times, 3)} for row in began if row[key] is not None]
        if len(told) >= 2:
            drawn = charts.jobs_over_time(told, key, axis, f"{title}, by its start.")
            yield Drawing(drawn, Source.of(jobs), headings.per_job(told, key, unit), f"{title}, by its start.")
