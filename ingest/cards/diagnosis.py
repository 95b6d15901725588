"""The diagnosis of jobs as cards: a heading per job, its findings with evidence, remedy, and the query to go on with."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from ingest.known_problems import first_step
from ingest.output.wording import SEVERITY_COLOURS, duration, one_line, plural, shorten, shorten_left
from ingest.quoting import is_one_of
from ingest.severity import SEVERITIES

if TYPE_CHECKING:
    from ingest.store.reader import Store

Row = Mapping[str, Any]

_WIDTH = 100
_INDENT = " " * 11


def print_diagnosis(store: Store, chosen: Sequence[str], found: Sequence[Row], stream: TextIO, *, notes: bool) -> None:
    """Writes the cards of the chosen jobs, those with findings first; `found` are their rows of `diagnosis`."""
    asked = f"SELECT * FROM job_summary WHERE {is_one_of('job_id', chosen)}"
    summaries = {row["job_id"]: row for row in store.rows(asked)}
    by_job: dict[str, list[Row]] = {job_id: [] for job_id in chosen}
    for row in found:
        by_job[row["job_id"]].append(row)
    for job_id, rows in by_job.items():
        shown = [row for row in rows if notes or row["severity"] != "note"]
        if shown:
            for line in _card(summaries[job_id], shown, [row for row in rows if row not in shown]):
                click.echo(line, file=stream)
            click.echo(file=stream)
    for line in _end(by_job, summaries, notes):
        click.echo(line, file=stream)


def _card(job: Row, shown: Sequence[Row], folded: Sequence[Row]) -> Iterator[str]:
    """One job."""
    yield click.style(one_line(shorten(job["job_id"], 60)), bold=True) + "  " + _state(job)
    for row in shown:
        head = click.style(
            f"  {row['severity']:<9}", fg=SEVERITY_COLOURS[row["severity"]], bold=row["severity"] == "severe"
        )
        lines = _wrapped(one_line(row["finding"]), 0 if row["kind"] == "check" else 2)
        yield head + lines[0]
        yield from (_INDENT + line for line in lines[1:])
        yield from (_INDENT + "  " + line for line in _facts(row))
        if remedy := row["remedy"]:
            told = remedy if row["severity"] == "severe" else f"{first_step(remedy)}."
            lines = _wrapped(f"→ {one_line(told)}", 6)
            yield from (_INDENT + ("  " if i == 0 else "    ") + line for i, line in enumerate(lines))
        yield _INDENT + "  " + click.style(one_line(row["query"]), dim=True)
    if folded:
        names = ", ".join(dict.fromkeys(str(row["finding_id"]) for row in folded))
        yield f"  {shorten(one_line(f'and {len(folded)} note{plural(len(folded))}: {names}'), _WIDTH - 12)} (--notes)"


def _state(job: Row) -> str:
    """What became of the job, in a line."""
    told = [job["state"] or "unknown"]
    if job["duration_s"] is not None:
        told.append(duration(job["duration_s"]))
    told.append(f"{job['mini_batches']} mini-batch{'' if job['mini_batches'] == 1 else 'es'}")
    if job["items"]:
        told.append(f"{job['failed_items']} of {job['items']} items failed")
    return ", ".join(told)


def _facts(row: Row) -> Iterator[str]:
    """Where and how often, as far as the finding does not say it itself."""
    if row["kind"] != "check":
        told = [f"{row['occurrences']} time{plural(row['occurrences'])}"] if row["occurrences"] else []
        told += [f"first on node {row['node']}"] if row["node"] else []
        told += [f"at {row['first_at']:%Y-%m-%d %H:%M:%S}"] if row["first_at"] else []
        if told:
            yield one_line(", ".join(told))
    if row["frame"]:
        yield one_line(f"at {shorten_left(row['frame'], _WIDTH - 16)}")
    if row["symptom"] and row["severity"] == "severe":
        yield "this is a symptom; the logs at hand do not tell the cause"
    if row["explained_by"]:
        yield one_line(f"comes from: {row['explained_by']}")
    if row["lost_s"] and row["lost_s"] >= 1:
        yield f"lost: {duration(row['lost_s'])}"


def _end(by_job: Mapping[str, Sequence[Row]], summaries: Mapping[str, Row], notes: bool) -> Iterator[str]:
    """Jobs without findings, and the count of all."""
    severities = [row["severity"] for rows in by_job.values() for row in rows]
    quiet = [job_id for job_id, rows in by_job.items() if all(row["severity"] == "note" for row in rows)]
    blind = [job_id for job_id in quiet if not summaries[job_id]["attempts"]]
    if notes:
        quiet = [job_id for job_id in quiet if not by_job[job_id]]
    if fine := [job_id for job_id in quiet if job_id not in blind]:
        yield from _wrapped(one_line(f"Nothing found in: {', '.join(fine[:20])}{_more(fine)}"), 0)
    if blind:
        yield from _wrapped(one_line(f"No tries in the logs to judge by: {', '.join(blind[:20])}{_more(blind)}"), 0)
    counts = ", ".join(f"{severities.count(one)} {one}" for one in SEVERITIES)
    yield f"{len(by_job)} job{plural(len(by_job))}: {counts}"


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - 20} more" if len(names) > 20 else ""


def _wrapped(text: str, lines: int) -> list[str]:
    """A text in lines that fit behind the indent; `lines` of them at most, 0 for all."""
    wrapped = textwrap.wrap(text, _WIDTH - len(_INDENT) - 2, break_on_hyphens=False) or [""]
    if lines and len(wrapped) > lines:
        wrapped = [*wrapped[: lines - 1], shorten(wrapped[lines - 1] + " …", _WIDTH - len(_INDENT) - 2)]
    return wrapped
