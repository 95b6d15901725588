"""Every case of real form that lies outside of the repository: state and first finding as a reader would give them."""

from __future__ import annotations

import re
import subprocess
import sys
from os import environ
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(environ.get("INGEST_REAL_CASES") or ROOT.parent / "shared" / "real-cases")
"""A folder of trees with `expected.json` and `score.py`, which judges what `ingest` says of them."""


@pytest.mark.skipif(not (CASES / "score.py").is_file(), reason="no real cases there")
def test_no_case_is_wrong(tmp_path: Path) -> None:
    """No wrong state and no wrong first cause; most are right in all details."""
    command = tmp_path / "ingest"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ingest "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    done = subprocess.run(
        [sys.executable, CASES / "score.py", command], capture_output=True, text=True, check=False, cwd=ROOT
    )
    right, cases, wrong = re.search(r"right (\d+) of (\d+), partly \d+, wrong (\d+)", done.stdout).groups()  # type: ignore[union-attr]
    assert int(wrong) == 0, done.stdout + done.stderr
    assert int(right) >= 0.85 * int(cases), (
        done.stdout
    )  # some of its questions name the column `at` of earlier versions
