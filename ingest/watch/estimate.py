"""How long a job still takes, from how many mini-batches it finished in each of its last minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance

_LEAST_MINUTES = 3
_DEVIATIONS = 1.64
"""Of the rate's error, to either side: nine of ten times the true rate is within."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds until the last mini-batch is done, if the job goes on as in its last minutes."""

    seconds: float
    soonest_s: float
    latest_s: float | None
    """None if the rate is so uneven, or so low, that nothing can be said."""


def estimate(left: int, per_minute: Sequence[int]) -> Estimate | None:
    """The time for `left` more mini-batches; `per_minute` are those finished in whole minutes, the latest last.

    None with too few minutes, or if nothing was finished in them.

    >>> estimate(20, [10, 10, 10, 10])
    Estimate(seconds=120.0, soonest_s=95.26..., latest_s=162.2...)
    """
    if len(per_minute) < _LEAST_MINUTES or not any(per_minute):
        return None
    rate = fmean(per_minute)
    variance = max(pvariance(per_minute), rate)  # counts vary by chance at least as much as their mean
    error = _DEVIATIONS * math.sqrt(variance / len(per_minute))
    latest = left / (rate - error) * 60 if rate > error else None
    return Estimate(left / rate * 60, left / (rate + error) * 60, latest)
