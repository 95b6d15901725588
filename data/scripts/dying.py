"""Ends its own process by the signal that a file names."""

import os
import signal
from pathlib import Path


def init() -> None:
    """Nothing to load."""


def run(mini_batch: list[str]) -> list[str]:
    """One element for each file."""
    for file in mini_batch:
        text = Path(file).read_text().strip()
        if text.startswith("SIG"):
            os.kill(os.getpid(), getattr(signal, text))
    return [Path(file).name for file in mini_batch]
