"""What a commit points to is on the disk before the catalog is: files, and the folders that name them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import ingest_jobs
from ingest.store.paths import Layout

if TYPE_CHECKING:
    from tests.conftest import Tree


@pytest.mark.skipif(sys.platform != "linux", reason="the names of open files are read from /proc")
def test_folders_are_synced_before_the_catalog(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`data/` and each `data/<table>/` that has a new file, then the store's own folder, which names the catalog."""
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    layout = Layout.of(tmp_path / "store")
    ingest_jobs(
        [tree({"logs/sys/node/0/process000.txt": "2024-03-05 02:10:00,123|INFO|1|a\n"}, "job")], layout.root, workers=1
    )
    data = layout.catalog.parent / "data"
    tables = {str(file.parent) for file in data.rglob("*.parquet")}
    assert tables
    assert {str(data), *tables} <= set(synced)
    last = max(index for index, path in enumerate(synced) if path == str(layout.catalog.parent))
    assert all(synced.index(folder) < last for folder in (str(data), *tables))
