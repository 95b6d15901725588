"""A disk that takes no more: the last whole commit stands, the room is given back, and the next run finishes.

No file may grow beyond a limit here (`RLIMIT_FSIZE`), which fails as a full disk does, in the middle of a write.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Start, StoreUnderTest, Tree

pytest.importorskip("resource", reason="limits of processes are set so on POSIX systems only")

PARTS, CATALOG = 20_000, 600_000

LIMITED = """
# Limits the size of files to argument 1, then becomes `python -m ingest ...` of the others.
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
os.execv(sys.executable, [sys.executable, "-m", "ingest", *sys.argv[2:]])
"""


def noise(logs: Logs, seed: int, count: int) -> str:
    """Records that do not compress."""
    words = random.Random(seed)
    return "".join(logs.records(1, f"{words.getrandbits(512):x}", first=i) for i in range(count))


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("size", [PARTS, CATALOG], ids=["while rows are written", "while the catalog is copied"])
def test_disk_is_full(tree: Tree, store: StoreUnderTest, start: Start, logs: Logs, size: int, workers: str) -> None:
    """Two lines tell what is wrong and what to do; nothing of the broken load is left, and with room it finishes."""
    store.load(tree({logs.worker: logs.records(3)}, "a"))
    before, parts = store.tables(), store.parquet()
    files = {f"logs/sys/node/0/process{i:03}.txt": noise(logs, i, 12_000 if workers == "2" else 400) for i in range(3)}
    more = tree(files, "b")
    process = start("-c", LIMITED, size, more, "--store", store.path, "--no-verdict", "--jobs", workers)
    told, error = process.communicate(timeout=120)
    assert (process.returncode, told) == (4, "")
    wrong, remedy = error.strip().splitlines()[-2:]
    assert "cannot be written" in wrong
    assert "Is the disk full?" in remedy
    assert store.tables() == before
    assert store.parquet() == parts
    store.load(more)
    assert store.rows("SELECT job_id, count(*) FROM log_records GROUP BY ALL ORDER BY ALL")[0] == ("a", 3)
    assert store.one("SELECT count(*) FROM log_records WHERE job_id = 'b'") == 3 * (12_000 if workers == "2" else 400)


@pytest.mark.parametrize("size", [2_000, CATALOG], ids=["while rows are written", "while the catalog is copied"])
def test_disk_is_full_while_merging(tree: Tree, store: StoreUnderTest, start: Start, logs: Logs, size: int) -> None:
    """`ingest compact` on a full disk: told, the store as before, nothing left over; with room it finishes."""
    for name in ("a", "b"):
        store.load(tree({logs.worker: logs.records(50, name)}, name))
    before, parts, names = store.tables(), store.parquet(), {path.name for path in store.path.iterdir()}
    process = start("-c", LIMITED, size, "compact", "--store", store.path)
    told, error = process.communicate(timeout=120)
    assert (process.returncode, told) == (4, "")
    assert len(error.splitlines()) == 2, error
    assert "Is the disk full?" in error
    assert (store.tables(), store.parquet()) == (before, parts)
    assert {path.name for path in store.path.iterdir()} == names
    assert start("-m", "ingest", "compact", "--store", store.path).wait(timeout=60) == 0
    assert store.tables() == before
    assert store.one("SELECT count(*) FROM ledger.parts WHERE name = 'log_records'") == 1
