"""The time forms of the driver and of the platform (formats.md §3). All UTC."""

from __future__ import annotations

from datetime import datetime, timedelta


def log_time(at: datetime) -> str:
    """``2021-04-15 22:05:26,715`` — logging's asctime."""
    return f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d}"


def iso_time(at: datetime) -> str:
    """``2021-04-15T22:03:32.226929`` — the fraction vanishes when it is exactly 0 (trap 2)."""
    return at.isoformat()


def bracket_time(at: datetime) -> str:
    """``[2024-01-16 01:56:57.441773]`` — driver prints in the launcher's log."""
    return f"[{at:%Y-%m-%d %H:%M:%S.%f}]"


def control_time(at: datetime) -> str:
    """``[2019-11-22 15:50:54Z]`` — control plane."""
    return f"[{at:%Y-%m-%d %H:%M:%S}Z]"


def rust_time(at: datetime) -> str:
    """``2026-02-01T19:54:04.205931Z`` — common runtime (formats.md §11.2)."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def span(seconds: float) -> str:
    """``H:MM:SS`` or ``D day(s), H:MM:SS`` — durations in the overview (formats.md §5)."""
    return str(timedelta(seconds=int(seconds)))


def exact_span(seconds: float) -> str:
    """``H:MM:SS.ffffff`` — durations of concatenating (formats.md §5)."""
    return str(timedelta(seconds=round(seconds, 6)))
