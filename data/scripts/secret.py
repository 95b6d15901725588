"""Prints a key of a storage account, and raises with it."""

from pathlib import Path

KEY = "AccountKey=" + "Q" * 86 + "=="


def init() -> None:
    """Prints it."""
    print(f"DefaultEndpointsProtocol=https;AccountName=example;{KEY};EndpointSuffix=core.windows.net")


def run(mini_batch: list[str]) -> list[str]:
    """Raises with it for one file."""
    if any(Path(file).name == "part-003.txt" for file in mini_batch):
        raise ValueError(f"cannot reach storage with {KEY}")
    return [Path(file).name for file in mini_batch]
