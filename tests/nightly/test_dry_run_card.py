"""`ingest nightly --dry-run` for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Run, Tree


def test_text_and_json(tree: Tree, logs: Logs, run: Run, tmp_path: Path) -> None:
    """Lines with labels; JSON only if it is asked for; nothing is written."""
    folder, place = tree(logs.job(), "a"), tmp_path / "new"
    done = run("nightly", folder, "--store", place, "--dry-run")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "dry run: nothing is written"
    assert "jobs            1 found, 1 to read: a" in lines[1]
    data = json.loads(run("nightly", folder, "--store", place, "--dry-run", "--format", "json").stdout)
    assert (data["jobs_to_read"], data["files_unchanged"]) == (["a"], 0)
    assert not place.exists()
