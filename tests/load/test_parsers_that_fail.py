"""A parser that raises, or kills its process, costs the one file that it did that on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.plugin.registry import PluginOptions

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree, Write

HOSTILE = """
import os, signal
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

class Hostile(LineParser):
    def parse(self, batch):
        if b"RAISE" in batch.data:
            raise RuntimeError("a bug in a plugin")
        if b"LEAVE" in batch.data:
            raise SystemExit(7)
        if b"EXIT" in batch.data:
            os._exit(3)
        if b"KILL" in batch.data:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().parse(batch)

@hookimpl
def ingest_parsers():
    return [Hostile(name="mine.hostile", kind="hostile", path=r"^logs/mine/[^/]+\\.txt$", head=r"^(?P<message>.+)$",
                    table=LOG_RECORDS, samples=[Sample("logs/mine/a.txt", "a\\n", 1)])]
"""


def test_parser_that_raises(tree: Tree, logs: Logs, store: StoreUnderTest, plugin: Write) -> None:
    """The file is `failed` with the parser's own words; the others, of the same batch too, are parsed; it is tried again."""
    mine = {f"logs/mine/{name}.txt": f"{name}\n" for name in ("a", "b", "c")} | {"logs/mine/bad.txt": "RAISE\n"}
    folder = tree(mine | {logs.worker: logs.records(2)}, "a")
    plugins = PluginOptions((plugin("hostile", HOSTILE),))
    for _ in range(2):
        report = store.load(folder, plugins=plugins)
        assert report.failed_files == ["a: logs/mine/bad.txt: parser raised RuntimeError('a bug in a plugin')"]
    assert store.rows("SELECT status, count(*), sum(rows) FROM files GROUP BY ALL ORDER BY ALL") == [
        ("failed", 1, 0),
        ("parsed", 4, 5),
    ]
    assert store.one("SELECT count(*) FROM log_records") == 5
    (folder / "logs/mine/bad.txt").write_text("good now\n")
    assert store.load(folder, plugins=plugins).rows == 1
    assert store.rows("SELECT status, sum(rows) FROM files GROUP BY ALL") == [("parsed", 6)]


def test_parser_that_raises_over_one_record(tree: Tree, store: StoreUnderTest, plugin: Write) -> None:
    """The record is a reject with the parser's own words; the others of its file are rows."""
    folder = tree({"logs/mine/bad.txt": "one\ntwo\nRAISE\nfour\n"}, "a")
    report = store.load(folder, plugins=PluginOptions((plugin("hostile", HOSTILE),)))
    assert (report.failed_files, report.rows, report.rejects) == ([], 3, 1)
    assert store.rows("SELECT line_no, text, reason FROM rejects") == [
        (3, "RAISE", "the parser raised RuntimeError('a bug in a plugin')")
    ]


def test_parser_that_leaves(tree: Tree, logs: Logs, store: StoreUnderTest, plugin: Write) -> None:
    """A parser that calls `sys.exit` does not end the load."""
    folder = tree({"logs/mine/bad.txt": "LEAVE\n", "logs/mine/good.txt": "good\n", logs.worker: logs.records(2)}, "a")
    report = store.load(folder, plugins=PluginOptions((plugin("hostile", HOSTILE),)))
    assert report.failed_files == ["a: logs/mine/bad.txt: parser raised SystemExit(7)"]
    assert store.one("SELECT count(*) FROM log_records") == 3


def test_failure_on_the_command_line(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest, plugin: Write) -> None:
    """A failed file is told on stderr, with its job and path, and the exit code is 3."""
    folder = tree({"logs/mine/bad.txt": "RAISE\n", logs.worker: logs.records(1)}, "a")
    done = run("--store", store.path, "--no-verdict", "--plugin", plugin("hostile", HOSTILE), folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert "logs/mine/bad.txt" in done.stderr
    assert "a bug in a plugin" in done.stderr


def test_parser_that_raised_on_a_file_read_before(tree: Tree, logs: Logs, store: StoreUnderTest, plugin: Write) -> None:
    """If a later state of a file breaks its parser, its earlier rows do not count any more, or all of them do."""
    folder = tree({"logs/mine/bad.txt": "one\ntwo\n", logs.worker: logs.records(1)}, "a")
    plugins = PluginOptions((plugin("hostile", HOSTILE),))
    store.load(folder, plugins=plugins)
    (folder / "logs/mine/bad.txt").write_text("RAISE\n")
    assert store.load(folder, plugins=plugins).failed_files
    ((rows, counted),) = store.rows(
        "SELECT f.rows, (SELECT count(*) FROM log_records r WHERE r.file_id = f.file_id) FROM files f WHERE kind = 'hostile'"
    )
    assert rows == counted
    assert store.one("SELECT count(*) FROM log_records") == 1 + rows


def test_processes_that_die(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest, plugin: Write) -> None:
    """A parser that ends its worker process, or has it killed, fails only the files that it did that on."""
    filler = logs.records(1_000, "x" * 3_200)  # large enough for two workers and several slices
    files = {f"logs/sys/node/{node}/process000.txt": filler for node in range(3)}
    mine = {"exits": "EXIT\n", "good": "good\n", "killed": "KILL\n"}
    folder = tree(files | {f"logs/mine/{name}.txt": text for name, text in mine.items()}, "a")
    done = run("--store", store.path, "--no-verdict", "-j", 2, "--plugin", plugin("hostile", HOSTILE), folder)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    rows = store.rows("SELECT job_id, path, reason FROM files WHERE status <> 'parsed' ORDER BY ALL")
    assert rows == [("a", f"logs/mine/{name}.txt", "the process that parsed it died") for name in ("exits", "killed")]
    assert store.one("SELECT count(*) FROM log_records") == 3_001
    assert store.one("SELECT sum(rows) FROM files") == 3_001


LATE = """
import os
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

class Late(LineParser):
    def parse(self, batch):
        if batch.pieces[0].byte_offset and os.path.exists(os.environ["BROKEN"]):
            raise RuntimeError("late")
        return super().parse(batch)

@hookimpl
def ingest_parsers():
    return [Late(name="mine.late", kind="late", path=r"^logs/mine/large\\.txt$", head=r"^(?P<level>[A-Z]+) (?P<message>.*)$",
                 table=LOG_RECORDS, samples=[Sample("logs/mine/large.txt", "A a\\n", 1)])]
"""


def test_parser_that_raises_late_in_a_large_file(
    tree: Tree,
    logs: Logs,
    store: StoreUnderTest,
    plugin: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows in which no record can be read are rejects; the others are read, also beside a file that is read again."""
    monkeypatch.setenv("BROKEN", str(tmp_path / "broken"))
    (tmp_path / "broken").touch()
    folder = tree({"logs/mine/large.txt": f"A {'x' * 1_000}\n" * 17_500, logs.worker: logs.records(3)}, "a")
    plugins = PluginOptions((plugin("late", LATE),))
    report = store.load(folder, plugins=plugins)
    assert (report.failed_files, report.rows) == ([], 3 + 8_362)
    reasons = [reason for (reason,) in store.rows("SELECT DISTINCT reason FROM rejects ORDER BY 1")]
    assert reasons == ["not read: the parser raised too often in this file", "the parser raised RuntimeError('late')"]
    ((rejects, rejected, size),) = store.rows("SELECT rejects, rejected_bytes, bytes FROM files WHERE kind = 'late'")
    assert rejects > 100
    assert rejected > size - 8_362 * 1_003 - rejects - 1  # every byte of these windows but for line breaks
    (tmp_path / "broken").unlink()
    store.load(folder, plugins=plugins, reparse=True)
    assert store.one("SELECT count(*) FROM log_records") == 17_503
    assert store.one("SELECT sum(rows) FROM files") == 17_503


CUTS = """
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

class Cuts(LineParser):
    def cut(self, data):
        {cut}

@hookimpl
def ingest_parsers():
    return [Cuts(name="mine.cuts", kind="cuts", path=r"^logs/mine/large\\.txt$", head=r"^(?P<level>[A-Z]+) (?P<message>.*)$",
                 table=LOG_RECORDS, samples=[Sample("logs/mine/large.txt", "A a\\n", 1)])]
"""


@pytest.mark.parametrize("cut", ["raise RuntimeError('no')", "return -5"])
def test_parser_that_cuts_badly(tree: Tree, logs: Logs, store: StoreUnderTest, plugin: Write, cut: str) -> None:
    """A large file whose parser cannot say where to cut it is cut where lines end; nothing is lost."""
    folder = tree({"logs/mine/large.txt": f"A {'x' * 2_000}\n" * 8_500, logs.worker: logs.records(3)}, "a")
    report = store.load(folder, plugins=PluginOptions((plugin("cuts", CUTS.format(cut=cut)),)))
    assert (report.failed_files, report.rows, report.rejects) == ([], 8_503, 0)
