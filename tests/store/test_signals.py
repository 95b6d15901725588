"""A signal that ends a process which writes to a store leaves it time to give the room back, and ends it as it would anyway."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Start, StoreUnderTest

WRITES = """
# Writes half a part to the store of argument 1, then gets the signal of argument 2.
import os, signal, sys, time
from pathlib import Path
from ingest.store.maintenance import writing
from ingest.store.paths import Layout

signal.signal(int(sys.argv[2]), signal.SIG_DFL)  # whoever started the tests may ignore it, as nohup does
layout = Layout.of(Path(sys.argv[1]))
with writing(layout, 5):
    part = layout.data / "log_records" / "half.parquet"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1_000))
    os.kill(os.getpid(), int(sys.argv[2]))
    time.sleep(30)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_room_is_given_back(name: str, store: StoreUnderTest, start: Start) -> None:
    """It ends by that signal, says what was committed, and leaves nothing behind."""
    number = getattr(signal, name)
    process = start("-c", WRITES, store.path, int(number))
    _, told = process.communicate(timeout=60)
    assert process.returncode == -number
    assert f"ended by {name}" in told
    assert "nothing was committed" in told
    assert store.parquet() == set()
