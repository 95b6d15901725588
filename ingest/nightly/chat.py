"""Messages to chat services: a short text about a nightly run, sent by Apprise to the services that a file names."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.nightly.summary import StepFailure, Summary
from ingest.output import redact_text
from ingest.output.wording import and_more, plural, some

_SHOWN = 5
_LARGEST = 64 * 1024


def send_message(file: Path, summary: Summary) -> Iterator[StepFailure]:
    """Sends the message to each service of the file; yields what went wrong, which never names a URL.

    The file has an Apprise URL on each line (`slack://...`, `workflows://...`); empty lines and those that begin with # are
    skipped. URLs hold secrets: a file that others may read is refused.
    """
    try:
        urls = _urls(file)
    except (OSError, ValueError) as error:
        yield _failure(
            f"{file}: {getattr(error, 'strerror', None) or error}", "Give a file with an Apprise URL per line."
        )
        return
    try:
        import apprise
    except ImportError:
        yield _failure("the extra `notify` is not installed", "Install it: pip install 'ingest-batch-logs[notify]'")
        return
    asset = apprise.AppriseAsset(app_id="ingest", app_desc="ingest", secure_logging=True)
    title, body = message_of(summary)
    with _nothing_logged():
        for number, url in urls:
            service = apprise.Apprise.instantiate(url, asset=asset)
            if service is None:
                yield _failure(f"{file}, line {number}: not a URL that Apprise knows", "See the list of its services.")
            elif not service.notify(title=title, body=body, notify_type=_type(summary)):
                yield _failure(f"{file}, line {number}: the message was not accepted", "Check the URL and the network.")


def message_of(summary: Summary) -> tuple[str, str]:
    """Title and text of the message; secrets are masked."""
    title = f"ingest nightly run of {summary.started_at[:16].replace('T', ' ')} UTC: {summary.outcome}"
    return redact_text(title), redact_text("\n".join(_lines(summary)))


def _lines(summary: Summary) -> Iterator[str]:
    jobs = len(summary.jobs)
    failed = f", {summary.jobs_failed} failed" if summary.jobs_failed else ""
    new = "" if summary.news else " (nothing new since the last run)"
    yield f"{jobs} job{plural(jobs)}{failed}{new}"
    for failure in summary.troubles:
        yield f"not done: {failure.step}: {failure.wrong}"
    worse = [*summary.regressions, *summary.group_regressions]
    for row in worse[:_SHOWN]:
        yield f"worse: {row.get('job_id') or row.get('group_name')}: {row['sentence']}"
    if more := and_more(len(worse) - _SHOWN):
        yield more
    severe: dict[str, list[Mapping[str, Any]]] = {}
    for row in summary.findings:
        if row["severity"] == "severe":
            severe.setdefault(row["check_id"], []).append(row)
    for same in list(severe.values())[:_SHOWN]:
        yield from _finding(same)
    if more := and_more(len(severe) - _SHOWN, "severe finding"):
        yield more


def _finding(same: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Its headline with the jobs that have it, then its other parts."""
    yield ""
    yield f"severe: {same[0]['headline']} ({some([row['job_id'] for row in same], 3)})"
    for part in ("evidence", "impact", "fix", "query"):
        if same[0].get(part):
            yield f"{part}: {same[0][part]}"


def _urls(file: Path) -> list[tuple[int, str]]:
    """The URLs of the file with the numbers of their lines."""
    with file.open(encoding="utf-8") as opened:
        if os.name == "posix" and os.fstat(opened.fileno()).st_mode & 0o077:
            raise ValueError("others may read or change it; make it yours alone: chmod 600")
        text = opened.read(_LARGEST)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def _type(summary: Summary) -> str:
    return {"fine": "success", "worse": "warning"}.get(summary.outcome, "failure")


def _failure(wrong: str, remedy: str) -> StepFailure:
    return StepFailure("notify", f"--notify-file {wrong}", remedy)


@contextmanager
def _nothing_logged() -> Iterator[None]:
    """Keeps libraries from logging: their lines have URLs in them, those of `urllib3` too."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
