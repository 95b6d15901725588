"""What a terminal shows: its width, colours, the pager, completion, and the help of commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.cli import cli
from ingest.cli.groups import SECTIONS
from tests.cli.terminal import COLOUR, in_terminal, on_terminal, plain

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree

CARDS = [
    ("jobs",),
    ("nodes", "memory-growth"),
    ("diagnose",),
    ("diff", "timeouts-retries", "exceptions-one-node"),
    ("check", "era-2020-05"),
    ("story", "memory-growth", "47"),
]
"""Commands that show a card, less those that a test of their own shows."""


@pytest.fixture(scope="module")
def samples(sample_jobs: StoreUnderTest) -> Path:
    """A store of all sample jobs."""
    return sample_jobs.path


@pytest.mark.parametrize("command", CARDS, ids=lambda command: command[0])
@pytest.mark.parametrize("columns", [80, 120])
def test_fits_the_terminal(samples: Path, command: tuple[str, ...], columns: int) -> None:
    """No line is longer than the terminal is wide, but for names of jobs; a table stays a table."""
    lines = plain(on_terminal(*command, "--store", samples, columns=columns)).splitlines()
    too_long = [line for line in lines if len(line) > columns and not line.startswith(("3f9d1c52", "ingest: checking"))]
    assert too_long == []
    assert not any(line.startswith("── 1 ") for line in lines)


@pytest.mark.parametrize("command", CARDS, ids=lambda command: command[0])
def test_colours(samples: Path, run: Run, command: tuple[str, ...]) -> None:
    """In colour on a terminal, as NO_COLOR, FORCE_COLOR and TERM=dumb want it; never in a pipe that does not want it."""
    arguments = (*command, "--store", samples)
    assert COLOUR.search(on_terminal(*arguments))
    coloured = re.compile(r"\x1b\[[0-9;]*3[0-7]")
    assert not coloured.search(on_terminal(*arguments, environment={"NO_COLOR": "1"}))
    assert not coloured.search(on_terminal(*arguments, environment={"TERM": "dumb"}))
    assert not COLOUR.search(run(*arguments).stdout)


@pytest.mark.parametrize(
    ("command", "colours"),
    [
        (("jobs", "--state", "failed", "--format", "table"), {"31"}),
        (("sql", "SELECT 'failed' AS state, 'severe' AS severity", "--format", "table"), {"31"}),
        (("diagnose", "era-2020-05"), {"31", "33"}),
        (("diff", "era-2020-05", "memory-growth"), {"31", "32"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_colours_are_forced(
    samples: Path, run: Run, command: tuple[str, ...], colours: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """FORCE_COLOR writes them into a pipe too: red for what failed and is severe, in every command."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    found = set(re.findall(r"\x1b\[(?:\d+;)?(3[0-7])m", run(*command, "--store", samples).stdout))
    assert colours <= found


def test_texts_are_whole_in_a_pipe(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """What a terminal cuts, a pipe and a mail get whole."""
    message = "ValueError: " + " ".join(f"word{number}" for number in range(120))
    folder = tree({logs.worker: logs.error(message), logs.master: logs.records(3)}, "a")
    card = run(folder, "--store", store.path).stdout
    assert "word119" in " ".join(card.split())
    assert "…" not in card
    assert "word119" in " ".join(run("diagnose", "--store", store.path).stdout.split())
    shown = plain(on_terminal(folder, "--store", store.path))
    assert "word119" not in shown
    assert "…" in shown


def test_the_same_in_several_jobs(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """An error that many jobs share is shown once, by the card of a load and by the diagnosis."""
    folders = [tree(logs.job(), f"night-{number:02}") for number in range(5)]
    card = run(*folders, "--store", store.path).stdout
    assert card.count("ValueError: No") == 1
    assert "the same in 5 jobs: ValueError: No" in card
    diagnosis = run("diagnose", "--store", store.path).stdout
    assert diagnosis.count("ValueError: No") == 1
    assert "the same in 5 jobs; shown for night-00" in diagnosis


def test_pager(samples: Path, tmp_path: Path) -> None:
    """Long output goes through a pager, if it does not fit on the screen and `--no-pager` is not given."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED; cat\n")
    pager.chmod(0o755)
    environment = {"PAGER": str(pager)}
    assert "PAGED" in in_terminal("diagnose", "--store", samples, lines=20, environment=environment)
    assert "PAGED" not in in_terminal("diagnose", "--store", samples, environment=environment)
    assert "PAGED" not in in_terminal("diagnose", "--no-pager", "--store", samples, lines=20, environment=environment)


@pytest.mark.parametrize(
    ("typed", "meant"), [("diagnoze", "diagnose"), ("sqll", "sql"), ("version", "--version"), ("help", "--help")]
)
def test_misspelt_command(run: Run, typed: str, meant: str) -> None:
    """What is neither a command nor a folder is a mistake, and the command that was meant is named."""
    done = run(typed)
    assert done.returncode == 2
    assert f"'{typed}' is neither a command nor a folder. Did you mean: ingest {meant}?" in done.stderr


def test_help_of_no_command(run: Run) -> None:
    """`ingest NOTHING --help` is not the help of load."""
    done = run("prefix", "--help")
    assert (done.returncode, done.stdout) == (2, "")


def test_folder_named_like_a_command(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A folder that is there is loaded, whatever its name is like."""
    folder = tree(logs.job(), "diagnoze")
    done = run("diagnoze", "--store", store.path, cwd=folder.parent)
    assert done.returncode == 0, done.stderr


def test_help_in_sections(run: Run) -> None:
    """Every command is in just one section."""
    named = [name for _, names in SECTIONS for name in names]
    assert sorted(named) == sorted(cli.commands)
    shown = run("--help").stdout
    assert all(f"{title}:" in shown for title, _ in SECTIONS)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["nodes", "era"], "plain,era-2020-05"),
        (["diff", "memory-growth", "tim"], "plain,timeouts-retries"),
        (["views", "job_summ"], "plain,job_summary"),
        (["views", "mini_batch_st"], "plain,mini_batch_story"),
        (["views", "log_"], "plain,log_records"),
        (["problems", "exit_4"], "plain,exit_42"),
        (["diag"], "plain,diagnose"),
        (["my-"], "file,my-"),
        (["load", "my-"], "file,my-"),
        (["check", "--form"], "plain,--format"),
    ],
    ids=" ".join,
)
def test_completion(samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], completed: str) -> None:
    """Commands, options, ids of jobs and of known problems, names of views, macros and tables, and paths."""
    monkeypatch.setenv("_INGEST_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["ingest", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    assert completed in run(INGEST_STORE=str(samples)).stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(run: Run, shell: str) -> None:
    """A script for each shell."""
    done = run("completion", shell)
    assert done.returncode == 0
    assert "_INGEST_COMPLETE" in done.stdout


@pytest.mark.parametrize(("words", "completed"), [("nodes e", ""), ("views job_summ", "plain,job_summary")])
def test_completion_without_a_store(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, completed: str
) -> None:
    """No store is no error at a prompt; `ingest views` needs none."""
    environment = {"_INGEST_COMPLETE": "bash_complete", "COMP_WORDS": f"ingest {words}", "COMP_CWORD": "2"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run(cwd=tmp_path)
    assert (done.stdout.strip(), done.stderr) == (completed, "")


@pytest.mark.parametrize("suffix", ["parquet", "json", "jsonl", "md", "csv", "data"])
def test_format_by_suffix(samples: Path, run: Run, tmp_path: Path, suffix: str) -> None:
    """`--output x.parquet` writes Parquet."""
    file = tmp_path / f"x.{suffix}"
    assert run("sql", "SELECT 1 AS a", "--store", samples, "-o", file).returncode == 0
    begins = {"parquet": b"PAR1", "json": b"[", "jsonl": b'{"a"', "md": b"| a |", "csv": b"a\n", "data": b"a\n"}
    assert file.read_bytes().startswith(begins[suffix])


def test_empty_path(run: Run) -> None:
    """An unset variable of the shell is not the current folder."""
    done = run("")
    assert done.returncode == 3
    assert "a path is empty" in done.stderr


def test_stages_of_a_load(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A terminal shows what a load does, from the listing on."""
    shown = in_terminal(tree(logs.job(), "a"), "--store", store.path)
    assert [stage for stage in ("listing", "reading", "deriving", "publishing") if stage not in shown] == []
    dumb = in_terminal(tree(logs.job(), "b"), "--store", store.path, environment={"TERM": "dumb"})
    assert "listing" not in dumb
