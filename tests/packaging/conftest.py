"""Wheels, built once, and new environments to install them in."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    Shell = Callable[..., str]
    Build = Callable[[Path], Path]
    NewEnvironment = Callable[..., Path]

REPOSITORY = Path(__file__).resolve().parents[2]


def run(command: Sequence[str | os.PathLike[str]], folder: Path, **environment: str) -> str:
    """What a command prints on stdout, run in a folder with none of the environment's Python settings."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "INGEST_", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        list(command), cwd=folder, env=clean | environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def shell() -> Shell:
    """Runs a command in a folder; what it prints on stdout."""
    return run


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds a distribution's source archive and, from that, its wheel, which it gives."""

    def build_one(source: Path) -> Path:
        out = tmp_path_factory.mktemp("dist")
        command = [sys.executable, "-m", "build", "--outdir", str(out), str(source)]
        if importlib.util.find_spec("hatchling"):  # the pinned one, and nothing to download
            command.insert(3, "--no-isolation")
        run(command, out)
        return next(out.glob("*.whl"))

    return build_one


@pytest.fixture(scope="session")
def wheel(build: Build) -> Path:
    """The wheel of this repository."""
    return build(REPOSITORY)


@pytest.fixture
def new_environment(tmp_path: Path) -> NewEnvironment:
    """Makes an environment with some wheels in it, and gives its Python. The dependencies are those of the tests."""

    def make(*wheels: Path) -> Path:
        environment = tmp_path / "environment"
        run([sys.executable, "-m", "venv", "--without-pip", environment], tmp_path)
        python = environment / "bin" / "python"
        site = Path(run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], tmp_path).strip())
        run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", site, *wheels], tmp_path)
        dependencies = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
        (site / "zz_dependencies.pth").write_text("\n".join(dependencies) + "\n", encoding="utf-8")
        return python

    return make
