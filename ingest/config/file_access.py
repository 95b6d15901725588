"""Who may read what `ingest` writes: stores, reports, logs and histories hold the raw text of logs."""

from __future__ import annotations

import os

_CLOSED_TO = {"owner": 0o077, "group": 0o007}
"""The permissions that are taken away from new files and folders."""


def apply_file_access(access: str) -> None:
    """Makes new files and folders of this process, and of its workers, as private as the setting says."""
    if access in _CLOSED_TO:
        os.umask(_CLOSED_TO[access])
