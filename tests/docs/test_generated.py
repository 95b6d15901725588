"""The documentation says what the program does: generated parts are as they would be made now, examples run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
GENERATED = [
    page for page in PAGES if "<!-- generated:" in page.read_text("utf-8") or "<!-- run" in page.read_text("utf-8")
]


@pytest.mark.parametrize("page", GENERATED, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_page_is_as_it_would_be_made(page: Path) -> None:
    """Regions from the code, and what the examples print. To write them anew: `python docs/generate.py`."""
    command = [sys.executable, str(REPOSITORY / "docs" / "generate.py"), "--check", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
