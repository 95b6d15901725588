"""The page of what a new user met names, for every point, tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "explanation" / "as-a-new-user.md"
ROWS = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "/test_" in line]

_POINT = re.compile(r"^\| (?P<point>[BMU]\d+) \|")
_FILE_AND_TESTS = re.compile(r"`(?P<file>\w+/test_\w+\.py)`: (?P<tests>`test_\w+`(?:, `test_\w+`)*)")
_A_TEST = re.compile(r"`test_\w+`")


def test_every_point_is_there() -> None:
    """15 bugs, 17 misleading and 9 ugly answers, each with its test."""
    points = [found["point"] for row in ROWS if (found := _POINT.match(row))]
    assert points == [
        f"{kind}{number}" for kind, last in (("B", 15), ("M", 17), ("U", 9)) for number in range(1, last + 1)
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:50])
def test_its_tests_exist(row: str) -> None:
    """In the file that is named before them."""
    told = list(_FILE_AND_TESTS.finditer(row))
    assert sum(found["tests"].count("`test_") for found in told) == len(_A_TEST.findall(row)) > 0
    for found in told:
        source = (REPOSITORY / "tests" / found["file"]).read_text(encoding="utf-8")
        for test in found["tests"].split(", "):
            assert f"def {test.strip('`')}(" in source, (found["file"], test)
