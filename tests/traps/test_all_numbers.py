"""Every trap of formats.md §16 has a test that bears its number."""

from __future__ import annotations

import re
from pathlib import Path

TRAPS = 21


def test_all_numbers() -> None:
    """1 to 21, and no other number."""
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    numbers = {int(number) for number in re.findall(r"^def test_trap_(\d\d)_\w+\(", tests, re.MULTILINE)}
    assert numbers == set(range(1, TRAPS + 1))
