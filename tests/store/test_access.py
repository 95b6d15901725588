"""Who may look into a store that was made through the Python API."""

from __future__ import annotations

import os
import runpy
import stat
from typing import TYPE_CHECKING

import pytest

from ingest.config import file_access
from ingest.store.lock import writer_lock
from ingest.store.paths import Layout

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("access", "mode"), [(None, 0o700), ("group", 0o770), ("owner", 0o700)])
def test_a_new_store(access: str | None, mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner only, whatever the umask is; on the command line as its setting says. One that is there stays as it is."""
    before = os.umask(0o022)
    unused = runpy.run_path(str(file_access.__file__))  # as it is before any command ran in this process
    monkeypatch.setattr(file_access, "_folder_mode", unused["_folder_mode"])
    try:
        if access is not None:
            file_access.apply_file_access(access)
        for name, there in (("new", False), ("old", True)):
            if there:
                (tmp_path / name).mkdir(0o755)
                (tmp_path / name).chmod(0o755)
            with writer_lock(Layout.of(tmp_path / name), 0, lambda _: None):
                pass
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == (0o755 if there else mode)
    finally:
        os.umask(before)
