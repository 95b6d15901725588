"""`ingest compact`: fewer files, no dead rows, the same answers; readers do not notice, and a kill loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import ingest.store.compact
from ingest.plugin.registry import DEFAULT_PLUGINS, PluginOptions, load_registry
from ingest.store.compact import Compacted, SliceState, compact, groups
from ingest.store.forget import forget
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout
from ingest.store.reader import open_store
from tests.conftest import StoreUnderTest, write_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Begin, Logs, Run, Start, Tree, Write

SAMPLES = sorted((Path(__file__).parents[2] / "data/jobs").iterdir())


def compacted(store: StoreUnderTest, plugins: PluginOptions = DEFAULT_PLUGINS, **options: Any) -> Compacted:
    """Compacts a store, in this process."""
    with maintenance(Layout.of(store.path), load_registry(plugins)) as held:
        return compact(held, **options)


def rounded(value: Any) -> Any:
    """A value with its floats to six places."""
    if isinstance(value, float):
        return round(value, 6)
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def answers(store: StoreUnderTest) -> dict[str, list[str]]:
    """Every view's rows, sorted; sums of floats, which depend on the order of the rows, to six places."""
    return {view: sorted(repr(rounded(row)) for row in rows) for view, rows in store.answers().items()}


class Scattered(NamedTuple):
    """A store of four jobs in six slices, two of which hold dead rows; and the jobs' folders."""

    store: StoreUnderTest
    folders: list[Path]


@pytest.fixture(scope="module")
def kept_scattered(tmp_path_factory: pytest.TempPathFactory, begin: Begin, logs: Logs) -> Scattered:
    """It takes seconds to make: a load for each slice."""
    top = tmp_path_factory.mktemp("scattered")
    store = begin(top / "store")
    folders = [write_tree(top / "jobs" / name, logs.job(name)) for name in ("d", "b", "a", "c")]
    for folder in folders:
        store.load(folder)
    (folders[0] / logs.worker).write_text(logs.records(2, "later"))
    store.load(folders[0])
    (folders[1] / logs.master).write_text(logs.records(1, "later"))
    store.load(folders[1])
    return Scattered(store, folders)


@pytest.fixture
def scattered(kept_scattered: Scattered, tmp_path: Path) -> Iterator[Scattered]:
    """The same, which may be changed: it is put back afterwards."""
    top = kept_scattered.store.path.parent
    shutil.copytree(top, tmp_path / "as it was")
    yield Scattered(StoreUnderTest(kept_scattered.store.path), kept_scattered.folders)
    shutil.rmtree(top)
    shutil.copytree(tmp_path / "as it was", top)


def test_tables_stay(scattered: Scattered) -> None:
    """A slice of records and one of derived rows are left, without dead ones; a later load is as if nothing had been."""
    store, folders = scattered
    before, files = store.tables(), store.one("SELECT count(*) FROM ledger.parts")
    done = compacted(store)
    assert (done.slices, done.files_before) == (2, files)
    assert done.dead_rows >= 9  # of records; those of derived rows are estimated
    assert store.tables() == before
    assert store.one("SELECT count(DISTINCT slice) FROM ledger.parts") == 2
    assert (
        store.one("SELECT count(*) FROM ledger.parts")
        == done.files_after
        == len({path.parent for path in store.parquet()})
    )
    assert store.one("SELECT count(*) FROM ledger.dead_files") == 0
    assert store.one("SELECT count(*) FROM ledger.dead_derivations") == 0
    (part,) = {path for path in store.parquet() if path.parent.name == "log_records"} - {
        path for path in store.parquet() if "-m" not in path.stem
    }
    jobs = [job for (job,) in store.rows(f"SELECT job_id FROM read_parquet('{part}')")]
    assert jobs == sorted(jobs)
    assert store.load(*folders).rows == 0
    assert store.tables() == before
    state = store.state()
    assert compacted(store) == Compacted()
    assert store.state() == state


def test_lines_stay_in_order(scattered: Scattered) -> None:
    """Within a file, rows stand in the order of its lines, as a load wrote them."""
    store = scattered.store
    compacted(store)
    rows = store.rows("SELECT file_id, line_no FROM log_records")
    for file in {file for file, _ in rows}:
        lines = [line for other, line in rows if other == file]
        assert lines == sorted(lines)


def test_job_by_job(scattered: Scattered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that are too large to be held together are written one after the other; it makes no difference."""
    store = scattered.store
    monkeypatch.setattr(ingest.store.compact, "_CHUNK_BYTES", 1)
    before = store.tables()
    assert compacted(store).dead_rows >= 9
    assert store.tables() == before


def test_answers_stay(store: StoreUnderTest) -> None:
    """Of the sample jobs, loaded one after the other, every table and every view gives the same rows."""
    for i in range(4):
        store.load(*SAMPLES[2 * i : 2 * i + 2])
    tables, before = store.tables(), answers(store)
    files = store.one("SELECT count(*) FROM ledger.parts")
    done = compacted(store)
    assert (done.slices, done.files_before) == (2, files)
    assert done.files_after < files / 2
    assert store.tables() == tables
    assert answers(store) == before


def test_what_is_merged() -> None:
    """Small neighbours together, up to a hundred jobs or 128 MB; large ones only for their dead rows."""

    def state(name: str, jobs: int = 1, mb: int = 1, dead: int = 0) -> SliceState:
        return SliceState(name, jobs, mb << 20, 1_000, dead, 3)

    def names(found: list[SliceState], dead_share: float = 0.0) -> list[str]:
        return ["".join(one.name for one in group) for group in groups(found, dead_share)]

    assert names([]) == names([state("a")]) == names([state("a", mb=200), state("b", jobs=60)]) == []
    assert names([state("a"), state("b", mb=200), state("c")]) == ["ac"]
    assert names([state("a", dead=1)]) == ["a"]
    assert names([state("a", mb=200, dead=150), state("b", mb=200, dead=250)], 0.2) == ["b"]
    assert names([state(name, jobs=40) for name in "abcde"]) == ["ab", "cd"]
    assert names([state(name, mb=60) for name in "abcd"]) == ["ab", "cd"]
    assert names([state(str(i)) for i in range(10)] * 25) == [
        "0123456789" * 10,
        "0123456789" * 10,
        "01234567890123456789" + "0123456789" * 3,
    ]


def test_reader_is_not_disturbed(scattered: Scattered) -> None:
    """A store that was opened before answers as before, all the time."""
    store, folders = scattered
    with open_store(store.path) as reader:
        query = "SELECT count(*), sum(hash(l)) FROM log_records l"
        before = reader.sql(query).fetchall()
        compacted(store)
        assert reader.sql(query).fetchall() == before
        store.load(*folders, reparse=True)
        assert reader.sql(query).fetchall() == before


def test_after_forgetting(other_store: StoreUnderTest, scattered: Scattered) -> None:
    """What was forgotten is not in the new files either; a job that comes back has its rows once."""
    store, folders = scattered
    compacted(store)
    with maintenance(Layout.of(store.path), load_registry()) as held:
        forget(held, ["a", "b"])
    done = compacted(store)
    assert done.dead_rows > 0
    assert store.one("SELECT count(*) FROM ledger.dead_files") == 0
    assert store.rows("SELECT DISTINCT job_id FROM parts.job_measures ORDER BY 1") == [(one,) for one in "abcd"]
    other_store.load(folders[0], folders[3])
    assert store.tables() == other_store.tables()
    store.load(*folders)
    other_store.load(*folders)
    assert store.tables() == other_store.tables()


def test_moved_and_rebuilt(scattered: Scattered, run: Run) -> None:
    """A compacted store that is moved is mended by `ingest rebuild`, like any other."""
    store = scattered.store
    before, old = store.tables(), store.path
    compacted(store)
    store.path = old.with_name("elsewhere")
    old.rename(store.path)
    done = run("compact", "--store", store.path)
    assert (done.returncode, "ingest rebuild" in done.stderr) == (4, True)
    assert run("rebuild", "--store", store.path).returncode == 0
    assert store.tables() == before


PLUGIN = """
from ingest import Column, LineParser, Sample, Table, Type, hookimpl

TABLE = Table("notes", "a note", (Column("text", Type.TEXT), {more}))

@hookimpl
def ingest_parsers():
    return [LineParser(name="mine.notes", kind="notes", path=r"^logs/mine/[^/]+\\.txt$", text="text",
                       head=r"^(?P<points>\\d+): (?P<text>.*)$", table=TABLE,
                       samples=[Sample("logs/mine/a.txt", "1: b\\n", 1)])]
"""


def test_tables_of_plugins(store: StoreUnderTest, tree: Tree, logs: Logs, plugin: Write) -> None:
    """Rows of a plugin that is not there are left alone; with it they are merged, older ones without its newest column."""
    versions = [
        PluginOptions((plugin(f"notes{i}", PLUGIN.format(more=more)),))
        for i, more in enumerate(("", 'Column("points", Type.INT)'))
    ]
    for i, name in enumerate(("a", "b")):
        store.load(tree({"logs/mine/a.txt": f"{i}: {name}\n", logs.worker: logs.records(1)}, name), plugins=versions[i])
    assert compacted(store).slices == 1  # of derived rows
    assert compacted(store, versions[1]).slices == 1
    assert store.rows("SELECT job_id, text, points FROM notes ORDER BY 1") == [("a", "a", None), ("b", "b", 1)]


def test_command(scattered: Scattered, run: Run) -> None:
    """It says files and bytes before and after; a dry run changes nothing; a second one finds nothing to do."""
    store = scattered.store
    state = store.state()
    done = run("compact", "--store", store.path, "--dry-run")
    assert (done.returncode, done.stdout) == (0, "")
    files = store.one("SELECT count(*) FROM ledger.parts")
    assert done.stderr.startswith(f"would merge {files} files (")
    assert " dead rows) into 2 slices, a file per table each" in done.stderr
    assert store.state() == state
    done = run("compact", "--store", store.path, "--format", "json")
    told = json.loads(done.stdout)
    assert told["slices"] == 2
    assert told["dead_rows"] >= 9
    assert told["bytes_after"] < told["bytes_before"]
    assert run("compact", "--store", store.path).stderr == "nothing to merge: no small files, no dead rows\n"
    assert run("compact", "--store", store.path / "nothing").returncode == 4


KILLED = """
# Does `compact` or `forget` in a forked process for each line of stdin, as tests/load/test_killed.py does with loads.
import os, signal, sys
import duckdb, pyarrow.parquet, ingest.store.compact, ingest.store.parts
from ingest.plugin.registry import load_registry
from ingest.store.compact import compact
from ingest.store.forget import forget
from ingest.store.paths import Layout
from ingest.store.maintenance import maintenance

command, store = sys.argv[1:]
load_registry()

def work(kind, value):
    def kill(event, arguments):
        path = os.fspath(arguments[0]) if arguments and isinstance(arguments[0], (str, os.PathLike)) else ""
        if event == kind and path.startswith(store) and path.endswith(value):
            os.kill(os.getpid(), signal.SIGKILL)

    if kind == "timer":
        signal.setitimer(signal.ITIMER_REAL, int(value) / 1000)
    else:
        sys.addaudithook(kill)
    with maintenance(Layout.of(store), load_registry()) as held:
        compact(held) if command == "compact" else forget(held, ["a", "b"], also_history=True)

for line in sys.stdin:
    child = os.fork()
    if not child:
        work(*line.split())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else "done", flush=True)
"""

POINTS = {
    "open .parquet": "old",  # rows are written (compact only)
    "os.mkdir /draft": "old",  # the next catalog is begun
    "open /draft/catalog.duckdb": "old",  # it is built
    "os.rename /draft/catalog.duckdb": "old",  # it is on disk
    "open /store": "new",  # it is in place
    "os.rmdir /draft": "new",  # all but done
    "timer 30": "old or new",
    "timer 120": "old or new",
}
"""Where it is killed, and the state that the store must have then."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("command", ["compact", "forget"])
def test_killed_at_each_step(command: str, scattered: Scattered, start: Start, tmp_path: Path) -> None:
    """Killed at each step, the store is as before or as after; run again, it is done, and nothing is left over."""
    store = scattered.store
    shutil.copytree(store.path, tmp_path / "backup")
    listing = "SELECT count(*), sum(hash(p)) FROM (SELECT name, rows FROM ledger.parts) p"

    def state() -> tuple[object, object]:
        return store.tables(), store.rows(listing)

    def work() -> None:
        with maintenance(Layout.of(store.path), load_registry()) as held:
            if command == "compact":
                compact(held)
            else:
                forget(held, ["a", "b"], also_history=True)

    states = {"old": state()}
    work()
    states["new"] = state()
    assert states["old"] != states["new"]
    process = start("-c", KILLED, command, store.path, stdin=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    for point, expected in POINTS.items():
        if command == "forget" and "parquet" in point:
            continue
        shutil.rmtree(store.path)
        shutil.copytree(tmp_path / "backup", store.path)
        print(point, file=process.stdin, flush=True)
        ended = process.stdout.readline()
        assert ended == "killed\n" or (ended == "done\n" and "timer" in point), point
        found = state()
        if command == "compact":  # in two commits, of records and of derived rows: the rows are the same after each
            assert found[0] == states["old"][0], point
        else:
            (named,) = [name for name, one in states.items() if one == found]
            assert named in expected, point
        work()
        assert state() == states["new"], point
        assert not (store.path / "draft").exists() or command == "compact", point
        names = {
            slice_
            for (slice_,) in store.rows("SELECT slice FROM ledger.parts UNION SELECT slice FROM ledger.dropped_slices")
        }
        assert {path.stem for path in store.parquet()} <= names, point
