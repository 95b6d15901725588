"""A disk that takes no more: the last whole commit stands, the room is given back, and the next run finishes.

No file may grow beyond a limit here (`RLIMIT_FSIZE`), which fails as a full disk does, in the middle of a write.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

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
    assert "the disk is full" in wrong
    assert "Make room" in remedy
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
    assert "the disk is full" in error
    assert (store.tables(), store.parquet()) == (before, parts)
    assert {path.name for path in store.path.iterdir()} == names
    assert start("-m", "ingest", "compact", "--store", store.path).wait(timeout=60) == 0
    assert store.tables() == before
    assert store.one("SELECT count(*) FROM ledger.parts WHERE name = 'log_records'") == 1


FORKED = """
# For each line of stdin, `size argument...`: runs the command in a forked process in which no file may grow beyond a size.
# Writes its exit code and what it said on stderr, as one line of JSON.
import json, os, resource, shlex, sys
import duckdb, numpy, pyarrow.parquet
import ingest.cli, ingest.load.pipeline, ingest.load.pool, ingest.load.rebuild, ingest.nightly.run, ingest.store.compact
from ingest.plugin.registry import load_registry

load_registry().definition()
for line in sys.stdin:
    size, *arguments = shlex.split(line)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
        sys.argv = ["ingest", *arguments]
        ingest.cli.main()
    os.close(writing)
    said = os.fdopen(reading, errors="replace").read()
    _, status = os.waitpid(child, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), said]), flush=True)
"""

SIZES = (0, 2_000, 9_000, 200_000, 1_500_000, 9_000_000)
"""From a disk that takes nothing, over those on which rows, views or the catalog find no place, to one that takes all."""

WRITING = {
    "first load": ["load", "JOBS", "--no-verdict", "-q"],
    "later load": ["load", "JOBS", "--no-verdict", "-q"],
    "rebuild": ["rebuild"],
    "compact": ["compact"],
    "forget": ["forget", "a"],
    "nightly": ["nightly", "JOBS", "-q"],
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("what", WRITING)
def test_disk_is_full_at_any_step(
    what: str, tree: Tree, store: StoreUnderTest, start: Start, logs: Logs, tmp_path: Path
) -> None:
    """Wherever a command runs out of room it says so, ends with 4 (a night with 6), leaves the last state, and no bytes."""
    for name in ("a", "b"):
        folder = tree(logs.job(name), name)
        if what != "first load":
            store.load(folder)
    if what in ("later load", "nightly"):
        tree(logs.job("c"), "c")
    if what == "first load":
        shutil.rmtree(store.path)
    before = room(store.path)
    command, *arguments = WRITING[what]
    given = [str(tmp_path / "jobs") if one == "JOBS" else one for one in arguments]
    own_cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")} if what == "first load" else {}
    process = start("-c", FORKED, stdin=subprocess.PIPE, **own_cache)
    assert process.stdin
    assert process.stdout
    codes = []
    for size in SIZES:
        print(shlex.join([str(size), command, *given, "--store", str(store.path)]), file=process.stdin, flush=True)
        code, said = json.loads(process.stdout.readline())
        codes.append(code)
        if code == 0:
            break
        assert code == (6 if what == "nightly" else 4), (size, said)
        assert "the disk is full" in said, (size, said)
        assert "Traceback" not in said, (size, said)
        assert room(store.path) == before, size
    assert len(codes) > 2
    assert codes[-1] == 0, said


def room(store: Path) -> dict[str, int]:
    """The files that take room, and their sizes."""
    found = {str(path.relative_to(store)): path.stat().st_size for path in store.rglob("*") if path.is_file()}
    return {name: size for name, size in found.items() if not name.startswith("writer.") and size}
