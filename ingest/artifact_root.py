"""What an artifact root is, and names of files as they are stored."""

from __future__ import annotations

from pathlib import Path

ROOT_MARKS = ("logs", "azureml-logs", "user_logs", "system_logs")
DOWNLOAD_ROOT = "artifacts"
"""Below it lie the artifacts in a download by the command line client; beside it the outputs (formats.md §2.3)."""
DOWNLOAD_OUTPUTS = ("named-outputs", "hd-artifacts")


def is_root(folder: Path) -> bool:
    """Whether a folder is an artifact root."""
    return any((folder / mark).is_dir() for mark in ROOT_MARKS)


def is_text(name: str) -> bool:
    """Whether a file name is UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
