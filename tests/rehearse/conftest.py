"""What the tests of rehearsals share: inputs, a driver without a load, a Python with the libraries of data science."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.rehearse.contract import Clause, contract
from ingest.rehearse.driver import Driver, Outcome
from ingest.rehearse.plan import Settings, mini_batches

SCRIPTS = Path(__file__).resolve().parents[2] / "data" / "scripts"


def write_inputs(folder: Path, special: Mapping[int, str], count: int = 20) -> Path:
    """Files that hold their numbers, but for some."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"part-{number:03}.txt").write_text(special.get(number, str(number)))
    return folder


def ends(pid: int) -> bool:
    """Whether a process is gone soon, or only waits to be collected by whoever started it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        time.sleep(0.05)
    return False


@dataclass
class Driven:
    """A rehearsal whose logs are not loaded."""

    settings: Settings
    outcome: Outcome

    @property
    def clauses(self) -> dict[str, Clause]:
        """The contract by name."""
        return {clause.name: clause for clause in contract(self.outcome)}

    @property
    def broken(self) -> set[str]:
        """Names of the rules that do not hold."""
        return {name for name, clause in self.clauses.items() if clause.holds is False}

    @property
    def results(self) -> list[str]:
        """The lines that were kept."""
        return (self.settings.output / "named-outputs/score/predictions.csv").read_text().splitlines()

    def log(self, name: str) -> str:
        """A file of the artifact root."""
        return (self.settings.output / "artifacts" / name).read_text(errors="replace")


Drive = Callable[..., Driven]


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    """Runs an example script, or a text, over 20 files in mini-batches of 5 (or as told), without reading the logs."""

    def run(script: str, special: Mapping[int, str] | None = None, **settings: Any) -> Driven:
        file = SCRIPTS / f"{script}.py"
        if "\n" in script:
            file = tmp_path / "code" / "score.py"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(script.encode("latin-1"))
        inputs = settings.pop("inputs", None) or write_inputs(tmp_path / "inputs", special or {})
        output = tmp_path / f"output-{len(list(tmp_path.iterdir()))}"
        output.mkdir()
        usual = {"mini_batch_size": 5, "max_retries": 0, "python": sys.executable, "sample_interval_s": 0.0}
        chosen = Settings(file, file.parent, (inputs,), output, **{**usual, **settings})
        return Driven(chosen, Driver(chosen, mini_batches(chosen)[0]).run())

    return run


@pytest.fixture(scope="session")
def science() -> str:
    """An interpreter with pandas, pyarrow, scikit-learn and MLflow, which `INGEST_TEST_SCIENCE` names."""
    python = os.environ.get("INGEST_TEST_SCIENCE", "")
    if not python:
        pytest.skip("INGEST_TEST_SCIENCE names no Python with pandas, pyarrow, scikit-learn and mlflow-skinny")
    subprocess.run([python, "-c", "import pandas, pyarrow, sklearn, mlflow"], check=True)
    return python
