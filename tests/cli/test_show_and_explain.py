"""`ingest show` and `ingest explain`: from a row back to its line, and from a file to who reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree


def test_show(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A record's line in its file, by file id or by job and path, with the lines around it; data on stdout."""
    store.load(tree({f"artifacts/{logs.worker}": logs.records(20)}, "a"))
    file_id = store.one("SELECT file_id FROM files")
    for reference in (f"{file_id}:7", f"a:{logs.worker}:7"):
        done = run("show", reference, "--store", store.path, "-C", 1)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert [line.split()[:2] if line.startswith(">") else line.split()[0] for line in lines] == [
            "6",
            [">", "7"],
            "8",
        ]
        assert "Got task 6." in lines[1]


def test_show_what_is_not_there(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A reference to nothing, and a file that is gone, are told: exit code 3."""
    folder = tree({logs.worker: logs.records(2)}, "a")
    store.load(folder)
    (folder / logs.worker).unlink()
    for reference in ("12:1", f"a:{logs.worker}:1", "99999999999999999999999:1"):
        done = run("show", reference, "--store", store.path)
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
        assert "Traceback" not in done.stderr


def test_explain(tree: Tree, logs: Logs, run: Run) -> None:
    """Who reads a file and why, what it gives, and what could not be read; nothing is stored."""
    folder = tree({logs.worker: logs.records(3).encode() + b"a\0b\n", logs.unknown: "x"}, "a")
    done = run("explain", folder / logs.worker, "--format", "json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert (told["parser"], told["records"], told["rejects"]) == ("azureml.worker", 3, 1)
    assert "azureml.worker" in run("explain", folder / logs.worker).stdout
    assert "unclaimed" in run("explain", folder).stdout
    assert "no parser knows" in run("explain", folder / logs.unknown).stdout
    missing = run("explain", folder / "nowhere.txt")
    assert (missing.returncode, missing.stdout) == (3, "")
