"""Exit codes and where things are said: stdout is data, stderr is narration, a mistake is two lines and no traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, Start, StoreUnderTest, Tree


@pytest.fixture
def folder(tree: Tree, logs: Logs) -> Path:
    """A job with one reject among 17 records."""
    return tree(logs.job() | {"logs/sys/node/1/process001.txt": b"a\0b\n"}, "a")


def test_good(folder: Path, run: Run, store: StoreUnderTest) -> None:
    """0: the verdict on stdout, nothing on stderr when it is no terminal."""
    done = run(folder, "--store", store.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 job, 6 files" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "--store" not in line) <= 100


def test_no_verdict(folder: Path, run: Run, store: StoreUnderTest) -> None:
    """`--no-verdict` loads and says nothing."""
    done = run(folder, "--store", store.path, "--no-verdict")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert store.one("SELECT count(*) FROM files") == 6


@pytest.mark.parametrize(("limit", "code"), [("0", 1), ("1%", 1), ("50%", 0)])
def test_too_many_rejects(folder: Path, run: Run, store: StoreUnderTest, limit: str, code: int) -> None:
    """1: more rejected than `--max-rejects` allows, as a count or a share; the good rows are stored all the same."""
    done = run(folder, "--store", store.path, "--no-verdict", "--max-rejects", limit)
    assert done.returncode == code
    assert ("more than --max-rejects allows" in done.stderr) == bool(code)
    assert store.one("SELECT count(*) FROM log_records") > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--frobnicate", "x"),
        ("load",),
        ("load", "x", "--max-rejects", "many"),
        ("load", "x", "--jobs", "0"),
        ("load", "x", "--plugin", "nowhere.py"),
        ("sql", "SELECT 1", "-f", "x.sql"),
        ("sql", "   "),
        ("sql", "-f", "nowhere.sql"),
        ("sql", "SELECT 1", "--format", "xml"),
        ("show", "nothing"),
        ("views", "--format", "xml"),
    ],
    ids=" ".join,
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    """2: said on stderr, nothing on stdout, no store made."""
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_input_not_found(run: Run, store: StoreUnderTest) -> None:
    """3: what is not there is named, and what to do."""
    done = run("nowhere", "--store", store.path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        "ingest: nowhere: no such folder",
        "  → Check the path; give folders of downloaded logs. A run id needs --workspace.",
    ]


def test_control_characters_are_not_sent_to_the_terminal(run: Run, store: StoreUnderTest) -> None:
    """A hostile name cannot move the cursor or change the title of a terminal by way of an error message."""
    done = run("\x1b]0;title\x07\x1b[2Jx", "--store", store.path)
    assert done.returncode == 3
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr


def test_folder_with_the_name_of_a_command(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A folder called `sql` is given as `./sql`; `INGEST_STORE` names the store."""
    folder = tree({logs.worker: logs.records(2)}, "sql")
    done = run("./sql", "--no-verdict", cwd=folder.parent, INGEST_STORE=str(store.path))
    assert (done.returncode, done.stderr) == (0, "")
    assert store.rows("SELECT job_id FROM jobs") == [("sql",)]


def test_store_where_none_is_named(folder: Path, run: Run, tmp_path: Path) -> None:
    """Without `--store` and `INGEST_STORE` the store is `ingest-store` below the current folder."""
    assert run(folder, "--no-verdict").returncode == 0
    assert (tmp_path / "cwd/ingest-store/catalog.duckdb").exists()


def test_log_lines(tree: Tree, run: Run, store: StoreUnderTest, logs: Logs) -> None:
    """Log lines are JSON where stderr is no terminal, and text if asked for; `--quiet` leaves out warnings."""
    folder = tree({logs.worker: "x"}, "a")
    bad = tree({"sql/bad.sql": "-- Bad?\nSELECT * FROM nowhere\n", "v.py": VIEWS}, "plugin") / "v.py"
    done = run(folder, "--store", store.path, "--no-verdict", "--plugin", bad)
    (line,) = done.stderr.splitlines()
    told = json.loads(line)
    assert (told["level"], told["event"]) == ("warning", "view left out")
    assert "bad.sql" in told["problem"]
    (folder / logs.worker).write_text("y")
    arguments = (folder, "--store", store.path, "--no-verdict", "--plugin", bad, "--reparse")
    assert "{" not in run(*arguments, "--log-format", "console").stderr
    assert run(*arguments, "--quiet").stderr == ""


VIEWS = """
from pathlib import Path
from ingest import hookimpl

@hookimpl
def ingest_views():
    return [Path(__file__).parent / "sql"]
"""


def piped_into_nothing(start: Start, *arguments: object) -> tuple[int, str]:
    """Exit code and stderr of a command whose stdout is closed before it writes."""
    process = start("-m", "ingest", *arguments)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    error = process.stderr.read()
    return process.wait(timeout=30), error


def test_reader_that_has_seen_enough(folder: Path, start: Start, store: StoreUnderTest) -> None:
    """`| head` is no error, neither for a verdict nor for a long result."""
    assert piped_into_nothing(start, folder, "--store", store.path) == (0, "")
    long = "SELECT * FROM range(200000)"
    for format_ in ("csv", "table"):
        assert piped_into_nothing(start, "sql", "--store", store.path, "--format", format_, long) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal(tree: Tree, logs: Logs, start: Start, store: StoreUnderTest) -> None:
    """On a terminal a load of some size shows a bar, on stderr; it is gone at the end; piped, there is none."""
    import pty

    folder = tree({logs.worker: logs.records(6_000, "x" * 1_000)}, "a")
    master, slave = pty.openpty()
    process = start(
        "-m", "ingest", folder, "--store", store.path, "--no-verdict", stderr=slave, TERM="xterm", COLUMNS="100"
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            part = os.read(master, 4_096)
        except OSError:  # how Linux tells the end of a terminal
            break
        if not part:
            break
        seen += part
    os.close(master)
    told, _ = process.communicate(timeout=30)
    assert (process.returncode, told) == (0, "")
    assert b"reading" in seen
    assert b"\x1b[2K" in seen  # the line is cleared


def test_bug_is_shown_as_such(folder: Path, start: Start, store: StoreUnderTest) -> None:
    """70: anything unforeseen shows its traceback and asks for a report."""
    broken = "import ingest.cli, ingest.load.pipeline; del ingest.load.pipeline.make_plan; ingest.cli.main()"
    process = start("-c", broken, folder, "--store", store.path)
    told, error = process.communicate(timeout=30)
    assert (process.returncode, told) == (70, "")
    assert "Traceback" in error
    assert "bug in ingest" in error
