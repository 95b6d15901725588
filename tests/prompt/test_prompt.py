"""What is typed at the prompt, and what it answers; through the real editor, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.prompt.commands import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.prompt.session import Session
    from tests.prompt.conftest import Typed

SECRET = "https://x.blob.core.windows.net/c?sv=1&sig=abcdefghijklmnopqrstuvwxyz0123456789"


def test_statements_over_lines(typed: Typed) -> None:
    """Enter sends what ends with `;`, else begins a line; several statements of a line are answered in turn."""
    out, err = typed("SELECT 1 + 1 AS two,", "  3 AS three;", "SELECT 'a;b' AS x; SELECT 'c' AS y; -- all")
    assert out.split() == ["two", "three", "──────────", "2", "3", "x", "───", "a;b", "y", "─", "c"]
    assert err.count("1 row in ") == 3


def test_errors_never_end_it(typed: Typed) -> None:
    """Whatever is wrong is told with its place and a remedy, and the next query is answered."""
    out, err = typed(
        "SELEC 1;",
        "SELECT x FROM jobs;",
        "FROM nowhere;",
        "SELECT 'a'::INT;",
        "DELETE FROM jobs;",
        "'\udc80';",
        ";",
        ".nope",
        ".schema",
        ".read /nowhere.sql",
        "SELECT 'still here' AS x;",
    )
    assert "still here" in out
    for told in (
        'near "SELEC"',
        "LINE 1: SELEC 1",
        "^",
        "read-only",
        "no UTF-8",
        ".nope: no such command",
        "NAME is missing",
    ):
        assert told in err, told
    assert "→ Tables and views: .views .tables" in err
    assert "Traceback" not in err


def test_variables_and_thresholds(typed: Typed) -> None:
    """A variable that is set holds for what follows."""
    out, err = typed(
        "SET VARIABLE thresholds = MAP{'a': 1.5};",
        "SELECT getvariable('thresholds')['a'] AS number;",
        "SET VARIABLE thresholds = MAP{};",
    )
    assert out.split() == ["number", "──────", "1.500"] or out.split()[-1] == "1.5"
    assert err.count("done in ") == 2


def test_secrets(typed: Typed, tmp_path: Path) -> None:
    """A secret is masked in results, errors and files until the user wants it seen; never is it in the history."""
    file = tmp_path / "x.csv"
    query = f"SELECT '{SECRET}' AS url;"
    out, err = typed(query, f"SELECT '{SECRET}'::INT;", f".output {file}", query)
    assert "sig=***" in out
    assert "sig=***" in err
    assert "^" not in err
    assert "abcdefgh" not in out + err + file.read_text()
    out, err = typed(".mask off", query, ".mask secrets", query)
    assert out.count("abcdefgh") == out.count("sig=***") == 1
    assert ".mask secrets hides them again" in err
    history = tmp_path / "state" / "ingest" / "sql-history"
    assert "sig=***" in history.read_text()
    assert "abcdefgh" not in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600


def test_ids(typed: Typed) -> None:
    """`.mask ids` hides whose subscription it was."""
    query = "SELECT '/subscriptions/0a1b2c3d-0a2b-4c3d-8e9f-0123456789ab/resourceGroups/mine/x' AS url;"
    out, _ = typed(query, ".mask ids", query)
    assert out.count("0a1b2c3d") == 1


def test_hostile_values(typed: Typed) -> None:
    """What would steer the terminal is shown as an escape, in results and in errors."""
    out, err = typed(
        r"SELECT chr(27) || '[31m' || chr(8238) AS x;", "SELECT (chr(27) || 'x')::INT;", 'FROM "\x1b\x1bx";'
    )
    assert r"\x1b[31m\u202e" in out
    assert "\x1b" not in out + err


def test_long_errors_are_cut(typed: Typed) -> None:
    """An error on a value of a megabyte is not a megabyte long."""
    _, err = typed("SELECT repeat('x', 1000000)::INT;")
    assert len(err) < 4_000
    assert " … " in err


def test_huge_results(typed: Typed) -> None:
    """Forty rows of a table are shown, the others counted as far as that is quickly done; `.limit` shows more."""
    out, err = typed("FROM range(5000000);", ".limit 60", "FROM range(61);", ".limit all", "FROM range(61);")
    assert len(out.splitlines()) == 42 + 62 + 63
    assert "more than 100,960 more rows left out: .limit N shows more" in err
    assert "40 rows in " in err
    assert "1 more rows left out" in err
    assert "61 rows in " in err


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "٣"])
def test_limits_that_are_none(typed: Typed, number: str) -> None:
    """What is no number of rows is told."""
    assert "not a number of rows" in typed(f".limit {number}")[1]


def test_help_has_all(typed: Typed) -> None:
    """Every command is in `.help`; words that people try are understood."""
    _, err = typed("help")
    assert all(f"  {name}" in err for name in COMMANDS)
    assert max(map(len, err.splitlines())) <= 110


def test_what_there_is(typed: Typed) -> None:
    """Tables, views, columns, macros and jobs, all of them or those that a word is in."""
    out, err = typed(".tables", ".views")
    assert "log_records" in out
    assert "job_summary" in out
    assert "left out" not in err
    out, _ = typed(".views memory")
    assert "memory_peaks" in out
    assert "job_summary" not in out
    out, err = typed(".schema job_summary", ".schema mini_batch_story", ".schema job_sumary", ".jobs")
    assert "How did each job go?" in err
    assert "FROM mini_batch_story(job, id)" in err
    assert "Did you mean: job_summary" in err
    assert "started_at" in out
    assert "\na " in out


def test_forms(typed: Typed, tmp_path: Path) -> None:
    """Each form on the screen; the next result into a file whose name says its form, the one after on the screen again."""
    out, err = typed(".format json", "SELECT 1 AS a;", ".format csv", "SELECT 1 AS a;", ".format parquet", ".format x")
    assert out == '[\n{"a":1}\n]\na\n1\n'
    assert err.count("no form for the screen") == 2
    for name, content in {"x.csv": "a\n1\n", "x.jsonl": '{"a":1}\n', "x.dat": "a\n1\n"}.items():
        out, err = typed(f".output {tmp_path / name}", "SELECT 1 AS a;", "SELECT 2 AS b;")
        assert (tmp_path / name).read_text() == content
        assert out == "b\n2\n"
        assert f"written to {tmp_path / name}" in err
    typed(f".output {tmp_path}/x.parquet", "FROM range(100);")
    import pyarrow.parquet as pq

    assert pq.read_table(tmp_path / "x.parquet").num_rows == 100
    _, err = typed(".output /nowhere/x.csv", "SELECT 1 AS a;")
    assert "/nowhere/x.csv: cannot be written: No such file or directory" in err


def test_read(typed: Typed, tmp_path: Path) -> None:
    """The statements of a file are answered in turn, up to the first that is wrong."""
    (tmp_path / "q.sql").write_text(
        "-- how many?\nSET VARIABLE n = 3;\nSELECT getvariable('n') AS n;\nSELEC;\nSELECT 4 AS m;\n"
    )
    out, err = typed(f".read {tmp_path / 'q.sql'}")
    assert out.split() == ["n", "─", "3"]
    assert 'near "SELEC"' in err


def test_ctrl_c_drops_the_line(typed: Typed) -> None:
    """What was typed before Ctrl-C is not asked."""
    out, err = typed("SELECT nonsense\x03SELECT 1 AS a;")
    assert out.split() == ["a", "─", "1"]
    assert "nonsense" not in err


def test_history_that_cannot_be_kept(typed: Typed, tmp_path: Path) -> None:
    """It is told once, and the prompt works."""
    (tmp_path / "state").write_text("no folder")
    out, err = typed("SELECT 1 AS a;", "SELECT 2 AS b;")
    assert out.split() == ["a", "─", "1", "b", "─", "2"]
    assert err.count("what you type is not kept") == 1


def test_a_bug_does_not_end_it(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even what nobody thought of is told, and the next query is answered."""
    from ingest.prompt.commands import Command

    def fail(session: Session, argument: str) -> None:
        raise IndexError(session, argument)

    monkeypatch.setitem(COMMANDS, ".bug", Command("", "", fail))
    out, err = typed(".bug", "SELECT 1 AS a;")
    assert "This is a bug in ingest" in err
    assert "IndexError" in err
    assert out.split() == ["a", "─", "1"]
