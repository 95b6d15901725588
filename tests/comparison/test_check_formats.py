"""`ingest check` in the formats of pipelines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from ingest.output.check_formats import CheckedJob, check_text

if TYPE_CHECKING:
    from tests.conftest import Run, StoreUnderTest

SECRET = "sig=abcdefghijklmnopqrstuvwxyz0123456789abcd%3D"
BAD = CheckedJob(
    "a,b:c",
    False,
    "the last 5 comparable jobs",
    [
        (
            "severe",
            "state",
            "the job failed: 100 % of <x> & \x1b[31m\nhttps://x.blob.core.windows.net/c?sv=2020&" + SECRET,
        ),
        ("note", "out_of_memory", "severe finding: 3 workers"),
    ],
)
GOOD = CheckedJob("good", True, "nothing worse", [])


def test_junit() -> None:
    """A test case per job; what is in a log stays text, and is valid XML."""
    root = ElementTree.fromstring(check_text([BAD, GOOD], "junit"))
    (suite,) = root
    assert (root.tag, suite.get("tests"), suite.get("failures")) == ("testsuites", "2", "1")
    bad, good = suite
    assert (bad.get("name"), good.get("name")) == ("a,b:c", "good")
    failure = bad.find("failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("severe state: the job failed: 100 % of <x> & \\x1b[31m")
    assert "note out_of_memory: severe finding: 3 workers" in str(failure.text)
    assert good.find("failure") is None


def test_github() -> None:
    """A workflow command per reason; no text can begin another one."""
    lines = check_text([BAD, GOOD], "github").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("::error title=a%2Cb%3Ac%3A state::the job failed: 100 %25 of <x> & ")
    assert lines[1] == "::notice title=a%2Cb%3Ac%3A out_of_memory::severe finding: 3 workers"
    assert lines[2] == "::notice title=good::nothing worse"


def test_sarif() -> None:
    """A rule per measure, a result per reason, with the job as its location."""
    (run,) = json.loads(check_text([BAD, GOOD], "sarif"))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["out_of_memory", "state"]
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [("state", "error"), ("out_of_memory", "note")]
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["name"] == "a,b:c"


@pytest.mark.parametrize("format_", ["junit", "github", "sarif"])
def test_secrets_are_masked(format_: str) -> None:
    """In every format."""
    assert "abcdefghijklmnopqrstuvwxyz" not in check_text([BAD], format_)


def test_on_the_command_line(sample_jobs: StoreUnderTest, run: Run) -> None:
    """The exit code is that of the other formats."""
    done = run("check", "era-2020-05", "--store", sample_jobs.path, "--format", "junit")
    assert done.returncode == 1
    assert ElementTree.fromstring(done.stdout).get("failures") == "1"


def test_findings(sample_jobs: StoreUnderTest, run: Run) -> None:
    """A severe finding is seen on a job that passes, and fails it if that is wanted."""
    done = run("check", "memory-growth", "--store", sample_jobs.path)
    assert done.returncode == 0
    assert "note     severe finding: Out of memory (probable): 15 workers killed on 2 nodes" in done.stdout
    assert run("check", "memory-growth", "--store", sample_jobs.path, "--fail-on-findings").returncode == 1
