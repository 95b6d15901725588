"""The diagnosis of jobs as cards: a heading per job, its findings with headline, evidence, impact, fix and query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import click

from ingest.known_problems import first_step
from ingest.output.terminal import is_terminal, text_width
from ingest.output.wording import (
    SEVERITY_COLOURS,
    and_more,
    duration,
    one_line,
    plural,
    shorten_left,
    some,
    state_in_colour,
    wrap,
)
from ingest.quoting import is_one_of
from ingest.severity import SEVERITIES

if TYPE_CHECKING:
    from ingest.store.reader import Store

Row = Mapping[str, Any]

_INDENT = " " * 11
_LINES = 4
_JOBS_SHOWN = 20


def print_diagnosis(store: Store, chosen: Sequence[str], found: Sequence[Row], stream: TextIO, *, notes: bool) -> None:
    """Writes the cards of the chosen jobs, those with findings first; `found` are their rows of `diagnosis`.

    Jobs with the same findings share a card. It fits the terminal; where there is none, texts are whole.
    """
    query = f"SELECT * FROM job_summary WHERE {is_one_of('job_id', chosen)}"
    summaries = {row["job_id"]: row for row in store.rows(query)}
    by_job: dict[str, list[Row]] = {job_id: [] for job_id in chosen}
    for row in found:
        by_job[row["job_id"]].append(row)
    page = _Page(text_width(stream), whole=not is_terminal(stream))
    for same in _alike(by_job, notes=notes):
        shown, folded = _split(by_job[same[0]], notes=notes)
        for line in page.card([summaries[job_id] for job_id in same], shown, folded):
            click.echo(line, file=stream)
        click.echo(file=stream)
    for line in _end(by_job, summaries, notes, page.width):
        click.echo(line, file=stream)


def _split(rows: Sequence[Row], *, notes: bool) -> tuple[list[Row], list[Row]]:
    """The findings that are shown, and the notes that are only named."""
    folded = [] if notes else [row for row in rows if row["severity"] == "note"]
    return [row for row in rows if notes or row["severity"] != "note"], folded


def _alike(by_job: Mapping[str, Sequence[Row]], *, notes: bool) -> list[list[str]]:
    """The jobs with findings to show, those together whose findings are the same."""
    alike: dict[tuple[object, ...], list[str]] = {}
    for job_id, rows in by_job.items():
        shown, _ = _split(rows, notes=notes)
        if shown:
            facts = tuple((row["severity"], row["finding_id"], row["fingerprint"], row["node"]) for row in shown)
            alike.setdefault(facts, []).append(job_id)
    return list(alike.values())


@dataclass(frozen=True, slots=True)
class _Page:
    """How wide the cards are, and whether they show all of long texts."""

    width: int
    whole: bool

    def card(self, jobs: Sequence[Row], shown: Sequence[Row], folded: Sequence[Row]) -> Iterator[str]:
        """One job, or several with the same findings."""
        for job in jobs[: None if self.whole else _JOBS_SHOWN]:
            name, state = one_line(job["job_id"]), _state(job)
            fits = len(name) + 2 + len(click.unstyle(state)) <= self.width
            yield click.style(name, bold=True) + (f"  {state}" if fits else "")
            if not fits:
                yield f"  {state}"
        if not self.whole and (more := and_more(len(jobs) - _JOBS_SHOWN, "job")):
            yield more
        if len(jobs) > 1:
            yield f"  the same in {len(jobs)} jobs; shown for {one_line(jobs[0]['job_id'])}"
        for row in shown:
            yield from self._finding(row)
        if folded:
            names = ", ".join(dict.fromkeys(str(row["finding_id"]) for row in folded))
            text = f"and {len(folded)} note{plural(len(folded))}: {names} (show them: --notes)"
            yield from wrap(one_line(text), self.width, "  ", "    ")

    def _finding(self, row: Row) -> Iterator[str]:
        """Its headline beside the severity, then evidence, impact, fix and query."""
        lines = wrap(one_line(row["headline"]), self.width, _INDENT, _INDENT, break_words=not self.whole)
        severity = click.style(
            f"  {row['severity']:<9}", fg=SEVERITY_COLOURS[row["severity"]], bold=row["severity"] == "severe"
        )
        yield severity + lines[0][len(_INDENT) :]
        yield from lines[1:]
        for label, text in self._parts(row):
            if text.startswith("at "):
                yield f"{_INDENT}{label:<10}{text}"
                continue
            yield from wrap(
                one_line(text),
                self.width,
                f"{_INDENT}{label:<10}",
                f"{_INDENT}{'':<10}",
                self._most(_LINES),
                break_words=not self.whole,
            )
        yield from (click.style(line, dim=True) for line in self._query(one_line(row["query"])))

    def _query(self, query: str) -> list[str]:
        """On one line, to be copied; on a terminal that is too narrow for it, wrapped by words."""
        head = f"{_INDENT}{'query':<10}"
        if len(head) + len(query) <= self.width or self.whole:
            return [head + query]
        return wrap(query, self.width, head, f"{_INDENT}{'':<10}")

    def _parts(self, row: Row) -> Iterator[tuple[str, str]]:
        """Evidence, impact and fix, each with its label, as far as the finding has them."""
        if row["evidence"]:
            yield "evidence", row["evidence"]
        if row["frame"]:
            yield "" if row["evidence"] else "evidence", self._frame(one_line(row["frame"]))
        if row["impact"]:
            yield "impact", row["impact"]
        if fix := row["fix"]:
            yield "fix", fix if row["severity"] == "severe" or self.whole else f"{first_step(fix)}."

    def _frame(self, frame: str) -> str:
        """The location in the code; on a terminal its end, which says most."""
        return f"at {frame if self.whole else shorten_left(frame, self.width - len(_INDENT) - 13)}"

    def _most(self, lines: int) -> int:
        return 0 if self.whole else lines


def _state(job: Row) -> str:
    """What became of the job, in a line."""
    facts = [state_in_colour(job["state"])]
    if job["duration_s"] is not None:
        facts.append(duration(job["duration_s"]))
    finished = (job["mini_batches"] or 0) - (job["open_mini_batches"] or 0)
    facts.append(f"{finished:,} mini-batch{'' if finished == 1 else 'es'}")
    if job["items"]:
        facts.append(f"{job['failed_items']:,} of {job['items']:,} items failed")
    return ", ".join(facts)


def _end(by_job: Mapping[str, Sequence[Row]], summaries: Mapping[str, Row], notes: bool, width: int) -> Iterator[str]:
    """Jobs without findings, and the count of all."""
    severities = [row["severity"] for rows in by_job.values() for row in rows]
    quiet = [job_id for job_id, rows in by_job.items() if all(row["severity"] == "note" for row in rows)]
    blind = [job_id for job_id in quiet if not summaries[job_id]["attempts"]]
    if notes:
        quiet = [job_id for job_id in quiet if not by_job[job_id]]
    if fine := [job_id for job_id in quiet if job_id not in blind]:
        yield from wrap(one_line(f"No issues found in: {some(fine, 20)}"), width, rest="  ")
    if blind:
        yield from wrap(one_line(f"No attempts in the logs to judge by: {some(blind, 20)}"), width, rest="  ")
    yield f"{len(by_job)} job{plural(len(by_job))}: {_counted(severities)}"


def _counted(severities: Sequence[str]) -> str:
    """How many findings there are of each severity: "1 severe, 0 warnings, 4 notes"."""
    counts = {one: severities.count(one) for one in SEVERITIES}
    return ", ".join(f"{count} {one}{'' if one == 'severe' else plural(count)}" for one, count in counts.items())
