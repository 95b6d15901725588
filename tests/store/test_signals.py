"""A signal that ends a process which writes to a store leaves it time to give the room back, and ends it as it would anyway.

Ctrl-C is a KeyboardInterrupt whatever it comes upon; the database tells it in another way.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from ingest.plugin.registry import PluginOptions, load_registry
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout
from ingest.store.reader import open_store

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from tests.conftest import Logs, Start, StoreUnderTest, Tree, Write

LONG = "SELECT count(*) AS n FROM range(100_000_000) a, range(100_000_000) b WHERE (a.range * b.range) % 7 = 8"

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


@contextmanager
def interrupted(after: float = 0.2) -> Iterator[None]:
    """Ctrl-C comes so many seconds later, and once more where Python lost it: in a callback its exception is ignored."""
    timers = [Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)) for seconds in (after, after + 60)]
    for timer in timers:
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def long(connection: duckdb.DuckDBPyConnection) -> None:
    """Asks what takes long, and is interrupted."""
    with interrupted():
        connection.execute(LONG)


@pytest.mark.skipif(os.name == "nt", reason="there, os.kill ends the process")
def test_interrupted_in_a_query(tree: Tree, logs: Logs, store: StoreUnderTest, tmp_path: Path, plugin: Write) -> None:
    """While somebody reads, changes or derives: nothing is published, and nobody takes it for a fault of a plugin's file."""
    folder = tree(logs.job("x"), "a")
    store.load(folder)
    before = store.path.joinpath("catalog.duckdb").read_bytes()
    with open_store(store.path) as opened:
        for _ in range(5):  # DuckDB by itself waits for its own threads for ever, about every third time
            with pytest.raises(KeyboardInterrupt), interrupted():
                opened.rows(LONG)
        assert opened.rows("SELECT 1 AS one") == [{"one": 1}]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    stopped = pytest.raises(KeyboardInterrupt, match="nothing was committed")
    with stopped, maintenance(Layout.of(store.path), load_registry()) as held:
        held.publish(long)
    (tmp_path / "views" / "derive").mkdir(parents=True)
    (tmp_path / "views" / "derive" / "long.sql").write_text(f"-- What takes long?\n{LONG}")
    source = (
        "import ingest\nfrom pathlib import Path\n@ingest.hookimpl\ndef ingest_views():\n    return [Path('VIEWS')]\n"
    )
    options = PluginOptions(files=(plugin("long", source.replace("VIEWS", str(tmp_path / "views"))),))
    with pytest.raises(KeyboardInterrupt, match="nothing was committed"), interrupted(2):  # then it is at that query
        store.load(folder, plugins=options)
    assert store.path.joinpath("catalog.duckdb").read_bytes() == before
