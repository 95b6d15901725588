"""`write_report`: from a store to one HTML file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ingest.errors import InputError
from ingest.output.atomic import write_whole
from ingest.report.bundle import need_chart_libraries

if TYPE_CHECKING:
    from ingest.report.blocks import Page
    from ingest.store.reader import Store

_JOBS_IN_FULL = 12
"""So many jobs, named together, each get a part of their own; the size of the file is why not more."""

_OPEN = 3
"""Parts of more jobs than these are behind their headlines."""

_WORST_IN_FULL = 3
"""Where there are more, so many get one: those that need attention first."""


def write_report(
    store: Store | str | os.PathLike[str],
    target: str | os.PathLike[str] | TextIO,
    *,
    jobs: Sequence[str] | None = None,
    title: str | None = None,
    overview: bool | None = None,
) -> None:
    """Writes a report: of one job, of several with an overview before them, or the overview of a whole store.

    `jobs` are ids that are in the store; None means all. With `overview` there is one even for a single job, and the few
    jobs that need attention first have their part below it: what one wants after a nightly run. The file appears under its
    name only when it is whole. Raises IngestError if the extra `report` is not installed, InputError for a job that is
    not in the store or a file that cannot be written.
    """
    need_chart_libraries()
    if isinstance(target, (str, os.PathLike)) and not Path(target).absolute().parent.is_dir():
        raise InputError(
            f"{target}: cannot be written: its folder is not there", "Make the folder, or give another file: -o FILE"
        )
    from ingest.report.page import rendered
    from ingest.store.reader import open_store

    with ExitStack() as opened:
        if isinstance(store, (str, os.PathLike)):
            store = opened.enter_context(open_store(store))
        page = _page(store, jobs, title, overview)
    text = rendered(page)
    if isinstance(target, (str, os.PathLike)):
        write_whole(Path(target), text)
    else:
        target.write(text)


def _page(store: Store, given: Sequence[str] | None, title: str | None, overview: bool | None) -> Page:
    from ingest.report.blocks import Page
    from ingest.report.clean import cleaned_text
    from ingest.report.job import job_part
    from ingest.report.overview import overview_part
    from ingest.report.questions import Questions

    known = [row["job_id"] for row in store.rows("SELECT job_id FROM jobs ORDER BY started_at NULLS LAST, job_id")]
    if unknown := set(given or ()) - set(known):
        raise InputError(f"{min(unknown)}: no such job in the store", "The jobs that there are: ingest jobs")
    questions = Questions(store.connection, known)
    jobs = known if given is None else list(dict.fromkeys(given))
    with_overview = (given is None or len(jobs) != 1) if overview is None else overview
    in_full, overview_of = jobs, None
    if with_overview:
        findings = questions.ask("overview/findings", jobs=jobs)
        if given is None or overview or len(jobs) > _JOBS_IN_FULL:
            clear = {cleaned_text(job): job for job in jobs}
            in_full = [clear[job] for job in dict.fromkeys(row["job_id"] for row in findings.rows)][:_WORST_IN_FULL]
        links = {cleaned_text(job): f"job-{place}" for place, job in enumerate(in_full, 1)}
        overview_of = overview_part(questions, jobs, findings, links)
    parts = [overview_of] if overview_of else []
    closed = overview_of is not None and len(jobs) > _OPEN
    parts += [job_part(questions, job, f"job-{place}", closed=closed) for place, job in enumerate(in_full, 1)]
    heading = title or ("All jobs" if given is None else jobs[0] if len(jobs) == 1 else f"{len(jobs)} jobs")
    return Page(cleaned_text(heading), parts, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", len(in_full) < len(jobs))
