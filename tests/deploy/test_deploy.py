"""The files to schedule a night with: of the right form, and the commands in them are those that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import cli
from ingest.cli.nightly import nightly
from ingest.errors import ExitCode
from tests.deploy import schemas

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
MANIFESTS = {
    "kubernetes/cronjob.yaml": schemas.CRON_JOB,
    "github/ingest-nightly.yml": schemas.WORKFLOW,
    "azureml/schedule.yml": schemas.SCHEDULE,
    "azureml/pipeline.yml": schemas.PIPELINE,
    "azureml/cluster.yml": schemas.COMMAND_JOB,
}
WAYS = sorted(path for path in DEPLOY.iterdir() if path.name != "dashboards")  # those have tests/clients
FILES = sorted(path.relative_to(DEPLOY).as_posix() for way in WAYS for path in way.rglob("*") if path.is_file())


def read(file: str) -> Any:
    """A YAML file as data; `on`, which YAML 1.1 takes for a truth value, stays a word."""
    yaml = pytest.importorskip("yaml")
    data = yaml.safe_load((DEPLOY / file).read_text())
    if isinstance(data, dict) and True in data:
        data["on"] = data.pop(True)
    return data


@pytest.mark.parametrize("file", MANIFESTS)
def test_manifest(file: str) -> None:
    """No key is misspelt or misplaced, and none is missing."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator(MANIFESTS[file])
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(read(file))] == []


@pytest.mark.parametrize("file", MANIFESTS)
def test_a_misspelt_key_is_found(file: str) -> None:
    """The schemas are strict: a key too many anywhere at the top is told."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator(MANIFESTS[file])
    assert not validator.is_valid({**read(file), "shedule": "30 5 * * *"})


def test_systemd(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say about the service and its timer."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    for unit in (DEPLOY / "systemd").iterdir():  # a program that is there, as the check wants it
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/local/bin/ingest", "/bin/true"))
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60)
    about_ours = [line for line in done.stderr.splitlines() if "ingest-nightly" in line]
    assert (done.returncode, about_ours) == (0, [])


def test_cron() -> None:
    """One line: five fields of time, a user, the command; no `%`, which cron takes for a line break."""
    lines = [line for line in (DEPLOY / "cron/ingest-nightly").read_text().splitlines() if line and line[0] != "#"]
    settings, jobs = [line for line in lines if re.match(r"\w+=", line)], [line for line in lines if line[0].isdigit()]
    assert sorted(settings + jobs) == sorted(lines)
    (job,) = jobs
    assert re.match(r"30 5 \* \* \* ingest ingest nightly ", job)
    assert "%" not in job
    assert (DEPLOY / "cron/ingest-nightly").read_text().endswith("\n")


def commands() -> dict[str, list[str]]:
    """The arguments of `ingest nightly` in each file that calls it."""
    found: dict[str, list[str]] = {}
    for file in FILES:
        text = re.sub(r"(?m)^\s*#.*$", "", (DEPLOY / file).read_text()).replace("\\\n", " ")
        text = re.sub(r"\$\{\{.*?\}\}", "X", text)
        if file == "kubernetes/cronjob.yaml":
            text = "ingest " + " ".join(re.findall(r"(?m)^ +- (nightly|/logs|--\S+)$", text))
        if file == "azureml/pipeline.yml":
            text = re.sub(r"\n +(?=--)", " ", text)
        if call := re.search(r"ingest nightly ([^;>|\n]*)", text):
            found[file] = shlex.split(call[1])
    return found


def test_every_way_calls_it() -> None:
    """Each folder has a file with the command."""
    assert {Path(file).parts[0] for file in commands()} == {path.name for path in WAYS}


@pytest.mark.parametrize("file", commands())
def test_the_command_is_one_that_there_is(file: str) -> None:
    """All options exist, and each file keeps a report and a summary."""
    arguments = commands()[file]
    with nightly.make_context("nightly", list(arguments), parent=cli.make_context("ingest", ["nightly"])) as context:
        assert len(context.params["roots"]) == 1
        assert context.params["store"] != "ingest-store" or file.startswith("github")
        assert context.params["report"]
        assert context.params["summary"]


def test_exit_codes() -> None:
    """What the files say of exit codes is what they are."""
    assert (ExitCode.FAILED_CHECK, ExitCode.USAGE, ExitCode.PARTLY_FAILED, ExitCode.NIGHT_FAILED) == (1, 2, 5, 6)
    assert "SuccessExitStatus=1\n" in (DEPLOY / "systemd/ingest-nightly.service").read_text()
    (rule,) = read("kubernetes/cronjob.yaml")["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [1, 2, 5]


def test_every_file_has_its_section() -> None:
    """docs/how-to/schedule-nightly.md names each."""
    page = (DEPLOY.parent / "docs/how-to/schedule-nightly.md").read_text()
    assert [file for file in FILES if f"deploy/{file}" not in page] == []
