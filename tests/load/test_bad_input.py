"""Damaged and odd files: rows + rejects account for every record, each reject can be found in its file, the rest goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Keep, Logs, StoreUnderTest, Tree

HEAD = b"2021-04-13 03:23:05,649|INFO|334|"
TWO = HEAD + b"one\n" + HEAD + b"two\n"
GERMAN = (TWO + HEAD).decode() + "Größe\n"

FILES: dict[str, tuple[bytes, int, int]] = {
    "empty": (b"", 0, 0),
    "blank": (b"\n  \n\r\n", 0, 0),
    "binary": (bytes(range(256)) * 40, 0, 1),
    "text_then_binary": (b"Hello\n" + bytes(range(256)) * 4, 1, 1),
    "nul_in_a_line": (TWO + b"a\0b\nmore\n" + HEAD + b"three\n", 3, 1),
    "nul_in_a_head": (HEAD + b"a\0b\n" + HEAD + b"two\n", 2, 0),
    "nul_twice": (TWO + b"a\0b\n" + TWO + b"\0\n", 4, 2),
    "long_line": (TWO + HEAD + b"x" * 5_000_000 + b"\n" + HEAD + b"four\n", 4, 0),
    "not_utf8": (HEAD + b"caf\xe9 \xff\xfe\n" + TWO, 3, 0),
    "utf8_with_bom": (b"\xef\xbb\xbf" + GERMAN.encode(), 3, 0),
    "bom_and_nul": (b"\xef\xbb\xbf" + TWO + b"a\0b\n", 2, 1),
    "utf16_little": (b"\xff\xfe" + GERMAN.encode("utf-16-le"), 3, 0),
    "utf16_big": (b"\xfe\xff" + GERMAN.encode("utf-16-be"), 3, 0),
    "utf16_cut": (b"\xff\xfe" + GERMAN.encode("utf-16-le")[:-1], 3, 0),
    "windows": (TWO.replace(b"\n", b"\r\n") + HEAD + b"more\r\n  of it\r\n", 3, 0),
    "mixed": (HEAD + b"one\r\n" + TWO, 3, 0),
    "headless": (b"  File x\nValueError: y\n" + TWO, 3, 0),
    "only_headless": (b"never a head\n" * 3, 1, 0),
    "cut": (TWO + HEAD + b'Failed to process {"id": 3, "deq', 3, 0),
    "cut_in_head": (TWO + b"2021-04-13 03:2", 2, 0),
}
"""Process name → content, records, rejects."""


Loaded = tuple["StoreUnderTest", "Path"]


@pytest.fixture(scope="module")
def loaded(kept: Keep) -> Loaded:
    """A store with all these files in one job, and that job's folder."""
    return kept({f"logs/sys/node/0/{name}.txt": content for name, (content, _, _) in FILES.items()})


def test_accounts(loaded: Loaded) -> None:
    """Each file's records and rejects, as the ledger tells them and as they are in the tables."""
    store, _ = loaded
    rows = store.rows(
        "SELECT path, records, rejects, (SELECT count(*) FROM log_records WHERE log_records.file_id = f.file_id),"
        " (SELECT count(*) FROM rejects WHERE rejects.file_id = f.file_id) FROM files f WHERE status = 'parsed'"
    )
    told = {path.split("/")[-1].removesuffix(".txt"): tuple(counts) for path, *counts in rows}
    assert told == {name: (records, rejects, records, rejects) for name, (_, records, rejects) in FILES.items()}
    assert store.one("SELECT sum(rejected_bytes) FROM files") == store.one("SELECT sum(bytes) FROM rejects")


def test_rejects_can_be_found(loaded: Loaded) -> None:
    """A reject says file, line and byte offset: the bytes there are its text (its first 4,096), and it says why."""
    store, folder = loaded
    rows = store.rows(
        "SELECT path, line_no, byte_offset, r.bytes, text, r.reason, r.parser FROM rejects r JOIN files USING (file_id)"
    )
    assert len(rows) == sum(rejects for _, _, rejects in FILES.values())
    for path, line_no, offset, size, text, reason, parser in rows:
        content = (folder / path).read_bytes()
        raw = content[offset : offset + size]
        assert raw[:4_096].decode("utf-8", "replace") == text, path
        assert b"\0" in raw, path
        assert line_no == content[:offset].count(b"\n") + 1, path
        assert (reason, parser) == ("binary data", "azureml.worker")


def messages(store: StoreUnderTest, name: str) -> list[str]:
    """The messages of one file, in its order."""
    rows = store.rows(f"SELECT message FROM log_records WHERE process = '{name}' ORDER BY line_no")
    return [message for (message,) in rows]


def test_texts(loaded: Loaded) -> None:
    """What stands in the records of files of each encoding and kind of damage."""
    store, _ = loaded
    for name in ("utf8_with_bom", "utf16_little", "utf16_big"):
        assert messages(store, name) == ["one", "two", "Größe"]
    assert messages(store, "utf16_cut")[:2] == ["one", "two"]
    assert messages(store, "not_utf8")[0] == "caf� ��"
    assert messages(store, "windows") == ["one", "two", "more\r\n  of it"]
    assert messages(store, "mixed") == ["one", "one", "two"]
    assert messages(store, "headless")[0] == "  File x\nValueError: y"
    assert messages(store, "cut")[2] == 'Failed to process {"id": 3, "deq'
    assert messages(store, "cut_in_head")[1] == "two\n2021-04-13 03:2"
    assert messages(store, "nul_in_a_line") == ["one", "two", "three"]
    assert messages(store, "nul_in_a_head") == ["a\0b", "two"]
    assert [len(message) for message in messages(store, "long_line")] == [3, 3, 5_000_000, 4]


def test_line_numbers(loaded: Loaded) -> None:
    """Lines are counted as an editor does, whatever the encoding and the damage above."""
    store, _ = loaded
    expected = {"long_line": [1, 2, 3, 4], "headless": [1, 3, 4], "nul_in_a_line": [1, 2, 5], "utf16_big": [1, 2, 3]}
    for name, lines in expected.items():
        assert store.rows(f"SELECT line_no FROM log_records WHERE process = '{name}' ORDER BY 1") == [
            (n,) for n in lines
        ]


def test_cut_ends_are_marked(loaded: Loaded) -> None:
    """The last record of a file without a last line break is marked, and so is the file."""
    store, _ = loaded
    told = {path.split("/")[-1].removesuffix(".txt") for (path,) in store.rows("SELECT path FROM files WHERE ends_cut")}
    assert told == {"binary", "text_then_binary", "cut", "cut_in_head", "utf16_cut"}
    marked = store.rows("SELECT process, line_no FROM log_records WHERE cut ORDER BY ALL")
    assert marked == [("cut", 3), ("cut_in_head", 2), ("utf16_cut", 3)]
    assert store.rows("SELECT count(*) FROM rejects WHERE cut") == [(2,)]  # binary, text_then_binary


def test_second_run(loaded: Loaded) -> None:
    """Damaged files are read once, like any other."""
    store, folder = loaded
    state = store.state()
    assert store.load(folder).rows == 0
    assert store.state() == state


def test_fields_of_heads(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Pipes in messages, threads of 15 digits, a logger with a blank, times without fraction (traps 2, 7)."""
    files = {
        logs.master: "2021-04-15 22:05:26,715|ERROR|255|139773019682560|a | b|c\n",
        "logs/sys/error.txt": "2020-05-06 05:50:48,001|ParallelRunStep.User Error|ERROR|17|boom\n",
        logs.job_error: "2023-02-28T11:11:55 This file shows errors.\n"
        "2023-02-28T11:12:07.031290 The process000 on node 0 failed with error: x\n",
    }
    store.load(tree(files, "a"))
    rows = store.rows(
        "SELECT source, time::VARCHAR, level, pid, thread, logger, message FROM log_records ORDER BY source, line_no"
    )
    assert rows == [
        ("job_error", "2023-02-28 11:11:55", None, None, None, None, "This file shows errors."),
        (
            "job_error",
            "2023-02-28 11:12:07.03129",
            None,
            None,
            None,
            None,
            "The process000 on node 0 failed with error: x",
        ),
        ("master", "2021-04-15 22:05:26.715", "ERROR", 255, 139_773_019_682_560, None, "a | b|c"),
        ("master_level", "2020-05-06 05:50:48.001", "ERROR", 17, None, "ParallelRunStep.User Error", "boom"),
    ]


NAMES_MINI_BATCH_3 = (
    'Failed to process {"id": 3, "dequeue_count": 1} with error No.',
    'Failed to process ["id": 3, "dequeue_count": 1] with error No.',
    'Failed to process {"agent": "process000", "task_id": 3, "dequeue_count": 1} with error No.',
    "Failed to set task visible because of (3, 1).",
    "mini batch 3 did not finish in 60 seconds. Stopping this process.",
)


def test_mini_batch_in_an_error(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """The mini-batch that an error names is found in braces and in brackets (trap 8)."""
    store.load(
        tree({logs.worker: "".join(f"2021-04-13 03:23:05,649|ERROR|334|{text}\n" for text in NAMES_MINI_BATCH_3)}, "a")
    )
    rows = store.rows("SELECT mini_batch_id, node, process, pid FROM errors")
    assert rows == [(3, "0", "process000", 334)] * len(NAMES_MINI_BATCH_3)
