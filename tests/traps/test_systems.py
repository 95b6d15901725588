"""Traps of operating systems and platforms (formats.md §16): counters, process lists, Windows, secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.traps.layouts import NODE_HEADER, PROCESS_HEADER, table

if TYPE_CHECKING:
    from tests.conftest import Run, StoreUnderTest, Tree

OS = "logs/perf/0/os/2021041522"


def test_trap_14_zero_percent_and_counters_that_jump_back(tree: Tree, store: StoreUnderTest) -> None:
    """CPU 0 is a value, not a gap; counters since boot that fall after a restart are kept as told, not rejected."""
    node = "2024-03-01T10:0{minute}:00.1,{cpu},6969.8,5608.31,1049.4,19.5,{reads},157,{mb},215.14,218.59,324.03,95,16"
    process = "2024-03-01T10:0{minute}:00.1,{name},{cpu},{user},0.3,1.4,6894,130,0.89,0.0,8"
    files = {
        "logs/perf/0/node_resource_usage.csv": table(
            NODE_HEADER,
            node.format(minute=0, cpu=15, reads=1000, mb=800.5),
            node.format(minute=1, cpu=0.0, reads=2000, mb=900.5),
            node.format(minute=2, cpu=60.2, reads=5, mb=0.25),  # the node was started again
        ),
        "logs/perf/0/processes_resource_usage.csv": table(
            PROCESS_HEADER,
            *(process.format(minute=i, name="manager", cpu=0, user=9 * i) for i in range(3)),
            process.format(minute=0, name="process000", cpu=0, user=5.5),
            process.format(minute=1, name="process000", cpu=180.5, user=95.5),
            process.format(minute=2, name="process000", cpu=2.5, user=0.25),
        ),
    }
    store.load(tree(files))
    samples = "SELECT cpu_percent, disk_reads, disk_read_mb FROM node_samples AS s ORDER BY s.time"
    assert store.rows(samples) == [(15.0, 1000, 800.5), (0.0, 2000, 900.5), (60.2, 5, 0.25)]
    assert store.rows(
        "SELECT process, min(cpu_percent), max(cpu_percent), count(cpu_percent), max(cpu_user_s), min(cpu_user_s)"
        " FROM process_samples GROUP BY 1 ORDER BY 1"
    ) == [("manager", 0.0, 0.0, 3, 18.0, 0.0), ("process000", 0.0, 180.5, 3, 95.5, 0.25)]
    assert store.rows("SELECT highest_cpu_percent, memory_samples, processes, restarts FROM node_summary") == [
        (60.2, 3, 1, 0)
    ]
    assert store.one("SELECT count(*) FROM rejects") == 0


def test_trap_15_process_lists(tree: Tree, store: StoreUnderTest) -> None:
    """Wide numbers push a row to the right, and COMMAND holds anything: only blanks part the columns, and only ten times."""
    listing = (
        "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
        "root       138 18.7  1.3 749084 99260 ?        Sl   10:28   0:02 /usr/bin/python a.py\n"
        "root    164321 118.6 70.7 12046092 1201696 ?   Rl   Oct19 1-02:03:04 python -c 'print(\"a  b\")'; echo $HOME  2\n"
        "daemon+      1  0.0  0.0  20248  3844 pts/0    Ss+  2019  12:30:05 [kworker/0:1]\n"
    )
    files = {
        "logs/sys/perf/10.0.0.4/processes_cpu_memory_usage/2020101910/cpu_28": listing,
        f"{OS}/processes_07": listing.splitlines(keepends=True)[0],
    }
    store.load(tree(files))
    assert store.rows(
        "SELECT p.time::VARCHAR, user_name, pid, cpu_percent, vsz_kb, rss_kb, state, cpu_time_s, command"
        " FROM os_processes AS p ORDER BY line_no"
    ) == [
        ("2020-10-19 10:28:00", "root", 138, 18.7, 749084, 99260, "Sl", 2.0, "/usr/bin/python a.py"),
        (
            "2020-10-19 10:28:00",
            "root",
            164321,
            118.6,
            12046092,
            1201696,
            "Rl",
            93784.0,
            "python -c 'print(\"a  b\")'; echo $HOME  2",
        ),
        ("2020-10-19 10:28:00", "daemon+", 1, 0.0, 20248, 3844, "Ss+", 45005.0, "[kworker/0:1]"),
    ]
    assert store.one("SELECT count(*) FROM rejects") == 0


def test_trap_19_windows(tree: Tree, store: StoreUnderTest) -> None:
    """CRLF in logs, backslashes in paths, `tasklist` in place of `ps`, text in the system's code page."""
    traceback = (
        "Traceback (most recent call last):\r\n"
        '  File "D:\\batch\\tasks\\wd\\score.py", line 9, in run\r\n    raise ValueError("No")\r\n'
        '  File "C:\\Python38\\lib\\site-packages\\pandas\\io.py", line 3, in read\r\n    raise\r\nValueError: No\r\n'
    )
    head = '2024-03-01 10:00:01,000|ERROR|334|Failed to process {"id": 3} with error No. Detail: '
    tasks = (
        "\r\nImage Name                     PID Session Name        Session#    Mem Usage\r\n"
        "========================= ======== ================ =========== ============\r\n"
        "System Idle Process              0 Services                   0          8 K\r\n"
        "python.exe                    4128 Console                    1  1,012,345 K\r\n"
    )
    files: dict[str, str | bytes] = {
        "logs/sys/node/0/process000.txt": f"{head}{traceback}2024-03-01 10:00:02,000|INFO|334|Got task 4.\r\n",
        "logs/user/stdout/0/process000.stdout.txt": "façade\r\nplain\r\n".encode("cp1252"),
        f"{OS}/processes_03": tasks,
    }
    store.load(tree(files))
    assert store.rows("SELECT exception_type, exception_message, frame, mini_batch_id FROM errors") == [
        ("ValueError", "No", "D:\\batch\\tasks\\wd\\score.py:9 in run", 3)
    ]
    assert store.rows("SELECT line_no, message FROM log_records ORDER BY 1 DESC LIMIT 1") == [(7, "Got task 4.")]
    assert store.rows("SELECT command, pid, rss_kb, p.time::VARCHAR FROM os_processes AS p ORDER BY pid") == [
        ("System Idle Process", 0, 8, "2021-04-15 22:03:00"),
        ("python.exe", 4128, 1012345, "2021-04-15 22:03:00"),
    ]
    assert store.rows("SELECT text FROM output_lines ORDER BY line_no") == [("fa\ufffdade",), ("plain",)]
    assert store.one("SELECT count(*) FROM rejects") == 0


SIGNATURE = "FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfake123%3D"
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
WORKSPACE = "ws-of-mine"
MESSAGES = "SELECT message FROM log_records ORDER BY source"


@pytest.fixture
def with_secrets(tree: Tree, store: StoreUnderTest) -> StoreUnderTest:
    """A SAS signature in a launcher's log, a client secret and whose workspace it is in one of the platform."""
    url = f"https://account.blob.core.windows.net/c/a.csv?sv=2020-04-08&sr=b&sig={SIGNATURE}&se=2024"
    names = f"'subscription_id': '{SUBSCRIPTION}', 'workspace_name': '{WORKSPACE}'"
    files = {
        "azureml-logs/70_driver_log.txt": f"Reading {url}\n",
        "system_logs/cs_capability/cs-capability.log": "INFO 2024-03-01 10:00:00,100 initializer.py:55 [14] - job "
        f"{{{names}, 'client_secret': '{SIGNATURE}'}}\n",
    }
    store.load(tree(files))
    return store


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "markdown"])
def test_trap_21_secrets_and_ids(with_secrets: StoreUnderTest, run: Run, form: str) -> None:
    """Masked in every form of output; what is no secret stays."""
    done = run("sql", "--store", with_secrets.path, "--format", form, "--mask-ids", MESSAGES)
    assert [word for word in (SIGNATURE, SUBSCRIPTION, WORKSPACE) if word in done.stdout] == []
    assert "account.blob.core.windows.net" in done.stdout


def test_trap_21_secrets_shown_if_asked(with_secrets: StoreUnderTest, run: Run) -> None:
    """The store holds the logs as they are: masking happens on the way out, ids by an option, secrets unless told not to."""
    query = ("sql", "--store", with_secrets.path, "--format", "csv", MESSAGES)
    usual, open_ = run(*query).stdout, run(*query, "--show-secrets").stdout
    assert (usual.count(SIGNATURE), usual.count(SUBSCRIPTION), usual.count(WORKSPACE)) == (0, 1, 1)
    assert open_.count(SIGNATURE) == 2
    assert with_secrets.one(f"SELECT count(*) FROM log_records WHERE contains(message, '{SIGNATURE}')") == 2
