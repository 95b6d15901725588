"""A stranger's distribution: built, installed beside ours in a new environment, and asked. It is what the tutorial builds."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Tree
    from tests.packaging.conftest import Build, NewEnvironment, Shell

pytestmark = pytest.mark.slow

DISTRIBUTION = Path(__file__).resolve().parents[1] / "third_party" / "ingest-gpu-farm"

FEEDER = """\
2024-03-05 02:09:58|INFO|0|fed 120 files
2024-03-05 02:10:20|WARN|1|queue empty, retrying:
  mount /data is slow
2024-03-05 02:11:20|WARN|1|queue empty
"""
USAGE = """\
Utc Time,Gpu,Busy %,Memory Used (GB)
2024-03-05 02:10:00,0,91,29.5
2024-03-05 02:10:00,1,2,0.25
2024-03-05 02:11:00,0,4,29.5
2024-03-05 02:11:00,1,0,0.25
2024-03-05 02:12:00,1,x
"""
JOB = {"logs/feeder/0.log": FEEDER, "logs/gpu/0/usage.csv": USAGE}


class Installed:
    """Our wheel and the stranger's in one environment, and a folder to work in."""

    def __init__(self, python: Path, shell: Shell, folder: Path) -> None:
        self.python = python
        self._shell = shell
        self._folder = folder

    def ingest(self, *arguments: str | Path) -> str:
        """What `ingest ...` prints on stdout."""
        return self._shell([self.python, "-m", "ingest", *arguments], self._folder)

    def asked(self, query: str) -> list[dict[str, Any]]:
        """The rows that `ingest sql` gives."""
        rows: list[dict[str, Any]] = json.loads(self.ingest("sql", query, "--format", "json"))
        return rows


@pytest.fixture
def installed(wheel: Path, build: Build, new_environment: NewEnvironment, shell: Shell, tmp_path: Path) -> Installed:
    """The stranger's wheel is built from a copy, so that nothing is left in the repository."""
    source = shutil.copytree(DISTRIBUTION, tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__"))
    return Installed(new_environment(wheel, build(source)), shell, tmp_path)


def test_installed_distribution_works(installed: Installed, shell: Shell, tree: Tree, tmp_path: Path) -> None:
    """It is found, listed, claims its files, fills its tables and answers by its view; its own tests pass."""
    listed = json.loads(installed.ingest("plugins", "--format", "json"))
    assert listed["problems"] == []
    told = {
        one["name"]: (one["distribution"], one["version"], one["kinds"], one["tables"], one["views"])
        for one in listed["plugins"]
        if one["origin"] == "installed"
    }
    assert told == {
        "gpu_feeder": ("ingest-gpu-farm", "1.2.0", ["feeder"], ["feeder_events"], []),
        "gpu_usage": ("ingest-gpu-farm", "1.2.0", ["gpu_usage"], ["gpu_usage"], ["idle_gpus"]),
    }
    assert "gpu_usage (installed: ingest-gpu-farm 1.2.0)\n" in installed.ingest("plugins")
    check_before_the_first_file(installed, tree)
    check_answers(installed, tree)
    tests = shutil.copytree(DISTRIBUTION / "tests", tmp_path / "its-tests")
    passed = shell([installed.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests], tmp_path)
    assert " passed" in passed


def check_before_the_first_file(installed: Installed, tree: Tree) -> None:
    """Tables and views of the plugin are there in a store that never saw a file of it."""
    installed.ingest(tree({"logs/sys/node/0/process000.txt": "x\n"}, "without"), "--no-verdict")
    for name in ("feeder_events", "gpu_usage", "idle_gpus"):
        assert installed.asked(f"SELECT count(*) AS n FROM {name}") == [{"n": 0}]


def check_answers(installed: Installed, tree: Tree) -> None:
    """What its files say comes out of its tables and its view, and what is wrong in them goes to `rejects`."""
    folder = tree(JOB, "night")
    (told,) = json.loads(installed.ingest("explain", folder / "logs/gpu/0/usage.csv", "--format", "json"))
    assert (told["parser"], told["plugin"], told["groups"]) == ("gpu_farm.usage", "gpu_usage", {"node": "0"})
    assert (told["records"], told["rejects"], told["misfits"][0]["line_no"]) == (4, 1, 6)
    installed.ingest(folder, "--no-verdict")
    assert installed.asked(
        "SELECT node, gpu, message, line_no FROM feeder_events WHERE level = 'WARN' ORDER BY line_no"
    ) == [
        {"node": "0", "gpu": 1, "message": "queue empty, retrying:\n  mount /data is slow", "line_no": 2},
        {"node": "0", "gpu": 1, "message": "queue empty", "line_no": 4},
    ]
    assert installed.asked("SELECT sum(memory_used_mb) AS mb, max(time)::VARCHAR AS last FROM gpu_usage") == [
        {"mb": 2 * (29.5 + 0.25) * 1024, "last": "2024-03-05 02:11:00"}
    ]
    assert installed.asked("SELECT * FROM idle_gpus") == [
        {"job_id": "night", "node": "0", "gpu": 1, "looks": 2, "idle_looks": 2, "feeder_warnings": 2},
        {"job_id": "night", "node": "0", "gpu": 0, "looks": 2, "idle_looks": 1, "feeder_warnings": 0},
    ]
    assert installed.asked("SELECT parser, line_no FROM rejects") == [{"parser": "gpu_farm.usage", "line_no": 6}]


@pytest.mark.parametrize(("module", "parser", "lines"), [("feeder", "LineParser", 8), ("usage", "CsvParser", 13)])
def test_a_format_takes_about_twelve_lines(module: str, parser: str, lines: int) -> None:
    """What is written for a format, besides the columns of its table and a sample; the form is the formatter's."""
    tree = ast.parse((DISTRIBUTION / "ingest_gpu_farm" / f"{module}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    (call,) = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == parser]
    assert call.end_lineno is not None
    assert call.end_lineno - call.lineno + 1 == lines
