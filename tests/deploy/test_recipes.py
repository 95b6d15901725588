"""Recipes install what they call, and the image holds what it needs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
RECIPES = ["deploy/github/ingest-nightly.yml", "deploy/azureml/conda.yml"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_installs_what_it_calls(recipe: str) -> None:
    """By the distribution's name, with the extras for reports and object stores."""
    text = (REPOSITORY / recipe).read_text()
    assert f"{PROJECT['name']}[report,cloud]" in text
    assert not re.search(r"pip install ingest\b(?!-)|^\s*- ingest$", text, re.MULTILINE)


def test_one_name_everywhere() -> None:
    """No page tells people to install another distribution."""
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "ingest").rglob("*.py")]
    wrong = re.compile(r"pip install '?ingest(?![-\w])")
    assert [page.name for page in pages if wrong.search(page.read_text())] == []


def test_image() -> None:
    """What the Containerfile copies is there; it has both extras, and does not run as root."""
    lines = (REPOSITORY / "Containerfile").read_text().splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert copied
    assert [name for name in copied if not (REPOSITORY / name).exists()] == []
    assert any('".[report,cloud]"' in line for line in lines)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert not users[-1].startswith(("0", "root"))
