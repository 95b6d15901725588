"""An MLflow model without a scoring script: made with scikit-learn, scored for real."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.rehearse.conftest import SCRIPTS

if TYPE_CHECKING:
    from tests.conftest import Run


@pytest.fixture(scope="module")
def model(science: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model in a folder of its own, as a downloaded one is."""
    folder = tmp_path_factory.mktemp("model")
    subprocess.run([science, SCRIPTS / "mlflow_model.py", folder / "model"], check=True, capture_output=True)
    return folder


def test_a_model_needs_no_script(model: Path, science: str, tmp_path: Path, run: Run) -> None:
    """A row for each row of each file, which is no breach; a file that cannot be read fails its mini-batch."""
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    for name, text in {
        "one.csv": "a,b\n0,2\n3,4.5\n",
        "two.csv": "a,b\n1,0\n",
        "x.csv": "a,b\nx,0\n",
        "y.parquet": "",
    }.items():
        (inputs / name).write_text(text)
    given = ["--model", model, "--input", inputs, "-o", tmp_path / "out", "--python", science, "--run-timeout", 120]
    options = ["--mini-batch-size", 1, "--max-retries", 0, "--processes", 1, "--format", "json"]
    done = run("rehearse", *given, *options)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert all(clause["holds"] for clause in told["contract"])
    rows = (tmp_path / "out/named-outputs/score/predictions.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["['one.csv'", "['one.csv'", "['two.csv'"]
    assert [round(float(row.split(",")[1].rstrip("]")), 6) for row in rows] == [2.0, 10.5, 2.0]
    texts = {row["headline"] if "headline" in row else json.dumps(row, default=str) for row in told["diagnosis"]}
    assert any("parquet' is not supported" in text for text in texts)
    log = (tmp_path / "out/artifacts/logs/user/stdout/0/process000.stdout.txt").read_text()
    assert "ERROR:azureml:Error processing input file: '" in log


def test_a_folder_without_a_model_needs_a_script(tmp_path: Path, run: Run) -> None:
    """Nothing is guessed."""
    done = run("rehearse", "--model", tmp_path, "--input", tmp_path)
    assert (done.returncode, "no scoring script" in done.stderr) == (2, True)
