"""Needs longer for init() than for all its work."""

import time
from pathlib import Path


def init() -> None:
    """Waits as if for a large model."""
    time.sleep(1.5)


def run(mini_batch: list[str]) -> list[str]:
    """One element for each file."""
    return [Path(file).name for file in mini_batch]
