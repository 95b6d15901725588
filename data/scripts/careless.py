"""Breaks what is not forbidden, but is asked for: rows without names, of several widths, and a file beside the inputs."""

from pathlib import Path

calls = 0


def init() -> None:
    """Nothing to load."""


def run(mini_batch: list[str]) -> list[list[int]]:
    """Rows of different widths that do not tell their inputs."""
    global calls
    calls += 1
    Path(mini_batch[0]).with_suffix(".done").write_text("")
    return [[0] * (1 + index % 2) for index, _ in enumerate(mini_batch)]
