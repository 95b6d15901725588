"""A store is made in a folder of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.errors import StoreError
from ingest.load.pipeline import ingest_jobs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Tree


def test_folder_with_something_else(tree: Tree, logs: Logs) -> None:
    """A folder of jobs does not become a store: it is left as it was, and what is in it is named."""
    folder = tree(logs.job(), "a")
    with pytest.raises(StoreError, match=r"not a store, and not empty: it holds a$"):
        ingest_jobs(folder, folder.parent, progress=False)
    assert [entry.name for entry in folder.parent.iterdir()] == ["a"]


def test_what_a_killed_load_leaves(tree: Tree, logs: Logs, tmp_path: Path) -> None:
    """Files of a load without a catalog are those of a store."""
    place = tmp_path / "store"
    (place / "data" / "log_records").mkdir(parents=True)
    (place / "writer.lock").touch()
    ingest_jobs(tree(logs.job(), "a"), place, progress=False)
    assert (place / "catalog.duckdb").exists()
