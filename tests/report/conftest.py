"""A store of the sample jobs, one of a hostile job, and a browser to look at reports with, where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.testing.browser import open_browser, why_no_browser

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.conftest import Begin, StoreUnderTest

    Report = Callable[..., Path]

JOBS = Path(__file__).resolve().parents[2] / "data" / "jobs"


@dataclass(frozen=True)
class Hostile:
    """A job that means harm."""

    store: Path
    job: str = """x"><img src=q onerror=hacked()>&'{{7*7}}"""
    secret: str = "S3cretS3cretS3cretS3cret"

    @property
    def says(self) -> str:
        """What stands in its errors."""
        markup = "</script><script>hacked()</script><img src=q onerror=hacked()> {{7*7}} \u202ereversed\u2028next"
        return f"{markup} https://acc.blob.core.windows.net/c/b?sv=2021&sig={self.secret}%3D&se=2022"


@pytest.fixture(scope="session")
def sample_store(sample_jobs: StoreUnderTest) -> Path:
    """A store of all sample jobs."""
    return sample_jobs.path


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> Hostile:
    """A store of a job whose name and errors hold markup, a template, steering characters and a signature."""
    top = tmp_path_factory.mktemp("hostile")
    one = Hostile(top / "store")
    shutil.copytree(JOBS / "exceptions-one-node", top / one.job)
    for file in (top / one.job).rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(b"could not convert string to float", one.says.encode()))
    begin(one.store).load(top / one.job)
    return one


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Writes the report of a store, or of some of its jobs; gives the file."""
    from ingest.report import write_report

    def write(store: Path, *jobs: str, **options: Any) -> Path:
        file = tmp_path_factory.mktemp("page") / "report.html"
        write_report(store, file, jobs=jobs or None, **options)
        return file

    return write


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Chromium without a window and without a network of its own. Skipped, with the reason, where it is not installed."""
    if not os.environ.get("INGEST_BROWSER"):  # some minutes: a step of its own
        pytest.skip("looked at by: bash .ci/browser")
    if why := why_no_browser():
        pytest.skip(why)
    with open_browser(tmp_path_factory.mktemp("browser")) as chrome:
        yield chrome
