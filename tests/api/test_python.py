"""The Python API as a program or a notebook uses it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import ingest
from ingest import InputError, ingest_jobs, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, StoreUnderTest, Tree


def test_one_path_or_many(tree: Tree, logs: Logs, tmp_path: Path) -> None:
    """A path is a path, whether a text or a Path, alone or with others; it is never taken for a list of letters."""
    a, b = tree(logs.job(), "a"), tree(logs.job(), "b")
    cases: list[tuple[Any, list[str]]] = [(a, ["a"]), (str(a), ["a"]), ([str(a), b], ["a", "b"]), ((b,), ["b"])]
    for number, (given, jobs) in enumerate(cases):
        assert list(ingest_jobs(given, tmp_path / f"store{number}").job_ids) == jobs


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("nosuch", "nosuch: no such folder"),
        (["nope", "nor this"], "nope: no such folder (and 1 more)"),
        ([], "no folder given"),
        ("", "a path is empty"),
        (["", "nope"], "a path is empty"),
    ],
)
def test_nothing_could_be_read(given: str | list[str], wrong: str, tmp_path: Path) -> None:
    """Raises, and makes no store."""
    with pytest.raises(InputError) as raised:
        ingest_jobs(given, tmp_path / "store")
    assert raised.value.wrong == wrong
    assert raised.value.remedy
    assert not (tmp_path / "store").exists()


def test_not_strict(tmp_path: Path) -> None:
    """With `strict=False` what could not be read is in the report."""
    report = ingest_jobs(["nope"], tmp_path / "store", strict=False)
    assert (report.jobs, [problem.wrong for problem in report.problems]) == (0, ["nope: no such folder"])
    assert "problems=1" in repr(report)


def test_some_could_be_read(tree: Tree, logs: Logs, tmp_path: Path) -> None:
    """The others are read, and what could not be is in the report."""
    report = ingest_jobs([tree(logs.job(), "a"), "nope"], tmp_path / "store")
    assert (list(report.job_ids), [problem.wrong for problem in report.problems]) == (["a"], ["nope: no such folder"])


def test_no_path() -> None:
    """What is no path is a TypeError."""
    with pytest.raises(TypeError):
        ingest_jobs([1])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        ingest_jobs([b"a"])  # type: ignore[list-item]


def test_script_without_a_guard(tree: Tree, logs: Logs, tmp_path: Path) -> None:
    """A script of two lines loads with worker processes: they do not run it again."""
    many = {f"logs/sys/node/0/process{number:03}.txt": logs.records(3) for number in range(1100)}
    folder = tree(many, "large")
    script = tmp_path / "script.py"
    script.write_text(
        "from ingest import ingest_jobs\nprint('runs')\n"
        f"print(ingest_jobs({str(folder)!r}, {str(tmp_path / 'store')!r}, workers=2).files)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "runs\n1100\n", "")


def test_representations(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A store says what it is, on a prompt and in a notebook; names from logs are text in it."""
    store.load(tree(logs.job(), "a<b>"))
    with open_store(store.path) as opened:
        assert repr(opened) == f"<ingest.Store {str(store.path)!r}: 1 job (0 failed), 5 files>"
        html = opened._repr_html_()
        assert "<td>a&lt;b&gt;</td>" in html
        assert "<th>failed_items</th>" in html
    assert repr(opened) == f"<ingest.Store {str(store.path)!r}: closed>"
    assert "closed" in opened._repr_html_()


def test_names_can_be_completed() -> None:
    """`dir(ingest)` is what `ingest` offers, and all of it is there."""
    assert {"ingest_jobs", "open_store", "Store", "InputError"} <= set(dir(ingest))
    assert sorted(ingest.__all__) == dir(ingest)
    assert all(getattr(ingest, name) is not None for name in dir(ingest))


def test_progress_is_shown_if_asked(tree: Tree, logs: Logs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a notebook a line shows the stages; elsewhere nothing is shown unless it is asked for."""
    folder = tree(logs.job(), "a")
    ingest_jobs(folder, tmp_path / "silent")
    assert capsys.readouterr().err == ""
    sys.modules["ipykernel"] = sys
    try:
        ingest_jobs(folder, tmp_path / "shown")
    finally:
        del sys.modules["ipykernel"]
    stages = [line.strip() for line in capsys.readouterr().err.split("\r") if line.strip()]
    assert stages[0] == "listing"
    assert stages[1].endswith("of 4 files")
    assert stages[-1] == "publishing"
    assert "deriving 0 of 1 job" in stages
