"""Keeps the contract: one line for each file, which begins with the file's name."""

from pathlib import Path

factor = 0


def init() -> None:
    """Loads the model once in each process."""
    global factor
    factor = 2


def run(mini_batch: list[str]) -> list[str]:
    """One element for each file."""
    return [f"{Path(file).name},{len(Path(file).read_text()) * factor}" for file in mini_batch]
