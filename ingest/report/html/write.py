"""`write_report`: from a store to one HTML file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ingest.errors import InputError
from ingest.report.html.bundle import need_chart_libraries

if TYPE_CHECKING:
    from ingest.report.html.blocks import Page
    from ingest.store.reading import Store

_JOBS_IN_FULL = 12
"""So many jobs, named together, each get a part of their own; the size of the file is why not more."""


def write_report(
    store: Store | str | os.PathLike[str],
    target: str | os.PathLike[str] | TextIO,
    *,
    jobs: Sequence[str] | None = None,
    title: str | None = None,
) -> None:
    """Writes a report: of one job, of several with an overview before them, or the overview of a whole store.

    `jobs` are ids that are in the store; None, or none, means all. The file appears under its name only when it is
    whole. Raises IngestError if the extra `report` is not installed, InputError for a job that is not in the store or a
    file that cannot be written.
    """
    need_chart_libraries()
    from ingest.report.html.page import rendered
    from ingest.store.reading import open_store

    with ExitStack() as opened:
        if isinstance(store, (str, os.PathLike)):
            store = opened.enter_context(open_store(store))
        page = _page(store, list(jobs or ()), title)
    text = rendered(page)
    if isinstance(target, (str, os.PathLike)):
        _write(Path(target), text)
    else:
        target.write(text)


def _page(store: Store, jobs: list[str], title: str | None) -> Page:
    from ingest.report.html.blocks import Page
    from ingest.report.html.clean import cleaned_text
    from ingest.report.html.job import job_part
    from ingest.report.html.overview import overview_part
    from ingest.report.html.questions import Questions

    questions = Questions(store)
    one = len(jobs) == 1
    in_full = jobs if len(jobs) <= _JOBS_IN_FULL else []
    links = {cleaned_text(job): f"job-{place}" for place, job in enumerate(in_full, 1)}
    parts = [job_part(questions, job, f"job-{place}") for place, job in enumerate(in_full, 1)]
    if not one:
        every = jobs or [row["job_id"] for row in store.rows("SELECT job_id FROM jobs")]
        parts.insert(0, overview_part(questions, every, links))
    heading = title or (jobs[0] if one else f"{len(jobs)} jobs" if jobs else "All jobs")
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return Page(cleaned_text(heading), parts, made)


def _write(path: Path, text: str) -> None:
    """Writes beside the file and renames, so that nobody finds half a report under its name."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written: {error.strerror}", "Give a file in a folder that is there: -o FILE"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
