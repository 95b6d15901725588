"""Files larger than a window (8 MiB) are read in parts that must not show."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Start, StoreUnderTest, Tree

PATH = "logs/sys/node/0/process000.txt"


def records(count: int, width: int) -> str:
    """Records of two lines, numbered from 0, of about `width` bytes."""
    filler = "x" * width
    return "".join(f"2021-04-13 03:23:05,649|INFO|{i}|{filler}\nsecond line of {i}\n" for i in range(count))


def check(store: StoreUnderTest, count: int) -> None:
    """Every record is there, whole, on its own line."""
    query = (
        "SELECT count(*), count(DISTINCT pid), count(*) FILTER (WHERE line_no <> 2 * pid + 1),"
        " count(*) FILTER (WHERE NOT ends_with(message, 'second line of ' || pid)) FROM log_records WHERE level = 'INFO'"
    )
    assert store.rows(query) == [(count, count, 0, 0)]


def test_line_numbers_across_windows(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A file of 40 MB: all records, their line numbers, and an error and a reject at its end, the only one that is cut."""
    text = records(40_000, 1_000).encode() + logs.error().encode()
    report = store.load(tree({PATH: text + b"a\0b"}, "a"))
    assert (report.records, report.rejects) == (40_001, 1)
    check(store, 40_000)
    assert store.one("SELECT count(*) FROM log_records WHERE cut") == 0
    assert store.rows("SELECT line_no, exception_type FROM errors") == [(80_001, "ValueError")]
    (reject,) = store.rows("SELECT line_no, byte_offset, bytes, text, cut FROM rejects")
    assert reject == (80_005, len(text), 3, "a\0b", True)
    assert store.rows("SELECT records, rejects, rejected_bytes, ends_cut FROM files") == [(40_001, 1, 3, True)]


def test_hash_of_a_large_file(tree: Tree, store: StoreUnderTest) -> None:
    """A large file that was only touched is hashed and not parsed; changed within its last bytes, it is."""
    import os

    folder = tree({PATH: records(17_000, 1_000)}, "a")
    store.load(folder)
    os.utime(folder / PATH, (1, 1))
    report = store.load(folder)
    assert (report.rows, report.unchanged) == (0, 1)
    with (folder / PATH).open("r+b") as file:
        file.seek(-2, os.SEEK_END)
        file.write(b"0")
    os.utime(folder / PATH, (2, 2))
    assert store.load(folder).rows == 17_000


def test_giant_record(tree: Tree, store: StoreUnderTest) -> None:
    """One record of 36 MB is one record; those around it are whole."""
    head = "2021-04-13 03:23:05,649|INFO|1|"
    lines = 36_000
    text = f"{head}before\n{head}{'y' * 999}\n" + f"{'x' * 999}\n" * lines + f"{head}after\n"
    store.load(tree({PATH: text}, "a"))
    rows = store.rows("SELECT line_no, length(message) FROM log_records ORDER BY 1")
    assert rows == [(1, 6), (2, 999 + lines * 1_000), (lines + 3, 5)]


LOAD = r"""
# Loads a folder in this process and tells its highest memory in MB (`ru_maxrss` would count the process that started it).
import re, sys
from pathlib import Path
from ingest import ingest_jobs
ingest_jobs([sys.argv[1]], sys.argv[2], workers=1)
print(int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) >> 10)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
def test_record_beyond_all_bounds(tree: Tree, store: StoreUnderTest, start: Start) -> None:
    """One line of 120 MB is stored in parts, every byte of it, within the memory that everything has to do with."""
    head = "2021-04-13 03:23:05,649|INFO|1|"
    giant = 120 << 20
    folder = tree({PATH: f"{head}before\n{head}{'x' * giant}\n{head}after\n"}, "a")
    process = start("-c", LOAD, folder, store.path)
    told, error = process.communicate(timeout=120)
    assert (process.returncode, error) == (0, "")
    rows = store.rows("SELECT message = 'before', message = 'after', length(message) FROM log_records")
    assert rows.count((True, False, 6)) == rows.count((False, True, 5)) == 1
    assert sum(length for before, after, length in rows if not before and not after) == giant
    assert int(told) < 600


def test_wide_characters_in_windows(tree: Tree, store: StoreUnderTest) -> None:
    """UTF-16 of more than a window, so that a window's border falls anywhere in it."""
    text = records(8_200, 1_100).replace("x", "ö")
    content = b"\xff\xfe" + text.encode("utf-16-le")
    assert len(content) > 18 << 20
    store.load(tree({PATH: content}, "a"))
    check(store, 8_200)
    assert (
        store.one("SELECT count(*) FROM log_records WHERE length(message) - length(replace(message, 'ö', '')) <> 1100")
        == 0
    )
