"""Two jobs beside each other as a card: a line per fact, with the change, and a mark where it matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

import click

from ingest.comparison.measures import Unit
from ingest.output.terminal import is_terminal, text_width
from ingest.output.wording import and_more, clock, one_line, state_in_colour, wrap

if TYPE_CHECKING:
    from ingest.comparison.differences import ComparisonSide, Difference, JobComparison

_NARROWEST_SIDE = 10
_ERRORS_SHOWN = 8
_MUCH_PERCENT = 20
_COLOURS = {"worse": "red", "better": "green", "changed": "yellow", "new": "red", "gone": "green"}


def print_diff(compared: JobComparison, stream: TextIO) -> None:
    """Writes the card. It fits the terminal; where there is none, texts are whole."""
    for line in _lines(compared, text_width(stream), whole=not is_terminal(stream)):
        click.echo(line, file=stream)


def _lines(compared: JobComparison, width: int, *, whole: bool) -> Iterator[str]:
    yield from _heads(compared, width)
    facts = [one for one in compared.differences if one.section not in ("errors", "node")]
    yield ""  # of settings and the like only what changed; data has them all
    yield from _table([one for one in facts if one.unit or one.verdict or one.measure == "state"], width)
    if errors := [one for one in compared.differences if one.section == "errors"]:
        yield ""
        yield from _errors(errors, compared, width, whole=whole)
    if nodes := [one for one in compared.differences if one.section == "node"]:
        yield ""
        yield from _nodes(nodes, width)
    counts = [one.verdict for one in compared.differences if one.section not in ("errors", "node")]
    summary = ", ".join(f"{counts.count(word)} {word}" for word in ("worse", "better", "changed") if word in counts)
    yield ""
    yield summary or "no difference that matters"
    if scaled := _scaled(compared):
        yield from wrap(scaled, width)


def _scaled(compared: JobComparison) -> str:
    """What to know of marks beside times and counts that hardly differ: they are judged for the same amount of input."""
    items = {one.measure: (one.a, one.b) for one in compared.differences if one.measure == "items"}.get("items")
    if items is None or items[0] is None or items[1] is None or items[0] == items[1]:
        return ""
    return (
        f"* Durations and counts are judged per item of input: A has {items[0]:,.0f} items, B {items[1]:,.0f}."
        " The figures shown are not scaled."
    )


def _heads(compared: JobComparison, width: int) -> Iterator[str]:
    """Who A and B are, and what to know of them."""
    for letter, side in (("A", compared.a), ("B", compared.b)):
        yield f"{letter}  {click.style(one_line(side.name), bold=True)}{_what(side)}"
        if side.is_median:
            yield from wrap(one_line(", ".join(side.jobs)), width, "   ", "   ")
        elif side.row["partial"]:
            yield "   it was running, or a file was cut, when it was loaded: its figures will change"


def _what(side: ComparisonSide) -> str:
    if side.is_median:
        return " comparable jobs before it, the last one first:"
    told = [state_in_colour(side.row["state"])]
    if side.row["started_at"] is not None:
        told.append(f"{side.row['started_at']:%Y-%m-%d %H:%M}")
    return "  " + ", ".join(told)


def _table(rows: Sequence[Difference], width: int) -> Iterator[str]:
    """A line per fact: `duration   7:17   29:29   +22:12 (+305 %)   worse`. Texts that are too long for it follow it."""
    cells = [("", "A", "B", "change", ""), *(_cells(one) for one in rows)]
    title, _, _, change, mark = (max(map(len, column)) for column in zip(*cells, strict=True))
    most = max(_NARROWEST_SIDE, (width - title - change - mark - 8) // 2)
    side = min(most, max(len(text) for _, a, b, _, _ in cells for text in (a, b)))
    for number, (name, a, b, changed, verdict) in enumerate(cells):
        fits = max(len(a), len(b)) <= side
        left, right = (a, b) if fits else ("", "")
        line = f"{name:<{title}}  {left:>{side}}  {right:>{side}}  {changed:<{change}}  "
        if not number:
            yield click.style(line.rstrip(), dim=True)
            continue
        yield (line + (click.style(verdict, fg=_COLOURS[verdict.partition(" ")[0]]) if verdict else "")).rstrip()
        if not fits:
            yield from wrap(a, width, "  A  ", "     ")
            yield from wrap(b, width, "  B  ", "     ")


def _cells(one: Difference) -> tuple[str, str, str, str, str]:
    long = max(abs(one.a or 0), abs(one.b or 0)) >= 60
    a, b = _told(one.a, one.unit, long=long), _told(one.b, one.unit, long=long)
    if one.unit is None:
        a, b = one_line(one.a_text or "-"), one_line(one.b_text or "-")
    mark = one.verdict or ""
    if one.change_percent is not None and abs(one.change_percent) < 0.5 and mark in ("better", "worse"):
        mark += " *"  # the figures are the same, the input is not
    return one_line(one.title), a, b, _change(one, long), mark


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
    return f"{told} ({_signed(percent)} %)" if abs(percent) < 1_000 else f"{told} ({1 + percent / 100:,.0f} times)"


def _signed(percent: float) -> str:
    """With its sign, unless it is 0 when rounded."""
    return f"{percent:+.0f}" if abs(percent) >= 0.5 else "0"


def _errors(errors: list[Difference], compared: JobComparison, width: int, *, whole: bool) -> Iterator[str]:
    """New, gone and common ones, each with its example."""
    for kind, group in groupby(errors, key=lambda one: one.measure):
        rows = list(group)
        for one in rows[: None if whole else _ERRORS_SHOWN]:
            head = click.style(f"{kind} error".ljust(13), fg=_COLOURS.get(kind))
            text = f"{_times(one, compared):<10}  {one_line(one.b_text or one.a_text or '')}"
            first, *more = wrap(text, width - 13, rest=" " * 12, lines=0 if whole else 2)
            yield head + first
            yield from (f"{'':<13}{line}" for line in more)
        if len(rows) > _ERRORS_SHOWN and not whole:
            more_errors = len(rows) - _ERRORS_SHOWN
            yield f"{'':<13}{and_more(more_errors, f'{kind} error')}: --format json"


def _times(one: Difference, compared: JobComparison) -> str:
    if compared.a.is_median:
        jobs = f"in {one.a or 0:.0f} of {len(compared.a.jobs)}"
        return jobs if one.b is None else f"{one.b:.0f}×, {jobs}"
    return " → ".join(f"{count:.0f}×" for count in (one.a, one.b) if count is not None)


def _nodes(rows: Iterable[Difference], width: int) -> Iterator[str]:
    """What differs on each node: counts by any number, times and memory by a fifth."""
    for node, facts in groupby(rows, key=lambda one: one.node):
        told = [
            f"{one.title} {_told(one.a, one.unit, long=True)} → {_told(one.b, one.unit, long=True)}"
            for one in facts
            if one.unit == Unit.COUNT or abs(one.change_percent or 0) >= _MUCH_PERCENT
        ]
        yield from wrap(f"node {one_line(node or '')}: {', '.join(told) or 'as before'}", width, rest="     ")
