"""The prompt as a process in a real terminal: Ctrl-C, narrow and dumb terminals, a store that changes under it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Run, StoreUnderTest, Tree
    from tests.prompt.conftest import Open

LONG = "SELECT count(*) AS n FROM range(100000000000) t(i) WHERE i % 7 = 3;"


def test_ctrl_c_stops_the_query(shared: StoreUnderTest, terminal: Open) -> None:
    """Ctrl-C ends a long query, not the prompt; Ctrl-D leaves with 0."""
    prompt = terminal(shared.path)
    prompt.ask(LONG).interrupt()
    prompt.ask("SELECT 6 * 7 AS answer;").expect("42")
    prompt.expect("1 row in ")
    assert prompt.leave() == 0
    assert "Traceback" not in prompt.shown


def test_tab_and_history(shared: StoreUnderTest, terminal: Open) -> None:
    """Tab completes a name; Up brings back what was typed before, in the next prompt too."""
    prompt = terminal(shared.path)
    prompt.expect("ingest>")
    prompt.type("SELECT 'n' || count(*) FROM log_rec\t").expect("log_records")
    prompt.type(";\r").expect("n10")
    assert prompt.leave() == 0
    prompt = terminal(shared.path)
    prompt.expect("ingest>")
    prompt.type("\x1b[A").expect("log_records;")
    prompt.type("\r").expect("n10")
    assert prompt.leave() == 0


def test_bytes_that_are_no_text(shared: StoreUnderTest, terminal: Open) -> None:
    """What a terminal of another encoding sends is told, and the prompt goes on."""
    prompt = terminal(shared.path)
    prompt.ask("SELECT '\udc80';").expect("no UTF-8")
    prompt.ask("SELECT 6 * 7 AS answer;").expect("42")
    assert prompt.leave() == 0


def test_a_narrow_terminal(shared: StoreUnderTest, terminal: Open) -> None:
    """In 40 columns a result is no wider."""
    prompt = terminal(shared.path, columns=40)
    prompt.ask("SELECT job_id, level, message FROM log_records LIMIT 2;").expect("LIMIT 2;\n")
    shown = prompt.expect("2 rows in ")
    assert "Got task" in shown
    assert max(map(len, shown.splitlines())) <= 40
    assert prompt.leave(".quit\r") == 0


def test_a_dumb_terminal(shared: StoreUnderTest, terminal: Open) -> None:
    """Without a cursor to move there is no editor, and all else is the same."""
    prompt = terminal(shared.path, TERM="dumb")
    prompt.ask("SELECT 6").expect("...>")
    prompt.type("* 7 AS answer;\r").expect("42")
    prompt.expect("ingest>")
    prompt.type("SELECT \x03")
    prompt.ask("FROM nowhere;").expect("→")
    assert prompt.leave() == 0
    assert "\x1b" not in prompt.shown


def test_a_result_into_a_file(shared: StoreUnderTest, terminal: Open, tmp_path: Path) -> None:
    """`ingest sql > file`: the prompt is drawn on stderr, the file holds nothing but the results, as CSV."""
    prompt = terminal(shared.path, stdout=tmp_path / "out.csv")
    prompt.ask("SELECT 1 AS a;").expect("1 row in ")
    assert prompt.leave() == 0
    assert (tmp_path / "out.csv").read_text() == "a\n1\n"


def test_a_store_written_anew(tree: Tree, logs: Logs, store: StoreUnderTest, terminal: Open) -> None:
    """The prompt says so, goes on with what it opened, and opens the new state when asked to, with its variables."""
    store.load(tree({logs.worker: logs.records(3)}, "a"))
    prompt = terminal(store.path)
    prompt.ask("SET VARIABLE mine = 4711;").expect("done in ")
    store.load(tree({logs.worker: logs.records(3)}, "b"))
    prompt.ask("SELECT 'jobs ' || count(*) AS n FROM jobs;").expect("was written anew")
    prompt.expect("jobs 1")
    prompt.ask(".reload").expect("opened anew: 2 jobs")
    prompt.ask("SELECT 'jobs ' || count(*) || getvariable('mine') AS n FROM jobs;").expect("jobs 24711")
    assert prompt.leave() == 0
    assert prompt.shown.count("was written anew") == 1


def test_a_store_that_is_deleted(tree: Tree, logs: Logs, store: StoreUnderTest, terminal: Open) -> None:
    """Each query then fails in words; the prompt stays."""
    store.load(tree({logs.worker: logs.records(3)}, "a"))
    prompt = terminal(store.path)
    prompt.ask("SELECT 'open';").expect("1 row")
    shutil.rmtree(store.path)
    prompt.ask("SELECT count(*) FROM log_records;").expect("is gone")
    prompt.expect("No files found")
    prompt.ask(".reload").expect("no store there")
    prompt.ask("SELECT 6 * 7 AS answer;").expect("42")
    assert prompt.leave() == 0
    assert "Traceback" not in prompt.shown


def test_no_store(terminal: Open, tmp_path: Path) -> None:
    """Without a store there is no prompt: exit code 4."""
    prompt = terminal(tmp_path)
    prompt.expect("no store there")
    assert prompt.leave("") == 4


def test_options(shared: StoreUnderTest, terminal: Open) -> None:
    """The options of `ingest sql` are how the prompt begins; what has no sense there is wrong usage."""
    prompt = terminal(shared.path, "--format", "jsonl", "--limit", "2")
    prompt.ask("SELECT range AS row FROM range(9);").expect('{"row":1}')
    prompt.expect("2 rows in ")
    assert prompt.leave() == 0
    prompt = terminal(shared.path, "-o", "x.csv")
    prompt.expect(".output FILE")
    assert prompt.leave("") == 2


def test_no_terminal(run: Run, shared: StoreUnderTest) -> None:
    """Without a terminal the query is read from stdin, as ever; nothing there is told."""
    assert run("sql", "--store", shared.path, stdin="SELECT 1 AS a").stdout == "a\n1\n"
    assert run("sql", "--store", shared.path, stdin="").returncode == 2
