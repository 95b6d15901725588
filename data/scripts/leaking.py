"""Keeps two megabytes of each mini-batch."""

from pathlib import Path

kept: list[bytes] = []


def init() -> None:
    """Nothing to load."""


def run(mini_batch: list[str]) -> list[str]:
    """One element for each file."""
    kept.append(b"x" * 2_000_000)
    return [Path(file).name for file in mini_batch]
