"""Workflows and the image, as far as they can be checked without the services that run them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
WORKFLOWS = [
    *sorted((REPOSITORY / ".github" / "workflows").glob("*.yml")),
    REPOSITORY / "deploy/github/ingest-nightly.yml",
]
JOB_KEYS = {
    *("name", "needs", "if", "runs-on", "timeout-minutes", "strategy", "steps", "env", "permissions", "environment"),
    *("continue-on-error", "concurrency", "outputs", "defaults"),
}
STEP_KEYS = {"id", "name", "if", "uses", "with", "run", "env", "shell", "working-directory", "continue-on-error"}


def read(path: Path) -> dict[str, Any]:
    """A workflow; `on`, which YAML 1.1 takes for a truth value, stays a word."""
    data = pytest.importorskip("yaml").safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in data.items()}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow(path: Path, tmp_path: Path) -> None:
    """No key is misspelt; jobs end, say what they may, and need jobs that are there; each script is one that bash reads."""
    data = read(path)
    assert data["name"]
    assert data["on"]
    assert "permissions" in data
    for name, job in data["jobs"].items():
        assert set(job) <= JOB_KEYS, name
        assert job["timeout-minutes"] <= 120, name
        needed = job.get("needs", [])
        assert set([needed] if isinstance(needed, str) else needed) <= set(data["jobs"])
        ids = {step["id"] for step in job["steps"] if "id" in step}
        matrix = set(job.get("strategy", {}).get("matrix", {}))
        text = json.dumps(job)
        assert set(re.findall(r"\$\{\{ *matrix\.(\w+)", text)) <= matrix
        assert set(re.findall(r"\$\{\{ *steps\.(\w+)", text)) <= ids
        for step in job["steps"]:
            assert set(step) <= STEP_KEYS, step
            assert ("uses" in step) != ("run" in step), step
            if "uses" in step:
                assert re.fullmatch(r"[\w./-]+@(v\d[\w.]*|release/v\d+|[0-9a-f]{40})", step["uses"]), step["uses"]
            else:
                check_script(step["run"], tmp_path)


def check_script(script: str, folder: Path) -> None:
    """Bash reads it, and the files of the repository that it calls are there."""
    plain = re.sub(r"\$\{\{.*?\}\}", "x", script)
    (folder / "script.sh").write_text(plain)
    subprocess.run(["bash", "-n", folder / "script.sh"], check=True, timeout=30)
    for file in re.findall(r"(?:bash|python3?) ((?:\.ci|docs|data)/\S+)", plain):
        assert (REPOSITORY / file).exists(), file


def test_actionlint() -> None:
    """Where it is installed; the workflow `ci` installs it."""
    if shutil.which("actionlint") is None:
        pytest.skip("no actionlint here")
    done = subprocess.run(["actionlint", *WORKFLOWS], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""


def test_image_by_the_rules_of_hadolint() -> None:
    """Those that matter here, by their numbers; hadolint itself where it is installed."""
    path = REPOSITORY / "Containerfile"
    text = re.sub(r"\\\n\s*", "", path.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    words = [line.split() for line in lines]
    stages = {word[3] for word in words if word[0] == "FROM" and len(word) > 3}
    for word in words:
        if word[0] == "FROM":
            assert re.search(r":(?!latest)[\w.-]+$", word[1]), "DL3006, DL3007: a version of the base"
        if word[0] == "COPY":
            source = next((one.removeprefix("--from=") for one in word if one.startswith("--from=")), None)
            assert source is None or source in stages, "DL3022: a stage that is there"
            copied = [one for one in word[1:-1] if not one.startswith("--")]
            assert len(copied) == 1 or word[-1].endswith("/"), "DL3021: several files go into a folder"
        if word[0] == "WORKDIR":
            assert word[1].startswith("/"), "DL3000: absolute"
        if word[0] in ("ENTRYPOINT", "CMD"):
            assert isinstance(json.loads(" ".join(word[1:])), list), "DL3025: as a list, so that signals arrive"
    kinds = [word[0] for word in words]
    assert "ADD" not in kinds, "DL3020"
    assert kinds.count("ENTRYPOINT") == 1, "DL4004"
    assert kinds.count("CMD") == 1, "DL4003"
    assert kinds.index("USER") < kinds.index("ENTRYPOINT"), "DL3002"
    for run in (line for line in lines if line.startswith("RUN ")):
        assert "sudo" not in run, "DL3004"
        assert "pip install" not in run or "--no-cache-dir" in run, "DL3042"
        assert "pip install" not in run or "--constraint" in run, "DL3013: pinned"
        assert "apt-get install" not in run or "rm -rf /var/lib/apt/lists" in run, "DL3009"
    if shutil.which("hadolint"):
        subprocess.run(["hadolint", path], check=True, timeout=60)
