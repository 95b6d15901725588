"""What is shown of a load that reads, commits what is whole, and reads on."""

from __future__ import annotations

import pytest

from ingest.load.progress import load_progress


def test_reading_goes_on_after_a_commit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The stages of the commit are shown while they run; then reading is, with all that was read before."""
    monkeypatch.setattr("ingest.load.progress.in_notebook", lambda: True)
    monkeypatch.setattr("ingest.load.progress._SHOW_EVERY_S", -1)
    with load_progress(show=True) as progress:
        progress.begin(4, 8_000_000)
        progress.advance(1, 2_000_000)
        progress.stage("deriving", 2)
        progress.derived(1)
        progress.stage("publishing")
        progress.advance(2, 4_000_000)
    assert [line.strip() for line in capsys.readouterr().err.split("\r") if line.strip()] == [
        "reading 0.0 of 8.0 MB, 0 of 4 files",
        "reading 2.0 of 8.0 MB, 1 of 4 files",
        "deriving 0 of 2 jobs",
        "deriving 1 of 2 jobs",
        "publishing",
        "reading 6.0 of 8.0 MB, 3 of 4 files",
    ]
