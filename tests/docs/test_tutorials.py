"""The tutorials build what the tests have: the files that they show are those of the stranger's distribution."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TUTORIAL = REPOSITORY / "docs" / "tutorial" / "write-a-parser.md"
DISTRIBUTION = REPOSITORY / "tests" / "third_party" / "ingest-gpu-farm"

_FILE = re.compile(r"^<!-- file (?P<name>\S+) -->\n```\w+\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_ECHOED = re.compile(r"^echo '(?P<body>.*)' > (?P<name>\S+)$", re.MULTILINE)


def test_write_a_parser_builds_the_distribution() -> None:
    """Each file of the distribution that tests/packaging installs is in the tutorial, word for word, and none is missing."""
    text = TUTORIAL.read_text(encoding="utf-8")
    shown = {found["name"]: found["body"] for found in _FILE.finditer(text)}
    shown |= {found["name"]: f"{found['body']}\n" for found in _ECHOED.finditer(text)}
    moved = {name: f"ingest_gpu_farm/{name}" for name in shown if not name.startswith("ingest-gpu-farm/")}
    built = {moved.get(name, name.removeprefix("ingest-gpu-farm/")): body for name, body in shown.items()}
    there = [path for path in DISTRIBUTION.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts]
    assert built == {path.relative_to(DISTRIBUTION).as_posix(): path.read_text(encoding="utf-8") for path in there}


def test_write_a_parser_names_an_environment_that_has_pytest() -> None:
    """What the tutorial starts from is the README's command for the tests, which installs what it runs later."""
    text = TUTORIAL.read_text(encoding="utf-8")
    before = text.partition("pytest -q")[0]
    assert "](../../README.md#run-the-tests)" in before
    section = (
        (REPOSITORY / "README.md")
        .read_text(encoding="utf-8")
        .partition("\n## Run the tests\n")[2]
        .partition("\n## ")[0]
    )
    assert "-e '.[test]'" in section
