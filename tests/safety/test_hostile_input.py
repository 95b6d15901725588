"""Input that is damaged or made to do harm costs the smallest part, and is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from ingest.parsing.batch import Batch, SourceFile
from ingest.parsing.json_objects import _distinct, json_objects
from ingest.plugin.registry import load_registry
from ingest.sources.opening import Opener
from tests.conftest import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import TraceFunction

    from tests.conftest import Logs, Run, StoreUnderTest, Tree

REPORT = "logs/sys/job_report/processed_mini-batches.csv"
HEADER = (
    "Mini-batch Id,Picked Count,Node Id,Process,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,"
    "Run Method Seconds,Status,Error Category,Error Message,Mini-batch Detail\n"
)
ROW = (
    "{id},1,2,process000,2022-06-14T01:30:33.318204,10,10,0,2.5,1.5,2.25,RUN_DONE,,,"
    '"{{""id"": {id}, ""minibatch"": [""{name}""]}}"\n'
)


@pytest.mark.parametrize("escape", [r"\ud83d", r"\udcff", r"a\udc80b\ud800"])
def test_half_a_character_in_a_file_name(escape: str, tree: Tree, store: StoreUnderTest) -> None:
    """What Python's json writes for a file name that is not UTF-8 is kept as it was written, and costs no row."""
    rows = [ROW.format(id=number, name="part-0001.csv") for number in range(5)]
    text = HEADER + "".join(rows) + ROW.format(id=5, name=f"caf{escape}.csv")
    assert store.load(tree({REPORT: text}, "a")).failed_files == []
    assert store.rows("SELECT count(*), count(inputs) FROM attempts") == [(6, 6)]
    assert store.rows("SELECT inputs[1] FROM attempts WHERE mini_batch_id = 5") == [(f"caf{escape}.csv",)]


def work_of(columns: int) -> int:
    """How many lines of code are run while equal names are told apart."""
    lines = 0

    def count(frame: FrameType, _event: str, _argument: object) -> TraceFunction | None:
        nonlocal lines
        lines += frame.f_code.co_name == "_distinct"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        _distinct(["a"] * columns)
    finally:
        sys.settrace(before)
    return lines


def test_repeated_names_take_linear_work() -> None:
    """Twice as many equal names in a header take about twice the work, not four times."""
    less, more = work_of(300), work_of(600)
    assert less <= more <= 2.5 * less


def test_repeated_names_stay_apart() -> None:
    """Each gets a number that no other name has."""
    ones = pa.array(["1"])
    assert json_objects(["a", "a", "a (2)", "a"], [ones] * 4).to_pylist() == [
        '{"a": "1", "a (2)": "1", "a (2) (2)": "1", "a (3)": "1"}'
    ]


def parsed(path: str, text: str) -> tuple[int, int]:
    """Rows and rejects of a file."""
    claim = next(load_registry().claims(path))
    assert claim.parser is not None
    batch = Batch.of((SourceFile(path, claim.groups), text.encode()))
    result = claim.parser.parse(batch)
    return sum(table.num_rows for table in result.tables.values()), len(result.rejects)


OVERRIDES = "logs/sys/report/override_tasks.csv"
PRIOR = "Prior Task Id,Prior Ip Address,Prior Process Id,Prior Start Time,Task Id,Ip Address,Process Id,Start Time"


@pytest.mark.parametrize("line", ["Prior Task Id", "Prior Task Id,3,10.0.0.4", "Prior Task Id,x", "Prior Task Id,,,,"])
def test_a_record_that_begins_like_the_header(line: str) -> None:
    """It is a row or a reject; the header itself is neither."""
    assert parsed(OVERRIDES, PRIOR + "\n") == (0, 0)
    rows, rejects = parsed(OVERRIDES, f"{PRIOR}\n{line}\n")
    assert rows + rejects == (0 if line == "Prior Task Id" else 1)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A file in a tree, and a secret outside it."""
    file = tmp_path / "tree/logs/sys/process000.txt"
    file.parent.mkdir(parents=True)
    file.write_text("inside")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/process000.txt").write_text("outside")
    return file


@pytest.fixture
def rescued() -> Iterator[None]:
    """Ends a test that waits for a pipe for ever; where nothing waits it does nothing."""

    def give_up(_number: int, _frame: object) -> None:
        raise AssertionError("it waits for a pipe")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(sys.platform == "win32", reason="no links and pipes there")
@pytest.mark.usefixtures("rescued")
@pytest.mark.parametrize("swap", ["link", "folder link", "pipe", "folder", "device", "gone"])
def test_a_file_swapped_after_listing(listed: Path, swap: str, tmp_path: Path) -> None:
    """Nothing outside the tree is read, nothing waits, and the reason is told."""
    reason = {"link": "symbolic link", "folder link": "symbolic link", "gone": "No such file"}.get(swap, "regular file")
    if swap == "folder link":
        listed.parent.rename(tmp_path / "moved")
        listed.parent.symlink_to(tmp_path / "outside")
    else:
        listed.unlink()
        if swap == "link":
            listed.symlink_to(tmp_path / "outside/process000.txt")
        elif swap == "device":
            listed.symlink_to("/dev/zero")
            reason = "symbolic link"
        elif swap == "pipe":
            os.mkfifo(listed)
        elif swap == "folder":
            listed.mkdir()
    with pytest.raises(OSError, match=reason):
        Opener().open(str(listed))


def test_the_opener_reads_many_folders(listed: Path, tmp_path: Path) -> None:
    """Files of several folders, one after the other, and none outside the folder it was made for."""
    opener = Opener(tmp_path / "tree")
    for _ in range(3):
        handle = opener.open(str(listed))
        assert os.read(handle, 99) == b"inside"
        os.close(handle)
    with pytest.raises(OSError, match="outside the folder"):
        opener.open(str(tmp_path / "outside/process000.txt"))
    opener.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
@pytest.mark.usefixtures("rescued")
def test_a_load_does_not_wait_for_a_pipe(
    tree: Tree, logs: Logs, store: StoreUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's log becomes a pipe between listing and reading: told, and the other file is read."""
    from ingest.load import worker

    other = "logs/sys/node/0/process001.txt"
    folder = tree({logs.worker: logs.records(2), other: logs.records(3)}, "a")
    parse = worker.parse_slice

    def swapped(*arguments: object) -> object:
        (folder / logs.worker).unlink()
        os.mkfifo(folder / logs.worker)
        return parse(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("ingest.load.pool.parse_slice", swapped)
    assert len(store.load(folder, workers=1).failed_files) == 1
    assert store.rows("SELECT status, reason FROM files WHERE path LIKE '%process000%'")[0][1].endswith("regular file")
    assert store.rows("SELECT count(*) FROM log_records") == [(3,)]


def test_artifacts_among_jobs(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A folder of that name is a download's only if no job lies beside it."""
    names = ("artifacts", "one", "two/artifacts")
    folder = tree({f"{name}/{logs.worker}": logs.records(2) for name in names}, "all")
    assert store.load(folder).jobs == 3
    assert store.rows("SELECT job_id FROM jobs ORDER BY 1") == [("artifacts",), ("one",), ("two",)]


def test_a_download_is_one_job(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Outputs beside `artifacts` are no jobs."""
    files = {f"artifacts/{logs.worker}": logs.records(2), "named-outputs/score/logs/x.txt": "x", "notes/x.txt": "x"}
    assert store.load(tree(files, "download")).jobs == 1


@pytest.mark.skipif(sys.platform != "linux", reason="drops rights the Linux way")
def test_a_folder_that_cannot_be_listed(tree: Tree, logs: Logs, run_unprivileged: Run, tmp_path: Path) -> None:
    """It is told and ends with 3, like an unreadable file; of a root that is the reason, not that no job was found."""
    folder = tree({logs.worker: logs.records(2), "logs/perf/0/node_resource_usage.csv": "x\n"}, "a")
    (folder / "logs/perf").chmod(0)
    done = run_unprivileged(folder, "--store", tmp_path / "s", "--no-verdict")
    assert done.returncode == 3, done.stderr
    assert "perf: the folder cannot be listed, nothing in it was read: Permission denied" in done.stderr
    (folder / "logs/perf").chmod(0o700)
    folder.chmod(0)
    done = run_unprivileged(folder, "--store", tmp_path / "s", "--no-verdict")
    folder.chmod(0o700)
    assert done.returncode == 3
    assert "Permission denied" in done.stderr
    assert "no job found" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_any_encoding(encoding: str, tree: Tree, logs: Logs, tmp_path: Path) -> None:
    """Where a terminal's encoding lacks a character, it is shown as an escape."""
    folder = tree({logs.worker: logs.records(2)}, "jöb-日本-" + "x" * 60)
    query = "SELECT '日本' AS a, job_id FROM jobs"
    for command in ([folder], ["diagnose"], ["jobs"], ["sql", query]):
        arguments = [sys.executable, "-m", "ingest", *map(str, command), "--store", str(tmp_path / "s")]
        done = subprocess.run(
            arguments, env=environment(PYTHONIOENCODING=encoding), cwd=tmp_path, capture_output=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no permissions of this kind there")
@pytest.mark.parametrize(("access", "closed"), [("", 0o077), ("owner", 0o077), ("group", 0o007), ("system", 0)])
def test_who_may_read(access: str, closed: int, tree: Tree, logs: Logs, run: Run, tmp_path: Path) -> None:
    """Stores and results are for their owner, or for whom the setting says."""
    before = os.umask(0)
    try:
        folder = tree({logs.worker: logs.records(2)}, "a")
        done = run(folder, "--store", tmp_path / "s", "--no-verdict", "-j", "1", INGEST_FILE_ACCESS=access)
        assert done.returncode == 0, done.stderr
        run("sql", "SELECT 1", "--store", tmp_path / "s", "-o", tmp_path / "s/x.csv", INGEST_FILE_ACCESS=access)
    finally:
        os.umask(before)
    made = [tmp_path / "s", *(tmp_path / "s").rglob("*")]
    assert len(made) > 3
    assert [path for path in made if path.stat().st_mode & closed] == []
    assert access != "system" or any(path.stat().st_mode & 0o007 for path in made)
    assert np.all([path.stat().st_mode & 0o600 for path in made])
