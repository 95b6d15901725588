"""The files that start a cluster: of the right form, and with options that Dask has."""

from __future__ import annotations

import re
import shlex
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import cli
from ingest.cli.nightly import nightly
from tests.deploy import schemas
from tests.deploy.test_deploy import DEPLOY, commands

SCRIPTS = ["ssh/ingest-cluster", "azureml/cluster/load.sh"]
ON_A_CLUSTER = [*SCRIPTS, "kubernetes/dask-cluster.yaml"]


def documents() -> list[Any]:
    """Those of Kubernetes: the cluster, and the job that loads."""
    yaml = pytest.importorskip("yaml")
    return list(yaml.safe_load_all((DEPLOY / "kubernetes/dask-cluster.yaml").read_text()))


def test_manifests() -> None:
    """No key is misspelt or misplaced, and none is missing; names fit each other."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    cluster, job = documents()
    for schema, manifest in ((schemas.DASK_CLUSTER, cluster), (schemas.JOB, job)):
        assert [f"{error.json_path}: {error.message}" for error in validator(schema).iter_errors(manifest)] == []
    mounts = [
        spec["containers"][0]["volumeMounts"]
        for spec in (cluster["spec"]["worker"]["spec"], job["spec"]["template"]["spec"])
    ]
    assert mounts[0] == mounts[1]  # at the same paths
    service = cluster["metadata"]["name"] + "-scheduler"
    assert f"tcp://{service}:8786" in job["spec"]["template"]["spec"]["containers"][0]["args"][0]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts(script: str) -> None:
    """Bash reads them to their end, and they may be run."""
    path = DEPLOY / script
    assert path.stat().st_mode & 0o111
    done = subprocess.run(["bash", "-n", path], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_usage_of_the_ssh_script() -> None:
    """Without hosts it says how it is called."""
    done = subprocess.run([DEPLOY / "ssh/ingest-cluster", "--", "logs"], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")


@pytest.mark.parametrize("file", ON_A_CLUSTER)
def test_they_load_on_the_cluster(file: str) -> None:
    """`ingest nightly` is told the scheduler's address, or the variable that has it."""
    with nightly.make_context("nightly", commands()[file], parent=cli.make_context("ingest", ["nightly"])) as context:
        assert re.fullmatch(r"tcp://[a-z-]+:8786|\$address", context.params["cluster"])


@pytest.mark.parametrize("what", ["scheduler", "worker"])
def test_options_of_dask(what: str) -> None:
    """Every option that a file gives to `dask scheduler` or `dask worker` is one that there is."""
    pytest.importorskip("distributed")
    main = import_module(f"distributed.cli.dask_{what}").main
    known = {name for option in main.params for name in (*option.opts, *option.secondary_opts)}
    used: set[str] = set()
    for script in SCRIPTS:
        for call in re.findall(rf'dask"? {what} (.*)', (DEPLOY / script).read_text()):
            used |= {word for word in shlex.split(re.split(r" [&<#]", call)[0]) if word.startswith("--")}
    container = documents()[0]["spec"][what]["spec"]["containers"][0]
    assert container["args"][0] == what
    used |= {word.partition("=")[0] for word in container["args"] if word.startswith("--")}
    assert len(used) >= 2
    assert used - known == set()


def test_azure_ml() -> None:
    """The job runs the script that lies in its folder, with the extra that it needs."""
    job = (DEPLOY / "azureml/cluster.yml").read_text()
    code = DEPLOY / "azureml" / re.findall(r"^code: (.*)$", job, re.MULTILINE)[0]
    assert (code / re.findall(r"^command: bash (\S+)", job, re.MULTILINE)[0]).is_file()
    assert "ingest-batch-logs[report,cloud,cluster]" in (code / "conda.yml").read_text()


def test_pages() -> None:
    """docs/how-to/parse-on-a-cluster.md names each."""
    page = (Path(DEPLOY).parent / "docs/how-to/parse-on-a-cluster.md").read_text()
    for file in ("ssh/ingest-cluster", "kubernetes/dask-cluster.yaml", "azureml/cluster.yml"):
        assert f"deploy/{file}" in page
