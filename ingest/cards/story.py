"""The story of a mini-batch as text: try by try, each thing told at its time, and where to look it up."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.output import escape_controls, redact_text
from ingest.output.shown import shown
from ingest.output.wording import plural, shorten, shorten_left

STORY = "SELECT * FROM mini_batch_story($job, $mini_batch)"

_WIDTH = 100
_TIME, _WHAT, _PLACE = 12, 15, 9
_TEXT = _WIDTH - 2 - _TIME - 2 - _WHAT - 2 - 2 - _PLACE
_LINES_PER_ROW = 4

Row = Mapping[str, Any]


def story_lines(mini_batch: Row, rows: Sequence[Row], paths: Mapping[int, str]) -> Iterator[str]:
    """The whole text, in lines of at most 100 columns, secrets masked; `paths` are those of the files of the rows."""
    files = {file_id: number for number, file_id in enumerate(dict.fromkeys(row["file_id"] for row in rows), 1)}
    yield from _head(mini_batch)
    for try_no in sorted({row["try_no"] for row in rows if row["try_no"] is not None}):
        of_try = [row for row in rows if row["try_no"] == try_no]
        started = next((row for row in of_try if row["what"] == "try started"), of_try[0])
        yield ""
        place = ", ".join(f"{name} {shown(started[name])}" for name in ("node", "process") if started[name])
        day = f", {started['time']:%Y-%m-%d}" if isinstance(started["time"], datetime) else ""
        yield shorten(
            f"try {try_no}: {place.replace('process process', 'process') or 'by nobody knows whom'}{day}", _WIDTH
        )
        for row in of_try:
            yield from _row(row, files, _worker(started))
    if left := [row for row in rows if row["try_no"] is None]:
        yield ""
        yield "of no one try: what names the mini-batch, and lines without a time of these workers"
        for row in left:
            yield from _row(row, files, "")
    yield ""
    yield from _files(files, paths)


def _head(mini_batch: Row) -> Iterator[str]:
    """What became of it."""
    told = [f"{mini_batch['outcome']} after {mini_batch['attempts']} tr{'y' if mini_batch['attempts'] == 1 else 'ies'}"]
    if mini_batch["failed"] is not None and mini_batch["total"] is not None:
        told.append(f"{mini_batch['failed']} of {mini_batch['total']} items failed")
    if mini_batch["wasted_s"]:
        told.append(f"{mini_batch['wasted_s']:.1f} s wasted")
    yield shorten(
        shown(f"mini-batch {mini_batch['mini_batch_id']} of {mini_batch['job_id']}: {', '.join(told)}"), _WIDTH
    )
    if inputs := mini_batch["inputs"]:
        first, last = (escape_controls(redact_text(f"{name}")) for name in (inputs[0], inputs[-1]))
        names = first if len(inputs) == 1 else f"{first} to {last}"
        yield shorten(f"{len(inputs)} input{plural(len(inputs))}: {names}", _WIDTH)


def _row(row: Row, files: Mapping[int, int], worker: str) -> Iterator[str]:
    """A thing told, on one line or a few."""
    at = row["time"]
    time = f"{at:%H:%M:%S}.{at.microsecond // 1000:03}" if isinstance(at, datetime) else ""
    by = "" if row["process"] is None or _worker(row) == worker else f"{_worker(row)}: "
    more = f" (told by {row['reports']} records)" if row["reports"] > 1 and row["what"] in ("error", "log") else ""
    before = " (before the try)" if row["placed"] == "before the try" else ""
    texts = redact_text(f"{by}{row['text'] or ''}").splitlines() or [""]
    lines = [part for text in texts for part in _wrapped(text)]
    if len(lines) > _LINES_PER_ROW:
        lines = [*lines[: _LINES_PER_ROW - 1], f"{lines[_LINES_PER_ROW - 1][: _TEXT - 2]} …"]
    if note := more + before:
        lines = [*lines[:-1], lines[-1] + note] if len(lines[-1] + note) <= _TEXT else [*lines, note.strip()]
    place = f"[{files[row['file_id']]}]:{row['line_no']}"
    for number, line in enumerate(lines):
        what = row["what"] if number == 0 else ""
        start = f"  {time if number == 0 else '':<{_TIME}}  {what:<{_WHAT}}  {line}"
        yield f"{start:<{_WIDTH - len(place) - 1}} {place}" if number == 0 else start


def _wrapped(text: str) -> list[str]:
    """A line folded; of the place of an error its end, which tells most."""
    if text.startswith("at "):
        return [f"at {shorten_left(escape_controls(text[3:]), _TEXT - 3)}"]
    return textwrap.wrap(escape_controls(text[: _TEXT * (_LINES_PER_ROW + 1)]), _TEXT, break_on_hyphens=False) or [""]


def _worker(row: Row) -> str:
    """A process with its node."""
    return f"{row['process'] or ''} on {row['node'] or ''}"


def _files(files: Mapping[int, int], paths: Mapping[int, str]) -> Iterator[str]:
    """Which file each number means, and how to look at a line of it."""
    for file_id, number in files.items():
        yield shorten(
            f"[{number}] {file_id}  {escape_controls(redact_text(paths.get(file_id, 'not in the store')))}", _WIDTH
        )
    first = next(iter(files), None)
    if first is not None:
        yield f"a line with those around it: ingest show {first}:LINE"
