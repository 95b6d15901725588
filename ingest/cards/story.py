"""The story of a mini-batch as text: attempt by attempt, each record at its time, and where to look it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.output import escape_controls, redact_text
from ingest.output.shown import shown
from ingest.output.wording import duration, plural, shorten, shorten_left, wrap

STORY = "SELECT * FROM mini_batch_story($job, $mini_batch)"

_TIME, _WHAT, _PLACE = 12, 15, 9
_LINES_PER_ROW = 4

Row = Mapping[str, Any]


def story_lines(
    mini_batch: Row, rows: Sequence[Row], paths: Mapping[int, str], width: int, *, whole: bool = False
) -> Iterator[str]:
    """The whole text, in lines of at most `width` columns, secrets masked; `paths` are those of the files of the rows.

    With `whole` no text is cut.
    """
    page = _Page(width, whole)
    files = {file_id: number for number, file_id in enumerate(dict.fromkeys(row["file_id"] for row in rows), 1)}
    yield from page.head(mini_batch)
    for attempt_no in sorted({row["attempt_no"] for row in rows if row["attempt_no"] is not None}):
        of_try = [row for row in rows if row["attempt_no"] == attempt_no]
        started = next((row for row in of_try if row["what"] == "attempt started"), of_try[0])
        yield ""
        place = ", ".join(f"{name} {shown(started[name])}" for name in ("node", "process") if started[name])
        day = f", {started['time']:%Y-%m-%d}" if isinstance(started["time"], datetime) else ""
        yield from page.wrapped(
            f"attempt {attempt_no}: {place.replace('process process', 'process') or 'worker not recorded'}{day}"
        )
        for row in of_try:
            yield from page.row(row, files, _worker(started))
    if left := [row for row in rows if row["attempt_no"] is None]:
        yield ""
        yield from page.wrapped(
            "not tied to one attempt: what names the mini-batch, and lines of these workers without a time"
        )
        for row in left:
            yield from page.row(row, files, "")
    yield ""
    yield from page.files(files, paths)


@dataclass(frozen=True, slots=True)
class _Page:
    """How wide the text is, and whether all of long texts is shown."""

    width: int
    whole: bool

    @property
    def text(self) -> int:
        """Columns for what a row says."""
        return self.width - 2 - _TIME - 2 - _WHAT - 2 - 2 - _PLACE

    def wrapped(self, text: str) -> list[str]:
        """A text that begins at the left."""
        return wrap(text, self.width, rest="  ")

    def head(self, mini_batch: Row) -> Iterator[str]:
        """What became of it."""
        attempts = mini_batch["attempts"]
        facts = [f"{mini_batch['outcome']} after {attempts} attempt{plural(attempts)}"]
        if mini_batch["failed_items"] is not None and mini_batch["items"] is not None:
            facts.append(f"{mini_batch['failed_items']:,} of {mini_batch['items']:,} items failed")
        if mini_batch["wasted_worker_s"]:
            facts.append(f"{duration(mini_batch['wasted_worker_s'])} wasted")
        yield from self.wrapped(
            shown(f"mini-batch {mini_batch['mini_batch_id']} of {mini_batch['job_id']}: {', '.join(facts)}")
        )
        if inputs := mini_batch["inputs"]:
            first, last = (escape_controls(redact_text(f"{name}")) for name in (inputs[0], inputs[-1]))
            names = first if len(inputs) == 1 else f"{first} to {last}"
            yield from self.wrapped(f"{len(inputs)} input{plural(len(inputs))}: {names}")

    def row(self, row: Row, files: Mapping[int, int], worker: str) -> Iterator[str]:
        """A record, on one line or a few."""
        at = row["time"]
        time = f"{at:%H:%M:%S}.{at.microsecond // 1000:03}" if isinstance(at, datetime) else ""
        by = "" if row["process"] is None or _worker(row) == worker else f"{_worker(row)}: "
        more = f" (logged {row['reports']} times)" if row["reports"] > 1 and row["what"] in ("error", "log") else ""
        before = " (before the attempt)" if row["placed"] == "before the attempt" else ""
        texts = redact_text(f"{by}{row['text'] or ''}").splitlines() or [""]
        lines = [part for text in texts for part in self._folded(text)]
        if len(lines) > _LINES_PER_ROW and not self.whole:
            lines = [*lines[: _LINES_PER_ROW - 1], shorten(f"{lines[_LINES_PER_ROW - 1]} …", self.text)]
        if note := more + before:
            lines = [*lines[:-1], lines[-1] + note] if len(lines[-1] + note) <= self.text else [*lines, note.strip()]
        place = f"[{files[row['file_id']]}]:{row['line_no']}"
        for number, line in enumerate(lines):
            what = row["what"] if number == 0 else ""
            start = f"  {time if number == 0 else '':<{_TIME}}  {what:<{_WHAT}}  {line}"
            yield f"{start:<{self.width - len(place) - 1}} {place}" if number == 0 else start

    def _folded(self, text: str) -> list[str]:
        """A line folded; on a terminal, of the location of an error only its end, which says most."""
        if text.startswith("at ") and not self.whole:
            return [f"at {shorten_left(escape_controls(text[3:]), self.text - 3)}"]
        return wrap(escape_controls(text if self.whole else text[: self.text * (_LINES_PER_ROW + 1)]), self.text)

    def files(self, files: Mapping[int, int], paths: Mapping[int, str]) -> Iterator[str]:
        """Which file each number means, and how to look at a line of it."""
        for file_id, number in files.items():
            path = escape_controls(redact_text(paths.get(file_id, "not in the store")))
            yield from self.wrapped(f"[{number}] {file_id}  {path}")
        first = next(iter(files), None)
        if first is not None:
            yield f"a line with those around it: ingest show {first}:LINE"


def _worker(row: Row) -> str:
    """A process with its node."""
    return f"{row['process'] or ''} on {row['node'] or ''}"
