"""The axis of a picture over time: where its ticks stand, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * count for count in (1, 2, 3, 6, 12)),
    *(_DAY * count for count in (1, 2, 7, 14, 30, 90, 365, 3_650, 36_500, 365_000)),
)
_APART = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def axis(since_us: int, cell_us: float, cells: int) -> str:
    """A line of `cells` characters: a `|` at each tick, with its time behind it, where there is room for that.

    Times are microseconds since 1970 and the ticks stand at round ones. A tick is at the cell that holds its time.

    >>> axis(0, 10e6, 40)
    '|00:00      |00:02      |00:04          '
    """
    step, label = next(
        (
            (step, _label(step))
            for step in _STEPS
            if step * 1e6 / cell_us >= len(_EPOCH.strftime(_label(step))) + _APART
        ),
        (_STEPS[-1], _label(_STEPS[-1])),
    )
    line = [" "] * cells
    step_us = int(step * 1e6)
    tick_us = -(-since_us // step_us) * step_us
    while (cell := int((tick_us - since_us) // cell_us)) < cells:
        text = "|" + _text(tick_us, label)
        if cell + len(text) <= cells:
            line[cell : cell + len(text)] = text
        tick_us += step_us
    return "".join(line)


def _label(step: int) -> str:
    if step >= 365 * _DAY:
        return "%Y"
    if step >= _DAY:
        return "%m-%d"
    return "%H:%M" if step >= _MINUTE else "%H:%M:%S"


def _text(time_us: int, label: str) -> str:
    try:
        return (_EPOCH + timedelta(microseconds=time_us)).strftime(label)
    except OverflowError:  # a damaged time beyond the year 9999
        return "?"
