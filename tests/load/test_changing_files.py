"""Files that change between the listing and the end of reading: told, on the card and in the table of files."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Logs, Run, StoreUnderTest, Tree


class Swap:
    """Does something when the files are listed and none is read yet."""

    def __init__(self, change: Callable[[], object]) -> None:
        self.change = change

    def begin(self, _files: int, _bytes: int) -> None:
        """The listing is done."""
        self.change()

    def advance(self, _files: int, _bytes: int) -> None:
        """Nothing."""

    def stage(self, _name: str, _jobs: int = 0) -> None:
        """Nothing."""

    def derived(self, _jobs: int) -> None:
        """Nothing."""


def _again(file: Path) -> None:
    file.write_bytes(file.read_bytes())
    os.utime(file, ns=(1, 1))


def _more(file: Path) -> None:
    with file.open("a") as log:
        log.write("2021-04-13 03:23:05,649|INFO|334|More.\n")


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "grown": (_more, "grew from 225 to "),
    "shrunk": (lambda file: os.truncate(file, 90), "shrank from 225 to 90 bytes while it was read"),
    "written again": (_again, "was written to while it was read"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_told(kind: str, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """What is there is read, that it changed is told, and the next load has the last state."""
    folder = tree({logs.worker: logs.records(5), logs.master: logs.records(1)}, "a")
    change, told = CHANGES[kind]
    report = store.load(folder, progress=Swap(lambda: change(folder / logs.worker)))
    (line,) = report.changed_files
    assert line.startswith(f"a: {logs.worker}: {told}")
    assert not report.failed_files
    ((status, reason),) = store.rows(f"SELECT status, reason FROM files WHERE path = '{logs.worker}'")
    assert (status, reason) == ("parsed", line.removeprefix(f"a: {logs.worker}: "))
    assert store.load(folder).changed_files == []
    text = (folder / logs.worker).read_text()
    assert store.one("SELECT count(*) FROM log_records WHERE source = 'worker'") == text.count("Got") + text.count(
        "More"
    )


def test_gone(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A file that vanished fails, by name."""
    folder = tree({logs.worker: logs.records(5), logs.master: logs.records(1)}, "a")
    report = store.load(folder, progress=Swap((folder / logs.worker).unlink))
    assert report.failed_files == [f"a: {logs.worker}: cannot be read: No such file or directory"]


def test_on_the_card(tree: Tree, logs: Logs, store: StoreUnderTest, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict counts them; as JSON it names them."""
    from ingest.load import worker

    folder = tree({logs.worker: logs.records(5)}, "a")
    monkeypatch.setattr(worker, "_changed", lambda *_: "grew")
    done = run("--store", store.path, folder)
    assert (done.returncode, done.stdout.splitlines()[1]) == (
        0,
        "1 file changed while being read: the next load reads it again",
    )
    done = run("--store", store.path, folder, "--reparse", "--format", "json")
    assert json.loads(done.stdout)["load"]["changed_files"] == [f"a: {logs.worker}: grew"]
