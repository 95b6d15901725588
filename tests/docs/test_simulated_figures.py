"""The page about the diagnosis shows the figures that were kept, and no others."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.accuracy import with_figures

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_page_has_the_kept_figures() -> None:
    """Nobody wrote into the tables by hand; the first measurement is still there."""
    kept = json.loads((REPOSITORY / "benchmarks" / "diagnosis.json").read_text())
    page = (REPOSITORY / "docs" / "explanation" / "diagnosis.md").read_text()
    assert with_figures(page, kept) == page
    assert next(iter(kept)) == "first try"
    real = json.loads((REPOSITORY / "benchmarks" / "real_runs.json").read_text())
    assert with_figures(page, real, real=True) == page
