"""Two jobs beside each other as a card: a line per fact, with the change, and a mark where it matters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

import click

from ingest.comparison.measures import Unit
from ingest.output.wording import clock, one_line, plural, shorten, shorten_left

if TYPE_CHECKING:
    from ingest.comparison.differences import ComparisonSide, Difference, JobComparison

_WIDTH = 100
_TITLE, _SIDE, _CHANGE = 27, 19, 22
_ERRORS_SHOWN = 8
_MUCH_PERCENT = 20
_COLOURS = {"worse": "red", "better": "green", "changed": "yellow", "new": "red", "gone": "green"}


def print_diff(compared: JobComparison, stream: TextIO) -> None:
    """Writes the card, at most 100 columns wide."""
    for line in _lines(compared):
        click.echo(line, file=stream)


def _lines(compared: JobComparison) -> Iterator[str]:
    yield from _heads(compared)
    yield ""
    yield click.style(f"{'':<{_TITLE}}{'A':>{_SIDE}} {'B':>{_SIDE}}  {'change':<{_CHANGE}}".rstrip(), dim=True)
    for section, rows in groupby(compared.differences, key=lambda one: one.section):
        if section == "errors":
            yield from _errors(list(rows), compared)
        elif section == "node":
            yield from _nodes(rows)
        else:  # of settings and the like only what changed; data has them all
            yield from (_line(one) for one in rows if one.unit or one.verdict or one.measure == "state")
    counts = [one.verdict for one in compared.differences if one.section not in ("errors", "node")]
    told = ", ".join(f"{counts.count(word)} {word}" for word in ("worse", "better", "changed") if word in counts)
    yield ""
    yield told or "nothing differs by as much as would matter"


def _heads(compared: JobComparison) -> Iterator[str]:
    """Who A and B are, and what to know of them."""
    for letter, side in (("A", compared.a), ("B", compared.b)):
        yield f"{letter}  {click.style(shorten(one_line(side.name), 60), bold=True)}{_what(side)}"
        if side.is_median:
            yield f"   {shorten(one_line(', '.join(side.jobs)), _WIDTH - 3)}"
        elif side.row["partial"]:
            yield "   it was running, or a file was cut, when it was loaded: its figures will change"


def _what(side: ComparisonSide) -> str:
    if side.is_median:
        return " comparable jobs before it, the last one first:"
    told = [side.row["state"] or "unknown"]
    if side.row["started_at"] is not None:
        told.append(f"{side.row['started_at']:%Y-%m-%d %H:%M}")
    return "  " + ", ".join(told)


def _line(one: Difference) -> str:
    """`duration   7:17   29:29   +22:12 (+305 %)   worse`."""
    long = max(abs(one.a or 0), abs(one.b or 0)) >= 60
    a, b, change = _told(one.a, one.unit, long=long), _told(one.b, one.unit, long=long), _change(one, long)
    if one.unit is None:
        a, b = (
            shorten_left(one_line(one.a_text or "-"), _SIDE - 1),
            shorten_left(one_line(one.b_text or "-"), _SIDE - 1),
        )
    mark = click.style(one.verdict, fg=_COLOURS[one.verdict]) if one.verdict else ""
    title = shorten(one_line(one.title), _TITLE - 1)
    return f"{title:<{_TITLE}}{a:>{_SIDE}} {b:>{_SIDE}}  {change:<{_CHANGE}}  {mark}".rstrip()


def _told(value: float | None, unit: str | None, sign: str = "", *, long: bool = False) -> str:
    """A number with its unit, `-` where it is not told; `long` for seconds beside others that are more than a minute."""
    if value is None:
        return "-"
    match unit:
        case Unit.SECONDS if long:
            return f"{'-' if value < 0 else sign}{clock(abs(value))}"
        case Unit.SECONDS:
            return f"{value:{sign}.2f} s"
        case Unit.SHARE:
            return f"{100 * value:{sign}.1f} %"
        case Unit.PERCENT:
            return f"{value:{sign}.1f} %"
        case Unit.PER_SECOND:
            return f"{value:{sign},.2f}"
        case _:
            return f"{value:{sign},.0f}" if float(value).is_integer() else f"{value:{sign},.1f}"


def _change(one: Difference, long: bool) -> str:
    """With its sign, and in percent where that says more."""
    if one.change is None:
        return ""
    if one.change == 0:
        return "="
    if one.unit in (Unit.SHARE, Unit.PERCENT):
        return f"{_told(one.change, one.unit, '+').removesuffix(' %')} points"
    told = _told(one.change, one.unit, "+", long=long)
    percent = one.change_percent
    if percent is None:
        return told
    return f"{told} ({percent:+.0f} %)" if abs(percent) < 1_000 else f"{told} ({1 + percent / 100:,.0f} times)"


def _errors(errors: list[Difference], compared: JobComparison) -> Iterator[str]:
    """New, gone and common ones, each with its example."""
    yield ""
    for kind, group in groupby(errors, key=lambda one: one.measure):
        rows = list(group)
        for one in rows[:_ERRORS_SHOWN]:
            head = click.style(f"{kind} error"[:12].ljust(13), fg=_COLOURS.get(kind))
            example = one_line(one.b_text or one.a_text or "")
            yield head + shorten(f"{_times(one, compared):<18} {example}", _WIDTH - 13)
        if len(rows) > _ERRORS_SHOWN:
            more = len(rows) - _ERRORS_SHOWN
            yield f"{'':<13}and {more} more {kind} error{plural(more)}: --format json"


def _times(one: Difference, compared: JobComparison) -> str:
    if compared.a.is_median:
        jobs = f"in {one.a or 0:.0f} of {len(compared.a.jobs)}"
        return jobs if one.b is None else f"{one.b:.0f}×, {jobs}"
    return " → ".join(f"{count:.0f}×" for count in (one.a, one.b) if count is not None)


def _nodes(rows: Iterable[Difference]) -> Iterator[str]:
    """What differs on each node: counts by any number, times and memory by a fifth."""
    yield ""
    for node, facts in groupby(rows, key=lambda one: one.node):
        told = [
            f"{one.title} {_told(one.a, one.unit, long=True)} → {_told(one.b, one.unit, long=True)}"
            for one in facts
            if one.unit == Unit.COUNT or abs(one.change_percent or 0) >= _MUCH_PERCENT
        ]
        text = f"node {shorten(one_line(node or ''), 40)}: {', '.join(told) or 'as before'}"
        yield from textwrap.wrap(text, _WIDTH, subsequent_indent="     ")
