"""Only what changed is read, and whatever the order, the same trees give the same tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.plugin.registry import PluginOptions

if TYPE_CHECKING:
    from tests.conftest import Logs, StoreUnderTest, Tree, Write

NOTES = """
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

@hookimpl
def ingest_parsers():
    return [LineParser(
        name="mine.notes", kind="notes", path=r"^logs/mine/[^/]+\\.txt$", version={version}, constants={{"source": "notes"}},
        head=r"^(?P<level>{level}): (?P<message>.*)$", table=LOG_RECORDS, samples=[Sample("logs/mine/a.txt", "A: b\\n", 1)],
    )]
"""
COUNTS = "SELECT job_id, source, count(*) FROM log_records GROUP BY ALL ORDER BY ALL"


def set_time(path: Path, seconds: int) -> None:
    """Gives a file a time of its own."""
    os.utime(path, (1_700_000_000 + seconds, 1_700_000_000 + seconds))


def test_second_run_does_nothing(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Over unchanged trees nothing is parsed, written or touched."""
    folders = tree(logs.job("x"), "a"), tree(logs.job("y"), "b")
    first = store.load(*folders)
    before = store.state()
    second = store.load(*folders)
    assert (first.files, first.unchanged) == (10, 0)
    assert first.rows > 0
    assert (second.files, second.unchanged, second.rows, second.records, second.bytes) == (10, 10, 0, 0, 0)
    assert store.state() == before


def test_touched(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A file with another time and the same content keeps its rows: no row is written, and next time it is unchanged."""
    folder = tree(logs.job(), "a")
    store.load(folder)
    tables, parquet = store.tables(), store.parquet()
    set_time(folder / logs.worker, 1)
    report = store.load(folder)
    assert (report.rows, report.unchanged) == (0, 5)
    assert store.parquet() == parquet
    after = store.tables()
    assert {name: rows for name, rows in after.items() if name != "files"} == {
        n: r for n, r in tables.items() if n != "files"
    }
    assert store.one(f"SELECT epoch(modified_at) FROM files WHERE path = '{logs.worker}'") == 1_700_000_001
    state = store.state()
    assert store.load(folder).unchanged == 5
    assert store.state() == state


@pytest.mark.parametrize("count", [9, 2, 0], ids=["grown", "shrunk", "emptied"])
def test_changed(tree: Tree, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest, count: int) -> None:
    """The rows of a file that grew, shrank or was emptied are replaced; only that file is read."""
    folder = tree(logs.job(), "a")
    store.load(folder)
    (folder / logs.worker).write_text(logs.records(count, "later"))
    report = store.load(folder)
    assert (report.rows, report.unchanged) == (count, 4)
    other_store.load(folder)
    assert store.tables() == other_store.tables()


def test_changed_without_another_size(
    tree: Tree, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest
) -> None:
    """A file of the same size with other content and another time is read again."""
    folder = tree(logs.job("aaaa"), "a")
    store.load(folder)
    (folder / logs.worker).write_text((folder / logs.worker).read_text().replace("aaaa", "bbbb"))
    set_time(folder / logs.worker, 5)
    assert store.load(folder).rows == 7
    other_store.load(folder)
    assert store.tables() == other_store.tables()


def test_there_and_back(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A file that goes back to an earlier state, time and all, gives the earlier tables."""
    folder = tree(logs.job(), "a")
    worker = folder / logs.worker
    first, later = worker.read_text(), logs.records(9, "later")
    set_time(worker, 1)
    store.load(folder)
    tables = store.tables()
    for content, seconds in ((later, 2), (first, 1)):
        worker.write_text(content)
        set_time(worker, seconds)
        store.load(folder)
    assert store.tables() == tables


def test_any_order(tree: Tree, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest) -> None:
    """All at once; one by one, backwards; each twice: the tables are the same."""
    folders = [tree(logs.job(name), name) for name in "abc"]
    store.load(*folders)
    for folder in reversed(folders):
        other_store.load(folder)
    assert other_store.tables() == store.tables()
    other_store.load(*folders, reparse=True)
    assert other_store.tables() == store.tables()


def test_in_halves(tree: Tree, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest) -> None:
    """Half of the files of each job first, then all: the tables are those of one load."""
    files = {name: logs.job(name) for name in "ab"}
    for name, texts in files.items():
        tree({path: text for i, (path, text) in enumerate(texts.items()) if i % 2}, name)
    folders = [tree({}, name) for name in "ab"]
    store.load(*folders)
    for name, texts in files.items():
        tree({path: text for i, (path, text) in enumerate(texts.items()) if not i % 2}, name)
    store.load(*folders)
    other_store.load(*folders)
    assert store.tables() == other_store.tables()


def test_reparse_one_of_two(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """`--reparse` of a job whose rows lie in one Parquet file with another job's replaces its rows and no others."""
    folders = tree(logs.job("x"), "a"), tree(logs.job("y"), "b")
    rows = store.load(*folders).rows
    tables = store.tables()
    assert store.load(folders[0], reparse=True).rows == rows // 2
    assert store.tables() == tables


def test_parser_of_a_higher_version(tree: Tree, logs: Logs, store: StoreUnderTest, plugin: Write) -> None:
    """Files that an older version read are read again, the others are not; rows are replaced, not doubled."""
    notes = "A: one\nB: two\nmore\nA: three\n"
    folder = tree(logs.job() | {logs.unknown: notes}, "a")
    plugins = [
        PluginOptions((plugin(f"notes_{version}", NOTES.format(version=version, level=level)),))
        for version, level in ((1, "A"), (2, "A|B"))
    ]
    store.load(folder, plugins=plugins[0])
    assert store.rows(COUNTS) == [("a", "master", 2), ("a", "notes", 2), ("a", "worker", 9)]
    report = store.load(folder, plugins=plugins[1])
    assert (report.rows, report.unchanged) == (3, 4)
    assert store.rows(COUNTS) == [("a", "master", 2), ("a", "notes", 3), ("a", "worker", 9)]
    assert store.one("SELECT parser_version FROM files WHERE kind = 'notes'") == 2
    state = store.state()
    assert store.load(folder, plugins=plugins[1]).rows == 0
    assert store.state() == state


def test_plugin_claims_what_was_unclaimed(tree: Tree, logs: Logs, store: StoreUnderTest, plugin: Write) -> None:
    """A file that nobody knew is read as soon as a plugin claims it; nothing else is."""
    folder = tree(logs.job() | {logs.unknown: "A: one\n"}, "a")
    store.load(folder)
    assert store.rows("SELECT path, status FROM files WHERE parser IS NULL") == [(logs.unknown, "unclaimed")]
    report = store.load(folder, plugins=PluginOptions((plugin("notes", NOTES.format(version=1, level="A")),)))
    assert (report.rows, report.unchanged) == (1, 4)
    assert store.rows("SELECT path, status FROM files WHERE parser = 'mine.notes'") == [(logs.unknown, "parsed")]
    assert store.one("SELECT count(*) FROM files") == 5


def test_job_grows_a_file(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A new file in a known job is read, the others are not."""
    folder = tree(logs.job(), "a")
    store.load(folder)
    tree({"logs/sys/node/2/process000.txt": logs.records(4)}, "a")
    report = store.load(folder)
    assert (report.rows, report.unchanged, report.files) == (4, 5, 6)
    assert store.one("SELECT files FROM jobs") == 6


def test_ledger_of_loads(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """`loads` has one row for each load that had something to do, with its counts."""
    folder = tree(logs.job(), "a")
    store.load(folder)
    store.load(folder)
    (folder / logs.worker).write_text(logs.records(1))
    store.load(folder)
    rows = store.rows(
        "SELECT jobs, files, files_unchanged, rows, rejects, ended_at IS NOT NULL FROM loads ORDER BY started_at"
    )
    assert rows == [(1, 5, 0, 16, 0, True), (1, 5, 4, 1, 0, True)]


def test_last_record_of_a_running_job(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """The record in which a file ends is marked as cut, and is whole when the file is read again."""
    folder = tree({logs.worker: logs.records(3)[:-8]}, "a")
    store.load(folder)
    assert store.rows("SELECT line_no, cut FROM log_records ORDER BY ALL") == [(1, False), (2, False), (3, True)]
    assert store.one("SELECT ends_cut FROM files") is True
    (folder / logs.worker).write_text(logs.records(4))
    store.load(folder)
    assert store.rows("SELECT DISTINCT cut, message LIKE 'Got task _.' FROM log_records") == [(False, True)]
    assert store.one("SELECT ends_cut FROM files") is False
