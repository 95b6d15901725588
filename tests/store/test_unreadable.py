"""A Parquet file that cannot be read: every command that needs it ends with 4, its name, and a way out that works."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Logs, Run, StoreUnderTest, Tree

DAMAGE: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "other bytes": lambda path: path.write_bytes(b"x" * 400),
    "a footer of other bytes": lambda path: path.write_bytes(
        path.read_bytes()[:-60] + b"\xff" * 52 + path.read_bytes()[-8:]
    ),
}

COMMANDS = (
    *(
        ["sql", "SELECT * FROM log_records"],
        ["sql", "SELECT * FROM job_summary"],
        ["diagnose"],
        ["jobs"],
        ["nodes", "a"],
    ),
    *(["timeline", "a"], ["check", "a"], ["diff", "a", "b"], ["report", "-o", "REPORT"], ["forget", "*", "--dry-run"]),
    *(["compact"], ["nightly", "JOBS", "-q"]),
)


@pytest.mark.parametrize(("kind", "table"), [*zip(DAMAGE, ("log_records", "job_summary") * 2, strict=True)])
def test_every_command(
    kind: str, table: str, tree: Tree, logs: Logs, store: StoreUnderTest, run: Run, tmp_path: Path
) -> None:
    """Of records or derived: told, not a bug nor a wrong query; then what the message advises makes it whole."""
    tree(logs.job("x"), "a")
    store.load(tree(logs.job("y"), "b").parent)
    before = store.tables()
    path = min(path for path in store.parquet() if path.parent.name == table)
    store.close()
    DAMAGE[kind](path)
    failed = []
    advice = ""
    places = {"REPORT": str(tmp_path / "report.html"), "JOBS": str(tmp_path / "jobs")}
    for command in COMMANDS:
        done = run(*(places.get(word, word) for word in command), "--store", store.path)
        assert done.returncode in ((0, 5, 6) if command[0] == "nightly" else (0, 1, 4)), (command, done.stderr)
        if done.returncode == 4:
            failed.append(command[0])
            assert str(path) in done.stderr, (command, done.stderr)
            advice = done.stderr.splitlines()[-1]
    assert "sql" in failed
    assert ("rebuild" in advice, "--reparse" in advice) == (table == "job_summary", table == "log_records")
    if table == "job_summary":
        done = run("rebuild", "--store", store.path)
    else:
        done = run(tmp_path / "jobs" / "a", tmp_path / "jobs" / "b", "--reparse", "--store", store.path, "--no-verdict")
    assert done.returncode == 0, done.stderr
    assert store.tables() == before
    assert run("sql", "SELECT * FROM job_summary", "--store", store.path).returncode == 0
