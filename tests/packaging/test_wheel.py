"""The wheel holds what it should and works where nothing of the repository is at hand; so does a bare checkout."""

from __future__ import annotations

import base64
import csv
import email
import hashlib
import json
import os
import re
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from tests.packaging.conftest import NewEnvironment, Shell

REPOSITORY = Path(__file__).resolve().parents[2]
JOB = REPOSITORY / "data" / "jobs" / "exceptions-one-node"
QUERY = "SELECT node, failed_items FROM failed_items_by_node ORDER BY node"


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """`ingest` with its SQL, `ingest_azureml`, and no package of a name that is anybody's."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {
        "ingest",
        "ingest_azureml",
        "ingest_batch_logs-0.1.0.dist-info",
    }
    in_repository = {path.relative_to(REPOSITORY / "sql").as_posix() for path in (REPOSITORY / "sql").rglob("*.*")}
    in_wheel = {name.removeprefix("ingest/sql/") for name in names if name.startswith("ingest/sql/")}
    assert in_wheel == in_repository
    assert "ingest_batch_logs-0.1.0.dist-info/licenses/LICENSE" in names
    assert not [name for name in names if name.endswith((".pyc", ".log", ".txt")) and "dist-info" not in name]


def test_wheel_holds_every_module(wheel: Path) -> None:
    """No module was forgotten, and the marker for type checkers is there if the repository has it."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "ingest").rglob("*.py")}
    plugins = REPOSITORY / "plugins"
    modules |= {path.relative_to(plugins).as_posix() for path in plugins.rglob("*.py")}
    if (REPOSITORY / "ingest" / "py.typed").exists():
        modules.add("ingest/py.typed")
    assert not modules - names


def test_wheel_holds_what_reports_are_made_of(wheel: Path) -> None:
    """Templates, style sheet, script and queries, which are no modules."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    folder = REPOSITORY / "ingest" / "report"
    parts = [path for path in folder.rglob("*") if path.suffix in (".html", ".css", ".js", ".sql")]
    assert len(parts) > 20
    assert not {path.relative_to(REPOSITORY).as_posix() for path in parts} - names


def test_installed_wheel_does_the_main_job(
    wheel: Path, shell: Shell, new_environment: NewEnvironment, tmp_path: Path
) -> None:
    """In a new environment and another folder: load a job, ask a query. The dependencies are those of the tests."""
    python = new_environment(wheel)
    program: list[str | os.PathLike[str]] = [python, "-m", "ingest"]
    where = "import ingest, ingest_azureml; print(ingest.__file__, ingest_azureml.__file__)"
    assert all(Path(file).is_relative_to(python.parents[1]) for file in shell([python, "-c", where], tmp_path).split())
    check_main_job(shell, program, tmp_path)


def test_bare_checkout_does_the_main_job(shell: Shell, tmp_path: Path) -> None:
    """`python -m ingest` with nothing installed but the dependencies; `plugins/` and `sql/` are found beside the package."""
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "sitecustomize.py").write_text(  # an editable install must not help
        f"import sys\nsys.path[:] = [path for path in sys.path if path not in ({str(REPOSITORY / 'plugins')!r},)]\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(libraries), str(REPOSITORY)])
    check_main_job(shell, [sys.executable, "-m", "ingest"], tmp_path, PYTHONPATH=path)


def test_metadata(wheel: Path) -> None:
    """What the index checks: the name, a description that it renders, requirements that can be read, every extra, hashes."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    told = email.message_from_bytes(next(text for name, text in files.items() if name.endswith(".dist-info/METADATA")))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (told["Name"], told["License-Expression"]) == (project["name"], "MIT")
    assert told["Description-Content-Type"] == "text/markdown"
    assert str(told.get_payload()).startswith("# ingest\n")
    assert set(told.get_all("Provides-Extra") or []) == set(project["optional-dependencies"])
    plain = {Requirement(one) for one in told.get_all("Requires-Dist") or [] if "extra ==" not in one}
    assert {canonicalize_name(one.name) for one in plain} == {
        canonicalize_name(Requirement(one).name) for one in project["dependencies"]
    }
    [record] = [text.decode() for name, text in files.items() if name.endswith(".dist-info/RECORD")]
    for name, digest, _ in csv.reader(record.splitlines()):
        if digest:
            kind, _, expected = digest.partition("=")
            found = base64.urlsafe_b64encode(hashlib.new(kind, files[name]).digest()).rstrip(b"=").decode()
            assert found == expected, name


def test_source_archive_is_whole(wheel: Path) -> None:
    """All that is needed to build and to test, and nothing that was made here."""
    [archive] = wheel.parent.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    tops = {name.partition("/")[0] for name in names}
    assert {"ingest", "plugins", "sql", "tests", "data", "docs", "deploy", "LICENSE", "README.md", "PKG-INFO"} <= tops
    made = re.compile(r"(^|/)(build|dist|__pycache__|\.venv[^/]*|\.git|ingest-store)/")
    assert [name for name in names if made.search(name)] == []
    assert {"sql/columns.toml", "data/expected.json", "mkdocs.yml", "constraints-hashed.txt"} <= names
    assert archive.stat().st_size < 10_000_000


def check_main_job(shell: Shell, program: Sequence[str | os.PathLike[str]], folder: Path, **environment: str) -> None:
    """Loads a sample job, and the answer is what its generator put in."""
    card = shell([*program, JOB, "--store", "store"], folder, **environment)
    assert "items failed" in card
    assert JOB.name in card
    assert "score.py" in shell([*program, "diagnose", "--store", "store"], folder, **environment)
    printed = shell([*program, "sql", "--store", "store", "--format", "json", QUERY], folder, **environment)
    expected = json.loads((REPOSITORY / "data" / "expected.json").read_text(encoding="utf-8"))[JOB.name]
    wanted = {node: counts["failed_items"] for node, counts in expected["failed_items_by_node"].items()}
    assert {row["node"]: row["failed_items"] for row in json.loads(printed)} == wanted
