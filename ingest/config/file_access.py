"""Who may read what `ingest` writes: stores, reports, logs and histories hold the raw text of logs."""

from __future__ import annotations

import os

_CLOSED_TO = {"owner": 0o077, "group": 0o007}
"""The permissions that are taken away from new files and folders."""

_folder_mode = {"store": 0o700}


def apply_file_access(access: str) -> None:
    """Makes new files and folders of this process, and of its workers, as private as the setting says."""
    _folder_mode["store"] = 0o777
    if access in _CLOSED_TO:
        os.umask(_CLOSED_TO[access])


def store_mode() -> int:
    """The permissions of a new store's folder, less those of the umask.

    Its owner's alone in a program that uses the Python API and has no such setting: its umask is its own affair.
    """
    return _folder_mode["store"]
