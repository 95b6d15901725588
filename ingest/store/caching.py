"""How much of a store on object storage this machine may keep, and whether it takes Parquet files whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caching:
    """What the settings say; those of the command that runs."""

    bytes: int = 2_000_000_000
    """The most that Parquet files of all stores may take in the user's cache folder."""
    whole: bool = False
    """Take every Parquet file that a question reads whole, not by ranges."""


_now = Caching()


def caching() -> Caching:
    """What holds now."""
    return _now


def set_caching(chosen: Caching) -> None:
    """For the rest of this process."""
    global _now
    _now = chosen
